"""After a restore: refused until the missing entries are back, or a successor says what was lost."""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest

from core.database import Database
from core.disclosure.log import DisclosureLog, LogSigner
from core.disclosure.log.entries import Genesis, Predecessor
from core.disclosure.log.errors import LogFault, LogWentBack, SignedPastChanged
from core.disclosure.log.export_check import verify_export
from core.disclosure.log.faults import FaultLatch
from core.disclosure.log.keeping_errors import (
    CopyDiffers,
    CopyTooShort,
    LossUnknown,
    NotBehind,
    StillBroken,
)
from core.disclosure.log.mirror import Mirror
from core.disclosure.log.proofs import consistency_of
from core.disclosure.log.reopening import reopen
from core.disclosure.log.resume import resume, succeed
from core.disclosure.log.rotation import begin_rotation, finish_rotation
from core.disclosure.log.tree import verify_consistency
from tests.support.log_bodies import add, fill, intent, outcome

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.disclosure.log.checkpoint import Checkpoint

LAST = 50


class House:
    """A register's log on SQLite with its key, mark, latch and mirror in a directory, and copies of its database."""

    def __init__(self, url: str, directory: Path, clock: FixedClock) -> None:
        self.url = url
        self.file = url.removeprefix("sqlite:///")
        self.directory = directory
        self.clock = clock
        LogSigner.create(directory / "log.key", "example.fi/log")
        self.log = self.open()
        self.log.create(policy="1", software="0.1.0")

    def open(self) -> DisclosureLog:
        """The log as a program that starts now sees it."""
        return DisclosureLog(
            Database.open(self.url, self.clock),
            LogSigner.load(self.directory / "log.key"),
            self.clock,
            self.directory / "log.high-water",
            latch=FaultLatch(self.directory / "log.fault"),
            mirror=Mirror(self.directory / "mirror"),
        )

    def backup(self, name: str) -> Path:
        """A copy of the database as it is now."""
        path = self.directory / name
        with sqlite3.connect(self.file) as source, sqlite3.connect(path) as copy:
            source.backup(copy)
        source.close()
        copy.close()
        return path

    def restore(self, copy: Path) -> None:
        """Put a copy in the database's place, as somebody in a hurry would, and start the program."""
        self.log.database.close()
        for suffix in ("", "-wal", "-shm"):
            (self.directory / f"{self.file}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(copy, self.file)
        self.log = self.open()


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, clock: FixedClock) -> House:
    """A log that has begun."""
    return House(sqlite_url, tmp_path, clock)


def _transfer(log: DisclosureLog, number: int) -> Checkpoint:
    add(log, "intent", intent(number))
    log.sign()
    add(log, "outcome", outcome(number))
    return log.sign().checkpoint


@pytest.mark.timeout(240)
def test_each_of_the_last_fifty_states_is_refused_until_resumed(house: House, actor: Actor) -> None:
    """Restored to any of fifty states, the log takes no entry and signs nothing; resumed from the mirror it has all."""
    states: list[Path] = []
    held: list[Checkpoint] = []
    for number in range(1, LAST // 3 + 2):
        add(house.log, "intent", intent(number))
        states.append(house.backup(f"state-{len(states)}"))
        house.log.sign()
        states.append(house.backup(f"state-{len(states)}"))
        add(house.log, "outcome", outcome(number))
        held.append(house.log.sign().checkpoint)
        states.append(house.backup(f"state-{len(states)}"))
    states.pop()
    mark = (house.directory / "log.high-water").read_bytes()
    shutil.copytree(house.directory / "mirror", house.directory / "mirror.kept")
    tried = 0
    for state in states[-LAST:]:
        house.restore(state)
        with pytest.raises(LogFault):
            house.log.check()
        with pytest.raises(LogWentBack):
            add(house.log, "intent", intent(900))
        with pytest.raises(LogFault):
            house.log.sign()
        result = resume(house.log, house.directory / "mirror", source="mirror", held=held)
        reopen(house.log, actor, "restored")
        assert result.end == held[-1].size
        add(house.log, "intent", intent(901))
        now = house.log.sign().checkpoint
        with house.log.database.reading() as connection:
            for one in held:
                proof = consistency_of(connection, one.size, now.size)
                verify_consistency(one.size, now.size, one.root, now.root, proof)
        report = house.log.verify()
        assert report.verified, report.sentences("en")
        assert verify_export(house.directory / "mirror", house.log.vkey).verified
        # The next state is restored into a world in which this resuming never happened.
        (house.directory / "log.high-water").write_bytes(mark)
        shutil.rmtree(house.directory / "mirror")
        shutil.copytree(house.directory / "mirror.kept", house.directory / "mirror")
        tried += 1
    assert tried == LAST


def test_resume_says_what_came_back(house: House) -> None:
    """The entry names the range; its transfers are given back, and an outcome among them may be stated again."""
    _transfer(house.log, 1)
    add(house.log, "intent", intent(2))
    house.log.sign()
    state = house.backup("state")
    add(house.log, "outcome", outcome(2))
    _transfer(house.log, 3)
    house.restore(state)
    result = resume(house.log, house.directory / "mirror", source="mirror")
    assert (result.start, result.end) == (4, 7)
    assert [one.id for one in result.intents] == [intent(3)["id"]]
    assert len(result.outcomes) == 2
    (house.directory / "log.fault").unlink(missing_ok=True)
    # The tables know transfer 2 as under way: recovery says so, and it is settled anew.
    doubt = {"state": "in_doubt", "by": "recovery", "delivered": 0, "in_doubt": 2}
    add(house.log, "outcome", outcome(2, **doubt))
    add(house.log, "outcome", outcome(2, by="inquiry"))
    house.log.sign()
    assert house.log.verify(lambda _connection, _transfer: None).problem_count == 2
    assert house.log.verify().verified
    add(house.log, "outcome", outcome(2, by="inquiry"))
    house.log.sign()
    assert not house.log.verify().verified


def test_resume_refuses_what_is_no_continuation(house: House, tmp_path: Path) -> None:
    """Another log's copy, a changed one, one that is too short, a broken database, a log that is whole: refused."""
    log = house.log
    with pytest.raises(NotBehind):
        resume(log, house.directory / "mirror", source="mirror")
    fill(log, 20)
    log.sign()
    log.export(tmp_path / "short")
    state = house.backup("state")
    fill(log, 300)
    newest = log.sign().checkpoint
    house.restore(state)
    with pytest.raises(CopyTooShort):
        resume(house.log, tmp_path / "short", source="export")
    shutil.copytree(house.directory / "mirror", tmp_path / "changed")
    bundle = tmp_path / "changed" / "tile" / "entries" / "000"
    content = bytearray(bundle.read_bytes())
    content[-3] ^= 1
    bundle.write_bytes(content)
    with pytest.raises(CopyDiffers):
        resume(house.log, tmp_path / "changed", source="export")
    bundle.write_bytes(content[:-1])
    with pytest.raises(CopyTooShort):
        resume(house.log, tmp_path / "changed", source="export")
    (tmp_path / "changed" / "checkpoint").unlink()
    with pytest.raises(CopyDiffers):
        resume(house.log, tmp_path / "changed", source="export")
    (house.directory / "log.high-water").unlink()
    result = resume(house.log, house.directory / "mirror", source="mirror", held=[newest])
    assert result.end == 300
    assert house.log.verify().verified


def test_database_that_is_broken_besides_is_not_resumed(house: House) -> None:
    """Putting entries back does not hide that others were changed."""
    fill(house.log, 9)
    house.log.sign()
    state = house.backup("state")
    fill(house.log, 20)
    house.log.sign()
    with sqlite3.connect(state) as connection:
        connection.execute("DROP TRIGGER log_entry_no_update")
        connection.execute("UPDATE log_entry SET leaf_hash = zeroblob(32) WHERE entry_index = 3")
    connection.close()
    house.restore(state)
    with pytest.raises(StillBroken):
        resume(house.log, house.directory / "mirror", source="mirror")


def test_backup_from_before_a_change_of_keys_is_resumed(house: House) -> None:
    """The restored entries do not know the present key; those that are put back tell it."""
    first = house.log.vkey
    fill(house.log, 9)
    house.log.sign()
    state = house.backup("state")
    begin_rotation(house.log)
    finish_rotation(house.log)
    fill(house.log, 31)
    house.log.sign()
    house.restore(state)
    with pytest.raises(LogFault):
        house.log.sign()
    assert resume(house.log, house.directory / "mirror", source="mirror").end == 31
    assert house.log.verify().verified
    house.log.export(house.directory / "out")
    for directory in ("mirror", "out"):
        assert verify_export(house.directory / directory, first).verified


def test_successor_names_the_loss(house: House, tmp_path: Path, actor: Actor) -> None:
    """Without a copy the log is closed; another name and key go on with what is left, and the genesis says what is not."""
    fill(house.log, 9)
    early = house.log.sign()
    state = house.backup("state")
    fill(house.log, 40)
    lost = house.log.sign()
    old_key = house.log.vkey
    house.restore(state)
    shutil.rmtree(house.directory / "mirror")
    with pytest.raises(LogFault):
        house.log.sign()
    signed = succeed(house.log, "example.fi/log/2", policy="1", software="0.1.0")
    reopen(house.log, actor, "no copy is left")
    assert (signed.checkpoint.origin, signed.size) == ("example.fi/log/2", 10)
    with house.log.database.reading() as connection:
        genesis = house.log.entry(connection, 9).decode()
    assert isinstance(genesis, Genesis)
    assert isinstance(genesis.predecessor, Predecessor)
    assert genesis.predecessor.size == 40
    assert genesis.predecessor.lost == 31
    assert genesis.predecessor.root == lost.root.hex()
    house.log = house.open()
    assert house.log.origin == "example.fi/log/2"
    add(house.log, "intent", intent(77))
    house.log.sign()
    report = house.log.verify()
    assert report.verified, report.sentences("en")
    house.log.export(tmp_path / "out")
    key = house.log.vkey
    assert verify_export(tmp_path / "out", key, [early.note.encode()]).verified
    found = verify_export(tmp_path / "out", key, [lost.note.encode()])
    assert [type(problem) for problem in found.problems] == [LogWentBack]
    # The lost log's key says nothing of its successor: the new key has to be given anew.
    assert not verify_export(tmp_path / "out", old_key).verified
    assert (house.directory / "log.high-water.closed-10").exists()


@pytest.mark.parametrize("stop_at", ["install", "set_aside", "write"])
def test_stopped_successor_is_taken_up_again(
    house: House, monkeypatch: pytest.MonkeyPatch, stop_at: str
) -> None:
    """Wherever the machine stopped, the same command goes on, and no second genesis is written."""

    class StoppedError(Exception):
        """The machine stops."""

    def stop(*_arguments: object) -> None:
        raise StoppedError

    fill(house.log, 9)
    house.log.sign()
    state = house.backup("state")
    fill(house.log, 40)
    house.log.sign()
    house.restore(state)
    target = {
        "install": "core.disclosure.log.resume.install",
        "set_aside": "core.disclosure.log.high_water.HighWaterMark.set_aside",
        "write": "core.disclosure.log.high_water.HighWaterMark.write",
    }[stop_at]
    monkeypatch.setattr(target, stop)
    house.log.mirror = None
    with pytest.raises(StoppedError):
        succeed(house.log, "example.fi/log/2", policy="1", software="0.1.0")
    monkeypatch.undo()
    house.log.database.close()
    house.log = house.open()
    house.log.mirror = None
    with pytest.raises(LogFault):
        house.log.sign()
    assert succeed(house.log, "example.fi/log/2", policy="1", software="0.1.0").size == 10
    assert house.log.verify().verified


def test_successor_needs_to_know_the_loss(house: House) -> None:
    """A log that is whole has no successor; one whose mark is lost needs a checkpoint that somebody holds."""
    fill(house.log, 9)
    house.log.sign()
    with pytest.raises(NotBehind):
        succeed(house.log, "example.fi/log/2", policy="1", software="0.1.0")
    state = house.backup("state")
    fill(house.log, 40)
    lost = house.log.sign().checkpoint
    house.restore(state)
    house.log.mirror = None
    (house.directory / "log.high-water").unlink()
    with pytest.raises(LossUnknown):
        succeed(house.log, "example.fi/log/2", policy="1", software="0.1.0")
    assert succeed(house.log, "example.fi/log/2", policy="1", software="0.1.0", held=[lost]).size == 10


def test_another_tree_is_never_signed_at_a_used_size(house: House) -> None:
    """Whatever is restored and appended, each size that was signed keeps its root (or is refused)."""
    fill(house.log, 9)
    house.log.sign()
    state = house.backup("state")
    fill(house.log, 20)
    house.log.sign()
    house.restore(state)
    # Somebody takes the guard away and appends other entries past the mark.
    guarded = house.log
    unguarded = DisclosureLog(guarded.database, guarded.signer, guarded.clock)
    for number in range(500, 515):
        add(unguarded, "intent", intent(number))
    with pytest.raises(SignedPastChanged):
        guarded.sign()
    with pytest.raises((CopyDiffers, NotBehind, StillBroken)):
        resume(guarded, house.directory / "mirror", source="mirror")
