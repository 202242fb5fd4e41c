"""The format of a submission, and its strict reading.  Nothing here trusts the site: whoever fills in a form wrote it.

The structs are the format: `schema_text` writes them as ``docs/schemas/web-registration-v1.schema.json``.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from core.customers.bans import BanKind
from core.customers.errors import InvalidValue
from core.customers.fields import clean, clean_ip, clean_number
from core.customers.types import VALUE_FIELDS, Kind
from core.customers.web_errors import (
    NobodyNamed,
    NotASubmission,
    SubmittedLater,
    UnknownShape,
    VisitAfterSubmission,
)
from core.customers.web_types import ReadLine, Submission, Visit
from core.errors import Words
from core.messages import N_
from core.text import clean_line, has_forbidden, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

FORMAT: Final = "web-registration/v1"
LINE_LIMIT: Final = 64 * 1024
KEPT: Final = 2_000
_FIRST_YEAR: Final = 2000
_CLOCKS_APART: Final = timedelta(minutes=5)
_QUARANTINE: Final = "quarantine"
_RAW: Final = "line"

_Text: TypeAlias = Annotated[str, Meta(max_length=300)]
_Name: TypeAlias = Annotated[str, Meta(max_length=80)]
_Moment: TypeAlias = Annotated[datetime, Meta(tz=True)]
_Ban: TypeAlias = Literal[
    "publication",
    "direct_advertising",
    "distance_selling",
    "direct_marketing",
    "market_research",
    "opinion_research",
    "register_update",
]


class PersonWire(Struct, forbid_unknown_fields=True, frozen=True):
    """What the person wrote of themselves; an empty text means nothing."""

    first_name: _Name | None = None
    last_name: _Name | None = None
    organisation_name: Annotated[str, Meta(max_length=200)] | None = None
    business_id: Annotated[str, Meta(max_length=20)] | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    phone: Annotated[str, Meta(max_length=40)] | None = None
    www: _Text | None = None
    street: Annotated[str, Meta(max_length=120)] | None = None
    postcode: Annotated[str, Meta(max_length=12)] | None = None
    town: Annotated[str, Meta(max_length=60)] | None = None
    country: Annotated[str, Meta(max_length=2)] | None = None


class VisitWire(Struct, forbid_unknown_fields=True, frozen=True):
    """A page before the submission; its path without query or fragment, which may hold anything."""

    at: _Moment
    page: Annotated[str, Meta(pattern=r"^/[^?#\s]*$", max_length=500)]
    seconds: Annotated[int, Meta(ge=0, le=86_400)]


class SubmissionWire(Struct, forbid_unknown_fields=True, frozen=True):
    """One submission of one form; ``id`` is the site's own and never used again."""

    format: Literal["web-registration/v1"]
    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$")]
    form: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    submitted_at: _Moment
    person: PersonWire
    customer_number: Annotated[str, Meta(max_length=20)] | None = None
    bans: Annotated[tuple[_Ban, ...], Meta(max_length=7)] = ()
    ip: Annotated[str, Meta(max_length=45)] | None = None
    browser: Annotated[str, Meta(max_length=400)] | None = None
    visits: Annotated[tuple[VisitWire, ...], Meta(max_length=200)] = ()


def read_lines(stream: BinaryIO, now: datetime, *, after: int = 0) -> Iterator[ReadLine]:
    """Every line but empty ones, those up to number *after* passed over; bounded memory whatever the file holds."""
    number = 0
    while raw := stream.readline(LINE_LIMIT + 1):
        number += 1
        too_long = len(raw) > LINE_LIMIT
        if too_long and not raw.endswith(b"\n"):
            while (rest := stream.readline(LINE_LIMIT)) and not rest.endswith(b"\n"):
                pass
        if number <= after or not raw.strip(b"\xef\xbb\xbf\r\n\t "):
            continue
        if too_long:
            yield _refused(number, raw, NotASubmission(reason=Words(N_("it is longer than 64 kilobytes"))))
            continue
        yield _line(number, raw, now)


def _line(number: int, raw: bytes, now: datetime) -> ReadLine:
    try:
        return ReadLine(number, understood(raw, now))
    except InvalidValue as error:
        return _refused(number, raw, error)


def _refused(number: int, raw: bytes, error: InvalidValue) -> ReadLine:
    text = raw.decode("utf-8", "replace").strip("\ufeff\r\n")
    return ReadLine(number, error, text if len(raw) <= LINE_LIMIT else shorten(text, KEPT))


def understood(raw: bytes, now: datetime) -> Submission:
    """The submission on one line.

    Raises:
        InvalidValue: it is none, or a value in it is not as it should be; what is wrong, without the value.
    """
    parsed = _parsed(raw)
    if _has_hidden(parsed):
        raise NotASubmission(reason=Words(N_("it holds characters that are not text")))
    try:
        wire = msgspec.convert(parsed, SubmissionWire, strict=True)
    except msgspec.ValidationError as error:
        raise UnknownShape(reason=str(error)) from None
    _check_times(wire, now)
    person = {name: text for name in VALUE_FIELDS if (text := getattr(wire.person, name, None) or "").strip()}
    named = person.get("last_name") or person.get("first_name")
    if not named and not person.get("organisation_name"):
        raise NobodyNamed.of("last_name")
    values = clean({**person, "kind": Kind.PERSON if named else Kind.ORGANISATION})
    return Submission(
        id=wire.id,
        digest=hashlib.sha256(json.dumps(parsed, sort_keys=True).encode()).digest(),
        form=wire.form,
        submitted_at=wire.submitted_at,
        values=values,
        given=frozenset(
            name for name, value in values.as_dict().items() if value is not None and name != "kind"
        ),
        number=clean_number(wire.customer_number) if wire.customer_number else None,
        bans=tuple(dict.fromkeys(BanKind(ban) for ban in wire.bans)),
        ip=clean_ip(wire.ip) if wire.ip else None,
        browser=clean_line(wire.browser) or None if wire.browser else None,
        visits=tuple(Visit(it.at, it.page, it.seconds) for it in wire.visits),
    )


def _parsed(raw: bytes) -> dict[str, Any]:
    """The line's object; one from a quarantine file without what was added to it there."""
    found = _json(raw)
    if set(found) == {_QUARANTINE, _RAW} and isinstance(found[_RAW], str):
        found = _json(found[_RAW].encode("utf-8", "replace"))
    return {name: value for name, value in found.items() if name != _QUARANTINE}


def _json(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(
            raw.decode("utf-8").removeprefix("\ufeff"), object_pairs_hook=_once, parse_constant=_no_number
        )
    except UnicodeDecodeError:
        raise NotASubmission(reason=Words(N_("it is not UTF-8"))) from None
    except RecursionError:
        raise NotASubmission(reason=Words(N_("it is nested too deeply"))) from None
    except ValueError:
        raise NotASubmission(reason=Words(N_("it is not JSON"))) from None
    if not isinstance(found, dict):
        raise NotASubmission(reason=Words(N_("it is not a JSON object")))
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are different: two readers could otherwise read two things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotASubmission(reason=Words(N_("a name stands in it twice")))
    return found


def _no_number(_text: str) -> None:
    raise NotASubmission(reason=Words(N_("it holds a number that is none")))


def _has_hidden(value: Any) -> bool:
    """Whether any text holds control characters, direction overrides or halves of characters."""
    if isinstance(value, str):
        # U+FFFD stands where something could not be read: in the place of a letter it is a lost one.
        return has_forbidden(value) or any(char in value for char in "\n\r\x0b\x0c\x85\u2028\u2029\ufffd")
    if isinstance(value, dict):
        return any(_has_hidden(name) or _has_hidden(member) for name, member in value.items())
    return isinstance(value, list) and any(_has_hidden(member) for member in value)


def _check_times(wire: SubmissionWire, now: datetime) -> None:
    if any(at.year < _FIRST_YEAR for at in (wire.submitted_at, *(visit.at for visit in wire.visits))):
        raise NotASubmission(reason=Words(N_("a moment in it is long before there was a site")))
    if wire.submitted_at > now + _CLOCKS_APART:
        raise SubmittedLater.of("submitted_at")
    if any(visit.at > wire.submitted_at for visit in wire.visits):
        raise VisitAfterSubmission.of("visits")


def quarantined(line: ReadLine, sentence: str) -> str:
    """A refused line as the quarantine file has it: with its row and reason, to be corrected and loaded as it is."""
    note = {"row": line.number, "reason": sentence}
    try:
        found = _parsed(line.text.encode("utf-8", "replace"))
    except NotASubmission:
        found = {_RAW: line.text}
    return json.dumps({_QUARANTINE: note, **found}, ensure_ascii=True)


def schema_text() -> str:
    """The published file, ``docs/schemas/web-registration-v1.schema.json``."""
    described: dict[str, Any] = msgspec.json.schema(SubmissionWire)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of a file of web registrations",
    }
    return json.dumps(head | described, indent=2, sort_keys=True) + "\n"
