"""The steps of an erasure, each durable on return, in the order in which `core.rights.erasure.service` takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from core.clock import HELSINKI
from core.customers.reading import get
from core.customers.types import Status
from core.disclosure.review.approvals import void_about
from core.notices.model import notice_table
from core.notices.types import NoticeState
from core.personal_data.erasing import erase_rows
from core.personal_data.inventory import IN_CASES
from core.retention.holds import holds_of
from core.retention.types import HoldKind
from core.rights.erasure import cleaning, voucher
from core.rights.erasure.errors import Held, NotAnErasure, RecipientsFirst, StillThere
from core.rights.erasure.needles import Needles, gather, known_states
from core.rights.erasure.scan import read_back
from core.rights.model import case_table
from core.rights.reading import case, context, key_of
from core.rights.types import CaseDecision, CaseKind, CaseState, EventKind, Identity
from core.rights.writing import add_event, case_key, for_change, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.register import Register
    from core.retention.types import Hold
    from core.rights.erasure.scan import Scan
    from core.rights.types import Case

_c = case_table.c
_LOOKED_FOR: Final = "looked_for"
_GRANTED: Final = (CaseDecision.GRANTED, CaseDecision.PARTLY)
OF_THE_CASE: Final = frozenset(holding.name for holding in IN_CASES)
_UNTOLD: Final = (NoticeState.DUE, NoticeState.SENDING, NoticeState.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done: rows touched by table (empty when that was done before), the reading back, what is still kept.

    *values* were looked for, *shared* were not (`core.rights.erasure.needles.Needles`).
    """

    case: Case
    rows: Mapping[str, int]
    scan: Scan
    values: int
    shared: int
    kept_until: date | None


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
    raise Held(number=number, hold=blocking[0].words(actor.language))


def require_told(register: Register, number: int) -> None:
    """Every notice of the case has been sent or printed, or was not needed.

    Raises:
        RecipientsFirst.
    """
    with register.database.reading() as connection:
        rows = connection.execute(
            select(notice_table.c.recipient_code).where(
                notice_table.c.reference == reference(number),
                notice_table.c.state.in_(_UNTOLD),
            )
        )
        waiting = sorted(set(rows.scalars()))
    if waiting:
        raise RecipientsFirst(number=number, recipients=", ".join(waiting))


def remember(register: Register, number: int) -> None:
    """Keep what to look for with the case, sealed under its key; nothing else will know it afterwards."""
    with register.database.unit_of_work() as uow:
        found = granted(uow, number)
        assert found.customer_id is not None
        key = case_key(uow, register.keyring, number)
        needles = gather(uow.connection, register.keyring, found.customer_id).as_bytes()
        sealed = key.seal(needles, context(number, _LOOKED_FOR))
        uow.connection.execute(update(case_table).where(_c.number == number).values(looked_for=sealed))
        uow.commit()


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
        holds = holds_on(register, uow.connection, found)
        if any(hold.blocks_everything for hold in holds):
            raise Held(number=number, hold=holds[0].words(actor.language))
        days = [hold.until for hold in holds if hold.kind is HoldKind.BOOKKEEPING and hold.until]
        if days:
            voucher.keep(uow, register.keyring, person, case_number=number, until=max(days))
        void_about(uow, register.keyring, person)
        rows = erase_rows(uow, [person], chosen=lambda holding: holding.name not in OF_THE_CASE)
        if not days:
            shred(register, uow, person)
        facts = {"step": "emptied", "rows": sum(rows.values()), "kept_until": max(days, default=None)}
        event(uow, actor, number, EventKind.CARRIED_OUT, facts)
        uow.commit()
    return rows


def shred(register: Register, uow: UnitOfWork, person: int) -> None:
    """Destroy the person's key; the log names the key alone."""
    keys = register.keyring.shred(uow, [person])
    if keys:
        register.log.append(uow, "shred", {"reason": "erasure", "keys": keys})


def prove(register: Register, actor: Actor, number: int, rows: Mapping[str, int]) -> Erased:
    """Wipe what was freed, read everything back, and let the case's words go only when nothing was found."""
    needles = _looked_for(register, number)
    with register.database.reading() as connection:
        until = voucher.kept_until(connection, number)
    if until is not None:
        needles = needles.without_key()
    cleaning.remove_files(register, needles)
    cleaning.wipe(register.database)
    scan = read_back(register, needles)
    if scan.found:
        with register.database.unit_of_work() as uow:
            event(uow, actor, number, EventKind.CARRIED_OUT, {"step": "found", "places": len(scan.found)})
            uow.commit()
        raise StillThere(number=number, places=", ".join(scan.found))
    with register.database.unit_of_work() as uow:
        found = for_change(uow, number)
        facts = {
            "step": "proved",
            "files": scan.files,
            "tables": scan.tables,
            "bytes": scan.size,
            "values": needles.values,
            "shared": needles.shared,
        }
        event(uow, actor, number, EventKind.CARRIED_OUT, facts)
        state: dict[str, Any] = {"state": CaseState.WAITING_HOLD, "due_by_itself_on": until}
        if until is None:
            state = {"state": CaseState.CLOSED, "closed_at": uow.now, "due_by_itself_on": None}
            if found.customer_id is not None:
                erase_rows(uow, [found.customer_id], chosen=lambda holding: holding.name in OF_THE_CASE)
        changed = write(uow, case(uow.connection, number), found.version, state)
        uow.commit()
    cleaning.wipe(register.database)
    return Erased(changed, rows, scan, needles.values, needles.shared, until)


def is_emptied(register: Register, number: int) -> bool:
    """Whether an earlier attempt got past the emptying: the person's row says so."""
    with register.database.reading() as connection:
        found = case(connection, number)
        return found.customer_id is not None and get(connection, found.customer_id).status is Status.ERASED


def _looked_for(register: Register, number: int) -> Needles:
    with register.database.reading() as connection:
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
    if found.kind is not CaseKind.ERASURE or found.decision not in _GRANTED or not known:
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


def reference(number: int) -> str:
    """How notices and restrictions name the case."""
    return f"case {number}"
