"""Whether the access log is what the disclosure log says of it: all of it, or what came after a place in the log."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from core.disclosure import transfers
from core.disclosure.log.events import Read, Resume, Review
from core.disclosure.log.findings import MAX_PROBLEMS
from core.disclosure.log.lines import Line, lines_root
from core.disclosure.log.model import log_entry
from core.disclosure.review.errors import AccessLogBroken, LookBroken
from core.disclosure.review.looks import LATE, look_digest
from core.disclosure.review.model import look_line_table, look_table
from core.disclosure.review.signed import last_review
from core.errors import Words
from core.messages import N_
from core.staff.model import access_event_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from core.database import Database
    from core.disclosure.log import DisclosureLog
    from core.disclosure.log.findings import VerifyReport

_look: Final = look_table.c
_line: Final = look_line_table.c
_event: Final = access_event_table.c
# Entries among which the newest event before a place in the log is sought: taking too few only reads more.
_BEFORE: Final = 1000

LOOK_PROBLEMS: Final[Mapping[str, str]] = {
    "changed": N_("it is not what was entered into the disclosure log"),
    "removed": N_("it is in the disclosure log and gone from here"),
    "added": N_("it was put among those that had been entered into the disclosure log long before"),
    "lines": N_("the lines that it stands among are not those that the log was signed with"),
    "lost": N_("the register has lost the looks that this entry of the disclosure log is about"),
}


@dataclass(frozen=True, slots=True)
class LookProblem:
    """Where the access log is not what the disclosure log says, and what is wrong: one of `LOOK_PROBLEMS`.

    ``access_id`` is the event's; of what is ``lost`` the entry's place in the disclosure log.
    """

    access_id: int
    what: str


def reviewed_up_to(connection: Connection, log: DisclosureLog) -> int:
    """Up to which place of the log the last review signed off, as the log itself has it; 0 when there was none."""
    last = last_review(connection)
    if last is None:
        return 0
    entry = log.entry(connection, last.log_index).decode()
    return entry.end if isinstance(entry, Review) else 0


def problems(connection: Connection, log: DisclosureLog, since: int = 0) -> Iterator[LookProblem]:
    """Where the access log differs from what the disclosure log says of it; nothing when all is as it was.

    Only entries from the place *since* on are read, with the events that they cover.
    """
    looks = connection.execute(
        select(look_table).where(_look.log_index >= since).order_by(_look.log_index)
    ).all()
    for look in looks:
        yield from _problems_of(connection, log, look)
    yield from _added(connection, since)
    yield from _without_look(connection, log, since)


def _problems_of(connection: Connection, log: DisclosureLog, look: Row[Any]) -> Iterator[LookProblem]:
    rows = connection.execute(
        select(look_line_table, access_event_table)
        .outerjoin(access_event_table, _event.id == _line.access_id)
        .where(_line.look_id == look.id)
        .order_by(_line.number)
    ).all()
    lines = [Line(row.number, row.tag, row.commitment, row.digest) for row in rows]
    entry = log.entry(connection, look.log_index).decode()
    if not isinstance(entry, Read) or entry.id != look.id or lines_root(lines).hex() != entry.lines_root:
        yield LookProblem(rows[0].access_id if rows else 0, "lines")
    for row in rows:
        if row.id is None:
            yield LookProblem(row.access_id, "removed")
        elif row.nonce is not None and not hmac.compare_digest(row.digest, look_digest(row.nonce, row)):
            yield LookProblem(row.access_id, "changed")


def _added(connection: Connection, since: int) -> Iterator[LookProblem]:
    """Events among those long entered that no line covers."""
    newest = connection.execute(select(func.max(_line.access_id))).scalar() or 0
    before = select(_look.id).where(_look.log_index < since).order_by(_look.log_index.desc()).limit(_BEFORE)
    known = connection.execute(
        select(func.max(_line.access_id)).where(_line.look_id.in_(before.scalar_subquery()))
    ).scalar()
    floor = (known or 0) - LATE
    for access_id in connection.execute(
        select(_event.id)
        .where(_event.id > floor, _event.id <= newest - LATE, _event.id.not_in(select(_line.access_id)))
        .order_by(_event.id)
    ).scalars():
        yield LookProblem(access_id, "added")


def _without_look(connection: Connection, log: DisclosureLog, since: int) -> Iterator[LookProblem]:
    """Read entries of the log whose lines the register has lost; not those that a restore has lost and a resume names."""
    put_back = _put_back(connection, log)
    known = select(_look.log_index).where(_look.log_index >= since)
    for index in connection.execute(
        select(log_entry.c.entry_index).where(
            log_entry.c.entry_index >= since,
            log_entry.c.kind == "read",
            log_entry.c.entry_index.not_in(known),
        )
    ).scalars():
        if not any(index in some for some in put_back):
            yield LookProblem(index, "lost")


def _put_back(connection: Connection, log: DisclosureLog) -> list[range]:
    places = connection.execute(select(log_entry.c.entry_index).where(log_entry.c.kind == "resume")).scalars()
    resumed = [log.entry(connection, index).decode() for index in places.all()]
    return [range(it.start, it.end) for it in resumed if isinstance(it, Resume)]


def require_whole(connection: Connection, log: DisclosureLog, since: int = 0) -> None:
    """Make sure that the access log is what the disclosure log says of it, from the place *since* on.

    Raises:
        AccessLogBroken: it is not; how often, and where first.
    """
    found = list(problems(connection, log, since))
    if found:
        raise broken(found)


def broken(found: Sequence[LookProblem]) -> AccessLogBroken:
    """What to say of problems: how many, and which is the first."""
    what = Words(LOOK_PROBLEMS[found[0].what])
    return AccessLogBroken(count=len(found), number=found[0].access_id, what=what)


def verify_everything(database: Database, log: DisclosureLog) -> VerifyReport:
    """The whole log with the transfers' lines, and the whole access log against what the log says of it."""
    report = log.verify(transfers.stored_lines)
    with database.reading() as connection:
        found = list(problems(connection, log))
    told = [LookBroken(number=it.access_id, what=Words(LOOK_PROBLEMS[it.what])) for it in found]
    return replace(
        report,
        problems=(*report.problems, *told)[:MAX_PROBLEMS],
        problem_count=report.problem_count + len(found),
    )
