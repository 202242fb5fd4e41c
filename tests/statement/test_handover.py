"""A statement handed to the person: through the gate, whole, and found in the next one."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from core.customers import restrictions
from core.customers.bans import BanKind, forbid
from core.disclosure import transfers
from core.disclosure.errors import BadSubject
from core.disclosure.log import entries
from core.disclosure.receipts import check_receipt
from core.disclosure.recipients import SUBJECT, follow_configuration, recipient_for, recipient_of
from core.disclosure.review.drift import drifts
from core.disclosure.statement.service import statement_of
from core.documents import leads_to_the_person
from core.documents.handover import hand_over, person_exit
from core.errors import RegisterError
from integrations.typesetter import Typst
from tests.support.gate_house import ACCOUNTANT
from tests.support.pdf_ua import problems, structure

if TYPE_CHECKING:
    from pathlib import Path

    from core.customers.types import Customer
    from core.disclosure.statement.types import Statement
    from core.documents.handover import Handed, HandoverForm
    from core.register import Register
    from tests.support.gate_house import House

ASKED = "Kirje 1.11.2026, allekirjoitettu; ajokortti nähty"


def made(register: Register, house: House, customer: Customer) -> Statement:
    """A statement."""
    return statement_of(register, house.actor, customer.id, task="legal_obligation")


def handed(
    register: Register, house: House, customer: Customer, form: HandoverForm, language: str = "fi"
) -> Handed:
    """A statement, made and handed over."""
    statement = made(register, house, customer)
    return hand_over(register, Typst(), house.actor, statement, form=form, language=language, asked=ASKED)


def file_of(register: Register, given: Handed) -> Path:
    """The file that was handed over."""
    assert given.name is not None
    return register.config.files.export_directory / given.name


def test_a_statement_leaves_through_the_gate(register: Register, house: House) -> None:
    """It is a transfer to the data subject, in the log before the file is there, and told in the next statement."""
    matti = house.add()
    house.gate.send(house.actor, house.request(matti))
    given = handed(register, house, matti, "json")
    with house.database.reading() as connection:
        detail = transfers.detail(connection, given.result.transfer_id)
        (entry,) = house.log.entries(connection, given.result.number, given.result.number + 1)
    assert (detail.row.recipient, detail.row.purpose, detail.reason) == (SUBJECT, "legal_obligation", ASKED)
    body = entry.decode()
    assert isinstance(body, entries.Intent)
    assert (body.recipient, body.channel) == (SUBJECT, "person-statement-json")
    assert body.categories == ("contact", "customer_number", "name", "postal_address")
    told = made(register, house, matti)
    assert [one.receiver.code for one in told.disclosed] == ["accountant", SUBJECT]
    assert told.completeness.proved


def test_json_has_everything(register: Register, house: House) -> None:
    """The file holds each disclosure with its values and receipts, which verify, and each look."""
    matti = house.add()
    house.gate.send(house.actor, house.request(matti, house.add()))
    told = json.loads(file_of(register, handed(register, house, matti, "json")).read_bytes())
    assert told["completeness"]["proved"] is True
    (one,) = told["disclosed"]
    assert one["recipient"]["name"] == ACCOUNTANT.name
    assert one["content"]["email"] == "matti.meikalainen@example.fi"
    receipt = one["receipt"]
    checked = check_receipt(receipt["entry"].encode(), house.log.signer.verifier, receipt["line"].encode())
    assert checked.index == one["entry"]
    assert [look["action"] for look in told["consultations"]] == ["open"]


@pytest.mark.parametrize(("language", "word"), [("fi", "Kenelle tietojanne"), ("en", "To whom your data")])
def test_bundle_holds_text_data_key_and_receipts(
    register: Register, house: House, language: str, word: str
) -> None:
    """One file that can be checked: readable text, JSON, the log's key, two receipts a disclosure and a look."""
    matti = house.add()
    number = house.gate.send(house.actor, house.request(matti)).number
    content = file_of(register, handed(register, house, matti, "zip", language)).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        proof, look = [name for name in archive.namelist() if name.endswith(".tlog-proof")]
        line = f"{proof}.lines"
        assert proof.startswith(f"receipts/{number}-")
        key = house.log.signer.verifier
        check_receipt(archive.read(look), key, archive.read(f"{look}.lines"))
        assert word in archive.read("statement.txt").decode()
        assert archive.read("vkey").decode() == f"{house.log.vkey}\n"
        checked = check_receipt(archive.read(proof), house.log.signer.verifier, archive.read(line))
    assert checked.index == number


@pytest.mark.parametrize(
    ("language", "title"),
    [("fi", "Selvitys luovutuksista ja katseluista"), ("en", "Statement of disclosures and consultations")],
)
def test_pdf_keeps_what_pdf_ua_asks(register: Register, house: House, language: str, title: str) -> None:
    """The statement as pages that a screen reader reads, in the person's language, with its parts as headings."""
    matti = house.add()
    house.gate.send(house.actor, house.request(matti))
    content = file_of(register, handed(register, house, matti, "pdf", language)).read_bytes()
    assert problems(content, language=language, title=title) == []
    assert {"H1", "H2"} <= {name for name, _ in structure(content)}


def test_bans_and_restrictions_do_not_keep_a_person_from_their_own(register: Register, house: House) -> None:
    """Somebody restricted, with every ban, whose address is protected, is given the statement whole."""
    matti = house.add(protected_address=True)
    house.gate.send(house.actor, house.request(matti))
    with house.database.unit_of_work() as uow:
        day = house.clock.now().date()
        restrictions.restrict(uow, house.actor, matti.id, ground=restrictions.Ground.UNLAWFUL, since=day)
        for kind in BanKind:
            forbid(uow, house.actor, matti.id, kind, origin="kirje", since=day)
        uow.commit()
    assert str(handed(register, house, matti, "json").result.state) == "delivered"


def test_the_person_is_no_recipient_for_others(register: Register, house: House) -> None:
    """The recipient is recorded once, survives the configuration, and nobody else's data can go there."""
    matti, liisa = house.add(), house.add()
    handed(register, house, matti, "json")
    follow_configuration(house.database, {"accountant": ACCOUNTANT})
    with house.database.reading() as connection:
        assert recipient_of(connection, SUBJECT).version == 1
        assert recipient_for(connection, "legal_obligation", house.clock.now().date()).code == "accountant"
    request = house.request(
        matti, liisa, recipient=SUBJECT, purpose="legal_obligation", form="statement-json"
    )
    with pytest.raises(BadSubject):
        house.gate.plan(house.actor, request)


def test_a_statement_is_no_drift(register: Register, house: House) -> None:
    """The alarm for recipients that the notice does not name stays silent about the person."""
    given = handed(register, house, house.add(), "json")
    number = given.result.number
    with house.database.reading() as connection:
        assert list(drifts(connection, house.log, {}, number, number + 1)) == []


def test_what_became_of_a_file_can_be_asked(register: Register, house: House) -> None:
    """The exit that settles doubt is known by the name that the log has."""
    assert leads_to_the_person("person-statement-zip")
    exit_ = person_exit(register.config, Typst(), "person-statement-zip")
    assert exit_.manifest.name == "person-statement-zip"


def test_nothing_leaves_when_the_log_cannot_be_signed(
    register: Register, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No permit, no file."""
    statement = made(register, house, house.add())

    def broken() -> None:
        raise RegisterError

    monkeypatch.setattr(house.log, "sign", broken)
    with pytest.raises(RegisterError):
        hand_over(register, Typst(), house.actor, statement, form="json", language="fi", asked=ASKED)
    assert not register.config.files.export_directory.exists() or not any(
        register.config.files.export_directory.iterdir()
    )
