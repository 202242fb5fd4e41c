"""Tiles and entry bundles (C2SP tlog-tiles v0.1.0): their names, their bytes, and the tree read through them.

tile/<L>/<N>[.p/<W>]        up to 256 hashes, each the root over 256**L entries
tile/entries/<N>[.p/<W>]    up to 256 entries, each after its length (u16, big-endian)
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from core.disclosure.log.errors import TileInvalid
from core.disclosure.log.tree import EMPTY_ROOT, HASH_BYTES, fold, node_hash, root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    # (level, number, width) -> the hashes of that tile, `width` of them.
    ReadTile = Callable[[int, int, int], Sequence[bytes]]

TILE_WIDTH: Final = 256
TILE_HEIGHT: Final = 8
MAX_LEVEL: Final = 63
MAX_BUNDLE_BYTES: Final = TILE_WIDTH * (2 + 65_535)
_LENGTH: Final = struct.Struct(">H")
_LARGEST_ENTRY: Final = 65_535
_GROUP: Final = 1000
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?\Z"
)


def number_path(number: int) -> str:
    """A tile's number in groups of three digits: 1234067 is ``x001/x234/067``."""
    groups = [f"{number % _GROUP:03d}"]
    while number := number // _GROUP:
        groups.append(f"x{number % _GROUP:03d}")
    return "/".join(reversed(groups))


@dataclass(frozen=True, slots=True, order=True)
class TileName:
    """Which tile: its level (-1: the entries themselves), number, and width (256: full)."""

    level: int
    number: int
    width: int

    @property
    def path(self) -> str:
        """Its path under the log's prefix."""
        level = "entries" if self.level < 0 else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{number_path(self.number)}{partial}"

    @classmethod
    def parse(cls, path: str) -> TileName:
        """From its path.

        Raises:
            TileInvalid: not the path of a tile, or not its canonical form.
        """
        match = _PATH.match(path)
        if match is None:
            raise TileInvalid
        level = -1 if match["level"] == "entries" else int(match["level"])
        width = int(match["width"] or TILE_WIDTH)
        name = cls(level, int(match["number"].replace("x", "").replace("/", "")), width)
        if level > MAX_LEVEL or name.path != path:
            raise TileInvalid
        return name

    def belongs_to(self, size: int) -> bool:
        """Whether a log of *size* entries has this tile, or had it when it was smaller."""
        hashes = size >> TILE_HEIGHT * max(self.level, 0)
        return self.number * TILE_WIDTH + self.width <= hashes


def tile_names(size: int, level: int) -> Iterator[TileName]:
    """The tiles of one level (-1: the bundles) of a log of *size* entries, in order; none is empty."""
    hashes = size >> TILE_HEIGHT * max(level, 0)
    full, rest = divmod(hashes, TILE_WIDTH)
    for number in range(full):
        yield TileName(level, number, TILE_WIDTH)
    if rest:
        yield TileName(level, full, rest)


def layout(size: int) -> Iterator[TileName]:
    """Every tile and bundle that a log of *size* entries has now."""
    yield from tile_names(size, -1)
    level = 0
    while size >> TILE_HEIGHT * level:
        yield from tile_names(size, level)
        level += 1


def encode_tile(hashes: Iterable[bytes]) -> bytes:
    """A tile's bytes."""
    return b"".join(hashes)


def decode_tile(content: bytes, width: int) -> list[bytes]:
    """A tile's *width* hashes.

    Raises:
        TileInvalid: another length.
    """
    if len(content) != width * HASH_BYTES:
        raise TileInvalid
    return [content[start : start + HASH_BYTES] for start in range(0, len(content), HASH_BYTES)]


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """A bundle's bytes.

    Raises:
        TileInvalid: an entry is longer than 65,535 bytes.
    """
    parts = []
    for entry in entries:
        if len(entry) > _LARGEST_ENTRY:
            raise TileInvalid
        parts += [_LENGTH.pack(len(entry)), entry]
    return b"".join(parts)


def decode_bundle(content: bytes, width: int) -> list[bytes]:
    """A bundle's *width* entries.

    Raises:
        TileInvalid: fewer or more entries, or an entry cut short.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(content) and len(entries) < width:
        start = at + _LENGTH.size
        if start > len(content):
            raise TileInvalid
        at = start + _LENGTH.unpack_from(content, at)[0]
        entries.append(content[start:at])
    if at != len(content) or len(entries) != width:
        raise TileInvalid
    return entries


class FullTile(NamedTuple):
    """A tile that became full, its 256 hashes and the root over them."""

    name: TileName
    hashes: list[bytes]
    root: bytes


class TileStack:
    """The tiles of a growing log: takes blocks of leaf hashes in order, gives back each tile that became full.

    Holds fewer than 256 hashes a level, however large the log.
    """

    def __init__(self) -> None:
        self.size = 0
        self._open: list[list[bytes]] = [[]]

    def extend(self, leaves: Sequence[bytes]) -> list[FullTile]:
        """Add up to 256 leaf hashes that do not cross a tile's edge; returns the tiles that they completed.

        Raises:
            TileInvalid: they cross it.
        """
        if len(self._open[0]) + len(leaves) > TILE_WIDTH:
            raise TileInvalid
        self._open[0].extend(leaves)
        self.size += len(leaves)
        completed = []
        level = 0
        while len(self._open[level]) == TILE_WIDTH:
            hashes = self._open[level]
            number = (self.size >> TILE_HEIGHT * (level + 1)) - 1
            full = FullTile(TileName(level, number, TILE_WIDTH), hashes, root_of(hashes))
            completed.append(full)
            self._open[level] = []
            level += 1
            if level == len(self._open):
                self._open.append([])
            self._open[level].append(full.root)
        return completed

    def partial_tiles(self) -> list[tuple[TileName, list[bytes]]]:
        """The tiles that are not full, none of them empty."""
        return [
            (TileName(level, self.size >> TILE_HEIGHT * (level + 1), len(hashes)), hashes)
            for level, hashes in enumerate(self._open)
            if hashes
        ]

    def root(self) -> bytes:
        """The root over everything added."""
        rest: bytes | None = None
        for hashes in self._open:
            rest = fold(hashes, rest)
        return EMPTY_ROOT if rest is None else rest


@lru_cache(maxsize=64)
def _perfect_root(hashes: bytes) -> bytes:
    """The root over hashes, one after another; each signing asks again for most of those of the signing before."""
    return root_of([hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)])


class TileTree:
    """A log of *size* entries read through its tiles, each read once: roots and subtrees of any of its prefixes."""

    def __init__(self, size: int, read: ReadTile) -> None:
        self.size = size
        self._read = read
        self._tiles: dict[tuple[int, int], Sequence[bytes]] = {}
        self._perfect: dict[tuple[int, int, int, int], bytes] = {}

    def hashes(self, level: int, number: int) -> Sequence[bytes]:
        """The hashes of a tile, as many as it has at this size."""
        if (level, number) not in self._tiles:
            count = self.size >> TILE_HEIGHT * level
            width = min(TILE_WIDTH, count - number * TILE_WIDTH)
            self._tiles[level, number] = self._read(level, number, width) if width > 0 else []
        return self._tiles[level, number]

    def root(self, size: int) -> bytes:
        """The root that the log had at *size*, folded from the unfinished tile of each level, lowest first."""
        rest: bytes | None = None
        level = 0
        while count := size >> TILE_HEIGHT * level:
            number, width = divmod(count, TILE_WIDTH)
            if width:
                rest = self._folded(level, number, width, rest)
            level += 1
        return EMPTY_ROOT if rest is None else rest

    def _folded(self, level: int, number: int, end: int, rest: bytes | None) -> bytes | None:
        """`fold` over the first *end* hashes of a tile; neighbouring sizes share the perfect subtrees."""
        while end:
            width = end & -end
            place = (level, number, end - width, end)
            if place not in self._perfect:
                self._perfect[place] = _perfect_root(b"".join(self.hashes(level, number)[end - width : end]))
            rest = self._perfect[place] if rest is None else node_hash(self._perfect[place], rest)
            end -= width
        return rest

    def subtree(self, start: int, end: int) -> bytes:
        """The root over the entries *start* to *end*, for proofs: *start* a multiple of the width's power of two."""
        width = end - start
        level = 0
        while width >> TILE_HEIGHT * (level + 1) and width & (width - 1) == 0:
            level += 1
        if width & (width - 1) == 0:
            first = start >> TILE_HEIGHT * level
            number, at = divmod(first, TILE_WIDTH)
            return root_of(self.hashes(level, number)[at : at + (width >> TILE_HEIGHT * level)])
        middle = start + (1 << width.bit_length() - 1)
        return node_hash(self.subtree(start, middle), self.subtree(middle, end))
