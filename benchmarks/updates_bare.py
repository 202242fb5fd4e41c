"""The bare way beside which an address update is measured: a staging table and set-based SQL, nothing checked.

It reads the file with the csv module into a staging table and then, chunk by chunk, writes the history, the addresses and
the search index in plain statements: no cleaning, no look at bans, restrictions or whose word is newer, no outcome
for a row, no report, no undo. The words of the index are put together by the database itself, without folding.
"""

from __future__ import annotations

import csv
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from core.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_INSIDE: Final = {"sqlite": "s.line > ? AND s.line <= ?", "postgresql": "s.line > %s AND s.line <= %s"}
_STAGE: Final = "INSERT INTO staging (line, number, street, postcode, town) VALUES (?, ?, ?, ?, ?)"
_HISTORY: Final = """
INSERT INTO customer_change (customer_id, recorded_at, actor_id, actor_name, source_kind, source_detail, batch_id, changes)
SELECT c.id, 0, 1, 'bare', 'address_service', 'bare', 1, {object}(
  'postcode', {array}(c.postcode, s.postcode), 'street', {array}(c.street, s.street), 'town', {array}(c.town, s.town))
FROM staging AS s JOIN customer AS c ON c.number = s.number WHERE {inside}
"""
_ADDRESS: Final = """
UPDATE customer SET street = s.street, postcode = s.postcode, town = s.town, version = version + 1
FROM staging AS s WHERE s.number = customer.number AND {inside}
"""
_WORDS: Final = """
UPDATE customer_search SET words = fresh.words FROM (
  SELECT c.id, ' ' || lower({joined}) AS words
  FROM customer AS c JOIN staging AS s ON s.number = c.number WHERE {inside}
) AS fresh WHERE fresh.id = customer_search.customer_id
"""
_JOINED: Final = {
    "sqlite": "coalesce(c.first_name, '') || ' ' || coalesce(c.organisation_name, '') || ' ' ||"
    " replace(replace(coalesce(c.email, ''), '@', ' '), '.', ' ') || ' ' || c.number || ' ' ||"
    " coalesce(substr(c.phone, 2), '') || ' ' || coalesce(c.street, '') || ' ' || coalesce(c.postcode, '')",
    # Its word index takes no empty word.
    "postgresql": "concat_ws(' ', c.first_name, c.organisation_name, replace(replace(c.email, '@', ' '), '.', ' '),"
    " c.number, substr(c.phone, 2), c.street, c.postcode)",
}
# In the order of places: any other makes FTS5 write out what it has gathered at each step back.
_FTS: Final = """
INSERT INTO customer_fts ({columns}) SELECT {values} FROM customer_search WHERE customer_id IN (
  SELECT c.id FROM staging AS s JOIN customer AS c ON c.number = s.number WHERE {inside}
) ORDER BY place
"""


def _statements(dialect: str) -> list[str]:
    """What is done with each chunk, in order; each takes the chunk's bounds."""
    lite = dialect == "sqlite"
    inside = _INSIDE[dialect]
    history = _HISTORY.format(
        object="json_object" if lite else "json_build_object",
        array="json_array" if lite else "json_build_array",
        inside=inside,
    )
    address, words = _ADDRESS.format(inside=inside), _WORDS.format(inside=inside, joined=_JOINED[dialect])
    if not lite:
        return [history, address, words]
    forget = _FTS.format(
        columns="customer_fts, rowid, lead, words", values="'delete', place, lead, words", inside=inside
    )
    learn = _FTS.format(columns="rowid, lead, words", values="place, lead, words", inside=inside)
    return [history, address, forget, words, learn]


def update(url: str, path: Path, chunk: int) -> int:
    """Read the file of answers (number;code;street;postcode;town;day) and write it; returns how many rows."""
    with closing(Database.open(url)) as database:
        raw = database.engine.raw_connection()
        try:
            driver: Any = raw.driver_connection
            stage = _stage_sqlite if database.dialect == "sqlite" else _stage_postgresql
            cursor = driver.cursor()
            stage(driver, cursor, path)
            rows = int(cursor.execute("SELECT count(*) FROM staging").fetchone()[0])
            for first in range(1, rows + 1, chunk):
                if database.dialect == "sqlite":
                    cursor.execute("BEGIN IMMEDIATE")
                for statement in _statements(database.dialect):
                    cursor.execute(statement, (first, first + chunk))
                _commit(driver, cursor, database.dialect)
            return rows
        finally:
            raw.close()


def _commit(driver: Any, cursor: Any, dialect: str) -> None:
    # The driver is in autocommit mode on SQLite.
    if dialect == "sqlite":
        cursor.execute("COMMIT")
    else:
        driver.commit()


def _rows(path: Path) -> Iterator[tuple[int, str, str, str, str]]:
    with path.open(encoding="iso-8859-15", newline="") as stream:
        reader = csv.reader(stream, delimiter=";")
        next(reader)
        for line, (number, _, street, postcode, town, _) in enumerate(reader, 2):
            yield line, number, street, postcode, town


def _stage_sqlite(_driver: Any, cursor: Any, path: Path) -> None:
    cursor.execute(
        "CREATE TABLE staging (line INTEGER PRIMARY KEY, number TEXT, street TEXT, postcode TEXT, town TEXT)"
    )
    cursor.execute("BEGIN IMMEDIATE")
    cursor.executemany(_STAGE, _rows(path))
    cursor.execute("COMMIT")


def _stage_postgresql(driver: Any, cursor: Any, path: Path) -> None:
    cursor.execute(
        'CREATE TEMPORARY TABLE staging (line bigint PRIMARY KEY, number text COLLATE "C", street text,'
        " postcode text, town text)"
    )
    with cursor.copy("COPY staging (line, number, street, postcode, town) FROM STDIN") as copy:
        for row in _rows(path):
            copy.write_row(row)
    cursor.execute("ANALYZE staging")
    driver.commit()
