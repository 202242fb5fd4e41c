"""One's own password, changed with the present one; nothing of any of them is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import RegisterError
from core.messages import N_
from core.staff.errors import SignInRefused
from tui.screens.form_screen import FormScreen
from tui.widgets.form import Field, Form, Note

if TYPE_CHECKING:
    from tui.app import RegisterApp

_COLUMN = 28


class PasswordScreen(FormScreen):
    """The present password, the new one, and the new one again."""

    area = "password"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        labels = {
            "current": (5, N_("Present password")),
            "password": (7, N_("New password")),
            "again": (9, N_("The same again")),
        }
        words = (
            N_("At least 15 characters: a sentence or several words that you remember."),
            N_("Spaces and every letter are allowed. Your other open sessions end."),
        )
        self.form = Form(
            [
                Field(name, self.tr(label), row, _COLUMN, 46, kind="secret", max_length=256)
                for name, (row, label) in labels.items()
            ],
            notes=[Note(1 + row, self.tr(text)) for row, text in enumerate(words)],
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Own password"))

    @property
    def unsaved(self) -> bool:
        """Something has been typed."""
        return any(self.form.secret(field.name) for field in self.form.fields)

    async def do_enter(self) -> None:
        """Enter: the next field, and from the last one on."""
        if self.form.next():
            await self.do_save()

    async def do_save(self) -> None:
        """F10: check the present one as a sign-in is checked, then change it; slow on purpose, so keys wait."""
        current, new = self.form.secret("current"), self.form.secret("password")
        missing = next((one.name for one in self.form.fields if not self.form.secret(one.name)), None)
        if missing is not None:
            self.form.focus_field(missing)
            self.say(self.tr(N_("Give the present password, and the new one twice.")), "error")
            return
        if self.form.secret("again") != new:
            self._begin_at("password", "again")
            self.say(self.tr(N_("The new password was not the same both times: type it again.")), "error")
            return
        try:
            await self.desk.hold(
                self.tr(N_("Checking…")), lambda: self.desk.seat.change_password(current, new)
            )
        except SignInRefused:
            self._begin_at("current")
            raise
        except RegisterError:
            self._begin_at("password", "again")
            raise
        await self.desk.back("changed")
        self.desk.current.say(self.tr(N_("The password was changed.")), "done")

    def _begin_at(self, *names: str) -> None:
        for name in names:
            self.form.put(name, "")
        self.form.focus_field(names[0])
