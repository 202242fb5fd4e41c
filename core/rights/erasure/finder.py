"""Looking for many byte strings at once, in one pass over a file of any size or over rows as they come.

The packed searchers of the Rust crate aho-corasick take up to some sixty strings at about two gigabytes a second; more
are taken in turns, which is quicker than one automaton for all.
"""

from __future__ import annotations

import gzip
import hashlib
import mmap
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from ahocorasick_rs import BytesAhoCorasick, MatchKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import IO

_AT_ONCE: Final = 60
# Of a few strings the crate looks for the rarest byte alone, which in a database is not rare at all (a tenth of the
# speed); so many that there are always enough for its packed searchers.  They are noise that no file holds.
_FEWEST: Final = 16
_NOISE: Final = tuple(hashlib.sha512(b"finder/%d" % number).digest() for number in range(_FEWEST))
_WINDOW: Final = 64 * 1024 * 1024
_UNPACKED: Final = 1024 * 1024
_ZIP: Final = b"PK\x03\x04"
_GZIP: Final = b"\x1f\x8b"


class Finder:
    """Looks for *forms*, byte strings that are not empty."""

    def __init__(self, forms: Sequence[bytes]) -> None:
        self._forms = tuple(dict.fromkeys(forms))
        self._longest = max(map(len, self._forms), default=1)
        # Without leftmost matching the crate falls back to a state machine of a third of the speed.
        self._parts = [
            (start, BytesAhoCorasick(_padded(self._forms[start : start + _AT_ONCE]), MatchKind.LeftmostFirst))
            for start in range(0, len(self._forms), _AT_ONCE)
        ]

    def in_bytes(self, content: bytes | bytearray | memoryview) -> set[bytes]:
        """Those of the forms that are there; of forms that overlap at one place, the first of them alone."""
        found: set[bytes] = set()
        for start, part in self._parts:
            places = part.find_matches_as_indexes(content)
            found.update(
                self._forms[start + index] for index, _, _ in places if start + index < len(self._forms)
            )
        return found

    def in_stream(self, pieces: Iterable[bytes]) -> set[bytes]:
        """As `in_bytes`, of bytes that come piece by piece; what lies across two pieces is found too."""
        found: set[bytes] = set()
        waiting = bytearray()
        for piece in pieces:
            waiting += piece
            if len(waiting) >= _UNPACKED:
                found |= self.in_bytes(waiting)
                del waiting[: len(waiting) - self._longest + 1]
        return found | self.in_bytes(waiting)

    def in_file(self, path: Path) -> set[bytes]:
        """Those that are in a file, byte for byte, and within what is packed in it (zip, which workbooks are, and gzip)."""
        with path.open("rb") as stream:
            if not path.stat().st_size:
                return set()
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
                found = self._in_windows(content)
                head = content[:4]
            stream.seek(0)
            return found | self.in_stream(_unpacked(stream, head))

    def _in_windows(self, content: mmap.mmap) -> set[bytes]:
        found: set[bytes] = set()
        with memoryview(content) as whole:
            for start in range(0, len(whole), _WINDOW):
                with whole[start : start + _WINDOW + self._longest - 1] as window:
                    found |= self.in_bytes(window)
        return found


def _padded(forms: Sequence[bytes]) -> list[bytes]:
    return [*forms, *_NOISE[: max(0, _FEWEST - len(forms))]]


def _unpacked(stream: IO[bytes], head: bytes) -> Iterator[bytes]:
    """What is packed in a file; of a broken one as much as can be read."""
    try:
        if head.startswith(_ZIP):
            with zipfile.ZipFile(stream) as packed:
                for name in packed.namelist():
                    with packed.open(name) as member:
                        yield from iter(lambda: member.read(_UNPACKED), b"")
        elif head.startswith(_GZIP):
            with gzip.open(stream) as unpacked:
                yield from iter(lambda: unpacked.read(_UNPACKED), b"")
    except (zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, EOFError, RuntimeError, NotImplementedError):
        # An encrypted or half-written archive: its bytes as they lie have been looked at.
        return
