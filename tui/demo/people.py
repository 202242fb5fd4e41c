"""Invented Finnish people and firms, the same ones for the same seed, as many as asked for.

Nobody here is real, and nothing here can be mistaken for somebody's:

* e-mail and www addresses are under the domains RFC 2606 reserves (example.com, example.org, example.net);
* business ids start at 9 000 000, far above any issued, with a right check digit;
* account numbers begin with 9, which no Finnish bank group uses, with right check digits;
* personal identity codes have an individual number of 900-999, which is set aside for tests;
* no Finnish telephone numbers are known to be set aside for fiction, so numbers are drawn at random from
  046 and 043: valid in form, possibly somebody's. The demo never dials.

Person number `n` depends on the seed and `n` alone, so a million of them stream in constant memory and any one
can be made again without the others. Bans stand at the shares of the Finnish population register (end of 2012):
4.2 % forbid updates of their address, 5.1 % direct marketing, 2.5 % publication, 2.0 % research; 0.2 % have a
protected address.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from core.text import fold

from .names import (
    FEMALE_NAMES,
    FIRM_PLACES,
    FIRM_WORDS,
    LAST_NAMES,
    MALE_NAMES,
    STREET_ENDINGS,
    STREET_STEMS,
    weighted,
)
from .places import places

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRM_SHARE = 0.12
REPRESENTATIVE_SHARE = 0.05
FIRST_NUMBER = 10_001
FIRST_FIRM_ID = 9_000_000
RESERVED_DOMAINS = ("example.com", "example.org", "example.net")
PERSON_BANS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.042, ("register_update",)),
    (0.051, ("direct_advertising", "distance_selling", "direct_marketing")),
    (0.025, ("publication",)),
    (0.020, ("market_research", "opinion_research")),
)
PROTECTED_SHARE = 0.002
RESTRICTED_SHARE = 0.001
EARLIEST_START = date(2009, 1, 1)
START_DAYS = 17 * 365
A_CENTURY = 2000
NINE = 9


@dataclass(frozen=True, slots=True)
class Person:
    """One invented customer, a person or a firm, as plain text fields; an absent value is an empty string."""

    index: int
    number: str
    kind: str
    first_name: str = ""
    last_name: str = ""
    organisation_name: str = ""
    business_id: str = ""
    represents: str = ""
    email: str = ""
    phone: str = ""
    www: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "FI"
    iban: str = ""
    started_on: date = EARLIEST_START
    bans: frozenset[str] = field(default=frozenset())
    restricted: bool = False
    protected_address: bool = False


def people(seed: int, count: int) -> Iterator[Person]:
    """The first `count` customers of the register that `seed` makes, one at a time."""
    rng = random.Random()
    for index in range(count):
        yield person(seed, index, rng)


def person(seed: int, index: int, rng: random.Random | None = None) -> Person:
    """Customer number `index` (from 0) of the register that `seed` makes; `rng` is only a spare to reuse."""
    rng = rng or random.Random()
    rng.seed((seed << 40) + index)
    if _is_firm(seed, index):
        return _firm(rng, index)
    return _natural_person(rng, seed, index)


def identity_code(seed: int, index: int) -> str:
    """A test identity code for a credit check of person `index`; the register never stores one."""
    rng = random.Random((seed << 40) + index + 1_000_003)
    born = date(1940, 1, 1) + timedelta(days=rng.randrange(365 * 65))
    individual = rng.randrange(900, 1000)
    checked = int(f"{born:%d%m%y}{individual}")
    return f"{born:%d%m%y}{'-' if born.year < A_CENTURY else 'A'}{individual}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[checked % 31]}"


def new_address(rng: random.Random) -> tuple[str, str, str]:
    """Street, postcode and town of an invented address."""
    stem = _pick(rng, STREET_STEMS)
    ending = _pick(rng, STREET_ENDINGS)
    number = min(rng.randrange(1, 60), rng.randrange(1, 120))
    flat = f" {rng.choice('AABBCD')} {rng.randrange(1, 60)}" if _chance(rng, 0.45) else ""
    found = places()
    postcode, town = rng.choices(found.pairs, cum_weights=found.totals)[0]
    return f"{stem}{ending} {number}{flat}", postcode, town


def iban(rng: random.Random) -> str:
    """A Finnish account number that no bank issues, right by both of its check digits."""
    body = f"9{rng.randrange(10**12):012d}"
    account = body + _luhn_digit(body)
    rest = int(account + "151800") % 97  # F=15, I=18, check digits 00
    return f"FI{98 - rest:02d}{account}"


def business_id(serial: int) -> str | None:
    """Business id of `serial` (seven digits), or None where the check digit would not exist."""
    digits = f"{serial:07d}"
    rest = sum(int(d) * w for d, w in zip(digits, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    if rest == 1:
        return None
    return f"{digits}-{0 if rest == 0 else 11 - rest}"


def _is_firm(seed: int, index: int) -> bool:
    """Whether `index` is a firm, known from the number alone so that others can refer to it."""
    mixed = ((index + 1) * 2_654_435_761 + seed * 40_503) % 2**32
    mixed = ((mixed ^ (mixed >> 15)) * 2_246_822_519) % 2**32
    return mixed < FIRM_SHARE * 2**32 and business_id(FIRST_FIRM_ID + index % 999_999) is not None


def _firm(rng: random.Random, index: int) -> Person:
    first = _pick(rng, FIRM_PLACES) if _chance(rng, 0.6) else _pick(rng, LAST_NAMES)
    line = _pick(rng, FIRM_WORDS)
    form = rng.choices(("Oy", "Ky", "Ay", "Tmi"), (80, 8, 4, 8))[0]
    name = f"{line} {first} {form}" if _chance(rng, 0.5) else f"{first}-{line} {form}"
    host = f"{_ascii(first)}-{_ascii(line)}{index}.{rng.choice(RESERVED_DOMAINS)}"
    street, postcode, town = new_address(rng)
    return Person(
        index=index,
        number=str(FIRST_NUMBER + index),
        kind="organisation",
        organisation_name=name,
        business_id=business_id(FIRST_FIRM_ID + index % 999_999) or "",
        email=f"info@{host}",
        phone=_phone(rng),
        www=f"www.{host}" if _chance(rng, 0.6) else "",
        street=street,
        postcode=postcode,
        town=town,
        iban=iban(rng) if _chance(rng, 0.5) else "",
        started_on=_started(rng),
    )


def _natural_person(rng: random.Random, seed: int, index: int) -> Person:
    first = _pick(rng, FEMALE_NAMES if _chance(rng, 0.51) else MALE_NAMES)
    last = _pick(rng, LAST_NAMES)
    street, postcode, town = new_address(rng)
    email = f"{_ascii(first)}.{_ascii(last)}{index}@{rng.choice(RESERVED_DOMAINS)}"
    bans = frozenset(ban for share, kinds in PERSON_BANS if _chance(rng, share) for ban in kinds)
    return Person(
        index=index,
        number=str(FIRST_NUMBER + index),
        kind="person",
        first_name=first,
        last_name=last,
        represents=_represents(rng, seed, index),
        email=email if _chance(rng, 0.82) else "",
        phone=_phone(rng) if _chance(rng, 0.9) else "",
        street=street,
        postcode=postcode,
        town=town,
        iban=iban(rng) if _chance(rng, 0.3) else "",
        started_on=_started(rng),
        bans=bans,
        restricted=_chance(rng, RESTRICTED_SHARE),
        protected_address=_chance(rng, PROTECTED_SHARE),
    )


def _represents(rng: random.Random, seed: int, index: int) -> str:
    """Number of a firm earlier in the register, for the few who are its contact person."""
    if not _chance(rng, REPRESENTATIVE_SHARE):
        return ""
    for earlier in range(index - 1, max(-1, index - 60), -1):
        if _is_firm(seed, earlier):
            return str(FIRST_NUMBER + earlier)
    return ""


def _started(rng: random.Random) -> date:
    return EARLIEST_START + timedelta(days=rng.randrange(START_DAYS))


def _phone(rng: random.Random) -> str:
    digits = f"{rng.randrange(10**7):07d}"
    if _chance(rng, 0.3):
        return f"+35846{digits}"
    return f"{rng.choice(('046', '043'))} {digits[:3]} {digits[3:]}"


def _chance(rng: random.Random, share: float) -> bool:
    return rng.random() < share


def _pick(rng: random.Random, pairs: str) -> str:
    found = weighted(pairs)
    return rng.choices(found.words, cum_weights=found.totals)[0]


def _ascii(name: str) -> str:
    """A name as it stands in an address: folded, letters only."""
    return "".join(c for c in fold(name) if c.isascii() and c.isalnum())


def _luhn_digit(body: str) -> str:
    total = 0
    for position, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - NINE if value > NINE else value
    return str(-total % 10)
