"""What a reviewer sees first: what is new since the last review, and what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from core.disclosure import transfers
from core.disclosure.model import transfer_table
from core.disclosure.review import approvals, findings, refusals, sampling
from core.disclosure.review.approvals import ApprovalState
from core.disclosure.review.rules import marked_transfers
from core.disclosure.review.signed import cosigners_of, last_review
from core.disclosure.review.snooping import marked_looks
from core.disclosure.transfers import TransferFilter
from core.disclosure.types import TransferState
from core.staff.model import access_event_table

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from core.config.schema import ReviewSettings
    from core.disclosure.log import DisclosureLog
    from core.disclosure.review.rules import Mark
    from core.disclosure.review.sampling import Sample
    from core.disclosure.review.signed import Review
    from core.disclosure.review.snooping import LookMark


@dataclass(frozen=True, slots=True)
class News:
    """Counts since the last review (``since``: its moment, None when there was none) and the marks of the rules.

    ``cosigners`` are the names of the keys that cosigned the last review; none when none has.
    """

    last: Review | None
    cosigners: tuple[str, ...]
    since: datetime | None
    due_at: datetime | None
    entries: int
    transfers: int
    persons: int
    in_doubt: int
    refusals: int
    approvals_waiting: int
    open_findings: int
    looks: int
    marks: tuple[Mark, ...]
    look_marks: tuple[LookMark, ...]
    sample: Sample | None


def news(connection: Connection, log: DisclosureLog, settings: ReviewSettings, now: datetime) -> News:
    """What is new since the last review, as of *now*."""
    last = last_review(connection)
    since = None if last is None else last.signed_at
    start = 0 if last is None else last.end_size
    new = connection.execute(
        select(func.count(), func.coalesce(func.sum(transfer_table.c.size), 0)).where(
            transfer_table.c.number >= start
        )
    ).one()
    looked = select(func.count()).select_from(access_event_table)
    if since is not None:
        looked = looked.where(access_event_table.c.recorded_at > since)
    return News(
        last=last,
        cosigners=() if last is None else tuple(cosigners_of(connection, last)),
        since=since,
        due_at=None if since is None else since + timedelta(days=settings.days),
        entries=log.size_in(connection) - start,
        transfers=int(new[0]),
        persons=int(new[1]),
        in_doubt=transfers.count(connection, TransferFilter(state=TransferState.IN_DOUBT)),
        refusals=refusals.count_refusals(connection, since),
        approvals_waiting=len(approvals.approvals(connection, ApprovalState.WAITING)),
        open_findings=findings.count_open(connection),
        looks=int(connection.execute(looked).scalar_one()),
        marks=tuple(marked_transfers(connection, settings, last, now)),
        look_marks=tuple(marked_looks(connection, settings, since, now)),
        sample=sampling.newest(connection),
    )
