"""How alike a row of an answer and a customer are: each part compared, a grade of 0 to 100, and why.  Pure.

The grade is the weighted mean of the parts that at least one side knows, held down by what a mean would hide: a person
of another first name at the same address is a relative, not a slip of the pen, however well all the rest agrees.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_sort_ratio

from core.updates.traits import STREET_ENDINGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.updates.traits import Traits


class Part(StrEnum):
    """What is compared."""

    LAST_NAME = "last_name"
    FIRST_NAME = "first_name"
    ORGANISATION = "organisation"
    STREET = "street"
    HOUSE = "house"
    FLAT = "flat"
    POSTCODE = "postcode"
    TOWN = "town"


class Verdict(StrEnum):
    """How a part came out.  *not_given*: the row doesn't have it; *not_known*: the register doesn't."""

    SAME = "same"
    ALIKE = "alike"
    DIFFERENT = "different"
    NOT_GIVEN = "not_given"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Compared:
    """One part: how it came out, and how alike the two are, 0 to 100."""

    part: Part
    verdict: Verdict
    alike: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """The grade, 0 to 100, and the parts that both or one of the two have.

    `swapped`: the first and the last name stand in each other's place.
    """

    grade: int
    parts: tuple[Compared, ...]
    swapped: bool = False

    def verdict(self, part: Part) -> Verdict | None:
        """How *part* came out; None when neither has it."""
        return next((one.verdict for one in self.parts if one.part is part), None)


WEIGHTS: Final[Mapping[Part, int]] = {
    Part.LAST_NAME: 25,
    Part.FIRST_NAME: 25,
    Part.ORGANISATION: 50,
    Part.STREET: 20,
    Part.HOUSE: 10,
    Part.FLAT: 8,
    Part.POSTCODE: 8,
    Part.TOWN: 4,
}
# How much a part that only one side knows speaks for the two being one: a flat is often left out, a house seldom.
_ONE_SIDED: Final[Mapping[Part, int]] = {Part.FLAT: 60, Part.TOWN: 100, Part.POSTCODE: 60}
# Two street names or last names that differ by more than this are two, not one misspelt.
_ALIKE: Final = 75
_LONG_ENOUGH: Final = 5
_SLIPS: Final = 2
# Whoever differs in this way needs a person's eye, however well all the rest agrees.
EYE: Final = 94
_RELATIVE: Final = 75
_OTHER_LAST_NAME: Final = 80
_NEIGHBOUR: Final = 88
_ELSEWHERE: Final = 65


def compare(wanted: Traits, known: Traits) -> Likeness:
    """How alike the row *wanted* and the customer *known* are."""
    address = _address(wanted, known)
    if wanted.organisation or known.organisation:
        return _graded([_organisation(wanted, known), *address], swapped=False)
    names, swapped = _best_names(wanted, known)
    return _graded([*names, *address], swapped=swapped)


def plausible(wanted: Traits, known: Traits) -> bool:
    """Whether it is worth comparing them: cheap, since most who live on a street or share a first name are nobody.

    Somebody of another last name altogether may still be the same person who has married, in the same house.
    """
    if wanted.organisation or known.organisation or not (wanted.last and known.last):
        return True
    if wanted.last == known.last or wanted.last in known.first or known.last in wanted.first:
        return True
    if OSA.distance(wanted.last, known.last, score_cutoff=_SLIPS) <= _SLIPS:
        return True
    if len(wanted.last_parts) + len(known.last_parts) > len((wanted, known)):
        return not {*wanted.last_parts, *wanted.first}.isdisjoint((*known.last_parts, *known.first))
    return wanted.house == known.house and not set(wanted.first).isdisjoint(known.first)


def _best_names(wanted: Traits, known: Traits) -> tuple[list[Compared], bool]:
    """The names compared as they agree best, and whether that is with the first and the last name swapped."""
    straight = _names(wanted, known)
    if all(one.verdict is Verdict.SAME for one in straight):
        return straight, False
    if wanted.first and wanted.last and known.first and known.last:
        turned = [_names(_turned(wanted), known), _names(wanted, _turned(known))]
    elif wanted.first and wanted.last:
        turned = [_names(wanted, reading) for reading in _in_one_field(known)]
    elif known.first and known.last:
        turned = [_names(reading, known) for reading in _in_one_field(wanted)]
    else:
        turned = []
    best = max([straight, *turned], key=_agreement)
    if _agreement(best)[0] == _agreement(straight)[0]:
        return straight, False
    return best, bool(wanted.first and known.first)


def _agreement(names: Sequence[Compared]) -> tuple[int, list[tuple[int, str]]]:
    """How well names agree; between two ways that agree as well, the same one whoever is compared with whom."""
    return sum(one.alike for one in names), [(one.alike, one.verdict) for one in names]


def _turned(one: Traits) -> Traits:
    """Somebody whose first and last name stand in each other's place."""
    return replace(one, first=one.last_parts, last="".join(one.first), last_parts=tuple(one.first))


def _in_one_field(one: Traits) -> list[Traits]:
    """The ways to read a whole name that stands where the last name belongs."""
    if one.first or not one.last_parts[1:]:
        return []
    first, *middle, last = one.last_parts
    return [
        replace(one, last=first, last_parts=(first,), first=(*middle, last)),
        replace(one, last=last, last_parts=(last,), first=(first, *middle)),
    ]


def _names(wanted: Traits, known: Traits) -> list[Compared]:
    return [
        _last_name(wanted, known),
        _both(Part.FIRST_NAME, wanted.first, known.first)
        or Compared(Part.FIRST_NAME, *_first_names(wanted.first, known.first)),
    ]


def _both(part: Part, wanted: object, known: object) -> Compared | None:
    """The part when one side has nothing to compare."""
    if wanted and known:
        return None
    alike = _ONE_SIDED.get(part, 0)
    return Compared(part, Verdict.NOT_KNOWN if wanted else Verdict.NOT_GIVEN, alike)


def _last_name(wanted: Traits, known: Traits) -> Compared:
    missing = _both(Part.LAST_NAME, wanted.last, known.last)
    if missing:
        return missing
    if wanted.last == known.last:
        return Compared(Part.LAST_NAME, Verdict.SAME, 100)
    if set(wanted.last_parts) & set(known.last_parts):
        # One half of a double name.
        return Compared(Part.LAST_NAME, Verdict.ALIKE, _ALIKE)
    return _spelt(Part.LAST_NAME, wanted.last, known.last)


def _spelt(part: Part, wanted: str, known: str) -> Compared:
    """Two spellings: alike when little of the longer would have to be changed."""
    slips = OSA.distance(wanted, known)
    longer = max(len(wanted), len(known))
    alike = round(100 * (1 - slips / longer))
    one_slip = slips == 1 and longer >= _LONG_ENOUGH
    return Compared(part, Verdict.ALIKE if alike >= _ALIKE or one_slip else Verdict.DIFFERENT, alike)


def _first_names(wanted: Sequence[str], known: Sequence[str]) -> tuple[Verdict, int]:
    """First names: the first of them is the name; the rest may be left out, but not contradict each other."""
    shorter, longer = sorted((tuple(wanted), tuple(known)), key=lambda names: (len(names), names))
    if shorter == longer or "".join(shorter) == "".join(longer):
        return Verdict.SAME, 100
    if longer[: len(shorter)] == shorter:
        return Verdict.SAME, 96
    if set(shorter) <= set(longer):
        # Called by another than the first name: perhaps, or a son who bears his father's as his second.
        return Verdict.ALIKE, 80
    if all(_initial(one, other) for one, other in zip(shorter, longer, strict=False)):
        return Verdict.ALIKE, 70
    alike = _spelt(Part.FIRST_NAME, " ".join(wanted), " ".join(known))
    return alike.verdict, alike.alike


def _initial(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


def _organisation(wanted: Traits, known: Traits) -> Compared:
    missing = _both(Part.ORGANISATION, wanted.organisation, known.organisation)
    if missing:
        return missing
    other_form = bool(wanted.forms and known.forms and wanted.forms != known.forms)
    if wanted.organisation == known.organisation and not other_form:
        return Compared(Part.ORGANISATION, Verdict.SAME, 100)
    alike = round(token_sort_ratio(" ".join(wanted.organisation), " ".join(known.organisation)))
    if other_form:
        # Oy and Tmi of one name are two enterprises.
        return Compared(Part.ORGANISATION, Verdict.DIFFERENT, min(alike, _ALIKE))
    return Compared(
        Part.ORGANISATION, Verdict.ALIKE if alike >= _ALIKE else Verdict.DIFFERENT, min(alike, 99)
    )


def _address(wanted: Traits, known: Traits) -> list[Compared]:
    parts = [_street(wanted.street, known.street)] if wanted.street or known.street else []
    if wanted.house or known.house:
        parts.append(_house(wanted.house, known.house))
    if wanted.flat or known.flat:
        parts.append(_flat(wanted.flat, known.flat))
    if wanted.postcode or known.postcode:
        parts.append(
            _both(Part.POSTCODE, wanted.postcode, known.postcode)
            or _postcode(wanted.postcode, known.postcode)
        )
    if wanted.town or known.town:
        parts.append(
            _both(Part.TOWN, wanted.town, known.town)
            or (
                Compared(Part.TOWN, Verdict.SAME, 100)
                if wanted.town == known.town
                else _spelt(Part.TOWN, wanted.town, known.town)
            )
        )
    return parts


def _street(wanted: Sequence[str], known: Sequence[str]) -> Compared:
    missing = _both(Part.STREET, wanted, known)
    if missing:
        return missing
    bare = ["".join(words).replace(".", "") for words in (wanted, known)]
    if bare[0] == bare[1]:
        return Compared(Part.STREET, Verdict.SAME, 100)
    if len(wanted) == len(known) and all(
        _abbreviates(one, other) or _abbreviates(other, one) for one, other in zip(wanted, known, strict=True)
    ):
        return Compared(Part.STREET, Verdict.ALIKE, 95)
    return _spelt(Part.STREET, *bare)


def _abbreviates(short: str, word: str) -> bool:
    """Whether *short* is *word* or a common way to write it shorter: ``koivuk.``, ``koivuk``, ``it.``."""
    stem = short.removesuffix(".")
    if stem == word.removesuffix("."):
        return True
    if not stem or not word.startswith(stem):
        return False
    ending = next((ending for ending in STREET_ENDINGS if word.endswith(ending)), "")
    return short.endswith(".") or (bool(ending) and len(word) - len(ending) < len(stem))


def _house(wanted: str, known: str) -> Compared:
    missing = _both(Part.HOUSE, wanted, known)
    if missing:
        return missing
    if wanted == known:
        return Compared(Part.HOUSE, Verdict.SAME, 100)
    # 12 and 12-14: one building with two numbers.
    if set(wanted.split("-")) & set(known.split("-")):
        return Compared(Part.HOUSE, Verdict.ALIKE, 90)
    return Compared(Part.HOUSE, Verdict.DIFFERENT, 0)


def _flat(wanted: Sequence[str], known: Sequence[str]) -> Compared:
    missing = _both(Part.FLAT, wanted, known)
    if missing:
        return missing
    if tuple(wanted) == tuple(known):
        return Compared(Part.FLAT, Verdict.SAME, 100)
    shorter, longer = sorted((list(wanted), list(known)), key=len)
    # A 5 and 5, A 5 and A: less is said, nothing else.
    if shorter in (longer[: len(shorter)], longer[len(longer) - len(shorter) :]):
        return Compared(Part.FLAT, Verdict.ALIKE, 80)
    return Compared(Part.FLAT, Verdict.DIFFERENT, 0)


def _postcode(wanted: str, known: str) -> Compared:
    if wanted == known:
        return Compared(Part.POSTCODE, Verdict.SAME, 100)
    slip = OSA.distance(wanted, known) == 1
    return Compared(Part.POSTCODE, Verdict.ALIKE if slip else Verdict.DIFFERENT, 50 if slip else 0)


def _graded(parts: list[Compared], *, swapped: bool) -> Likeness:
    weight = sum(WEIGHTS[one.part] for one in parts)
    mean = round(sum(WEIGHTS[one.part] * one.alike for one in parts) / weight) if weight else 0
    verdicts = {one.part: one.verdict for one in parts}
    ceilings = [_CEILINGS.get(part, {}).get(verdict, 100) for part, verdict in verdicts.items()]
    if swapped or _unsure(verdicts):
        ceilings.append(EYE)
    if Part.STREET not in verdicts:
        ceilings.append(_ELSEWHERE)
    return Likeness(min(mean, *ceilings), tuple(parts), swapped)


_ADDRESS: Final = (Part.STREET, Part.HOUSE, Part.FLAT, Part.POSTCODE)


def _unsure(verdicts: Mapping[Part, Verdict]) -> bool:
    """Whether two parts are not quite the same that would each be let pass alone."""
    misspelt = verdicts.get(Part.LAST_NAME) is Verdict.ALIKE
    if misspelt and any(verdicts.get(part) not in {None, Verdict.SAME} for part in _ADDRESS):
        return True
    # One digit of the postcode may be wrong where the town says the same.
    other_postcode = verdicts.get(Part.POSTCODE) is Verdict.ALIKE
    return other_postcode and verdicts.get(Part.TOWN) is not Verdict.SAME


_CEILINGS: Final[Mapping[Part, Mapping[Verdict, int]]] = {
    Part.LAST_NAME: {
        Verdict.DIFFERENT: _OTHER_LAST_NAME,
        Verdict.NOT_GIVEN: _OTHER_LAST_NAME,
        Verdict.NOT_KNOWN: _OTHER_LAST_NAME,
    },
    Part.FIRST_NAME: {
        Verdict.ALIKE: EYE,
        Verdict.DIFFERENT: _RELATIVE,
        Verdict.NOT_GIVEN: _RELATIVE,
        Verdict.NOT_KNOWN: _RELATIVE,
    },
    Part.ORGANISATION: {
        Verdict.ALIKE: EYE,
        Verdict.DIFFERENT: _RELATIVE,
        Verdict.NOT_GIVEN: _ELSEWHERE,
        Verdict.NOT_KNOWN: _ELSEWHERE,
    },
    Part.STREET: {
        Verdict.DIFFERENT: _ELSEWHERE,
        Verdict.NOT_GIVEN: _ELSEWHERE,
        Verdict.NOT_KNOWN: _ELSEWHERE,
    },
    Part.HOUSE: {Verdict.DIFFERENT: _NEIGHBOUR, Verdict.NOT_GIVEN: _NEIGHBOUR, Verdict.NOT_KNOWN: _NEIGHBOUR},
    Part.FLAT: {Verdict.DIFFERENT: _NEIGHBOUR},
    Part.POSTCODE: {Verdict.DIFFERENT: _NEIGHBOUR},
}
