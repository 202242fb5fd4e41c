"""Portability: what the person has given, carried to another register and the same there."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.batches.errors import AlreadyDone
from core.customers import orders, sealed, service
from core.customers.load_rows import LOADABLE
from core.customers.money import OrderLine
from core.customers.types import CustomerValues, Source, SourceKind
from core.database import Database
from core.disclosure import transfers
from core.disclosure.recipients import SUBJECT
from core.errors import RegisterError
from core.keys import KeyRing
from core.rights import reading
from core.rights.errors import NotOfThisKind
from core.rights.portability import service as carrying
from core.rights.portability import taking_in
from core.rights.portability.errors import NotPortable
from core.rights.portability.form import FIELDS, decoded, schema, schema_text
from core.rights.types import CaseKind
from tests.access.conftest import NoPages, open_desk
from tests.support.gate_house import LETTER
from tests.support.json_schema import violations

if TYPE_CHECKING:
    from core.actor import Actor
    from core.clock import FixedClock
    from core.customers.types import Customer
    from tests.access.conftest import Desk

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas" / "customer-portability-v1.schema.json"
ANNA = CustomerValues(
    first_name="Anna",
    last_name="Åström",
    email="anna.astrom@example.fi",
    phone="+358401234567",
    street="=Kuja 1; B",
    postcode="00100",
    town="Helsinki",
    country="FI",
)
LINE = OrderLine("A1", "Ovi, lakattu", Decimal("1.5"), Decimal("10.25"), Decimal("25.5"))


def carry(desk: Desk, customer: Customer) -> dict[str, bytes]:
    """The files handed over for a new case of *customer*."""
    case = desk.receive(customer, CaseKind.PORTABILITY)
    made = carrying.make(desk.register, desk.house.actor, case.number)
    return desk.files(carrying.hand_over(desk.register, NoPages(), desk.house.actor, made))


def order(desk: Desk, customer: Customer, **more: Any) -> None:
    """An order of one row."""
    with desk.house.database.unit_of_work() as uow:
        day = date(2026, 11, 20)
        orders.place(uow, desk.house.actor, customer.id, [LINE], placed_on=day, payment_term_days=14, **more)
        uow.commit()


def added(desk: Desk, values: CustomerValues = ANNA) -> Customer:
    """A customer who gave the values herself, with a bank account and an order."""
    customer = desk.house.add(values)
    with desk.house.database.unit_of_work() as uow:
        keyring = desk.house.keyring
        sealed.set_iban(uow, keyring, desk.house.actor, customer.id, "FI2112345600000785", source=LETTER)
        uow.commit()
    order(desk, customer, reference="Viite 7")
    return customer


def written(tmp_path: Path, content: bytes, name: str = "portability.json") -> Path:
    """A file that the person brings."""
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_the_published_schema_is_the_reader_s() -> None:
    """The file in the documentation is what the program says (`python -m core.rights.portability` writes it anew)."""
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


def test_whoever_came_along_from_the_earlier_register_carries_what_was_given_there(desk: Desk) -> None:
    """Who was a customer before this program has given their data too."""
    customer = added(desk)
    with desk.house.database.unit_of_work() as uow:
        source = Source(SourceKind.FIRST_LOAD, "old.csv")
        new = {"email": "anna@example.fi"}
        service.change(uow, desk.house.actor, customer.id, new, source, version=customer.version)
        uow.commit()
    found = decoded(carry(desk, customer)["portability.json"])
    assert found.customer.email == "anna@example.fi"
    assert found.given["email"].source == "earlier_register"
    assert found.left_out == []


def test_what_the_person_gave_is_carried_and_the_rest_named(desk: Desk) -> None:
    """Own word, the site's form and what staff took down; what a service brought is left out and said."""
    customer = added(desk)
    with desk.house.database.unit_of_work() as uow:
        new = {"street": "Uusi tie 2", "town": "Espoo"}
        source = Source(SourceKind.ADDRESS_SERVICE, "run 7")
        service.change(uow, desk.house.actor, customer.id, new, source, version=customer.version)
        uow.commit()
    order(desk, customer, draft=True)
    found = decoded(carry(desk, customer)["portability.json"])
    assert found.customer.email == "anna.astrom@example.fi"
    assert found.customer.iban == "FI2112345600000785"
    assert (found.customer.street, found.customer.town) == (None, None)
    assert {it.field: it.source for it in found.left_out} == dict.fromkeys(
        ("street", "town"), "address_service"
    )
    assert found.given["email"].source == "self"
    assert [it.reference for it in found.orders] == ["Viite 7"]
    assert found.orders[0].lines[0].unit_price == "10.25"


def test_it_is_handed_over_by_the_gate_and_answers_the_case(desk: Desk) -> None:
    """A transfer to the person, the case granted and answered; tables and a card beside the data."""
    customer = added(desk)
    case = desk.receive(customer, CaseKind.PORTABILITY)
    made = carrying.make(desk.register, desk.house.actor, case.number)
    given = carrying.hand_over(desk.register, NoPages(), desk.house.actor, made)
    files = desk.files(given)
    assert violations(json.loads(files["portability.json"]), schema()) == []
    (own,) = csv.DictReader(io.StringIO(files["customer.csv"].decode("utf-8-sig")), delimiter=";")
    (row,) = csv.DictReader(io.StringIO(files["orders.csv"].decode("utf-8-sig")), delimiter=";")
    assert own["last_name"] == "Åström"
    assert row["description"] == "Ovi, lakattu"
    assert b"EMAIL:anna.astrom@example.fi" in files["contact.vcf"]
    assert set(json.loads(files["manifest.json"])["files"]) == set(files) - {"manifest.json"}
    with desk.house.database.reading() as connection:
        assert reading.case(connection, case.number).answered_on is not None
        detail = transfers.detail(connection, transfers.find_id(connection, str(given.transfer)))
    assert (detail.row.recipient, detail.row.task) == (SUBJECT, f"rights_case {case.number}")


def test_another_kind_of_case_is_refused(desk: Desk) -> None:
    """An access case is no portability case."""
    case = desk.receive(desk.house.add())
    with pytest.raises(NotOfThisKind):
        carrying.make(desk.register, desk.house.actor, case.number)


@pytest.mark.parametrize("name", ["portability.json", "customer.csv"])
def test_what_was_carried_is_the_same_in_another_register(
    desk: Desk, request: pytest.FixtureRequest, clock: FixedClock, actor: Actor, tmp_path: Path, name: str
) -> None:
    """Exported, taken into another register and exported from there: the same values, whatever they hold."""
    files = carry(desk, added(desk))
    folder = tmp_path / "other"
    folder.mkdir()
    shutil.copyfile(request.getfixturevalue("_sqlite_template"), folder / "other.db")
    database = Database.open(f"sqlite:///{folder / 'other.db'}", clock)
    other = open_desk(database, KeyRing.create(folder / "master.key"), clock, actor, folder)
    path = written(tmp_path, files[name], name)
    proposed = taking_in.preview(other.register, actor, path)
    assert (proposed.preview.good, proposed.portable is None) == (1, name == "customer.csv")
    batch = taking_in.take_in(other.register, actor, path)
    assert batch.count("loaded") == 1
    with database.reading() as connection:
        (customer_id,) = connection.exec_driver_sql("SELECT id FROM customer").scalars()
        taken = service.get(connection, customer_id)
    again = decoded(carry(other, taken)["portability.json"])
    before = decoded(files["portability.json"])
    assert again.customer == before.customer
    assert {it.source for it in again.given.values()} == {"self"}
    assert again.orders == []
    with pytest.raises(AlreadyDone):
        taking_in.take_in(other.register, actor, path)
    database.close()


def test_a_value_that_cannot_be_goes_to_quarantine(desk: Desk, tmp_path: Path) -> None:
    """What the door refuses is in a file of its own with the reason, and nobody is added."""
    content = json.loads(carry(desk, added(desk))["portability.json"])
    content["customer"]["iban"] = "FI00"
    path = written(tmp_path, json.dumps(content).encode())
    batch = taking_in.take_in(desk.register, desk.house.actor, path)
    assert (batch.count("loaded"), batch.count("quarantined")) == (0, 1)
    assert batch.quarantine_file is not None
    assert "FI00" in Path(batch.quarantine_file).read_text(encoding="utf-8-sig")


def test_who_was_erased_here_is_not_brought_back(desk: Desk, tmp_path: Path) -> None:
    """The fence is asked as in any load: the row goes to quarantine, and nobody is added."""
    path = written(tmp_path, carry(desk, added(desk))["portability.json"])
    state = {
        "number": "1",
        **{name: value for name, value in ANNA.as_dict().items() if isinstance(value, str)},
    }
    desk.register.fence.add([state])
    batch = taking_in.take_in(desk.register, desk.house.actor, path)
    assert (batch.count("loaded"), batch.count("quarantined")) == (0, 1)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"{}",
        b'{"format": "customer-portability/v2"}',
        b'[{"a": 1}]',
        b"\x00\xff",
        b"",
        b'{"customer": {"kind": 1}}',
    ],
)
def test_other_files_are_refused_in_words(desk: Desk, tmp_path: Path, content: bytes) -> None:
    """A file of another form, or of none, ends in a sentence."""
    with pytest.raises(RegisterError) as refused:
        taking_in.preview(desk.register, desk.house.actor, written(tmp_path, content))
    assert refused.value.explain("fi").sentence
    if content.startswith(b"{"):
        assert isinstance(refused.value, NotPortable)


def test_fields_are_those_that_a_load_knows() -> None:
    """Each field of the form is one that the first load can take in."""
    assert set(FIELDS) <= set(LOADABLE)
