"""Reviews that have been signed off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.disclosure.log.model import log_cosignature
from core.disclosure.review.model import review_table

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Review:
    """A review of the entries from ``start_size`` up to ``end_size``; ``root`` is the tree's at the end."""

    id: int
    uuid: str
    signed_at: datetime
    staff_id: int | None
    staff_name: str
    start_size: int
    end_size: int
    root: bytes
    verdict: str
    sampled: int
    findings: int
    still_open: int
    words: str
    log_index: int


_COLUMNS: Final = [review_table.c[name] for name in Review.__slots__]


def reviews(connection: Connection, limit: int = 100) -> list[Review]:
    """The reviews, newest first."""
    statement = select(*_COLUMNS).order_by(review_table.c.id.desc()).limit(limit)
    return [Review(**row) for row in connection.execute(statement).mappings()]


def last_review(connection: Connection) -> Review | None:
    """The newest review; None when there has been none."""
    found = reviews(connection, 1)
    return found[0] if found else None


def cosigners_of(connection: Connection, review: Review) -> list[str]:
    """The names of the keys that have cosigned a checkpoint which holds the review's entry, the first ones."""
    table = log_cosignature.c
    rows = connection.execute(
        select(table.key_name, table.size).where(table.size > review.log_index).order_by(table.size)
    ).all()
    return sorted({row.key_name for row in rows if row.size == rows[0].size})
