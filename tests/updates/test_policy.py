"""The policy: who is never touched, what only narrows, and whose word stands above whose."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers.types import SourceKind, Status
from core.updates.policy import decide
from core.updates.types import Address, Answer, Known, Meaning, Outcome, Reason, Standing

TODAY = date(2026, 11, 20)
OLD = Address("Koivukatu 1", "00100", "Helsinki", "FI")
NEW_VALUES = {"street": "Mäntytie 2", "postcode": "33100", "town": "Tampere"}
MOVED = Answer(Meaning.MOVED, NEW_VALUES, TODAY)
PLAIN = Standing(
    customer_id=1,
    version=1,
    status=Status.ACTIVE,
    restricted=False,
    update_banned=False,
    protected_address=False,
    address=OLD,
    known=Known(SourceKind.FIRST_LOAD, TODAY + timedelta(days=3)),
)

days = st.dates(date(2020, 1, 1), date(2027, 1, 1))
text = st.sampled_from(["Koivukatu 1", "koivukatu  1", "Mäntytie 2", "00100", "Helsinki"])
addresses = st.builds(
    Address, text | st.none(), text | st.none(), text | st.none(), st.sampled_from(["FI", "SE", None])
)
answers = st.builds(
    Answer,
    st.just(Meaning.MOVED),
    st.fixed_dictionaries({"street": text, "postcode": text, "town": text}),
    st.none() | days,
) | st.builds(
    Answer, st.sampled_from([m for m in Meaning if m is not Meaning.MOVED]), st.just({}), st.none() | days
)
standings = st.builds(
    Standing,
    customer_id=st.just(1),
    version=st.just(1),
    status=st.sampled_from(Status),
    restricted=st.booleans(),
    update_banned=st.booleans(),
    protected_address=st.booleans(),
    address=addresses,
    known=st.none() | st.builds(Known, st.sampled_from(SourceKind), days),
)


def test_a_move_is_written_whole() -> None:
    """Somebody who moved gets the new address, all of it."""
    decision = decide(MOVED, PLAIN)
    assert decision.outcome is Outcome.APPLIED
    assert decision.changes == {"street": "Mäntytie 2", "postcode": "33100", "town": "Tampere"}


def test_a_move_home_from_abroad_changes_the_country() -> None:
    """A Finnish address replaces the foreign country as well."""
    abroad = replace(PLAIN, address=Address("Storgatan 1", "111 22", "Stockholm", "SE"))
    assert (decide(MOVED, abroad).changes or {})["country"] == "FI"


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (replace(PLAIN, status=Status.ERASED), Reason.ERASED),
        (replace(PLAIN, status=Status.ENDED), Reason.ENDED),
        (replace(PLAIN, restricted=True), Reason.RESTRICTED),
        (replace(PLAIN, update_banned=True), Reason.UPDATE_BAN),
        (replace(PLAIN, protected_address=True), Reason.PROTECTED_ADDRESS),
    ],
)
def test_a_move_is_held_back(standing: Standing, reason: Reason) -> None:
    """Each reason to hold a move back is told by its name, and nothing is to be written."""
    decision = decide(MOVED, standing)
    assert (decision.outcome, decision.reason, decision.changes) == (Outcome.HELD_BACK, reason, None)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Known(SourceKind.SELF, TODAY), Reason.OWN_NOTICE),
        (Known(SourceKind.WEB_FORM, TODAY + timedelta(days=1)), Reason.OWN_NOTICE),
        (Known(SourceKind.STAFF, TODAY), Reason.VERIFIED),
        (Known(SourceKind.AUTHORITY, TODAY), Reason.VERIFIED),
    ],
)
def test_what_loses_is_proposed(known: Known, reason: Reason) -> None:
    """A move that somebody's word stands above is not dropped: it waits for a person."""
    decision = decide(MOVED, replace(PLAIN, known=known))
    assert (decision.outcome, decision.reason, decision.changes) == (Outcome.PROPOSED, reason, None)


def test_a_newer_answer_beats_an_older_notice() -> None:
    """What the person told before the move gives way to the move."""
    told = replace(PLAIN, known=Known(SourceKind.SELF, TODAY - timedelta(days=1)))
    assert decide(MOVED, told).outcome is Outcome.APPLIED


def test_an_undated_answer_does_not_beat_a_person() -> None:
    """Without a date nobody can say that the answer is newer than what a person has told."""
    told = replace(PLAIN, known=Known(SourceKind.SELF, date(2020, 1, 1)))
    assert decide(replace(MOVED, dated=None), told).reason is Reason.UNDATED
    assert decide(replace(MOVED, dated=None), PLAIN).outcome is Outcome.APPLIED


def test_the_same_address_in_capitals_is_no_change() -> None:
    """A service that writes in capitals changes nothing."""
    shouted = {"street": "KOIVUKATU  1", "postcode": "00100", "town": "HELSINKI"}
    capitals = Answer(Meaning.MOVED, shouted, TODAY)
    assert decide(capitals, PLAIN).outcome is Outcome.UNCHANGED


@pytest.mark.parametrize(
    ("meaning", "outcome"),
    [
        (Meaning.NO_HIT, Outcome.NO_HIT),
        (Meaning.UPDATE_FORBIDDEN, Outcome.BAN_RECORDED),
        (Meaning.DECEASED, Outcome.PROPOSED),
        (Meaning.PROTECTED_ADDRESS, Outcome.PROTECTED),
    ],
)
def test_each_meaning_has_its_own_path(meaning: Meaning, outcome: Outcome) -> None:
    """No hit, forbidden, deceased and protected are four different things, and none writes an address."""
    decision = decide(Answer(meaning, {}, TODAY), PLAIN)
    assert (decision.outcome, decision.changes) == (outcome, None)


@given(answers, standings)
def test_nobody_barred_gets_an_address(answer: Answer, standing: Standing) -> None:
    """Whatever the answer: an address is written only for an active customer whom nothing protects from it."""
    decision = decide(answer, standing)
    assert (decision.changes is not None) == (decision.outcome is Outcome.APPLIED)
    if decision.outcome is Outcome.APPLIED:
        assert answer.meaning is Meaning.MOVED
        assert standing.status is Status.ACTIVE
        assert not standing.restricted
        assert not standing.update_banned
        assert not standing.protected_address


@given(answers, standings)
def test_nobody_erased_is_touched(answer: Answer, standing: Standing) -> None:
    """About an erased person nothing is written, not even a ban."""
    outcome = decide(answer, replace(standing, status=Status.ERASED)).outcome
    assert outcome in {Outcome.NO_HIT, Outcome.HELD_BACK}


@given(answers, standings, days)
def test_a_persons_later_word_stands(answer: Answer, standing: Standing, day: date) -> None:
    """What the customer told on the answer's day or later is never overwritten."""
    told = replace(standing, known=Known(SourceKind.SELF, day))
    if answer.dated is None or day >= answer.dated:
        assert decide(answer, told).outcome is not Outcome.APPLIED


@given(answers, standings)
def test_doing_it_twice_changes_nothing_more(answer: Answer, standing: Standing) -> None:
    """Once applied, the same answer finds everything as it says."""
    decision = decide(answer, standing)
    if decision.outcome is Outcome.APPLIED and answer.address is not None:
        new = answer.address
        after = replace(standing, address=Address(new.street, new.postcode, new.town, new.country or "FI"))
        assert decide(answer, after).outcome is Outcome.UNCHANGED


@given(answers, standings)
def test_held_back_always_has_a_reason(answer: Answer, standing: Standing) -> None:
    """A row is held back or proposed for a reason that can be shown, and only such a row has one."""
    decision = decide(answer, standing)
    assert (decision.reason is not None) == (decision.outcome in {Outcome.HELD_BACK, Outcome.PROPOSED})
