"""Appending and signing: inside the caller's unit of work, after the commit, never backwards."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.disclosure.log import DisclosureLog, LogSigner, entries
from core.disclosure.log.checkpoint import Checkpoint, open_checkpoint
from core.disclosure.log.errors import (
    EntryInvalid,
    KeyInvalid,
    LogEntryNotFound,
    LogExists,
    LogNotCreated,
    LogWentBack,
    MarkBroken,
    MarkMissing,
    MarkUnwritable,
    SignedPastChanged,
)
from core.disclosure.log.keeping_errors import WrongKey
from core.disclosure.log.tree import EMPTY_ROOT, leaf_hash, root_of
from core.keys import KeyFileBroken, KeyFileExists, KeyFileExposed
from tests.support.log_bodies import add, fill, intent, outcome, tamper

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from core.database import Database


def test_log_begins_with_a_signed_genesis(empty_log: DisclosureLog) -> None:
    """Beginning a log writes the genesis, signs it and leaves the mark; it is never begun twice."""
    assert not empty_log.exists()
    assert empty_log.latest() is None
    signed = empty_log.create(policy="1", software="0.1.0")
    assert signed.size == 1
    assert open_checkpoint(signed.note.encode(), empty_log.signer.verifier) == signed.checkpoint
    with empty_log.database.reading() as connection:
        genesis = empty_log.entry(connection, 0).decode()
    assert isinstance(genesis, entries.Genesis)
    assert (genesis.origin, genesis.vkey) == (empty_log.origin, empty_log.vkey)
    with pytest.raises((LogExists, LogWentBack)):
        empty_log.create(policy="1", software="0.1.0")
    assert empty_log.verify().verified


def test_nothing_comes_before_the_genesis(empty_log: DisclosureLog) -> None:
    """Before the genesis nothing is appended, and nothing but the empty tree could be signed."""
    with empty_log.database.unit_of_work() as uow, pytest.raises(LogNotCreated):
        empty_log.append(uow, "intent", intent(1))


def test_successor_names_its_predecessor(empty_log: DisclosureLog) -> None:
    """A log that continues another says so in its genesis."""
    empty_log.create(policy="1", software="0.1.0", predecessor=Checkpoint("example.fi/old", 7, EMPTY_ROOT))
    with empty_log.database.reading() as connection:
        genesis = empty_log.entry(connection, 0).decode()
    assert isinstance(genesis, entries.Genesis)
    assert genesis.predecessor == entries.Predecessor(origin="example.fi/old", size=7, root=EMPTY_ROOT.hex())


def test_entries_are_numbered_and_signed_in_order(log: DisclosureLog, clock: FixedClock) -> None:
    """Indexes follow one another, stored bytes are what is hashed, the checkpoint's root is the tree's."""
    assert add(log, "intent", intent(1)) == 1
    clock.advance(1.5)
    assert add(log, "outcome", outcome(1)) == 2
    signed = log.sign()
    with log.database.reading() as connection:
        stored = list(log.entries(connection))
        assert [entry.index for entry in log.entries(connection, 1, 2)] == [1]
        with pytest.raises(LogEntryNotFound):
            log.entry(connection, 3)
    assert [entry.kind for entry in stored] == ["genesis", "intent", "outcome"]
    assert signed.root == root_of([leaf_hash(entry.body) for entry in stored])
    assert signed.size == log.size() == 3
    assert stored[2].recorded_at == clock.now()
    assert log.latest() == signed == log.sign()


def test_body_may_be_typed(log: DisclosureLog) -> None:
    """A typed body is appended as its members are, and only as its own kind."""
    body = entries.body_of("intent", {"ts": 2_000_000_000_000} | intent(1))
    with log.database.unit_of_work() as uow:
        with pytest.raises(EntryInvalid):
            log.append(uow, "outcome", body)
        assert log.append(uow, "intent", body) == 1
        uow.commit()
    with log.database.reading() as connection:
        assert log.entry(connection, 1).decode() == body


@pytest.mark.parametrize(
    "changes", [{"purpose": "maija"}, {"basis": "maija"}, {"categories": ["maija", "name"]}]
)
def test_words_that_the_notice_does_not_have_are_refused(
    sqlite_log: DisclosureLog, changes: dict[str, object]
) -> None:
    """A purpose, basis or category outside the notice's vocabulary cannot be written, so no name passes for one."""
    with sqlite_log.database.unit_of_work() as uow, pytest.raises(EntryInvalid):
        sqlite_log.append(uow, "intent", intent(1, **changes))


def test_work_that_is_rolled_back_leaves_no_entry(log: DisclosureLog) -> None:
    """Leaving the unit of work without a commit takes the entry with it; its index is used again."""
    with log.database.unit_of_work() as uow:
        assert log.append(uow, "intent", intent(1)) == 1
    assert log.size() == 1
    assert add(log, "intent", intent(2)) == 1
    assert log.sign().size == 2


@pytest.mark.parametrize("size", [255, 256, 257, 513])
def test_blocks_are_signed_and_verified(log: DisclosureLog, size: int) -> None:
    """Around full blocks the two paths agree, signed at once or entry by entry."""
    fill(log, size - 1)
    log.sign()
    fill(log, size)
    assert log.sign().size == size
    report = log.verify()
    assert report.verified, report.sentences("en")
    assert (report.size, report.checkpoints) == (size, 3)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entry SET body = body",
        "DELETE FROM log_entry",
        "UPDATE log_node SET hash = hash",
        "DELETE FROM log_node",
        "UPDATE log_checkpoint SET note = note",
        "DELETE FROM log_checkpoint",
        "UPDATE log_head SET size = 0",
        "UPDATE log_signed SET size = 0",
        "DELETE FROM log_head",
        "DELETE FROM log_signed",
    ],
)
def test_rows_are_fenced(log: DisclosureLog, statement: str) -> None:
    """Ordinary statements can neither change nor remove what was written."""
    fill(log, 256)
    log.sign()
    with log.database.unit_of_work() as uow, pytest.raises(IntegrityError):
        uow.connection.execute(text(statement))
    assert log.verify().verified


def test_rows_are_not_replaced_or_truncated(log: DisclosureLog) -> None:
    """The ways around a trigger that the databases have of their own are closed too."""
    if log.database.dialect == "sqlite":
        statement = "INSERT OR REPLACE INTO log_entry SELECT entry_index, kind, body, body, recorded_at FROM log_entry"
    else:
        statement = "TRUNCATE log_entry"
    with log.database.unit_of_work() as uow, pytest.raises(IntegrityError):
        uow.connection.execute(text(statement))


def _older_state(log: DisclosureLog) -> None:
    """Put the log back to its genesis, as restoring an old copy of the database does."""
    tamper(log.database, "DELETE FROM log_checkpoint WHERE size > 1")
    tamper(log.database, "UPDATE log_signed SET size = 1")
    with log.database.reading() as connection:
        frontier = log.entry(connection, 0).leaf_hash
    tamper(log.database, "DELETE FROM log_entry WHERE entry_index > 0")
    tamper(log.database, "DELETE FROM log_node")
    tamper(log.database, "UPDATE log_head SET size = 1, frontier = :frontier", frontier=frontier)


def test_log_that_went_back_in_time_is_refused(log: DisclosureLog) -> None:
    """An old copy of the database is whole by itself; the mark outside says that there was more."""
    fill(log, 10)
    log.sign()
    _older_state(log)
    unmarked = DisclosureLog(log.database, log.signer, log.clock)
    assert unmarked.verify().verified
    for refused in (log.sign, log.check):
        with pytest.raises(LogWentBack):
            refused()
    assert not log.verify().verified
    with pytest.raises(LogWentBack):
        add(log, "intent", intent(99))
    add(unmarked, "intent", intent(99))
    with pytest.raises(LogWentBack):
        log.sign()


def test_log_that_grew_again_differently_is_refused(log: DisclosureLog) -> None:
    """An old copy that has since grown past the mark, with other entries, is refused too: no size is signed twice."""
    fill(log, 10)
    log.sign()
    _older_state(log)
    unmarked = DisclosureLog(log.database, log.signer, log.clock)
    for number in range(50, 70):
        add(unmarked, "intent", intent(number))
    with pytest.raises(SignedPastChanged):
        log.sign()
    assert "SignedPastChanged" in {type(problem).__name__ for problem in log.verify().problems}


def test_emptied_database_does_not_begin_again(
    log: DisclosureLog, tmp_path: Path, signer: LogSigner, clock: FixedClock, database: Database
) -> None:
    """With a mark of a log that was, a new log does not begin in its place."""
    with pytest.raises(LogWentBack):
        DisclosureLog(database, signer, clock, tmp_path / "log.high-water").create(
            policy="1", software="0.1.0"
        )


def test_mark_ahead_of_the_checkpoint_is_what_a_crash_leaves(log: DisclosureLog, tmp_path: Path) -> None:
    """A mark written before a commit that never came agrees with the entries: signing goes on."""
    fill(log, 10)
    ahead = log.sign()
    tamper(log.database, "DELETE FROM log_checkpoint WHERE size > 1")
    tamper(log.database, "UPDATE log_signed SET size = 1")
    log.check()
    assert log.sign() == ahead
    (tmp_path / "log.high-water").write_text(ahead.checkpoint.text)
    assert log.verify().verified


def test_mark_behind_is_accepted_when_it_agrees(log: DisclosureLog, tmp_path: Path) -> None:
    """A mark that another host's signer left behind agrees with the log's beginning; one that does not is refused."""
    mark = tmp_path / "log.high-water"
    fill(log, 5)
    behind = log.sign().checkpoint.text
    fill(log, 300)
    log.sign()
    mark.write_text(behind)
    fill(log, 301)
    assert log.sign().size == 301
    mark.write_text(Checkpoint(log.origin, 5, EMPTY_ROOT).text)
    with pytest.raises(SignedPastChanged):
        log.check()


def test_mark_that_is_missing_or_broken_stops_signing(log: DisclosureLog, tmp_path: Path) -> None:
    """Without its mark the log is not signed; the first three lines of a checkpoint mend it."""
    mark = tmp_path / "log.high-water"
    mark.unlink()
    with pytest.raises(MarkMissing):
        log.sign()
    assert [type(problem) for problem in log.verify().problems] == [MarkMissing]
    for broken in ("", "x", Checkpoint("other/log", 1, EMPTY_ROOT).text, "\xff"):
        mark.write_text(broken, encoding="latin-1")
        with pytest.raises(MarkBroken):
            log.sign()
    latest = log.latest()
    assert latest is not None
    mark.write_text("".join(latest.note.splitlines(keepends=True)[:3]))
    assert log.sign() == latest


def test_mark_that_cannot_be_written_stops_signing(
    log: DisclosureLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk is full nothing is signed, and afterwards signing goes on."""

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    add(log, "intent", intent(1))
    monkeypatch.setattr("core.disclosure.log.high_water.os.fdatasync", full)
    with pytest.raises(MarkUnwritable) as refusal:
        log.sign()
    assert "the disk is full" in str(refusal.value)
    latest = log.latest()
    assert latest is not None
    assert latest.size == 1
    monkeypatch.undo()
    assert log.sign().size == 2


def test_concurrent_writers_and_signers_agree(log: DisclosureLog) -> None:
    """Eight threads that append and sign at once: each sign covers its entry, and no size has two roots."""
    failures: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for number in range(first, first + 6):
                index = add(log, "intent", intent(number))
                assert log.sign().size > index
        except BaseException as error:  # noqa: BLE001 - handed to the test below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(1000 * number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    report = log.verify()
    assert report.verified, report.sentences("en")
    assert (report.size, report.unsigned) == (49, 0)


def test_signer_with_another_key_is_refused(log: DisclosureLog, tmp_path: Path) -> None:
    """A log is not continued with a key that its entries do not name."""
    other = LogSigner.create(tmp_path / "other.key", log.origin)
    with pytest.raises(WrongKey):
        DisclosureLog(log.database, other, log.clock).sign()
    assert LogSigner.load(tmp_path / "other.key").vkey == other.vkey


def test_key_file_is_private_and_kept(tmp_path: Path) -> None:
    """The key file is 0600, is never written over, and is refused when others may read it or it is no key."""
    path = tmp_path / "log.key"
    LogSigner.create(path, "example.fi/log")
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyFileExists):
        LogSigner.create(path, "example.fi/log")
    with pytest.raises(KeyInvalid):
        LogSigner.create(tmp_path / "new.key", "with space")
    path.chmod(0o644)
    with pytest.raises(KeyFileExposed):
        LogSigner.load(path)
    path.chmod(0o600)
    for content in ("", "PRIVATE+KEY+x", "\xff\xfe"):
        path.write_text(content, encoding="latin-1")
        with pytest.raises(KeyFileBroken):
            LogSigner.load(path)


def test_open_and_doubtful_transfers_are_counted(log: DisclosureLog) -> None:
    """Verification tells how many intents have no outcome and how many are in doubt, until they are settled."""
    for number in (1, 2, 3):
        add(log, "intent", intent(number))
    add(log, "outcome", outcome(2, state="in_doubt", delivered=0, in_doubt=2, by="recovery"))
    add(log, "outcome", outcome(3, state="partial", delivered=1, refused=1))
    report = log.verify()
    assert (report.open_intents, report.doubtful, report.unsigned) == (1, 1, 5)
    add(log, "outcome", outcome(2, by="person"))
    log.sign()
    report = log.verify()
    assert (report.open_intents, report.doubtful, report.unsigned) == (1, 0, 0)
    assert report.kinds == {"genesis": 1, "intent": 3, "outcome": 3}
    assert report.verified


@pytest.mark.parametrize(
    "second",
    [
        ("outcome", outcome(2)),
        ("outcome", outcome(1, delivered=3)),
        ("outcome", outcome(3)),
        ("intent", intent(1)),
        ("intent", intent(3)),
    ],
)
def test_impossible_story_is_a_finding(
    sqlite_log: DisclosureLog, second: tuple[str, dict[str, object]]
) -> None:
    """An outcome without its intent, of other counts or after the end, and an intent told twice, are problems."""
    add(sqlite_log, "intent", intent(1))
    add(sqlite_log, "intent", intent(3))
    add(sqlite_log, "outcome", outcome(3))
    add(sqlite_log, *second)
    sqlite_log.sign()
    assert [type(problem).__name__ for problem in sqlite_log.verify().problems] == ["StoryBroken"]
