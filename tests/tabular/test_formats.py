"""Places, workbooks and JSON Lines: the same table whatever the format, in bounded memory, and every fault named."""

from __future__ import annotations

import contextlib
import json
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from core.tabular import ANY_SHAPE, FileRefused, Malformed, Row, Shape, fingerprint, open_table
from core.tabular.xlsx import headings_of
from tests.support.workbooks import ordinary_workbook, packed, parts_of, sheet_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COLUMNS = {"number": "Nro", "name": "Nimi", "town": "Kunta"}
HEADINGS = ("Nro", "Nimi", "Kunta")
FIXED = Shape("fixed", fixed={"Nro": (1, 5), "Nimi": (6, 15), "Kunta": (16, 25)})
SLOW_ON_A_BUSY_MACHINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
BOMB = 40_000_000
# Spreadsheets know no time zones.
AT = datetime(2026, 11, 23, 8, 30)  # noqa: DTZ001


def read(
    path: Path, content: bytes, shape: Shape = ANY_SHAPE, columns: dict[str, str] | None = None
) -> list[Row | Malformed]:
    """The rows of a file with this content."""
    path.write_bytes(content)
    return list(open_table(path, COLUMNS if columns is None else columns, shape=shape).rows())


def told(rows: Sequence[Row | Malformed]) -> list[tuple[int, object]]:
    """Each row's line with its cells, or with the code of what is wrong."""
    return [(row.line, row.cells if isinstance(row, Row) else row.error.code) for row in rows]


def line_of(number: str, name: str, town: str) -> str:
    """A line of the fixed layout."""
    return f"{number:<5}{name:<10}{town:<10}"


def test_cells_by_place(tmp_path: Path) -> None:
    """Each column is cut at its places, in characters of the file's encoding; heading and blank lines are no rows."""
    text = f"OTSIKKO\n{line_of('1', 'Äijälä', 'Säkylä')}\n\n{line_of('00042', 'Öö', '')}\n"
    shape = Shape("fixed", fixed=FIXED.fixed, heading_lines=1)
    for encoding in ("utf-8", "iso-8859-1"):
        rows = read(tmp_path / "a.txt", text.encode(encoding), shape)
        assert told(rows) == [(2, ("1", "Äijälä", "Säkylä")), (4, ("00042", "Öö", ""))]


def test_lines_that_do_not_fit_their_places(tmp_path: Path) -> None:
    """A line cut off, too long, with a tab or a control character is named, and the lines round it count."""
    lines = [
        line_of("1", "Aino", "Turku"),
        "2    Bertta",
        line_of("3", "Cecilia", "Pori") + "   ",
        line_of("4", "Daavid", "Rauma") + "X",
        "5\t   Eino      Vaasa     ",
        line_of("6", "F\x00", "Lahti"),
        line_of("7", "Gunnar", "Espoo").rstrip(),
        "x" * 2_000_000,
    ]
    found = told(read(tmp_path / "a.txt", "\n".join(lines).encode(), FIXED))
    assert found == [
        (1, ("1", "Aino", "Turku")),
        (2, "tabular.short_line"),
        (3, ("3", "Cecilia", "Pori")),
        (4, "tabular.long_line"),
        (5, "tabular.control_character"),
        (6, "tabular.control_character"),
        (7, ("7", "Gunnar", "Espoo")),
        (8, "tabular.too_long"),
    ]


def test_lines_may_end_early_where_the_mapping_says_so(tmp_path: Path) -> None:
    """Services that leave out blank ends are read with short_lines."""
    shape = Shape("fixed", fixed=FIXED.fixed, short_lines=True)
    assert told(read(tmp_path / "a.txt", b"2    Bertta\n3\n", shape)) == [
        (1, ("2", "Bertta", "")),
        (2, ("3", "", "")),
    ]


@pytest.mark.parametrize("fixed", [{}, {"Nro": (5, 1)}, {"Nro": (1, 5), "Nimi": (5, 9), "Kunta": (10, 11)}])
def test_places_that_cannot_be(tmp_path: Path, fixed: dict[str, tuple[int, int]]) -> None:
    """No places, backward ones and overlapping ones are the mapping's fault, said before the file is looked at."""
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / "a.txt", b"1\n", Shape("fixed", fixed=fixed))
    assert caught.value.code == "tabular.bad_layout"


def test_json_lines(tmp_path: Path) -> None:
    """Keys are headings wherever they first appear; numbers stay as written, what is absent or null is empty."""
    lines = [
        '{"Nro": "00042", "Nimi": "Äijä", "Kunta": null}',
        "",
        '{"Nimi": "Öö", "Nro": 17, "Lisä": 1.10, "Aktiivinen": true}',
    ]
    path = tmp_path / "a.jsonl"
    rows = read(path, "\n".join(lines).encode())
    assert open_table(path, COLUMNS).headings == ("Nro", "Nimi", "Kunta", "Lisä", "Aktiivinen")
    assert told(rows) == [(1, ("00042", "Äijä", "", "", "")), (3, ("17", "Öö", "", "1.10", "true"))]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("roskaa", "bad_json"),
        ('["1", "2"]', "bad_json"),
        ('{"Nro": 00100}', "bad_json"),
        ('{"Nro": NaN}', "bad_json"),
        ('{"Nro": "1", "Nro": "2"}', "twice_named_field"),
        ('{"Nro": {"a": 1}}', "nested_json"),
        ('{"Nro": ["1"]}', "nested_json"),
        ("[" * 100_000, "bad_json"),
        ('{"Nro": "\\u0007"}', "control_character"),
        ('{"Nro": "\\ud800"}', "broken_character"),
        ('{"Nro": "' + "x" * 40_000 + '"}', "too_long"),
        ('{"Nro": "' + "x" * 2_000_000 + '"}', "too_long"),
        ('{"Nro": "1"', "bad_json"),
    ],
)
def test_lines_that_are_no_flat_object(tmp_path: Path, line: str, code: str) -> None:
    """A broken line is named by what is wrong with it; the lines round it count."""
    good = json.dumps(dict(zip(HEADINGS, ("1", "a", "b"), strict=True)))
    rows = read(tmp_path / "a.jsonl", f"{good}\n{line}\n{good}\n".encode())
    assert told(rows) == [(1, ("1", "a", "b")), (2, f"tabular.{code}"), (3, ("1", "a", "b"))]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{\n", "tabular.bad_headings"),
        (b"{}\n{}\n", "tabular.bad_headings"),
        (b'{"Nro": 1}\n', "tabular.missing_columns"),
        (b"".join(b'{"k%d": 1}\n' % number for number in range(600)), "tabular.too_many_columns"),
    ],
)
def test_json_that_is_no_table(tmp_path: Path, content: bytes, code: str) -> None:
    """Where no line is an object, or the objects have nothing in common, the whole file is refused."""
    with pytest.raises(FileRefused) as caught:
        read(tmp_path / "a.jsonl", content)
    assert caught.value.code == code


def test_a_workbook_reads_as_a_person_would(tmp_path: Path) -> None:
    """Days, zeros that a format shows, numbers, yes and no; blank rows and blank ends are nothing."""
    path = ordinary_workbook(
        tmp_path / "a.xlsx",
        [
            ("Nro", "Nimi", "Kunta", "Päivä", "Aika", "Summa", "Kyllä"),
            ((42, "00000"), "Äijä", "Säkylä", date(2026, 11, 23), AT, 1.5, True),
            (),
            ("00042", "Öö", None, None, None, 1e14, False),
            (7, " reuna ", "=osoite", None, None, -0.1, None),
        ],
    )
    rows = list(open_table(path, {"number": "Nro", "name": "Nimi"}).rows())
    assert told(rows) == [
        (2, ("00042", "Äijä", "Säkylä", "2026-11-23", "2026-11-23T08:30:00", "1.5", "true")),
        (4, ("00042", "Öö", "", "", "", "100000000000000", "false")),
        (5, ("7", " reuna ", "", "", "", "-0.1", "")),
    ]
    assert fingerprint(path).lines == 5


def test_formulas_errors_and_rounded_numbers_are_no_values(tmp_path: Path) -> None:
    """In a column that is used they send the row to quarantine; elsewhere they are nobody's business."""
    path = ordinary_workbook(
        tmp_path / "a.xlsx",
        [
            HEADINGS,
            ("=1+1", "a", "b"),
            ("1", "#N/A", "b"),
            (12345678901234567890, "a", "b"),
            ("2", "a", "=A1"),
        ],
    )
    rows = list(open_table(path, {"number": "Nro", "name": "Nimi"}).rows())
    assert told(rows) == [
        (2, "tabular.formula_cell"),
        (3, "tabular.bad_cell"),
        (4, "tabular.lost_digits"),
        (5, ("2", "a", "")),
    ]
    assert [row.error.where.field for row in rows if isinstance(row, Malformed)] == ["Nro", "Nimi", "Nro"]


def test_the_sheet_is_chosen(tmp_path: Path) -> None:
    """The first sheet that is shown, unless the mapping names another; a missing one is named with those there are."""
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Piilossa"
    book.worksheets[0].sheet_state = "hidden"
    for name in ("Vastaus", "Muut"):
        sheet = book.create_sheet(name)
        sheet.append(HEADINGS)
        sheet.append((name, "a", "b"))
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert told(list(open_table(path, COLUMNS).rows())) == [(2, ("Vastaus", "a", "b"))]
    chosen = open_table(path, COLUMNS, shape=Shape(sheet="muut"))
    assert told(list(chosen.rows())) == [(2, ("Muut", "a", "b"))]
    with pytest.raises(FileRefused) as caught:
        open_table(path, COLUMNS, shape=Shape(sheet="Ei ole"))
    assert caught.value.code == "tabular.no_such_sheet"
    assert caught.value.data["found"] == "Vastaus, Muut"


def test_what_we_read_is_what_openpyxl_reads(tmp_path: Path) -> None:
    """Shared, inline and rich texts, entities, escapes and days, against another reader of the format."""
    days = [date(1900, 1, 5), date(1900, 3, 1), date(1999, 12, 31), date(2026, 2, 28)]
    rows = [("a", "b", "c"), *((f"x & <{n}>", "Ä\u00a0“ö” _x0041_", day) for n, day in enumerate(days))]
    path = ordinary_workbook(tmp_path / "a.xlsx", rows)
    judged = openpyxl.load_workbook(path, read_only=True).worksheets[0].iter_rows(min_row=2, values_only=True)
    expected = [
        (str(a), "Ä\u00a0“ö” A", f"{day:%Y-%m-%d}") for a, _, day in judged if isinstance(day, datetime)
    ]
    assert len(expected) == len(days)
    assert [row.cells for row in open_table(path, {"a": "a"}).rows()] == expected


def hostile(sheet: str = "", **parts: str | bytes) -> bytes:
    """A workbook with a part replaced; ``rels`` and ``book`` name the ones below."""
    names = {"rels": "xl/_rels/workbook.xml.rels", "book": "xl/workbook.xml", "root": "_rels/.rels"}
    made: dict[str, str | bytes] = dict(parts_of(sheet or sheet_of([HEADINGS, ("1", "a", "b")])))
    made.update({names[name]: content for name, content in parts.items()})
    return packed(made)


ROW = '<row r="{}"><c t="inlineStr"><is><t>{}</t></is></c></row>'
SHEET = "<worksheet><sheetData>{}</sheetData></worksheet>"
DTD = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE: dict[str, bytes] = {
    "cut": hostile()[:-30],
    "no archive": b"PK\x03\x04" + b"rubbish" * 50,
    "another archive": packed({"content.xml": "<office/>"}),
    "no sheet": hostile(book="<workbook><sheets/></workbook>"),
    "outside sheet": hostile(
        rels='<Relationships><Relationship Id="r1" Type="x/worksheet" Target="http://example.fi/" TargetMode="External"/></Relationships>'
    ),
    "climbing sheet": hostile(
        rels='<Relationships><Relationship Id="r1" Type="x/worksheet" Target="../../../etc/passwd"/></Relationships>'
    ),
    "entities": hostile(DTD + sheet_of([HEADINGS])),
    "entities in the book": hostile(book=DTD + "<workbook/>"),
    "bad xml": hostile("<worksheet><sheetData><row></sheetData>"),
    "half xml": hostile(sheet_of([HEADINGS])[:-15]),
    "bomb": hostile(SHEET.format(ROW.format(1, "x" * BOMB))),
    "bomb of blanks": hostile(SHEET.format("<row r='1'/>" + " " * BOMB)),
    "rows backwards": hostile(SHEET.format(ROW.format(2, "Nro") + ROW.format(1, "1"))),
    "row beyond": hostile(SHEET.format(ROW.format(1, "Nro") + ROW.format(99_999_999, "1"))),
    "cell beyond": hostile(SHEET.format('<row r="1"><c r="ZZZ1"><v>1</v></c></row>')),
    "cells backwards": hostile(SHEET.format('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>')),
    "deep": hostile(SHEET.format("<row r='1'>" + "<a>" * 5_000 + "</a>" * 5_000 + "</row>")),
    "long text": hostile(SHEET.format(ROW.format(1, "".join(f"{n:06d}" for n in range(400_000))))),
    "huge attribute": hostile(
        SHEET.format(f'<row r="1" x="{"".join(f"{n:06d}" for n in range(400_000))}"></row>')
    ),
    "empty": hostile(SHEET.format("")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_are_refused(tmp_path: Path, name: str) -> None:
    """Bombs, entities, links outwards, endless nesting and damage end in one sentence, before any row is used."""
    with pytest.raises(FileRefused) as caught:
        read(tmp_path / "a.xlsx", HOSTILE[name])
    assert caught.value.explain("fi").sentence != caught.value.explain("en").sentence


def test_an_encrypted_entry_is_told(tmp_path: Path) -> None:
    """An archive whose entries ask for a password is refused as protected."""
    content = bytearray(hostile())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            content[at + place] |= 1
    with pytest.raises(FileRefused) as caught:
        read(tmp_path / "a.xlsx", bytes(content))
    assert "password" in caught.value.explain("en").sentence


def test_many_texts_leave_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shared texts beyond the limit are kept outside memory and read back the same."""
    monkeypatch.setattr("core.tabular.xlsx._HELD", 100)
    path = ordinary_workbook(
        tmp_path / "a.xlsx", [HEADINGS, *((f"{n}", f"Äö{n}", "x" * 50) for n in range(200))]
    )
    rows = [row.cells for row in open_table(path, COLUMNS).rows()]
    assert rows == [(f"{n}", f"Äö{n}", "x" * 50) for n in range(200)]


def test_a_file_without_headings(tmp_path: Path) -> None:
    """Names given by the mapping stand for headings, in text and in workbooks, and the first row is a row."""
    shape = Shape(headings=HEADINGS)
    assert told(read(tmp_path / "a.csv", b"1;a;b\n2;c\n", shape)) == [
        (1, ("1", "a", "b")),
        (2, "tabular.too_few_cells"),
    ]
    path = ordinary_workbook(tmp_path / "a.xlsx", [("1", "a", "b"), ("2", "c", "d", "e")])
    assert told(list(open_table(path, COLUMNS, shape=shape).rows())) == [
        (1, ("1", "a", "b")),
        (2, "tabular.too_many_cells"),
    ]


def test_the_mapping_decides_about_the_format(tmp_path: Path) -> None:
    """A workbook where text was promised, and text where a workbook was, are refused by name."""
    with pytest.raises(FileRefused) as caught:
        read(tmp_path / "a.xlsx", b"Nro;Nimi;Kunta\n", Shape("xlsx"))
    assert caught.value.code == "tabular.wrong_format"
    with pytest.raises(FileRefused) as caught:
        read(tmp_path / "a.csv", hostile(), Shape("delimited"))
    assert caught.value.code == "tabular.not_text"


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW_ON_A_BUSY_MACHINE)
@given(
    content=st.one_of(
        st.binary(max_size=400),
        st.text(max_size=300).map(str.encode),
        st.tuples(st.integers(0, len(hostile()) - 1), st.binary(max_size=6)).map(
            lambda cut: hostile()[: cut[0]] + cut[1] + hostile()[cut[0] + len(cut[1]) :]
        ),
    ),
    shape=st.sampled_from([Shape(), FIXED, Shape("jsonl"), Shape("xlsx"), Shape(headings=HEADINGS)]),
)
def test_any_bytes_end_in_rows_or_one_refusal(tmp_path: Path, content: bytes, shape: Shape) -> None:
    """Whatever the bytes: rows as wide as the headings, or a refusal; never anything else."""
    path = tmp_path / "any"
    path.write_bytes(content)
    with contextlib.suppress(FileRefused):
        table = open_table(path, {}, shape=shape)
        rows = list(table.rows())
        assert all(len(row.cells) == len(table.headings) for row in rows)
        assert len({row.line for row in rows}) == len(rows)


def test_headings_of_a_workbook_must_be_readable(tmp_path: Path) -> None:
    """A first row with an error in it is no row of headings."""
    path = ordinary_workbook(tmp_path / "a.xlsx", [("Nro", "#N/A", "Kunta"), ("1", "a", "b")])
    with pytest.raises(FileRefused) as caught:
        headings_of(path, None)
    assert caught.value.code == "tabular.bad_headings"
    assert zipfile.is_zipfile(path)
