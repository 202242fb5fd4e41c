"""The reader: good rows come out as they are, broken ones say what is wrong and where, nothing ends in a traceback."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import tracemalloc
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from core.tabular import FileRefused, Malformed, Row, open_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.tabular import Table

COLUMNS = {"number": "Nro", "name": "Nimi", "town": "Kaupunki"}
HEADINGS = "Nro;Nimi;Kaupunki"
SLOW_ON_A_BUSY_MACHINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


def table_of(tmp_path: Path, content: bytes, **options: Any) -> Table:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    return open_table(path, COLUMNS, **options)


def rows_of(tmp_path: Path, content: bytes, **options: Any) -> list[Row | Malformed]:
    return list(table_of(tmp_path, content, **options).rows())


def good(rows: Sequence[Row | Malformed]) -> list[tuple[str, ...]]:
    return [row.cells for row in rows if isinstance(row, Row)]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "Åsa Öhman"),
        ("utf-8-sig", "Åsa Öhman"),
        ("utf-16", "Åsa Öhman"),
        ("iso-8859-1", "Åsa Öhman"),
        ("iso-8859-15", "Maša Žukova"),
        ("cp1252", "Åsa “Ö” Öhman"),
    ],
)
def test_the_encoding_is_found_from_the_bytes(tmp_path: Path, encoding: str, name: str) -> None:
    """Each encoding that such files come in is recognised without being told."""
    content = f"{HEADINGS}\r\n1;{name};Säkylä\r\n".encode(encoding)
    assert good(rows_of(tmp_path, content)) == [("1", name, "Säkylä")]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separator_and_line_ends_are_found(tmp_path: Path, delimiter: str, newline: str) -> None:
    """Separator and line ends are recognised, whichever they are."""
    lines = (HEADINGS, "1;Aino;Espoo", "2;Eino;Turku", "")
    content = newline.join(line.replace(";", delimiter) for line in lines).encode()
    assert good(rows_of(tmp_path, content)) == [("1", "Aino", "Espoo"), ("2", "Eino", "Turku")]


def test_the_separator_with_the_wanted_headings_wins(tmp_path: Path) -> None:
    """Commas inside cells don't mislead the probe when the mapping's headings say otherwise."""
    content = b"Nro;Nimi;Kaupunki\n1;A, B, C, D;X, Y\n2;A, B, C, D;X, Y\n"
    assert good(rows_of(tmp_path, content))[0] == ("1", "A, B, C, D", "X, Y")


def test_line_numbers_are_the_files_own(tmp_path: Path) -> None:
    """A row's number is its first line in the file: empty lines and lines inside cells count."""
    content = b'\n\nNro;Nimi;Kaupunki\n\n1;"Aino\nMaria";Espoo\n;;\n2;Eino;Turku\n'
    rows = rows_of(tmp_path, content)
    assert [(row.line, row.cells[0]) for row in rows] == [(5, "1"), (8, "2")]


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ('2;"Eino;Turku', "tabular.unclosed_quote", None),
        ('2;"Ei"no;Turku', "tabular.unclosed_quote", None),
        ("2;Eino", "tabular.too_few_cells", None),
        ("2;Eino;Turku;4", "tabular.too_many_cells", None),
        ("2;Ei\x00no;Turku", "tabular.control_character", "Nimi"),
        ("2;Eino;Tur\x1b[31mku", "tabular.control_character", "Kaupunki"),
        ("2;Eino;Tur\x9bku", "tabular.control_character", "Kaupunki"),
        ("2;Ei�no;Turku", "tabular.broken_character", "Nimi"),
        ("2;" + "x" * 40_000 + ";Turku", "tabular.too_long", "Nimi"),
        ("2;" + "x" * 200_000 + ";Turku", "tabular.too_long", None),
        ("2;" + "x" * 10_000_000 + ";Turku", "tabular.too_long", None),
    ],
    ids=lambda value: str(value)[:12].encode("unicode_escape").decode(),
)
def test_a_broken_row_says_what_is_wrong_and_the_others_go_on(
    tmp_path: Path, row: str, code: str, field: str | None
) -> None:
    """Each way for a row to be broken has its own sentence with file, row and field; neighbours are untouched."""
    rows = rows_of(tmp_path, f"{HEADINGS}\n1;Aino;Espoo\n{row}\n3;Oiva;Pori\n".encode())
    assert good(rows) == [("1", "Aino", "Espoo"), ("3", "Oiva", "Pori")]
    (broken,) = [one for one in rows if isinstance(one, Malformed)]
    assert broken.error.code == code
    assert (broken.error.where.file, broken.error.where.row, broken.error.where.field) == (
        "list.csv",
        3,
        field,
    )
    assert len(broken.cells) == 3
    for language, word in (("fi", "rivi 3"), ("en", "row 3")):
        explanation = broken.error.explain(language)
        assert word in explanation.where
        assert len(explanation.where) < 200
        assert explanation.advice


def test_a_few_broken_bytes_do_not_make_a_file_another_encoding(tmp_path: Path) -> None:
    """A UTF-8 file with one broken byte loses one row, not all its letters."""
    lines = [f"{n};Äijälä;Säkylä".encode() for n in range(50)]
    lines[20] = b"20;\xe4ij\xe4l\xe4;Turku"
    rows = rows_of(tmp_path, b"\n".join([HEADINGS.encode(), *lines]))
    assert len(good(rows)) == 49
    (broken,) = [one for one in rows if isinstance(one, Malformed)]
    assert (broken.line, broken.error.code) == (22, "tabular.broken_character")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "tabular.empty"),
        (b"\n\n  \n", "tabular.empty"),
        (b"PK\x03\x04rest", "tabular.broken_workbook"),
        (b"\xd0\xcf\x11\xe0rest", "tabular.not_text"),
        (b"%PDF-1.7", "tabular.not_text"),
        (bytes(range(256)) * 20, "tabular.not_text"),
        ("Nro;Nimi;Kaupunki\n".encode("utf-16-le"), "tabular.not_text"),
        (b"Nro;Nimi\n1;Aino\n", "tabular.missing_columns"),
        (b"Nro;Nimi;Nimi;Kaupunki\n", "tabular.twice_named_column"),
        (b'Nro;"Nimi;Kaupunki\n1;2;3\n', "tabular.bad_headings"),
        (b"Nro;Nimi\x07;Kaupunki\n1;2;3\n", "tabular.bad_headings"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    """Whatever is wrong with the whole file is said at once, before any row is read."""
    with pytest.raises(FileRefused) as caught:
        table_of(tmp_path, content)
    assert caught.value.code == code
    for language, word in (("fi", "tiedosto list.csv"), ("en", "file list.csv")):
        explanation = caught.value.explain(language)
        assert word in explanation.where
        assert explanation.sentence
        assert explanation.advice


def test_the_missing_column_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    """A misspelt heading is answered with the one that is probably meant."""
    with pytest.raises(FileRefused) as caught:
        table_of(tmp_path, b"Nro;Nimi;Kaupnki\n1;2;3\n")
    assert "Kaupunki" in caught.value.explain("en").sentence
    assert "Kaupnki" in caught.value.explain("en").where


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    """A directory, a pipe, a missing file and an impossible path each get a sentence."""
    os.mkfifo(tmp_path / "pipe")
    for path, code in (
        (tmp_path, "tabular.not_a_file"),
        (tmp_path / "pipe", "tabular.not_a_file"),
        (tmp_path / "missing.csv", "tabular.no_such_file"),
        (tmp_path / "nul\0.csv", "tabular.no_such_file"),
    ):
        with pytest.raises(FileRefused) as caught:
            open_table(path, COLUMNS)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("wanted", "real"), [("utf-8", "iso-8859-1"), ("iso-8859-1", "utf-8"), ("cp1252", "utf-8")]
)
def test_an_encoding_other_than_the_mappings_is_refused(tmp_path: Path, wanted: str, real: str) -> None:
    """A file that contradicts the mapping's encoding is refused instead of being read as gibberish."""
    content = f"{HEADINGS}\n1;Äijä;Säkylä\n".encode(real)
    with pytest.raises(FileRefused) as caught:
        table_of(tmp_path, content, encoding=wanted)
    assert caught.value.code == "tabular.wrong_encoding"


@pytest.mark.parametrize("options", [{"encoding": "klingon"}, {"encoding": "rot13"}, {"delimiter": ";;"}])
def test_an_impossible_mapping_is_a_matter_of_configuration(tmp_path: Path, options: dict[str, str]) -> None:
    """An encoding or separator that can't be is a configuration error (exit code 2)."""
    with pytest.raises(ConfigError):
        table_of(tmp_path, HEADINGS.encode(), **options)


def test_reading_goes_on_after_a_line(tmp_path: Path) -> None:
    """Rows up to a given line can be passed over, for going on after an interruption."""
    table = table_of(tmp_path, b"Nro;Nimi;Kaupunki\n1;a;b\n2;a;b\n3;a;b\n")
    assert [row.cells[0] for row in table.rows(after_line=3)] == ["3"]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A file of 30 MB with a 10 MB cell in it is read in a few megabytes."""
    path = tmp_path / "big.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write(HEADINGS + "\n")
        for n in range(400_000):
            stream.write(f"{n};Virtanen Ville Valtteri;Äänekoski\n")
        stream.write(f'x;"{"y" * 10_000_000}\n')
    tracemalloc.start()
    count = sum(1 for _ in open_table(path, COLUMNS).rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 400_001
    assert peak < 16 * 2**20


@settings(max_examples=300, suppress_health_check=SLOW_ON_A_BUSY_MACHINE)
@given(st.binary(max_size=3_000))
def test_random_bytes_end_in_rows_or_a_refusal(tmp_path: Path, content: bytes) -> None:
    """Whatever the bytes, the answer is rows or a sentence."""
    for start in (b"", HEADINGS.encode() + b"\n"):
        rows: list[Row | Malformed] = []
        with contextlib.suppress(FileRefused):
            rows = rows_of(tmp_path, start + content)
        assert all(len(row.cells) == 3 for row in rows)


@settings(max_examples=300, suppress_health_check=SLOW_ON_A_BUSY_MACHINE)
@given(st.text(alphabet='12a";\n\r,\x1bå', max_size=400))
def test_no_line_is_lost_whatever_the_quotes_do(tmp_path: Path, text: str) -> None:
    """Every line with something in it belongs to exactly one row, good or broken."""
    content = (HEADINGS + "\n" + text).encode()
    rows = rows_of(tmp_path, content)
    assert all(earlier.line < later.line for earlier, later in pairwise(rows))
    first_line = io.StringIO(text, newline="").readline()
    if first_line.strip(' ;"\r\n') and rows:
        assert rows[0].line == 2


CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("\n\r"), max_size=12
)


@settings(max_examples=300, suppress_health_check=SLOW_ON_A_BUSY_MACHINE)
@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=12), st.sampled_from(";,\t|"))
def test_well_formed_files_come_out_as_they_went_in(
    tmp_path: Path, rows: list[tuple[str, str, str]], delimiter: str
) -> None:
    """Any RFC 4180 file, whatever its cells hold, is read back cell by cell."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerow(COLUMNS.values())
    writer.writerows(rows)
    table = table_of(tmp_path, stream.getvalue().encode(), encoding="utf-8", delimiter=delimiter)
    expected = [row for row in rows if any(cell.strip() for cell in row) and "�" not in "".join(row)]
    assert good(list(table.rows())) == expected
