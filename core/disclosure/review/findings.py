"""Findings: what a reviewer or a rule has found, who is to see to it, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select, update

from core.actor import Role, require
from core.disclosure.review.errors import FindingClosed, NoSuchFinding, ReasonMissing
from core.disclosure.review.model import finding_event_table, finding_table
from core.messages import N_
from core.staff.members import member
from core.text import clean_block

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork

FINDERS: Final = (Role.REVIEWER, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
BY_PERSON: Final = "person"


class FindingState(StrEnum):
    """Where a finding stands.  ``ACCEPTED``: it stays as it is, for the reason given.  ``MENDED``: the cause is gone."""

    OPEN = "open"
    ACCEPTED = "accepted"
    MENDED = "mended"


FINDING_STATE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        FindingState.OPEN: N_("open"),
        FindingState.ACCEPTED: N_("accepted"),
        FindingState.MENDED: N_("mended"),
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.  ``rule`` is ``person`` or the rule that made it; ``transfer_number`` when it is about one."""

    id: int
    made_at: datetime
    made_by: int | None
    made_by_name: str
    rule: str
    subject: str
    reached: int
    transfer_number: int | None
    words: str
    owner_id: int | None
    owner_name: str | None
    state: FindingState
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FindingEvent:
    """A step in a finding's life."""

    at: datetime
    staff_name: str
    state: FindingState
    owner_name: str | None
    words: str


def findings(connection: Connection, *, only_open: bool = False) -> list[Finding]:
    """All findings, or those that are open; the newest first."""
    statement = select(finding_table).order_by(finding_table.c.id.desc())
    if only_open:
        statement = statement.where(finding_table.c.state == FindingState.OPEN)
    return [
        Finding(**{**row, "state": FindingState(row["state"])})
        for row in connection.execute(statement).mappings()
    ]


def count_open(connection: Connection) -> int:
    """How many are open."""
    statement = select(func.count()).where(finding_table.c.state == FindingState.OPEN)
    return int(connection.execute(statement).scalar_one())


def finding_of(connection: Connection, number: int) -> Finding:
    """The finding called *number*.

    Raises:
        NoSuchFinding: there is none.
    """
    row = connection.execute(select(finding_table).where(finding_table.c.id == number)).mappings().first()
    if row is None:
        raise NoSuchFinding(number=number)
    return Finding(**{**row, "state": FindingState(row["state"])})


def story_of(connection: Connection, number: int) -> list[FindingEvent]:
    """What has happened to a finding, in order."""
    table = finding_event_table.c
    rows = connection.execute(
        select(table.at, table.staff_name, table.state, table.owner_name, table.words)
        .where(table.finding_id == number)
        .order_by(table.id)
    )
    return [FindingEvent(row.at, row.staff_name, FindingState(row.state), *row[3:]) for row in rows]


def find(
    uow: UnitOfWork,
    actor: Actor,
    words: str,
    *,
    transfer_number: int | None = None,
    owner_id: int | None = None,
) -> Finding:
    """A reviewer finds something; the owner is the finder until somebody else takes it.

    Raises:
        NotPermitted: the actor's role does not review.
        ReasonMissing: no words.
        StaffNotFound: the owner is nobody.
    """
    require(actor, *FINDERS)
    said = clean_block(words)
    if not said:
        raise ReasonMissing
    owner = owner_id if owner_id is not None else actor.staff_id
    name = actor.name if owner == actor.staff_id or owner is None else member(uow.connection, owner).name
    return record(
        uow, actor, rule=BY_PERSON, subject="", reached=0, words=said, transfer_number=transfer_number,
        owner=(owner, name),
    )  # fmt: skip


def record(
    uow: UnitOfWork,
    actor: Actor,
    *,
    rule: str,
    subject: str,
    reached: int,
    words: str,
    transfer_number: int | None,
    owner: tuple[int | None, str | None] = (None, None),
) -> Finding:
    """Write a finding down; for `find` and for the rules."""
    number = int(
        uow.connection.execute(
            insert(finding_table)
            .values(
                made_at=uow.now,
                made_by=actor.staff_id,
                made_by_name=actor.name,
                rule=rule,
                subject=subject,
                reached=reached,
                transfer_number=transfer_number,
                words=words,
                owner_id=owner[0],
                owner_name=owner[1],
                state=FindingState.OPEN,
                changed_at=uow.now,
            )
            .returning(finding_table.c.id)
        ).scalar_one()
    )
    _tell(uow, actor, finding_of(uow.connection, number), words)
    return finding_of(uow.connection, number)


def move(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    *,
    state: FindingState = FindingState.OPEN,
    owner_id: int | None = None,
    words: str,
) -> Finding:
    """Give a finding another owner, say more about it, or close it; always in words.

    Raises:
        NotPermitted: the actor's role does not review.
        NoSuchFinding, FindingClosed: there is nothing to go on with.
        ReasonMissing: no words.
        StaffNotFound: the new owner is nobody.
    """
    require(actor, *FINDERS)
    said = clean_block(words)
    if not said:
        raise ReasonMissing
    uow.connection.execute(
        select(finding_table.c.id).where(finding_table.c.id == number).with_for_update()
    ).all()
    before = finding_of(uow.connection, number)
    if before.state is not FindingState.OPEN:
        raise FindingClosed(number=number)
    owner = (before.owner_id, before.owner_name)
    if owner_id is not None:
        owner = (owner_id, member(uow.connection, owner_id).name)
    uow.connection.execute(
        update(finding_table)
        .where(finding_table.c.id == number)
        .values(state=state, owner_id=owner[0], owner_name=owner[1], changed_at=uow.now)
    )
    after = finding_of(uow.connection, number)
    _tell(uow, actor, after, said)
    return after


def _tell(uow: UnitOfWork, actor: Actor, finding: Finding, words: str) -> None:
    uow.connection.execute(
        insert(finding_event_table).values(
            finding_id=finding.id,
            at=uow.now,
            staff_id=actor.staff_id,
            staff_name=actor.name,
            state=finding.state,
            owner_name=finding.owner_name,
            words=words,
        )
    )
