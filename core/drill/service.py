"""Holding a drill: access and erasure as on a real day, on a copy, with the minutes filed whatever comes of it."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from core.actor import Actor, Role, require
from core.backup.upkeep import Upkeep, latest, record
from core.clock import HELSINKI
from core.customers import service as customers
from core.customers.errors import ErasedBefore
from core.customers.invoices import State
from core.customers.types import Source, SourceKind
from core.disclosure.transfers import stored_lines
from core.documents.folder import ExportFolder
from core.drill import person
from core.drill.copy import copy_of
from core.drill.errors import NotAsExpected
from core.drill.minutes import Course, Minutes, as_json, pages
from core.errors import RegisterError, Words
from core.messages import N_, tr
from core.notices import service as notices
from core.retention.types import HoldKind
from core.rights import intake
from core.rights import service as rights
from core.rights.access import service as access
from core.rights.erasure import service as erasure
from core.rights.erasure.errors import Held
from core.rights.reading import case
from core.rights.types import CaseDecision, CaseKind, Channel, Request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy import Connection

    from core.documents.typesetter import Typesetter
    from core.drill.person import Invented
    from core.register import Register

KEEPERS: Final = (Role.CONTACT_PERSON, Role.ADMINISTRATOR)
_REASON: Final = N_("fire drill")


@dataclass(frozen=True, slots=True)
class Filed:
    """The minutes and the names of their files in the drill folder; no PDF where none can be made."""

    minutes: Minutes
    files: tuple[str, ...]


def hold(register: Register, typesetter: Typesetter, actor: Actor, language: str) -> Filed:
    """Hold a drill and file its minutes; a step that fails ends it and stands in the minutes.

    Raises:
        NotPermitted: it is for the contact person or an administrator.
        DrillUnderWay: another one is going on.
    """
    require(actor, *KEEPERS)
    held_at, course = register.clock.now(), Course()
    # In the copy the one person who drills does what several may do on a real day.
    everybody = Actor(None, actor.user_name, actor.name, frozenset(Role), language)
    with _until_stopped(course), copy_of(register, typesetter, course) as copy:
        _drill(copy, typesetter, everybody, course, language)
    minutes = Minutes(
        held_at=held_at,
        held_by=actor.name,
        steps=tuple(course.steps),
        next_on=held_at.astimezone(HELSINKI).date() + timedelta(days=register.config.drill.days),
        dialect=register.database.dialect,
    )
    files = _file(register, typesetter, minutes, language)
    with register.database.unit_of_work() as uow:
        facts = {"passed": minutes.passed, "seconds": minutes.seconds, "files": list(files)}
        record(uow, actor, Upkeep.DRILL, facts)
        uow.commit()
    return Filed(minutes, files)


def next_on(connection: Connection, days: int) -> date | None:
    """The day by which the next drill is due; None when none was held yet, which is overdue."""
    last = latest(connection, Upkeep.DRILL)
    return None if last is None else (last.at.astimezone(HELSINKI) + timedelta(days=days)).date()


@contextmanager
def _until_stopped(course: Course) -> Iterator[None]:
    """A step that refuses ends the drill; the minutes have it."""
    try:
        yield
    except RegisterError as error:
        if not course.steps or course.steps[-1].problem is not error:
            raise


def _drill(copy: Register, typesetter: Typesetter, actor: Actor, course: Course, language: str) -> None:
    with course.step("person") as facts:
        invented = person.live(copy, actor)
        facts.update(orders=person.ORDERS, invoices=person.ORDERS, disclosures=1, looks=person.LOOKS)
    with course.step("access") as facts:
        facts.update(_access(copy, typesetter, actor, invented, language))
    with course.step("held") as facts:
        number = _case(copy, actor, invented, CaseKind.ERASURE, language)
        facts.update(hold=_held(copy, actor, number))
    with course.step("erasure") as facts:
        person.states(copy, actor, [invented.open_invoice], State.PAID)
        facts.update(_erasure(copy, actor, number, language))
    with course.step("fence"):
        _fenced(copy, actor)
    with course.step("log") as facts:
        report = copy.log.verify(stored_lines)
        facts.update(log_entries=report.size)
        for problem in report.problems:
            raise problem


def _case(copy: Register, actor: Actor, invented: Invented, kind: CaseKind, language: str) -> int:
    why = tr(_REASON, language)
    with copy.database.unit_of_work() as uow:
        received = intake.receive(
            uow,
            copy.keyring,
            copy.config.rights,
            actor,
            kind=kind,
            received_on=uow.now.astimezone(HELSINKI).date(),
            channel=Channel.LETTER,
            signed=True,
            language=language,
            request=Request(name=invented.customer.display_name, words=why),
            customer_id=invented.customer.id,
            identified_how=why,
        )
        if kind is CaseKind.ERASURE:
            rights.decide(
                uow,
                copy.keyring,
                actor,
                received.number,
                CaseDecision.GRANTED,
                reasons="",
                version=received.version,
            )
        uow.commit()
    return received.number


def _access(
    copy: Register, typesetter: Typesetter, actor: Actor, invented: Invented, language: str
) -> dict[str, Any]:
    number = _case(copy, actor, invented, CaseKind.ACCESS, language)
    package = access.make(copy, actor, number, language=language)
    given = access.hand_over(copy, typesetter, actor, package, read={flag.id for flag in package.flags})
    _expect(
        given.file is not None
        and package.counts["customer_order"] == person.ORDERS
        and len(package.statement.disclosed) == 1,
        N_("the package holds the person's three orders and the one disclosure"),
    )
    with copy.database.unit_of_work() as uow:
        rights.close(uow, copy.keyring, actor, number, version=case(uow.connection, number).version)
        uow.commit()
    counts = {name: count for name, count in package.counts.items() if count}
    return {"rows": sum(counts.values()), "tables": len(counts)}


def _held(copy: Register, actor: Actor, number: int) -> str:
    expected = N_("an open invoice prevents the erasure")
    plan = erasure.dry_run(copy, actor, number)
    blocking = [hold for hold in plan.holds if hold.blocks_everything]
    _expect({hold.kind for hold in blocking} == {HoldKind.OPEN_INVOICE}, expected)
    try:
        erasure.carry_out(copy, actor, number)
    except Held:
        return "; ".join(hold.words(actor.language) for hold in blocking)
    raise NotAsExpected(expected=Words(expected))


def _erasure(copy: Register, actor: Actor, number: int, language: str) -> dict[str, Any]:
    made = erasure.tell(copy, actor, number)
    _expect(len(made) == 1, N_("the one recipient is to be told"))
    with copy.database.unit_of_work() as uow:
        notices.dismiss(uow, actor, made, reason=tr(_REASON, language))
        uow.commit()
    done = erasure.carry_out(copy, actor, number)
    _expect(
        bool(done.rows) and bool(done.values) and not done.scan.found,
        N_("rows are erased, and nothing of the person is found again"),
    )
    return {
        "rows": sum(done.rows.values()),
        "values": done.values,
        "files": done.scan.files,
        "found": len(done.scan.found),
    }


def _fenced(copy: Register, actor: Actor) -> None:
    try:
        with copy.database.unit_of_work() as uow:
            customers.add(uow, actor, person.VALUES, Source(SourceKind.FIRST_LOAD, "fire drill"))
    except ErasedBefore:
        return
    raise NotAsExpected(expected=Words(N_("the erased person is refused")))


def _expect(holds: bool, expected: str) -> None:  # noqa: FBT001 - an assertion that a person reads
    if not holds:
        raise NotAsExpected(expected=Words(expected))


def _file(register: Register, typesetter: Typesetter, minutes: Minutes, language: str) -> tuple[str, ...]:
    folder = ExportFolder(register.config.drill.directory)
    name = f"drill-{minutes.held_at.astimezone(HELSINKI):%Y%m%d-%H%M%S}"
    contents = {f"{name}.json": as_json(minutes, language)}
    # On a machine that cannot set pages the data alone is filed.
    with suppress(RegisterError):
        publisher = register.config.register.controller.name
        contents[f"{name}.pdf"] = typesetter.pdf(pages(minutes, publisher, language))
    for file, content in contents.items():
        folder.put(file, content)
    return tuple(contents)
