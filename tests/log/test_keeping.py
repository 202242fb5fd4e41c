"""Keys change, faults close the log, a mirror follows, others cosign: the log kept over years."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from core.actor import Role
from core.disclosure.log import DisclosureLog, LogSigner
from core.disclosure.log.checkpoint import Checkpoint
from core.disclosure.log.errors import (
    CheckpointChanged,
    EntryInvalid,
    LogFault,
    LogWentBack,
    MarkUnwritable,
    SignatureInvalid,
)
from core.disclosure.log.export_check import verify_export
from core.disclosure.log.faults import FaultLatch
from core.disclosure.log.keeping_errors import (
    LogClosed,
    MirrorConflict,
    MirrorUnwritable,
    NoRotation,
    NotClosed,
    RotationUnfinished,
    StillBroken,
    WrongKey,
)
from core.disclosure.log.keychain import stored_chain
from core.disclosure.log.mirror import Mirror
from core.disclosure.log.reopening import reopen
from core.disclosure.log.rotation import begin_rotation, finish_rotation
from core.disclosure.log.tree import EMPTY_ROOT
from tests.support.log_bodies import add, event, fill, intent, lift_fences, outcome, tamper

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from tests.conftest import MakeActor


@pytest.fixture
def latched(log: DisclosureLog, tmp_path: Path) -> DisclosureLog:
    """A log that a fault closes."""
    log.latch = FaultLatch(tmp_path / "log.fault")
    return log


@pytest.fixture
def contact(make_actor: MakeActor) -> Actor:
    """Who may open a closed log."""
    return make_actor(Role.CONTACT_PERSON)


def _again(log: DisclosureLog, tmp_path: Path) -> DisclosureLog:
    """The same log as a program that starts now sees it."""
    return DisclosureLog(
        log.database,
        LogSigner.load(tmp_path / "log.key"),
        log.clock,
        tmp_path / "log.high-water",
        latch=log.latch,
        mirror=log.mirror,
    )


# ------------------------------------------------------------------------------------------------------------ keys


def test_key_changes_with_an_overlap(log: DisclosureLog, tmp_path: Path) -> None:
    """Two keys sign for a while, then the new one alone; the whole log and every checkpoint still verify."""
    old = log.vkey
    add(log, "intent", intent(1))
    begun = begin_rotation(log)
    assert begun.note.count("— ") == 2
    add(log, "outcome", outcome(1))
    assert log.sign().note.count("— ") == 2
    with pytest.raises(RotationUnfinished):
        begin_rotation(log)
    ended = finish_rotation(log)
    assert ended.note.count("— ") == 1
    assert log.vkey != old
    assert not (tmp_path / "log.key.next").exists()
    with pytest.raises(NoRotation):
        finish_rotation(log)
    add(log, "intent", intent(2))
    assert _again(log, tmp_path).sign().size == log.size()
    report = log.verify()
    assert report.verified, report.sentences("en")
    assert report.kinds["key"] == 2


def test_old_key_signs_nothing_after_its_end(log: DisclosureLog, tmp_path: Path) -> None:
    """Whoever kept the old key cannot go on with it; a checkpoint that it signs later is found in the database."""
    thief = LogSigner.load(tmp_path / "log.key")
    begin_rotation(log)
    finish_rotation(log)
    add(log, "intent", intent(1))
    stolen = DisclosureLog(log.database, thief, log.clock, tmp_path / "log.high-water")
    thief.path = None
    with pytest.raises(WrongKey):
        stolen.sign()
    signed = log.sign()
    forged = thief.sign(signed.size, signed.root, log.clock.now()).note
    tamper(log.database, "DELETE FROM log_checkpoint WHERE size = :size", size=signed.size)
    tamper(
        log.database,
        "INSERT INTO log_checkpoint VALUES (:size, :root, :note, 1)",
        size=signed.size,
        root=signed.root,
        note=forged,
    )
    with pytest.raises(CheckpointChanged):
        _again(log, tmp_path).sign()


def test_running_program_takes_up_changed_keys(log: DisclosureLog, tmp_path: Path) -> None:
    """A session that began before the change signs with the new keys from then on."""
    other = _again(log, tmp_path)
    begin_rotation(log)
    add(other, "intent", intent(1))
    assert other.sign().note.count("— ") == 2
    finish_rotation(log)
    add(other, "outcome", outcome(1))
    assert other.sign().note.count("— ") == 1
    assert log.verify().verified


@pytest.mark.parametrize("compromised", [False, True])
def test_export_leads_from_the_old_key_to_the_new(
    log: DisclosureLog, tmp_path: Path, *, compromised: bool
) -> None:
    """Who was given the first key verifies an export that only the third has signed; a stranger's key does not."""
    keys = [log.vkey]
    held = [log.sign().note.encode()]
    log.export(tmp_path / "out")
    for number in (1, 2):
        add(log, "intent", intent(number))
        begin_rotation(log, compromised=compromised)
        held.append(log.sign().note.encode())
        finish_rotation(log, compromised=compromised)
        keys.append(log.vkey)
    fill_to = log.size() + 300
    with log.database.unit_of_work() as uow:
        for number in range(1000, 1000 + fill_to):
            log.append(uow, "intent", intent(number))
        uow.commit()
    held.append(log.sign().note.encode())
    log.export(tmp_path / "out")
    assert len(set(keys)) == 3
    for key in keys:
        report = verify_export(tmp_path / "out", key, held)
        assert report.verified, (key, report.sentences("en"))
    stranger = LogSigner.create(tmp_path / "stranger.key", log.origin)
    with pytest.raises(SignatureInvalid):
        verify_export(tmp_path / "out", stranger.vkey, held)
    (proof,) = [
        one for one in (tmp_path / "out" / "keys").iterdir() if one.name.startswith(keys[0].split("+")[1])
    ]
    content = proof.read_bytes()
    for at in range(0, len(content), 7):
        proof.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert not verify_export(tmp_path / "out", keys[0]).verified, at
    proof.unlink()
    assert not verify_export(tmp_path / "out", keys[0]).verified
    assert verify_export(tmp_path / "out", keys[2]).verified


def test_stopped_rotation_is_taken_up_again(
    log: DisclosureLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after the new key's file, or before the old key's end is on the disk: the same command goes on."""

    class StoppedError(Exception):
        """The machine stops."""

    def stop(*_arguments: object) -> None:
        raise StoppedError

    monkeypatch.setattr(log, "append", stop)
    with pytest.raises(StoppedError):
        begin_rotation(log)
    log = _again(log, tmp_path)
    log.sign()
    monkeypatch.undo()
    begin_rotation(log)
    monkeypatch.setattr("core.disclosure.log.rotation.install", stop)
    with pytest.raises(StoppedError):
        finish_rotation(log)
    log = _again(log, tmp_path)
    assert log.sign().note.count("— ") == 1
    monkeypatch.undo()
    finish_rotation(log)
    assert _again(log, tmp_path).verify().verified


# ---------------------------------------------------------------------------------------------------------- faults


def test_fault_closes_the_log_until_a_person_opens_it(
    latched: DisclosureLog, contact: Actor, tmp_path: Path
) -> None:
    """After a fault nothing is signed and no intent is taken, even when the fault is gone, until somebody looked."""
    add(latched, "intent", intent(1))
    with latched.database.unit_of_work() as uow:
        lift_fences(uow.connection)
        uow.commit()
    with latched.database.reading() as connection:
        leaf = latched.entry(connection, 1).leaf_hash
    statement = "UPDATE log_entry SET leaf_hash = :leaf WHERE entry_index = 1"
    tamper(latched.database, statement, leaf=bytes(32))
    with pytest.raises(LogFault):
        latched.sign()
    with pytest.raises(StillBroken):
        reopen(latched, contact, "looked")
    tamper(latched.database, statement, leaf=leaf)
    for program in (latched, _again(latched, tmp_path)):
        with pytest.raises(LogClosed) as closed:
            program.sign()
        assert "log.entry_changed" in str(closed.value)
        with pytest.raises(LogClosed):
            add(program, "intent", intent(2))
    add(latched, "outcome", outcome(1, state="not_sent", delivered=0, not_sent=2))
    signed = reopen(latched, contact, "disk replaced")
    assert signed.size == latched.size()
    add(latched, "intent", intent(2))
    latched.sign()
    report = latched.verify()
    assert report.verified
    assert report.kinds["fault"] == 1
    with pytest.raises(NotClosed):
        reopen(latched, contact, "again")


@pytest.mark.parametrize("lost", ["file", "rows"])
def test_either_half_of_the_latch_keeps_the_log_closed(
    latched: DisclosureLog, tmp_path: Path, lost: str
) -> None:
    """The fault stands in a file and in the database; losing one of them opens nothing."""
    (tmp_path / "log.high-water").unlink()
    add_fails = pytest.raises(LogFault)
    with add_fails:
        latched.sign()
    (tmp_path / "log.high-water").write_text(Checkpoint(latched.origin, 0, EMPTY_ROOT).text)
    if lost == "file":
        (tmp_path / "log.fault").unlink()
    else:
        tamper(latched.database, "DELETE FROM log_fault")
    with pytest.raises(LogClosed):
        _again(latched, tmp_path).sign()
    (tmp_path / "log.fault").write_text("nonsense")
    with pytest.raises(LogClosed):
        latched.sign()


def test_fault_while_appending_closes_the_log(latched: DisclosureLog, tmp_path: Path) -> None:
    """A database that lacks what was signed takes no entry at all, and the log is closed from then on."""
    (tmp_path / "log.high-water").write_text(Checkpoint(latched.origin, 9, EMPTY_ROOT).text)
    with pytest.raises(LogWentBack):
        add(latched, "intent", intent(1))
    with pytest.raises(LogWentBack):
        add(latched, "outcome", outcome(1))
    assert json.loads((tmp_path / "log.fault").read_text())["code"] == "log.went_back"
    with pytest.raises(LogClosed):
        latched.sign()
    assert latched.size() == 1


def test_full_disk_refuses_without_closing(
    latched: DisclosureLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mark that cannot be written stops this signing; nothing about the log is in doubt, so the next goes on."""

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    add(latched, "intent", intent(1))
    monkeypatch.setattr("core.disclosure.log.high_water.os.fdatasync", full)
    with pytest.raises(MarkUnwritable):
        latched.sign()
    monkeypatch.undo()
    assert latched.sign().size == 2


def test_clock_that_steps_back_is_on_record(sqlite_log: DisclosureLog, clock: FixedClock) -> None:
    """An entry older than the one before it by more than two seconds is preceded by one that says so."""
    clock.advance(100)
    add(sqlite_log, "intent", intent(1))
    clock.advance(-1)
    add(sqlite_log, "outcome", outcome(1))
    clock.advance(-86_400)
    add(sqlite_log, "intent", intent(2))
    with sqlite_log.database.reading() as connection:
        kinds = [entry.kind for entry in sqlite_log.entries(connection)]
    assert kinds == ["genesis", "intent", "outcome", "clock", "intent"]
    sqlite_log.sign()
    assert sqlite_log.verify().verified


@pytest.mark.parametrize(("kind", "size"), [("anchor", "size"), ("review", "end")])
def test_entry_that_names_another_root_is_found(
    sqlite_log: DisclosureLog, tmp_path: Path, kind: str, size: str
) -> None:
    """An anchor or a review that speaks of a tree that this log never was is a finding, here and in an export."""
    fill(sqlite_log, 9)
    signed = sqlite_log.sign()
    good = {size: 9, "root": signed.root.hex()} | ({"start": 0} if kind == "review" else {})
    add(sqlite_log, kind, event(kind, **good))
    sqlite_log.sign()
    assert sqlite_log.verify().verified
    for bad in ({"root": bytes(32).hex()}, {size: 8}, {size: 99}):
        add(sqlite_log, kind, event(kind, **good | bad))
    sqlite_log.sign()
    sqlite_log.export(tmp_path / "out")
    for report in (sqlite_log.verify(), verify_export(tmp_path / "out", sqlite_log.vkey)):
        assert [type(problem).__name__ for problem in report.problems] == ["StoryBroken"] * 3


# ---------------------------------------------------------------------------------------------------------- mirror


@pytest.fixture
def mirrored(log: DisclosureLog, tmp_path: Path) -> DisclosureLog:
    """A log with a mirror that is not required."""
    log.mirror = Mirror(tmp_path / "mirror")
    log.sign()
    return log


def test_mirror_follows_each_signing(mirrored: DisclosureLog, tmp_path: Path) -> None:
    """After each signing the mirror verifies at that size and equals an export; shorter forms of full tiles go."""
    for size in (2, 3, 255, 256, 257, 300, 511, 513):
        fill(mirrored, size)
        signed = mirrored.sign()
        report = verify_export(tmp_path / "mirror", mirrored.vkey)
        assert report.verified, report.sentences("en")
        assert (report.size, report.root) == (signed.size, signed.root)
    tiles = {path: path.read_bytes() for path in (tmp_path / "mirror").rglob("*") if path.is_file()}
    mirrored.export(tmp_path / "mirror")
    assert {path: path.read_bytes() for path in tiles} == tiles
    mirrored.export(tmp_path / "out")
    for path in (tmp_path / "out" / "tile").rglob("*"):
        assert path.is_dir() or (tmp_path / "mirror" / path.relative_to(tmp_path / "out")) in tiles
    assert not (tmp_path / "mirror" / "tile" / "entries" / "000.p").exists()
    assert mirrored.mirror_problem is None


@pytest.mark.parametrize("required", [False, True])
def test_failing_mirror_stops_sending_only_when_required(
    mirrored: DisclosureLog, tmp_path: Path, *, required: bool
) -> None:
    """A mirror that cannot be written is told; the next signing after it is mended brings it up to date."""
    mirrored.mirror = Mirror(tmp_path / "mirror", required=required)
    (tmp_path / "mirror").rename(tmp_path / "away")
    (tmp_path / "mirror").write_text("in the way")
    fill(mirrored, 20)
    if required:
        with pytest.raises(MirrorUnwritable):
            mirrored.sign()
        latest = mirrored.latest()
        assert latest is not None
        assert latest.size == 1
    else:
        assert mirrored.sign().size == 20
        assert isinstance(mirrored.mirror_problem, MirrorUnwritable)
    (tmp_path / "mirror").unlink()
    (tmp_path / "away").rename(tmp_path / "mirror")
    assert mirrored.sign().size == 20
    assert mirrored.mirror_problem is None
    assert verify_export(tmp_path / "mirror", mirrored.vkey).size == 20


def test_mirror_leads_from_the_old_key_to_the_new(mirrored: DisclosureLog, tmp_path: Path) -> None:
    """Who was given the first key follows the mirror over a change of keys."""
    first = mirrored.vkey
    begin_rotation(mirrored)
    finish_rotation(mirrored)
    fill(mirrored, 9)
    mirrored.sign()
    assert mirrored.mirror_problem is None
    assert verify_export(tmp_path / "mirror", first).verified


def test_mirror_of_another_log_is_left_alone(mirrored: DisclosureLog, tmp_path: Path) -> None:
    """Other bytes in the mirror are a finding, never written over."""
    fill(mirrored, 5)
    (tmp_path / "mirror" / "tile" / "entries" / "000.p" / "5").write_bytes(b"\0\0" * 5)
    mirrored.sign()
    assert isinstance(mirrored.mirror_problem, MirrorConflict)
    assert (tmp_path / "mirror" / "tile" / "entries" / "000.p" / "5").read_bytes() == b"\0\0" * 5
    other = LogSigner.create(tmp_path / "other.key", "example.fi/other")
    (tmp_path / "mirror" / "checkpoint").write_text(other.sign(1, bytes(32), mirrored.clock.now()).note)
    mirrored.mirror = Mirror(tmp_path / "mirror")
    fill(mirrored, 6)
    mirrored.sign()
    assert isinstance(mirrored.mirror_problem, MirrorConflict)


def test_what_was_signed_is_in_the_mirror_before_the_mark_moves(
    mirrored: DisclosureLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between the mark and the checkpoint, the mirror has every entry up to the mark already."""

    class StoppedError(Exception):
        """The machine stops."""

    def stop(*_arguments: object) -> None:
        raise StoppedError

    fill(mirrored, 9)
    monkeypatch.setattr("core.disclosure.log.high_water.HighWaterMark.write", stop)
    with pytest.raises(StoppedError):
        mirrored.sign()
    assert (tmp_path / "mirror" / "tile" / "entries" / "000.p" / "9").is_file()
    assert (tmp_path / "mirror" / "checkpoint").read_text().split("\n")[1] == "1"


def test_chain_refuses_entries_that_cannot_stand(sqlite_log: DisclosureLog) -> None:
    """A key entry for another name, a second beginning, an end of a key that does not sign: the log is a fault."""
    change = {"event": "ended", "vkey": sqlite_log.vkey, "reason": "rotation"}
    add(sqlite_log, "key", change)
    with pytest.raises(LogFault):
        sqlite_log.sign()
    assert not sqlite_log.verify().verified
    with pytest.raises(LogFault), sqlite_log.database.reading() as connection:
        stored_chain(connection)
    with pytest.raises(EntryInvalid):
        add(sqlite_log, "key", change | {"vkey": "Maija Meikäläinen"})
