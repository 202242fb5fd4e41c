"""Any byte changed between storing and signing stops the signing; any byte changed later is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from sqlalchemy import text

from core.disclosure.log.errors import LogFault
from core.disclosure.log.lines import Line, encode_lines, lines_root
from tests.support.log_bodies import add, fill, intent, lift_fences, transfer_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from core.disclosure.log import DisclosureLog


class Cell(NamedTuple):
    """A column of bytes, and the key that tells its rows apart."""

    table: str
    column: str
    key: str

    @property
    def read(self) -> str:
        """The statement that reads it."""
        return f"SELECT {self.key}, {self.column} FROM {self.table}"  # noqa: S608 - names of ours

    @property
    def write(self) -> str:
        """The statement that changes it in one row."""
        return f"UPDATE {self.table} SET {self.column} = :value WHERE {self.key} = :key"  # noqa: S608 - names of ours


BODY = Cell("log_entry", "body", "entry_index")
LEAF = Cell("log_entry", "leaf_hash", "entry_index")
NODE = Cell("log_node", "hash", "node_index")
FRONTIER = Cell("log_head", "frontier", "id")
ROOT = Cell("log_checkpoint", "root", "size")


def _flips(value: bytes) -> Iterator[bytes]:
    for at in range(len(value)):
        yield value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]


def _attempts(log: DisclosureLog, cell: Cell, check: Callable[[], None], where: str = "1 = 1") -> int:
    """Change each byte of each row in turn, run *check*, put it back; how many were tried."""
    with log.database.reading() as connection:
        rows = connection.execute(text(f"{cell.read} WHERE {where}")).all()
    tried = 0
    for key, value in rows:
        for changed in [*_flips(bytes(value)), bytes(value)[:-1], b""]:
            _put(log, cell.write, changed, key)
            check()
            tried += 1
        _put(log, cell.write, value, key)
    return tried


def _put(log: DisclosureLog, statement: str, value: object, key: object) -> None:
    with log.database.unit_of_work() as uow:
        uow.connection.execute(text(statement), {"value": value, "key": key})
        uow.commit()


def _unfence(log: DisclosureLog) -> None:
    with log.database.unit_of_work() as uow:
        lift_fences(uow.connection)
        uow.commit()


def test_any_byte_changed_before_signing_stops_it(log: DisclosureLog) -> None:
    """Each byte of a new entry, its hash, the head and the last checkpoint: changed, nothing is signed; restored, it is."""
    _unfence(log)
    add(log, "intent", intent(1))

    def refused() -> None:
        with pytest.raises(LogFault):
            log.sign()

    tried = _attempts(log, BODY, refused, "entry_index = 1")
    tried += _attempts(log, LEAF, refused)
    tried += _attempts(log, FRONTIER, refused)
    tried += _attempts(log, ROOT, refused)
    assert tried > 500
    assert log.sign().size == 2


def test_changed_block_hash_stops_signing(log: DisclosureLog) -> None:
    """The stored root of a finished block is part of what is signed: one bit of it stops the signing."""
    _unfence(log)
    fill(log, 300)
    node = "SELECT hash FROM log_node"
    with log.database.reading() as connection:
        (value,) = connection.execute(text(node)).scalars().all()
    for changed in list(_flips(bytes(value)))[::4]:
        _put(log, "UPDATE log_node SET hash = :value WHERE level = :key", changed, 1)
        with pytest.raises(LogFault):
            log.sign()
    _put(log, "UPDATE log_node SET hash = :value WHERE level = :key", value, 1)
    assert log.sign().size == 300


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM log_entry WHERE entry_index = 2",
        "DELETE FROM log_entry WHERE entry_index = 3",
        "UPDATE log_entry SET entry_index = 9 WHERE entry_index = 3",
        "UPDATE log_entry SET kind = 'outcome' WHERE entry_index = 3",
        "UPDATE log_entry SET recorded_at = recorded_at + 1 WHERE entry_index = 3",
        "UPDATE log_entry SET recorded_at = recorded_at - 1 WHERE entry_index = 3",
        "INSERT INTO log_entry SELECT 4, kind, body, leaf_hash, recorded_at FROM log_entry WHERE entry_index = 3",
        "UPDATE log_head SET size = 3",
        "UPDATE log_head SET size = 5",
        "DELETE FROM log_head",
        "UPDATE log_signed SET size = 1",
        "UPDATE log_signed SET size = 4",
        "DELETE FROM log_signed",
        "DELETE FROM log_checkpoint WHERE size = 2",
        "UPDATE log_checkpoint SET size = 3 WHERE size = 2",
        "UPDATE log_checkpoint SET note = replace(note, '2', '3') WHERE size = 2",
        "UPDATE log_checkpoint SET note = '' WHERE size = 2",
    ],
)
def test_changed_rows_stop_signing_and_are_found(log: DisclosureLog, statement: str) -> None:
    """Rows removed, moved, added or renumbered stop the signing, and verification finds them."""
    add(log, "intent", intent(1))
    log.sign()
    add(log, "intent", intent(2))
    add(log, "intent", intent(3))
    _unfence(log)
    with log.database.unit_of_work() as uow:
        uow.connection.execute(text(statement))
        uow.commit()
    with pytest.raises(LogFault):
        log.sign()
    assert not log.verify().verified
    assert any("does not verify" in line.lower() for line in log.verify().sentences("en"))


@pytest.mark.parametrize("cell", [BODY, LEAF, NODE, FRONTIER, ROOT], ids=lambda cell: cell.column)
def test_any_byte_changed_after_signing_is_found(sqlite_log: DisclosureLog, cell: Cell) -> None:
    """Each byte of a signed log's rows: changed, verification says so; restored, it verifies."""
    fill(sqlite_log, 256 if cell is NODE else 4)
    sqlite_log.sign()
    _unfence(sqlite_log)

    def found() -> None:
        assert not sqlite_log.verify().verified

    assert _attempts(sqlite_log, cell, found) > 30
    assert sqlite_log.verify().verified


def test_problems_are_sentences_in_both_languages(log: DisclosureLog) -> None:
    """Each problem is told in words, with advice, in Finnish and English; only the first hundred are kept."""
    fill(log, 150)
    log.sign()
    _unfence(log)
    with log.database.unit_of_work() as uow:
        uow.connection.execute(text("UPDATE log_entry SET recorded_at = recorded_at + 1"))
        uow.commit()
    report = log.verify()
    assert (report.problem_count, len(report.problems)) == (150, 100)
    assert "Luovutuslokin merkintää 0 on muutettu" in report.sentences("fi")[2]
    assert "Entry 0 of the disclosure log was changed" in report.sentences("en")[2]


def test_lines_are_compared_with_the_intent(log: DisclosureLog) -> None:
    """Stored lines that are missing, fewer, torn or other than the intent's root are found."""
    lines = [Line(number, bytes(16), bytes(32), bytes(32)) for number in range(2)]
    add(log, "intent", intent(1, lines_root=lines_root(lines).hex()))
    log.sign()
    stored: dict[str, bytes | None] = {transfer_id(1): encode_lines(lines)}

    def lines_of(_connection: Connection, transfer: str) -> bytes | None:
        return stored[transfer]

    assert log.verify(lines_of).verified
    content: Any = encode_lines(lines)
    for wrong in (None, b"", content[:-1], content[:85], *list(_flips(content))[::10]):
        stored[transfer_id(1)] = wrong
        assert [type(problem).__name__ for problem in log.verify(lines_of).problems] == ["LinesChanged"]
