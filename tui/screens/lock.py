"""The lock: covers everything after a while without a key; only the password opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import RegisterError
from core.messages import N_
from tui.screens.form_screen import FormScreen
from tui.widgets.form import Field, Form, Note

if TYPE_CHECKING:
    from tui.app import RegisterApp


class LockScreen(FormScreen):
    """What is below stays as it was, unseen."""

    area = "lock"
    # The session is locked, so the check before each action would only lock again.
    signed_in = False
    alone = True

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.form = Form(
            [Field("password", self.tr(N_("Password")), row=5, width=30, kind="secret", max_length=256)],
            notes=[
                Note(1, self.tr(N_("Locked, because no key was pressed for a while."))),
                Note(2, self.tr(N_("Signed in: {name}"), name=desk.seat.actor.name)),
                Note(3, self.tr(N_("Your work is kept. F3 signs you out instead."))),
            ],
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Locked"))

    async def do_enter(self) -> None:
        """Enter: the same as F10."""
        await self.do_save()

    async def do_save(self) -> None:
        """Open again, where one was."""
        password = self.form.secret("password")
        self.form.put("password", "")
        try:
            await self.desk.hold(self.tr(N_("Checking…")), lambda: self.desk.seat.unlock(password))
        except RegisterError:
            self.form.focus_field("password")
            raise
        await self.desk.back()

    async def do_cancel(self) -> None:
        """F12: there is no way back but the password."""
        self.say(self.tr(N_("Give your password, or F3 to sign out.")), "warning")

    async def do_exit(self) -> None:
        """F3: sign out."""
        await self.desk.sign_out()

    async def do_help(self) -> None:
        """F1: the form says it all; nothing may be opened above a lock."""
        self.say(self.tr(N_("Give your password, or F3 to sign out.")))
