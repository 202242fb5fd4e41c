"""Whether an address can be so, and what it probably is. Pure: everything known is handed in.

Only what Posti's files contradict is doubted. Where no file is loaded nothing is claimed, and a street is doubted only
in a postcode whose streets are known. A doubt is a warning to a person, never a correction.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from core.messages import N_, tr
from core.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HOME: Final = "FI"
NORMAL: Final = 1
_STREET: Final = re.compile(r"(.+?)\s+([0-9]{1,5})(?![0-9])")
# A box, or somebody's care: no street to look up.
_NO_STREET: Final = re.compile(r"(pl|pb|po ?box|p\.o\.? ?box|box|poste restante)\b", re.IGNORECASE)
_ALIKE: Final = 0.8


class Postal(Protocol):
    """What an address has, whoever holds it."""

    @property
    def street(self) -> str | None:
        """The street line."""

    @property
    def postcode(self) -> str | None:
        """The postcode."""

    @property
    def town(self) -> str | None:
        """The town."""

    @property
    def country(self) -> str | None:
        """ISO 3166 alpha-2; None is Finland."""


@dataclass(frozen=True, slots=True)
class Place:
    """A postcode: its town in both languages, with Posti's abbreviations, and the municipality's."""

    code: str
    name_fi: str
    name_sv: str
    short_fi: str = ""
    short_sv: str = ""
    kind: int = NORMAL
    municipality_fi: str = ""
    municipality_sv: str = ""

    def named(self, language: str) -> str:
        """The town as Posti writes it, in Finnish unless *language* is ``sv``."""
        return self.name_sv if language == "sv" else self.name_fi

    def answers_to(self, town: str) -> bool:
        """Whether somebody who writes *town* means this postcode's; case and accents are not told apart."""
        names = (self.name_fi, self.name_sv, self.short_fi, self.short_sv)
        others = (self.municipality_fi, self.municipality_sv)
        return _same(town) in {_same(name) for name in (*names, *others) if name}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A street, or some of its numbers, in a postcode. ``parity``: 1 odd, 2 even, 0 any."""

    code: str
    street_fi: str
    street_sv: str
    parity: int = 0
    lowest: int | None = None
    highest: int | None = None

    def covers(self, number: int | None) -> bool:
        """Whether a house of this number stands there; an address without a number is anywhere in the street."""
        if number is None:
            return True
        if self.parity and number % 2 != self.parity % 2:
            return False
        return self.lowest is None or self.lowest <= number <= (self.highest or self.lowest)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of some addresses' postcodes, towns and streets; names that lead somewhere are folded.

    ``codes_loaded``: the postcodes are there at all. A postcode that is not among ``places`` does not exist then.
    """

    codes_loaded: bool = False
    places: Mapping[str, Place] = field(default_factory=dict)
    by_town: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    in_code: Mapping[str, tuple[Stretch, ...]] = field(default_factory=dict)
    by_street: Mapping[str, tuple[Stretch, ...]] = field(default_factory=dict)


NOTHING_KNOWN: Final = Knowledge()


class DoubtKind(StrEnum):
    """What does not go together."""

    UNKNOWN_POSTCODE = "unknown_postcode"
    TOWN_DIFFERS = "town_differs"
    UNKNOWN_STREET = "unknown_street"
    NUMBER_OUTSIDE = "number_outside"


_SENTENCES: Final[Mapping[DoubtKind, str]] = {
    DoubtKind.UNKNOWN_POSTCODE: N_("There is no postcode {postcode}."),
    DoubtKind.TOWN_DIFFERS: N_("The postcode {postcode} is in {expected}, not in {town}."),
    DoubtKind.UNKNOWN_STREET: N_("No street “{street}” is known in {postcode} {expected}."),
    DoubtKind.NUMBER_OUTSIDE: N_("“{street}” does not lie in {postcode} {expected} at that number."),
}


@dataclass(frozen=True, slots=True)
class Likely:
    """What it probably is; a part that stays as it is stands here too."""

    street: str | None
    postcode: str | None
    town: str | None

    def __str__(self) -> str:
        place = " ".join(part for part in (self.postcode, self.town) if part)
        return ", ".join(part for part in (self.street, place) if part)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why an address can hardly be so, and what it probably is, when that can be told."""

    kind: DoubtKind
    street: str
    postcode: str
    town: str
    expected: str = ""
    likely: Likely | None = None

    @property
    def contradicts(self) -> bool:
        """Whether postcode and town cannot both be right; a street may just be newer than the file."""
        return self.kind in {DoubtKind.UNKNOWN_POSTCODE, DoubtKind.TOWN_DIFFERS}

    def sentence(self, language: str) -> str:
        """What is wrong, and the suggestion."""
        said = tr(
            _SENTENCES[self.kind],
            language,
            street=self.street,
            postcode=self.postcode,
            town=self.town,
            expected=self.expected,
        )
        if self.likely is None:
            return said
        return f"{said} {tr(N_('Probably: {address}.'), language, address=str(self.likely))}"


def address_doubt(address: Postal, known: Knowledge) -> Doubt | None:
    """What speaks against *address*; None when nothing does, when it is abroad, or when nothing is known."""
    postcode, town = address.postcode or "", address.town or ""
    if not known.codes_loaded or not postcode or (address.country or HOME) != HOME:
        return None
    place = known.places.get(postcode)
    if place is None:
        return _doubt(DoubtKind.UNKNOWN_POSTCODE, address, likely=_elsewhere(address, known))
    if town and (place.name_fi or place.name_sv) and not place.answers_to(town):
        return _doubt(DoubtKind.TOWN_DIFFERS, address, place, likely=_town_or_code(address, place, known))
    return _street_doubt(address, place, known)


def town_of(postcode: str | None, country: str | None, known: Knowledge, language: str = "fi") -> str | None:
    """The town of a Finnish postcode as Posti writes it; None when it is not known."""
    if (country or HOME) != HOME or not postcode:
        return None
    place = known.places.get(postcode)
    return (place.named(language) or None) if place else None


def street_name(line: str | None) -> tuple[str, int | None]:
    """The folded name and the house number of a street line: ``Leirikaari 24 A 5`` → (leirikaari, 24).

    The name is empty where the line names no street: a post-office box, somebody's care alone.
    """
    last = (line or "").rpartition(",")[2].strip()
    if not last or _NO_STREET.match(last) or last.casefold().startswith("c/o"):
        return "", None
    matched = _STREET.match(last)
    if matched is None:
        return _same(last), None
    return _same(matched[1]), int(matched[2])


def _street_doubt(address: Postal, place: Place, known: Knowledge) -> Doubt | None:
    name, number = street_name(address.street)
    here = known.in_code.get(place.code, ())
    if not name or not here or place.kind != NORMAL:
        return None
    stretches = [stretch for stretch in here if name in _names(stretch)]
    if any(stretch.covers(number) for stretch in stretches):
        return None
    likely = _elsewhere(address, known)
    if stretches:
        return _doubt(DoubtKind.NUMBER_OUTSIDE, address, place, likely=likely)
    return _doubt(
        DoubtKind.UNKNOWN_STREET, address, place, likely=likely or _respelt(address, here, place, name)
    )


def _doubt(kind: DoubtKind, address: Postal, place: Place | None = None, *, likely: Likely | None) -> Doubt:
    expected = place.name_fi if place else ""
    if place and _same(place.name_fi) != _same(place.name_sv):
        expected = f"{place.name_fi} / {place.name_sv}"
    return Doubt(
        kind,
        address.street or "",
        address.postcode or "",
        address.town or "",
        expected=expected,
        likely=likely,
    )


def _town_or_code(address: Postal, place: Place, known: Knowledge) -> Likely:
    """Street and town together may say which postcode; otherwise the postcode says which town."""
    name, number = street_name(address.street)
    here = known.in_code.get(place.code, ())
    confirmed = any(name in _names(stretch) and stretch.covers(number) for stretch in here)
    elsewhere = None if confirmed else _elsewhere(address, known)
    return elsewhere or Likely(address.street, address.postcode, place.name_fi)


def _elsewhere(address: Postal, known: Knowledge) -> Likely | None:
    """The one other postcode of the same town that has this street and number; or the town's only postcode."""
    town, (name, number) = address.town or "", street_name(address.street)
    if not town:
        return None
    found = {
        stretch.code
        for stretch in (known.by_street.get(name, ()) if name else ())
        if stretch.code != address.postcode
        and stretch.covers(number)
        and stretch.code in known.places
        and known.places[stretch.code].answers_to(town)
    }
    if not found and (address.postcode or "") not in known.places:
        found = {place.code for place in known.by_town.get(_same(town), ()) if place.kind == NORMAL}
    return Likely(address.street, found.pop(), town) if len(found) == 1 else None


def _respelt(address: Postal, here: Iterable[Stretch], place: Place, name: str) -> Likely | None:
    """The street of this postcode that is spelt nearly so."""
    spelt = {folded: street for stretch in here for folded, street in _spellings(stretch)}
    nearest = difflib.get_close_matches(name, spelt, n=1, cutoff=_ALIKE)
    if not nearest:
        return None
    line = address.street or ""
    matched = _STREET.match(line)
    street = spelt[nearest[0]] + (line[matched.end(1) :] if matched else "")
    return Likely(street, address.postcode, address.town or place.name_fi)


def _spellings(stretch: Stretch) -> list[tuple[str, str]]:
    return [(_same(name), name) for name in (stretch.street_fi, stretch.street_sv)]


def _names(stretch: Stretch) -> set[str]:
    return {folded for folded, _ in _spellings(stretch)}


def _same(name: str) -> str:
    return " ".join(fold(name).split())
