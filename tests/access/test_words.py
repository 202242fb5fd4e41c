"""What is others' is kept back: free words are read by a person first, and whatever is not shown is said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from core.batches.model import batch_row_table, batch_table
from core.customers import bans, service
from core.customers.bans import BanKind
from core.customers.types import CustomerValues, Source, SourceKind
from core.customers.web_model import web_file_table, web_registration_table
from core.customers.web_types import Trail, Visit
from core.customers.web_visits import sealed_trail
from core.disclosure.model import credit_check_table
from core.disclosure.outcome import TransferFacts
from core.disclosure.recipients import SUBJECT
from core.disclosure.types import ItemOutcome, ItemState, Subject, TransferRequest
from core.rights import intake, reading
from core.rights.access import service as access
from core.rights.access.errors import NoSuchWords, WordsUnread
from core.rights.access.schema import schema
from core.rights.access.types import Suspicion
from core.rights.answering import CaseListener, task_of
from core.rights.types import CaseDecision
from tests.access.conftest import NoPages
from tests.access.life import staff
from tests.access.test_truth import hire
from tests.support.json_schema import violations

if TYPE_CHECKING:
    from core.customers.types import Customer
    from core.rights.access.types import Flag
    from tests.access.conftest import Desk

PEKKA = CustomerValues(first_name="Pekka", last_name="Naapurinen")
DAY = date(2026, 11, 23)


def said(desk: Desk, customer: Customer, words: str) -> None:
    """Somebody writes *words* down about the customer."""
    with desk.house.database.unit_of_work() as uow:
        new = {"www": f"https://{len(words)}.example.fi"}
        source = Source(SourceKind.STAFF, words)
        before = service.get(uow.connection, customer.id)
        service.change(uow, desk.house.actor, customer.id, new, source, version=before.version)
        uow.commit()


def flagged(desk: Desk, customer: Customer) -> dict[str, Flag]:
    """The words to be read, by the words."""
    return {flag.words: flag for flag in desk.make(customer).flags}


@pytest.mark.parametrize(
    ("words", "suspicion"),
    [
        ("naapuri Pekka Naapurinen kertoi", Suspicion.CUSTOMER),
        ("naapuri Naapurinen Pekka kertoi", Suspicion.CUSTOMER),
        ("isä Kalevi Tuntematon soitti", Suspicion.NAME),
        ("vastaus osoitteesta joku@example.fi", Suspicion.REACH),
        ("soitto numerosta 050 765 4321", Suspicion.REACH),
        ("soitto numerosta +358 50 7654321", Suspicion.REACH),
        ("Matti Meikäläinen soitti", None),
        ("soitto numerosta 040 123 4567", None),
        ("vastaus osoitteesta matti.meikalainen@example.fi", None),
        ("kirje 12.11.2026, Esimerkki Oy", None),
    ],
)
def test_words_that_may_name_others_are_pointed_out(
    desk: Desk, words: str, suspicion: Suspicion | None
) -> None:
    """Another customer in either order, any other name, address or number; not the person's own."""
    matti = desk.house.add()
    desk.house.add(PEKKA)
    said(desk, matti, words)
    found = flagged(desk, matti).get(words)
    assert (None if found is None else found.suspicion) == suspicion


def test_nothing_leaves_before_the_words_are_read(desk: Desk) -> None:
    """Unread, nothing is handed over; shown, they leave; withheld, they are nowhere, and the case is granted in part."""
    matti = desk.house.add()
    secret, harmless = "naapuri Pekka Naapurinen kertoi", "Uusi Kauppa avattiin"
    said(desk, matti, secret)
    said(desk, matti, harmless)
    package = desk.make(matti)
    ids = {flag.words: flag.id for flag in package.flags}
    assert set(ids) == {secret, harmless}
    with pytest.raises(WordsUnread, match=ids[secret]):
        access.hand_over(desk.register, NoPages(), desk.house.actor, package, read={ids[harmless]})
    assert not list(desk.register.config.files.export_directory.glob("*"))
    again = access.make(desk.register, desk.house.actor, package.case_number, withhold={ids[secret]})
    pages = NoPages()
    given = access.hand_over(desk.register, pages, desk.house.actor, again, read={ids[harmless]})
    content = desk.files(given)["data.json"].decode()
    assert secret not in content
    assert harmless in content
    assert pages.given is not None
    told = json.dumps(pages.given.data, ensure_ascii=False)
    assert secret not in told
    assert harmless in told
    with desk.house.database.reading() as connection:
        assert reading.case(connection, package.case_number).decision is CaseDecision.PARTLY
    assert {"customer_change", "source_detail", "handler"} <= {
        value for row in json.loads(content)["withheld"] for value in map(str, row.values())
    }


def test_a_text_that_is_not_there_cannot_be_withheld(desk: Desk) -> None:
    """A slip of the pen is said, rather than taken for done."""
    matti = desk.house.add()
    with pytest.raises(NoSuchWords, match="abcdef01"):
        desk.make(matti, withhold={"abcdef01"})


def test_staff_named_in_words_stand_under_their_pseudonyms(desk: Desk) -> None:
    """A name in a reason becomes the pseudonym that the same member has in the columns."""
    hire(desk)
    matti = desk.house.add()
    with desk.house.database.unit_of_work() as uow:
        origin = "kertoi: Työntekijä Numero2"
        bans.forbid(uow, staff(2), matti.id, BanKind.PUBLICATION, origin=origin, since=DAY)
        uow.commit()
    (row,) = desk.data(matti)["data"]["customer_ban"]
    assert row["origin"] == f"kertoi: {row['actor_name']}"


def test_a_transfer_of_several_tells_nothing_of_the_others(desk: Desk) -> None:
    """Neither who else was in it nor the words about all of them; how many they were, is said."""
    matti, pekka = desk.house.add(), desk.house.add(PEKKA)
    subjects = (Subject(matti.id, "a"), Subject(pekka.id, "b"))
    why = "Pekan ja Matin laskut"
    desk.house.gate.send(
        desk.house.actor, TransferRequest("accountant", "invoicing", subjects, "t", reason=why)
    )
    data = desk.data(matti)
    text = json.dumps(data, ensure_ascii=False)
    assert "Naapurinen" not in text
    assert why not in text
    (line,) = data["data"]["transfer_line"]
    assert line["transfer"][0]["size"] == 2
    assert "others_words" in {row["reason"] for row in data["withheld"]}


def test_of_a_row_that_matched_several_only_the_person_s_own_part_is_told(desk: Desk) -> None:
    """The other candidates of an update's row are left out, and that is counted."""
    matti, pekka = desk.house.add(), desk.house.add(PEKKA)
    explanation = {
        "candidates": [{"customer": pekka.id, "grade": 99}, {"customer": matti.id, "grade": 98}],
        "bearers": 3,
    }
    with desk.house.database.unit_of_work() as uow:
        common = {
            "kind": "update",
            "name": "x",
            "source_kind": "address_service",
            "file": "x",
            "digest": "x",
            "size": 1,
        }
        more = {
            "delimiter": ";",
            "headings": [],
            "state": "done",
            "position": 1,
            "counts": {},
            "actor_name": "x",
        }
        batch = uow.connection.execute(
            insert(batch_table).values(**common, **more, started_at=uow.now).returning(batch_table.c.id)
        ).scalar_one()
        row = {"batch_id": batch, "line": 2, "customer_id": matti.id, "outcome": "proposed"}
        uow.connection.execute(insert(batch_row_table).values(**row, explanation=explanation))
        uow.commit()
    data = desk.data(matti)
    (told,) = data["data"]["batch_row"]
    assert told["explanation"] == {"candidates": [{"grade": 98}], "bearers": 3}
    assert "others_rows" in {row["reason"] for row in data["withheld"]}


def test_what_is_sealed_is_opened(desk: Desk) -> None:
    """A visit to the site, a credit report with its reasons: sealed in the tables, plain in the package."""
    matti, keyring = desk.house.add(), desk.house.keyring
    transfer = desk.house.gate.send(desk.house.actor, desk.house.request(matti)).transfer_id
    with desk.house.database.unit_of_work() as uow:
        key = keyring.data_key(uow, matti.id)
        file = uow.connection.execute(
            insert(web_file_table)
            .values(name="x", digest="x", position=1, counts={}, started_at=uow.now, actor_name="x")
            .returning(web_file_table.c.id)
        ).scalar_one()
        trail = Trail("192.0.2.7", "Selain 1", (Visit(uow.now, "/etusivu", 12),))
        web: dict[str, Any] = {"submission": "s1", "digest": b"x" * 32, "form": "tilaus", "file_id": file}
        web |= {
            "customer_id": matti.id,
            "state": "added",
            "urgent": False,
            "candidates": [],
            "bans": [],
            "visits": 1,
        }
        uow.connection.execute(
            insert(web_registration_table).values(
                **web, submitted_at=uow.now, received_at=uow.now, sealed=sealed_trail(key, "s1", trail)
            )
        )
        check: dict[str, Any] = {
            "customer_id": matti.id,
            "kind": "person",
            "purpose": "credit_check",
            "state": "delivered",
        }
        context = f"credit-check/1/{transfer}"
        uow.connection.execute(
            insert(credit_check_table).values(
                **check,
                staff_id=1,
                staff_name="x",
                asked_at=uow.now,
                transfer_id=transfer,
                answer=key.seal(b'{"rating": "AA"}', f"{context}/answer".encode()),
                reasons=key.seal("Hyvä.".encode(), f"{context}/reasons".encode()),
            )
        )
        uow.commit()
    told = desk.data(matti)
    assert violations(told, schema()) == []
    data = told["data"]
    (web_told,), (check_told,) = data["web_registration"], data["credit_check"]
    assert (web_told["sealed"]["ip"], web_told["sealed"]["visits"][0]["page"]) == ("192.0.2.7", "/etusivu")
    assert (check_told["answer"], check_told["reasons"]) == ({"rating": "AA"}, "Hyvä.")


def test_a_value_that_cannot_be_opened_is_said(desk: Desk) -> None:
    """Bytes that were changed give no value, and no silence either."""
    matti = desk.house.add()
    case = desk.receive(matti)
    with desk.house.database.unit_of_work() as uow:
        intake.comment(uow, desk.house.keyring, desk.house.actor, case.number, "jotain")
        uow.connection.exec_driver_sql("UPDATE rights_case SET wrapped_key = NULL")
        uow.commit()
    package = access.make(desk.register, desk.house.actor, case.number)
    reasons = {(it.table, it.column, str(it.reason)) for it in package.withheld}
    assert ("rights_case_event", "words", "unopenable") in reasons
    assert ("rights_case", "request", "unopenable") in reasons


def test_only_a_delivered_answer_answers_the_case(desk: Desk) -> None:
    """Whoever settles the transfer: another recipient's, a letter or one that was not sent leaves the case as it is."""
    matti = desk.house.add()
    package = desk.make(matti)
    # As if the program had died before it wrote down that the file is there.
    desk.house.gate.listeners = ()
    given = desk.hand_over(package, NoPages())
    facts = TransferFacts(
        *("x", given.transfer, SUBJECT, "legal_obligation", task_of(package.case_number), "person-access-zip")
    )
    outcome = ItemOutcome("1", matti.id, "k", ItemState.DELIVERED)
    listener, house = CaseListener(), desk.house
    with house.database.unit_of_work() as uow:
        for of, it in (
            (replace(facts, recipient="accountant"), outcome),
            (replace(facts, adapter="person-letter-pdf"), outcome),
            (facts, replace(outcome, state=ItemState.NOT_SENT)),
        ):
            listener.concluded(uow, house.actor, of, {"1": it})
            assert reading.case(uow.connection, package.case_number).answered_on is None
        listener.concluded(uow, house.actor, facts, {"1": outcome})
        assert reading.case(uow.connection, package.case_number).answered_on is not None
