"""One notice: what it is about, by which transfer the recipient has it, and what has happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure.statement.words import field_name
from core.messages import N_, tr
from core.notices.events import history_of
from core.notices.types import CAUSE_NAMES, NOTICE_STATE_NAMES
from core.notices.words import obstacle_in_words, recipient_name
from core.staff.access_log import Access
from tui.screens.base import BaseScreen
from tui.screens.words import day, purpose_name, when
from tui.widgets.details import Details, blank, heading, labelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.notices.types import Notice, NoticeEvent
    from tui.app import RegisterApp
    from tui.widgets.details import ReadRow


class NoticeScreen(BaseScreen):
    """To be read; what is done is done from the list."""

    area = "notice"

    def __init__(self, desk: RegisterApp, notice: Notice) -> None:
        super().__init__(desk)
        self.notice = notice
        self.details = Details()

    def heading(self) -> str:
        """Its number."""
        return self.tr(N_("Notice {number}"), number=self.notice.id)

    @property
    def active(self) -> Details:
        """It scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """What it says."""
        yield self.details

    async def prepare(self) -> None:
        """Read its history; a look at the customer."""
        notice = self.notice
        with self.desk.seat.reading() as connection:
            events = history_of(connection, notice.id)
        if notice.customer_id is not None:
            self.desk.seat.record_access(Access.OPEN, notice.customer_id, "notices", f"notice {notice.id}")
        self.details.show([*self._rows(), *self._events(events)])

    def _rows(self) -> list[ReadRow]:
        notice, language = self.notice, self.desk.language
        who = f"{notice.customer_number or '–'} {notice.customer_name or ''}".strip()
        facts = [
            (N_("Recipient"), recipient_name({}, notice.recipient, language)),
            (N_("Customer"), who),
            (N_("Data"), ", ".join(field_name(field, language) for field in notice.fields) or "–"),
            (N_("Why"), tr(CAUSE_NAMES[notice.cause], language)),
            (N_("Purpose"), purpose_name(notice.purpose, language)),
            (N_("Has it by transfer"), str(notice.held_by)),
            (N_("Address update"), "" if notice.batch_id is None else str(notice.batch_id)),
            (N_("Case"), notice.reference or ""),
            (N_("State"), tr(NOTICE_STATE_NAMES[notice.state], language)),
            (N_("Not told yet"), obstacle_in_words(notice.obstacle, language) if notice.obstacle else ""),
            (N_("At the latest"), day(notice.chase_on or notice.due_on)),
            (N_("Told by transfer"), "" if notice.transfer_number is None else str(notice.transfer_number)),
        ]
        return [blank(), *(labelled(self.tr(name), value) for name, value in facts if value)]

    def _events(self, events: list[NoticeEvent]) -> list[ReadRow]:
        language = self.desk.language
        rows = [blank(), heading(self.tr(N_("What has happened")))]
        rows.append(labelled(when(self.notice.made_at), self.tr(N_("was found to be needed"))))
        for event in events:
            state = tr(NOTICE_STATE_NAMES[event.state], language)
            detail = f": {obstacle_in_words(event.detail, language)}" if event.detail else ""
            rows.append(labelled(when(event.at), f"{state}{detail}", note=event.actor_name))
        return rows
