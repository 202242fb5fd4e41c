"""Who holds which value: worked out from what left, as it is sealed under each person's own key.

Every line that is not proved *not sent* counts.  Of each field a recipient certainly has the value of the latest line
that was delivered; a later line that was refused or is in doubt may have given it another, so that counts too.  A value
is *stale* when any of these differs from the register's.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select

from core.actor import Role, require
from core.customers.aliases import former_ids, of_person
from core.customers.places import chunks
from core.customers.view import FIELDS, disclosure_view
from core.disclosure.model import transfer_line_table, transfer_table
from core.disclosure.recipients import recipients
from core.disclosure.sealing import opened_line
from core.disclosure.types import ItemState
from core.notices.types import HeldValue, Holding
from core.staff.access_log import Access, record_access

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.keys import DataKey, KeyRing

# A person's number never changes; it tells whose value it is.
COMPARED: Final = FIELDS - {"customer.number"}
READERS: Final = (Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON, Role.REVIEWER, Role.ADMINISTRATOR)
_line: Final = transfer_line_table.c
_transfer: Final = transfer_table.c


def not_recipients(connection: Connection) -> frozenset[str]:
    """Those who get data and are told nothing: the person, and our own staff (CJEU C-579/21, 73: no recipients)."""
    return frozenset(it.code for it in recipients(connection) if it.role in ("subject", "staff"))


def recipients_of(connection: Connection, customer_id: int) -> list[str]:
    """The codes of all who were sent anything about a customer that is not proved *not sent*, the person not among them."""
    rows = connection.execute(
        select(_transfer.recipient_code)
        .join(transfer_line_table, _line.transfer_id == _transfer.id)
        .where(
            of_person(_line.customer_id, customer_id),
            or_(_line.state.is_(None), _line.state != ItemState.NOT_SENT),
        )
        .distinct()
    ).scalars()
    return sorted(set(rows) - not_recipients(connection))


def holdings(
    connection: Connection,
    keyring: KeyRing,
    wanted: Mapping[int, frozenset[str]],
    *,
    without: Collection[str] = (),
) -> list[Holding]:
    """Which recipients, but those *without*, hold which of the *wanted* fields (customer id to fields), and whether stale."""
    # What left under an old number is held of the same person, and opens with the key of then.
    former = former_ids(connection, wanted)
    ids = [*wanted, *former]
    keys = keyring.existing_data_keys(connection, ids)
    present = _present(connection, keyring, wanted)
    found: list[Holding] = []
    for (customer_id, recipient), rows in _lines(connection, ids, former, without).items():
        holding = _of_one(keys, rows, wanted[customer_id], present[customer_id])
        if holding:
            latest, fields = holding
            found.append(
                Holding(customer_id, recipient, latest.number, latest.created_at, latest.purpose, fields)
            )
    return sorted(found, key=lambda it: (it.customer_id, it.recipient))


def open_holdings(
    uow: UnitOfWork, keyring: KeyRing, actor: Actor, customer_id: int, *, task: str
) -> list[Holding]:
    """Everything that each recipient holds of a customer, for a person to see: a look, and recorded as one.

    Raises:
        NotPermitted: the actor's role does not look at what left.
        TaskMissing: *task* does not say what for.
    """
    require(actor, *READERS)
    record_access(uow, actor, action=Access.OPEN, customer_id=customer_id, task=task, detail="holders")
    without = not_recipients(uow.connection)
    return holdings(uow.connection, keyring, {customer_id: COMPARED}, without=without)


def _present(
    connection: Connection, keyring: KeyRing, wanted: Mapping[int, frozenset[str]]
) -> dict[int, Mapping[str, str]]:
    groups: defaultdict[frozenset[str], list[int]] = defaultdict(list)
    for customer_id, fields in wanted.items():
        groups[fields].append(customer_id)
    found: dict[int, Mapping[str, str]] = {}
    for fields, ids in groups.items():
        found.update(disclosure_view(connection, keyring, ids, fields))
    return found


def _lines(
    connection: Connection, ids: Sequence[int], former: Mapping[int, int], without: Collection[str]
) -> dict[tuple[int, str], list[Any]]:
    """The lines of each customer and recipient, the newest first; those of *former* ids are their survivors'."""
    found: defaultdict[tuple[int, str], list[Any]] = defaultdict(list)
    columns = (
        _line.customer_id,
        _line.transfer_id,
        _line.number.label("line"),
        _line.sealed,
        _line.state,
        _transfer.number,
        _transfer.recipient_code,
        _transfer.purpose,
        _transfer.created_at,
    )
    for some in chunks(ids):
        query = (
            select(*columns)
            .join(transfer_table, _transfer.id == _line.transfer_id)
            .where(_line.customer_id.in_(some), _line.sealed.is_not(None))
            .where(or_(_line.state.is_(None), _line.state != ItemState.NOT_SENT))
            .order_by(_transfer.number.desc())
        )
        for row in connection.execute(query):
            if row.recipient_code not in without:
                found[former.get(row.customer_id, row.customer_id), row.recipient_code].append(row)
    for rows in found.values() if former else ():
        rows.sort(key=lambda row: -row.number)
    return found


def _of_one(
    keys: Mapping[int, DataKey],
    rows: Iterable[Row[Any]],
    wanted: frozenset[str],
    present: Mapping[str, str],
) -> tuple[Row[Any], dict[str, HeldValue]] | None:
    """The latest line that gave any wanted field, and what they hold of each."""
    sought, latest = set(wanted), None
    values: dict[str, str] = {}
    stale: set[str] = set()
    for row in rows:
        if not sought:
            break
        key = keys.get(row.customer_id)
        if key is None:
            continue
        content = opened_line(key, row.transfer_id, row.line, row.sealed)
        given = {name: value for name in sought if isinstance(value := content.get(name), str)}
        if not given:
            continue
        latest = latest or row
        for name, value in given.items():
            if value != present.get(name):
                stale.add(name)
            if row.state == ItemState.DELIVERED or name not in values:
                values[name] = value
        if row.state == ItemState.DELIVERED:
            sought -= given.keys()
    if latest is None:
        return None
    return latest, {
        name: HeldValue(values[name], present.get(name), name in stale) for name in sorted(values)
    }
