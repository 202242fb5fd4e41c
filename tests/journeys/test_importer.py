"""An importer's day at eighty columns by the keyboard alone: file, mapping, proposals, apply, report, undo."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import select

from core.batches.model import batch_row_table
from core.customers import service
from core.customers.model import customer_table
from core.customers.reading import by_number
from core.customers.types import Source, SourceKind
from core.updates.types import Outcome
from tests.support.site import SEED, SIGN_IN, Site, open_site
from tests.support.sitting import sit_down
from tui.demo.people import person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.terminal import Terminal
    from tui.demo.people import Person

FILE: Final = "muutot.csv"
LONG_AGO: Final = "2001-05-17"
PROPOSALS: Final = 20
SETTLED: Final = 600


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A register among its partners, and an answer in a shape that no mapping knows yet."""
    with open_site(tmp_path / "site") as opened:
        lay(opened)
        yield opened


def free_people(site: Site) -> list[Person]:
    """Persons about whom nothing speaks against an update."""
    everyone = (person(SEED, index) for index in range(site.size))
    return [
        one
        for one in everyone
        if one.kind == "person" and not (one.bans or one.restricted or one.protected_address)
    ]


def lay(site: Site) -> None:
    """Thirty rows that apply, twenty older than the person's own notice; the town's column has a name of its own."""
    rows = ["Asiakasnumero;Tulos;Uusi katuosoite;Uusi postinumero;Kenttä E;Kirjattu meille"]
    people = free_people(site)[: 30 + PROPOSALS]
    with site.register.database.unit_of_work() as uow:
        for one in people[:PROPOSALS]:
            found = by_number(uow.connection, one.number)
            own = {"street": f"{found.values.street} B"}
            service.change(
                uow, site.actor, found.id, own, Source(SourceKind.SELF, "puhelu"), version=found.version
            )
        uow.commit()
    for place, one in enumerate(people):
        dated = LONG_AGO if place < PROPOSALS else site.today.isoformat()
        code = "Z" if place == PROPOSALS else "M"
        rows.append(f"{one.number};{code};Uudistie {place + 1};00100;Helsinki;{dated}")
    file = site.answers / FILE
    file.write_text("\r\n".join([*rows, ""]), encoding="iso-8859-15")
    whole = file.stat().st_mtime - SETTLED
    os.utime(file, (whole, whole))


def state_of(site: Site) -> list[tuple[object, ...]]:
    """Every customer's address."""
    of = customer_table.c
    with site.register.database.reading() as connection:
        chosen = select(of.number, of.street, of.postcode, of.town).order_by(of.number)
        return [tuple(row) for row in connection.execute(chosen)]


def outcomes(site: Site) -> dict[str, int]:
    """How many rows came to what."""
    of = batch_row_table.c
    with site.register.database.reading() as connection:
        found = [row.outcome for row in connection.execute(select(of.outcome))]
    return {outcome: found.count(outcome) for outcome in set(found)}


def fix_mapping(terminal: Terminal) -> None:
    """Say which column holds the town and what the codes mean; each shows at once in the rows below."""
    terminal.send("f2")
    terminal.wait_for("Kenttä E")
    terminal.send("down", "down", "down", "down", "enter")
    terminal.wait_for("Merkitys")
    terminal.send("home", "p", "p", "p", "enter")
    terminal.wait_for("Kenttä E                 postitoimipaikka")
    terminal.send("2")
    terminal.wait_for("? – karanteeniin")
    # Typed ahead: the code, the list of meanings, the first of them; twice.
    terminal.send("f4", "home", "down", "enter", "down", "f4", "home", "down", "enter")
    terminal.wait_for("uudet tiedot 50")


@pytest.mark.timeout(180)
def test_an_importers_day(site: Site) -> None:
    """What the file says is seen before it is believed, decided on row by row, applied, and taken back to the letter."""
    before = state_of(site)
    with sit_down(site.config) as terminal:
        terminal.send(*SIGN_IN)
        terminal.wait_for("Päävalikko")
        terminal.send("4")
        terminal.wait_for(FILE)
        fix_mapping(terminal)
        terminal.send("f10")
        terminal.wait_for("Tämän ajo muuttaisi")
        assert state_of(site) == before

        terminal.send("f7")
        terminal.wait_for("Nykyisen lähde")
        # Typed ahead in one go: sixteen accepted, one left, three rejected, and the one that was left.
        terminal.send(*"1" * 16, "4", *"2" * 3)
        terminal.wait_for("Odottamassa vielä 1")
        terminal.send("1")
        terminal.wait_for("Mikään ei odota ihmistä")
        terminal.send("f12")
        terminal.wait_for("ehdotettu ja hyväksytty")
        assert outcomes(site)[Outcome.ACCEPTED] == PROPOSALS - 3

        terminal.send("f10")
        terminal.wait_for("Tässä on raportti")
        assert outcomes(site) == {Outcome.APPLIED: 30, Outcome.ACCEPTED: 17, Outcome.REJECTED: 3}
        after = state_of(site)
        assert sum(row != old for row, old in zip(after, before, strict=True)) == 47

        terminal.send("f9")
        terminal.wait_for("Sama näppäin")
        terminal.send("f9")
        terminal.wait_for("Kumottu.")
        terminal.send("f3", "9")
        terminal.wait_for("Salasana")
    assert state_of(site) == before
