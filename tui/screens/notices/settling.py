"""A person says that a recipient has acknowledged, or need not be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.messages import N_
from core.notices import service
from tui.screens.base import BaseScreen
from tui.screens.notices.worklist import about
from tui.widgets.form import Field, Form, Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.notices.types import Notice
    from tui.app import RegisterApp


class SettleNotice(BaseScreen):
    """The person's own words are needed for either."""

    area = "notice_settling"

    def __init__(self, desk: RegisterApp, notice: Notice, *, acknowledged: bool) -> None:
        super().__init__(desk)
        self.notice = notice
        self.acknowledged = acknowledged
        asked = N_("How, when and by whom") if acknowledged else N_("Why not")
        said = (
            N_("What has the recipient said? A message, a call, a signed copy: it goes into the history.")
            if acknowledged
            else N_(
                "Why need the recipient not be told? You answer for the reason; it goes into the history."
            )
        )
        who = f"{notice.customer_number or ''} {notice.customer_name or ''}".strip()
        self.form = Form(
            [Field("how", self.tr(asked), row=5, column=28, width=48, max_length=500)],
            notes=[
                Note(1, f"{notice.recipient}: {who}, {about(notice, desk.language)}"),
                Note(3, self.tr(said)),
            ],
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Acknowledged") if self.acknowledged else N_("Not needed"))

    @property
    def active(self) -> Form:
        """The form."""
        return self.form

    def body(self) -> Iterable[Widget]:
        """The form."""
        yield self.form

    @property
    def unsaved(self) -> bool:
        """Something has been written."""
        return bool(self.form.value("how"))

    async def do_save(self) -> None:
        """F10: record it."""
        seat, words = self.desk.seat, self.form.value("how")
        with seat.writing() as uow:
            if self.acknowledged:
                service.acknowledge(uow, seat.actor, [self.notice.id], how=words)
            else:
                service.dismiss(uow, seat.actor, [self.notice.id], reason=words)
        await self.desk.back("settled")
        self.desk.current.say(self.tr(N_("Recorded.")), "done")
