"""The lines of a transfer: 85 bytes each, numbered, under one root."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.disclosure.log.errors import LineInvalid
from core.disclosure.log.lines import (
    LINE_BYTES,
    Line,
    decode_line,
    decode_lines,
    encode_lines,
    lines_root,
)
from core.disclosure.log.tree import EMPTY_ROOT, leaf_hash, root_of


def line(number: int) -> Line:
    """An invented line."""
    return Line(number, bytes([number % 256]) * 16, bytes([1]) * 32, bytes([2]) * 32)


def test_line_has_its_layout() -> None:
    """Version, number, tag, commitment and digest stand in this order, big-endian, 85 bytes."""
    content = Line(0x01020304, b"t" * 16, b"c" * 32, b"d" * 32).encode()
    assert content == b"\x01\x01\x02\x03\x04" + b"t" * 16 + b"c" * 32 + b"d" * 32
    assert len(content) == LINE_BYTES == 85
    assert decode_line(content) == Line(0x01020304, b"t" * 16, b"c" * 32, b"d" * 32)


@given(st.integers(0, 300))
def test_lines_are_read_back_under_their_root(count: int) -> None:
    """Stored lines give the lines again; their root is RFC 6962's over the 85 bytes of each."""
    lines = [line(number) for number in range(count)]
    content = encode_lines(lines)
    assert decode_lines(content) == tuple(lines)
    assert lines_root(lines) == lines_root(content) == root_of([leaf_hash(one.encode()) for one in lines])


def test_no_lines_have_the_empty_root() -> None:
    """The root over nothing is the empty tree's."""
    assert lines_root([]) == EMPTY_ROOT


@pytest.mark.parametrize(
    "wrong",
    [
        Line(-1, b"t" * 16, b"c" * 32, b"d" * 32),
        Line(2**32, b"t" * 16, b"c" * 32, b"d" * 32),
        Line(0, b"t" * 15, b"c" * 32, b"d" * 32),
        Line(0, b"t" * 16, b"c" * 33, b"d" * 32),
        Line(0, b"t" * 16, b"c" * 32, b""),
        Line(0, b"t" * 16, b"c" * 32, b"d" * 32, version=2),
    ],
)
def test_malformed_line_is_refused(wrong: Line) -> None:
    """A part of another length, a number that does not fit, another version."""
    with pytest.raises(LineInvalid):
        wrong.encode()


def test_gaps_and_torn_lines_are_refused() -> None:
    """Lines are numbered from 0 without gaps, and none is cut short."""
    with pytest.raises(LineInvalid):
        encode_lines([line(1)])
    with pytest.raises(LineInvalid):
        decode_lines(line(1).encode())
    for reader in (decode_lines, lines_root, decode_line):
        with pytest.raises(LineInvalid):
            reader(line(0).encode()[:-1])
    with pytest.raises(LineInvalid):
        decode_line(b"\x02" + line(0).encode()[1:])
