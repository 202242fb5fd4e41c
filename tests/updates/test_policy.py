"""The policy: who is never touched, what only narrows, and whose word stands above whose."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.customers.types import SourceKind, Status
from core.updates.policy import decide
from core.updates.types import (
    GROUP_FIELDS,
    Answer,
    Group,
    Known,
    Meaning,
    Outcome,
    Reason,
    Rules,
    Standing,
)

TODAY = date(2026, 11, 20)
OLD = {"street": "Koivukatu 1", "postcode": "00100", "town": "Helsinki", "country": "FI"}
NEW = {"street": "Mäntytie 2", "postcode": "33100", "town": "Tampere"}
MOVED = Answer(Meaning.MOVED, NEW, TODAY)
FILE = Known(SourceKind.FIRST_LOAD, TODAY + timedelta(days=3))
PLAIN = Standing(
    customer_id=1,
    version=1,
    status=Status.ACTIVE,
    restricted=False,
    update_banned=False,
    protected_address=False,
    values={**OLD, "last_name": "Mäkelä", "first_name": "Maija", "email": "maija@example.com"},
    known={Group.ADDRESS: FILE, Group.NAME: FILE, Group.EMAIL: FILE},
)


def told(source: SourceKind, day: date, group: Group = Group.ADDRESS, dated: date | None = None) -> Standing:
    """`PLAIN`, whose *group* somebody told us on a day."""
    return replace(PLAIN, known={**PLAIN.known, group: Known(source, day, dated)})


days = st.dates(date(2026, 9, 1), date(2026, 12, 1))
text = st.sampled_from(["Koivukatu 1", "koivukatu  1", "Mäntytie 2", "00100", "Helsinki"])
addresses = st.fixed_dictionaries(
    {"street": text, "postcode": text, "town": text},
    optional={"country": st.sampled_from(["FI", "SE"]), "last_name": text, "email": text, "phone": text},
)
contacts = st.dictionaries(
    st.sampled_from(["first_name", "last_name", "email", "phone", "www"]), text | st.none(), min_size=1
)
answers = st.builds(Answer, st.just(Meaning.MOVED), addresses | contacts, st.none() | days) | st.builds(
    Answer, st.sampled_from([m for m in Meaning if m is not Meaning.MOVED]), st.just({}), st.none() | days
)
knowns = st.builds(Known, st.sampled_from(SourceKind), days, st.none() | days)
standings = st.builds(
    Standing,
    customer_id=st.just(1),
    version=st.just(1),
    status=st.sampled_from(Status),
    restricted=st.booleans(),
    update_banned=st.booleans(),
    protected_address=st.booleans(),
    values=st.dictionaries(
        st.sampled_from([field for fields in GROUP_FIELDS.values() for field in fields]), text | st.none()
    ),
    known=st.dictionaries(st.sampled_from(Group), knowns),
)
rules = st.builds(
    Rules,
    own_notice_days=st.integers(0, 40),
    verified_days=st.integers(0, 40),
    by=st.sampled_from(SourceKind),
)
doubts = st.none() | st.sampled_from([Reason.BELOW_LINE, Reason.SEVERAL])


def test_a_move_is_written_whole() -> None:
    """Somebody who moved gets the new address, all of it."""
    decision = decide(MOVED, PLAIN)
    assert decision.outcome is Outcome.APPLIED
    assert decision.changes == NEW


def test_a_move_home_from_abroad_changes_the_country() -> None:
    """A Finnish address replaces the foreign country as well."""
    abroad = replace(PLAIN, values={"street": "Storgatan 1", "postcode": "111 22", "country": "SE"})
    assert (decide(MOVED, abroad).changes or {})["country"] == "FI"


@pytest.mark.parametrize(
    ("standing", "outcome", "reason"),
    [
        (replace(PLAIN, status=Status.ERASED), Outcome.HELD_BACK, Reason.ERASED),
        (replace(PLAIN, status=Status.ENDED), Outcome.HELD_BACK, Reason.ENDED),
        (replace(PLAIN, restricted=True), Outcome.HELD_BACK, Reason.RESTRICTED),
        (replace(PLAIN, update_banned=True), Outcome.HELD_BACK, Reason.UPDATE_BAN),
        (replace(PLAIN, protected_address=True), Outcome.HELD_BACK, Reason.PROTECTED_ADDRESS),
        (told(SourceKind.SELF, TODAY), Outcome.PROPOSED, Reason.OWN_NOTICE),
        (told(SourceKind.WEB_FORM, TODAY + timedelta(days=1)), Outcome.PROPOSED, Reason.OWN_NOTICE),
        (told(SourceKind.STAFF, TODAY - timedelta(days=30)), Outcome.PROPOSED, Reason.VERIFIED),
        (told(SourceKind.AUTHORITY, TODAY), Outcome.PROPOSED, Reason.VERIFIED),
        (
            told(SourceKind.ADDRESS_SERVICE, TODAY, dated=TODAY + timedelta(days=1)),
            Outcome.PROPOSED,
            Reason.OLDER,
        ),
    ],
)
def test_a_move_is_not_written(standing: Standing, outcome: Outcome, reason: Reason) -> None:
    """Each reason not to write a move is told by its name; what loses to somebody's word waits for a person."""
    decision = decide(MOVED, standing)
    assert (decision.outcome, decision.reason, decision.changes) == (outcome, reason, None)
    assert (decision.waiting == NEW) == (outcome is Outcome.PROPOSED)


def test_a_newer_answer_beats_an_older_notice() -> None:
    """What the person told before the move gives way to the move; what staff verified only after so many days."""
    assert decide(MOVED, told(SourceKind.SELF, TODAY - timedelta(days=1))).outcome is Outcome.APPLIED
    assert decide(MOVED, told(SourceKind.STAFF, TODAY - timedelta(days=31))).outcome is Outcome.APPLIED
    cautious = Rules(own_notice_days=14)
    assert decide(MOVED, told(SourceKind.SELF, TODAY - timedelta(days=14)), cautious).changes is None
    assert decide(MOVED, told(SourceKind.SELF, TODAY - timedelta(days=15)), cautious).changes == NEW


def test_an_older_answer_does_not_beat_a_newer_one() -> None:
    """Answers applied in the wrong order end as if in the right one; of the same day, the later read wins."""
    same = told(SourceKind.ADDRESS_SERVICE, TODAY, dated=TODAY)
    assert decide(MOVED, same).outcome is Outcome.APPLIED
    assert decide(replace(MOVED, dated=None), same).reason is Reason.UNDATED


def test_whose_answer_it_is_counts() -> None:
    """The customer's own word beats an own notice of the day before, whatever services have to wait for."""
    yesterday = told(SourceKind.SELF, TODAY - timedelta(days=1))
    strict = Rules(own_notice_days=14)
    assert decide(MOVED, yesterday, strict).outcome is Outcome.PROPOSED
    assert decide(MOVED, yesterday, replace(strict, by=SourceKind.WEB_FORM)).outcome is Outcome.APPLIED
    verified = told(SourceKind.AUTHORITY, TODAY - timedelta(days=1))
    assert decide(MOVED, verified, replace(strict, by=SourceKind.AUTHORITY)).outcome is Outcome.APPLIED


def test_an_undated_answer_does_not_beat_a_person() -> None:
    """Without a date nobody can say that the answer is newer than what a person has told."""
    long_ago = told(SourceKind.SELF, date(2020, 1, 1))
    assert decide(replace(MOVED, dated=None), long_ago).reason is Reason.UNDATED
    assert decide(replace(MOVED, dated=None), PLAIN).outcome is Outcome.APPLIED


def test_what_is_not_in_question_is_not_kept_waiting() -> None:
    """A row whose address loses to the customer's own notice still brings the new e-mail, and keeps the address."""
    both = replace(MOVED, values={**NEW, "email": "maija.uusi@example.com"})
    decision = decide(both, told(SourceKind.SELF, TODAY))
    assert (decision.outcome, decision.reason) == (Outcome.PROPOSED, Reason.OWN_NOTICE)
    assert decision.changes == {"email": "maija.uusi@example.com"}
    assert decision.waiting == NEW


def test_an_empty_cell_erases_nothing() -> None:
    """A service that has no telephone number does not take ours away."""
    known = replace(PLAIN, values={**PLAIN.values, "phone": "+358401234567"})
    assert decide(replace(MOVED, values={"phone": None, "email": ""}), known).outcome is Outcome.UNCHANGED


def test_the_same_address_in_capitals_is_no_change() -> None:
    """A service that writes in capitals changes nothing."""
    capitals = Answer(
        Meaning.MOVED, {"street": "KOIVUKATU  1", "postcode": "00100", "town": "HELSINKI"}, TODAY
    )
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


@pytest.mark.parametrize("standing", [replace(PLAIN, restricted=True), replace(PLAIN, update_banned=True)])
@pytest.mark.parametrize("meaning", [Meaning.DECEASED, Meaning.PROTECTED_ADDRESS, Meaning.UPDATE_FORBIDDEN])
def test_a_report_about_somebody_untouchable_waits_for_a_person(standing: Standing, meaning: Meaning) -> None:
    """Nothing is recorded by itself about anybody restricted or who forbade updates; a person is asked."""
    decision = decide(Answer(meaning, {}, TODAY), standing)
    already = meaning is Meaning.UPDATE_FORBIDDEN and standing.update_banned
    assert decision.outcome is (Outcome.UNCHANGED if already else Outcome.PROPOSED)
    assert decision.changes is None


@given(answers, standings, rules, doubts)
def test_nobody_barred_gets_a_value(
    answer: Answer, standing: Standing, given: Rules, doubt: Reason | None
) -> None:
    """Whatever the answer: a value is written only for an active customer whom nothing protects from it."""
    decision = decide(answer, standing, given, doubt)
    if decision.changes:
        assert decision.outcome in {Outcome.APPLIED, Outcome.PROPOSED}
        assert doubt is None
        assert answer.meaning is Meaning.MOVED
        assert standing.status is Status.ACTIVE
        assert not standing.restricted
        assert not standing.update_banned
        assert not (standing.protected_address and "street" in decision.changes)
    else:
        assert decision.outcome is not Outcome.APPLIED


@given(answers, standings, rules, doubts)
def test_nobody_untouchable_is_touched(
    answer: Answer, standing: Standing, given: Rules, doubt: Reason | None
) -> None:
    """About anybody erased, restricted or who forbade updates, no outcome is one that writes."""
    for bar in (
        replace(standing, status=Status.ERASED),
        replace(standing, restricted=True),
        replace(standing, update_banned=True),
    ):
        decision = decide(answer, bar, given, doubt)
        assert decision.outcome in {
            Outcome.NO_HIT,
            Outcome.HELD_BACK,
            Outcome.UNCHANGED,
            Outcome.PROPOSED,
        }
        assert decision.changes is None
        if bar.status is Status.ERASED and doubt is None:
            assert decision.outcome is not Outcome.PROPOSED


@given(answers, standings, rules, doubts)
def test_every_row_has_one_outcome_and_nothing_is_lost(
    answer: Answer, standing: Standing, given: Rules, doubt: Reason | None
) -> None:
    """Each row comes to one outcome; every differing value is written, waits, or is held back for a named reason."""
    decision = decide(answer, standing, given, doubt)
    assert (decision.reason is not None) == (decision.outcome in {Outcome.HELD_BACK, Outcome.PROPOSED})
    written, waiting = set(decision.changes or {}), set(decision.waiting or {})
    assert not written & waiting
    if answer.meaning is Meaning.MOVED and decision.outcome is Outcome.UNCHANGED:
        assert not waiting
        for field, value in answer.values.items():
            same = (standing.values.get(field) or "").casefold().split() == (value or "").casefold().split()
            assert same or not value or field == "country"


@given(answers, standings, days)
def test_a_persons_later_word_stands(answer: Answer, standing: Standing, day: date) -> None:
    """What the customer told on the answer's day or later is never overwritten by a service."""
    known = {group: Known(SourceKind.SELF, day) for group in Group}
    if answer.dated is None or day >= answer.dated:
        assert not decide(answer, replace(standing, known=known)).changes


@given(answers, standings, rules)
def test_doing_it_twice_changes_nothing_more(answer: Answer, standing: Standing, given: Rules) -> None:
    """Once applied, the same answer finds everything as it says."""
    decision = decide(answer, standing, given)
    if decision.outcome is Outcome.APPLIED:
        after = replace(standing, values={**standing.values, **(decision.changes or {})})
        assert decide(answer, after, given).outcome is Outcome.UNCHANGED
