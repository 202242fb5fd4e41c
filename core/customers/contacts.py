"""The latest day on which a customer and the company had to do with each other: what retention counts from (P11).

Kept with the customer, so that a register of a million can say in a moment who has been silent for long.  It only ever
moves forward: the day the relationship began or ended, an order, what the person told us, a request, a registration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import update

from core.customers.model import customer_table
from core.customers.places import chunks
from core.customers.types import SourceKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from core.database import UnitOfWork

# Values from these are the person's own words to the company.
OWN_WORDS: Final = frozenset({SourceKind.SELF, SourceKind.WEB_FORM})
_c = customer_table.c


def contact(uow: UnitOfWork, customer_ids: Sequence[int], day: date) -> None:
    """There was a service contact with these customers on *day*; an earlier day than the one known changes nothing."""
    for ids in chunks(customer_ids):
        uow.connection.execute(
            update(customer_table).where(_c.id.in_(ids), _c.contact_on < day).values(contact_on=day)
        )
