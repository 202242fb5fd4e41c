"""The last steps: what was freed is wiped, everything is read back, and only then the case's own words go and it closes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from core.personal_data.erasing import erase_rows
from core.personal_data.inventory import IN_CASES
from core.rights.erasure import cleaning, voucher
from core.rights.erasure.errors import StillThere
from core.rights.erasure.scan import of_others, read_back
from core.rights.erasure.steps import GRANTED, OF_THE_CASE, event, looked_for
from core.rights.model import case_table
from core.rights.reading import case
from core.rights.types import ENDED, CaseKind, CaseState, EventKind
from core.rights.writing import for_change, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.register import Register
    from core.rights.erasure.needles import Needles
    from core.rights.erasure.scan import Scan
    from core.rights.types import Case

_c = case_table.c
(_OF_CASE,) = (holding for holding in IN_CASES if holding.table is case_table)


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


def prove(register: Register, actor: Actor, number: int, rows: Mapping[str, int]) -> Erased:
    """Wipe what was freed, read everything back, and let the case's words go only when nothing was found.

    Raises:
        StillThere: the case stays open.
        JournalInUse: somebody goes on reading; nothing was proved.
    """
    with register.database.reading() as connection:
        needles = looked_for(connection, register, number)
        until = voucher.kept_until(connection, number)
        person = case(connection, number).customer_id
        kept = None if until is None or person is None else register.keyring.wrapped(connection, person)
    wanted = needles.without_key(kept)
    cleaning.remove_files(register, wanted)
    cleaning.wipe(register.database)
    scan, wanted = _read_clean(register, actor, number, wanted)
    with register.database.unit_of_work() as uow:
        facts = {
            "step": "proved",
            "files": scan.files,
            "tables": scan.tables,
            "bytes": scan.size,
            "values": wanted.values,
            "shared": wanted.shared,
        }
        event(uow, actor, number, EventKind.CARRIED_OUT, facts)
        if until is None:
            _let_words_go(uow, number)
        else:
            _keep_the_case_alone(uow, number, until)
        uow.commit()
    cleaning.wipe(register.database, index=False)
    changed = close(register, number) if until is None else _now(register, number)
    return Erased(changed, rows, scan, wanted.values, wanted.shared, until)


def is_proved(connection: Connection, number: int) -> bool:
    """Whether nothing but wiping and closing is left to do: the words of the case are gone and it is not closed."""
    found = case(connection, number)
    granted = found.kind is CaseKind.ERASURE and found.decision in GRANTED
    return granted and found.customer_id is None and found.state not in ENDED


def finish(register: Register, number: int) -> Case:
    """Wipe once more and close the case, where a crash came between the two.

    Raises:
        JournalInUse.
    """
    cleaning.wipe(register.database, index=False)
    return close(register, number)


def close(register: Register, number: int) -> Case:
    """Nothing is left to do."""
    with register.database.unit_of_work() as uow:
        found = for_change(uow, number)
        closed = {"state": CaseState.CLOSED, "closed_at": uow.now, "due_by_itself_on": None}
        changed = write(uow, found, found.version, closed)
        uow.commit()
    return changed


def _read_clean(register: Register, actor: Actor, number: int, needles: Needles) -> tuple[Scan, Needles]:
    """The reading back in which nothing was found, and what was looked for in it.

    A value that turns out to stand in other people's rows - a street they lived in before, a name within a name - can't
    be told apart there: it counts as shared, and the rest is looked for again.
    """
    scan = read_back(register, needles)
    while scan.found:
        with register.database.reading() as connection:
            person = case(connection, number).customer_id
            assert person is not None
            others = of_others(connection, needles.finder, person)
        rest = needles.without(others & scan.forms)
        if rest == needles:
            break
        needles = rest
        scan = read_back(register, needles)
    if scan.found and scan.found == scan.database:
        # In the file and in no row: bytes that SQLite left when it moved rows about.
        cleaning.rewrite(register.database)
        scan = read_back(register, needles)
    if not scan.found:
        return scan, needles
    with register.database.unit_of_work() as uow:
        event(uow, actor, number, EventKind.CARRIED_OUT, {"step": "found", "places": len(scan.found)})
        uow.commit()
    raise StillThere(number=number, places=", ".join(scan.found))


def _let_words_go(uow: UnitOfWork, number: int) -> None:
    person = case(uow.connection, number).customer_id
    if person is not None:
        erase_rows(uow, [person], chosen=lambda holding: holding.name in OF_THE_CASE)


def _keep_the_case_alone(uow: UnitOfWork, number: int, until: date) -> None:
    """Under a voucher copy the case alone stays, without a word: it knows whose copy it is and when that goes."""
    person = case(uow.connection, number).customer_id
    assert person is not None
    erase_rows(uow, [person], chosen=lambda holding: holding.name in OF_THE_CASE and holding is not _OF_CASE)
    uow.connection.execute(
        update(case_table).where(_c.customer_id == person, _c.number != number).values(**_OF_CASE.emptied)
    )
    found = for_change(uow, number)
    waiting: dict[str, Any] = {"state": CaseState.WAITING_HOLD, "due_by_itself_on": until}
    # What to look for is gathered anew from the copy, when that goes.
    waiting |= {"request": None, "looked_for": None}
    write(uow, found, found.version, waiting)


def _now(register: Register, number: int) -> Case:
    with register.database.reading() as connection:
        return case(connection, number)
