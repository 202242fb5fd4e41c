"""Files of invented people: an existing register to load, and an address service's answer to read.

Both are written as such files come in practice (`;`, CRLF, the answer in ISO-8859-15), with a few rows wrong on
purpose when asked for, so that the quarantine has something to show.
"""

from __future__ import annotations

import csv
import os
import random
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from .people import FIRST_NUMBER, Person, new_address, people, person

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import TextIO

BAN_HEADERS: Final[Mapping[str, str]] = {
    "publication": "Julkaisukielto",
    "direct_advertising": "Suoramainontakielto",
    "distance_selling": "Etämyyntikielto",
    "direct_marketing": "Suoramarkkinointikielto",
    "market_research": "Markkinatutkimuskielto",
    "opinion_research": "Mielipidetutkimuskielto",
    "register_update": "Päivityskielto",
}
# Field of the register -> header of the file; `loads.<name>.columns` of the demo's configuration is this table.
REGISTER_COLUMNS: Final[Mapping[str, str]] = {
    "number": "Asiakasnumero",
    "kind": "Laji",
    "first_name": "Etunimi",
    "last_name": "Sukunimi",
    "organisation_name": "Yrityksen nimi",
    "business_id": "Y-tunnus",
    "represents": "Edustaa (asiakasnumero)",
    "email": "Sähköposti",
    "phone": "Puhelin",
    "www": "WWW",
    "street": "Katuosoite",
    "postcode": "Postinumero",
    "town": "Postitoimipaikka",
    "country": "Maa",
    "iban": "IBAN",
    "started_on": "Asiakas alkaen",
    **{f"ban.{kind}": header for kind, header in BAN_HEADERS.items()},
    "restricted": "Käsittely rajoitettu",
    "protected_address": "Turvakielto",
}
ANSWER_COLUMNS: Final[Mapping[str, str]] = {
    "key": "Asiakasnumero",
    "code": "Tulos",
    "street": "Uusi katuosoite",
    "postcode": "Uusi postinumero",
    "town": "Uusi postitoimipaikka",
    "date": "Muuttopäivä",
}
# The invented service's codes -> what the register takes them to mean.
ANSWER_CODES: Final[Mapping[str, str]] = {
    "M": "moved",
    "E": "no_hit",
    "K": "update_forbidden",
    "KU": "deceased",
    "T": "protected_address",
}
ANSWER_SHARES: Final[tuple[tuple[str, float], ...]] = (
    ("M", 0.700),
    ("E", 0.240),
    ("K", 0.042),
    ("KU", 0.012),
    ("T", 0.002),
    ("X9", 0.004),
)
_FLAWS: Final = ("postcode", "business_id", "iban", "nameless", "control", "duplicate", "short", "email")


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows a file got, and how many of them are wrong on purpose."""

    rows: int
    flawed: int = 0


def write_register(
    path: Path, *, seed: int, count: int, flawed: int = 0, encoding: str = "utf-8", delimiter: str = ";"
) -> Written:
    """Write `count` customers as the CSV of an existing register, one row in memory at a time.

    `flawed` more rows, spread over the file, each break one rule of the register (a bad postcode, a number twice,
    no name, …).
    """
    every = max(1, count // flawed) if flawed else 0
    broken = 0
    with _text_file(path, encoding) as stream:
        out = csv.writer(stream, delimiter=delimiter)
        out.writerow(REGISTER_COLUMNS.values())
        for one in people(seed, count):
            cells = _register_cells(one)
            out.writerow(cells)
            if broken < flawed and one.index % every == every - 1:
                out.writerow(_spoil(cells, _FLAWS[broken % len(_FLAWS)], FIRST_NUMBER + count + broken))
                broken += 1
    return Written(count + broken, broken)


def write_answer(
    path: Path,
    *,
    seed: int,
    count: int,
    rows: int,
    answered_on: date,
    unknown_customers: int = 0,
    encoding: str = "iso-8859-15",
) -> Written:
    """Write an address service's answer about `rows` of the `count` customers of `seed`.

    Persons only; the codes stand at `ANSWER_SHARES` (X9 is a code the service never explained), and
    `unknown_customers` more rows name customers that the register doesn't have.
    """
    rng = random.Random(seed + 1)
    written = 0
    with _text_file(path, encoding) as stream:
        out = csv.writer(stream, delimiter=";")
        out.writerow(ANSWER_COLUMNS.values())
        for index in _persons(rng, seed, count, rows):
            out.writerow(_answer_cells(rng, str(FIRST_NUMBER + index), answered_on))
            written += 1
        for stranger in range(unknown_customers):
            out.writerow(_answer_cells(rng, str(FIRST_NUMBER + count + 500_000 + stranger), answered_on))
    return Written(written + unknown_customers, unknown_customers)


def _persons(rng: random.Random, seed: int, count: int, rows: int) -> Iterator[int]:
    """Indices of `rows` persons (fewer when there are fewer), each once, in random order."""
    spare = random.Random()
    found = 0
    for index in rng.sample(range(count), count):
        if found == rows:
            return
        if person(seed, index, spare).kind == "person":
            found += 1
            yield index


def _answer_cells(rng: random.Random, number: str, answered_on: date) -> list[str]:
    codes, shares = zip(*ANSWER_SHARES, strict=True)
    code = rng.choices(codes, shares)[0]
    moved_on = (answered_on - timedelta(days=rng.randrange(1, 60))).isoformat()
    if code in ("M", "X9"):
        return [number, code, *new_address(rng), moved_on]
    return [number, code, "", "", "", moved_on if code == "KU" else answered_on.isoformat()]


def _register_cells(one: Person) -> list[str]:
    cells = {
        "number": one.number,
        "kind": "yritys" if one.kind == "organisation" else "henkilö",
        "first_name": one.first_name,
        "last_name": one.last_name,
        "organisation_name": one.organisation_name,
        "business_id": one.business_id,
        "represents": one.represents,
        "email": one.email,
        "phone": one.phone,
        "www": one.www,
        "street": one.street,
        "postcode": one.postcode,
        "town": one.town,
        "country": one.country,
        "iban": one.iban,
        "started_on": one.started_on.isoformat(),
        **{f"ban.{kind}": "x" if kind in one.bans else "" for kind in BAN_HEADERS},
        "restricted": "x" if one.restricted else "",
        "protected_address": "x" if one.protected_address else "",
    }
    return [cells[field] for field in REGISTER_COLUMNS]


def _spoil(cells: list[str], flaw: str, number: int) -> list[str]:
    """A copy of a row that breaks one rule, under a number of its own (unless the number is the flaw)."""
    row = dict(zip(REGISTER_COLUMNS, cells, strict=True))
    if flaw != "duplicate":
        row["number"] = str(number)
        row["business_id"] = ""
    spoilt = {
        "postcode": {"postcode": "1234"},
        "business_id": {"business_id": "1234567-8"},
        "iban": {"iban": "FI2112345600000786"},
        "nameless": {"first_name": "", "last_name": "", "organisation_name": ""},
        "control": {"street": "Kuja\x1b[31m 1"},
        "email": {"email": "ei ole osoite"},
    }
    row.update(spoilt.get(flaw, {}))
    values = list(row.values())
    return values[:5] if flaw == "short" else values


@contextmanager
def _text_file(path: Path, encoding: str) -> Iterator[TextIO]:
    """A file that only its owner may read, even though nobody in it exists."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding=encoding, errors="replace", newline="") as stream:
        yield stream
