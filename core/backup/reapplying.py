"""What happened after the backup was made and must hold again: erasures by the fence, and whatever narrows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from core.actor import SYSTEM
from core.clock import HELSINKI
from core.customers import bans, restrictions, series, service
from core.customers.aliases import same_person
from core.customers.bans import BanKind, bans_of_many
from core.customers.model import customer_search_table, customer_table, number_series_table
from core.customers.restrictions import Ground, restrictions_of
from core.customers.types import Source, SourceKind, Status
from core.messages import N_, tr
from core.narrowing import BAN, PROTECTED_ADDRESS, RESTRICTION, Narrowings
from core.personal_data.erasing import erase_rows
from core.retention.holds import holds_of
from core.retention.types import HoldKind
from core.rights import intake
from core.rights import service as rights
from core.rights.erasure import loose, voucher
from core.rights.erasure.finder import Finder
from core.rights.erasure.needles import gather
from core.rights.erasure.steps import OF_THE_CASE, keep_looked_for
from core.rights.model import case_table
from core.rights.types import ENDED, CaseDecision, CaseKind, CaseState, Channel, Request
from core.rights.writing import write
from core.staff.access_log import Access, record_access

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from core.database import UnitOfWork
    from core.personal_data.types import Holding
    from core.register import Register

_c = customer_table.c
_AT_ONCE: Final = 5000
# How far ahead of the next number an erased person's number is looked for.
_NUMBERS_AHEAD: Final = 20_000
_WHY: Final = N_("restored from a backup")


@dataclass(frozen=True, slots=True)
class Reapplied:
    """How many were erased again, of whom so many with a copy for the vouchers; how many were narrowed again."""

    erased: int
    with_vouchers: int
    narrowed: int


def reapply(uow: UnitOfWork, register: Register) -> Reapplied:
    """Erase again whoever the fence names, and put in force again what has been noted to narrow.

    By the customer number alone: it is never given twice, and whoever came back of their own will has a new one.
    """
    fenced: list[int] = []
    narrowed = 0
    why = _why(register)
    notes = Narrowings(register.config.keys.narrowings_file(), register.fence)
    in_force = notes.in_force()
    for some in _customers(uow.connection):
        numbers = list(some.values())
        ids = list(some)
        places = set(register.fence.held_among([{"number": number} for number in numbers]))
        fenced += [ids[place] for place in sorted(places)]
        for place, customer_id in enumerate(ids):
            if in_force and place not in places:
                narrowed += _narrow(uow, why, customer_id, in_force.get(notes.mark(numbers[place]), {}))
    _let_go(uow, register, fenced)
    kept = sum(_erase(uow, register, person) for person in fenced)
    _pass_fenced_numbers(uow, register)
    return Reapplied(len(fenced), kept, narrowed)


def _why(register: Register) -> str:
    return tr(_WHY, register.config.register.language)


def _customers(connection: Connection) -> Iterator[Mapping[int, str]]:
    """Numbers by id, some thousand at a time; nobody who is erased already."""
    after = 0
    while True:
        rows = connection.execute(
            select(_c.id, _c.number)
            .where(_c.id > after, _c.status != Status.ERASED)
            .order_by(_c.id)
            .limit(_AT_ONCE)
        ).all()
        if not rows:
            return
        yield {row.id: row.number for row in rows}
        after = rows[-1].id


def _let_go(uow: UnitOfWork, register: Register, fenced: Sequence[int]) -> None:
    """Rows that name one of them and belong to nobody yet go, while it is known what names them."""
    if not fenced:
        return
    forms: list[bytes] = []
    ids: set[int] = set()
    for person in fenced:
        needles = gather(uow.connection, register.keyring, person).without_key(None)
        forms += [form for of_value in needles.forms for form in of_value]
        ids |= set(same_person(uow.connection, person))
    loose.let_go(uow, register.keyring, SYSTEM, frozenset(ids), Finder(forms))


def _erase(uow: UnitOfWork, register: Register, person: int) -> bool:
    """As the erasure that the backup does not know of; says whether vouchers need a copy, which a new case looks after."""
    if service.get(uow.connection, person).status is Status.ERASED:
        # Merged into somebody who went before.
        return False
    ids = same_person(uow.connection, person)
    today = uow.now.astimezone(HELSINKI).date()
    holds = holds_of(uow.connection, register.config.retention, person, today)
    days = [hold.until for hold in holds if hold.kind is HoldKind.BOOKKEEPING and hold.until]
    record_access(uow, SYSTEM, action=Access.CHANGE, customer_id=person, task=_why(register))
    if days:
        number = _case(uow, register, person, max(days))
        voucher.keep(uow, register.keyring, person, case_number=number, until=max(days))
        erase_rows(uow, [person], chosen=lambda holding: _loaded(holding) and holding.name not in OF_THE_CASE)
        # The key of the customer who is left has still something to open.
        register.keyring.shred(uow, ids[1:])
        return True
    cases = uow.connection.execute(
        select(case_table.c.number).where(case_table.c.customer_id.in_(ids), case_table.c.state.not_in(ENDED))
    )
    numbers = list(cases.scalars())
    erase_rows(uow, [person], chosen=_loaded)
    ended = update(case_table).where(case_table.c.number.in_(numbers))
    uow.connection.execute(ended.values(state=CaseState.CLOSED, closed_at=uow.now, due_by_itself_on=None))
    register.keyring.shred(uow, ids)
    return False


def _loaded(holding: Holding) -> bool:
    """The search index is made anew afterwards."""
    return holding.table is not customer_search_table


def _case(uow: UnitOfWork, register: Register, person: int, until: date) -> int:
    """A granted erasure that waits for the vouchers' day, so that run-due completes it as it would have the first."""
    keyring, why = register.keyring, _why(register)
    today = uow.now.astimezone(HELSINKI).date()
    received = intake.receive(
        uow,
        keyring,
        register.config.rights,
        SYSTEM,
        kind=CaseKind.ERASURE,
        received_on=today,
        channel=Channel.LETTER,
        signed=False,
        language=register.config.register.language,
        request=Request(name="–", words=why),
        customer_id=person,
        identified_how=why,
    )
    decided = rights.decide(
        uow, keyring, SYSTEM, received.number, CaseDecision.GRANTED, reasons=why, version=received.version
    )
    keep_looked_for(uow, register, received.number, gather(uow.connection, keyring, person))
    write(uow, decided, decided.version, {"state": CaseState.WAITING_HOLD, "due_by_itself_on": until})
    return received.number


def _narrow(uow: UnitOfWork, why: str, customer_id: int, wanted: Mapping[str, str]) -> bool:
    """Put in force what is not; says whether anything was."""
    if not wanted:
        return False
    forbidden = bans_of_many(uow.connection, [customer_id]).get(customer_id, frozenset())
    restricted = {it.ground for it in restrictions_of(uow.connection, customer_id) if it.lifted_on is None}
    done = 0
    for what, since in sorted(wanted.items()):
        day = date.fromisoformat(since)
        if what == PROTECTED_ADDRESS:
            done += _protect(uow, why, customer_id)
        elif what.startswith(BAN) and BanKind(what.removeprefix(BAN)) not in forbidden:
            bans.forbid(uow, SYSTEM, customer_id, BanKind(what.removeprefix(BAN)), origin=why, since=day)
            done += 1
        elif what.startswith(RESTRICTION) and Ground(what.removeprefix(RESTRICTION)) not in restricted:
            ground = Ground(what.removeprefix(RESTRICTION))
            restrictions.restrict(uow, SYSTEM, customer_id, ground=ground, since=day, detail=why)
            done += 1
    return done > 0


def _protect(uow: UnitOfWork, why: str, customer_id: int) -> bool:
    customer = service.get(uow.connection, customer_id)
    if customer.protected_address:
        return False
    source = Source(SourceKind.STAFF, why)
    service.protect_address(uow, SYSTEM, customer_id, source, protected=True, version=customer.version)
    return True


def _pass_fenced_numbers(uow: UnitOfWork, register: Register) -> None:
    """The series goes on after numbers that were given after the backup to persons who have been erased since."""
    chosen = select(number_series_table.c.next_number).where(number_series_table.c.name == series.CUSTOMERS)
    following = uow.connection.execute(chosen).scalar() or service.FIRST_NUMBER
    ahead: Sequence[int] = range(following, following + _NUMBERS_AHEAD)
    places = register.fence.held_among([{"number": str(number)} for number in ahead])
    if places:
        series.move_past(uow.connection, series.CUSTOMERS, ahead[max(places)], following)
