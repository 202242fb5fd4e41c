"""The canary scan: no value that may not leave occurs in the bytes that would.

It guards against an adapter (or a template, or a later change) that gets hold of more than it was given.  Values are
sought as they stand and inside percent, HTML, JSON and base64 encodings, in UTF-8 and Latin-1.  It cannot find a value
that was hashed or encrypted, nor one shorter than `SHORTEST`, which would be found by chance.
"""

from __future__ import annotations

import binascii
import html
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from core.disclosure.exits import FieldValue

SHORTEST: Final = 5
# A run of digits this short is sought as a whole number, or a postcode would be found inside any reference.
_SHORT_NUMBER: Final = 8
_BASE64_RUN: Final = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
# A character of base64 to the one that has its last four, or two, bits cleared.
_CLEAR_4: Final = bytes.maketrans(_BASE64 + b"-_", bytes(_BASE64[at & 0x30] for at in (*range(64), 62, 63)))
_CLEAR_2: Final = bytes.maketrans(_BASE64 + b"-_", bytes(_BASE64[at & 0x3C] for at in (*range(64), 62, 63)))
# Decodes to NULs.
_SEPARATOR: Final = b"AAAA"
_AT_ONCE: Final = 4_000_000
_JSON_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_SPACES: Final = re.compile(r"\s+")


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
        self._permitted = permitted
        self._allowed: str | None = None
        self._needles: dict[str, str] = {}
        for field, value in forbidden:
            for text in texts_of(value):
                for needle in _spellings(field, _folded(text)):
                    if len(needle) >= SHORTEST:
                        self._needles[needle] = field
        # How long the needles are that begin with these characters.
        self._lengths: dict[str, set[int]] = {}
        for needle in self._needles:
            self._lengths.setdefault(needle[:SHORTEST], set()).add(len(needle))
        alphabet = set().union(*self._needles) if self._needles else set[str]()
        # A needle stands within a run of characters that occur in needles (a digit beside a number counts with it).
        self._run = re.compile(rf"[\d{re.escape(''.join(sorted(alphabet)))}]{{{SHORTEST},}}")

    def found_in(self, *contents: bytes) -> frozenset[str]:
        """The names of the fields whose forbidden values occur in any of *contents*."""
        if not self._needles:
            return frozenset()
        found = {needle for some in _together(contents) for needle in self._hits(some)}
        return frozenset(self._needles[needle] for needle in found if not self._is_allowed(needle))

    def _is_allowed(self, needle: str) -> bool:
        if self._allowed is None:
            self._allowed = "\n".join(_folded(text) for value in self._permitted for text in texts_of(value))
        return needle in self._allowed

    def _hits(self, content: bytes) -> Iterator[str]:
        # Whatever stands in many payloads, as their keys and most of their words do, is looked at once.
        runs: set[str] = set()
        for view in _views(content):
            runs.update(self._run.findall(_folded(view)))
        for run in runs:
            for place in range(len(run) - SHORTEST + 1):
                for length in self._lengths.get(run[place : place + SHORTEST], ()):
                    needle = run[place : place + length]
                    if needle in self._needles and _stands_alone(run, place, needle):
                        yield needle


def _together(contents: Iterable[bytes]) -> Iterator[bytes]:
    """Many small payloads as few large ones: nothing is found across a NUL, which no value holds."""
    some: list[bytes] = []
    size = 0
    for content in contents:
        some.append(content)
        size += len(content)
        if size > _AT_ONCE:
            yield b"\0".join(some)
            some, size = [], 0
    yield b"\0".join(some)


def _stands_alone(text: str, place: int, needle: str) -> bool:
    if not needle.isdigit() or len(needle) >= _SHORT_NUMBER:
        return True
    after = text[place + len(needle) : place + len(needle) + 1]
    return not text[max(place - 1, 0) : place].isdigit() and not after.isdigit()


def _folded(text: str) -> str:
    plain = text.isprintable() and "  " not in text
    return (text if plain else _SPACES.sub(" ", text)).casefold()


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
    for decoded in _base64_views(set(_BASE64_RUN.findall(content))):
        yield from _decoded(decoded)


def _base64_views(runs: Collection[bytes]) -> Iterator[bytes]:
    """What the runs decode to from each of their first four characters on, all of them at once, NULs in between."""
    of_rest: dict[int, list[bytes]] = {}
    for run in runs:
        of_rest.setdefault(len(run) % 4, []).append(run)
    for start in range(4):
        groups = [_SEPARATOR.join(_quads(some, start, (rest - start) % 4)) for rest, some in of_rest.items()]
        yield binascii.a2b_base64(_SEPARATOR.join(groups).translate(_STANDARD))


def _quads(runs: Sequence[bytes], start: int, left: int) -> Sequence[bytes]:
    """The runs from *start* on in whole fours; *left* characters are left over in each, whose spare bits are cleared."""
    if left == 0:
        return [run[start:] for run in runs]
    if left == 1:
        return [run[start:-1] for run in runs]
    clear, filled = (_CLEAR_4, b"AA") if left == 2 else (_CLEAR_2, b"A")  # noqa: PLR2004 - of a four, two
    return [run[start:-1] + run[-1:].translate(clear) + filled for run in runs]
