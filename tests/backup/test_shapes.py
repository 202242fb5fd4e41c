"""Whatever the tables hold comes back, awkward values too; a backup of an older program restores into this one."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import MetaData, insert, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.types import Boolean, Date, Integer, LargeBinary, TypeDecorator

from core import migrations
from core.backup import content
from core.backup.sealing import write_sealed
from core.customers import search
from core.database import Database, JsonText, metadata
from core.disclosure.log import DisclosureLog, LogSigner
from tests.backup.test_restore import CHANGED, contents, tables

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Table

    from tests.backup.conftest import Site

AWKWARD = (
    "",
    " ",
    "Åäö €",
    "rivi\nja\ttoinen\r",
    "\\N \\. \\x00 '; -- \"",
    '{"a": [1]}',
    "🙂🙃",
    "x" * 3000,
    "2026-02-29",
    "NULL",
)
# Worked on by a restore itself, or held by triggers and by the log's own proof.
LEFT = CHANGED | {
    *("log_entry", "log_node", "log_head", "log_signed", "log_checkpoint", "log_cosignature", "log_fault"),
    *("transfer_approval", "customer", "rights_case", "number_series", "data_key"),
}


def value(chance: random.Random, column: Column[Any], parents: list[Any] | None) -> Any:
    """A value that a column may hold."""
    if column.nullable and chance.random() < 0.25:
        return None
    if parents is not None:
        return chance.choice(parents) if parents else None
    if isinstance(column.type, JsonText):
        return {"a": [chance.choice(AWKWARD), None, 1.5], "å": {}}
    return _plain(chance, column)


def _plain(chance: random.Random, column: Column[Any]) -> Any:
    under = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    made: Any = chance.choice(AWKWARD)[: getattr(under, "length", None) or 5000]
    if isinstance(under, Boolean):
        made = chance.random() < 0.5
    elif isinstance(under, Date):
        made = date(1900, 1, 1) + timedelta(days=chance.randrange(80_000))
    elif isinstance(under, LargeBinary):
        made = chance.randbytes(chance.choice((0, 1, 32, 5000)))
    elif isinstance(under, Integer):
        made = chance.choice((0, 1, chance.randrange(1 << 31)))
    return made


def fill(connection: Connection, chance: random.Random) -> int:
    """Rows in every table that takes them; what a rule of the table refuses is left out."""
    added = 0
    for table in metadata.sorted_tables:
        if table.name in LEFT:
            continue
        for _ in range(4):
            added += _row(connection, chance, table)
    return added


def _row(connection: Connection, chance: random.Random, table: Table) -> bool:
    values: dict[str, Any] = {}
    for column in table.columns:
        if column is table.autoincrement_column:
            continue
        parents = None
        for key in column.foreign_keys:
            parents = list(connection.execute(select(key.column)).scalars())
        it: Any = value(chance, column, parents)
        if isinstance(column.type, TypeDecorator) and isinstance(it, int) and not isinstance(it, bool):
            it = column.type.process_result_value(it, connection.dialect)
        values[column.name] = it
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(**values))
    except DatabaseError:
        return False
    return True


@pytest.mark.parametrize(
    ("database_url", "target"),
    [("sqlite", "postgresql"), ("postgresql", "sqlite")],
    indirect=["database_url"],
)
def test_awkward_rows_in_every_table_come_back(site: Site, target: str) -> None:
    """Line ends, quotes, COPY's own signs, empty bytes, the first and last days, from either database into either."""
    site.house.notices.add()
    with site.register.database.unit_of_work() as uow:
        added = fill(uow.connection, random.Random(f"{site.register.database.dialect} {target}"))
        before = tables(uow.connection)
        uow.commit()
    assert added > 80
    path = site.backup()
    url = site.empty(target)
    site.restore(path, url)
    after = contents(site.open(url))
    for name in before.keys() - {"transfer_approval"}:
        assert after[name] == before[name], name


@pytest.mark.parametrize(("database_url", "target"), [("sqlite", "postgresql")], indirect=["database_url"])
def test_a_backup_of_an_older_program_is_brought_up_to_date(
    site: Site, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loaded into the tables as they were then, which are then migrated like any other."""
    clock = site.house.notices.clock
    old = Database.open(f"sqlite:///{site.folder / 'old.db'}", clock)
    with old.unit_of_work() as uow:
        migrations.upgrade_within(uow.connection, "0018")
        uow.connection.execute(
            text(
                "INSERT INTO customer (id, number, kind, last_name, country, status, protected_address, started_on,"
                " version) VALUES (7, '1007', 'person', 'Muinainen', 'FI', 'active', 0, '2020-01-01', 1)"
            )
        )
        uow.commit()
    (site.folder / "old").mkdir()
    signer = LogSigner.create(site.folder / "old" / "log.key", "example.fi/notices")
    DisclosureLog(old, signer, clock, site.folder / "old" / "high").create(policy="1", software="0.1.0")
    reflected = MetaData()
    path = site.folder / "old.backup"
    with old.reading() as connection, monkeypatch.context() as patch:
        reflected.reflect(connection, only=lambda name, _: name in content._KEPT)
        patch.setattr(content, "metadata", reflected)
        patch.setattr(migrations, "NEWEST", "0018")
        written = content.Written(connection, site.register.keyring, clock.now(), "")
        write_sealed(path, [one.to_public() for one in site.identities], written.pieces())
    old.close()
    url = site.empty(target)
    assert site.restore(path, url).head.shape == "0018"
    with site.open(url).database.reading() as connection:
        assert [row.number for row in search.search(connection, "muinai")] == ["1007"]
