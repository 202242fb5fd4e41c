"""A random sample that anybody can draw again: seed, range and size give the same transfers.

Ranking: transfers in the range are put in the order of SHA-256("seed:number"), and the first ones are the sample.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from core.actor import require
from core.disclosure.model import transfer_table
from core.disclosure.review.errors import NothingToSample
from core.disclosure.review.findings import FINDERS
from core.disclosure.review.model import sample_item_table, sample_table
from core.disclosure.review.signed import last_review

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample: the numbers of its transfers in the order of the draw, and which have been looked at."""

    id: int
    drawn_at: datetime
    seed: str
    start_size: int
    end_size: int
    numbers: tuple[int, ...]
    looked_at: frozenset[int]


def drawn(seed: str, numbers: Iterable[int], size: int) -> list[int]:
    """The sample of *size* among *numbers* that *seed* gives; pure, so that it can be repeated by hand."""
    return sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest())[:size]


def draw(uow: UnitOfWork, actor: Actor, size: int, *, seed: str | None = None) -> Sample:
    """Draw a sample of the transfers since the last review, with a new random seed unless one is given.

    Raises:
        NotPermitted: the actor's role does not review.
        NothingToSample: there is no transfer.
    """
    require(actor, *FINDERS)
    last = last_review(uow.connection)
    start = 0 if last is None else last.end_size
    numbers = uow.connection.execute(
        select(transfer_table.c.number).where(transfer_table.c.number >= start)
    ).scalars().all()  # fmt: skip
    if not numbers:
        raise NothingToSample
    chosen_seed = seed or secrets.token_hex(16)
    chosen = drawn(chosen_seed, numbers, size)
    sample_id = uow.connection.execute(
        insert(sample_table)
        .values(
            drawn_at=uow.now,
            staff_id=actor.staff_id,
            seed=chosen_seed,
            start_size=start,
            end_size=max(numbers) + 1,
            size=len(chosen),
        )
        .returning(sample_table.c.id)
    ).scalar_one()
    uow.connection.execute(
        insert(sample_item_table),
        [{"sample_id": sample_id, "transfer_number": number} for number in chosen],
    )
    found = newest(uow.connection)
    assert found is not None
    return found


def newest(connection: Connection) -> Sample | None:
    """The sample drawn last since the last review; None when none was drawn."""
    last = last_review(connection)
    row = connection.execute(select(sample_table).order_by(sample_table.c.id.desc()).limit(1)).first()
    if row is None or (last is not None and row.drawn_at <= last.signed_at):
        return None
    items = connection.execute(
        select(sample_item_table).where(sample_item_table.c.sample_id == row.id)
    ).all()  # fmt: skip
    numbers = drawn(row.seed, [it.transfer_number for it in items], row.size)
    looked = frozenset(it.transfer_number for it in items if it.looked_at is not None)
    return Sample(row.id, row.drawn_at, row.seed, row.start_size, row.end_size, tuple(numbers), looked)


def look_at(uow: UnitOfWork, actor: Actor, sample: Sample, number: int) -> None:
    """A transfer of the sample has been looked at in full."""
    require(actor, *FINDERS)
    table = sample_item_table.c
    uow.connection.execute(
        update(sample_item_table)
        .where(table.sample_id == sample.id, table.transfer_number == number, table.looked_at.is_(None))
        .values(looked_at=uow.now, looked_by=actor.staff_id)
    )
