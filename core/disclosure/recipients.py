"""Recipients: registered parties with an agreement, and the history of each record.

Nobody else can be sent to (P5).  Records come from ``config.toml`` and are versioned: a change there is a new version
here, with who, when and what, since the notice, the gate and Article 30 read the record that was in force.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.exc import IntegrityError

from core.actor import SYSTEM
from core.disclosure.categories import FIELDS_BY_CATEGORY
from core.disclosure.countries import in_eea
from core.disclosure.errors import NoRecipientForPurpose, UnknownCategory, UnknownRecipient
from core.disclosure.model import recipient_version_table as table
from core.disclosure.purposes import purpose_of
from core.errors import Words
from core.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.config import Recipient as Settings
    from core.database import Database, UnitOfWork

RecipientRole = Literal["processor", "controller", "staff", "subject"]

_LATEST: Final = Prepared(
    select(table.c.code, table.c.version, table.c.record)
    .where(table.c.code == bindparam("wanted"))
    .order_by(table.c.version.desc())
    .limit(1)
)

# The person whose data it is: needs no agreement, cannot be configured, gets nobody else's data.
SUBJECT: Final = "data_subject"
_SUBJECT_RECORD: Final[Mapping[str, Any]] = {
    "name": "Rekisteröity itse",
    "business_id": None,
    "role": "subject",
    "country": "FI",
    "agreement": "GDPR 15",
    "agreement_from": "2018-05-25",
    "agreement_to": None,
    "purposes": ["legal_obligation"],
    "categories": sorted(FIELDS_BY_CATEGORY),
    "adapter": "person",
    "necessity": None,
    "safeguard": None,
    "withdrawn": False,
    "told_of_changes": "no",
    "told_by": "letter",
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """A registered party.

    ``country`` is ISO 3166-1 alpha-2.  ``necessity`` and ``safeguard`` are needed outside the EU/EEA (P9).
    ``withdrawn``: it was taken out of the configuration and gets nothing any more.  ``told_of_changes``: whether it is
    told of values that change after it was given them, and ``told_by`` how (`core.notices`).
    """

    code: str
    version: int
    name: str
    business_id: str | None
    role: RecipientRole
    country: str
    agreement: str
    agreement_from: date
    agreement_to: date | None
    purposes: tuple[str, ...]
    categories: tuple[str, ...]
    adapter: str
    necessity: str | None = None
    safeguard: str | None = None
    withdrawn: bool = False
    told_of_changes: Literal["yes", "ask", "no"] = "ask"
    told_by: Literal["adapter", "letter"] = "letter"

    def in_force(self, day: date) -> bool:
        """Whether the agreement covers *day*, its first and last days counted."""
        if self.withdrawn or day < self.agreement_from:
            return False
        return self.agreement_to is None or day <= self.agreement_to

    @property
    def outside_eea(self) -> bool:
        """Whether data sent to it leaves the EU/EEA."""
        return not in_eea(self.country)


@dataclass(frozen=True, slots=True)
class RecipientChange:
    """One version of a record: when, by whom (None: the program), and field name to (old, new)."""

    recipient: Recipient
    recorded_at: datetime
    staff_id: int | None
    changed: Mapping[str, tuple[object, object]]


def recipient_of(connection: Connection, code: str) -> Recipient:
    """The record of *code* as it is now.

    Raises:
        UnknownRecipient: nobody registered it.
    """
    row = _LATEST.row(connection, {"wanted": code})
    if row is None:
        raise UnknownRecipient(recipient=code)
    return _recipient(*row)


def recipients(connection: Connection) -> list[Recipient]:
    """Every record as it is now, withdrawn ones too, by code."""
    latest = (
        select(table.c.code, func.max(table.c.version).label("version")).group_by(table.c.code).subquery()
    )
    rows = connection.execute(
        select(table.c.code, table.c.version, table.c.record)
        .join(latest, and_(table.c.code == latest.c.code, table.c.version == latest.c.version))
        .order_by(table.c.code)
    )
    return [_recipient(row.code, row.version, row.record) for row in rows]


def recipient_for(connection: Connection, purpose: str, day: date, named: str | None = None) -> Recipient:
    """The recipient *named*, or else the only one whose agreement covers the purpose on *day*.

    Raises:
        UnknownRecipient: nobody registered the one named.
        NoRecipientForPurpose: none was named, and there is none, or more than one.
    """
    if named is not None:
        return recipient_of(connection, named)
    found = [
        it
        for it in recipients(connection)
        if purpose in it.purposes and it.in_force(day) and it.role != "subject"
    ]
    if len(found) != 1:
        raise NoRecipientForPurpose(
            purpose=Words(purpose_of(purpose).name), recipients=", ".join(it.code for it in found) or "–"
        )
    return found[0]


def history_of(connection: Connection, code: str) -> list[RecipientChange]:
    """Every version of a record, the first one first."""
    rows = connection.execute(select(table).where(table.c.code == code).order_by(table.c.version))
    return [
        RecipientChange(
            _recipient(row.code, row.version, row.record),
            row.recorded_at,
            row.staff_id,
            {name: (old, new) for name, (old, new) in row.changed.items()},
        )
        for row in rows
    ]


def sync_recipients(uow: UnitOfWork, actor: Actor, settings: Mapping[str, Settings]) -> list[str]:
    """Bring the records up to what config.toml says; a recipient no longer there is withdrawn, never deleted.

    Returns the codes that got a new version.

    Raises:
        UnknownPurpose, UnknownCategory: a setting names one that the notice does not have.
    """
    news = _news(uow.connection, settings)
    for code, (version, before, record) in news.items():
        changed = {
            name: [before[name], value] for name, value in record.items() if before and before[name] != value
        }
        uow.connection.execute(
            table.insert().values(
                code=code,
                version=version,
                recorded_at=uow.now,
                staff_id=actor.staff_id,
                record=record,
                changed=changed,
            )
        )
    return list(news)


def register_subject(database: Database) -> None:
    """The recipient `SUBJECT`, recorded when it is first needed."""
    with database.reading() as connection:
        if any(it.code == SUBJECT for it in recipients(connection)):
            return
    with suppress(IntegrityError), database.unit_of_work() as uow:
        uow.connection.execute(
            table.insert().values(
                code=SUBJECT, version=1, recorded_at=uow.now, record=dict(_SUBJECT_RECORD), changed={}
            )
        )
        uow.commit()


def follow_configuration(database: Database, settings: Mapping[str, Settings]) -> None:
    """At start: the records as config.toml has them now; nothing is written when nothing changed.

    Raises:
        UnknownPurpose, UnknownCategory: a setting names one that the notice does not have.
    """
    with database.reading() as connection:
        if not _news(connection, settings):
            return
    # Two programs started together: the second meets the first one's version, which is the same.
    with suppress(IntegrityError), database.unit_of_work() as uow:
        sync_recipients(uow, SYSTEM, settings)
        uow.commit()


def _news(
    connection: Connection, settings: Mapping[str, Settings]
) -> dict[str, tuple[int, dict[str, Any], dict[str, Any]]]:
    """Code to (new version, record before, record now) of each recipient whose record is not as the settings say."""
    held = {recipient.code: recipient for recipient in recipients(connection)}
    wanted = {code: _record(setting) for code, setting in settings.items()}
    for code, recipient in held.items():
        if code not in wanted and recipient.role != "subject":
            wanted[code] = _fields(recipient) | {"withdrawn": True}
    news = {}
    for code, record in sorted(wanted.items()):
        before = _fields(held[code]) if code in held else {}
        if record != before:
            news[code] = (held[code].version + 1 if code in held else 1, before, record)
    return news


def _record(setting: Settings) -> dict[str, Any]:
    for code in setting.purposes:
        purpose_of(code)
    for category in setting.categories:
        if category not in FIELDS_BY_CATEGORY:
            raise UnknownCategory(category=category)
    return {
        "name": setting.name,
        "business_id": setting.business_id,
        "role": str(setting.role),
        "country": setting.country.upper(),
        "agreement": setting.agreement,
        "agreement_from": setting.agreement_from.isoformat(),
        "agreement_to": None if setting.agreement_to is None else setting.agreement_to.isoformat(),
        "purposes": sorted(setting.purposes),
        "categories": sorted(setting.categories),
        "adapter": setting.adapter,
        "necessity": setting.necessity or None,
        "safeguard": setting.safeguard or None,
        "withdrawn": False,
        "told_of_changes": str(setting.told_of_changes),
        "told_by": str(setting.told_by),
    }


def _fields(recipient: Recipient) -> dict[str, Any]:
    """The record as it is stored: what JSON can say."""
    record = asdict(recipient)
    del record["code"], record["version"]
    for name in ("agreement_from", "agreement_to"):
        record[name] = None if record[name] is None else record[name].isoformat()
    for name in ("purposes", "categories"):
        record[name] = list(record[name])
    return record


def _recipient(code: str, version: int, record: Mapping[str, Any]) -> Recipient:
    ends = record["agreement_to"]
    return Recipient(
        **{
            **record,
            "code": code,
            "version": version,
            "agreement_from": date.fromisoformat(record["agreement_from"]),
            "agreement_to": None if ends is None else date.fromisoformat(ends),
            "purposes": tuple(record["purposes"]),
            "categories": tuple(record["categories"]),
        }
    )
