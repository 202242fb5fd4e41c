"""*Why can't this go, and when can it?*, answered record by record: what holds it, by which law, until which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from core.personal_data.inventory import HOLDINGS
from core.personal_data.types import DataClass, Fate
from core.retention.due import people

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from core.config.schema import RetentionSettings
    from core.personal_data.types import Holding
    from core.retention.due import DuePerson
    from core.retention.types import Hold

# What a voucher needs, and so what bookkeeping alone keeps (a sealed copy of it, once the rest has gone).
_VOUCHER: Final = frozenset({"customer", "customer_order", "order_line", "invoice"})


@dataclass(frozen=True, slots=True)
class Standing:
    """One kind of record about a person: how many rows, what holds them, and the first day on which they can go.

    ``can_go_on`` is None where an event and no day frees them (its words say which); ``stays`` marks rows that stay
    without leading to anybody, as proof that the law was kept.
    """

    table: str
    data_class: DataClass
    rows: int
    holds: tuple[Hold, ...]
    can_go_on: date | None
    stays: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer for one person: the period, and each kind of record."""

    person: DuePerson
    records: tuple[Standing, ...]

    @property
    def can_go_on(self) -> date | None:
        """The first day on which everything can have gone; None where an event has to come first."""
        days = [it.can_go_on for it in self.records if not it.stays]
        return None if None in days else max((day for day in days if day is not None), default=None)


def why(connection: Connection, settings: RetentionSettings, customer_id: int, today: date) -> Answer:
    """What is kept of a customer, record by record, with what prevents that it goes.

    *can_go_on* is by the period (P11): on a person's own request it can be earlier, as soon as nothing holds it.
    """
    (person,) = people(connection, settings, today, [customer_id])
    counted = ((holding, _count(connection, holding, customer_id)) for holding in HOLDINGS)
    standings = [_standing(person, holding, rows, today) for holding, rows in counted if rows]
    return Answer(person, tuple(standings))


def holds_on(holding: Holding, holds: Iterable[Hold]) -> tuple[Hold, ...]:
    """Those of *holds* that keep the rows of *holding*: bookkeeping keeps what vouchers need, the others everything."""
    return tuple(it for it in holds if it.blocks_everything or holding.name in _VOUCHER)


def free_on(holds: Sequence[Hold], earliest: date) -> date | None:
    """The first day on which nothing of *holds* prevents it, not before *earliest*; None where only an event frees it."""
    if any(it.until is None for it in holds):
        return None
    return max([earliest, *(it.until + timedelta(days=1) for it in holds if it.until is not None)])


def _standing(person: DuePerson, holding: Holding, rows: int, today: date) -> Standing:
    holds = holds_on(holding, person.holds)
    earliest = max(person.kept_until + timedelta(days=1), today)
    stays = holding.fate is Fate.KEEP
    free = None if person.restricted else free_on(holds, earliest)
    return Standing(holding.name, holding.data_class, rows, holds, free, stays)


def _count(connection: Connection, holding: Holding, customer_id: int) -> int:
    chosen = select(func.count()).select_from(holding.rows([customer_id]).order_by(None).subquery())
    return int(connection.execute(chosen).scalar_one())
