"""What would leave, exactly: to whom, why, on what basis, who is left out; then that, and nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from core.disclosure.purposes import BASIS_NAMES
from core.disclosure.types import STATE_NAMES, TransferState
from core.messages import N_, tr
from core.staff.access_log import Access
from core.text import safe_text
from tui.screens.base import BaseScreen
from tui.screens.words import fields_in_words, named
from tui.widgets.details import Details, Piece, ReadRow, blank, heading, labelled, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.disclosure.exits import Payload
    from core.disclosure.types import Preview, TransferResult
    from tui.app import RegisterApp
    from tui.widgets.message_line import Mood

_WIDTH = 76
# A file of thousands of rows is shown by its beginning; all of it is what leaves.
_FIRST_LINES = 200


class TransferPreview(BaseScreen):
    """A preview that is looked at; `release` lets just that leave."""

    area = "preview"

    def __init__(self, desk: RegisterApp) -> None:
        super().__init__(desk)
        self.details = Details()
        self.preview: Preview

    def release(self) -> TransferResult:
        """Let it leave; called in a thread."""
        raise NotImplementedError

    def sent(self, result: TransferResult) -> str:
        """The sentence that tells what came of it."""
        words = N_("Transfer {number}: {state}.")
        return self.tr(words, number=result.number, state=tr(STATE_NAMES[result.state], self.desk.language))

    @property
    def active(self) -> Details:
        """It scrolls."""
        return self.details

    def body(self) -> Iterable[Widget]:
        """What would leave."""
        yield self.details

    def show_preview(self, preview: Preview) -> None:
        """Show *preview*, which is what F10 sends."""
        self.preview = preview
        self.looked(preview)
        self.details.show([*self._head(preview), *self._payloads(preview)])

    def looked(self, preview: Preview) -> None:
        """Record the look at those whose data is shown, with the purpose that it is for."""
        plan = preview.plan
        customers = [subject.customer_id for subject in plan.subjects.values()]
        alone = customers[0] if len(customers) == 1 else None
        action = Access.LIST if alone is None else Access.OPEN
        self.desk.seat.record_access(action, alone, plan.purpose.code, f"{len(customers)} rows")

    def _head(self, preview: Preview) -> list[ReadRow]:
        plan, language = preview.plan, self.desk.language
        rows: list[ReadRow] = [
            blank(),
            labelled(self.tr(N_("Recipient")), f"{plan.recipient.name} ({plan.country})"),
            labelled(self.tr(N_("Purpose")), tr(plan.purpose.name, language)),
            labelled(self.tr(N_("Legal basis")), named(BASIS_NAMES, plan.basis, language)),
            labelled(self.tr(N_("Data")), fields_in_words(plan.fields, language)),
            labelled(self.tr(N_("Persons")), str(len(plan.items))),
        ]
        reasons = Counter(left.sentence(language) for left in plan.left_out)
        for reason, count in reasons.most_common():
            rows += paragraph(self.tr(N_("Left out: {count}, {reason}"), count=count, reason=reason))
        held = sum(bool(fields) for fields in plan.withheld.values())
        if held:
            rows += paragraph(self.tr(N_("Part of the data is kept back from {count} persons."), count=held))
        return rows

    def _payloads(self, preview: Preview) -> list[ReadRow]:
        rows: list[ReadRow] = []
        for payload in preview.payloads:
            rows += [blank(), heading(f"{payload.label} ({payload.media_type}, {len(payload.content)} B)")]
            lines = _lines(payload)
            rows += [(Piece(1, line),) for line in lines[:_FIRST_LINES]]
            if len(lines) > _FIRST_LINES:
                more = len(lines) - _FIRST_LINES
                rows += paragraph(self.tr(N_("… and {count} rows more."), count=more))
        return rows

    async def do_save(self) -> None:
        """F10: let it leave; keys wait until the answer is in the log."""
        words = self.tr(N_("Sending to {recipient}…"), recipient=self.preview.plan.recipient.name)
        result = await self.desk.hold(words, self.release)
        await self.desk.back("sent")
        mood: Mood = "done" if result.state is TransferState.DELIVERED else "warning"
        reasons = sorted({outcome.message for outcome in result.outcomes.values() if outcome.message})
        self.desk.current.say(" ".join([self.sent(result), *reasons[:1]]), mood)

    async def do_enter(self) -> None:
        """Enter: nothing leaves by habit."""
        self.say(self.tr(N_("F10 sends exactly this; F12 goes back and nothing leaves.")))


def _lines(payload: Payload) -> list[str]:
    """The bytes as text in rows that fit."""
    charset = payload.media_type.rpartition("charset=")[2] if "charset=" in payload.media_type else "utf-8"
    # A line break between tags is for the eyes alone; every character shown is one that leaves.
    text = payload.content.decode(charset, errors="replace").replace("><", ">\n<")
    rows = []
    for line in text.split("\n"):
        shown = safe_text(line.rstrip("\r").replace("\t", "  "))
        rows += [shown[at : at + _WIDTH] for at in range(0, max(1, len(shown)), _WIDTH)]
    return rows
