"""The second person: exactly what would leave, to be approved or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure.review import deciding
from core.disclosure.review.approvals import WHY_NAMES, masked
from core.disclosure.types import Preview
from core.messages import N_
from tui.screens.base import BaseScreen
from tui.screens.disclosures.preview import TransferPreview
from tui.screens.words import when
from tui.session.background import in_thread
from tui.widgets.details import blank, heading, labelled, paragraph
from tui.widgets.form import Field, Form, Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from core.disclosure.review.approvals import Approval
    from tui.app import RegisterApp
    from tui.widgets.details import ReadRow


class ApprovalScreen(TransferPreview):
    """F10 approves just what is shown; F8 asks for the reason of a refusal."""

    area = "approval"

    def __init__(self, desk: RegisterApp, approval: Approval) -> None:
        super().__init__(desk)
        self.approval = approval

    def heading(self) -> str:
        """The number of the request."""
        return self.tr(N_("Request {number}"), number=self.approval.id)

    async def prepare(self) -> None:
        """Make the preview anew, which must be the one that was asked for."""
        seat = self.desk.seat
        gate, actor, number = seat.register.gate, seat.actor, self.approval.id
        look = await in_thread(lambda: deciding.look(gate, actor, number))
        self.show_preview(Preview(look.plan, look.payloads, b""))
        rows: list[ReadRow] = [
            blank(),
            labelled(
                self.tr(N_("Asked by")), f"{self.approval.asked_by_name}, {when(self.approval.asked_at)}"
            ),
            labelled(self.tr(N_("Why")), self.tr(WHY_NAMES[self.approval.why])),
            *self.details.rows[1:],
        ]
        if not look.payloads:
            words = N_("The bytes hold a value that is never stored, so they are made when it is sent.")
            rows += [blank(), *paragraph(self.tr(words))]
            for item in look.plan.items:
                rows.append(heading(item.key))
                rows += [labelled(name, str(value)) for name, value in sorted(masked(item.fields).items())]
        self.details.show(rows)

    def looked(self, preview: Preview) -> None:
        """`deciding.look` has recorded it."""

    async def do_save(self) -> None:
        """F10: approve."""
        seat, number = self.desk.seat, self.approval.id
        gate, actor = seat.register.gate, seat.actor
        await self.desk.hold(
            self.tr(N_("Recording…")), lambda: deciding.decide(gate, actor, number, approved=True)
        )
        await self.desk.back("approved")
        words = self.tr(
            N_("Request {number} is approved; {who} can send it now."),
            number=number,
            who=self.approval.asked_by_name,
        )
        self.desk.current.say(words, "done")

    async def do_send(self) -> None:
        """F8: refuse."""
        await self.desk.open(RefuseScreen(self.desk, self.approval))

    async def do_enter(self) -> None:
        """Enter: nothing is approved by habit."""
        self.say(self.tr(N_("F10 approves exactly this; F8 refuses it.")))

    async def returned(self, result: object) -> None:
        """After a refusal there is nothing left here."""
        if result is not None:
            await self.desk.back(result)


class RefuseScreen(BaseScreen):
    """The reason of a refusal."""

    area = "decision"

    def __init__(self, desk: RegisterApp, approval: Approval) -> None:
        super().__init__(desk)
        self.approval = approval
        words = self.tr(N_("Why is request {number} refused? The asker reads this."), number=approval.id)
        self.form = Form(
            [Field("reason", self.tr(N_("Reason")), row=3, column=14, width=62, max_length=500)],
            notes=[Note(1, words)],
        )

    def heading(self) -> str:
        """Its name."""
        return self.tr(N_("Refusal"))

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
        return bool(self.form.value("reason"))

    async def do_save(self) -> None:
        """F10: refuse."""
        seat, number, reason = self.desk.seat, self.approval.id, self.form.value("reason")
        gate, actor = seat.register.gate, seat.actor
        await self.desk.hold(
            self.tr(N_("Recording…")),
            lambda: deciding.decide(gate, actor, number, approved=False, reason=reason),
        )
        await self.desk.back("refused")
        self.desk.current.say(self.tr(N_("Request {number} is refused."), number=number), "done")
