"""The letters that there are, and what of a case each needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.messages import N_
from core.rights.types import CaseDecision, CaseKind, Identity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from core.rights.types import Case


class LetterKind(StrEnum):
    """A letter; its value is the name of its template."""

    RECEIPT = "receipt"
    IDENTITY = "identity"
    EXTENSION = "extension"
    ACCESS = "access"
    NOTHING_HELD = "nothing_held"
    PORTABILITY = "portability"
    RECTIFIED = "rectified"
    RECTIFICATION_REFUSED = "rectification_refused"
    ERASED = "erased"
    ERASURE_REFUSED = "erasure_refused"
    ERASURE_POSTPONED = "erasure_postponed"
    RESTRICTED = "restricted"
    RESTRICTION_ENDS = "restriction_ends"
    OBJECTION = "objection"
    BAN = "ban"
    REFUSAL = "refusal"


LETTER_NAMES: Final[Mapping[LetterKind, str]] = MappingProxyType(
    {
        LetterKind.RECEIPT: N_("the request has been received"),
        LetterKind.IDENTITY: N_("who asks has to be known"),
        LetterKind.EXTENSION: N_("more time is needed"),
        LetterKind.ACCESS: N_("cover letter of the person's data"),
        LetterKind.NOTHING_HELD: N_("nothing about the person is in the register"),
        LetterKind.PORTABILITY: N_("cover letter of the data to be moved"),
        LetterKind.RECTIFIED: N_("the data has been rectified"),
        LetterKind.RECTIFICATION_REFUSED: N_("certificate of a refused rectification"),
        LetterKind.ERASED: N_("the data is erased"),
        LetterKind.ERASURE_REFUSED: N_("the data cannot be erased"),
        LetterKind.ERASURE_POSTPONED: N_("the data is erased later"),
        LetterKind.RESTRICTED: N_("processing is restricted, letter"),
        LetterKind.RESTRICTION_ENDS: N_("the restriction is about to be lifted"),
        LetterKind.OBJECTION: N_("decision on an objection"),
        LetterKind.BAN: N_("the ban is in force"),
        LetterKind.REFUSAL: N_("the request cannot be granted"),
    }
)
# These tell what was decided: handing one over answers the case.
ANSWERS: Final = frozenset(LetterKind) - {
    LetterKind.RECEIPT,
    LetterKind.IDENTITY,
    LetterKind.EXTENSION,
    LetterKind.RESTRICTION_ENDS,
}
# What a letter tells of, and is not true without; the names are those of its data.
TELLS_OF: Final[Mapping[LetterKind, str]] = MappingProxyType(
    {
        LetterKind.RECTIFIED: "changed",
        LetterKind.ERASURE_POSTPONED: "holds",
        LetterKind.RESTRICTED: "grounds",
        LetterKind.RESTRICTION_ENDS: "grounds",
        LetterKind.BAN: "bans",
    }
)
# These have to say why; the handler's words, or what was written when it was decided.
NEED_WORDS: Final = frozenset({LetterKind.IDENTITY, LetterKind.EXTENSION, LetterKind.RESTRICTION_ENDS})
_ANSWER: Final[Mapping[CaseKind, LetterKind]] = MappingProxyType(
    {
        CaseKind.ACCESS: LetterKind.ACCESS,
        CaseKind.RECTIFICATION: LetterKind.RECTIFIED,
        CaseKind.ERASURE: LetterKind.ERASED,
        CaseKind.RESTRICTION: LetterKind.RESTRICTED,
        CaseKind.OBJECTION: LetterKind.OBJECTION,
        CaseKind.PORTABILITY: LetterKind.PORTABILITY,
        CaseKind.MARKETING_BAN: LetterKind.BAN,
        CaseKind.PUBLICATION_BAN: LetterKind.BAN,
    }
)
_REFUSED: Final[Mapping[CaseKind, LetterKind]] = MappingProxyType(
    {
        CaseKind.RECTIFICATION: LetterKind.RECTIFICATION_REFUSED,
        CaseKind.ERASURE: LetterKind.ERASURE_REFUSED,
        CaseKind.OBJECTION: LetterKind.OBJECTION,
    }
)


@dataclass(frozen=True, slots=True)
class Also:
    """What the handler adds: words for this letter alone, what is enclosed, and a last day where the letter names one.

    ``words`` are paragraphs with empty lines between them; of a request for identity what is asked for, of an extension
    its reasons.  Without any, a letter that needs them takes what was written in the case when it was done.
    """

    words: str = field(default="", repr=False)
    enclosures: tuple[str, ...] = ()
    until: date | None = None


NOTHING_MORE: Final = Also()


@dataclass(frozen=True, slots=True)
class HandedLetter:
    """A letter in the export folder: ``name`` there, and the number of its transfer.

    ``transfer`` is None where the letter holds nothing of the register's, so that nothing was disclosed.
    """

    case: Case
    kind: LetterKind
    name: str
    transfer: int | None


def answer_of(one: Case) -> LetterKind | None:
    """The letter that answers a decided case; None while nothing is decided."""
    if one.decision is None:
        return None
    if one.decision is CaseDecision.NOTHING_HELD:
        return LetterKind.NOTHING_HELD
    if one.decision is CaseDecision.REFUSED and one.identity is not Identity.CONFIRMED:
        return LetterKind.REFUSAL
    refused = (CaseDecision.REFUSED, CaseDecision.PARTLY)
    if one.decision is CaseDecision.REFUSED or (
        one.kind is CaseKind.RECTIFICATION and one.decision in refused
    ):
        return _REFUSED.get(one.kind, LetterKind.REFUSAL)
    return _ANSWER[one.kind]


def letters_for(one: Case) -> tuple[LetterKind, ...]:
    """The letters that fit a case as it stands, the likeliest first."""
    answer = answer_of(one)
    found: list[LetterKind] = []
    if answer is None:
        unclear = one.identity is not Identity.CONFIRMED
        found = [LetterKind.RECEIPT, *([LetterKind.IDENTITY] if unclear else []), LetterKind.EXTENSION]
    elif answer is LetterKind.ERASED:
        found = [LetterKind.ERASED, LetterKind.ERASURE_POSTPONED]
    else:
        found = [answer]
    restricts = one.kind in (CaseKind.RESTRICTION, CaseKind.OBJECTION, CaseKind.RECTIFICATION)
    if restricts and one.customer_id is not None and one.identity is Identity.CONFIRMED:
        found.append(LetterKind.RESTRICTION_ENDS)
    return tuple(found)
