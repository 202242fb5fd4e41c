"""Proposals accepted by a rule that a person has made: one reason, a likeness at least, one group of fields.

They are counted first, and accepted only if as many still fit.  Deaths, protected addresses, bans, companies' ends, and
rows that may mean several customers are never decided on by a rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, tuple_

from core.actor import Role, require
from core.batches.model import batch_row_table
from core.batches.types import Progress
from core.errors import Words
from core.staff.access_log import Access, record_access
from core.updates.judging import accept
from core.updates.proposal_errors import (
    AlreadyDecided,
    CannotAccept,
    CountChanged,
    MeantAlready,
    NotInBulk,
)
from core.updates.proposals import Which, count, fitting
from core.updates.types import REASON_NAMES, Meaning, Outcome, Reason

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.actor import Actor
    from core.batches.types import Watcher
    from core.register import Register

CHUNK: Final = 200
_row = batch_row_table.c
IN_BULK: Final = (
    Reason.OWN_NOTICE,
    Reason.VERIFIED,
    Reason.UNDATED,
    Reason.OLDER,
    Reason.ADDRESS_DOUBTFUL,
    Reason.BELOW_LINE,
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many were accepted, and the (run, line) of those that could not be and go on waiting."""

    accepted: int
    left: tuple[tuple[int, int], ...]


def count_fitting(connection: Connection, which: Which) -> int:
    """How many proposals *which* would accept.

    Raises:
        NotInBulk: its reason is not one to decide on by a rule.
    """
    return count(connection, _ruled(which))


def accept_fitting(
    register: Register, actor: Actor, which: Which, *, expected: int, progress: Watcher | None = None
) -> Accepted:
    """Accept all proposals of *which*, in chunks, a transaction each; what cannot be accepted goes on waiting.

    *progress* is told after each chunk; when it answers False the rest goes on waiting.

    Raises:
        NotInBulk: its reason is not one to decide on by a rule.
        CountChanged: not *expected* proposals fit.
    """
    require(actor, Role.IMPORTER)
    rule = _ruled(which)
    _begin(register, actor, rule, expected)
    done, left, after = 0, list[tuple[int, int]](), (0, 0)
    while chunk := _next(register, rule, after):
        with register.database.unit_of_work() as uow:
            for run, line in chunk:
                try:
                    accept(uow, actor, run, line)
                except (CannotAccept, MeantAlready, AlreadyDecided):
                    # Refused before anything of it was written.
                    left.append((run, line))
                else:
                    done += 1
            uow.commit()
        after = chunk[-1]
        counts = {str(Outcome.ACCEPTED): done, str(Outcome.PROPOSED): len(left)}
        if progress is not None and progress(Progress(done + len(left), expected, counts)) is False:
            break
    return Accepted(done, tuple(left))


def _begin(register: Register, actor: Actor, rule: Which, expected: int) -> None:
    with register.database.unit_of_work() as uow:
        found = count(uow.connection, rule)
        if found != expected:
            raise CountChanged(count=found, expected=expected)
        task = "address update, proposals" if rule.run is None else f"address update {rule.run}, proposals"
        detail = f"accepted by rule: {rule.reason}, {rule.least_grade}, {rule.group or '*'}: {found} rows"
        record_access(uow, actor, action=Access.CHANGE, customer_id=None, task=task, detail=detail)
        uow.commit()


def _ruled(which: Which) -> Which:
    """*which* as a rule: about changes of values alone.

    Raises:
        NotInBulk: its reason is not one to decide on by a rule.
    """
    if which.reason not in IN_BULK:
        reason = Words(REASON_NAMES[which.reason]) if which.reason else "-"
        raise NotInBulk(number=which.run or "", reason=reason)
    return replace(which, meaning=Meaning.MOVED)


def _next(register: Register, rule: Which, after: tuple[int, int]) -> list[tuple[int, int]]:
    chosen = (
        select(_row.batch_id, _row.line)
        .where(*fitting(rule), tuple_(_row.batch_id, _row.line) > after)
        .order_by(_row.batch_id, _row.line)
        .limit(CHUNK)
    )
    with register.database.reading() as connection:
        return [(row.batch_id, row.line) for row in connection.execute(chosen)]
