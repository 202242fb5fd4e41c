"""What of a name and an address is compared: folded, taken apart, and free of how somebody happened to write it.

Pure.  ``Mäkelä``, ``MAKELA`` and ``Makela`` are one; so are ``Koivuk. 1 as 5`` and ``Koivukatu 1, 5``, but not
``Koivukatu 1 A`` and ``Koivukatu 1 B``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from core.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

_RUNS: Final = re.compile(r"[^\W_]+")
_HOUSE: Final = re.compile(r"(?<![^\s,])\d+(?![\d.])(?:\s*-\s*\d+(?![^\W\d_]))?")
_PIECES: Final = re.compile(r"\d+|[^\W\d_]+")
# Words that only say that what follows is a flat, a stair or a floor; in Finnish and Swedish.
_FLAT_WORDS: Final = frozenset(
    {"as", "asunto", "bst", "bostad", "huoneisto", "krs", "lgh", "rappu", "rp", "trappa"}
)
_FORMS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("oy", "ab", "osakeyhtio", "aktiebolag"), "oy"),
    **dict.fromkeys(("oyj", "abp"), "oyj"),
    **dict.fromkeys(("ky", "kb"), "ky"),
    **dict.fromkeys(("tmi", "toiminimi", "fa", "firma"), "tmi"),
    **dict.fromkeys(("ry", "rf"), "ry"),
    "ay": "ay",
    "osk": "osk",
}
STREET_ENDINGS: Final = (
    "katu", "tie", "polku", "kuja", "rinne", "kaari", "raitti", "penger", "piha", "aukio", "tori", "ranta", "laituri",
    "gatan", "vagen", "stigen", "grand", "granden", "torget",
)  # fmt: skip
_CITIES: Final[Mapping[str, str]] = {"hki": "helsinki", "tre": "tampere", "tku": "turku", "jkl": "jyvaskyla"}


@dataclass(frozen=True, slots=True)
class Traits:
    """A person's or an organisation's name and address, ready to be compared.  What is not known is empty.

    `first` are the first names (``Anna-Maija`` is one), `last` the last name's letters without hyphens or spaces and
    `last_parts` its parts; `forms` are an organisation's company forms; `street` are the words of the street's name,
    an abbreviating full stop kept; `flat` are the stair and the flat.
    """

    first: tuple[str, ...] = ()
    last: str = ""
    last_parts: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    forms: frozenset[str] = frozenset()
    street: tuple[str, ...] = ()
    house: str = ""
    flat: tuple[str, ...] = ()
    postcode: str = ""
    town: str = ""


def traits_of(
    *,
    first_name: str | None = None,
    last_name: str | None = None,
    organisation_name: str | None = None,
    street: str | None = None,
    postcode: str | None = None,
    town: str | None = None,
) -> Traits:
    """The traits of these values; an organisation's name counts where there is no person's."""
    parts = tuple(_RUNS.findall(fold(last_name or "")))
    words: tuple[str, ...] = ()
    if not (first_name or last_name):
        words = tuple(_RUNS.findall(fold(organisation_name or "")))
    road, house, flat = street_parts(street or "")
    city = "".join(_RUNS.findall(fold(town or "")))
    return Traits(
        first=first_names(first_name or ""),
        last="".join(parts),
        last_parts=parts,
        organisation=tuple(word for word in words if word not in _FORMS),
        forms=frozenset(_FORMS[word] for word in words if word in _FORMS),
        street=road,
        house=house,
        flat=flat,
        postcode="".join(_RUNS.findall(fold(postcode or ""))).removeprefix("fi"),
        town=_CITIES.get(city, city),
    )


@lru_cache(maxsize=4096)
def first_names(text: str) -> tuple[str, ...]:
    """The first names one by one; a hyphen joins two into one."""
    return tuple(name for word in fold(text).split() if (name := "".join(_RUNS.findall(word))))


@lru_cache(maxsize=16_384)
def street_parts(text: str) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """A street address as the words of the street's name, the house number, and the stair and flat."""
    folded = fold(text)
    number = _HOUSE.search(folded)
    name, house, rest = (
        (folded, "", "")
        if number is None
        else (folded[: number.start()], number.group(), folded[number.end() :])
    )
    words = tuple(
        f"{word}." if name[at : at + 1] == "." else word
        for word, at in ((found.group(), found.end()) for found in _RUNS.finditer(name))
    )
    pieces = [piece for piece in _PIECES.findall(rest) if piece not in _FLAT_WORDS]
    flat = tuple(piece.lstrip("0") or "0" if piece.isdigit() else piece for piece in pieces)
    numbers = [digits.lstrip("0") or "0" for digits in _PIECES.findall(house)]
    return words, "-".join(numbers), flat
