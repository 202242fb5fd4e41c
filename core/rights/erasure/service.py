"""Erasing a person, step by step: each step is durable before the next, and after any crash the rest is simply done.

Recipients are told first, while there is something to tell of.  What to look for afterwards is kept with the case,
sealed under the case's own key, until the reading back is clean; then the case's words and its key go too, and what
stays is that the case was handled, when, and how much went.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from core.actor import Role, require
from core.customers.aliases import same_person
from core.customers.restrictions import Ground, restrict, restricted_many
from core.notices.holders import recipients_of
from core.notices.rights import tell_recipients
from core.notices.types import Cause
from core.papers.errors import PapersFirst
from core.papers.handling import require_handled
from core.personal_data.inventory import HOLDINGS
from core.rights.erasure.errors import Held, JournalInUse, NotAnErasure, RecipientsFirst, StillThere
from core.rights.erasure.proving import Erased, finish, is_proved, prove
from core.rights.erasure.scan import Scan
from core.rights.erasure.steps import (
    GRANTED,
    empty,
    event,
    fence_out,
    granted,
    holds_on,
    is_emptied,
    is_over,
    period_over,
    remember,
    require_told,
    require_unproved,
    wait_or_go,
)
from core.rights.errors import CaseChanged
from core.rights.model import case_table
from core.rights.reading import case
from core.rights.types import CaseKind, CaseState, EventKind, reference
from core.rights.writing import today_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from core.actor import Actor
    from core.errors import RegisterError
    from core.register import Register
    from core.retention.types import Hold
    from core.rights.types import Case

_c = case_table.c


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an erasure would do now: rows by table, holds (what blocks everything first), recipients to be told."""

    case: Case
    rows: Mapping[str, int]
    holds: Sequence[Hold]
    recipients: Sequence[str]

    @property
    def blocked(self) -> bool:
        """Whether nothing can go now."""
        return any(hold.blocks_everything for hold in self.holds)

    @property
    def kept_until(self) -> date | None:
        """The last day on which something must be kept, where that is known."""
        days = [hold.until for hold in self.holds if hold.until is not None]
        return max(days, default=None)


def dry_run(register: Register, actor: Actor, number: int) -> DryRun:
    """Every row, hold and recipient that an erasure would meet; nothing is changed.

    Raises:
        NotAnErasure: the case asks for something else, or nobody in the register is meant.
        NoSuchCase.
    """
    require(actor, Role.CONTACT_PERSON)
    with register.database.reading() as connection:
        found = case(connection, number)
        if found.kind is not CaseKind.ERASURE or found.customer_id is None:
            raise NotAnErasure(number=number)
        ids = same_person(connection, found.customer_id)
        rows = {
            holding.name: connection.execute(
                select(func.count()).select_from(holding.rows(ids).subquery())
            ).scalar_one()
            for holding in HOLDINGS
        }
        return DryRun(
            found,
            {name: count for name, count in rows.items() if count},
            holds_on(register, connection, found),
            tuple(recipients_of(connection, found.customer_id)),
        )


def tell(register: Register, actor: Actor, number: int) -> list[int]:
    """Make the notices to whoever holds the person's data, and use the data for nothing else meanwhile.

    Returns the notices' numbers.  They are sent or printed by `core.notices` before anything is erased.

    Raises:
        NotAnErasure, NoSuchCase, CaseEnded.
    """
    require(actor, Role.CONTACT_PERSON)
    with register.database.unit_of_work() as uow:
        found = granted(uow, number)
        assert found.customer_id is not None
        if not restricted_many(uow.connection, [found.customer_id]):
            restrict(
                uow,
                actor,
                found.customer_id,
                ground=Ground.LEGAL_CLAIM,
                since=today_of(uow),
                detail=reference(number),
            )
        made = tell_recipients(
            uow, register, actor, found.customer_id, Cause.ERASURE, reference=reference(number)
        )
        event(uow, actor, number, EventKind.NOTICE, {"notices": made})
        uow.commit()
    return made


def carry_out(register: Register, actor: Actor, number: int) -> Erased:
    """Erase the person of a granted case, or go on where an interrupted erasure stopped.

    Where something blocks everything the case waits, and `complete_due` tries again.  Where bookkeeping alone holds,
    what vouchers need stays as a sealed copy until its day, and everything else goes now.

    Raises:
        Held: something prevents it now; the case waits.
        RecipientsFirst: notices are still to be sent or printed.
        PapersFirst: paper documents of the person are still to be handled (P12).
        StillThere: the reading back found something; the case stays open.
        NotAnErasure, NoSuchCase, CaseEnded.
    """
    require(actor, Role.CONTACT_PERSON)
    rows: Mapping[str, int] = {}
    with register.database.reading() as connection:
        proved = is_proved(connection, number)
    if proved:
        closed = finish(register, number)
        return Erased(closed, rows, Scan(0, 0, 0, ()), 0, 0, None)
    if not is_emptied(register, number):
        wait_or_go(register, actor, number)
        require_told(register, number)
        with register.database.reading() as connection:
            require_handled(connection, number)
        remember(register, number)
        fence_out(register, number)
        rows = empty(register, actor, number)
    else:
        require_unproved(register, number)
        if is_over(register, number):
            rows = period_over(register, actor, number)
    register.log.sign()
    return prove(register, actor, number, rows)


def complete_due(
    register: Register, actor: Actor, problems: list[RegisterError] | None = None
) -> list[Erased]:
    """Do what waited and is free now, on the strength of each case's decision; for run-due.

    What keeps one case open is put into *problems*, and the others are gone on with.

    Raises:
        StillThere, JournalInUse, CaseChanged: a case stays open, and no *problems* are collected.
    """
    done = []
    for number in _waiting(register):
        try:
            erased = _done_by_itself(register, actor, number)
        except (StillThere, JournalInUse, CaseChanged) as error:
            if problems is None:
                raise
            problems.append(error)
        else:
            done += [] if erased is None else [erased]
    return done


def _done_by_itself(register: Register, actor: Actor, number: int) -> Erased | None:
    """One case as far as it can go; None when it goes on waiting."""
    try:
        return carry_out(register, actor, number)
    except (Held, RecipientsFirst, PapersFirst):
        return None


def _waiting(register: Register) -> list[int]:
    """Cases that wait for a day or an event, and those that a crash kept from being closed."""
    with register.database.reading() as connection:
        half = (_c.customer_id.is_(None)) & (_c.state == CaseState.DECIDED) & _c.decision.in_(GRANTED)
        chosen = select(_c.number).where(
            _c.kind == CaseKind.ERASURE, (_c.state == CaseState.WAITING_HOLD) | half
        )
        return list(connection.execute(chosen.order_by(_c.number)).scalars())
