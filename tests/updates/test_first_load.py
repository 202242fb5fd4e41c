"""The first load: everything in its place, nothing twice, bad rows told and kept for correction."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.actor import Role
from core.batches.errors import AlreadyDone, FileChanged
from core.batches.types import BatchState
from core.config import LoadMapping
from core.customers import bans, first_load, restrictions, sealed
from core.customers.bans import BanKind
from core.customers.history import provenance
from core.customers.load_errors import BadLoadMapping, NoSuchMapping
from core.customers.reading import by_number
from core.customers.search import search
from core.customers.types import Kind, SourceKind
from core.errors import NotPermitted
from core.messages import tr
from tests.support.update_house import IMPORTER, LOAD
from tui.demo.files import REGISTER_COLUMNS, write_register

if TYPE_CHECKING:
    from core.batches.types import Batch, Progress
    from core.register import Register
    from tests.conftest import MakeActor


AINO = {
    "number": "7",
    "first_name": "Aino",
    "last_name": "Äijälä",
    "street": "Kotikatu 1",
    "postcode": "00100",
}
FIRM = {"number": "8", "organisation_name": "Putki Oy", "business_id": "2077474-0"}


def write(directory: Path, *rows: dict[str, str], name: str = "vanha.csv") -> Path:
    """A register file of rows given by field."""
    path = directory / name
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.DictWriter(stream, list(REGISTER_COLUMNS), restval="", delimiter=";")
        stream.write(";".join(REGISTER_COLUMNS.values()) + "\n")
        out.writerows(rows)
    return path


def load(register: Register, path: Path, *, again: bool = False) -> Batch:
    return first_load.load(register, IMPORTER, LOAD, path, again=again)


def problems(batch: Batch) -> list[tuple[str, str, str]]:
    """Row, field and reason of each quarantined row."""
    if batch.quarantine_file is None:
        return []
    with Path(batch.quarantine_file).open(encoding="utf-8-sig", newline="") as stream:
        return [(row[-3], row[-2], row[-1]) for row in list(csv.reader(stream, delimiter=";"))[1:]]


def test_a_whole_row_arrives_whole(register: Register, tmp_path: Path) -> None:
    """Values, start, sealed account, bans, restriction and protected address all come in, with their source."""
    batch = load(
        register,
        write(
            tmp_path,
            {
                **AINO,
                "email": "aino@example.com",
                "phone": "046 123 4567",
                "iban": "FI2112345600000785",
                "started_on": "1.2.2020",
                "ban.direct_marketing": "x",
                "ban.register_update": "15.3.2021",
                "restricted": "kyllä",
                "protected_address": "x",
            },
        ),
    )
    assert dict(batch.counts) == {"loaded": 1}
    with register.database.reading() as connection:
        aino = by_number(connection, "7")
        assert (aino.values.last_name, aino.values.phone) == ("Äijälä", "+358461234567")
        assert (aino.started_on, aino.protected_address) == (date(2020, 2, 1), True)
        known = provenance(connection, aino.id)["street"]
        assert (known.source.kind, known.batch_id) == (SourceKind.FIRST_LOAD, batch.id)
        assert (
            sealed.values_of(connection, register.keyring, [aino.id], "iban")[aino.id] == "FI2112345600000785"
        )
        since = {ban.kind: ban.since for ban in bans.bans_of(connection, aino.id)}
        assert since == {
            BanKind.DIRECT_MARKETING: date(2026, 11, 23),
            BanKind.REGISTER_UPDATE: date(2021, 3, 15),
        }
        assert restrictions.restricted_many(connection, [aino.id]) == {aino.id}
        assert [row.id for row in search(connection, "aijala")] == [aino.id]


def test_a_contact_person_finds_the_firm_in_the_same_file(register: Register, tmp_path: Path) -> None:
    """The kind is understood from the names, and a person is joined to a firm of the same file in either order."""
    load(register, write(tmp_path, {**AINO, "represents": "8"}, FIRM))
    with register.database.reading() as connection:
        firm = by_number(connection, "8")
        assert firm.values.kind is Kind.ORGANISATION
        assert by_number(connection, "7").values.represents == firm.id


def test_every_bad_row_is_told_and_can_be_fed_back(register: Register, tmp_path: Path) -> None:
    """Each fault is named under the file's own heading; the corrected quarantine file loads."""
    rows = (
        AINO,
        {**AINO, "number": "9", "postcode": "1"},
        {**AINO, "number": "10", "iban": "FI2112345600000786"},
        {**AINO, "number": "11", "started_on": "eilen"},
        {**AINO, "number": "12", "ban.publication": "ehkä"},
        {**AINO, "number": "13", "represents": "99"},
        {**AINO, "street": "Toinen 2"},
        {"number": "14"},
        {**AINO, "number": "15", "email": "ei", "phone": "ei"},
    )
    batch = load(register, write(tmp_path, *rows))
    assert dict(batch.counts) == {"loaded": 1, "quarantined": 8}
    assert [(row, field) for row, field, _ in problems(batch)] == [
        ("3", "Postinumero"),
        ("4", "IBAN"),
        ("5", "Asiakas alkaen"),
        ("6", "Julkaisukielto"),
        ("7", "Edustaa (asiakasnumero)"),
        ("8", "Asiakasnumero"),
        ("9", "Sukunimi"),
        ("10", "Sähköposti"),
    ]
    number_in_use = tr(
        "The register already has a customer with this number, or the file has it on an earlier row.", "fi"
    )
    assert problems(batch)[5][2].startswith(number_in_use)
    assert batch.quarantine_file is not None
    corrected = tmp_path / "korjattu.csv"
    text = Path(batch.quarantine_file).read_text(encoding="utf-8-sig").splitlines()
    corrected.write_text("\n".join([text[0], text[1].replace(";1;", ";00100;")]), encoding="utf-8")
    assert dict(load(register, corrected).counts) == {"loaded": 1}


def test_the_preview_says_what_the_load_does(register: Register, tmp_path: Path) -> None:
    """Counts and faults of the preview are those of the load, and it writes nothing."""
    path = tmp_path / "demo.csv"
    write_register(path, seed=3, count=300, flawed=8)
    found = first_load.preview(register, IMPORTER, LOAD, path)
    with register.database.reading() as connection:
        assert not search(connection, "a")
    batch = load(register, path)
    assert (found.rows, found.good) == (308, 300)
    assert dict(batch.counts) == {"loaded": 300, "quarantined": 8}
    assert [str(problem.line) for problem in found.first_problems] == [
        row for row, _, _ in problems(batch)[:5]
    ]
    assert found.problems.total() == 8  # type: ignore[attr-defined]


def test_the_same_file_is_refused_unless_meant(register: Register, tmp_path: Path) -> None:
    """A file loaded before is recognised; read again on purpose, its customers are not doubled."""
    load(register, write(tmp_path, AINO))
    copy = write(tmp_path, AINO, name="kopio.csv")
    with pytest.raises(AlreadyDone) as caught:
        load(register, copy)
    assert "vanha.csv" in caught.value.explain("fi").sentence
    assert dict(load(register, copy, again=True).counts) == {"quarantined": 1}


def test_an_unfinished_load_is_finished_first(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stopped load goes on with its own file; another file is refused meanwhile."""
    monkeypatch.setattr("core.customers.first_load.CHUNK", 2)
    rows = [{**AINO, "number": str(number)} for number in range(1, 6)]
    path = write(tmp_path, *rows)

    def stop(progress: Progress) -> bool:
        return progress.done > 3

    stopped = first_load.load(register, IMPORTER, LOAD, path, progress=stop)
    assert (stopped.state, dict(stopped.counts)) == (BatchState.APPLYING, {"loaded": 2})
    with pytest.raises(FileChanged):
        load(register, write(tmp_path, FIRM, name="muu.csv"))
    done = load(register, path)
    assert (done.id, done.state, dict(done.counts)) == (stopped.id, BatchState.DONE, {"loaded": 5})


def test_a_mapping_must_be_there_and_name_real_fields(register: Register, tmp_path: Path) -> None:
    """An unknown mapping and a field that the register doesn't have are told by name."""
    path = write(tmp_path, AINO)
    with pytest.raises(NoSuchMapping) as missing:
        first_load.load(register, IMPORTER, "uusi", path)
    assert "old" in missing.value.explain("en").sentence
    register.config.loads["bad"] = LoadMapping(columns={"shoe_size": "Laji"})
    with pytest.raises(BadLoadMapping) as wrong:
        first_load.load(register, IMPORTER, "bad", path)
    assert "shoe_size" in wrong.value.explain("en").sentence


def test_only_importers_load(register: Register, make_actor: MakeActor, tmp_path: Path) -> None:
    """A clerk can neither look at what a file would do nor load it."""
    path = write(tmp_path, AINO)
    for act in (first_load.preview, first_load.load):
        with pytest.raises(NotPermitted):
            act(register, make_actor(Role.CLERK), LOAD, path)
