"""What the columns of an unknown file probably are: by their names first, by the look of their values where names are mute.

Pure, and only ever a proposal: a person sees it with the first rows as they would be understood, and decides. What a
code means is proposed from whole words alone; "K" may mean anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz

from core.batches.cells import day_of
from core.text import fold
from core.updates.mapping import CODE, DATE, KEY, OLD_FIELDS
from core.updates.types import Meaning

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    KEY: (
        *(
            "asiakasnumero",
            "asiakasnro",
            "asiakas nro",
            "asnro",
            "asiakastunnus",
            "asiakastunniste",
            "tunniste",
        ),
        *("oma tunniste", "oma avain", "avain", "tunnus", "customer number", "customer id", "customer no"),
        *("id", "key", "nro", "numero", "number", "kundnummer", "kund nr"),
    ),
    CODE: (
        *("tulos", "tuloskoodi", "paluukoodi", "vastauskoodi", "koodi", "status", "tila", "tilakoodi"),
        *("result", "result code", "code", "resultat", "statuskod", "kod"),
    ),
    DATE: (
        *("pvm", "paiva", "paivamaara", "muuttopaiva", "muuttopvm", "muutospaiva", "muutospvm", "alkaen"),
        *("voimassa alkaen", "alkupvm", "alkupaiva", "date", "valid from", "moved on", "changed on", "datum"),
    ),
    "street": (
        *("katuosoite", "lahiosoite", "jakeluosoite", "osoite", "katu", "street", "street address"),
        *("address", "gatuadress", "adress"),
    ),
    "postcode": (
        *("postinumero", "postino", "pnro", "postinro", "postcode", "postal code", "zip", "zip code"),
        *("postnummer",),
    ),
    "town": (
        *("postitoimipaikka", "toimipaikka", "paikkakunta", "kaupunki", "ptp", "ptpaikka", "town", "city"),
        *("postort", "ort", "post office"),
    ),
    "country": ("maa", "maakoodi", "maatunnus", "country", "country code", "land", "landskod"),
    "first_name": ("etunimi", "etunimet", "first name", "first names", "given name", "fornamn"),
    "last_name": ("sukunimi", "last name", "surname", "family name", "efternamn"),
    "organisation_name": (
        *("yritys", "yrityksen nimi", "organisaatio", "organisaation nimi", "toiminimi", "yhteiso"),
        *("company", "company name", "organisation", "organization", "foretag"),
    ),
    "business_id": ("y tunnus", "ytunnus", "yritystunnus", "business id", "fo nummer"),
    "email": ("sahkoposti", "sahkopostiosoite", "email", "e mail", "email address", "epost", "e post"),
    "phone": (
        *("puhelin", "puhelinnumero", "puh", "puh nro", "matkapuhelin", "gsm", "phone", "phone number"),
        *("mobile", "telefon"),
    ),
    "www": ("www", "www osoite", "kotisivu", "kotisivut", "verkkosivu", "website", "web", "hemsida"),
}
_NEW: Final = frozenset({"uusi", "uudet", "new", "ny", "nya", "nytt", "nykyinen"})
_OLD: Final = frozenset(
    {
        "vanha",
        "entinen",
        "aiempi",
        "lahetetty",
        "kysytty",
        "alkuperainen",
        "old",
        "previous",
        "sent",
        "gammal",
    }
)
_NAMES: Final = ("first_name", "last_name", "organisation_name")
_ALIKE: Final = 90
_SHARE: Final = 0.8
_FEWEST: Final = 3
_SHORT: Final = 3
_BORDER: Final = 2
_MOST_CODES: Final = 12
_NEVER_A_WORD: Final = re.compile(r"[\W_]+")


def _whole(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


_LOOKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "email": _whole(r"[^\s@]+@[^\s@]+\.[^\s@]+"),
    "business_id": _whole(r"\d{7}-\d"),
    "postcode": _whole(r"(?:FI-)?\d{5}"),
    DATE: lambda text: day_of(text) is not None,
    "www": _whole(r"(?:https?://|www\.)\S+"),
    "phone": _whole(r"(?:\+|0)[\d ()/-]{5,18}"),
    "street": _whole(r"[^\W\d_][^\d]{2,}\s\d+.*"),
}
_MEANINGS: Final[Mapping[Meaning, tuple[str, ...]]] = {
    Meaning.MOVED: (
        "muuttanut",
        "muutto",
        "muuttunut",
        "muutos",
        "uusi osoite",
        "moved",
        "changed",
        "flyttat",
    ),
    Meaning.NO_HIT: (
        *("ei osumaa", "ei loydy", "ei loytynyt", "ei tietoa", "ei muutosta", "no hit", "not found"),
        *("unchanged", "no change", "ingen traff"),
    ),
    Meaning.UPDATE_FORBIDDEN: (
        *("kielto", "paivityskielto", "luovutuskielto", "osoitekielto", "forbidden", "update forbidden"),
        "forbud",
    ),
    Meaning.DECEASED: ("kuollut", "deceased", "dead", "avliden"),
    Meaning.PROTECTED_ADDRESS: ("turvakielto", "turva", "protected", "protected address", "sparrmarkning"),
}


def fields_by_name(headings: Sequence[str]) -> dict[int, str]:
    """Place of a column to the field that its heading names; each field once, the first column that names it."""
    named = [_parted(heading) for heading in headings]
    renewed = {base for base, age in named if age == "new"}
    found: dict[int, str] = {}
    for place, (base, age) in enumerate(named):
        if base is None:
            continue
        old = f"old_{base}"
        # A name that isn't called new is the one that was asked about: it finds the customer and is not written.
        asked = age == "old" or (age is None and (base in renewed or base in _NAMES))
        field = old if asked and old in OLD_FIELDS else base
        if field not in found.values() and not (asked and field == base):
            found[place] = field
    return found


def _parted(heading: str) -> tuple[str | None, str | None]:
    """The field that a heading names, and whether it says that it is the new or the old one."""
    words = _NEVER_A_WORD.sub(" ", fold(heading)).split()
    age = "new" if _NEW.intersection(words) else "old" if _OLD.intersection(words) else None
    name = " ".join(word for word in words if word not in _NEW | _OLD)
    for field, known in _WORDS.items():
        if name in known:
            return field, age
    best = max(_WORDS, key=lambda field: _likeness(name, _WORDS[field]))
    return (best if _likeness(name, _WORDS[best]) >= _ALIKE else None), age


def _likeness(name: str, known: Collection[str]) -> float:
    return max((fuzz.ratio(name, word) for word in known if len(word) > _SHORT), default=0)


def field_by_look(values: Sequence[str], taken: Collection[str]) -> str | None:
    """The field that most of *values* look like; None when they look like nothing, or like something *taken*."""
    filled = [value.strip() for value in values if value.strip()]
    if len(filled) < _FEWEST:
        return None
    for field, looks in _LOOKS.items():
        if sum(bool(looks(value)) for value in filled) >= len(filled) * _SHARE:
            return None if field in taken else field
    return None


def looks_like_codes(values: Sequence[str]) -> bool:
    """Whether a column holds a few short words over and over."""
    filled = [value.strip() for value in values if value.strip()]
    distinct = set(filled)
    return (
        len(filled) >= 2 * _FEWEST
        and 1 < len(distinct) <= min(_MOST_CODES, len(filled) // 2)
        and all(len(value) <= _SHORT for value in distinct)
    )


def is_data(cells: Sequence[str]) -> bool:
    """Whether a file's first row is a row of data, not of headings: it names no field and some of it looks like values."""
    if fields_by_name(cells):
        return False
    return any(looks(cell.strip()) for cell in cells for looks in _LOOKS.values() if cell.strip())


def meaning_of(code: str) -> Meaning | None:
    """What a code means that is a word; None for letters and numbers, which only the service can explain."""
    word = " ".join(_NEVER_A_WORD.sub(" ", fold(code)).split())
    return next((meaning for meaning, words in _MEANINGS.items() if word in words), None)


def fixed_places(lines: Sequence[str]) -> dict[str, tuple[int, int]] | None:
    """Columns of lines of one length, parted where nearly every line is blank; None when they are not such lines."""
    width = max((len(line) for line in lines), default=0)
    if len(lines) < _FEWEST or sum(len(line) == width for line in lines) < len(lines) * _SHARE:
        return None
    filled = [sum(line[place : place + 1] not in ("", " ") for line in lines) for place in range(width)]
    begins = [
        place
        for place in range(width)
        if filled[place]
        and (place == 0 or not filled[place - 1])
        # One blank above another may be chance inside an address; two, or most lines going on at once, are a border.
        and (place < _BORDER or not any(filled[place - _BORDER : place]) or filled[place] * 2 > len(lines))
    ]
    if len(begins) < 2:  # noqa: PLR2004 - one column is no table
        return None
    ends = [*begins[1:], width]
    return {
        f"{number}": (first + 1, last)
        for number, (first, last) in enumerate(zip(begins, ends, strict=True), 1)
    }
