"""Asiakastieto's answer as a small typed structure.  Errors come with HTTP 200.

A person who is not found in the register of payment defaults is a good result.  Fields that are not known here are
tolerated and, in a company's report, listed as they came: which ones a contract brings is not published.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from integrations.answers import Json, UnreadableAnswer, read_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Refused before anything was looked up.  V01 ("service or connection problem") is not among them: it may have been.
REFUSED: Final = frozenset(
    {"501", "505", "103", "852", "VC6", "VX1", "VA2", "VA3", "VA4", "VA5", "AUTHENTICATION_FAILED"}
)
# Those that correcting the customer's data mends; the others are ours to mend.
FIXABLE: Final = frozenset({"VC6", "VX1"})
ROOTS: Final = {"consumerResponse": "consumer", "companyResponse": "company"}

MAX_TEXT: Final = 2000
MAX_DETAILS: Final = 500
_MAX_COUNT: Final = 1_000_000
_SKIPPED: Final = frozenset({"responseHeader", "errorMessage"})


@dataclass(frozen=True, slots=True)
class Failure:
    """``responseStatus`` 1: the partner's code and words."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class CreditAnswer:
    """What staff read before they decide; nothing here decides (P16).

    ``registered`` False: not found in the register, a good result.  Counts are None where the answer has none.
    ``notes`` are the partner's own texts by field name; ``details`` the leaves of a company's report (path, value).
    """

    kind: Literal["consumer", "company"]
    registered: bool
    payment_defaults: int | None
    entries: int | None
    own_credit_stoppage: str
    text: str
    notes: tuple[tuple[str, str], ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    subject_id: str = ""

    def as_mapping(self) -> Mapping[str, object]:
        """For `Accepted.answer`: plain JSON values; the identity code is not among them."""
        return {
            "kind": self.kind,
            "registered": self.registered,
            "payment_defaults": self.payment_defaults,
            "entries": self.entries,
            "own_credit_stoppage": self.own_credit_stoppage,
            "text": self.text,
            "notes": [list(note) for note in self.notes],
            "details": [list(detail) for detail in self.details],
        }


def read_answer(content: bytes) -> CreditAnswer | Failure:
    """The answer, or the partner's failure.

    Raises:
        UnreadableAnswer: not the documented structure, or status 0 without any information.
    """
    document = read_json(content)
    found = [(ROOTS[name], value) for name, value in document.items() if name in ROOTS and value is not None]
    if len(found) != 1:
        raise UnreadableAnswer("no single response object")
    kind, value = found[0]
    response = _object(value)
    status = _text(_object(response.get("responseHeader")).get("responseStatus"))
    if status == "1":
        error = _object(response.get("errorMessage"))
        return Failure(_text(error.get("errorCode")), _text(error.get("errorText")))
    if status != "0" or response.get("errorMessage") is not None:
        raise UnreadableAnswer("the response status is not documented")
    return _consumer(response) if kind == "consumer" else _company(response)


def _consumer(response: Mapping[str, Json]) -> CreditAnswer:
    person = _optional(response.get("personIdentification"))
    subject_id = _text(person.get("personId"))
    missing = _optional(response.get("noRegisteredMessage"))
    message = _text(missing.get("EIRText")) or _text(missing.get("EIR"))
    data = _optional(response.get("creditInformationData"))
    if bool(message) == bool(data):
        raise UnreadableAnswer("neither information nor the message that there is none, or both")
    if message:
        return CreditAnswer(
            kind="consumer",
            registered=False,
            payment_defaults=0,
            entries=0,
            own_credit_stoppage="",
            text=message,
            subject_id=subject_id,
        )
    summary = _optional(data.get("creditInformationEntrySummary"))
    return CreditAnswer(
        kind="consumer",
        registered=True,
        payment_defaults=_count(data.get("paymentDefaultCount")),
        entries=_count(data.get("creditInformationEntryCount")),
        own_credit_stoppage=_flat(summary.get("ownCreditStoppage")),
        text=_flat(summary.get("text")),
        notes=tuple(
            (name, _flat(summary.get(name)))
            for name in (
                "creditInformationEntries",
                "paymentDefaults",
                "supervision",
                "banOfBusiness",
                "personInCharge",
            )
            if _flat(summary.get(name))
        ),
        subject_id=subject_id,
    )


def _company(response: Mapping[str, Json]) -> CreditAnswer:
    details: list[tuple[str, str]] = []
    for name, value in response.items():
        if name not in _SKIPPED:
            details.extend(_leaves(name, value))
    if not details:
        raise UnreadableAnswer("a report without any information")
    if len(details) > MAX_DETAILS:
        raise UnreadableAnswer("a report with too many fields")
    identified = _optional(response.get("identificationData")) or _optional(
        _optional(response.get("companyData")).get("identificationData")
    )
    return CreditAnswer(
        kind="company",
        registered=True,
        payment_defaults=None,
        entries=None,
        own_credit_stoppage="",
        text="",
        details=tuple(details),
        subject_id=_text(identified.get("businessId")),
    )


def _leaves(path: str, value: Json) -> Iterator[tuple[str, str]]:
    """Every text or number below *value*, with its path; empty ones left out.  Depth is bounded by the reader."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}", inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from _leaves(f"{path}.{number}", inner)
    elif value is not None and value != "":
        yield path[:MAX_TEXT], _text(value)


def _object(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise UnreadableAnswer("an object is missing")
    return value


def _optional(value: Json) -> Mapping[str, Json]:
    return {} if value is None else _object(value)


def _text(value: Json) -> str:
    """A text, number or truth value as text; absent is empty."""
    if value is None:
        return ""
    if isinstance(value, dict | list):
        raise UnreadableAnswer("a value is not a text")
    text = str(value).strip()
    if len(text) > MAX_TEXT:
        raise UnreadableAnswer("a text is too long")
    return text


def _flat(value: Json) -> str:
    """A text, or whatever structure stands in its place, as one line of texts: its shape is not published."""
    if isinstance(value, dict | list):
        line = ", ".join(f"{path.lstrip('.')}: {text}" for path, text in _leaves("", value))
        if len(line) > MAX_TEXT:
            raise UnreadableAnswer("a text is too long")
        return line
    return _text(value)


def _count(value: Json) -> int | None:
    if value is None or value == "":
        return None
    text = str(value) if isinstance(value, int | str | Decimal) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) < len(str(_MAX_COUNT))):
        raise UnreadableAnswer("a count is not a number")
    return int(text)
