"""Posti's files to the byte: samples as they are published, broken ones refused by row, anything else a sentence."""

from __future__ import annotations

import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import RegisterError
from core.postal_codes.errors import BadPostalFile
from core.postal_codes.reader import CodeRecord, Layout, StreetRecord, open_postal_file
from tests.support import postal
from tests.support.partners import DATA

if TYPE_CHECKING:
    from pathlib import Path


def records(path: Path) -> list[CodeRecord | StreetRecord]:
    with open_postal_file(path) as file:
        return list(file.records())


def test_a_street_with_even_numbers(tmp_path: Path) -> None:
    """A real BAF record: both names, parity, first and last number; one without a street is passed over."""
    path = postal.write(tmp_path / "BAF.dat", [postal.LEIRIKAARI, postal.NO_STREET])
    assert records(path) == [StreetRecord("02600", "Leirikaari", "Lägerbågen", 2, 2, 26)]


def test_a_postcode(tmp_path: Path) -> None:
    """A PCF record: names and abbreviations in both languages, the day from which it is so, the municipality."""
    with open_postal_file(postal.write(tmp_path / "PCF.dat", [postal.HELSINKI])) as file:
        assert (file.layout, file.run_on) == (Layout.PCF, date(2026, 2, 21))
        (found,) = file.records()
    assert found == CodeRecord(
        code="00100",
        name_fi="HELSINKI",
        name_sv="HELSINGFORS",
        short_fi="HKI",
        short_sv="HFORS",
        in_force_from=date(1988, 10, 1),
        kind=1,
        municipality_fi="Helsinki",
        municipality_sv="Helsingfors",
    )


def test_published_samples() -> None:
    """The sample files beside the checkout hold the very records that stand here."""
    folder = DATA / "posti"
    if not folder.is_dir():
        print(f"no {folder}: the samples written here are all that was read")
        return
    assert (folder / "baf-sample.dat").read_bytes().split(b"\n")[:2] == [postal.LEIRIKAARI, postal.NO_STREET]
    assert (folder / "pcf-sample.dat").read_bytes().split(b"\n")[0] == postal.HELSINKI
    assert [record.code for record in records(folder / "pcf-sample.dat")] == ["00100", "02760", "33100"]


@pytest.mark.parametrize(
    ("smallest", "largest", "bounds"),
    [
        (("", "", "", "", ""), ("", "", "", "", ""), (None, None)),
        ((7, "", "", "", ""), ("", "", "", "", ""), (7, 7)),
        ((2, "", "-", 4, ""), ("", "", "", "", ""), (2, 4)),
        ((2, "a", "", "", ""), (26, "", "-", 28, "b"), (2, 28)),
    ],
)
def test_bounds_of_a_stretch(
    tmp_path: Path,
    smallest: tuple[int | str, str, str, int | str, str],
    largest: tuple[int | str, str, str, int | str, str],
    bounds: tuple[int | None, int | None],
) -> None:
    """A building may bear two numbers, letters do not count, and without numbers it is the whole street."""
    record = postal.street_record("00100", "Katu", smallest=smallest, largest=largest)
    (found,) = records(postal.write(tmp_path / "BAF.dat", [record]))
    assert isinstance(found, StreetRecord)
    assert (found.lowest, found.highest) == bounds


def test_packed_as_it_comes(tmp_path: Path) -> None:
    """The ZIP that Posti offers is read as it is."""
    path = tmp_path / "PCF_20260221.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("PCF_20260221.dat", postal.HELSINKI + b"\r\n")
    assert len(records(path)) == 1


@pytest.mark.parametrize(
    ("content", "row", "said"),
    [
        (b"", 1, "does not begin with PONOT or KATUN"),
        (b"%PDF-1.7\n", 1, "does not begin with PONOT or KATUN"),
        (postal.HELSINKI + b"\n" + postal.HELSINKI[:-1] + b"\n", 2, "not as long"),
        (postal.HELSINKI + b" \n", 1, "not as long"),
        (postal.HELSINKI + b"\n" + postal.LEIRIKAARI + b"\n", 2, "as the first one does"),
        (postal.HELSINKI.replace(b"00100", b"0010 "), 1, "five digits"),
        (postal.HELSINKI.replace(b"20260221", b"20261341"), 1, "a date"),
        (postal.HELSINKI.replace(b"19881001", b"1988 001"), 1, "a date"),
        (postal.LEIRIKAARI.replace(b"   26", b"  2x6"), 1, "number's place"),
        (postal.HELSINKI + b"\n\n", 2, "as the first one does"),
    ],
)
def test_what_is_refused(tmp_path: Path, content: bytes, row: int, said: str) -> None:
    """One record that is not as the layout has it refuses the file, with its row and the reason."""
    path = tmp_path / "file.dat"
    path.write_bytes(content)
    with pytest.raises(BadPostalFile) as refused:
        records(path)
    assert refused.value.where.row == row
    assert said in str(refused.value)


@pytest.mark.parametrize("kind", ["several", "none", "cut", "encrypted", "huge"])
def test_bad_archives(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ZIP that is broken, holds several files, or unpacks to more than such a file can be, is refused in a sentence."""
    path = tmp_path / "PCF.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in {"several": ("a", "b"), "none": ()}.get(kind, ("a",)):
            archive.writestr(name, (postal.HELSINKI + b"\n") * 200)
    content = bytearray(path.read_bytes())
    if kind == "cut":
        del content[len(content) // 2 :]
    if kind == "encrypted":
        content[6] |= 1
        content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    if kind == "huge":
        monkeypatch.setattr("core.postal_codes.reader.MAX_BYTES", 1_000)
    with pytest.raises(BadPostalFile):
        records(path)


def test_a_pipe_and_a_missing_file(tmp_path: Path) -> None:
    """What is no file is refused at once."""
    for path in (tmp_path, tmp_path / "not-there.dat"):
        with pytest.raises(RegisterError):
            records(path)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(
        [b"", b"PONOT20260221", b"KATUN20260221", postal.HELSINKI, postal.LEIRIKAARI, b"PK\x03\x04"]
    ),
    middle=st.binary(max_size=300),
    end=st.sampled_from([b"", b"\n", b"\n" + postal.HELSINKI, b"\r\n" + postal.LEIRIKAARI]),
)
def test_any_bytes(tmp_path: Path, start: bytes, middle: bytes, end: bytes) -> None:
    """Whatever the bytes, there are records or a refusal, and nothing else."""
    path = tmp_path / "file.dat"
    path.write_bytes(start + middle + end)
    try:
        found = records(path)
    except RegisterError:
        return
    assert all(record.code.isdigit() and len(record.code) == 5 for record in found)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[0-9]{5}", fullmatch=True),
            st.text("ABCÅÄÖéÉ- ", min_size=1, max_size=30).filter(str.strip),
            st.integers(0, 2),
            st.integers(1, 99999),
            st.integers(1, 99999),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_every_street_comes_back(tmp_path: Path, rows: list[tuple[str, str, int, int, int]]) -> None:
    """What is written in the layout is read as it was meant."""
    written = [
        postal.street_record(code, name, parity=parity, smallest=postal.at(first), largest=postal.at(last))
        for code, name, parity, first, last in rows
    ]
    found = records(postal.write(tmp_path / "BAF.dat", written))
    assert [
        (r.code, r.street_fi, r.parity, r.lowest, r.highest) for r in found if isinstance(r, StreetRecord)
    ] == [(code, " ".join(name.split()), parity, first, last) for code, name, parity, first, last in rows]
