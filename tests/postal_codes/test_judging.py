"""What is doubted of an address, what is suggested, and what is left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers import bans, restrictions, service
from core.customers.restrictions import Ground
from core.customers.types import CustomerValues, Source, SourceKind
from core.postal_codes.judging import (
    NOTHING_KNOWN,
    DoubtKind,
    Knowledge,
    Place,
    Stretch,
    address_doubt,
    street_name,
    town_of,
)
from core.postal_codes.knowledge import doubt_of, knowledge
from core.postal_codes.worklist import suspects
from core.updates.types import Address

if TYPE_CHECKING:
    from core.actor import Actor
    from core.register import Register

SOURCE = Source(SourceKind.SELF, "letter")


def asked(
    register: Register, street: str | None, postcode: str | None, town: str | None
) -> tuple[str, str] | None:
    """The kind of doubt and the suggestion, in short."""
    with register.database.reading() as connection:
        doubt = doubt_of(connection, Address(street, postcode, town))
    return None if doubt is None else (doubt.kind, str(doubt.likely or ""))


@pytest.mark.parametrize(
    ("street", "postcode", "town"),
    [
        ("Mannerheimintie 5 A 12", "00100", "Helsinki"),
        ("mannerheimvägen 5", "00100", "HELSINGFORS"),
        ("Mannerheimintie 5", "00100", "Hki"),
        ("Bulevardi 4", "00120", "Helsinki"),
        ("Bulevardi", "00120", "Helsinki"),
        ("Leirikaari 26b", "02600", "espoo"),
        ("Lägerbågen 2", "02600", "Esbo"),
        ("2. linja 5", "33100", "Tampere"),
        ("PL 226", "00100", "Helsinki"),
        ("c/o Virtanen, Leirikaari 4", "02600", "Espoo"),
        ("c/o Virtanen", "02600", "Espoo"),
        ("Missä vain 1", "00045", "Nokia Group"),
        ("Ei katua tiedossa 3", "04600", "Mantsala"),
        ("Jokin tie 1", "01100", "Sipoo"),
        (None, "00100", "Helsinki"),
        ("Mannerheimintie 5", "00100", None),
        ("Mannerheimintie 5", None, "Helsinki"),
        (None, None, None),
    ],
)
def test_nothing_to_doubt(
    loaded: Register, street: str | None, postcode: str | None, town: str | None
) -> None:
    """Either language, any case, abbreviations, the municipality's name, boxes, and what cannot be told."""
    assert asked(loaded, street, postcode, town) is None


@pytest.mark.parametrize(
    ("street", "postcode", "town", "kind", "likely"),
    [
        # Street and number say which postcode of the town is meant.
        ("Bulevardi 4", "00199", "Helsinki", "unknown_postcode", "Bulevardi 4, 00120 Helsinki"),
        ("Kuja 1", "04699", "Mäntsälä", "unknown_postcode", "Kuja 1, 04600 Mäntsälä"),
        ("Kuja 1", "99999", "Atlantis", "unknown_postcode", ""),
        ("Kuja 1", "00199", "Helsinki", "unknown_postcode", ""),
        ("Bulevardi 4", "33100", "Helsinki", "town_differs", "Bulevardi 4, 00120 Helsinki"),
        # The postcode has the street: then the town is what is wrong.
        ("Leirikaari 4", "02600", "Helsinki", "town_differs", "Leirikaari 4, 02600 ESPOO"),
        ("Kuja 1", "02600", "Helsinki", "town_differs", "Kuja 1, 02600 ESPOO"),
        (None, "00100", "Tampere", "town_differs", "00100 HELSINKI"),
        ("Manerheimintie 5 A", "00100", "Helsinki", "unknown_street", "Mannerheimintie 5 A, 00100 Helsinki"),
        ("Bulevardi 7", "00100", "Helsinki", "unknown_street", "Bulevardi 7, 00120 Helsinki"),
        ("Aivan muu tie 1", "00100", "Helsinki", "unknown_street", ""),
        ("Bulevardi 17", "00120", "Helsinki", "number_outside", ""),
        ("Leirikaari 3", "02600", "Espoo", "number_outside", ""),
        ("Leirikaari 28", "02600", "Espoo", "number_outside", ""),
    ],
)
def test_doubts(
    loaded: Register, street: str | None, postcode: str, town: str, kind: DoubtKind, likely: str
) -> None:
    """What is wrong, and what it probably is where that can be told."""
    assert asked(loaded, street, postcode, town) == (kind, likely)


def test_abroad_is_left_alone(loaded: Register) -> None:
    """Posti's files say nothing of other countries."""
    with loaded.database.reading() as connection:
        assert doubt_of(connection, Address("Storgatan 1", "99999", "Stockholm", "SE")) is None


def test_nothing_loaded_nothing_claimed(register: Register) -> None:
    """Without the file no address is doubted, and no town is filled in."""
    assert asked(register, "Kuja 1", "99999", "Atlantis") is None
    assert town_of("00100", "FI", NOTHING_KNOWN) is None


def test_only_codes_loaded(register: Register, loaded: Register) -> None:
    """Asked without streets, towns are judged all the same, from one query."""
    with loaded.database.reading() as connection:
        known = knowledge(connection, [Address("Bulevardi 17", "00120", "Espoo")], streets=False)
    doubt = address_doubt(Address("Bulevardi 17", "00120", "Espoo"), known)
    assert doubt is not None
    assert doubt.contradicts
    assert str(doubt.likely) == "Bulevardi 17, 00120 HELSINKI"
    assert address_doubt(Address("Bulevardi 17", "00120", "Helsinki"), known) is None


@pytest.mark.parametrize(("language", "town"), [("fi", "ESPOO"), ("sv", "ESBO"), ("en", "ESPOO")])
def test_town_of_a_postcode(loaded: Register, language: str, town: str) -> None:
    """The town that a postcode alone tells, in the language asked for."""
    with loaded.database.reading() as connection:
        known = knowledge(connection, [Address(None, "02600", None)], streets=False)
    assert town_of("02600", None, known, language) == town
    assert town_of("02600", "SE", known, language) is None
    assert town_of("99999", "FI", known, language) is None
    assert town_of(None, None, known, language) is None


def test_in_words(loaded: Register) -> None:
    """The sentence names both, and the suggestion, in both languages."""
    with loaded.database.reading() as connection:
        doubt = doubt_of(connection, Address("Leirikaari 4", "02600", "Helsinki"))
    assert doubt is not None
    assert doubt.sentence("en") == (
        "The postcode 02600 is in ESPOO / ESBO, not in Helsinki. Probably: Leirikaari 4, 02600 ESPOO."
    )
    assert doubt.sentence("fi") == (
        "Postinumero 02600 on ESPOO / ESBO, ei Helsinki. Luultavasti: Leirikaari 4, 02600 ESPOO."
    )


def test_worklist(loaded: Register, actor: Actor) -> None:
    """Those who can be asked about are listed; the restricted, the protected and the ended are not looked at."""
    wrong = CustomerValues(street="Leirikaari 4", postcode="02600", town="Helsinki")
    right = replace(wrong, town="Espoo")
    numbers = {}
    with loaded.database.unit_of_work() as uow:
        for name, address in (
            ("wrong", wrong),
            ("right", right),
            ("restricted", wrong),
            ("protected", wrong),
            ("ended", wrong),
            ("banned", wrong),
            ("abroad", replace(wrong, country="SE", postcode="12345")),
        ):
            values = replace(address, last_name=name.capitalize())
            numbers[name] = service.add(uow, actor, values, SOURCE, protected_address=name == "protected")
        today = uow.now.date()
        restrictions.restrict(
            uow,
            actor,
            numbers["restricted"].id,
            ground=Ground.ACCURACY_CONTESTED,
            since=today,
            detail="letter",
        )
        bans.forbid(
            uow, actor, numbers["banned"].id, bans.BanKind.REGISTER_UPDATE, origin="letter", since=today
        )
        service.end_relationship(
            uow, actor, numbers["ended"].id, ended_on=today, source=SOURCE, version=numbers["ended"].version
        )
        uow.commit()
    with loaded.database.reading() as connection:
        found = list(suspects(connection))
    # A ban on updates is about data from outside; that somebody looks at what is held already it does not forbid.
    assert [suspect.display_name for suspect in found] == ["Wrong", "Banned"]
    assert found[0].doubt.kind is DoubtKind.TOWN_DIFFERS


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Leirikaari 24 A 5", ("leirikaari", 24)),
        ("  Iso   Roobertinkatu 12 b", ("iso roobertinkatu", 12)),
        ("2. linja 5", ("2. linja", 5)),
        ("Ägräskuja", ("agraskuja", None)),
        ("c/o Oy Ab, Karakaari 7", ("karakaari", 7)),
        ("P.O. Box 12", ("", None)),
        ("PL226", ("pl226", None)),
        (None, ("", None)),
    ],
)
def test_street_names(line: str | None, expected: tuple[str, int | None]) -> None:
    """Name and number of a street line, as people write it."""
    assert street_name(line) == expected


WORDS = st.one_of(
    st.none(), st.text("AäÄ 0123/,.-PLc", max_size=12), st.sampled_from(["Katu 1", "Town", "00100"])
)


@given(WORDS, WORDS, WORDS, st.integers(0, 2), st.one_of(st.none(), st.integers(0, 50)))
def test_any_address(
    street: str | None, postcode: str | None, town: str | None, parity: int, low: int | None
) -> None:
    """Whatever the address, there is a doubt that can be said or none; a doubt needs a postcode and a file."""
    stretch = Stretch("00100", "Katu", "Gata", parity, low, low)
    known = Knowledge(
        codes_loaded=True,
        places={"00100": Place("00100", "TOWN", "STAD")},
        in_code={"00100": (stretch,)},
        by_street={"katu": (stretch,)},
    )
    address = Address(street, postcode, town)
    assert address_doubt(address, NOTHING_KNOWN) is None
    doubt = address_doubt(address, known)
    if doubt is not None:
        assert postcode
        assert doubt.sentence("fi")
        assert doubt.likely is None or str(doubt.likely)
