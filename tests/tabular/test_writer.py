"""The writer: nothing a spreadsheet would run, whole files or none, for the owner's eyes only."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tabular import CannotWrite, TableFile, defuse, open_table, restore
from core.tabular.writer import table_text

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = {"a": "A", "b": "B"}


@pytest.mark.parametrize("start", list("=+-@\t\r\n\0"))
def test_every_cell_that_starts_as_a_formula_is_defused(start: str) -> None:
    """All the starts that ASVS 1.2.10 names get an apostrophe, wherever the cell stands."""
    text = table_text([[f"{start}1+1", "x"], ["x", f"{start}1+1"]])
    assert text.count(f"'{start}1+1") == 2


@given(st.text(alphabet="'=+-@\t ax", max_size=8))
def test_defusing_is_undone_by_restoring(cell: str) -> None:
    """What the writer puts in front, the reader takes off, and nothing else."""
    assert restore(defuse(cell)) == cell
    assert defuse(cell)[:1] not in tuple("=+-@\t")


def test_a_file_is_written_with_mode_0600_and_read_back(tmp_path: Path) -> None:
    """The file is private, marked as UTF-8 for spreadsheets, and the reader understands it."""
    path = tmp_path / "out.csv"
    with TableFile.create(path, ["A", "B"]) as table:
        table.write(["+358 46", 'Å; "B"'])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == '\ufeffA;B\r\n\'+358 46;"Å; ""B"""\r\n'.encode()
    read = open_table(path, COLUMNS)
    assert [read.record(row) for row in read.rows()] == [{"a": "+358 46", "b": 'Å; "B"'}]


def test_an_interrupted_file_leaves_nothing(tmp_path: Path) -> None:
    """When the work ends badly there is no file and no remainder; an earlier file of that name stays."""
    path = tmp_path / "out.csv"
    path.write_text("earlier")
    with pytest.raises(AttributeError), TableFile.create(path, ["A"]) as table:
        table.write([None])  # type: ignore[list-item]
    assert path.read_text() == "earlier"
    assert [left.name for left in tmp_path.iterdir()] == ["out.csv"]


def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full is told so, and nothing half-written is left."""

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with (
        pytest.raises(CannotWrite) as caught,
        TableFile.create(tmp_path / "out.csv", ["A"]) as table,
    ):
        table.write(["1"])
    assert "the disk is full" in caught.value.explain("en").sentence
    assert not list(tmp_path.iterdir())


def test_a_directory_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """A directory that doesn't exist is named in the refusal."""
    with (
        pytest.raises(CannotWrite),
        TableFile.create(tmp_path / "nowhere" / "out.csv", ["A"]),
    ):
        pass
