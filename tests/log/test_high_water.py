"""The mark outside the database: whole after any cut, never older than the last that was acknowledged, mended by hand."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.disclosure.log.checkpoint import Checkpoint
from core.disclosure.log.errors import MarkBroken
from core.disclosure.log.high_water import HighWaterMark
from tests.support.power import SECTOR

ORIGIN = "register.example/log"


def _mark(size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, bytes([size % 256]) * 32)


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=8))
def test_the_last_mark_is_read(sizes: list[int]) -> None:
    """Also when it is smaller than those before: a successor begins lower."""
    with TemporaryDirectory() as directory:
        mark = HighWaterMark(Path(directory) / "mark", ORIGIN)
        for size in sizes:
            mark.write(_mark(size))
            assert mark.read() == _mark(size)
            assert HighWaterMark(mark.path, ORIGIN).read() == _mark(size)


@given(st.integers(1, 6), st.integers(0, 2**32))
def test_a_power_cut_while_it_is_written_leaves_the_one_before(marks: int, seed: int) -> None:
    """Any of the sectors that were under way may have arrived, or half of them."""
    lot = random.Random(seed)
    with TemporaryDirectory() as directory:
        mark = HighWaterMark(Path(directory) / "mark", ORIGIN)
        for size in range(1, marks + 1):
            mark.write(_mark(size))
        before = mark.path.read_bytes()
        mark.write(_mark(99))
        after = mark.path.read_bytes()
        assert len(after) == len(before)
        for _ in range(20):
            cut = bytearray(before)
            for start in range(0, len(after), SECTOR):
                if lot.random() < 0.5:
                    arrived = lot.choice((SECTOR, lot.randrange(SECTOR)))
                    cut[start : start + arrived] = after[start : start + arrived]
            mark.path.write_bytes(cut)
            assert mark.read() in (_mark(marks), _mark(99))
            mark.write(_mark(100))
            assert mark.read() == _mark(100)


@given(st.data())
def test_a_changed_byte_is_never_read_as_a_mark(data: st.DataObject) -> None:
    """A mark that was changed is not there: the other place's is, or none."""
    with TemporaryDirectory() as directory:
        mark = HighWaterMark(Path(directory) / "mark", ORIGIN)
        mark.write(_mark(1))
        mark.write(_mark(2))
        content = bytearray(mark.path.read_bytes())
        for _ in range(data.draw(st.integers(1, 3))):
            content[data.draw(st.integers(0, 300)) + data.draw(st.sampled_from((0, 4096)))] ^= data.draw(
                st.integers(1, 255)
            )
        mark.path.write_bytes(content)
        try:
            assert mark.read() in (_mark(1), _mark(2))
        except MarkBroken:
            mark.path.write_text(_mark(2).text)
        mark.write(_mark(3))
        assert mark.read() == _mark(3)


def test_three_lines_written_by_hand_are_a_mark(tmp_path: Path) -> None:
    """As an earlier version wrote it, and as a person mends it."""
    mark = HighWaterMark(tmp_path / "mark", ORIGIN)
    mark.path.write_text(_mark(7).text)
    assert mark.read() == _mark(7)
    mark.write(_mark(8))
    mark.write(_mark(9))
    assert mark.read() == _mark(9)
    assert mark.path.read_bytes().startswith(_mark(8).text.encode())


def test_a_mark_that_was_cut_off_is_broken(tmp_path: Path) -> None:
    """A file of another size has not been written by this program."""
    mark = HighWaterMark(tmp_path / "mark", ORIGIN)
    mark.write(_mark(7))
    content = mark.path.read_bytes()
    for size in (0, 1, 100, 4096, len(content) - 1):
        mark.path.write_bytes(content[:size])
        with pytest.raises(MarkBroken):
            mark.read()
