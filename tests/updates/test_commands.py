"""`rekisteri load` and `rekisteri update`: what a person types and reads; every bad file is a sentence and a code."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.actor import Actor, Role
from core.customers import service as customers
from core.customers.types import CustomerValues, Source, SourceKind
from core.database import Database
from tui.demo.files import ANSWER_COLUMNS, write_answer, write_register

if TYPE_CHECKING:
    from pathlib import Path

    from tests.updates.conftest import Run


def register_file(tmp_path: Path, count: int = 30, flawed: int = 0) -> str:
    path = tmp_path / "vanha.csv"
    write_register(path, seed=5, count=count, flawed=flawed)
    return str(path)


def test_a_load_from_preview_to_done(rekisteri: Run, tmp_path: Path) -> None:
    """The preview tells what would be done, `--yes` does it, and a second time is refused with exit code 1."""
    path = register_file(tmp_path, flawed=8)
    preview = rekisteri("load", path, "--mapping", "vanha", "--preview")
    assert (preview.code, preview.err) == (0, "")
    assert "38 riviä, joista voidaan ladata 30" in preview.out
    assert "Karanteeniin menisi 8 riviä" in preview.out
    loaded = rekisteri("load", path, "--mapping", "vanha", "--yes")
    assert (loaded.code, loaded.err) == (0, "")
    assert "30 asiakasta ladattu, 8 riviä karanteenissa" in loaded.out
    again = rekisteri("--language", "en", "load", path, "--mapping", "vanha", "--yes")
    assert again.code == 1
    assert "has been read before: run 1" in again.err


def test_a_load_asks_where_there_is_nobody_to_ask(rekisteri: Run, tmp_path: Path) -> None:
    """Without `--yes` and without a terminal nothing is loaded, and the exit code is that of usage."""
    said = rekisteri("load", register_file(tmp_path), "--mapping", "vanha")
    assert said.code == 2
    assert "--yes" in said.err


def test_an_update_from_preview_to_report(rekisteri: Run, tmp_path: Path) -> None:
    """Preview, apply, report and list speak the reader's language, and `--json` says the same as data."""
    rekisteri("load", register_file(tmp_path, count=300), "--mapping", "vanha", "--yes")
    answer = tmp_path / "vastaus.csv"
    write_answer(answer, seed=5, count=300, rows=100, answered_on=date(2026, 11, 20), unknown_customers=2)
    foreseen = rekisteri("update", "preview", "posti", str(answer))
    assert foreseen.code == 0
    assert "esikatseltu, mitään ei ole vielä viety" in foreseen.out
    assert "rekisteri update apply 2" in foreseen.out
    applied = rekisteri("--json", "update", "apply", "2")
    data = json.loads(applied.out)
    assert (data["state"], data["rows"]) == ("done", 102)
    assert sum(data["outcomes"].values()) == 102
    assert data["outcomes"]["quarantined"] >= 2
    report = rekisteri("--language", "en", "update", "report", "2")
    assert f"{data['outcomes']['applied']}  address updated" in report.out
    rows = json.loads(
        rekisteri("--json", "update", "report", "2", "--outcome", "applied", "--limit", "3").out
    )
    assert len(rows) == 3
    assert rows[0]["before"] != rows[0]["after"]
    assert "Ajo 2: posti, tiedosto vastaus.csv, 102 riviä" in rekisteri("update", "list").out
    assert rekisteri("update", "apply", "2").code == 1


def test_an_unknown_run_or_service_is_told(rekisteri: Run, tmp_path: Path) -> None:
    """A number or name that isn't there is named."""
    assert "99" in rekisteri("update", "apply", "99").err
    said = rekisteri("update", "preview", "toinen", register_file(tmp_path))
    assert (said.code, "toinen" in said.err) == (1, True)
    assert rekisteri("load", "x.csv", "--mapping", "uusi", "--yes").code == 1


HEADINGS = ";".join(ANSWER_COLUMNS.values()).encode()
# File content, exit code, and what the complaint holds in Finnish and English.
BAD_FILES: dict[str, tuple[bytes | None, str, str]] = {
    "empty": (b"", "Tiedosto on tyhjä", "The file is empty"),
    "spreadsheet": (b"PK\x03\x04" + b"x" * 50, "Työkirjaa ei voi lukea", "The workbook cannot be read"),
    "pdf": (b"%PDF-1.7\n", "PDF", "PDF"),
    "binary": (bytes(range(256)) * 8, "binääritietoa", "binary data"),
    "directory": (None, "hakemisto", "directory"),
    "missing column": (
        b"Asiakasnumero;Tulos\n1;M\n",
        "rivi 1, kenttä Uusi katuosoite",
        "row 1, field Uusi katuosoite",
    ),
    "column twice": (HEADINGS + b";Tulos\n", "useammin kuin kerran", "more than once"),
    "headings unclosed": (b'"' + HEADINGS + b"\n1;M\n", "otsikoiksi", "as headings"),
    "headings only in another encoding": (
        "Asiakasnumero;Tulos\n".encode("utf-16-le"),
        "ei ole tekstitiedosto",
        "not a text file",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_in_a_sentence(rekisteri: Run, tmp_path: Path, name: str) -> None:
    """File, row and field stand in the sentence, with advice, in both languages; exit code 1; nothing is kept."""
    content, *words = BAD_FILES[name]
    path = tmp_path / "huono.csv"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    for language, expected, file in (
        ("fi", words[0], "tiedosto huono.csv"),
        ("en", words[1], "file huono.csv"),
    ):
        for command in (
            ("update", "preview", "posti", str(path)),
            ("load", str(path), "--mapping", "vanha", "--yes"),
        ):
            said = rekisteri("--language", language, *command)
            assert (said.code, said.out) == (1, "")
            assert file in said.err
            assert len(said.err.strip().splitlines()) == 2
            assert "Traceback" not in said.err
            if command[0] == "update":
                assert expected in said.err
    assert "Ajoja ei ole vielä" in rekisteri("update", "list").out


BAD_ROWS: dict[str, tuple[bytes, str, str, str | None]] = {
    "unclosed quote": (b'1;"M;Katu 1;00100;Helsinki;', "lainausmerkki", "quotation mark", None),
    "too few cells": (b"1;M", "rivi on katkennut", "cut off", None),
    "too many cells": (b"1;M;a;b;c;d;e", "Rivillä on 7 solua", "The row has 7 cells", None),
    "control character": (b"1;M;Ka\x1b[31mtu 1;00100;Helsinki;", "U+001B", "U+001B", "Uusi katuosoite"),
    "nul": (b"1;M;Ka\0tu 1;00100;Helsinki;", "U+0000", "U+0000", "Uusi katuosoite"),
    "10 MB cell": (b"1;M;" + b"x" * 10_000_000 + b";00100;Helsinki;", "pidempi", "longer", None),
    "duplicate key": (b"5;E;;;;", "jo rivillä 2", "already on row 2", "Asiakasnumero"),
    "no key": (b";M;Katu 1;00100;Helsinki;", "ketä se koskee", "whom it is about", "Asiakasnumero"),
    "unknown customer": (b"77;E;;;;", "ei ole asiakasta", "no customer", "Asiakasnumero"),
    "formula for a key": (b"=1+1;E;;;;", "Asiakasnumerossa", "A customer number", "Asiakasnumero"),
    "unknown code": (b"6;[b]X[/b];;;;", "ei sanota", "does not say", "Tulos"),
    "bad postcode": (b"6;M;Katu 1;1;Helsinki;", "postinumero", "postcode", "Uusi postinumero"),
    "no town": (b"6;M;Katu 1;00100;;", "vajaa", "not complete", "Uusi postitoimipaikka"),
    "bad date": (b"6;M;Katu 1;00100;Helsinki;2026-13-01", "päivämäärä", "not a date", "Muuttopäivä"),
    "long street": (b"6;M;" + b"x" * 500 + b";00100;Helsinki;", "merkkiä", "characters", "Uusi katuosoite"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_goes_to_quarantine_with_its_reason(
    rekisteri: Run, database_url: str, tmp_path: Path, name: str
) -> None:
    """Row, field and reason are told in both languages, the good row beside it is applied, nothing escapes."""
    with_customers(database_url, "5", "6")
    content, finnish, english, field = BAD_ROWS[name]
    path = tmp_path / "vastaus.csv"
    path.write_bytes(HEADINGS + b"\r\n5;M;Katu 1;00100;Helsinki;\r\n" + content + b"\r\n")
    for language, expected in (("fi", finnish), ("en", english)):
        said = rekisteri("--language", language, "--json", "update", "preview", "posti", str(path))
        assert (said.code, said.err) == (0, "")
        data = json.loads(said.out)
        assert data["outcomes"]["applied"] == 1
        assert data["outcomes"]["quarantined"] == 1
        (row,) = [one for one in data["sample"] if one["outcome"] == "quarantined"]
        assert row["row"] == 3
        assert expected in row["problem"][language]
    run = data["run"]
    said = rekisteri("update", "apply", str(run))
    assert said.code == 0
    assert "\x1b" not in said.out
    (quarantine,) = (tmp_path / "quarantine").glob("*.csv")
    assert quarantine.stat().st_mode & 0o777 == 0o600
    text = quarantine.read_text(encoding="utf-8-sig")
    assert finnish in text
    assert f";3;{field or ''};" in text
    assert "\x1b" not in text
    assert "\0" not in text


def with_customers(database_url: str, *numbers: str) -> None:
    """Customers with these numbers."""
    database = Database.open(database_url)
    somebody = Actor(1, "tuoja", "Tuula", frozenset(Role))
    with database.unit_of_work() as uow:
        for number in numbers:
            values = CustomerValues(last_name="Aho", street="Vanha 1", postcode="33100", town="Tampere")
            customers.add(uow, somebody, values, Source(SourceKind.FIRST_LOAD, "old"), number=number)
        uow.commit()
    database.close()


def test_a_full_disk_loses_nothing(rekisteri: Run, tmp_path: Path) -> None:
    """When the quarantine file can't be written the rows stay with the run; the same command ends it later."""
    path = register_file(tmp_path, flawed=8)
    (tmp_path / "quarantine").write_text("in the way")
    said = rekisteri("load", path, "--mapping", "vanha", "--yes")
    assert said.code == 1
    assert "quarantine" in said.err
    (tmp_path / "quarantine").unlink()
    said = rekisteri("load", path, "--mapping", "vanha", "--yes")
    assert said.code == 0
    assert "30 asiakasta ladattu, 8 riviä karanteenissa" in said.out
    (written,) = (tmp_path / "quarantine").glob("*.csv")
    assert len(written.read_text(encoding="utf-8-sig").splitlines()) == 9


def test_a_database_that_is_not_there_is_code_3(
    tmp_path: Path, rekisteri: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that doesn't answer is told as such."""
    monkeypatch.setenv("REKISTERI_DATABASE_URL", "postgresql+psycopg://nobody@/nothing?host=/nonexistent")
    said = rekisteri("load", register_file(tmp_path), "--mapping", "vanha", "--yes")
    assert said.code == 3
    assert "Traceback" not in said.err


def test_proposals_are_worked_from_the_command_line(rekisteri: Run, tmp_path: Path) -> None:
    """What waits is listed, one is seen side by side, accepted or rejected; a rule is counted before it accepts."""
    for number in range(1, 6):
        rekisteri("customer", "add", "--number", str(number), "--source", "self", *PERSON)
    answer = tmp_path / "vastaus.csv"
    moves = [f"{number};M;Mäntytie {number};33100;Tampere;1.1.2026" for number in range(1, 5)]
    text = "\n".join([";".join(ANSWER_COLUMNS.values()), *moves, "5;KU;;;;1.11.2025", ""])
    answer.write_text(text, encoding="utf-8")
    rekisteri("update", "preview", "posti", str(answer))
    listed = rekisteri("update", "proposals", "1")
    assert (listed.code, listed.err) == (0, "")
    assert listed.out.splitlines()[0].startswith("! 1/6 · 5 Mäkelä Maija · kuollut · ilmoitettu kuolleeksi")
    assert "Odottaa ihmisen ratkaisua: 5" in listed.out
    one = rekisteri("--language", "en", "update", "proposals", "1", "2")
    assert "street address   Koivukatu 1                  → Mäntytie 1   (the customer, " in one.out
    assert "Found by customer number" in one.out
    data = json.loads(rekisteri("--json", "update", "proposals", "1", "2").out)
    assert (data["reason"], data["fields"][0]["after"]) == ("own_notice", "Mäntytie 1")
    assert rekisteri("update", "accept", "1", "2").out.strip() == "Hyväksytty: 2"
    assert "on jo ratkaistu: Tuula Tuoja" in rekisteri("update", "reject", "1", "2").err
    assert rekisteri("update", "reject", "1", "3").out.strip() == "Hylätty: 3"
    assert rekisteri("update", "accept", "1", "--reason", "own_notice").code == 2
    assert rekisteri("update", "accept", "1").code == 2
    ruled = rekisteri(
        "--json", "update", "accept", "1", "--reason", "own_notice", "--group", "address", "--yes"
    )
    assert json.loads(ruled.out) == {"accepted": 2, "left": []}
    waiting = json.loads(rekisteri("--json", "update", "proposals").out)
    assert (waiting["waiting"], [row["row"] for row in waiting["rows"]]) == (1, [6])


def test_a_run_is_undone_and_its_report_written(rekisteri: Run, tmp_path: Path) -> None:
    """Undo asks, takes back, tells what it left; the report goes into files that name nobody."""
    for number in "12":
        rekisteri("customer", "add", "--number", number, "--source", "staff", *PERSON)
    answer = tmp_path / "vastaus.csv"
    moves = [f"{number};M;Mäntytie {number};33100;Tampere;1.1.2027" for number in "12"]
    answer.write_text("\n".join([";".join(ANSWER_COLUMNS.values()), *moves, "x y;M;A 1;33100;Tampere;", ""]))
    rekisteri("update", "preview", "posti", str(answer))
    rekisteri("update", "apply", "1")
    rekisteri("customer", "change", "2", "--source", "self", "street=Mäntytie 2 B")
    assert rekisteri("update", "undo", "1").code == 2
    undone = rekisteri("update", "undo", "1", "--yes")
    assert (undone.code, undone.err) == (0, "")
    first, *rest = undone.out.splitlines()
    assert first.startswith("Ajon 1 kumoaminen: 2 riviä, Tuula Tuoja: kumottu")
    assert [line.split() for line in rest[:3]] == [
        ["1", "palautettu"],
        ["1", "jätetty", "ennalleen", "kokonaan", "tai", "osin"],
        ["1", "muutettu", "sen", "jälkeen"],
    ]
    assert "rekisteri update report 1 --spared" in rest[-1]
    left = rekisteri("update", "report", "1", "--spared").out
    assert left.startswith("rivi 3 · 2 Mäkelä Maija · ")
    assert "katuosoite" in left
    assert "Ajo 1 on kumottu" in rekisteri("update", "undo", "1", "--yes").err
    assert "Ajo 1 on kumottu" in rekisteri("update", "apply", "1").err
    table, pages = tmp_path / "ajo.csv", tmp_path / "ajo.pdf"
    for path in (table, pages):
        assert rekisteri("update", "report", "1", str(path)).code == 0
    words = table.read_text(encoding="utf-8-sig")
    assert "Mitä riveille tapahtui;osoite päivitetty;;2" in words
    assert "Mitä riveille tapahtui;karanteenissa;;1" in words
    assert "Ennalleen jätetyt tiedot;katuosoite;muutettu sen jälkeen;1" in words
    assert not any(name in words for name in ("Mäkelä", "Maija", "Mäntytie", "Koivukatu"))
    assert pages.read_bytes().startswith(b"%PDF")


PERSON = ("first_name=Maija", "last_name=Mäkelä", "street=Koivukatu 1", "postcode=00100", "town=Helsinki")
