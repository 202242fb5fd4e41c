"""Drawing up a plan: who may be sent what.  Reads the register, renders nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select

from core.clock import HELSINKI
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from core.disclosure.exits import Exit, ExitManifest, FieldValue
    from core.disclosure.policy import Decision
    from core.disclosure.types import Subject, TransferRequest
    from core.keys import KeyRing

# What a request may bring along; everything else is read from the register.
EXTRA_FIELDS: Final = fields_of(["orders", "identity_code"])
REGISTER_FIELDS: Final = frozenset(CATEGORY_OF_FIELD) - EXTRA_FIELDS
_CHUNK: Final = 500


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
    purpose = purpose_of(request.purpose)
    recipient = recipient_of(connection, request.recipient)
    check_recipient(recipient, purpose, now.astimezone(HELSINKI).date())
    basis = basis_for(purpose, request.basis)
    manifest = exits(request.way_to(recipient)).manifest
    fields = permitted_fields(recipient, purpose, manifest, request.only)
    to_subject = recipient.role == "subject"
    _check_subjects(request.subjects, to_subject=to_subject)
    standings = standing(connection, [subject.customer_id for subject in request.subjects])
    given = given_to(connection, recipient.code, list(standings)) if purpose.by_law else frozenset[int]()
    decisions = {
        who: decide_subject(standings.get(who))
        if to_subject
        else decide_person(
            purpose, manifest, fields, standings.get(who), request.reason, given_before=who in given
        )
        for who in (subject.customer_id for subject in request.subjects)
    }
    # What the person gets is of the past, so the caller tells it; the register's values of today are not read.
    values = {} if to_subject else _values(connection, keyring, fields, decisions)
    items, missing = _items(values, manifest, fields, subjects=request.subjects, decisions=decisions)
    out = {who: (it.left_out, it.detail) for who, it in decisions.items() if it.left_out is not None}
    out |= {who: (LeftOutReason.MISSING_REQUIRED, names) for who, names in missing.items()}
    return Plan(
        request=request,
        recipient=recipient,
        purpose=purpose,
        basis=basis,
        country=recipient.country,
        fields=fields,
        items=tuple(item for item, _ in items),
        subjects={item.id: subject for item, subject in items},
        withheld={
            item.id: decisions[subject.customer_id].withheld
            for item, subject in items
            if decisions[subject.customer_id].withheld
        },
        left_out=_left_out(connection, request.subjects, out),
        planned_at=now,
    )


def same_plan(before: Plan, now: Plan) -> bool:
    """Whether two plans for one request would send the same data of the same people to the same place."""
    return (
        before.recipient == now.recipient
        and before.basis == now.basis
        and before.fields == now.fields
        and before.items == now.items
        and before.left_out == now.left_out
    )


def lock_customers(connection: Connection, customer_ids: Iterable[int]) -> None:
    """Hold the customers as they are until the transaction ends.

    A ban or restriction inserted meanwhile waits (its foreign key needs the row); one committed before is seen by what
    is read next.  SQLite needs no lock here: the unit of work already holds the only one.
    """
    ordered = sorted(customer_ids)
    for start in range(0, len(ordered), _CHUNK):
        connection.execute(
            select(customer_table.c.id)
            .where(customer_table.c.id.in_(ordered[start : start + _CHUNK]))
            .order_by(customer_table.c.id)
            .with_for_update()
        ).all()


def given_to(connection: Connection, recipient: str, customer_ids: Sequence[int]) -> frozenset[int]:
    """Those of *customer_ids* whose data the recipient was given: every sending that is not proved not sent counts."""
    found: set[int] = set()
    line = transfer_line_table.c
    for start in range(0, len(customer_ids), _CHUNK):
        rows = connection.execute(
            select(line.customer_id)
            .join(transfer_table, transfer_table.c.id == line.transfer_id)
            .where(
                line.customer_id.in_(customer_ids[start : start + _CHUNK]),
                transfer_table.c.recipient_code == recipient,
                or_(line.state.is_(None), line.state != ItemState.NOT_SENT),
            )
            .distinct()
        )
        found.update(rows.scalars())
    return frozenset(found)


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


def _items(
    values: Mapping[int, Mapping[str, str]],
    manifest: ExitManifest,
    fields: frozenset[str],
    *,
    subjects: Sequence[Subject],
    decisions: Mapping[int, Decision],
) -> tuple[list[tuple[Item, Subject]], dict[int, tuple[str, ...]]]:
    """The items of those who are sent, and the missing fields of those who cannot be."""
    items: list[tuple[Item, Subject]] = []
    missing: dict[int, tuple[str, ...]] = {}
    for place, subject in enumerate(subjects, start=1):
        if decisions[subject.customer_id].left_out is not None:
            continue
        held: dict[str, FieldValue] = {
            name: value for name, value in values.get(subject.customer_id, {}).items() if value
        }
        held |= {name: value for name, value in subject.extra.items() if name in fields and value}
        absent = missing_fields(manifest, held)
        if absent:
            missing[subject.customer_id] = absent
        else:
            items.append((Item(str(place), subject.key, held), subject))
    return items, missing


def _values(
    connection: Connection, keyring: KeyRing, fields: frozenset[str], decisions: Mapping[int, Decision]
) -> dict[int, Mapping[str, str]]:
    """The permitted values; a field withheld from somebody is not even read for them."""
    groups: dict[frozenset[str], list[int]] = {}
    for customer_id, decision in decisions.items():
        if decision.left_out is None:
            groups.setdefault((fields & REGISTER_FIELDS) - decision.withheld, []).append(customer_id)
    values: dict[int, Mapping[str, str]] = {}
    for readable, customer_ids in groups.items():
        values.update(disclosure_view(connection, keyring, customer_ids, readable))
    return values


def _left_out(
    connection: Connection,
    subjects: Sequence[Subject],
    out: Mapping[int, tuple[LeftOutReason, tuple[str, ...]]],
) -> tuple[LeftOut, ...]:
    numbers: dict[int, str] = {}
    ordered = [subject.customer_id for subject in subjects if subject.customer_id in out]
    for start in range(0, len(ordered), _CHUNK):
        rows = connection.execute(
            select(customer_table.c.id, customer_table.c.number).where(
                customer_table.c.id.in_(ordered[start : start + _CHUNK])
            )
        )
        numbers.update({row.id: row.number for row in rows})
    return tuple(LeftOut(who, numbers.get(who), *out[who]) for who in ordered)
