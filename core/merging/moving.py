"""Pointing everything of one customer at another.

What is sealed or tagged under the old data key and proved by the log stays under the old id (`core.customers.aliases`);
what is worked with from now on is the survivor's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, delete, insert, select, type_coerce, update

from core.batches.model import batch_row_table
from core.clock import HELSINKI
from core.customers import changing
from core.customers.model import (
    customer_alias_table,
    customer_ban_table,
    customer_order_table,
    customer_restriction_table,
    customer_table,
    invoice_table,
)
from core.customers.web_model import web_registration_table
from core.customers.web_types import WebState
from core.messages import N_, tr
from core.narrowing import BAN, RESTRICTION, narrows
from core.notices.model import notice_check_table, notice_table
from core.papers.model import paper_customer_table
from core.papers.reading import context as paper_context
from core.retention.model import hold_table
from core.retention.service import REASON, RELEASE
from core.rights.model import case_table
from core.updates.types import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Delete, Row, Table, Update

    from core.actor import Actor
    from core.customers.types import Customer, Source
    from core.database import UnitOfWork
    from core.keys import KeyRing

    # Of a row: the words that its sealed column is bound to.
    Context = Callable[[Row[Any]], bytes]

_POINTING: Final = (customer_order_table, invoice_table, case_table, notice_table)
_RESEALED: Final[tuple[tuple[Table, Mapping[str, Context]], ...]] = (
    (hold_table, {"reason": lambda _: REASON, "released_reason": lambda _: RELEASE}),
    (paper_customer_table, {"about": lambda row: paper_context(row.paper_number)}),
)
# Which column tells two periods in force of one customer apart, and what the notes beside the fence call it.
_PERIODS: Final = ((customer_ban_table, "kind", BAN), (customer_restriction_table, "ground", RESTRICTION))


def alias(uow: UnitOfWork, actor: Actor, survivor: Customer, other: Customer) -> None:
    """From now on *other*'s number, and those that led to it, lead to *survivor*."""
    table = customer_alias_table
    leading = table.c.customer_id == other.id
    uow.connection.execute(update(table).where(leading).values(customer_id=survivor.id))
    uow.connection.execute(
        insert(table).values(
            number=other.number,
            customer_id=survivor.id,
            former_id=other.id,
            recorded_at=uow.now,
            actor_id=actor.staff_id,
            actor_name=actor.name,
        )
    )


def represent(uow: UnitOfWork, actor: Actor, survivor: Customer, other: Customer, source: Source) -> int:
    """The contact persons of *other*, an organisation, are *survivor*'s; returns how many."""
    persons = select(customer_table.c.id).where(customer_table.c.represents == other.id)
    ids = list(uow.connection.execute(persons).scalars())
    held = changing.before_of(uow.connection, ids, hold=True)
    planned = changing.plan(uow.connection, held, {of: {"represents": survivor.id} for of in ids})
    return len(changing.write(uow, actor, planned, source))


@dataclass(frozen=True, slots=True)
class Mover:
    """Points the rows of *other* at *survivor*, in the caller's transaction."""

    uow: UnitOfWork
    keyring: KeyRing
    actor: Actor
    survivor: Customer
    other: Customer

    def move(self) -> Counter[str]:
        """Do it all; returns how many rows of which table were moved."""
        moved: Counter[str] = Counter()
        to = {"customer_id": self.survivor.id}
        for table in _POINTING:
            theirs = table.c.customer_id == self.other.id
            moved[table.name] += self._run(update(table).where(theirs).values(to))
        row = batch_row_table.c
        waiting = (row.customer_id == self.other.id) & (row.outcome == Outcome.PROPOSED)
        moved["batch_row"] += self._run(update(batch_row_table).where(waiting).values(to))
        for table, columns in _RESEALED:
            moved[table.name] += self._sealed_anew(table, columns)
        for table, what, note in _PERIODS:
            moved[table.name] += self._periods(table, what, note)
        moved["web_registration"] += self._meant()
        # Whoever holds a value is looked up anew for the survivor.
        check = notice_check_table
        self._run(delete(check).where(check.c.customer_id == self.other.id))
        return +moved

    def _run(self, statement: Update | Delete) -> int:
        return self.uow.connection.execute(statement).rowcount

    def _sealed_anew(self, table: Table, columns: Mapping[str, Context]) -> int:
        rows = self.uow.connection.execute(select(table).where(table.c.customer_id == self.other.id)).all()
        if not rows:
            return 0
        keys = self.keyring.data_keys(self.uow, [self.survivor.id, self.other.id])
        mine, theirs = keys[self.survivor.id], keys[self.other.id]
        names = [column.name for column in table.primary_key.columns]
        taken = self._taken(table)
        moved = 0
        for row in rows:
            place = {name: row._mapping[name] for name in names}  # noqa: SLF001 - SQLAlchemy's documented accessor
            if tuple({**place, "customer_id": self.survivor.id}[name] for name in names) in taken:
                # The survivor is named there already, in its own words; the other's stay under the old id.
                continue
            values: dict[str, object] = {"customer_id": self.survivor.id}
            for name, bound in columns.items():
                sealed = getattr(row, name)
                if sealed is not None:
                    values[name] = mine.seal(theirs.unseal(sealed, bound(row)), bound(row))
            same = [table.c[name] == value for name, value in place.items()]
            moved += self._run(update(table).where(*same).values(values))
        return moved

    def _taken(self, table: Table) -> set[tuple[Any, ...]]:
        chosen = select(*table.primary_key.columns).where(table.c.customer_id == self.survivor.id)
        return {tuple(row) for row in self.uow.connection.execute(chosen)}

    def _periods(self, table: Table, what: str, note: str) -> int:
        """Bans or restrictions: of two in force for the same, the earlier goes on, and the later ends in it."""
        both = table.c.customer_id.in_((self.survivor.id, self.other.id))
        rows = self.uow.connection.execute(select(table).where(both, table.c.lifted_at.is_(None))).all()
        first: dict[str, Row[Any]] = {}
        for row in sorted(rows, key=lambda it: (it.since, it.customer_id != self.survivor.id)):
            first.setdefault(getattr(row, what), row)
        later = [row.id for row in rows if first[getattr(row, what)] is not row]
        self._run(
            update(table)
            .where(table.c.id.in_(later))
            .values(
                lifted_on=self.uow.now.astimezone(HELSINKI).date(),
                lifted_at=self.uow.now,
                lifted_by=self.actor.staff_id,
                lifted_by_name=self.actor.name,
                lifted_reason=tr(N_("merged: goes on since the earlier day"), self.actor.language),
            )
        )
        moved = self._run(
            update(table).where(table.c.customer_id == self.other.id).values(customer_id=self.survivor.id)
        )
        for name, row in first.items():
            narrows(self.uow, [self.survivor.id], note + name, row.since)
        return moved

    def _meant(self) -> int:
        """Registrations that wait and may mean *other*."""
        table = web_registration_table
        likely = type_coerce(table.c.candidates, Text).contains(f"[{self.other.id},")
        rows = self.uow.connection.execute(
            select(table.c.id, table.c.candidates).where(table.c.state == WebState.PROPOSED, likely)
        ).all()
        for row in rows:
            meant: dict[int, set[str]] = {}
            for who, by in row.candidates:
                meant.setdefault(self.survivor.id if who == self.other.id else who, set()).update(by)
            values = [[who, sorted(by)] for who, by in meant.items()]
            self._run(update(table).where(table.c.id == row.id).values(candidates=values))
        return len(rows)
