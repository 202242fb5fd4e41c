"""The steps of an erasure, each durable on return, in the order in which `core.rights.erasure.service` takes them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from core.clock import HELSINKI
from core.customers.aliases import same_person
from core.customers.reading import get
from core.customers.types import Status
from core.disclosure.review.approvals import void_about
from core.notices.holders import recipients_of
from core.notices.model import notice_table
from core.notices.types import NoticeState
from core.personal_data.erasing import erase_rows
from core.personal_data.inventory import IN_CASES
from core.retention.holds import holds_of
from core.retention.model import hold_table
from core.retention.types import HoldKind
from core.rights.erasure import loose, voucher
from core.rights.erasure.errors import Held, NotAnErasure, RecipientsFirst
from core.rights.erasure.needles import Needles, gather, known_states, of_states
from core.rights.model import case_table
from core.rights.reading import case, context, key_of
from core.rights.types import CaseDecision, CaseKind, CaseState, EventKind, Identity, reference
from core.rights.writing import add_event, case_key, for_change, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.register import Register
    from core.retention.types import Hold
    from core.rights.types import Case

_c = case_table.c
_LOOKED_FOR: Final = "looked_for"
GRANTED: Final = (CaseDecision.GRANTED, CaseDecision.PARTLY)
OF_THE_CASE: Final = frozenset(holding.name for holding in IN_CASES)
_UNTOLD: Final = (NoticeState.DUE, NoticeState.SENDING, NoticeState.IN_DOUBT)


def wait_or_go(register: Register, actor: Actor, number: int) -> None:
    """Let the case wait where something blocks everything.

    Raises:
        Held, NotAnErasure.
    """
    with register.database.unit_of_work() as uow:
        found = granted(uow, number)
        holds = holds_on(register, uow.connection, found)
        blocking = [hold for hold in holds if hold.blocks_everything]
        if not blocking:
            return
        days = [hold.until for hold in holds if hold.until is not None]
        write(
            uow,
            found,
            found.version,
            {"state": CaseState.WAITING_HOLD, "due_by_itself_on": max(days, default=None)},
        )
        if found.state is not CaseState.WAITING_HOLD:
            event(uow, actor, number, EventKind.CARRIED_OUT, {"held": [hold.kind for hold in blocking]})
        uow.commit()
    raise Held(number=number, holds=holds)


def require_told(register: Register, number: int) -> None:
    """Each recipient has a notice of the case, and every notice has been sent or printed, or was not needed.

    Raises:
        RecipientsFirst.
    """
    with register.database.reading() as connection:
        found = case(connection, number)
        holders = () if found.customer_id is None else recipients_of(connection, found.customer_id)
        rows = connection.execute(
            select(notice_table.c.recipient_code, notice_table.c.state).where(
                notice_table.c.reference == reference(number)
            )
        ).all()
    noticed = {row.recipient_code for row in rows}
    waiting = sorted(
        {row.recipient_code for row in rows if row.state in _UNTOLD}.union(set(holders) - noticed)
    )
    if waiting:
        raise RecipientsFirst(number=number, recipients=", ".join(waiting))


def remember(register: Register, number: int) -> None:
    """Keep what to look for with the case, sealed under its key; nothing else will know it afterwards."""
    with register.database.unit_of_work() as uow:
        found = granted(uow, number)
        assert found.customer_id is not None
        if get(uow.connection, found.customer_id).status is Status.ERASED:
            # Somebody else got past the emptying meanwhile, and there is nothing to gather any more.
            return
        keep_looked_for(uow, register, number, gather(uow.connection, register.keyring, found.customer_id))
        uow.commit()


def keep_looked_for(uow: UnitOfWork, register: Register, number: int, needles: Needles) -> None:
    """Seal *needles* into the case, in place of what was there."""
    key = case_key(uow, register.keyring, number)
    sealed = key.seal(needles.as_bytes(), context(number, _LOOKED_FOR))
    uow.connection.execute(update(case_table).where(_c.number == number).values(looked_for=sealed))


def fence_out(register: Register, number: int) -> None:
    """No import brings the person back, by anything that ever named them here."""
    with register.database.reading() as connection:
        found = case(connection, number)
        assert found.customer_id is not None
        states = known_states(connection, found.customer_id)
    register.fence.add(states)


def empty(register: Register, actor: Actor, number: int) -> Mapping[str, int]:
    """All rows in one transaction, the key with them unless a voucher copy needs it."""
    with register.database.unit_of_work() as uow:
        found = granted(uow, number)
        person = found.customer_id
        assert person is not None
        if get(uow.connection, person).status is Status.ERASED:
            return {}
        holds = holds_on(register, uow.connection, found)
        if any(hold.blocks_everything for hold in holds):
            raise Held(number=number, holds=holds)
        days = [hold.until for hold in holds if hold.kind is HoldKind.BOOKKEEPING and hold.until]
        if days:
            voucher.keep(uow, register.keyring, person, case_number=number, until=max(days))
        ids = same_person(uow.connection, person)
        finder = looked_for(uow.connection, register, number).without_key(None).finder
        for one in ids:
            void_about(uow, register.keyring, one)
        rows = Counter(loose.let_go(uow, register.keyring, actor, frozenset(ids), finder))
        _join_cases(uow, ids)
        rows += Counter(erase_rows(uow, ids, chosen=lambda holding: holding.name not in OF_THE_CASE))
        # Under a voucher copy the key of the customer who is left has still something to open.
        keys = shred(register, uow, ids[1:] if days else ids)
        facts = {
            "step": "emptied",
            "rows": sum(rows.values()),
            "by_table": _pairs(rows),
            "kept_until": max(days, default=None),
            "law": next((hold.law for hold in holds if hold.until in days), ""),
            "recipients": _recipients(uow, number),
            "keys": len(keys),
        }
        event(uow, actor, number, EventKind.CARRIED_OUT, facts)
        uow.commit()
    return rows


def _join_cases(uow: UnitOfWork, ids: Sequence[int]) -> None:
    """Cases and holds under old ids go with the person's own, once nothing else knows that they belong together."""
    for table in (case_table, hold_table):
        of = table.c.customer_id
        uow.connection.execute(update(table).where(of.in_(ids[1:])).values(customer_id=ids[0]))


def shred(register: Register, uow: UnitOfWork, ids: Sequence[int]) -> list[str]:
    """Destroy the person's keys, and return their ids; the log names the keys alone."""
    keys = register.keyring.shred(uow, ids) if ids else []
    if keys:
        register.log.append(uow, "shred", {"reason": "erasure", "keys": keys})
    return keys


def _recipients(uow: UnitOfWork, number: int) -> list[list[str | None]]:
    """Who was told, how that stands, and when: the notices will not know for which case they were."""
    it = notice_table.c
    rows = uow.connection.execute(
        select(it.recipient_code, it.state, it.sent_at)
        .where(it.reference == reference(number))
        .order_by(it.id)
    )
    return [
        [row.recipient_code, row.state, None if row.sent_at is None else row.sent_at.isoformat()]
        for row in rows
    ]


def period_over(register: Register, actor: Actor, number: int) -> Mapping[str, int]:
    """The statutory period of the voucher copy is over: the copy and the key go; returns the rows by table."""
    with register.database.unit_of_work() as uow:
        person = voucher.person_of(uow.connection, number)
        if person is None:
            return {}
        copy = voucher.content_of(uow.connection, register.keyring, person)
        needles = of_states(uow.connection, register.keyring, [person], [copy])
        keep_looked_for(uow, register, number, needles)
        voucher.drop(uow, number)
        rows = Counter(erase_rows(uow, [person], chosen=lambda holding: holding.name not in OF_THE_CASE))
        rows[voucher.TABLE] += 1
        keys = shred(register, uow, [person])
        facts = {
            "step": "period_over",
            "rows": sum(rows.values()),
            "by_table": _pairs(rows),
            "keys": len(keys),
        }
        event(uow, actor, number, EventKind.CARRIED_OUT, facts)
        uow.commit()
    return rows


def is_emptied(register: Register, number: int) -> bool:
    """Whether an earlier attempt got past the emptying: the person's row says so."""
    with register.database.reading() as connection:
        found = case(connection, number)
        return found.customer_id is not None and get(connection, found.customer_id).status is Status.ERASED


def is_over(register: Register, number: int) -> bool:
    """Whether the period of the case's voucher copy is over."""
    today = register.clock.now().astimezone(HELSINKI).date()
    with register.database.reading() as connection:
        until = voucher.kept_until(connection, number)
    return until is not None and until < today


def require_unproved(register: Register, number: int) -> None:
    """Let through what was emptied and not read back yet, and a voucher copy whose period is over.

    Raises:
        Held: nothing is left but the voucher copy, which waits for its day.
    """
    with register.database.reading() as connection:
        sealed = connection.execute(select(_c.looked_for).where(_c.number == number)).scalar()
        if sealed is None and voucher.kept_until(connection, number) is not None:
            holds = holds_on(register, connection, case(connection, number))
            if holds:
                raise Held(number=number, holds=holds)


def looked_for(connection: Connection, register: Register, number: int) -> Needles:
    """What to look for, out of the case.

    Raises:
        NotAnErasure: nothing was kept there.
    """
    key = key_of(connection, register.keyring, number)
    sealed = connection.execute(select(_c.looked_for).where(_c.number == number)).scalar()
    if key is None or sealed is None:
        raise NotAnErasure(number=number)
    return Needles.from_bytes(key.unseal(sealed, context(number, _LOOKED_FOR)))


def granted(uow: UnitOfWork, number: int) -> Case:
    """The case, held, when it is an erasure that was granted about a known person.

    Raises:
        NotAnErasure, NoSuchCase, CaseEnded.
    """
    found = for_change(uow, number)
    known = found.customer_id is not None and found.identity is Identity.CONFIRMED
    if found.kind is not CaseKind.ERASURE or found.decision not in GRANTED or not known:
        raise NotAnErasure(number=number)
    return found


def holds_on(register: Register, connection: Connection, found: Case) -> list[Hold]:
    """What prevents it now, besides the case itself."""
    assert found.customer_id is not None
    today = register.clock.now().astimezone(HELSINKI).date()
    settings = register.config.retention
    return holds_of(connection, settings, found.customer_id, today, besides_case=found.number)


def event(uow: UnitOfWork, actor: Actor, number: int, kind: EventKind, facts: Mapping[str, Any]) -> None:
    """A step of the case; facts alone, since the case's words may be gone."""
    add_event(uow, actor, None, number, kind, facts=facts)


def _pairs(rows: Mapping[str, int]) -> list[list[str | int]]:
    return [[name, count] for name, count in sorted(rows.items()) if count]
