"""The access package: every table, opened, with others kept back, handed over by the gate."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from core.actor import Role
from core.customers import sealed
from core.customers.reading import get as service_of
from core.customers.types import CustomerValues
from core.disclosure import transfers
from core.disclosure.recipients import SUBJECT
from core.errors import NotPermitted
from core.merging.service import merge
from core.rights import reading
from core.rights import service as cases
from core.rights.access import service
from core.rights.errors import CaseEnded, DecidedOtherwise, IdentityFirst, NobodyMeant, NotOfThisKind
from core.rights.types import CaseDecision, CaseKind, CaseState, EventKind
from tests.access.conftest import NoPages
from tests.support.gate_house import LETTER
from tests.support.pdf_ua import problems

if TYPE_CHECKING:
    from tests.access.conftest import Desk
    from tests.conftest import MakeActor


def test_a_package_is_handed_over_by_the_gate_and_answers_the_case(desk: Desk) -> None:
    """An encrypted file, a transfer to the person, the case decided and answered, its event with transfer and passphrase."""
    matti = desk.house.add()
    desk.house.gate.send(desk.house.actor, desk.house.request(matti))
    package = desk.make(matti)
    given = desk.hand_over(package, NoPages())
    files = desk.files(given)
    assert set(files) == {"README.txt", "package.pdf", "data.json", "schema.json", "manifest.json"}
    assert json.loads(files["data.json"])["data"]["customer"][0]["street"] == "Mannerheimintie 5 A 12"
    with desk.house.database.reading() as connection:
        case = reading.case(connection, package.case_number)
        *_, event = reading.events(connection, desk.house.keyring, case.number)
        detail = transfers.detail(connection, transfers.find_id(connection, str(given.transfer)))
    assert (case.decision, case.state) == (CaseDecision.GRANTED, CaseState.DECIDED)
    assert case.answered_on == package.today
    assert (event.kind, event.facts["transfer"]) == (EventKind.PACKAGE, given.transfer)
    assert event.facts["sha256"] == hashlib.sha256(desk.content(given)).hexdigest()
    assert given.passphrase is not None
    assert given.passphrase in (event.words or "")
    assert (detail.row.recipient, detail.row.purpose) == (SUBJECT, "legal_obligation")
    assert desk.house.keyring is not None
    told = desk.make(matti).statement.disclosed
    assert [one.receiver.code for one in told] == ["accountant", SUBJECT]
    content = told[1].content
    assert content is not None
    assert content["email"] == "matti.meikalainen@example.fi"


def test_nothing_can_be_read_without_the_passphrase(desk: Desk) -> None:
    """The file holds none of the person's values in the clear, and does not open with another passphrase."""
    matti = desk.house.add()
    given = desk.hand_over(desk.make(matti), NoPages())
    content = desk.content(given)
    assert not [word for word in ("Mannerheimintie", "Meik", "@example.fi") if word.encode() in content]
    with pytest.raises(RuntimeError, match=r"[Pp]assword"):
        desk.files(service.Given(given.transfer, given.state, given.file, "wrong", given.manifest))


def test_the_manifest_counts_rows_and_digests_files(desk: Desk) -> None:
    """Rows by table as the register has them, and the SHA-256 digest of each file."""
    matti = desk.house.add()
    files = desk.files(desk.hand_over(desk.make(matti), NoPages()))
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["rows"]["customer"] == 1
    assert manifest["rows"]["customer_change"] == 1
    assert {name: it["sha256"] for name, it in manifest["files"].items()} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items()
    }


@pytest.mark.parametrize(
    ("language", "title"), [("fi", "Tietonne rekisterissämme"), ("en", "Your data in our register")]
)
def test_pages_keep_what_pdf_ua_asks(desk: Desk, language: str, title: str) -> None:
    """Tagged pages in the person's language; for printing here they are not encrypted."""
    matti = desk.house.add()
    package = desk.make(matti, language=language)
    given = desk.hand_over(package, form="pdf")
    assert given.passphrase is None
    assert problems(desk.content(given), language=language, title=title) == []


def test_only_the_contact_person_makes_and_hands_over(desk: Desk, make_actor: MakeActor) -> None:
    """A clerk can't, and neither can an administrator."""
    matti = desk.house.add()
    package = desk.make(matti)
    clerk = make_actor(Role.CLERK, Role.ADMINISTRATOR)
    with pytest.raises(NotPermitted):
        service.make(desk.register, clerk, package.case_number)
    with pytest.raises(NotPermitted):
        service.hand_over(desk.register, NoPages(), clerk, package)


def test_what_is_no_access_case_gets_no_package(desk: Desk) -> None:
    """Another kind, nobody known, an identity unclear, a refusal, a case that has ended: each is said."""
    house = desk.house
    matti = house.add()

    def made(number: int) -> None:
        service.make(desk.register, house.actor, number)

    with pytest.raises(NotOfThisKind):
        made(desk.receive(matti, CaseKind.ERASURE).number)
    with pytest.raises(NobodyMeant):
        made(desk.receive(None).number)
    with pytest.raises(IdentityFirst):
        made(desk.receive(matti, identified_how="").number)
    package = desk.make(matti)
    with house.database.unit_of_work() as uow:
        number = package.case_number
        version = reading.case(uow.connection, number).version
        cases.decide(
            uow, house.keyring, house.actor, number, CaseDecision.REFUSED, reasons="Toinen.", version=version
        )
        uow.commit()
    with pytest.raises(DecidedOtherwise):
        desk.hand_over(package, NoPages())
    assert not list(desk.register.config.files.export_directory.glob("*"))
    with house.database.unit_of_work() as uow:
        version = reading.case(uow.connection, number).version
        cases.withdraw(uow, house.keyring, house.actor, number, how="Soitti.", version=version)
        uow.commit()
    with pytest.raises(CaseEnded):
        made(number)


def test_staff_stand_under_pseudonyms_everywhere(desk: Desk) -> None:
    """No name of a member of staff is anywhere in the data, and the same member has the same pseudonym throughout."""
    matti = desk.house.add(CustomerValues(first_name="Matti", last_name="Meikäläinen"))
    data = desk.data(matti)
    assert desk.house.actor.name not in json.dumps(data, ensure_ascii=False)
    names = {row["actor_name"] for row in data["data"]["customer_change"]}
    names |= {row["recorded_by_name"] for row in data["data"]["rights_case"]}
    assert len(names) == 1
    assert {"table": "customer_change", "column": "actor_name", "reason": "staff"}.items() <= data[
        "withheld"
    ][0].items()


def test_after_a_merging_what_stands_under_the_old_number_is_told_too(desk: Desk) -> None:
    """Orders, history, bank account and transfers of both, under one name; the old number is among the old numbers."""
    house = desk.house
    old, new = house.add(), house.add()
    with house.database.unit_of_work() as uow:
        sealed.set_iban(uow, house.keyring, house.actor, old.id, "FI2112345600000785", source=LETTER)
        uow.commit()
    house.gate.send(house.actor, house.request(old))
    with house.database.unit_of_work() as uow:
        merge(
            uow,
            desk.register,
            house.actor,
            new.id,
            old.id,
            reason="sama henkilö",
            versions=(new.version, service_of(uow.connection, old.id).version),
        )
        uow.commit()
    data = desk.data(new)
    (own,) = data["data"]["customer"]
    assert own["number"] == new.number
    assert [row["number"] for row in data["data"]["customer_alias"]] == [old.number]
    assert {row["sealed"] for row in data["data"]["customer_sealed"]} == {"FI2112345600000785"}
    assert [it["recipient"]["code"] for it in data["statement"]["disclosed"]] == ["accountant"]
    assert len(data["data"]["customer_change"]) >= 2
    (line,) = data["data"]["transfer_line"]
    assert line["sealed"]["email"] == "matti.meikalainen@example.fi"
