"""A file is loaded whole or not at all, and never by accident in place of a better one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from core.actor import Role
from core.errors import NotPermitted
from core.postal_codes.errors import BadPostalFile, DoubtfulPostalFile
from core.postal_codes.knowledge import is_loaded
from core.postal_codes.loading import load, loaded_files
from core.postal_codes.model import postal_code_table, postal_street_table
from core.postal_codes.reader import Layout
from tests.support import postal
from tests.support.update_house import IMPORTER

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Table

    from core.batches.types import Progress
    from core.register import Register
    from tests.conftest import MakeActor


def count(register: Register, table: Table) -> int:
    with register.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_both_files(register: Register, tmp_path: Path) -> None:
    """Which file it is, the file says; the second loading of it takes the first one's place."""
    codes = postal.write(tmp_path / "PCF.dat", postal.CODES)
    told: list[Progress] = []
    for _ in range(2):
        found = load(register, IMPORTER, codes, progress=told.append)
        assert (found.layout, found.file, found.run_on, found.rows) == (
            Layout.PCF,
            "PCF.dat",
            date(2026, 2, 21),
            len(postal.CODES),
        )
        assert found.actor_name == IMPORTER.name
    load(register, IMPORTER, postal.write(tmp_path / "BAF.dat", postal.STREETS))
    assert count(register, postal_code_table) == len(postal.CODES)
    # One record names no street.
    assert count(register, postal_street_table) == len(postal.STREETS) - 1
    assert told[-1].done == len(postal.CODES)
    with register.database.reading() as connection:
        assert set(loaded_files(connection)) == set(Layout)
        assert is_loaded(connection)


def test_a_broken_file_changes_nothing(loaded: Register, tmp_path: Path) -> None:
    """A record broken at the end of the file leaves the files of before."""
    path = postal.write(tmp_path / "new.dat", [*postal.CODES * 900, postal.HELSINKI[:-1]])
    with pytest.raises(BadPostalFile):
        load(loaded, IMPORTER, path, anyway=True)
    assert count(loaded, postal_code_table) == len(postal.CODES)


def test_an_older_file_is_doubted(loaded: Register, tmp_path: Path) -> None:
    """Yesterday's file is not loaded over today's unless somebody says so."""
    older = [postal.code_record(f"{n:05}", "TOWN", run="20260220") for n in range(len(postal.CODES))]
    path = postal.write(tmp_path / "older.dat", older)
    with pytest.raises(DoubtfulPostalFile, match="older"):
        load(loaded, IMPORTER, path)
    assert load(loaded, IMPORTER, path, anyway=True).run_on == date(2026, 2, 20)


def test_half_a_file_is_doubted(loaded: Register, tmp_path: Path) -> None:
    """A file cut at the end of a record has no other sign of it than its size."""
    path = postal.write(tmp_path / "half.dat", postal.CODES[:3])
    with pytest.raises(DoubtfulPostalFile, match="much less"):
        load(loaded, IMPORTER, path)
    assert count(loaded, postal_code_table) == len(postal.CODES)
    assert load(loaded, IMPORTER, path, anyway=True).rows == 3


def test_a_file_of_no_streets_is_doubted(register: Register, tmp_path: Path) -> None:
    """A file that gives nothing is no file to load."""
    with pytest.raises(DoubtfulPostalFile):
        load(register, IMPORTER, postal.write(tmp_path / "BAF.dat", [postal.NO_STREET]))


def test_what_is_in_force_counts(register: Register, tmp_path: Path) -> None:
    """A postcode that is to change stands as it is on the file's day; one of tomorrow alone is not there yet."""
    records = [
        postal.code_record("01300", "OLD", since="19900101"),
        postal.code_record("01300", "NEW", since="20260101"),
        postal.code_record("01300", "LATER", since="20270101"),
        postal.code_record("99999", "TOMORROW", since="20270101"),
    ]
    assert load(register, IMPORTER, postal.write(tmp_path / "PCF.dat", records)).rows == 1
    with register.database.reading() as connection:
        rows = connection.execute(select(postal_code_table.c.code, postal_code_table.c.name_fi)).all()
    assert [tuple(row) for row in rows] == [("01300", "NEW")]


def test_who_may_load(register: Register, tmp_path: Path, make_actor: MakeActor) -> None:
    """An importer or an administrator."""
    path = postal.write(tmp_path / "PCF.dat", postal.CODES)
    with pytest.raises(NotPermitted):
        load(register, make_actor(Role.CLERK), path)
