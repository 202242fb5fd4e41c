"""Rows of an answer without a customer number, made from invented people by the slips that files have, with the truth.

Each kind of slip has its share.  Rows about people who are not in the register, relatives and namesakes of those who
are, have None for the truth: whatever such a row is brought together with is wrong.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from core.customers.types import Kind, NewCustomer
from core.text import fold
from core.updates.types import Sought
from tui.demo.people import new_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from core.customers.types import CustomerValues

SEED: Final = 4
# Of so many persons one has a relative at the same address in the register too, one of the same name.
RELATIVES: Final = 50
NAMESAKES: Final = 200
_LETTERS: Final = "aeiklmnoprstuv"


@dataclass(frozen=True, slots=True)
class Asked:
    """A row, the slip it was made with, and the number of the customer who is meant."""

    sought: Sought
    slip: str
    truth: str | None


def with_families(customers: Sequence[NewCustomer]) -> list[NewCustomer]:
    """*customers*, some of whom get a relative or a namesake at their own address."""
    rng = random.Random(SEED)
    persons = [one for one in customers if one.values.kind is Kind.PERSON]
    first_names = sorted({one.values.first_name for one in persons if one.values.first_name})
    more: list[NewCustomer] = []
    for one in persons:
        if rng.randrange(RELATIVES) == 0:
            more.append(_at_home(one, rng.choice(first_names), f"R{len(more)}"))
        if rng.randrange(NAMESAKES) == 0:
            more.append(_at_home(one, one.values.first_name, f"{_NAMESAKE}{len(more)}"))
    return [*customers, *more]


_NAMESAKE: Final = "N"


def _at_home(one: NewCustomer, first_name: str | None, number: str) -> NewCustomer:
    values = replace(one.values, first_name=first_name, email=None, phone=None)
    return NewCustomer(values=values, number=number)


def rows(customers: Sequence[NewCustomer], count: int) -> Iterator[Asked]:
    """*count* rows, each about another customer chosen by a seed, with a slip chosen by its share."""
    rng = random.Random(SEED)
    usable = [one for one in customers if not one.protected_address]
    rng.shuffle(usable)
    namesakes = iter([one for one in usable if _is_namesake(one)])
    others = iter([one for one in usable if not _is_namesake(one)])
    names, shares = list(_SLIPS), [share for share, _ in _SLIPS.values()]
    for line in range(1, count + 1):
        slip = rng.choices(names, shares)[0]
        one = next(namesakes, None) if slip == TWO_OF_ONE_NAME else next(others)
        if one is None:
            # A small register has too few of them.
            slip, one = "none", next(others)
        if one.values.kind is Kind.ORGANISATION and slip in _PERSONAL:
            slip = "none"
        sought = _SLIPS[slip][1](_plain(line, one.values), rng)
        yield Asked(sought, slip, None if slip in STRANGERS else one.number)


def _is_namesake(one: NewCustomer) -> bool:
    return (one.number or "").startswith(_NAMESAKE)


TWO_OF_ONE_NAME: Final = "two of one name at one address"
STRANGERS: Final = frozenset({"relative not in the register", "namesake not in the register"})
_PERSONAL: Final = STRANGERS | {"first name misspelt", "names swapped", "second first name"}


def _plain(line: int, values: CustomerValues) -> Sought:
    return Sought(
        line=line,
        first_name=values.first_name,
        last_name=values.last_name,
        organisation_name=values.organisation_name if values.kind is Kind.ORGANISATION else None,
        street=values.street,
        postcode=values.postcode,
        town=values.town,
    )


def _typo(text: str | None, rng: random.Random) -> str | None:
    """One letter left out, doubled, changed, or changed places with the next; never the first."""
    if not text or len(text) < 4:
        return text
    at = rng.randrange(1, len(text) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + rng.choice(_LETTERS) + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _street_typo(row: Sought, rng: random.Random) -> Sought:
    name, space, rest = (row.street or "").partition(" ")
    return replace(row, street=f"{_typo(name, rng)}{space}{rest}")


def _last_name_typo(row: Sought, rng: random.Random) -> Sought:
    if row.organisation_name:
        return replace(row, organisation_name=_typo(row.organisation_name, rng))
    return replace(row, last_name=_typo(row.last_name, rng))


def _first_name_typo(row: Sought, rng: random.Random) -> Sought:
    return replace(row, first_name=_typo(row.first_name, rng))


def _abbreviated(row: Sought, rng: random.Random) -> Sought:
    street = row.street or ""
    for ending, short in (("katu", "k."), ("tie", "t."), ("polku", "p."), ("kuja", "kj.")):
        name, space, rest = street.partition(" ")
        if name.endswith(ending):
            flat = rest.replace(" A ", " as ") if rng.randrange(2) else rest
            return replace(row, street=f"{name.removesuffix(ending)}{short}{space}{flat}")
    return row


def _written(row: Sought, way: Callable[[str], str]) -> Sought:
    """The row with each of its texts written in another way."""
    return replace(
        row,
        first_name=row.first_name and way(row.first_name),
        last_name=row.last_name and way(row.last_name),
        organisation_name=row.organisation_name and way(row.organisation_name),
        street=row.street and way(row.street),
        town=row.town and way(row.town),
    )


def _capitals(row: Sought, _rng: random.Random) -> Sought:
    return _written(row, str.upper)


def _folded(row: Sought, _rng: random.Random) -> Sought:
    return _written(row, lambda text: fold(text).title())


def _as_it_is(row: Sought, _rng: random.Random) -> Sought:
    return row


def _round_the_corner(row: Sought, rng: random.Random) -> Sought:
    """Somebody else of the same name in the same postcode."""
    return replace(row, street=new_address(rng)[0])


def _swapped(row: Sought, _rng: random.Random) -> Sought:
    return replace(row, first_name=row.last_name, last_name=row.first_name)


def _missing(row: Sought, rng: random.Random) -> Sought:
    street = row.street or ""
    words = street.split(" ")
    choice = rng.randrange(4)
    if choice == 0:
        return replace(row, street=" ".join(words[:2]))
    if choice == 1:
        return replace(row, postcode=None)
    if choice == 2:
        return replace(row, town=None)
    return replace(row, first_name=(row.first_name or "")[:1] or None)


def _moved_twice(row: Sought, rng: random.Random) -> Sought:
    street, postcode, town = new_address(rng)
    return replace(row, street=street, postcode=postcode, town=town)


def _wrong_postcode(row: Sought, rng: random.Random) -> Sought:
    digits = list(row.postcode or "00100")
    at = rng.randrange(len(digits))
    digits[at] = str((int(digits[at]) + 1) % 10)
    return replace(row, postcode="".join(digits))


def _relative(row: Sought, rng: random.Random) -> Sought:
    """A father: the same last name and address, another first name, now and then nearly the same."""
    alike = {
        "Matti": "Mattias",
        "Jari": "Jarno",
        "Anna": "Annu",
        "Marja": "Marjut",
        "Juha": "Juhana",
        "Timo": "Timi",
    }
    return replace(
        row, first_name=alike.get(row.first_name or "", rng.choice(["Vilho", "Saima", "Kauko", "Alma"]))
    )


def _second_name(row: Sought, rng: random.Random) -> Sought:
    return replace(row, first_name=f"{row.first_name} {rng.choice(['Juhani', 'Maria', 'Olavi', 'Anneli'])}")


def _two_slips(row: Sought, rng: random.Random) -> Sought:
    return _street_typo(rng.choice([_first_name_typo, _last_name_typo])(row, rng), rng)


_SLIPS: Final[dict[str, tuple[int, Callable[[Sought, random.Random], Sought]]]] = {
    "none": (20, _as_it_is),
    "capitals": (8, _capitals),
    "åäö folded": (8, _folded),
    "street abbreviated": (10, _abbreviated),
    "last name misspelt": (7, _last_name_typo),
    "first name misspelt": (6, _first_name_typo),
    "street misspelt": (6, _street_typo),
    "postcode misspelt": (3, _wrong_postcode),
    "names swapped": (4, _swapped),
    "a part missing": (8, _missing),
    "second first name": (4, _second_name),
    "two slips": (4, _two_slips),
    "moved twice": (4, _moved_twice),
    TWO_OF_ONE_NAME: (3, _as_it_is),
    "relative not in the register": (3, _relative),
    "namesake not in the register": (2, _round_the_corner),
}
