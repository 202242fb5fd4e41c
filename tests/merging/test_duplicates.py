"""Who may be there twice: misspelt, moved, of one firm; not a household, not neighbours, nobody by a protected address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from core.customers.types import Kind
from core.merging import duplicates
from tests.merging.pairs import MAIJA

if TYPE_CHECKING:
    import pytest

    from core.batches.types import Progress
    from tests.erasure.conftest import House
    from tests.merging.pairs import Pairs

FIRM: Final[dict[str, Any]] = {
    "kind": Kind.ORGANISATION,
    "first_name": None,
    "last_name": None,
    "email": None,
}


def found(house: House, *, most: int = 50) -> list[tuple[int, int]]:
    """The pairs of the whole register."""
    with house.register.database.reading() as connection:
        return [(it.one, it.other) for it in duplicates.candidates(connection, most=most)]


def test_those_who_are_one_are_found(house: House, pairs: Pairs) -> None:
    """Another spelling at one address, another address with one e-mail, two rows of one business id."""
    one = pairs.add(email=None)
    misspelt = pairs.add(last_name="Kaksoinnen", email=None, street="Erikoisk. 77")
    wrote = pairs.add(
        first_name="Liisa", street="Muu tie 1", postcode="33100", town="Tampere", email="l@example.fi"
    )
    moved = pairs.add(
        first_name="Liisa", street="Uusi tie 5", postcode="90100", town="Oulu", email="l@example.fi"
    )
    firm = pairs.add(**FIRM, organisation_name="Leipä Oy", business_id="2077474-0", street=None)
    twin = pairs.add(**FIRM, organisation_name="Åkerin Leipä Oy", business_id="2077474-0", street=None)
    assert set(found(house)) == {(one.id, misspelt.id), (wrote.id, moved.id), (firm.id, twin.id)}
    assert found(house, most=1) == [(firm.id, twin.id)]
    with house.register.database.reading() as connection:
        (pair,) = duplicates.of_customer(connection, moved.id)
        assert (pair.one, pair.other, pair.same) == (wrote.id, moved.id, ("email",))
        (pair,) = duplicates.of_customer(connection, misspelt.id)
        assert (pair.one, pair.other) == (one.id, misspelt.id)


def test_those_who_are_two_are_not(house: House, pairs: Pairs) -> None:
    """A household with one telephone, namesakes elsewhere, a person and a firm, a protected address."""
    pairs.add(phone="+358401234567", email=None)
    pairs.add(first_name="Matti", phone="+358401234567", email=None)
    pairs.add(street="Toinen tie 9", postcode="90100", town="Oulu", email=None)
    pairs.add(**{**FIRM, "email": MAIJA["email"]}, organisation_name="Kaksoinen Oy")
    pairs.add(protected=True, email=None, last_name="Kaksonen")
    assert found(house) == []


def test_a_large_block_is_compared_with_neighbours_by_name_alone(
    house: House, pairs: Pairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a house of many each is compared with few, in stretches of few; the pair is found all the same."""
    monkeypatch.setattr(duplicates, "_BLOCK", 4)
    monkeypatch.setattr(duplicates, "_WINDOW", 2)
    monkeypatch.setattr(duplicates, "AT_ONCE", 5000)
    for number in range(8):
        pairs.add(first_name="Ville", last_name=f"Erinimi{'abcdefgh'[number] * 5}", email=None)
    ones = [pairs.add(last_name=name, email=None, postcode="00200") for name in ("Kaksoinen", "Kaksoinnen")]
    monkeypatch.setattr(duplicates, "AT_ONCE", 3)
    steps: list[tuple[int, int]] = []

    def watch(progress: Progress, /) -> None:
        steps.append((progress.done, progress.total))

    with house.register.database.reading() as connection:
        pairs_found = duplicates.candidates(connection, progress=watch)
    assert [(it.one, it.other) for it in pairs_found] == [(ones[0].id, ones[1].id)]
    assert steps == [(8, 10), (10, 10)]
