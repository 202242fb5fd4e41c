"""Erasing rows by the inventory: every holding by its fate, in its order, so that a new table is erased by being there.

This empties tables.  What else erasure takes - the holds, the recipients, the files, the key, the proof - is in
`core.rights.erasure`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import delete, update

from core.customers import aliases, places, search
from core.customers.model import customer_search_table, customer_table
from core.customers.places import chunks
from core.customers.types import Status
from core.personal_data.inventory import HOLDINGS
from core.personal_data.types import Fate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from core.database import UnitOfWork
    from core.personal_data.types import Holding


def erase_rows(
    uow: UnitOfWork,
    customer_ids: Sequence[int],
    *,
    chosen: Callable[[Holding], bool] | None = None,
) -> Mapping[str, int]:
    """Delete or empty what the tables hold about these customers; returns the rows touched by table.

    *chosen* picks the holdings; all of them when left out.  A customer whose row is emptied keeps its id, for counts
    and for rows that name it by id alone, and gets the status *erased* and a number that leads nowhere.
    """
    touched: Counter[str] = Counter()
    # Whoever was merged into one of them is the same person: what is still kept under the old id goes too.
    everybody = [*customer_ids, *aliases.former_ids(uow.connection, customer_ids)]
    for ids in chunks(everybody):
        for holding in HOLDINGS:
            if holding.fate is not Fate.KEEP and (chosen is None or chosen(holding)):
                touched[holding.name] += _erase(uow, holding, ids)
    return +touched


def _erase(uow: UnitOfWork, holding: Holding, ids: Sequence[int]) -> int:
    if holding.table is customer_search_table:
        places.lock(uow.connection)
        search.remove(uow.connection, ids)
        return len(ids)
    condition = holding.link.condition(holding.table, ids)
    if holding.fate is Fate.DELETE:
        return uow.connection.execute(delete(holding.table).where(condition)).rowcount
    emptied = dict(holding.emptied)
    if holding.table is customer_table:
        number = "erased-" + customer_table.c.id.cast(customer_table.c.number.type)
        emptied |= {"number": number, "status": Status.ERASED, "protected_address": False}
        emptied |= {"version": customer_table.c.version + 1}
    return uow.connection.execute(update(holding.table).where(condition).values(**emptied)).rowcount
