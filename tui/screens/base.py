"""What every screen is: title, body, message line, key bar, and the way keys and errors reach it.

Row 1 says where and who, rows 2-22 are the body, row 23 the message, row 24 the keys; nothing ever moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen

from core.messages import N_, tr
from tui.actions import actions_in, shown_key
from tui.screens.words import purpose_name
from tui.widgets.form import Form
from tui.widgets.key_bar import KeyBar
from tui.widgets.message_line import MessageLine, Mood
from tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.widget import Widget

    from core.errors import RegisterError
    from tui.actions import Action
    from tui.app import RegisterApp
    from tui.widgets.rows import Rows


class BaseScreen(Screen[None]):
    """A screen of the register.  ``area`` names its actions in `tui.actions`; a verb ``x`` is done by ``do_x``."""

    area: ClassVar[str]
    # Keys are handed on by the app, in order (see RegisterApp.on_event); Textual's focus is not used.
    AUTO_FOCUS: ClassVar[str | None] = ""
    signed_in: ClassVar[bool] = True
    # Whether row 1 keeps silent about the screens below.
    alone: ClassVar[bool] = False

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__()
        self.desk = desk
        self.title_bar = TitleBar()
        self.message_line = MessageLine()
        self.key_bar = KeyBar()
        self._warned = False

    # --- what a screen says about itself

    def heading(self) -> str:
        """Its name in the path of row 1."""
        raise NotImplementedError

    def task_code(self) -> str:
        """The task that looks from here are recorded under, for row 1; empty where nobody is looked at by name."""
        return ""

    def body(self) -> Iterable[Widget]:
        """The widgets of rows 2-22, from the top."""
        raise NotImplementedError

    @property
    def active(self) -> Rows | None:
        """The widget that typed keys go to."""
        return None

    @property
    def unsaved(self) -> bool:
        """Whether leaving would lose something."""
        return False

    async def prepare(self) -> None:
        """Read what is shown, before the screen opens; an error keeps one where one was."""

    async def returned(self, result: object) -> None:
        """The screen above has been left with *result* (None: nothing done)."""

    def keep_draft(self) -> None:
        """The session ends: keep what is unfinished, if the screen can."""

    # --- words

    def tr(self, msgid: str, **data: object) -> str:
        """A sentence in the user's language."""
        return tr(msgid, self.desk.language, **data)

    def say(self, text: str, mood: Mood = "info") -> None:
        """Put *text*, already translated, on the message line."""
        self.message_line.show(text, mood)

    def show_error(self, error: RegisterError) -> None:
        """Say what is wrong and what to do, and go to the field that is wrong."""
        explanation = error.explain(self.desk.language)
        self.say(f"{explanation.sentence} {explanation.advice}", "error")
        form, name = self.active, error.where.field
        if isinstance(form, Form) and name is not None and name in form.values():
            form.focus_field(name)

    # --- drawing

    def compose(self) -> ComposeResult:
        """Title, body, message line, key bar."""
        self.draw_frame()
        yield self.title_bar
        yield from self.body()
        yield self.message_line
        yield self.key_bar

    def draw_frame(self) -> None:
        """Set the title and the key bar to what is so now."""
        task = purpose_name(self.task_code(), self.desk.language)
        self.title_bar.show(
            self.desk.crumbs(self), user=self.desk.user_shown, environment=self.desk.environment, task=task
        )
        offered = [action for action in actions_in(self.area) if action.label and self.offers(action.verb)]
        self.key_bar.show(
            tuple(
                (shown_key(action.keys[0]), self.tr(action.label))
                for action in offered
                if not action.is_letter
            )
        )

    # --- keys

    @property
    def typing(self) -> bool:
        """Whether a letter typed now is text."""
        return self.active is not None and self.active.typing

    def action_for(self, verb: str) -> Action | None:
        """The action that *verb* means here for this person."""
        for action in actions_in(self.area):
            if action.verb == verb and action.allowed(self.desk.roles):
                return action
        return None

    def offers(self, verb: str) -> bool:
        """Whether *verb* can be started now."""
        action = self.action_for(verb)
        return action is not None and not (action.is_letter and self.typing)

    async def perform(self, verb: str) -> None:
        """Do *verb*, completely, before the next key is looked at."""
        if verb not in {"cancel", "exit"}:
            self._warned = False
        self.say("")
        await getattr(self, f"do_{verb}")()

    def take_key(self, key: str, character: str | None) -> None:
        """A key that starts no action: text, or movement in the active widget."""
        if self.active is not None:
            self.active.take_key(key, character)

    def take_paste(self, text: str) -> None:
        """Pasted text."""
        if self.active is not None:
            self.active.take_paste(text)

    # --- the verbs that work everywhere

    async def do_help(self) -> None:
        """F1."""
        from tui.screens.help import HelpScreen

        await self.desk.open(HelpScreen(self.desk, self))

    async def do_exit(self) -> None:
        """F3: to the menu, unless something would be lost unseen."""
        if self.may_leave():
            await self.desk.to_menu()

    async def do_cancel(self) -> None:
        """F12: one step back."""
        if self.may_leave():
            await self.desk.back()

    def may_leave(self) -> bool:
        """Unsaved work is given up only by the same key twice; a question box would swallow type-ahead."""
        if self.unsaved and not self._warned:
            self._warned = True
            self.say(
                self.tr(N_("Not saved. F10 saves; the same key again leaves without saving.")), "warning"
            )
            return False
        return True

    async def do_enter(self) -> None:
        """Enter: in a form, the next field."""
        await self.do_next()

    async def do_next(self) -> None:
        """Tab."""
        if isinstance(self.active, Form):
            self.active.next()

    async def do_previous(self) -> None:
        """Shift+Tab."""
        if isinstance(self.active, Form):
            self.active.previous()

    async def do_lookup(self) -> None:
        """F4: the choices of the field."""
        if isinstance(self.active, Form) and not self.active.choose_next():
            self.say(self.active.current.help or self.tr(N_("This field has no list of choices.")))

    async def do_redraw(self) -> None:
        """Ctrl+L: after noise on the line."""
        self.desk.draw_whole()

    async def do_leave(self) -> None:
        """Ctrl+C out of habit: say how to leave instead of leaving."""
        self.say(self.tr(N_("F3 goes to the main menu; 9 there signs you out. Nothing has been lost.")))
