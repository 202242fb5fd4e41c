"""Likeness: what is one name or address written two ways, what is a relative or a neighbour, and what a grade says."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.updates.explaining import explanation_of, in_words
from core.updates.likeness import EYE, Likeness, Part, Verdict, compare
from core.updates.matching import LINE
from core.updates.traits import street_parts, traits_of

MATTI = {
    "first_name": "Matti",
    "last_name": "Virtanen",
    "street": "Koivukatu 1 A 5",
    "postcode": "00100",
    "town": "Helsinki",
}
FIRM = {
    "organisation_name": "Rakennus Savo Oy",
    "street": "Tehtaankatu 3",
    "postcode": "70100",
    "town": "Kuopio",
}


def likeness(known: dict[str, str], **other: str | None) -> Likeness:
    """How alike *known* is to itself with some values changed."""
    return compare(traits_of(**{**known, **other}), traits_of(**known))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Koivukatu 1 A 5", (("koivukatu",), "1", ("a", "5"))),
        ("KOIVUKATU 1 A5", (("koivukatu",), "1", ("a", "5"))),
        ("Koivuk. 12-14 as 05", (("koivuk.",), "12-14", ("5",))),
        ("Itäinen Pitkäkatu 3, bst 4", (("itainen", "pitkakatu"), "3", ("4",))),
        ("3. linja 5 B 12", (("3.", "linja"), "5", ("b", "12"))),
        ("Koivukatu", (("koivukatu",), "", ())),
        ("", ((), "", ())),
    ],
)
def test_a_street_address_is_taken_apart(
    text: str, parts: tuple[tuple[str, ...], str, tuple[str, ...]]
) -> None:
    """The street's name, the house, and the stair and flat, however they are written."""
    assert street_parts(text) == parts


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"first_name": "MATTI", "last_name": "VIRTANEN", "street": "KOIVUKATU 1 A 5"},
        {"street": "Koivuk. 1 A 5"},
        {"street": "Koivukatu 1 a05"},
        {"town": "Helsingfors"},
        {"town": None},
        {"postcode": "00101"},
        {"postcode": None},
        {"street": "Koivukatu 1"},
        {"street": "Koivukaatu 1 A 5"},
        {"last_name": "Virtane"},
        {"first_name": "Matti Juhani"},
    ],
)
def test_one_person_written_two_ways(other: dict[str, str | None]) -> None:
    """Case, abbreviations, one slip or one part left out leave no doubt that it is the same person."""
    assert likeness(MATTI, **other).grade >= LINE


@pytest.mark.parametrize(
    ("other", "most"),
    [
        ({"first_name": "Martti"}, EYE),
        ({"first_name": "Mtti"}, EYE),
        ({"first_name": "M."}, EYE),
        ({"first_name": "Juhani"}, 75),
        ({"first_name": None}, 75),
        ({"first_name": "Virtanen", "last_name": "Matti"}, EYE),
        ({"last_name": "Korhonen"}, 80),
        ({"last_name": "Virtane", "street": "Koivukatu 1"}, EYE),
        ({"street": "Koivukatu 1 B 5"}, 88),
        ({"street": "Koivukatu 2 A 5"}, 88),
        ({"street": "Mäntytie 7", "postcode": "33100", "town": "Tampere"}, 65),
        ({"street": None}, 65),
        ({"postcode": "33100", "town": "Tampere"}, 88),
        ({"postcode": "00101", "town": "Tampere"}, EYE),
    ],
)
def test_another_person_perhaps(other: dict[str, str | None], most: int) -> None:
    """A relative, a neighbour, a namesake elsewhere and an unclear name stay below the line, each below its own."""
    assert likeness(MATTI, **other).grade <= most < LINE


def test_letters_with_dots_are_folded() -> None:
    """Files from old systems lose the dots: Mäkelä, Makela and MÄKELÄ are one."""
    known = {**MATTI, "last_name": "Mäkelä", "street": "Äijälänkatu 3", "town": "Jyväskylä"}
    folded = {"last_name": "Makela", "street": "Aijalankatu 3", "town": "JYVASKYLA"}
    assert likeness(known, **folded).grade == 100


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        ("RAKENNUS SAVO OY", True),
        ("Oy Rakennus Savo Ab", True),
        ("Rakennus Savo", True),
        ("Rakennus Savo Ky", False),
        ("Rakennus Savonen Oy", False),
        ("Maalaus Savo Oy", False),
    ],
)
def test_enterprises_are_told_apart_by_name_and_form(name: str, *, alike: bool) -> None:
    """The company form may be left out, but two forms are two enterprises."""
    assert (likeness(FIRM, organisation_name=name).grade >= LINE) is alike


def test_the_explanation_says_which_parts_agreed() -> None:
    """In words: what was the same, nearly the same with how much, different, or missing; in both languages."""
    found = likeness(MATTI, last_name="Virtane", street="Koivukatu 1", town="Espoo")
    why = explanation_of([(7, found, False)], bearers=12)
    assert in_words(why, 7, "en") == [
        "the same: first name, street, house number, postcode",
        "nearly the same: last name (88 %)",
        "different: town",
        "not in the file: flat",
        "12 customers bear this name",
    ]
    assert in_words(why, 7, "fi")[1] == "melkein samat: sukunimi (88 %)"
    assert "Virtanen" not in str(why)


def test_nothing_is_told_about_a_protected_address() -> None:
    """Of a customer with a protected address the explanation compares the name alone."""
    why = explanation_of([(7, likeness(MATTI), True)], bearers=1)
    assert in_words(why, 7, "en") == [
        "the same: last name, first name",
        "the address is protected and was not shown",
    ]


words = st.sampled_from(["Matti", "Martti", "Virtanen", "Koivukatu 1", "Koivuk. 1 A 5", "00100", "", "Äijö"])
people = st.fixed_dictionaries(
    {},
    optional={
        name: words | st.none()
        for name in ("first_name", "last_name", "organisation_name", "street", "postcode", "town")
    },
)


@given(people, people)
@example({"first_name": "Matti", "last_name": "Matti"}, {"first_name": "Virtanen", "last_name": "Matti"})
@example({"first_name": "Matti", "last_name": "Virtanen"}, {"first_name": "Virtanen", "last_name": "Äijö"})
@example(
    {"first_name": "Matti Matti", "last_name": "Äijö"}, {"first_name": "Matti Martti", "last_name": "Äijö"}
)
def test_a_grade_is_from_0_to_100_and_the_same_both_ways(
    one: dict[str, str | None], other: dict[str, str | None]
) -> None:
    """Whatever is compared with whatever gives a grade; who is compared with whom does not matter."""
    there, back = (
        compare(traits_of(**one), traits_of(**other)),
        compare(traits_of(**other), traits_of(**one)),
    )
    assert 0 <= there.grade <= 100
    assert there.grade == back.grade


@given(people)
def test_whoever_is_the_same_is_alike(one: dict[str, str | None]) -> None:
    """Compared with themselves, whoever has a whole name and a street is at the top; what both lack counts for nothing."""
    traits = traits_of(**one)
    found = compare(traits, traits)
    assert all(part.verdict in {Verdict.SAME, Verdict.NOT_GIVEN} for part in found.parts)
    named = (traits.first and traits.last) or traits.organisation
    if named and found.verdict(Part.STREET):
        assert found.grade == 100
