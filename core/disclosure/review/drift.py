"""Drift: what really left against the agreements and against what the configuration lets the notice promise.

What left is read from the log's own intents, not from the tables that the gate decided by.  Each intent since the last
review is held against the recipient's record as it was then, against its record now (from which the notice is made),
and against the register's own table.  The gate makes most differences impossible; this is how a difference that should
be impossible, or a promise that was changed afterwards, is seen on the same day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from core.actor import SYSTEM
from core.clock import HELSINKI
from core.disclosure.categories import CATEGORY_NAMES, categories_of
from core.disclosure.countries import in_eea
from core.disclosure.log.entries import Intent
from core.disclosure.model import transfer_table
from core.disclosure.purposes import PURPOSES
from core.disclosure.recipients import SUBJECT, history_of
from core.disclosure.review import findings
from core.disclosure.review.model import finding_table
from core.disclosure.review.signed import last_review
from core.errors import Words
from core.messages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from core.config import Recipient as Promise
    from core.database import UnitOfWork
    from core.disclosure.log import DisclosureLog
    from core.disclosure.recipients import RecipientChange
    from core.disclosure.review.findings import Finding

_CHUNK: Final = 1024
_SENTENCES: Final = {
    "recipient": N_("Data left to “{recipient}”, which the configuration, and so the notice, does not name."),
    "agreement": N_("Data left to {recipient} on {day}, when its agreement was not in force."),
    "purpose": N_("Data left to {recipient} for {what}, which its record does not name ({record})."),
    "categories": N_("Data left to {recipient} that its record does not name: {what} ({record})."),
    "country": N_("Data left to {recipient} in {what}, which its record does not name ({record})."),
    "register": N_("The register's table and the log differ about a transfer to {recipient}: {what}."),
}
_THEN: Final = N_("as it was then")
_NOW: Final = N_("as it is now")


@dataclass(frozen=True, slots=True)
class Drift:
    """A difference; ``number`` is the transfer's.  ``subject`` is the same for the same difference next time."""

    rule: str
    recipient: str
    number: int
    subject: str
    data: Mapping[str, Any]

    def sentence(self, language: str) -> str:
        """The difference in words."""
        shown = {name: tr(it, language) if isinstance(it, Words) else it for name, it in self.data.items()}
        return tr(_SENTENCES[self.rule], language, **shown)


def drifts(
    connection: Connection, log: DisclosureLog, promises: Mapping[str, Promise], start: int, end: int
) -> Iterator[Drift]:
    """The differences in the entries *start* to *end*."""
    histories: dict[str, Sequence[RecipientChange]] = {}
    for first in range(start, end, _CHUNK):
        entries = [
            it for it in log.entries(connection, first, min(first + _CHUNK, end)) if it.kind == "intent"
        ]
        rows = _rows(connection, [entry.index for entry in entries])
        for entry in entries:
            body = entry.decode()
            if not isinstance(body, Intent):
                continue
            if body.recipient not in histories:
                histories[body.recipient] = history_of(connection, body.recipient)
            left = _Left(body, entry.index, entry.recorded_at, rows.get(entry.index))
            yield from _of_one(left, promises, histories[body.recipient])


@dataclass(frozen=True, slots=True)
class _Left:
    body: Intent
    number: int
    at: datetime
    row: Row[Any] | None

    def drift(self, rule: str, about: str, **data: object) -> Drift:
        recipient = self.body.recipient
        return Drift(rule, recipient, self.number, f"{recipient}:{about}", {"recipient": recipient, **data})


def _rows(connection: Connection, numbers: Sequence[int]) -> dict[int, Row[Any]]:
    if not numbers:
        return {}
    table = transfer_table.c
    return {
        row.number: row
        for row in connection.execute(
            select(transfer_table).where(table.number >= min(numbers), table.number <= max(numbers))
        )
    }


def _of_one(
    left: _Left, promises: Mapping[str, Promise], history: Sequence[RecipientChange]
) -> Iterator[Drift]:
    promise = promises.get(left.body.recipient)
    if promise is not None:
        yield from _against(left, promise, _NOW)
    elif left.body.recipient != SUBJECT:
        # The person whose data it is stands in no configuration: that their own data is theirs is the law's promise.
        yield left.drift("recipient", "")
    then = next((it.recipient for it in reversed(history) if it.recorded_at <= left.at), None)
    if then is not None:
        yield from _against(left, then, _THEN)
    yield from _against_register(left)


def _against(left: _Left, record: Any, which: str) -> Iterator[Drift]:
    """*record* is a recipient's record or its settings: both have the same words."""
    body, words = left.body, Words(which)
    day = left.at.astimezone(HELSINKI).date()
    # What the law demands of whoever was given data needs no agreement (GDPR 19).
    by_law = body.purpose in PURPOSES and PURPOSES[body.purpose].by_law
    over = day < record.agreement_from or (record.agreement_to is not None and day > record.agreement_to)
    if over and not by_law:
        yield left.drift("agreement", which, day=day.isoformat())
    if body.purpose not in record.purposes and not by_law:
        name = Words(PURPOSES[body.purpose].name) if body.purpose in PURPOSES else body.purpose
        yield left.drift("purpose", f"{which}:{body.purpose}", what=name, record=words)
    elif record.role == "controller" and not PURPOSES[body.purpose].disclosure:
        name = Words(PURPOSES[body.purpose].name)
        yield left.drift("purpose", f"{which}:{body.purpose}", what=name, record=words)
    for category in sorted(set(body.categories) - set(record.categories)):
        name = Words(CATEGORY_NAMES[category])
        yield left.drift("categories", f"{which}:{category}", what=name, record=words)
    unsafe = not in_eea(body.country) and not (record.necessity and record.safeguard)
    if body.country != record.country or unsafe:
        yield left.drift("country", f"{which}:{body.country}", what=body.country, record=words)


def _against_register(left: _Left) -> Iterator[Drift]:
    body, row = left.body, left.row
    if row is None:
        yield left.drift("register", "missing", what=Words(N_("the table does not have it")))
        return
    held = {
        "recipient": (row.recipient_code, body.recipient),
        "purpose": (row.purpose, body.purpose),
        "basis": (row.basis, body.basis),
        "country": (row.country, body.country),
        "count": (row.size, body.count),
        "id": (row.id, body.id),
    }
    for name, (table, log) in held.items():
        if table != log:
            yield left.drift("register", name, what=f"{name}: {table} / {log}")
    if not set(body.categories) <= categories_of(row.fields):
        yield left.drift("register", "categories", what="categories")


def watch(
    uow: UnitOfWork, log: DisclosureLog, promises: Mapping[str, Promise], language: str
) -> list[Finding]:
    """Make a finding of each difference since the last review that has none yet; those made now.

    The same difference is said once: again only when a later transfer shows it after the finding was closed.
    """
    last = last_review(uow.connection)
    start, end = 0 if last is None else last.end_size, log.size_in(uow.connection)
    worst: dict[tuple[str, str], Drift] = {}
    for drift in drifts(uow.connection, log, promises, start, end):
        worst[drift.rule, drift.subject] = drift
    made = []
    for (rule, subject), drift in worst.items():
        if _is_known(uow.connection, rule, subject, drift.number):
            continue
        made.append(
            findings.record(
                uow,
                SYSTEM,
                rule=rule,
                subject=subject,
                reached=drift.number,
                words=drift.sentence(language),
                transfer_number=drift.number,
            )
        )
    return made


def _is_known(connection: Connection, rule: str, subject: str, number: int) -> bool:
    table = finding_table.c
    same = (table.rule == rule, table.subject == subject)
    if connection.execute(select(table.id).where(*same, table.state == findings.FindingState.OPEN)).first():
        return True
    reached = connection.execute(select(func.max(table.reached)).where(*same)).scalar()
    return reached is not None and reached >= number
