"""Credit checks: asked once, by a person, for an applicant who was told; decided by a person.

The answer never decides (P16).  The identity code is used for the one enquiry and never stored; the answer is kept
sealed for the days that the configuration says; afterwards only the fact and the decision remain.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from stdnum.fi import hetu

from core.actor import Role, require
from core.customers.aliases import of_person, survivors
from core.customers.credit_errors import (
    ApplicantNotInformed,
    CashOrder,
    IdentityCodeInvalid,
    IdentityCodeNeeded,
    IdentityCodeNotForFirms,
    NoSuchCheck,
    NothingToDecide,
    ReasonsMissing,
    UnknownCreditPurpose,
)
from core.customers.errors import CustomerRestricted
from core.customers.reading import get
from core.customers.restrictions import restricted_many, unrestricted
from core.customers.types import Kind
from core.disclosure.model import credit_check_table as table
from core.disclosure.model import transfer_table
from core.disclosure.types import ItemState, Subject, TransferRequest
from core.messages import N_
from core.staff.access_log import Access, record_access
from core.text import clean_block, clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.disclosure.outcome import TransferFacts
    from core.disclosure.types import ItemOutcome
    from core.keys import DataKey, KeyRing
    from core.register import Register

TASK: Final = "credit_check"
_DECIDERS: Final = (Role.CLERK, Role.CONTACT_PERSON, Role.ADMINISTRATOR)

# Credit Information Act 527/2007 § 19.  Only the first has a public code at the bureau; the others come by contract.
CREDIT_PURPOSES: Final[Mapping[str, str]] = MappingProxyType({"granting_credit": N_("granting credit")})


class CreditDecision(StrEnum):
    """What a person decided."""

    GRANTED = "granted"
    REFUSED = "refused"
    MORE_INFORMATION = "more_information"


DECISION_NAMES: Final[Mapping[CreditDecision, str]] = MappingProxyType(
    {
        CreditDecision.GRANTED: N_("credit granted"),
        CreditDecision.REFUSED: N_("credit refused"),
        CreditDecision.MORE_INFORMATION: N_("more information asked"),
    }
)


@dataclass(frozen=True, slots=True)
class CreditCheck:
    """A check as it stands.  ``state`` is the enquiry's: delivered means that the bureau answered.

    ``has_answer`` tells whether the answer is still kept; `opened` opens it.  ``transfer`` is the transfer's number.
    """

    id: int
    customer_id: int | None
    kind: Kind
    purpose: str
    asked_at: datetime
    staff_name: str
    informed: str | None
    transfer_id: str
    transfer: int
    state: str
    has_answer: bool
    answer_expires_at: datetime | None
    decision: CreditDecision | None
    decided_at: datetime | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class OpenedCheck:
    """The sealed parts of a check; None when purged, not given yet, or destroyed with the customer's key."""

    answer: Mapping[str, Any] | None
    reasons: str | None


def check(
    register: Register,
    actor: Actor,
    customer_id: int,
    *,
    identity_code: str | None,
    payment_term_days: int,
    informed: str,
    purpose: str = "granting_credit",
    basis: str | None = None,
    recipient: str | None = None,
) -> CreditCheck:
    """Ask the bureau about an applicant.

    *informed* says how and when the applicant was told that credit data is asked and from whom.  An enquiry whose
    answer was lost leaves the check in doubt; it is never repeated by itself.

    Raises:
        CashOrder, ApplicantNotInformed, UnknownCreditPurpose: the law does not allow asking.
        IdentityCodeNeeded, IdentityCodeInvalid, IdentityCodeNotForFirms: about the code given.
        Refused: the gate does not let the enquiry out (ban, restriction, agreement); see `core.disclosure.gate`.
    """
    require(actor, Role.CLERK, Role.CONTACT_PERSON)
    if purpose not in CREDIT_PURPOSES:
        raise UnknownCreditPurpose(purpose=purpose, purposes=", ".join(CREDIT_PURPOSES))
    if payment_term_days <= 0:
        raise CashOrder
    told = clean_block(informed)
    if not told:
        raise ApplicantNotInformed
    bureau = register.gate.recipient_for("credit_check", recipient)
    with register.database.reading() as connection:
        kind = get(connection, customer_id).values.kind
    environment = register.exits(bureau.adapter).manifest.environment
    code = _identity_code(kind, identity_code, test_persons=environment != "production")
    subject = Subject(customer_id, f"credit-{uuid.uuid4()}", {} if code is None else {"identity_code": code})
    # A person is asked about by the code alone, a firm by its business id: nothing else is even read.
    needed = frozenset({"organisation" if code is None else "identity_code"})
    request = TransferRequest(bureau.code, "credit_check", (subject,), TASK, basis=basis, only=needed)
    made: list[int] = []

    def also(uow: UnitOfWork, transfer: TransferFacts) -> None:
        result = uow.connection.execute(
            table.insert().values(
                customer_id=customer_id,
                kind=kind,
                purpose=purpose,
                staff_id=actor.staff_id,
                staff_name=actor.name,
                asked_at=uow.now,
                informed=told,
                transfer_id=transfer.id,
                state=ItemState.IN_DOUBT,
            )
        )
        key = result.inserted_primary_key
        assert key is not None, "an insert of one row gives its key"
        made.append(key[0])

    register.gate.send(actor, request, also=also)
    with register.database.reading() as connection:
        return credit_check(connection, made[-1])


def _identity_code(kind: Kind, given: str | None, *, test_persons: bool) -> str | None:
    """The code to ask with, checked; test persons' codes (individual numbers 900 to 999) only at a test service."""
    code = clean_line(given or "").upper()
    if kind is Kind.ORGANISATION:
        if code:
            raise IdentityCodeNotForFirms
        return None
    if not code:
        raise IdentityCodeNeeded
    if not hetu.is_valid(code, allow_temporary=test_persons):
        raise IdentityCodeInvalid
    return code


class CreditListener:
    """Keeps each check in step with its transfer, and seals the answer as it comes."""

    def __init__(self, keyring: KeyRing, answer_days: int) -> None:
        self._keyring = keyring
        self._kept = timedelta(days=answer_days)

    def concluded(
        self, uow: UnitOfWork, actor: Actor, transfer: TransferFacts, outcomes: Mapping[str, ItemOutcome]
    ) -> None:
        """Record the enquiry's state, and its answer where there is one."""
        if transfer.task != TASK:
            return
        for outcome in outcomes.values():
            values: dict[str, object] = {"state": outcome.state.value}
            if outcome.answer and outcome.customer_id is not None:
                key = self._keyring.data_key(uow, outcome.customer_id)
                values["answer"] = key.seal(_packed(outcome.answer), _context(transfer.id, "answer"))
                values["answer_expires_at"] = uow.now + self._kept
            uow.connection.execute(table.update().where(table.c.transfer_id == transfer.id).values(**values))


def record_decision(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    check_id: int,
    *,
    decision: CreditDecision,
    reasons: str,
) -> CreditCheck:
    """A named person's decision on a check, with its reasons.  More information may be asked before the last word.

    Raises:
        NotPermitted: the actor's role does not decide, or the actor is the program itself.
        ReasonsMissing: no reasons.
        NothingToDecide: the bureau has not answered, or a final decision stands.
        NoSuchCheck: no such check.
        CustomerRestricted: nothing may be decided from the customer's data (Article 18).
    """
    require(actor, *_DECIDERS)
    words = clean_block(reasons)
    if not words or actor.staff_id is None:
        raise ReasonsMissing
    row = uow.connection.execute(select(table).where(table.c.id == check_id).with_for_update()).first()
    if row is None:
        raise NoSuchCheck(check=check_id)
    final = row.decision is not None and row.decision != CreditDecision.MORE_INFORMATION
    if row.state != ItemState.DELIVERED or row.customer_id is None or final:
        raise NothingToDecide(check=check_id)
    _require_unrestricted(uow.connection, row.customer_id)
    key = keyring.data_key(uow, row.customer_id)
    uow.connection.execute(
        table.update()
        .where(table.c.id == check_id)
        .values(
            decision=decision,
            decided_at=uow.now,
            decided_by=actor.staff_id,
            decided_by_name=actor.name,
            reasons=key.seal(words.encode(), _context(row.transfer_id, "reasons")),
        )
    )
    return credit_check(uow.connection, check_id)


def _require_unrestricted(connection: Connection, customer_id: int) -> None:
    who = survivors(connection, [customer_id]).get(customer_id, customer_id)
    if restricted_many(connection, [who]):
        raise CustomerRestricted(number=get(connection, who).number)


def credit_check(connection: Connection, check_id: int) -> CreditCheck:
    """One check.

    Raises:
        NoSuchCheck: there is none.
    """
    row = connection.execute(_checks().where(table.c.id == check_id)).first()
    if row is None:
        raise NoSuchCheck(check=check_id)
    return _check(row)


def credit_checks_of(connection: Connection, customer_id: int) -> list[CreditCheck]:
    """A customer's checks, the newest first."""
    rows = connection.execute(
        _checks().where(of_person(table.c.customer_id, customer_id)).order_by(table.c.id.desc())
    )
    return [_check(row) for row in rows]


def opened(uow: UnitOfWork, keyring: KeyRing, actor: Actor, check_id: int, *, task: str) -> OpenedCheck:
    """The answer and the reasons of a check, for a person to read: an access that is recorded.

    Raises:
        NoSuchCheck: there is none.
    """
    require(actor, *_DECIDERS)
    row = uow.connection.execute(select(table).where(table.c.id == check_id)).first()
    if row is None:
        raise NoSuchCheck(check=check_id)
    record_access(
        uow, actor, action=Access.OPEN, customer_id=row.customer_id, task=task, detail="credit_check"
    )
    key = None if row.customer_id is None else keyring.existing_data_key(uow.connection, row.customer_id)
    if key is None:
        return OpenedCheck(None, None)
    answer = answer_in(key, row.transfer_id, row.answer) if row.answer else None
    reasons = reasons_in(key, row.transfer_id, row.reasons) if row.reasons else None
    return OpenedCheck(answer or None, reasons or None)


def answer_in(key: DataKey, transfer_id: str, sealed: bytes) -> dict[str, Any]:
    """A kept answer; whoever shows it has recorded the look.

    Raises:
        Unopenable: the key is another's or the bytes were changed.
    """
    answer: dict[str, Any] = json.loads(key.unseal(sealed, _context(transfer_id, "answer")))
    return answer


def reasons_in(key: DataKey, transfer_id: str, sealed: bytes) -> str:
    """The reasons of a decision; as `answer_in`."""
    return key.unseal(sealed, _context(transfer_id, "reasons")).decode()


def purge_answers(uow: UnitOfWork) -> int:
    """Remove the answers whose days are over, but for the restricted; returns how many.  The fact and the decision stay."""
    return uow.connection.execute(
        table.update()
        .where(table.c.answer_expires_at <= uow.now, unrestricted(table.c.customer_id))
        .values(answer=None, answer_expires_at=None)
    ).rowcount


def _checks() -> Any:
    return select(table, transfer_table.c.number.label("transfer")).join(
        transfer_table, transfer_table.c.id == table.c.transfer_id
    )


def _check(row: Row[Any]) -> CreditCheck:
    return CreditCheck(
        id=row.id,
        customer_id=row.customer_id,
        kind=Kind(row.kind),
        purpose=row.purpose,
        asked_at=row.asked_at,
        staff_name=row.staff_name,
        informed=row.informed,
        transfer_id=row.transfer_id,
        transfer=row.transfer,
        state=row.state,
        has_answer=row.answer is not None,
        answer_expires_at=row.answer_expires_at,
        decision=None if row.decision is None else CreditDecision(row.decision),
        decided_at=row.decided_at,
        decided_by=row.decided_by_name,
    )


def _packed(answer: Mapping[str, object]) -> bytes:
    return json.dumps(dict(answer), ensure_ascii=False, sort_keys=True).encode()


def _context(transfer_id: str, part: str) -> bytes:
    return f"credit-check/1/{transfer_id}/{part}".encode()
