"""Who is one person since two customers were merged: the survivor, and the emptied rows that lead to it.

Logs of before the merging stay under the id and the data key that they were made with; whoever reads what is known of
a person reads them for `same_person`.  An old customer number finds the survivor (`by_old_numbers`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select

from core.customers.model import customer_alias_table
from core.id_lists import among
from core.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import ColumnElement, Connection

_alias: Final = customer_alias_table.c
_OF_SURVIVORS: Final = Prepared(
    select(_alias.customer_id, _alias.former_id, _alias.number)
    .where(among(_alias.customer_id, "ids"))
    .order_by(_alias.former_id)
)
_OF_FORMER: Final = Prepared(
    select(_alias.former_id, _alias.customer_id).where(among(_alias.former_id, "ids"))
)
_OF_NUMBERS: Final = Prepared(
    select(_alias.number, _alias.customer_id).where(among(_alias.number, "numbers"))
)


def same_person(connection: Connection, customer_id: int) -> list[int]:
    """Every id that is this person: the customer's own first, then those that were merged into it."""
    return [customer_id, *former_ids(connection, [customer_id])]


def former_ids(connection: Connection, customer_ids: Collection[int]) -> dict[int, int]:
    """The ids that were merged into *customer_ids*, each with the survivor's."""
    return {former: survivor for survivor, former, _ in _OF_SURVIVORS.rows(connection, {"ids": customer_ids})}


def former_numbers(connection: Connection, customer_ids: Collection[int]) -> dict[int, list[str]]:
    """The old numbers that lead to each of *customer_ids*; those without any are absent."""
    found: dict[int, list[str]] = {}
    for survivor, _, number in _OF_SURVIVORS.rows(connection, {"ids": customer_ids}):
        found.setdefault(survivor, []).append(number)
    return found


def survivors(connection: Connection, customer_ids: Collection[int]) -> Mapping[int, int]:
    """For those of *customer_ids* that were merged into another: that other's id."""
    return dict(_OF_FORMER.rows(connection, {"ids": customer_ids}))


def by_old_numbers(connection: Connection, numbers: Collection[str]) -> dict[str, int]:
    """The survivors' ids by those of *numbers* that vanished."""
    return dict(_OF_NUMBERS.rows(connection, {"numbers": numbers}))


def of_person(column: ColumnElement[int], customer_id: int) -> ColumnElement[bool]:
    """Whether *column* is an id of the person, for a query about one."""
    former = select(_alias.former_id).where(_alias.customer_id == customer_id)
    return or_(column == customer_id, column.in_(former))
