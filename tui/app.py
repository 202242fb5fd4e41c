"""The app wires: theme, keys, the way between screens, the session's beginning and end.  Nothing else.

Keys.  Textual hands a key to the widget that is focused at that moment and lets it act later, in its own queue, so
keys typed ahead land in the wrong field or nowhere.  Here every action is a priority binding, which runs in the app's
own loop, and every other key is given to the active widget in that same loop, at once.  A key is therefore done with,
the opening of a screen included, before the next one is looked at.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset

from core.errors import RegisterError
from core.messages import N_, tr
from core.staff.errors import SessionEnded, SessionLocked
from core.staff.sessions import EndReason
from tui.actions import KEYS
from tui.cli.faults import write_note
from tui.screens.base import BaseScreen
from tui.session.background import SessionClosing, in_thread, unless_closing
from tui.session.display import Display
from tui.session.signals import end_in_any_case, on_ending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.driver import Driver

    from core.actor import Role
    from tui.session.seat import Seat

Result = TypeVar("Result")

_IDLE_CHECK_SECONDS: Final = 5.0


class RegisterApp(Display, inherit_bindings=False):
    """The terminal's side of a session."""

    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS: ClassVar[str | None] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(keys), f"perform('{verb}')", id=verb, priority=True, show=False)
        for verb, keys in KEYS.items()
    ]
    CSS = "Screen { layout: vertical; overflow: hidden; }"

    def __init__(
        self, seat: Seat, *, user_name: str | None = None, driver_class: type[Driver] | None = None
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.seat = seat
        self.given_user_name = user_name or ""
        self.closing = asyncio.Event()
        self.last_key = monotonic()
        self.animation_level = "none"
        # The terminal's own sixteen colours: light or dark as the person has it, and half the bytes of 24-bit colour.
        self.theme = "ansi-dark"

    # --- what screens ask

    @property
    def language(self) -> str:
        """The user's language."""
        return self.seat.language

    @property
    def roles(self) -> frozenset[Role]:
        """The user's roles."""
        return self.seat.roles

    @property
    def user_shown(self) -> str:
        """The user's name for the title."""
        return self.seat.session.actor.user_name if self.seat.session else ""

    @property
    def environment(self) -> str:
        """The environment for the title."""
        return self.seat.environment

    @property
    def current(self) -> BaseScreen:
        """The screen on top."""
        return cast("BaseScreen", self.screen)

    def screens_open(self) -> list[BaseScreen]:
        """All open screens, the lowest first."""
        return [screen for screen in self.screen_stack if isinstance(screen, BaseScreen)]

    def crumbs(self, top: BaseScreen) -> list[str]:
        """The path to *top*."""
        if top.alone:
            return [top.heading()]
        path = []
        for screen in self.screens_open():
            if screen is top:
                break
            path.append(screen.heading())
        return [*path[1:], top.heading()] if len(path) > 1 else [top.heading()]

    # --- the way between screens

    async def open(self, screen: BaseScreen) -> None:
        """Go to *screen*; when this returns it is ready for the next key.

        Raises:
            RegisterError: what it shows cannot be read; one stays where one was.
        """
        await screen.prepare()
        async with self.one_frame():
            await self.push_screen(screen)

    async def back(self, result: object = None) -> None:
        """Leave the screen on top with *result*; the lowest one stays."""
        if len(self.screens_open()) > 1:
            async with self.one_frame():
                await self.pop_screen()
                self.current.draw_frame()
                await self.current.returned(result)

    async def to_menu(self) -> None:
        """Leave everything above the main menu; stops at a screen on the way that holds unsaved work."""
        await self.back()
        while len(self.screens_open()) > 1 and self.current.may_leave():
            await self.back()

    async def replace_all(self, screen: BaseScreen) -> None:
        """Start anew with *screen* as the lowest."""
        await screen.prepare()
        async with self.one_frame():
            while len(self.screen_stack) > 1:
                await self.pop_screen()
            await self.push_screen(screen)

    async def hold(self, words: str, work: Callable[[], Result]) -> Result:
        """Do slow *work* in a thread while keys wait in order, with *words* on the message line.

        Raises:
            SessionClosing: the line dropped meanwhile.
        """
        self.current.say(words)
        result = await unless_closing(in_thread(work), self.closing)
        self.current.say("")
        return result

    # --- keys

    async def on_resize(self) -> None:
        """The terminal has another size, and may have moved what stood on it."""
        self.draw_whole()

    async def on_event(self, event: events.Event) -> None:
        """Take keys and pasted text in order; everything else as Textual does."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.last_key = monotonic()
            if not await self.handle_key_binding(event.key):
                await self.guarded(self._type(event))
            self._place_cursor()
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            self.last_key = monotonic()
            self.current.take_paste(event.text)
        else:
            await super().on_event(event)

    async def _type(self, event: events.Key) -> None:
        self.current.take_key(event.key, event.character)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A verb is offered by the screen, or it is not an action here."""
        screen = self.screen
        return action == "perform" and isinstance(screen, BaseScreen) and screen.offers(str(parameters[0]))

    async def action_perform(self, verb: str) -> None:
        """Do *verb* on the screen that is open."""
        await self.guarded(self._perform(verb))

    async def _perform(self, verb: str) -> None:
        if self.current.signed_in:
            self.seat.check()
        await self.current.perform(verb)

    async def guarded(self, work: Awaitable[None]) -> None:
        """Await *work*; whatever goes wrong becomes a sentence on the message line."""
        try:
            await work
        except SessionClosing:
            return
        except SessionLocked:
            await self.lock()
        except SessionEnded as ended:
            await self.sign_out(ended)
        except RegisterError as error:
            self.current.show_error(error)
        except Exception as error:  # noqa: BLE001 - the last boundary: a person reads a sentence, never a traceback
            self.current.say(self.fault_words(error), "error")

    def fault_words(self, error: BaseException) -> str:
        """The sentence for an error that nobody foresaw; what is known of it is written down, without its values."""
        return tr(
            N_(
                "Something unexpected happened (fault {number}); open work was rolled back. "
                "Give the number to whoever looks after the program."
            ),
            self.language,
            number=write_note(error),
        )

    def _place_cursor(self) -> None:
        """The terminal's own cursor, for braille displays and input methods (the drawn one is for the eyes)."""
        active = self.current.active if isinstance(self.screen, BaseScreen) else None
        at = active.cursor_at if active is not None else None
        if active is not None and at is not None:
            self.cursor_position = Offset(active.region.x + at[0], active.region.y + at[1])

    # --- the session

    async def on_mount(self) -> None:
        """Begin: signals first, then the first screen."""
        on_ending(asyncio.get_running_loop(), self.hang_up)
        self.set_interval(_IDLE_CHECK_SECONDS, self._lock_when_idle)
        await self.first_screen()

    async def first_screen(self) -> None:
        """The menu for somebody who is signed in, else the sign-in screen."""
        if self.seat.session is not None:
            from tui.screens.menu import MenuScreen

            await self.replace_all(MenuScreen(self))
            self.run_worker(self.guarded(self._recover()), exit_on_error=False)
        else:
            from tui.screens.sign_in import SignInScreen

            await self.replace_all(SignInScreen(self, self.given_user_name))

    async def _recover(self) -> None:
        """Close what a session that ended in the middle of a sending has left, so that its doubt is seen."""
        found = await in_thread(self.seat.recover)
        if found and isinstance(self.screen, BaseScreen) and self.current.area == "menu":
            await self.current.returned(None)

    async def sign_out(self, why: RegisterError | None = None) -> None:
        """End the session and show the sign-in screen, saying *why*."""
        self._keep_drafts()
        if why is None:
            self.seat.end(EndReason.SIGNED_OUT)
        self.seat.session = None
        await self.first_screen()
        if why is not None:
            self.current.show_error(why)

    async def lock(self) -> None:
        """Cover everything until the password is given."""
        from tui.screens.lock import LockScreen

        if self.seat.session is not None and not isinstance(self.screen, LockScreen):
            self.seat.lock()
            await self.open(LockScreen(self))

    async def _lock_when_idle(self) -> None:
        limit = self.seat.register.config.staff.session_idle_minutes * 60
        if monotonic() - self.last_key >= limit:
            await self.guarded(self.lock())

    # --- the end

    def hang_up(self) -> None:
        """The line dropped, or the machine shuts down: keep drafts, end the session, leave."""
        if self.closing.is_set():
            return
        self.closing.set()
        end_in_any_case()
        self._keep_drafts()
        # Without its database the session is over all the same; its time limit ends it there.
        with suppress(RegisterError):
            self.seat.end(EndReason.HANG_UP)
        self.exit()

    def _keep_drafts(self) -> None:
        for screen in reversed(self.screens_open()):
            with suppress(RegisterError):
                screen.keep_draft()

    def hang_up_from_thread(self) -> None:
        """The driver found that the terminal is gone."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.hang_up)
