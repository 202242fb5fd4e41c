"""Why a row is thought to mean a customer, kept as data without any personal value, and told in words.

::

    {"candidates": [{"customer": 7, "grade": 97, "parts": [["flat", "not_given", 60], …], "swapped": true}, …], "bearers": 12}

Of a customer with a protected address nothing is told about the address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from core.messages import N_, tr
from core.updates.likeness import Part, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from core.updates.likeness import Likeness

PART_NAMES: Final[Mapping[Part, str]] = {
    Part.LAST_NAME: N_("last name"),
    Part.FIRST_NAME: N_("first name"),
    Part.ORGANISATION: N_("organisation"),
    Part.STREET: N_("street"),
    Part.HOUSE: N_("house number"),
    Part.FLAT: N_("flat"),
    Part.POSTCODE: N_("postcode"),
    Part.TOWN: N_("town"),
}
_ADDRESS: Final = frozenset({Part.STREET, Part.HOUSE, Part.FLAT, Part.POSTCODE, Part.TOWN})


def explanation_of(candidates: Sequence[tuple[int, Likeness, bool]], *, bearers: int) -> Mapping[str, object]:
    """The explanation, kept with the row: each candidate's id, likeness, and whether its address is protected."""
    told: list[dict[str, object]] = []
    for customer_id, likeness, protected in candidates:
        one: dict[str, object] = {
            "customer": customer_id,
            "grade": likeness.grade,
            "parts": [
                [compared.part, compared.verdict, compared.alike]
                for compared in likeness.parts
                if not (protected and compared.part in _ADDRESS)
            ],
        }
        if likeness.swapped:
            one["swapped"] = True
        if protected:
            one["protected"] = True
        told.append(one)
    return {"candidates": told, "bearers": bearers}


def candidates_in(explanation: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The candidates that an explanation names, the best first."""
    return list((explanation or {}).get("candidates", ()))


def in_words(explanation: Mapping[str, Any] | None, customer_id: int | None, language: str) -> list[str]:
    """Why *customer_id* (None: the best candidate) is thought to be meant, a sentence a line; none for a key."""
    candidates = candidates_in(explanation)
    chosen = next((one for one in candidates if one["customer"] == customer_id), None)
    if chosen is None and candidates and customer_id is None:
        chosen = candidates[0]
    if chosen is None or "parts" not in chosen:
        return []
    words = list(_parts(chosen, language))
    bearers = (explanation or {}).get("bearers", 0)
    if bearers > 1 and chosen is candidates[0]:
        words.append(tr(N_("{count} customers bear this name"), language, count=bearers))
    return words


def _parts(candidate: Mapping[str, Any], language: str) -> Iterator[str]:
    by_verdict: dict[Verdict, list[str]] = {verdict: [] for verdict in Verdict}
    for name, verdict, alike in candidate["parts"]:
        word = tr(PART_NAMES[Part(name)], language)
        shown = f"{word} ({alike} %)" if Verdict(verdict) is Verdict.ALIKE else word
        by_verdict[Verdict(verdict)].append(shown)
    for verdict, sentence in _SENTENCES.items():
        if by_verdict[verdict]:
            yield tr(sentence, language, parts=", ".join(by_verdict[verdict]))
    if candidate.get("swapped"):
        yield tr(N_("first and last name stand in each other's place"), language)
    if candidate.get("protected"):
        yield tr(N_("the address is protected and was not shown"), language)


_SENTENCES: Final[Mapping[Verdict, str]] = {
    Verdict.SAME: N_("the same: {parts}"),
    Verdict.ALIKE: N_("nearly the same: {parts}"),
    Verdict.DIFFERENT: N_("different: {parts}"),
    Verdict.NOT_GIVEN: N_("not in the file: {parts}"),
    Verdict.NOT_KNOWN: N_("not in the register: {parts}"),
}
