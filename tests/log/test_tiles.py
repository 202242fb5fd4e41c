"""Tiles and bundles: names, layout, bytes; Tessera's log reproduced."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.disclosure.log.errors import TileInvalid
from core.disclosure.log.tiles import (
    TileName,
    TileStack,
    decode_bundle,
    decode_tile,
    encode_bundle,
    encode_tile,
    layout,
    number_path,
    tile_names,
)
from core.disclosure.log.tree import leaf_hash
from tests.support.tlog import TESSERA, vectors

LAYOUT = vectors("tile_layout")


def test_numbers_are_written_in_groups_of_three() -> None:
    """A tile's number becomes the path that tlog-tiles gives."""
    for number, path in LAYOUT["index_paths"].items():
        assert number_path(int(number)) == path
        assert TileName.parse(f"tile/3/{path}") == TileName(3, int(number), 256)


@pytest.mark.parametrize("size", sorted(int(size) for size in LAYOUT["layout_by_size"]))
def test_layout_at_a_size(size: int) -> None:
    """Each level has as many full tiles, and such a partial one, as the specification's rule gives."""
    for level, expected in LAYOUT["layout_by_size"][str(size)].items():
        widths = [name.width for name in tile_names(size, int(level))]
        assert sum(width == 256 for width in widths) == expected["full"]
        assert [width for width in widths if width < 256] == [expected["partial_width"]][
            : expected["partial_width"]
        ]
    assert max((name.level for name in layout(size)), default=-1) == max(
        int(level) for level in LAYOUT["layout_by_size"][str(size)]
    )


def test_layout_of_70000() -> None:
    """The specification's own example."""
    paths = {name.path for name in layout(70_000)}
    assert set(LAYOUT["paths_70000"]) <= paths
    assert len(paths) == 274 + 274 + 2 + 1


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/0/x000/001",
        "tile/0/1000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/64/000",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/data/000",
        "/tile/0/000",
    ],
)
def test_path_of_no_tile_is_refused(path: str) -> None:
    """A path in another form names no tile."""
    with pytest.raises(TileInvalid):
        TileName.parse(path)


@given(st.integers(-1, 63), st.integers(0, 2**64), st.integers(1, 256))
def test_every_name_is_read_back(level: int, number: int, width: int) -> None:
    """A tile's path names that tile."""
    name = TileName(level, number, width)
    assert TileName.parse(name.path) == name


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_bundle_is_read_back(entries: list[bytes]) -> None:
    """A bundle gives its entries back, and no other number of them."""
    content = encode_bundle(entries)
    assert decode_bundle(content, len(entries)) == entries
    with pytest.raises(TileInvalid):
        decode_bundle(content, len(entries) + 1)
    with pytest.raises(TileInvalid):
        decode_bundle(content + b"\0", len(entries))


def test_malformed_tiles_are_refused() -> None:
    """A tile cut short, an entry too long, leaves that cross a tile's edge."""
    with pytest.raises(TileInvalid):
        decode_tile(bytes(63), 2)
    with pytest.raises(TileInvalid):
        decode_bundle(b"\x00", 1)
    with pytest.raises(TileInvalid):
        decode_bundle(b"\x00\x02a", 1)
    with pytest.raises(TileInvalid):
        encode_bundle([bytes(65_536)])
    stack = TileStack()
    stack.extend([bytes(32)] * 255)
    with pytest.raises(TileInvalid):
        stack.extend([bytes(32)] * 2)
    assert decode_bundle(encode_bundle([bytes(65_535)]), 1) == [bytes(65_535)]


def test_bundle_begins_as_tesseras_does() -> None:
    """Lengths are two bytes, big-endian, before each entry."""
    assert encode_bundle([b"one", b"two", b"three"]).hex() == "00036f6e65000374776f00057468726565"


def test_tesseras_tiles_are_reproduced() -> None:
    """Each tile and bundle of Tessera's test log comes out byte for byte (where its directory is at hand)."""
    log = vectors("tessera_testdata_log")
    entries = [entry.encode() for entry in log["entries_ascii"]]
    made: dict[str, bytes] = {}
    for size in range(1, len(entries) + 1):
        stack = TileStack()
        stack.extend([leaf_hash(entry) for entry in entries[:size]])
        made |= {name.path: encode_tile(hashes) for name, hashes in stack.partial_tiles()}
        made |= {name.path: encode_bundle(entries[: name.width]) for name in tile_names(size, -1)}
    found = {
        path.relative_to(TESSERA).as_posix(): path.read_bytes()
        for path in TESSERA.glob("tile/**/*")
        if path.is_file()
    }
    assert found == {path: made[path] for path in found}
    assert len(found) in {0, len(made)}
