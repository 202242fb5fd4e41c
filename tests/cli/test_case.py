"""`rekisteri case` and `rekisteri paper` as the contact person types them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.actor import Role
from core.customers import orders
from core.customers.money import OrderLine
from core.staff.access_log import accesses_of
from tests.support.office import office, office_template
from tests.support.rights_desk import RightsDesk

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from tests.support.office import Office

__all__ = ["office", "office_template"]
DAY = 24 * 60 * 60


@pytest.fixture
def desk(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RightsDesk:
    """The desk."""
    return RightsDesk(office, monkeypatch, capsys)


def test_a_request_goes_from_receipt_to_closing(desk: RightsDesk, clock: FixedClock) -> None:
    """Received, assigned, commented, decided, answered, closed: the list and the case say it at each step."""
    case = desk.receive("access", said="Mitä tietoja minusta on?")
    assert (case["number"], case["due_on"], case["days_left"]) == (1, "2026-12-23", 30)
    desk.hire("liisa", "Liisa Lukko", Role.CONTACT_PERSON)
    assert desk.data("case", "assign", 1, "LIISA")["owner"] == "Liisa Lukko"
    assert desk.types("case", "comment", 1, said="soitettu") == "Written down in case 1.\n"
    assert "30 d left" not in desk.types("case", "list")
    clock.advance(25 * DAY)
    assert desk.types("case", "list").startswith("5 d left: Case 1, due 2026-12-23")
    clock.advance(6 * DAY)
    listed = desk.types("case", "list").splitlines()
    assert listed[0] == "Overdue requests: 1. Answer them first."
    assert listed[1].startswith("OVERDUE by 1 d: Case 1")
    assert listed[1].endswith("Liisa Lukko")
    assert desk.data("case", "decide", 1, "granted")["decision"] == "granted"
    assert "has not been answered" in desk.types("case", "close", 1, code=1)
    assert desk.data("case", "answer", 1, said="kirje")["answered_on"] == "2026-12-24"
    assert desk.data("case", "close", 1)["state"] == "closed"
    assert desk.data("case", "list") == []
    assert [it["number"] for it in desk.data("case", "list", "--ended")] == [1]
    shown = desk.types("case", "show", 1)
    assert "Mitä tietoja minusta on?" in shown
    assert "(1001)" in shown
    assert "comment: soitettu" in shown


def test_a_letter_is_kept_with_the_case_and_the_request_taken_back(desk: RightsDesk, tmp_path: Path) -> None:
    """An attachment is named by its file; whoever withdraws is believed when we can say how we know."""
    desk.receive("erasure")
    letter = tmp_path / "kirje.txt"
    letter.write_text("Poistakaa tietoni.", encoding="utf-8")
    assert desk.data("case", "attach", 1, letter) == {"case": 1, "file": 1}
    assert desk.data("case", "show", 1)["files"] == [{"id": 1, "name": "kirje.txt", "size": 18}]
    assert "Reasons are missing" in desk.types("case", "withdraw", 1, code=1)
    assert desk.data("case", "withdraw", 1, said="puhelimitse")["state"] == "withdrawn"
    assert "has ended" in desk.types("case", "attach", 1, letter, code=1)
    assert desk.data("case", "comment", 1, said="soitti vielä") == {"case": 1}


def test_identity_is_waited_for_and_time_extended(desk: RightsDesk, clock: FixedClock) -> None:
    """The clock stops, goes on by itself or with the identity, and is extended once within the month."""
    desk.receive("access", customer=None)
    assert desk.data("case", "pause", 1, said="vanha osoite?")["days_left"] is None
    clock.advance(3 * DAY)
    assert desk.data("case", "resume", 1)["due_on"] == "2026-12-28"
    known = desk.data("case", "identify", 1, "--customer", "1001", "--how", "call back")
    assert known["identity"] == "confirmed"
    told = ("case", "extend", 1, "--told", "2026-11-26")
    assert "Reasons are missing" in desk.types(*told, code=1)
    assert desk.data(*told, said="kolme arkistoa")["due_on"] == "2027-02-26"
    assert "already extended" in desk.types(*told, said="vielä", code=1)


def test_repeated_requests_are_pointed_out_and_may_be_refused_as_such(desk: RightsDesk) -> None:
    """The earlier ones are named; the refusal keeps its ground, and nothing else takes one (Article 12(5))."""
    for _ in range(3):
        desk.receive("access")
    assert "Earlier requests of the same kind: 2, 1" in desk.types("case", "show", 3)
    because = ("--because", "excessive")
    assert "Only a refusal" in desk.types("case", "decide", 3, "granted", *because, said="x", code=1)
    assert desk.data("case", "decide", 3, "refused", *because, said="kolmas")["decision"] == "refused"
    shown = desk.types("case", "show", 3)
    assert "decided, excessive, in particular because repeated (Article 12(5)): kolmas" in shown


def test_what_prevents_erasure_is_shown(desk: RightsDesk) -> None:
    """An unfinished order, by its number and with what has to happen."""
    line = OrderLine("OM", "Omenapuu", Decimal(1), Decimal(10), Decimal("25.5"))
    with desk.office.register.database.unit_of_work() as uow:
        placed = orders.place(uow, desk.actor, 1, [line], placed_on=date(2026, 11, 20), payment_term_days=14)
        uow.commit()
    desk.receive("erasure")
    (hold,) = desk.data("case", "show", 1)["holds"]
    assert (hold["kind"], hold["record"]) == ("open_order", f"customer_order {placed.number}")
    assert f"Prevents erasure: an order is not finished ({placed.number})" in desk.types("case", "show", 1)


def test_the_list_says_what_is_due_by_a_day(desk: RightsDesk) -> None:
    """Only those whose answer is waited for by then."""
    desk.receive("access")
    desk.receive("portability", "--received", "2026-11-02")
    assert [it["number"] for it in desk.data("case", "list", "--by", "2026-12-02")] == [2]
    assert desk.types("case", "list", "--by", "2026-12-01") == "No cases.\n"


def test_papers_are_indexed_opened_and_handled(desk: RightsDesk, clock: FixedClock) -> None:
    """Entered, listed with the case, opened by a named person, handled, and only then may the case be closed."""
    entered = desk.data(
        *("paper", "add", "--customer", "1001", "--place", "arkisto, kaappi 2", "--opener", "maija"),
        said="tilauslomake",
    )
    assert (entered["about"], entered["customers"]) == ("tilauslomake", ["1001"])
    desk.receive("access")
    shown = desk.types("case", "papers", 1)
    assert (
        shown
        == "Paper 1 to be handled: tilauslomake; arkisto, kaappi 2; may be opened by Maija Meikäläinen\n"
    )
    assert desk.data("case", "show", 1)["papers"][0]["place"] == "arkisto, kaappi 2"
    desk.data("paper", "open", 1, "--task", "case 1")
    with desk.office.register.database.reading() as connection:
        assert accesses_of(connection, 1, limit=1)[0].detail == "paper 1"
    assert "holvi" in desk.types("paper", "move", 1, "--place", "kellari, holvi")
    desk.types("case", "decide", 1, "granted")
    desk.types("case", "answer", 1, said="kirje")
    assert "Papers of case 1 have not been handled yet: 1" in desk.types("case", "close", 1, code=1)
    kept = ("paper", "handle", 1, "kept", "--case", 1, "--until", "2026-12-31")
    assert desk.types(*kept, said="tosite") == "Paper 1, case 1: kept, with reasons. Papers left: –\n"
    assert desk.types("case", "papers", 1) == "No papers are left to handle.\n"
    assert desk.data("case", "close", 1)["state"] == "closed"
    assert desk.types("paper", "list", "--due") == "No papers.\n"
    clock.advance(40 * DAY)
    assert "kept until 2026-12-31" in desk.types("paper", "list", "--due")
    desk.hire("liisa", "Liisa Lukko", Role.CONTACT_PERSON)
    desk.types("paper", "name", 1, "--opener", "liisa")
    assert "Liisa Lukko" in desk.types("paper", "destroy", 1, code=1)
    desk.types("paper", "name", 1, "--opener", "liisa", "--opener", "maija")
    gone = desk.types("paper", "destroy", 1, "--on", "2027-01-01", "--how", "burnt")
    assert gone.rstrip().endswith("burnt 2027-01-01 by Maija Meikäläinen")
    assert desk.data("paper", "list") == []
    assert desk.data("paper", "list", "--customer", "1001")[0]["destroyed_how"] == "burnt"
