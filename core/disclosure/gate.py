"""The gate: the only way out.

::

    plan      who, what, why; who is left out and why; only permitted fields are read
    preview   the exit renders bytes; they are scanned for values that may not leave
    approve   above a limit, or at a recipient's first use, a second person; see `core.disclosure.review.approvals`
    release   intent (durable, signed) → permit → attempt before each effect → outcome (durable, signed)
    settle    a transfer in doubt: the partner is asked, or a person decides; see `core.disclosure.settle`

Fail closed: if the log cannot be written, read back or signed, nothing leaves.
"""

from __future__ import annotations

import hashlib
import weakref
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import IntegrityError

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers.view import disclosure_view
from core.disclosure import settle
from core.disclosure.attempts import AttemptRecorder
from core.disclosure.errors import (
    ForbiddenValueInPayload,
    NobodyToSend,
    OutcomeNotRecorded,
    PermitRefused,
    PlanOutdated,
    UnreadyPayload,
)
from core.disclosure.exits import NO_ANSWER, NotSent, Unknown
from core.disclosure.intent import key_conflict, record_intent
from core.disclosure.outcome import Line, TransferFacts, believed, conclude, of_delivery, outcomes_of
from core.disclosure.owner import in_hand
from core.disclosure.permit import granted
from core.disclosure.planning import REGISTER_FIELDS, draw_up
from core.disclosure.recipients import recipient_for
from core.disclosure.review import approvals
from core.disclosure.review.approvals import WHY_NAMES, ApprovalRules
from core.disclosure.review.errors import ApprovalNeeded, ApprovalWaiting
from core.disclosure.review.refusals import noted
from core.disclosure.scan import Canaries
from core.disclosure.sealing import blinded, new_transfer_id
from core.disclosure.types import LEFT_OUT_SENTENCES, Preview, TransferResult, combined
from core.errors import RegisterError, Words
from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import Database, UnitOfWork
    from core.disclosure.exits import Exit, FieldValue, Outcome, Payload
    from core.disclosure.intent import Intent
    from core.disclosure.listener import TransferListener
    from core.disclosure.log import DisclosureLog
    from core.disclosure.permit import GatePermit
    from core.disclosure.recipients import Recipient
    from core.disclosure.settle import Recovered, Settled
    from core.disclosure.types import ItemOutcome, ItemState, Plan, TransferRequest
    from core.keys import KeyRing

    # Called in the intent's unit of work, first and last: what must be true exactly when the intent is.
    Before = Callable[[UnitOfWork], None]
    Also = Callable[[UnitOfWork, TransferFacts], None]
    Watch = Callable[[int], None]

SENDERS: Final = (Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
NO_APPROVALS: Final = ApprovalRules()
_TRIES: Final = 3
_SOME: Final = 5000
PDF: Final = "application/pdf"


class Gate:
    """Every transfer of personal data passes here; one for a process and its threads."""

    def __init__(
        self,
        database: Database,
        keyring: KeyRing,
        log: DisclosureLog,
        exits: Callable[[str], Exit],
        listeners: Sequence[TransferListener] = (),
        *,
        rules: ApprovalRules = NO_APPROVALS,
    ) -> None:
        self.database = database
        self.keyring = keyring
        self.log = log
        self.exits = exits
        self.listeners = tuple(listeners)
        self.rules = rules
        self._previews: weakref.WeakSet[Preview] = weakref.WeakSet()

    def recipient_for(self, purpose: str, named: str | None = None) -> Recipient:
        """The recipient *named*, or else the only one whose agreement covers the purpose today.

        Raises:
            UnknownRecipient, NoRecipientForPurpose: there is not exactly one.
        """
        today = self.database.clock.now().astimezone(HELSINKI).date()
        with self.database.reading() as connection:
            return recipient_for(connection, purpose, today, named)

    def plan(self, actor: Actor, request: TransferRequest) -> Plan:
        """Who would be sent what, and who is left out and why.

        Raises:
            NotPermitted: the actor's role does not send.
            Refused: the recipient, purpose, basis or country is not allowed; nobody's data has been read then.
        """
        with noted(self.database, actor, request, "plan"):
            require(actor, *SENDERS)
            with self.database.reading() as connection:
                plan = draw_up(connection, self.keyring, self.exits, request, self.database.clock.now())
            return replace(plan, planned_by=actor)

    def preview(self, plan: Plan) -> Preview:
        """The bytes that would leave, made by the exit from permitted fields and scanned for any other value.

        Raises:
            NobodyToSend: everybody was left out.
            InvalidInput: the exit cannot render an item.
            ForbiddenValueInPayload, UnreadyPayload: the exit made bytes that it should not have, or too few.
        """
        with noted(self.database, plan.planned_by, plan.request, "preview"):
            if not plan.items:
                raise _nobody(plan)
            payloads = self.exits(plan.way).render(plan.purpose.code, plan.items)
            named = {item_id for payload in payloads for item_id in payload.item_ids}
            if named != set(plan.subjects) or not all(payload.content for payload in payloads):
                raise UnreadyPayload(adapter=plan.way)
            with self.database.reading() as connection:
                self._scan(connection, plan, payloads)
        digest = hashlib.sha256(b"".join(hashlib.sha256(it.content).digest() for it in payloads)).digest()
        preview = Preview(plan, payloads, digest)
        self._previews.add(preview)
        return preview

    def _scan(self, connection: Connection, plan: Plan, payloads: Sequence[Payload]) -> None:
        def hidden() -> Iterator[tuple[str, FieldValue]]:
            # Some at a time: all that is hidden of 100,000 persons need not be there at once.
            of_fields: dict[frozenset[str], list[int]] = {}
            for item_id, subject in plan.subjects.items():
                fields = (REGISTER_FIELDS - plan.fields) | plan.withheld.get(item_id, frozenset())
                of_fields.setdefault(fields, []).append(subject.customer_id)
                yield from ((name, value) for name, value in subject.extra.items() if name not in plan.fields)
            for fields, ids in of_fields.items():
                for start in range(0, len(ids), _SOME):
                    some = disclosure_view(connection, self.keyring, ids[start : start + _SOME], fields)
                    for values in some.values():
                        yield from values.items()

        canaries = Canaries(hidden(), (value for item in plan.items for value in item.fields.values()))
        found = canaries.found_in(*(_readable(it) for it in payloads))
        if found:
            raise ForbiddenValueInPayload(
                recipient=plan.recipient.name, adapter=plan.way, fields=", ".join(sorted(found))
            )

    def release(
        self,
        actor: Actor,
        preview: Preview,
        *,
        before: Before | None = None,
        also: Also | None = None,
        watch: Watch | None = None,
    ) -> TransferResult:
        """Let a preview's bytes leave, and say what became of them.

        *before* and *also* run in the unit of work that records the intent, first and last (so that rows are locked in
        the order that other services lock them); what they raise stops the transfer.  *watch* is told after each attempt
        how many there were, for a transfer of many requests.

        Raises:
            ApprovalWaiting: a second person must approve it first, who has now been asked; nothing was sent.
            PlanOutdated: something changed since the preview; nothing was sent.
            KeyInUse: it has gone to the recipient already, or may have; nothing was sent.
            Refused, LogFault, DatabaseUnavailable: nothing was sent.
            OutcomeNotRecorded: it was begun, and what came of it could not be written: treated as in doubt.
        """
        with noted(self.database, actor, preview.plan.request, "release"):
            require(actor, *SENDERS)
            if preview not in self._previews:
                raise PermitRefused
        transfer_id = new_transfer_id(self.database.clock.now())
        with in_hand(transfer_id):
            intent = self._intend(actor, preview, transfer_id, before, also)
            try:
                permit = granted(transfer_id, intent.log_index, self.log.sign().size, actor.user_name)
            except BaseException:
                # Proved not sent: there is no permit.  If even that cannot be written, `recover` finds it.
                with suppress(RegisterError):
                    self._conclude(actor, intent, preview, _all(preview.plan, NotSent("not_signed")))
                raise
            outcomes = self._deliver(permit, intent, actor, preview, watch)
            return self._finish(actor, intent, preview, outcomes)

    def send(
        self,
        actor: Actor,
        request: TransferRequest,
        *,
        before: Before | None = None,
        also: Also | None = None,
    ) -> TransferResult:
        """Plan, preview and release in one, anew when something changed in between."""
        for _ in range(_TRIES - 1):
            with suppress(PlanOutdated):
                return self.release(actor, self.preview(self.plan(actor, request)), before=before, also=also)
        return self.release(actor, self.preview(self.plan(actor, request)), before=before, also=also)

    def settle(self, actor: Actor, transfer_id: str) -> TransferResult:
        """Ask the partner about a transfer in doubt; see `core.disclosure.settle.settle`."""
        return settle.settle(self, actor, transfer_id)

    def settle_due(self, actor: Actor) -> Settled:
        """Ask about every transfer in doubt that can be asked about now; says which wait for a person."""
        return settle.settle_due(self, actor)

    def decide(self, actor: Actor, transfer_id: str, outcome: ItemState, reason: str) -> TransferResult:
        """A person settles a transfer in doubt; see `core.disclosure.settle.decide`."""
        return settle.decide(self, actor, transfer_id, outcome, reason)

    def recover(self) -> Recovered:
        """Close what ended processes left open; to be called at start-up and when due, by any number of processes."""
        return settle.recover(self)

    def _intend(
        self, actor: Actor, preview: Preview, transfer_id: str, before: Before | None, also: Also | None
    ) -> Intent:
        try:
            with self.database.unit_of_work() as uow:
                if before is not None:
                    before(uow)
                intent = record_intent(
                    uow,
                    self.keyring,
                    self.log,
                    self.exits,
                    actor=actor,
                    preview=preview,
                    transfer_id=transfer_id,
                    rules=self.rules,
                )
                if also is not None:
                    also(uow, _facts(preview.plan, intent))
                uow.commit()
        except ApprovalNeeded as needed:
            raise self._ask(actor, preview, needed) from None
        except IntegrityError as error:
            # Two processes with one key: the second met the constraint.
            with self.database.reading() as connection:
                raise key_conflict(connection, preview.plan, error) from error
        return intent

    def _ask(self, actor: Actor, preview: Preview, needed: ApprovalNeeded) -> ApprovalWaiting:
        why = approvals.Why(str(needed.data["why"]))
        with self.database.unit_of_work() as uow:
            number = approvals.ask(uow, self.keyring, self.rules, actor, preview=preview, why=why)
            uow.commit()
        return ApprovalWaiting(number=number, why=Words(WHY_NAMES[why]))

    def _deliver(
        self, permit: GatePermit, intent: Intent, actor: Actor, preview: Preview, watch: Watch | None
    ) -> dict[str, ItemOutcome]:
        plan = preview.plan
        recorder = AttemptRecorder(self.database, intent, watch)
        outcome: Outcome
        try:
            outcome = self.exits(plan.way).deliver(
                permit, plan.purpose.code, plan.items, preview.payloads, recorder
            )
        except Exception as error:  # noqa: BLE001 - an exit is somebody else's code; whatever it raises says nothing
            outcome = _unanswered(recorder, type(error).__name__)
        except BaseException as error:
            # The program is being stopped; what is known is written first.
            recorder.end()
            permit.end()
            with suppress(RegisterError):
                outcome = _unanswered(recorder, type(error).__name__)
                self._conclude(actor, intent, preview, believed(_all(plan, outcome), recorder))
            raise
        recorder.end()
        permit.end()
        return believed(of_delivery(outcomes_of(_lines(plan), outcome)), recorder)

    def _finish(
        self, actor: Actor, intent: Intent, preview: Preview, outcomes: dict[str, ItemOutcome]
    ) -> TransferResult:
        try:
            self._conclude(actor, intent, preview, outcomes)
        except RegisterError as error:
            raise OutcomeNotRecorded(transfer=intent.log_index, reason=error) from error
        signed = False
        # The outcome is durable; an unsigned log stops the next transfer, not the report of this one.
        with suppress(RegisterError):
            self.log.sign()
            signed = True
        return TransferResult(
            transfer_id=intent.transfer_id,
            number=intent.log_index,
            state=combined([it.state for it in outcomes.values()]),
            outcomes=outcomes,
            answer=next((it.answer for it in outcomes.values() if it.answer), NO_ANSWER),
            left_out=preview.plan.left_out,
            signed=signed,
        )

    def _conclude(
        self, actor: Actor, intent: Intent, preview: Preview, outcomes: dict[str, ItemOutcome]
    ) -> None:
        with self.database.unit_of_work() as uow:
            conclude(
                uow,
                self.log,
                self.listeners,
                actor,
                transfer_id=intent.transfer_id,
                outcomes=outcomes,
                by="answer",
                digest=blinded(intent.blinding, preview.digest),
            )
            uow.commit()


def _readable(payload: Payload) -> bytes:
    """What is searched: the bytes themselves, or for a PDF what it was set from."""
    if payload.media_type == PDF and payload.said is not None:
        return payload.said
    return payload.content


def _nobody(plan: Plan) -> NobodyToSend:
    reasons = {left.reason for left in plan.left_out}
    reason = LEFT_OUT_SENTENCES[reasons.pop()] if len(reasons) == 1 else N_("everybody was left out")
    return NobodyToSend(recipient=plan.recipient.name, reason=Words(reason), left_out=plan.left_out)


def _unanswered(recorder: AttemptRecorder, code: str) -> NotSent | Unknown:
    """What an exit that ended without an answer has done: with no attempt, provably nothing."""
    return Unknown(code) if recorder.recorded else NotSent(code)


def _lines(plan: Plan) -> list[Line]:
    return [Line(item.id, plan.subjects[item.id].customer_id, item.key) for item in plan.items]


def _all(plan: Plan, outcome: Outcome) -> dict[str, ItemOutcome]:
    return outcomes_of(_lines(plan), outcome)


def _facts(plan: Plan, intent: Intent) -> TransferFacts:
    return TransferFacts(
        intent.transfer_id,
        intent.log_index,
        plan.recipient.code,
        plan.purpose.code,
        plan.request.task,
        plan.way,
    )
