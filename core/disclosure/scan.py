"""The canary scan: no value that may not leave occurs in the bytes that would.

It guards against an adapter (or a template, or a later change) that gets hold of more than it was given.  Values are
sought as they stand and inside percent, HTML, JSON and base64 encodings, in UTF-8 and Latin-1.  It cannot find a value
that was hashed or encrypted, nor one shorter than `SHORTEST`, which would be found by chance.
"""

from __future__ import annotations

import binascii
import html
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from core.disclosure.exits import FieldValue

SHORTEST: Final = 5
# A run of digits this short is sought as a whole number, or a postcode would be found inside any reference.
_SHORT_NUMBER: Final = 8
_BASE64_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_JSON_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_SPACES: Final = re.compile(r"\s+")
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def texts_of(value: FieldValue) -> Iterator[str]:
    """Every text in a field's value."""
    if isinstance(value, str):
        yield value
    else:
        for line in value:
            yield from line.values()


class Canaries:
    """The values that may not leave in one transfer, made ready to be sought in any number of payloads.

    A value that is also permitted, or part of a permitted one, is not held against the bytes.
    """

    def __init__(self, forbidden: Iterable[tuple[str, FieldValue]], permitted: Iterable[FieldValue]) -> None:
        self._allowed = "\n".join(_folded(text) for value in permitted for text in texts_of(value))
        self._needles: dict[str, dict[str, str]] = {}
        for field, value in forbidden:
            for text in texts_of(value):
                for needle in _spellings(field, _folded(text)):
                    if len(needle) >= SHORTEST:
                        self._needles.setdefault(needle[:SHORTEST], {})[needle] = field

    def found_in(self, content: bytes) -> frozenset[str]:
        """The names of the fields whose forbidden values occur in *content*."""
        if not self._needles:
            return frozenset()
        found = {hit for view in _views(content) for hit in _found(_folded(view), self._needles)}
        return frozenset(field for needle, field in found if needle not in self._allowed)


def _found(text: str, needles: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    # One pass whatever the number of needles: their first characters are looked up at each place.
    for place in range(len(text) - SHORTEST + 1):
        for needle, field in needles.get(text[place : place + SHORTEST], _NOTHING).items():
            if text.startswith(needle, place) and _stands_alone(text, place, needle):
                yield needle, field


def _stands_alone(text: str, place: int, needle: str) -> bool:
    if not needle.isdigit() or len(needle) >= _SHORT_NUMBER:
        return True
    after = text[place + len(needle) : place + len(needle) + 1]
    return not text[max(place - 1, 0) : place].isdigit() and not after.isdigit()


def _folded(text: str) -> str:
    return _SPACES.sub(" ", text).casefold()


def _spellings(field: str, text: str) -> Iterator[str]:
    yield text
    if field == "phone" and text.startswith("+358"):
        yield text[1:]
        yield "0" + text[4:]
    elif field == "bank.iban":
        yield " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _decoded(content: bytes) -> Iterator[str]:
    yield content.decode("utf-8", errors="replace")
    if not content.isascii():
        # The other charset that partners use; ISO-8859-15 differs from it in the euro sign and letters no name has.
        yield content.decode("latin-1")


def _views(content: bytes) -> Iterator[str]:
    for text in _decoded(content):
        yield text
        if "&" in text:
            yield html.unescape(text)
        if "\\u" in text:
            yield _JSON_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        if "%" in text:
            yield from _decoded(unquote_to_bytes(text.replace("+", " ")))
        for run in _BASE64_RUN.findall(text):
            yield from _base64_views(run)


def _base64_views(run: str) -> Iterator[str]:
    standard = run.replace("-", "+").replace("_", "/")
    for start in range(4):
        part = standard[start:]
        if len(part) % 4 == 1:
            part = part[:-1]
        yield from _decoded(binascii.a2b_base64(part + "=" * (-len(part) % 4)))
