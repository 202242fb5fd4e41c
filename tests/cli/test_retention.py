"""`rekisteri retention` as the contact person types it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.customers.types import CustomerValues, Kind, NewCustomer
from core.rights.erasure.service import complete_due
from tests.support.office import office, office_template
from tests.support.rights_desk import RightsDesk

if TYPE_CHECKING:
    from core.clock import FixedClock
    from tests.support.office import Office

__all__ = ["office", "office_template"]
DAY = 24 * 60 * 60
ON = "2026-12-01"


@pytest.fixture
def desk(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RightsDesk:
    """The desk; two of the register's persons have been silent for years."""
    silent = [
        NewCustomer(CustomerValues(Kind.PERSON, "Aino", "Vanha"), "77", started_on=date(2015, 3, 1)),
        NewCustomer(CustomerValues(Kind.PERSON, "Eino", "Hiljainen"), "78", started_on=date(2016, 3, 1)),
    ]
    office.add_rows(silent)
    return RightsDesk(office, monkeypatch, capsys)


def test_a_hold_is_placed_looked_at_and_released(desk: RightsDesk, clock: FixedClock) -> None:
    """With its words, on the list of its day, moved on, and ended with a reason."""
    placed = ("retention", "hold", "77", "dispute", "--review", ON, "--law", "KKO")
    assert "The hold needs a reason" in desk.types(*placed, code=1)
    assert desk.types(*placed, said="riita") == "Hold 1 of customer 77: there is a dispute.\n"
    (listed,) = desk.data("retention", "review")
    assert (listed["customer"], listed["reason"], listed["review_on"]) == ("77", "riita", ON)
    assert "Give both" in desk.types("retention", "review", 1, code=2)
    assert "2027-06-01" in desk.types("retention", "review", 1, "--on", "2027-06-01")
    assert desk.types("retention", "review") == "No holds to look at.\n"
    clock.advance(190 * DAY)
    assert "riita" in desk.types("retention", "review")
    assert desk.types("retention", "release", 1, said="sovittu") == "Hold 1 is released.\n"
    assert "no hold 1" in desk.types("retention", "release", 1, said="taas", code=1)


def test_why_names_each_record_its_hold_and_its_day(desk: RightsDesk) -> None:
    """Held: what has to happen; free: the first day on which it can go."""
    free = desk.data("retention", "why", "77")
    assert (free["can_go_on"], free["kept_until"]) == ("2026-11-23", "2016-03-01")
    assert {it["table"] for it in free["records"]} >= {"customer", "customer_change"}
    desk.types("retention", "hold", "77", "authority", "--review", ON, "--until", "2027-01-31", said="x")
    told = desk.types("retention", "why", "77")
    assert "basic data (1): can go on 2027-02-01" in told
    assert "an authority has ordered the data to be kept (1)" in told
    assert "kept until 31.1.2027" in told
    assert told.endswith("Everything can go on 2027-02-01.\n")
    newer = desk.data("retention", "why", "1001")
    assert newer["can_go_on"] == "2027-11-24"
    desk.types("retention", "hold", "78", "dispute", "--review", ON, said="riita")
    assert desk.data("retention", "why", "78")["can_go_on"] is None
    assert "basic data (1): held, there is a dispute" in desk.types("retention", "why", "78")


def test_the_rules_say_their_law_and_source(desk: RightsDesk) -> None:
    """Each period with its anchor; a figure without a source says so."""
    told = desk.types("retention", "rules")
    assert "12 months from the end of the relationship or the latest service contact" in told
    assert "kirjanpitolaki 1336/1997 2:10" in told
    assert "not named yet" in told
    assert [it["name"] for it in desk.data("retention", "rules")][:3] == [
        "relationship",
        "vouchers",
        "ledgers",
    ]


def test_a_list_is_approved_as_it_was_seen(desk: RightsDesk) -> None:
    """Not another list; conflicts stay and are named; the rest is erased by the routine."""
    desk.types("retention", "hold", "78", "dispute", "--review", ON, said="riita")
    shown = desk.data("retention", "due")
    assert (shown["count"], [it["number"] for it in shown["due"]]) == (2, ["77", "78"])
    printed = desk.types("retention", "due")
    assert "CONFLICT, stays: there is a dispute" in printed
    mark = shown["mark"]
    assert f"rekisteri retention approve --list {mark} --limit 50" in printed
    approve = ("retention", "approve", "--list")
    assert "has changed" in desk.types(*approve, "00000000", said="x", code=1)
    assert "needs a reason" in desk.types(*approve, mark, code=1)
    assert "Name customers" in desk.types("retention", "approve", code=2)
    done = desk.types(*approve, mark, said="lista katsottu, seloste 11 §").splitlines()
    assert done[0].startswith("Approved: 1 (cases 1)")
    assert done[1].startswith("Stays, 78: there is a dispute")
    assert "Not due, 1001: kept until 2027-11-23" in desk.types("retention", "approve", "1001", said="x")
    assert desk.data("retention", "due")["count"] == 1
    routine = desk.data("run-due")
    assert (routine["erasures_completed"], routine["period_over"], routine["holds_to_review"]) == ([1], 1, 1)
    assert routine["papers_to_destroy"] == 0
    assert "carried out" in desk.types("case", "show", 1), "what is left of an erased case is still told"


def test_one_that_is_held_may_be_approved_for_its_day(desk: RightsDesk, clock: FixedClock) -> None:
    """With --wait the case waits, and completes by itself."""
    desk.types("retention", "hold", "78", "authority", "--review", ON, "--until", "2026-12-05", said="x")
    done = desk.data("retention", "approve", "78", "--wait", said="seloste 11 §")
    assert done["cases"] == [1]
    assert desk.data("case", "list")[0]["due_by_itself_on"] == "2026-12-06"
    assert complete_due(desk.office.register, desk.actor) == []
    clock.advance(13 * DAY)
    assert len(complete_due(desk.office.register, desk.actor)) == 1
