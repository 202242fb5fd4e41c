"""Sign-in: a personal name and password; nothing is shown of the password, and a refusal says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import RegisterError
from core.messages import N_
from tui.screens.base import BaseScreen
from tui.screens.task import TASKS
from tui.screens.words import purpose_name
from tui.widgets.details import Details, blank, paragraph
from tui.widgets.form import Field, Form
from tui.widgets.paint import BOLD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.app import RegisterApp

_HEAD_ROWS = 7


class SignInScreen(BaseScreen):
    """The first screen, and the one after a session has ended."""

    area = "sign_in"
    signed_in = False

    def __init__(self, desk: RegisterApp, user_name: str = "", task: str = TASKS[0]) -> None:
        super().__init__(desk)
        self.head = Details()
        self.head.styles.height = _HEAD_ROWS
        self.form = self._form({"user_name": user_name, "task": task})

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Sign in"))

    @property
    def active(self) -> Form:
        """The form."""
        return self.form

    def body(self) -> Iterable[Widget]:
        """The register's name, what this is, and the two fields."""
        self._draw_head()
        yield self.head
        yield self.form

    def _draw_head(self) -> None:
        settings = self.desk.seat.register.config.register
        self.head.show(
            [
                blank(),
                *paragraph(settings.name, style=BOLD),
                *paragraph(settings.controller.name),
                blank(),
                *paragraph(
                    self.tr(
                        N_(
                            "For named staff only. Each opening of a person's data is recorded with your name and the "
                            "task it was for."
                        )
                    )
                ),
            ]
        )

    def _form(self, values: dict[str, str]) -> Form:
        words = N_(
            "What you are going to work on: your looks at customers are recorded under it. F4 changes it later."
        )
        tasks = tuple((code, purpose_name(code, self.desk.language)) for code in TASKS)
        form = Form(
            [
                Field("user_name", self.tr(N_("User name")), row=1, width=30, max_length=40),
                Field("password", self.tr(N_("Password")), row=3, width=30, kind="secret", max_length=256),
                Field("task", self.tr(N_("Task")), row=5, kind="choice", choices=tasks, help=self.tr(words)),
            ],
            values,
        )
        if values.get("user_name"):
            form.focus_field("password")
        return form

    async def do_enter(self) -> None:
        """Enter: on to the password, and from there in: the task is as it is shown unless Tab led to it."""
        if self.form.current.name == "user_name":
            self.form.next()
        else:
            await self.do_save()

    async def do_save(self) -> None:
        """Sign in.  The check is slow on purpose (Argon2id), so keys typed meanwhile wait for the menu."""
        user_name, password = self.form.value("user_name"), self.form.secret("password")
        missing = next((name for name in ("user_name", "password") if not self.form.secret(name)), None)
        if missing is not None:
            self.form.focus_field(missing)
            self.say(self.tr(N_("Give your user name and your password.")), "error")
            return
        try:
            session = await self.desk.hold(
                self.tr(N_("Checking…")), lambda: self.desk.seat.sign_in(user_name, password)
            )
        except RegisterError:
            self.form.put("password", "")
            self.form.focus_field("password")
            raise
        self.desk.seat.begin(session)
        self.desk.seat.task = self.form.value("task")
        await self.desk.first_screen()

    async def do_change(self) -> None:
        """F2: the other language, for this screen."""
        self.desk.seat.language = self.desk.seat.other_language()
        user_name, task = self.form.value("user_name"), self.form.value("task")
        await self.desk.replace_all(SignInScreen(self.desk, user_name, task))

    async def do_cancel(self) -> None:
        """F12: leave the program."""
        self.desk.exit()

    async def do_exit(self) -> None:
        """F3: leave the program."""
        self.desk.exit()

    async def do_leave(self) -> None:
        """Ctrl+C: nobody is signed in, so there is nothing to lose."""
        self.desk.exit()
