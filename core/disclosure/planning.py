"""Drawing up a plan: who may be sent what.  Reads the register, renders nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam, or_, select

from core.clock import HELSINKI
from core.customers import aliases
from core.customers.model import customer_table
from core.customers.view import disclosure_view, standing
from core.disclosure.categories import CATEGORY_OF_FIELD, fields_of
from core.disclosure.errors import BadSubject
from core.disclosure.exits import Item
from core.disclosure.model import transfer_line_table, transfer_table
from core.disclosure.policy import (
    basis_for,
    check_recipient,
    decide_person,
    decide_subject,
    missing_fields,
    permitted_fields,
)
from core.disclosure.purposes import purpose_of
from core.disclosure.recipients import recipient_of
from core.disclosure.types import ItemState, LeftOut, LeftOutReason, Plan
from core.id_lists import among
from core.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from core.customers.view import Standing
    from core.disclosure.exits import Exit, ExitManifest, FieldValue
    from core.disclosure.policy import Decision
    from core.disclosure.purposes import Purpose
    from core.disclosure.recipients import Recipient
    from core.disclosure.types import Subject, TransferRequest
    from core.keys import KeyRing

# What a request may bring along; everything else is read from the register.
EXTRA_FIELDS: Final = fields_of(["orders", "identity_code"])
REGISTER_FIELDS: Final = frozenset(CATEGORY_OF_FIELD) - EXTRA_FIELDS
# So many persons are read and held in memory at a time.
_SOME: Final = 5000

_LOCK: Final = Prepared(
    select(customer_table.c.id)
    .where(among(customer_table.c.id, "ids"))
    .order_by(customer_table.c.id)
    .with_for_update()
)
_NUMBERS: Final = Prepared(
    select(customer_table.c.id, customer_table.c.number).where(among(customer_table.c.id, "ids"))
)
_GIVEN: Final = Prepared(
    select(transfer_line_table.c.customer_id)
    .join(transfer_table, transfer_table.c.id == transfer_line_table.c.transfer_id)
    .where(
        among(transfer_line_table.c.customer_id, "ids"),
        transfer_table.c.recipient_code == bindparam("recipient"),
        or_(transfer_line_table.c.state.is_(None), transfer_line_table.c.state != ItemState.NOT_SENT),
    )
    .distinct()
)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What holds for everybody in a transfer."""

    purpose: Purpose
    recipient: Recipient
    basis: str
    manifest: ExitManifest
    fields: frozenset[str]

    @property
    def to_subject(self) -> bool:
        """Whether it goes to the person whose data it is."""
        return self.recipient.role == "subject"


class _Share(NamedTuple):
    """One subject's share: what would be sent under which id, or the decision or missing fields that stop it."""

    id: str
    subject: Subject
    decision: Decision
    held: Mapping[str, FieldValue]
    missing: tuple[str, ...]

    @property
    def out(self) -> tuple[LeftOutReason, tuple[str, ...]] | None:
        """Why the subject is left out; None when it is not."""
        if self.decision.left_out is not None:
            return self.decision.left_out, self.decision.detail
        return (LeftOutReason.MISSING_REQUIRED, self.missing) if self.missing else None


def draw_up(
    connection: Connection,
    keyring: KeyRing,
    exits: Callable[[str], Exit],
    request: TransferRequest,
    now: datetime,
) -> Plan:
    """The plan for *request* as the register stands.

    Raises:
        Refused: the recipient, purpose, basis or country is not allowed; nothing about anybody has been read then.
    """
    terms = _terms(connection, exits, request, now)
    _check_subjects(request.subjects, to_subject=terms.to_subject)
    items: list[Item] = []
    subjects: dict[str, Subject] = {}
    withheld: dict[str, frozenset[str]] = {}
    out: dict[int, tuple[LeftOutReason, tuple[str, ...]]] = {}
    for share in _shares(connection, keyring, terms, request):
        why = share.out
        if why is not None:
            out[share.subject.customer_id] = why
            continue
        items.append(Item(share.id, share.subject.key, share.held))
        subjects[share.id] = share.subject
        if share.decision.withheld:
            withheld[share.id] = share.decision.withheld
    return Plan(
        request=request,
        recipient=terms.recipient,
        purpose=terms.purpose,
        basis=terms.basis,
        country=terms.recipient.country,
        fields=terms.fields,
        items=tuple(items),
        subjects=subjects,
        withheld=withheld,
        left_out=_left_out(connection, out),
        planned_at=now,
    )


def still_holds(
    connection: Connection, keyring: KeyRing, exits: Callable[[str], Exit], plan: Plan, now: datetime
) -> bool:
    """Whether *plan*, drawn up anew, would send the same data of the same people to the same place.

    Everything is read and decided again, some persons at a time, so that a large plan is never there twice.

    Raises:
        Refused: the recipient, purpose, basis or country is no longer allowed.
    """
    terms = _terms(connection, exits, plan.request, now)
    if (terms.recipient, terms.basis, terms.fields) != (plan.recipient, plan.basis, plan.fields):
        return False
    items = iter(plan.items)
    out: dict[int, tuple[LeftOutReason, tuple[str, ...]]] = {}
    for share in _shares(connection, keyring, terms, plan.request):
        why = share.out
        if why is not None:
            out[share.subject.customer_id] = why
            continue
        item = next(items, None)
        if item is None or item.fields != share.held or (item.id, item.key) != (share.id, share.subject.key):
            return False
    return next(items, None) is None and _left_out(connection, out) == plan.left_out


def lock_customers(connection: Connection, customer_ids: Iterable[int]) -> None:
    """Hold the customers as they are until the transaction ends.

    A ban or restriction inserted meanwhile waits (its foreign key needs the row); one committed before is seen by what
    is read next.  SQLite needs no lock here: the unit of work already holds the only one.
    """
    if connection.dialect.name != "sqlite":
        _LOCK.rows(connection, {"ids": sorted(customer_ids)})


def given_to(connection: Connection, recipient: str, customer_ids: Sequence[int]) -> frozenset[int]:
    """Those of *customer_ids* whose data the recipient was given: every sending that is not proved not sent counts."""
    former = aliases.former_ids(connection, customer_ids)
    rows = _GIVEN.rows(connection, {"ids": [*customer_ids, *former], "recipient": recipient})
    return frozenset(former.get(customer_id, customer_id) for (customer_id,) in rows)


def _terms(
    connection: Connection, exits: Callable[[str], Exit], request: TransferRequest, now: datetime
) -> _Terms:
    purpose = purpose_of(request.purpose)
    recipient = recipient_of(connection, request.recipient)
    check_recipient(recipient, purpose, now.astimezone(HELSINKI).date())
    basis = basis_for(purpose, request.basis)
    manifest = exits(request.way_to(recipient)).manifest
    fields = permitted_fields(recipient, purpose, manifest, request.only)
    return _Terms(purpose, recipient, basis, manifest, fields)


def _check_subjects(subjects: Sequence[Subject], *, to_subject: bool) -> None:
    if not subjects:
        raise BadSubject(reason="nobody is named")
    if len({subject.customer_id for subject in subjects}) != len(subjects):
        raise BadSubject(reason="a customer is named twice")
    if len({subject.key for subject in subjects}) != len(subjects) or not all(it.key for it in subjects):
        raise BadSubject(reason="a key is missing or used twice")
    if to_subject and len(subjects) > 1:
        raise BadSubject(reason="a person gets nobody else's data")
    foreign = sorted({field for subject in subjects for field in subject.extra} - EXTRA_FIELDS)
    if foreign and not to_subject:
        raise BadSubject(reason=f"{', '.join(foreign)} can only come from the register")


def _shares(
    connection: Connection, keyring: KeyRing, terms: _Terms, request: TransferRequest
) -> Iterator[_Share]:
    """Each subject's share, in the request's order."""
    for start in range(0, len(request.subjects), _SOME):
        some = request.subjects[start : start + _SOME]
        decisions = _decisions(connection, terms, [it.customer_id for it in some], request.reason)
        # What the person gets is of the past, so the caller tells it; the register's values of today are not read.
        values = {} if terms.to_subject else _values(connection, keyring, terms.fields, decisions)
        for place, subject in enumerate(some, start + 1):
            decision = decisions[subject.customer_id]
            held: Mapping[str, FieldValue] = {}
            missing: tuple[str, ...] = ()
            if decision.left_out is None:
                held = _held(values.get(subject.customer_id, {}), subject, terms.fields)
                missing = missing_fields(terms.manifest, held)
            yield _Share(str(place), subject, decision, held, missing)


def _decisions(
    connection: Connection, terms: _Terms, customer_ids: Sequence[int], reason: str | None
) -> dict[int, Decision]:
    standings = standing(connection, customer_ids)
    given = frozenset[int]()
    if terms.purpose.by_law:
        given = given_to(connection, terms.recipient.code, list(standings))

    # Most people stand alike (and share one object), and whoever stands alike is decided alike.
    made: dict[tuple[int, bool], Decision] = {}
    decisions: dict[int, Decision] = {}
    for who in customer_ids:
        how, before = standings.get(who), who in given
        key = (id(how), before)
        if key not in made:
            made[key] = _decide(terms, how, reason, given_before=before)
        decisions[who] = made[key]
    return decisions


def _decide(terms: _Terms, how: Standing | None, reason: str | None, *, given_before: bool) -> Decision:
    if terms.to_subject:
        return decide_subject(how)
    return decide_person(terms.purpose, terms.manifest, terms.fields, how, reason, given_before=given_before)


def _held(values: Mapping[str, str], subject: Subject, fields: frozenset[str]) -> Mapping[str, FieldValue]:
    """The fields that the subject has a value in."""
    if not subject.extra and "" not in values.values():
        return values
    held: dict[str, FieldValue] = {name: value for name, value in values.items() if value}
    return held | {name: value for name, value in subject.extra.items() if name in fields and value}


def _values(
    connection: Connection, keyring: KeyRing, fields: frozenset[str], decisions: Mapping[int, Decision]
) -> dict[int, Mapping[str, str]]:
    """The permitted values; a field withheld from somebody is not even read for them."""
    groups: dict[frozenset[str], list[int]] = {}
    for customer_id, decision in decisions.items():
        if decision.left_out is None:
            groups.setdefault(decision.withheld, []).append(customer_id)
    values: dict[int, Mapping[str, str]] = {}
    for withheld, customer_ids in groups.items():
        readable = (fields & REGISTER_FIELDS) - withheld
        values.update(disclosure_view(connection, keyring, customer_ids, readable))
    return values


def _left_out(
    connection: Connection, out: Mapping[int, tuple[LeftOutReason, tuple[str, ...]]]
) -> tuple[LeftOut, ...]:
    numbers = dict(_NUMBERS.rows(connection, {"ids": list(out)})) if out else {}
    return tuple(LeftOut(who, numbers.get(who), *why) for who, why in out.items())
