"""Nothing goes unseen (P11): a named person approves who goes, each as an erasure case that needs nobody's answer.

The case waits, and `core.rights.erasure.service.complete_due` carries it out when run-due comes by: at once, or on the
day when what prevents it has passed.  Whoever is in contact again meanwhile stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers.model import customer_table
from core.notices import due as notices
from core.notices.model import notice_table
from core.notices.rights import tell_recipients
from core.notices.types import Cause, NoticeState
from core.papers.reading import to_destroy
from core.retention.due import DuePerson, count_due, latest_due_contact, people
from core.retention.errors import ApproveReasonNeeded
from core.retention.service import due_for_review
from core.retention.types import HoldKind
from core.rights import intake, service
from core.rights.model import case_table
from core.rights.types import CaseDecision, CaseKind, CaseState, Channel, EventKind, Request, reference
from core.rights.writing import today_of, write
from core.text import clean_block

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.register import Register
    from core.rights.types import Case

_APPROVERS: Final = (Role.CONTACT_PERSON,)
_CONTACT: Final = "contact after the approval"
_c, _case, _notice = customer_table.c, case_table.c, notice_table.c


@dataclass(frozen=True, slots=True)
class Approval:
    """What became of those who were picked: ``cases`` were made; ``conflicts`` stay; ``not_due`` are not due any more."""

    cases: tuple[Case, ...]
    conflicts: tuple[DuePerson, ...]
    not_due: tuple[DuePerson, ...]


def approve(
    register: Register, actor: Actor, customer_ids: Sequence[int], *, reason: str, wait: bool = False
) -> Approval:
    """Approve that these go, for *reason*; all in one transaction.

    Whom something holds is left as a conflict, or with *wait* goes by itself once nothing does.  A restricted person is
    always a conflict: only the person can want that (GDPR 18(1)(b)).  Recipients are told by notices of each case.

    Raises:
        ApproveReasonNeeded: nothing is said.
    """
    require(actor, *_APPROVERS)
    words = clean_block(reason)
    if not words:
        raise ApproveReasonNeeded
    settings = register.config.retention
    cases: list[Case] = []
    conflicts: list[DuePerson] = []
    not_due: list[DuePerson] = []
    with register.database.unit_of_work() as uow:
        today = today_of(uow)
        limit = latest_due_contact(today, settings)
        uow.connection.execute(select(_c.id).where(_c.id.in_(customer_ids)).order_by(_c.id).with_for_update())
        for person in people(uow.connection, settings, today, list(dict.fromkeys(customer_ids))):
            if person.contact_on > limit:
                not_due.append(person)
            elif person.restricted or not _may_wait(person, wait=wait):
                conflicts.append(person)
            else:
                cases.append(_approved(uow, register, actor, person, words))
        uow.commit()
    return Approval(tuple(cases), tuple(conflicts), tuple(not_due))


@dataclass(frozen=True, slots=True)
class Waiting:
    """What keeping waits for a person to do: people ``due``, ``holds`` to look at, ``papers`` to destroy."""

    due: int
    holds: int
    papers: int


def waiting_for_a_person(register: Register) -> Waiting:
    """How much there is for somebody to look at; nothing is done about it."""
    today, settings = register.clock.now().astimezone(HELSINKI).date(), register.config.retention
    with register.database.reading() as connection:
        return Waiting(
            count_due(connection, settings, today),
            len(due_for_review(connection, register.keyring, settings, today)),
            len(to_destroy(connection, today)),
        )


def stay(register: Register, actor: Actor) -> list[int]:
    """Take back the approvals of those who have been in contact since; returns the numbers of their cases."""
    limit = latest_due_contact(register.clock.now().astimezone(HELSINKI).date(), register.config.retention)
    with register.database.unit_of_work() as uow:
        rows = uow.connection.execute(
            select(_case.number, _case.version)
            .join(customer_table, _c.id == _case.customer_id)
            .where(
                _case.channel == Channel.PERIOD,
                _case.state == CaseState.WAITING_HOLD,
                _c.status.in_(("active", "ended")),
                _c.contact_on > limit,
            )
            .order_by(_case.number)
        ).all()
        for row in rows:
            service.withdraw(uow, register.keyring, actor, row.number, how=_CONTACT, version=row.version)
            untold = uow.connection.execute(
                select(_notice.id).where(
                    _notice.reference == reference(row.number), _notice.state == NoticeState.DUE
                )
            ).scalars()
            notices.close(uow, actor, list(untold), NoticeState.NOT_NEEDED, _CONTACT)
        uow.commit()
    return [row.number for row in rows]


def _may_wait(person: DuePerson, *, wait: bool) -> bool:
    if any(hold.kind is HoldKind.OPEN_CASE for hold in person.holds):
        # Somebody handles a request of the person: that decides, not the list.
        return False
    return wait or not person.conflict


def _approved(uow: UnitOfWork, register: Register, actor: Actor, person: DuePerson, words: str) -> Case:
    keyring = register.keyring
    made = intake.receive(
        uow,
        keyring,
        register.config.rights,
        actor,
        kind=CaseKind.ERASURE,
        received_on=today_of(uow),
        channel=Channel.PERIOD,
        signed=False,
        language=register.config.register.language,
        request=Request(name=person.name),
        customer_id=person.customer_id,
        identified_how="due list",
    )
    free = _free_on(person)
    decided = service.decide(
        uow,
        keyring,
        actor,
        made.number,
        CaseDecision.GRANTED,
        reasons=words,
        version=made.version,
        due_by_itself_on=free,
    )
    told = tell_recipients(
        uow,
        register,
        actor,
        person.customer_id,
        Cause.ERASURE,
        reference=reference(made.number),
    )
    service.note(uow, keyring, actor, made.number, EventKind.NOTICE, facts={"notices": told})
    # Nobody asked, so nobody waits for an answer.
    standing = {"state": CaseState.WAITING_HOLD, "answered_on": today_of(uow)}
    return write(uow, decided, decided.version, standing)


def _free_on(person: DuePerson) -> date | None:
    days = [hold.until for hold in person.holds if hold.blocks_everything and hold.until is not None]
    return max(days) + timedelta(days=1) if days else None
