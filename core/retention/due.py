"""The due list (P11): whose period is over, counted from the end of the relationship or the latest service contact.

Whoever is on it is only *listed*; nothing goes before a person has approved it (`core.retention.approving`).  A period
that says go and a hold that says stay stand side by side.  Persons are listed: an organisation is no data subject.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, func, select

from core.customers.model import SILENT, customer_restriction_table, customer_table
from core.customers.naming import display_name
from core.customers.types import Status
from core.retention.holds import holds_of_many
from core.rights.deadlines import add_months
from core.rights.model import case_table
from core.rights.types import ENDED, CaseKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, CursorResult, Row

    from core.config.schema import RetentionSettings
    from core.retention.types import Hold

_c, _case, _restriction = customer_table.c, case_table.c, customer_restriction_table.c
# No month is longer or shorter than another by more.
_LEEWAY: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class DuePerson:
    """Somebody whose period is over: ``kept_until`` was its last day; ``holds`` say what stays nevertheless, and why.

    ``restricted`` persons have asked that nothing is done with their data, erasure included (GDPR 18(1)(b) and (c)).
    """

    customer_id: int
    number: str
    name: str
    status: Status
    contact_on: date
    ended_on: date | None
    kept_until: date
    holds: tuple[Hold, ...]
    restricted: bool

    @property
    def conflict(self) -> bool:
        """Whether the period says go, and something says stay."""
        return self.restricted or any(hold.blocks_everything for hold in self.holds)


def kept_until(contact_on: date, settings: RetentionSettings) -> date:
    """The last day on which somebody is kept who was last in contact on *contact_on*."""
    return add_months(contact_on, settings.relationship_months)


def latest_due_contact(today: date, settings: RetentionSettings) -> date:
    """The latest day of a last contact whose period is over today."""
    day = add_months(today, -settings.relationship_months) + _LEEWAY
    while kept_until(day, settings) >= today:
        day -= timedelta(days=1)
    return day


def count_due(connection: Connection, settings: RetentionSettings, today: date) -> int:
    """How many are due and not approved yet."""
    counted = select(func.count()).select_from(customer_table).where(*_due(settings, today))
    return int(connection.execute(counted).scalar_one())


def due(
    connection: Connection, settings: RetentionSettings, today: date, *, offset: int = 0, limit: int = 50
) -> list[DuePerson]:
    """Those who are due and not approved yet, the longest silent first."""
    chosen = select(_c.id).where(*_due(settings, today)).order_by(_c.contact_on, _c.id)
    ids = list(connection.execute(chosen.offset(offset).limit(limit)).scalars())
    return people(connection, settings, today, ids)


def people(
    connection: Connection, settings: RetentionSettings, today: date, customer_ids: Sequence[int]
) -> list[DuePerson]:
    """How these customers stand towards their period, whether it is over or not, in the given order."""
    columns = (_c.id, _c.number, _c.first_name, _c.last_name, _c.organisation_name)
    rows: CursorResult[Any] = connection.execute(
        select(*columns, _c.status, _c.contact_on, _c.ended_on).where(_c.id.in_(customer_ids))
    )
    found = {row.id: row for row in rows}
    holds = holds_of_many(connection, settings, customer_ids, today)
    restricted = set(
        connection.execute(
            select(_restriction.customer_id).where(
                _restriction.customer_id.in_(customer_ids), _restriction.lifted_at.is_(None)
            )
        ).scalars()
    )
    return [
        _person(found[one], settings, tuple(holds.get(one, ())), restricted=one in restricted)
        for one in customer_ids
        if one in found
    ]


def mark_of(listed: Sequence[DuePerson]) -> str:
    """A short mark of a list as it was shown: who approves it approves exactly that."""
    seen = ";".join(f"{it.customer_id} {it.contact_on} {it.conflict}" for it in listed)
    return hashlib.sha256(seen.encode()).hexdigest()[:8]


def _due(settings: RetentionSettings, today: date) -> tuple[ColumnElement[bool], ...]:
    approved = exists().where(
        _case.customer_id == _c.id, _case.kind == CaseKind.ERASURE, _case.state.not_in(ENDED)
    )
    return (SILENT, _c.contact_on <= latest_due_contact(today, settings), ~approved)  # type: ignore[return-value]


def _person(
    row: Row[Any], settings: RetentionSettings, holds: tuple[Hold, ...], *, restricted: bool
) -> DuePerson:
    return DuePerson(
        customer_id=row.id,
        number=row.number,
        name=display_name(row.first_name, row.last_name, row.organisation_name),
        status=Status(row.status),
        contact_on=row.contact_on,
        ended_on=row.ended_on,
        kept_until=kept_until(row.contact_on, settings),
        holds=holds,
        restricted=restricted,
    )
