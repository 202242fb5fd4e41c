"""A register to load into and to update, and a shorthand for answers."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest

from core.actor import Actor, Role
from core.customers import service
from core.customers.types import CustomerValues, Source, SourceKind
from core.fence import Fence
from core.keys import KeyRing
from tests.support.update_house import IMPORTER, register_of
from tui.cli.main import Cli, main
from tui.demo.files import ANSWER_CODES, ANSWER_COLUMNS, REGISTER_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from core.customers.types import Customer
    from core.database import Database
    from core.register import Register

HELSINKI = CustomerValues(
    first_name="Maija",
    last_name="Mäkelä",
    street="Koivukatu 1",
    postcode="00100",
    town="Helsinki",
    country="FI",
)
OLD_FILE = Source(SourceKind.FIRST_LOAD, "old register")


@pytest.fixture
def register(database: Database, keyring: KeyRing, clock: FixedClock, tmp_path: Path) -> Register:
    """A register around the test's database, with a load mapping and an update service."""
    return register_of(database, keyring, tmp_path, clock)


@pytest.fixture
def importer() -> Actor:
    """A member of staff who may import and nothing else."""
    return IMPORTER


class Add(Protocol):
    """Adds a customer under a number."""

    def __call__(self, number: str, source: Source = ..., values: CustomerValues = ...) -> Customer:
        """The customer, committed."""
        ...


@pytest.fixture
def add(database: Database, actor: Actor) -> Add:
    """Adds Maija Mäkelä of Koivukatu 1, as an old file told of her, under the number given."""

    def adding(number: str, source: Source = OLD_FILE, values: CustomerValues = HELSINKI) -> Customer:
        with database.unit_of_work() as uow:
            customer = service.add(uow, actor, values, source, number=number)
            uow.commit()
        return customer

    return adding


class WriteAnswer(Protocol):
    """Writes an answer file of rows (number, code, street, postcode, town, day)."""

    def __call__(self, *rows: tuple[str, ...], name: str = ...) -> Path:
        """Where it is."""
        ...


@pytest.fixture
def answer(tmp_path: Path) -> WriteAnswer:
    """Writes an answer file."""

    def writing(*rows: tuple[str, ...], name: str = "vastaus.csv") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="iso-8859-15", newline="") as stream:
            out = csv.writer(stream, delimiter=";")
            out.writerow(ANSWER_COLUMNS.values())
            out.writerows([*row, *[""] * (6 - len(row))] for row in rows)
        return path

    return writing


CONFIG = """
[register]
name = "Asiakasrekisteri"
[register.controller]
name = "Esimerkki Oy"
address = "Esimerkkikatu 1, 00100 Helsinki"
contact_person = "Maija"
email = "m@example.com"
[database]
url = {url}
[log]
origin = "example.fi/updates"
[gate]
approval_first_use = false
[recipients.addresses]
name = "Osoitepalvelu Oy"
role = "processor"
agreement = "DPA 2026-05"
agreement_from = 2026-01-01
purposes = ["address_update"]
categories = ["customer_number", "name", "postal_address"]
adapter = "address_file"
[partners.address_file]
environment = "sandbox"
[loads.vanha]
[loads.vanha.columns]
{load}
[updates.posti]
recipient = "addresses"
[updates.posti.answer]
key = "Asiakasnumero"
code_column = "Tulos"
[updates.posti.answer.columns]
{answer}
[updates.posti.answer.codes]
{codes}
"""


def toml(table: dict[str, str]) -> str:
    return "\n".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in table.items())


class Said(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


class Run(Protocol):
    """Runs `rekisteri` with arguments."""

    def __call__(self, *arguments: str) -> Said:
        """What came of it."""
        ...


@pytest.fixture
def rekisteri(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """The command line with a configuration of its own, somebody with every role signed in."""
    KeyRing.create(tmp_path / "master.key")
    Fence.create(tmp_path / "erasure.fence")
    answer = {field: heading for field, heading in ANSWER_COLUMNS.items() if field not in {"key", "code"}}
    (tmp_path / "config.toml").write_text(
        CONFIG.format(
            url=json.dumps(database_url),
            load=toml(dict(REGISTER_COLUMNS)),
            answer=toml(answer),
            codes=toml(dict(ANSWER_CODES)),
        ),
        encoding="utf-8",
    )

    def somebody(cli: Cli) -> Actor:
        language = cli.chosen_language or "fi"
        return Actor(1, "tuoja", "Tuula Tuoja", frozenset(Role), language)

    monkeypatch.setattr(Cli, "actor", somebody)

    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(tmp_path / "config.toml"), *arguments])
        printed = capsys.readouterr()
        return Said(int(str(ended.value.code or 0)), printed.out, printed.err)

    return run
