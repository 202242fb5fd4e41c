"""A postcode says its town: an answer that leaves the town out is whole, once Posti's file is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers import service as customers
from core.postal_codes.loading import load
from core.updates import service
from core.updates.types import Outcome, Reason
from tests.support import postal
from tests.support.update_house import SERVICE

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.register import Register
    from core.updates.types import UpdateRow
    from tests.updates.conftest import Add, WriteAnswer


def applied(register: Register, actor: Actor, path: Path) -> list[UpdateRow]:
    run = service.prepare(register, actor, SERVICE, path)
    foreseen = [(row.outcome, row.reason) for row in run.samples]
    service.apply(register, actor, run.id)
    with register.database.reading() as connection:
        rows = service.rows(connection, run.id)
    assert sorted(foreseen, key=str) == sorted(((row.outcome, row.reason) for row in rows), key=str)
    return rows


def test_the_town_is_filled_in(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer, tmp_path: Path
) -> None:
    """The address is written whole; a postcode that Posti does not have stays incomplete."""
    load(register, importer, postal.write(tmp_path / "PCF.dat", postal.CODES))
    customer = add("10")
    add("11")
    path = answer(
        ("10", "M", "Hämeenkatu 2", "33100", "", "2026-11-20"),
        ("11", "M", "Katu 1", "99999", "", "2026-11-20"),
    )
    assert [row.outcome for row in applied(register, importer, path)] == [
        Outcome.APPLIED,
        Outcome.QUARANTINED,
    ]
    with register.database.reading() as connection:
        values = customers.get(connection, customer.id).values
    assert (values.street, values.postcode, values.town) == ("Hämeenkatu 2", "33100", "TAMPERE")


def test_without_the_file_the_address_is_not_whole(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Nothing is guessed."""
    add("10")
    path = answer(("10", "M", "Hämeenkatu 2", "33100", "", "2026-11-20"))
    assert [row.outcome for row in applied(register, importer, path)] == [Outcome.QUARANTINED]


def test_a_town_that_contradicts_waits(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer, tmp_path: Path
) -> None:
    """Foreseen and applied alike it is a proposal; what goes together in either language is written."""
    load(register, importer, postal.write(tmp_path / "PCF.dat", postal.CODES))
    for number in ("10", "11"):
        add(number)
    path = answer(
        ("10", "M", "Hämeenkatu 2", "33100", "Turku", "2026-11-20"),
        ("11", "M", "Hämeenkatu 2", "33100", "Tammerfors", "2026-11-20"),
    )
    found = [(row.outcome, row.reason) for row in applied(register, importer, path)]
    assert found == [(Outcome.PROPOSED, Reason.ADDRESS_DOUBTFUL), (Outcome.APPLIED, None)]
