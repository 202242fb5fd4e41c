"""Merging two customers: looked at side by side, then done by a person with a reason, in one transaction.

The survivor keeps its number; the other's number leads to it from then on.  Orders, invoices, cases, notices, papers
and holds are the survivor's, the strictest of what was forbidden, restricted or protected holds, and both logs stay as
they are, under the keys that they were made with.  It is not undone: what was done since could be either's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, update

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers import changing, places, sealed, search
from core.customers.bans import bans_of_many
from core.customers.changing import Restored, changes_text
from core.customers.contacts import contact
from core.customers.model import customer_order_table, customer_table, invoice_table
from core.customers.naming import text_of_row
from core.customers.reading import get, hold, require_not_erased
from core.customers.restrictions import Ground, restrictions_of
from core.customers.types import VALUE_FIELDS, Source, SourceKind, Status
from core.disclosure.review.approvals import void_about
from core.merging.choosing import Said, as_history, choices
from core.merging.conflicts import conflicts
from core.merging.errors import SameCustomer, SeenOtherwise, WhyMissing
from core.merging.moving import Mover, alias, represent
from core.merging.types import Merged, Part, Preview
from core.messages import N_, tr
from core.notices.holders import COMPARED, recipients_of
from core.notices.noting import note_field
from core.retention.holds import holds_of_many
from core.rights.model import case_table
from core.staff.access_log import Access, record_access
from core.text import clean_line

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.register import Register

VIEWERS: Final = (Role.CLERK, Role.CONTACT_PERSON)
TASK: Final = "merging"
NOTHING_SAID: Final = Said()


def preview(
    uow: UnitOfWork,
    register: Register,
    actor: Actor,
    survivor_id: int,
    other_id: int,
    *,
    said: Said = NOTHING_SAID,
) -> Preview:
    """The two side by side, and what would become of them; a look at each, which the caller commits.

    Raises:
        CustomerNotFound, CustomerErased: there is nothing to merge.
    """
    require(actor, *VIEWERS)
    for customer_id in dict.fromkeys((survivor_id, other_id)):
        require_not_erased(get(uow.connection, customer_id))
        record_access(uow, actor, action=Access.OPEN, customer_id=customer_id, task=TASK)
    return _previewed(uow.connection, register, survivor_id, other_id, said)


def merge(
    uow: UnitOfWork,
    register: Register,
    actor: Actor,
    survivor_id: int,
    other_id: int,
    *,
    reason: str,
    versions: tuple[int, int],
    said: Said = NOTHING_SAID,
) -> Merged:
    """Make one customer of two; *versions* are those of the preview that was decided on.

    Raises:
        NotPermitted: the actor doesn't decide about people's rights.
        CannotMerge: what speaks against it; see `core.merging.errors`.
        SeenOtherwise: one of the two has changed since.
        WhyMissing: no *reason* is given.
        CustomerNotFound, CustomerErased: there is nothing to merge.
    """
    require(actor, Role.CONTACT_PERSON)
    words = clean_line(reason)
    if not words:
        raise WhyMissing
    places.lock(uow.connection)
    if survivor_id == other_id:
        raise SameCustomer(number=get(uow.connection, survivor_id).number)
    held = hold(uow, [survivor_id, other_id])
    survivor, other = held[survivor_id], held[other_id]
    for customer, version in zip((survivor, other), versions, strict=True):
        require_not_erased(customer)
        if customer.version != version:
            raise SeenOtherwise(number=customer.number)
    seen = _previewed(uow.connection, register, survivor_id, other_id, said)
    if seen.conflicts:
        raise seen.conflicts[0]
    return _merge(uow, register, actor, seen, words)


def _merge(uow: UnitOfWork, register: Register, actor: Actor, seen: Preview, words: str) -> Merged:
    survivor, other = seen.survivor, seen.other
    source = Source(
        SourceKind.STAFF, f"{tr(N_('merged'), actor.language)} {survivor.number} ← {other.number}: {words}"
    )
    void_about(uow, register.keyring, other.id)
    moved = Mover(uow, register.keyring, actor, survivor, other).move()
    moved["customer"] += represent(uow, actor, survivor, other, source)
    _take_sealed(uow, register, actor, seen, source)
    alias(uow, actor, survivor, other)
    _write(uow, actor, seen, source)
    for field in sorted(COMPARED):
        note_field(uow, survivor.id, field)
    for customer in (survivor, other):
        record_access(uow, actor, action=Access.CHANGE, customer_id=customer.id, task=TASK)
    return Merged(
        survivor=get(uow.connection, survivor.id),
        former_number=other.number,
        moved=dict(+moved),
        taken=frozenset(it.part for it in seen.choices if it.taken),
        recipients=seen.recipients,
    )


def _take_sealed(uow: UnitOfWork, register: Register, actor: Actor, seen: Preview, source: Source) -> None:
    taken = {choice.part for choice in seen.choices if choice.taken}
    of, keyring = seen.survivor.id, register.keyring
    if Part.IBAN in taken:
        values = sealed.values_of(uow.connection, keyring, [seen.other.id], "iban")
        sealed.set_iban(uow, keyring, actor, of, values[seen.other.id], source=source)
    if Part.IP in taken:
        values = sealed.values_of(uow.connection, keyring, [seen.other.id], "ip")
        sealed.set_ip(uow, keyring, actor, of, values[seen.other.id], source=source)


def _write(uow: UnitOfWork, actor: Actor, seen: Preview, source: Source) -> None:
    """The survivor's new values, the other's emptied row, and a history that says both."""
    survivor, other = seen.survivor, seen.other
    connection = uow.connection
    before = changing.before_of(connection, [survivor.id, other.id])
    standing = _standing(seen)
    new = {
        survivor.id: {**{name: it for one in seen.choices for name, it in one.changes.items()}, **standing},
        other.id: {
            **dict.fromkeys(VALUE_FIELDS[1:]),
            "number": f"merged-{other.id}",
            "status": Status.ERASED,
            "protected_address": False,
        },
    }
    search.remove(connection, [other.id])
    planned = changing.plan(connection, before, new)
    mine = before[survivor.id]
    event = {name: (mine[name], value) for name, value in standing.items() if mine[name] != value}
    lines = as_history(connection, mine, other.id, seen.choices)
    lines.append(
        Restored(survivor.id, changes_text({**event, "former_number": (None, other.number)}), None, source)
    )
    lines += [Restored(of, text, None, source) for of, text in planned.history if of == other.id]
    changing.write(uow, actor, planned, source, restored=lines)
    contact_on = select(customer_table.c.contact_on).where(customer_table.c.id == other.id)
    contact(uow, [survivor.id], connection.execute(contact_on).scalar_one())
    if other.started_on < survivor.started_on:
        first = update(customer_table).where(customer_table.c.id == survivor.id)
        connection.execute(first.values(started_on=other.started_on))
    # Found by the old number too, whether or not a value has changed.
    (row,) = changing.before_of(connection, [survivor.id]).values()
    search.replace(connection, search.plan_replacement(connection, {survivor.id: text_of_row(row)}))


def _standing(seen: Preview) -> dict[str, object]:
    """What holds of the survivor besides its values: the stricter, and the later end."""
    ends = [it.ended_on for it in (seen.survivor, seen.other) if it.ended_on is not None]
    return {"protected_address": seen.protected_address, "ended_on": max(ends, default=None)}


def _previewed(
    connection: Connection, register: Register, survivor_id: int, other_id: int, said: Said
) -> Preview:
    survivor, other = get(connection, survivor_id), get(connection, other_id)
    ids = [survivor_id, other_id]
    today = register.clock.now().astimezone(HELSINKI).date()
    found = holds_of_many(connection, register.config.retention, ids, today)
    holds = [hold for of in dict.fromkeys(ids) for hold in found.get(of, ())]
    bans = bans_of_many(connection, ids)
    restrictions = {it.ground for of in ids for it in restrictions_of(connection, of) if it.lifted_on is None}
    return Preview(
        survivor=survivor,
        other=other,
        choices=choices(connection, register.keyring, survivor_id, other_id, said),
        protected_address=survivor.protected_address or other.protected_address,
        bans=frozenset().union(*bans.values()),
        restrictions=frozenset(map(Ground, restrictions)),
        holds=holds,
        orders=_count(connection, customer_order_table, other_id),
        invoices=_count(connection, invoice_table, other_id),
        cases=_count(connection, case_table, other_id),
        recipients=recipients_of(connection, other_id),
        conflicts=conflicts(connection, survivor, other, holds),
    )


def _count(connection: Connection, table: Table, customer_id: int) -> int:
    counted = select(func.count()).select_from(table).where(table.c.customer_id == customer_id)
    return int(connection.execute(counted).scalar_one())
