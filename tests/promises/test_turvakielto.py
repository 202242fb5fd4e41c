"""A protected address (turvakielto) that a service reports: hidden everywhere, and leaving nowhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from core.customers import listing
from core.customers.reading import by_number, get
from core.customers.search import search
from core.customers.types import ADDRESS_FIELDS
from core.disclosure.purposes import PURPOSES
from core.updates import reads, service
from core.updates.types import Outcome
from tests.support.export_house import PURPOSES as EXPORTED
from tests.support.export_house import open_exports
from tests.support.update_house import IMPORTER, SERVICE, config_in
from tui.cli import customer_card
from tui.cli.main import Cli
from tui.demo.files import ANSWER_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing
    from tests.support.export_house import Exports
    from tests.support.gate_house import House

# Words of Elli's address that nothing else holds.
SECRET = ("Kevätpolku", "kevatpolku", "90520", "Oulu")


@pytest.fixture
def exports(database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path) -> Exports:
    """A register that exports, with Elli, whose turvakielto an update service has reported, and somebody else."""
    house = open_exports(database, keyring, clock, actor, tmp_path)
    house.change(updates=config_in(tmp_path).updates)
    house.add(number="1")
    house.add(
        number="2", first_name="Sirpa", email=None, street="Rantatie 2", postcode="33100", town="Tampere"
    )
    answer = tmp_path / "vastaus.csv"
    heading = ";".join(ANSWER_COLUMNS.values())
    # The service tells the address beside the code; it is not even kept.
    answer.write_text(f"{heading}\n1;T;Kevätpolku 99;90520;Oulu;1.11.2026\n", encoding="utf-8")
    run = service.prepare(house.register, IMPORTER, SERVICE, answer)
    service.apply(house.register, IMPORTER, run.id)
    return house


def nothing_of_it(text: str) -> None:
    """No word of the address stands in *text*."""
    assert not [word for word in SECRET if word in text]


def test_neither_search_nor_list_shows_it(exports: Exports) -> None:
    """Nobody is found by it, and whoever is found by name shows none."""
    with exports.register.database.reading() as connection:
        for word in SECRET:
            assert search(connection, word) == []
        (elli,) = search(connection, "aaltonen elli")
        assert elli.flags == {"protected_address"}
        nothing_of_it(str(elli))
        nothing_of_it(str(listing.page(connection, 0, 50)))


def test_the_card_does_not_show_it(exports: Exports) -> None:
    """Neither the lines that people read nor the data for programs."""
    with exports.register.database.unit_of_work() as uow:
        data = customer_card.whole(uow, by_number(uow.connection, "1"), {"iban": None, "ip": None})
    cli = Cli(config_path=None, language="en", as_json=False, user_name=None)
    words = "\n".join(customer_card.card(cli, data))
    nothing_of_it(words)
    nothing_of_it(json.dumps(data, default=str, ensure_ascii=False))
    assert words.count("(protected address)") == len(ADDRESS_FIELDS)


def test_the_run_does_not_show_it(exports: Exports) -> None:
    """The report of the run that brought it tells that there is one, and keeps none."""
    with exports.register.database.reading() as connection:
        run = service.run(connection, 1)
        assert run.batch.count(Outcome.PROTECTED) == 1
        nothing_of_it(str(reads.rows_of(connection, run.batch)))


@pytest.mark.parametrize("form", ["csv", "jsonl", "vcard", "labels-csv"])
@pytest.mark.parametrize("purpose", EXPORTED)
def test_no_file_holds_it(exports: Exports, form: str, purpose: str) -> None:
    """Exports, cards and labels leave the address out, or the person where the address is the purpose."""
    preview = exports.plan(form, purpose)
    content = b"".join(payload.content for payload in preview.payloads).decode()
    nothing_of_it(content)
    assert "Sirpa" in content
    assert "Rantatie" in content


@pytest.mark.parametrize("purpose", sorted(set(PURPOSES) - {"collection"}))
def test_the_gate_lets_it_out_for_no_purpose(house: House, purpose: str) -> None:
    """Whatever the purpose: the person is left out, or goes without the address."""
    customer = house.add(protected_address=True)
    with house.database.reading() as connection:
        assert get(connection, customer.id).values.street
    plan = house.gate.plan(house.actor, house.request(customer, purpose=purpose))
    for item in plan.items:
        assert not [name for name in item.fields if name.startswith("address.")]
    assert len(plan.items) + len(plan.left_out) == 1
