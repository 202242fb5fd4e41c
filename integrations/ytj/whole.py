"""The daily file of all companies: a ZIP that holds one JSON array of them, read as a stream in constant memory.

The array's elements are told apart by their brackets and read one by one, so that nobody has to hold half a million
companies, and a company that is not ours costs no more than finding its end. What is read strictly is only what may be
used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final

from core.updates.companies import Told
from integrations.answers import UnreadableAnswer, read_json
from integrations.ytj.company import company_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from core.updates.companies import CompanyRecord

# Unpacked, with room for years to come.
MAX_FILE: Final = 20_000_000_000
MAX_COMPANY: Final = 2_000_000
_CHUNK: Final = 1 << 20
_DEPTH: Final = 100
_AT_ONCE: Final = 2_000
# Everything up to the next bracket, strings whole.  No two branches begin with the same byte, so that a hostile file
# costs no more than its length.
_PLAIN: Final = re.compile(rb'[^"\[\]{}]*(?:"[^"\\]*(?:\\.[^"\\]*)*"[^"\[\]{}]*)*', re.DOTALL)
_ID: Final = re.compile(rb'"businessId"\s*:\s*\{\s*"value"\s*:\s*"([0-9]{7}-[0-9])"')
_STEPS: Final = {**dict.fromkeys(b"[{", 1), **dict.fromkeys(b"]}", -1)}
_SPACE: Final = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Element:
    """One company of the file, not yet read: its place from 1, its bytes, and how many bytes end with it."""

    number: int
    content: bytes
    read_so_far: int

    @property
    def business_id(self) -> str | None:
        """Its id as far as it is seen without reading; None is only "not seen", and the company must be read."""
        matched = _ID.search(self.content)
        return matched[1].decode("ascii") if matched else None

    def read(self, language: str) -> CompanyRecord:
        """The company.

        Raises:
            UnreadableAnswer: it is not as YTJ's documents have it.
        """
        return company_of(read_json(self.content, max_bytes=MAX_COMPANY), language)


def elements(stream: BinaryIO) -> Iterator[Element]:
    """The companies of the array in *stream*, or of ``{"companies": [...]}``, in order.

    Raises:
        UnreadableAnswer: it is not such a file, or ends in the middle; those before were whole.
    """
    buffer = _Buffer(stream)
    buffer.find_array()
    number = 0
    while buffer.next_element():
        number += 1
        yield Element(number, buffer.take_element(), buffer.consumed)
    # To the very end, where a packed file's own check sum stands.
    while stream.read(_CHUNK):
        pass


class _Buffer:
    """What has been read and not yet given out; at most one company and a chunk."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._held = b""
        self._at = 0
        self._dropped = 0

    @property
    def consumed(self) -> int:
        """How many bytes have been given out or passed over."""
        return self._dropped + self._at

    def find_array(self) -> None:
        """Move behind the bracket that opens the array."""
        self._skip(b"\xef\xbb\xbf")
        if self._peek() == b"{":
            # As the answer to a question has it; whatever else comes before the array is not ours.
            self._skip(b'{"companies":totalResults,0123456789')
        if self._peek() != b"[":
            raise UnreadableAnswer("no array of companies")
        self._at += 1

    def next_element(self) -> bool:
        """Move to the next company; False at the array's end."""
        self._skip(b",")
        first = self._peek()
        if first == b"]":
            return False
        if first != b"{":
            raise UnreadableAnswer("it ends in the middle" if not first else "something else than a company")
        return True

    def take_element(self) -> bytes:
        """The company that begins here, whole."""
        while True:
            end = self._end_of_element()
            if end is not None:
                content = self._held[self._at : end]
                self._at = end
                return content
            if len(self._held) - self._at > MAX_COMPANY:
                raise UnreadableAnswer("a company is too large")
            if not self._more():
                raise UnreadableAnswer("it ends in the middle")

    def _end_of_element(self) -> int | None:
        """Where the value that begins here ends; None when that has not been read yet."""
        depth, at, held = 0, self._at, self._held
        while True:
            matched = _PLAIN.match(held, at)
            assert matched is not None, "it matches nothing at least"
            at = matched.end()
            step = _STEPS.get(held[at]) if at < len(held) else None
            if step is None:
                # The end of what is held, or a string that goes on beyond it.
                return None
            depth, at = depth + step, at + 1
            if depth == 0:
                return at
            if depth > _DEPTH:
                raise UnreadableAnswer("nested too deep")

    def _skip(self, what: bytes) -> None:
        """Move over white space and any bytes of *what*."""
        skipped = frozenset(what + _SPACE)
        while True:
            while self._at < len(self._held):
                if self._held[self._at] not in skipped:
                    return
                self._at += 1
            if not self._more():
                return

    def _peek(self) -> bytes:
        if self._at >= len(self._held) and not self._more():
            return b""
        return self._held[self._at : self._at + 1]

    def _more(self) -> bool:
        read = self._stream.read(_CHUNK)
        self._dropped += self._at
        self._held = self._held[self._at :] + read
        self._at = 0
        return bool(read)


def told_from(
    stream: BinaryIO, ours: Callable[[Sequence[str]], Collection[str]], language: str
) -> Iterator[tuple[int, Sequence[Told]]]:
    """What the file tells of companies that are *ours*, some thousand at a time, each with the bytes read so far.

    Raises:
        UnreadableAnswer: it is not a whole file of companies.
    """
    companies = elements(stream)
    while some := list(islice(companies, _AT_ONCE)):
        seen = {element.number: element.business_id for element in some}
        held = ours([business_id for business_id in seen.values() if business_id is not None])
        told = [
            _told(element, language)
            for element in some
            # One whose id was not seen has to be read to know whose it is.
            if seen[element.number] is None or seen[element.number] in held
        ]
        yield some[-1].read_so_far, [one for one in told if one is not None]


def _told(element: Element, language: str) -> Told | None:
    """What an element says; None when it cannot be read and names no company."""
    try:
        record = element.read(language)
    except UnreadableAnswer as unreadable:
        named = element.business_id
        return None if named is None else Told(named, None, unreadable.reason)
    return Told(record.business_id, record)
