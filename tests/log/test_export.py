"""Exported logs: complete, never rewritten, every byte counts, and checked without any code of ours."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.disclosure.log import DisclosureLog, LogSigner
from core.disclosure.log.errors import (
    ExportRefused,
    ExportUnwritable,
    FileChanged,
    FileMissing,
    FormatInvalid,
    KeyInvalid,
    LogFault,
    LogWentBack,
    NothingSigned,
    SignedPastChanged,
)
from core.disclosure.log.export_check import read_vkey, verify_export
from core.disclosure.log.standalone import TOOL_NAMES
from core.disclosure.log.tiles import layout
from tests.support.log_bodies import add, fill, intent, lift_fences, tamper

if TYPE_CHECKING:
    from core.clock import FixedClock
    from core.database import Database

SCRIPT = Path(__file__).parents[2] / "core" / "disclosure" / "log" / "standalone" / "verify-log.sh"


def _files(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name not in TOOL_NAMES
    }


def _exported(log: DisclosureLog, directory: Path, size: int) -> Path:
    fill(log, size)
    log.sign()
    log.export(directory)
    return directory


def _by_hand(directory: Path, vkey: str, *held: Path) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(SCRIPT), str(directory), vkey, *map(str, held)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_export_is_a_log_of_its_size(log: DisclosureLog, tmp_path: Path) -> None:
    """The directory holds checkpoint, key and exactly the tiles and bundles of the signed size; it verifies."""
    out = tmp_path / "out"
    fill(log, 300)
    log.sign()
    add(log, "intent", intent(999))
    report = log.export(out)
    names = {name.path for name in layout(300)}
    assert set(_files(out)) == {"checkpoint", "vkey"} | names
    assert (report.size, report.written, report.kept) == (300, len(names) + 1 + len(TOOL_NAMES), 0)
    latest = log.latest()
    assert latest is not None
    assert (out / "checkpoint").read_text() == latest.note
    assert read_vkey(out) == log.vkey
    assert (out / "vkey").read_text() == f"{log.vkey}\n"
    checked = verify_export(out, log.vkey)
    assert checked.verified, checked.sentences("en")
    assert (checked.size, checked.root) == (300, latest.root)


def test_later_export_only_adds(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """Exporting again writes what is new and rewrites nothing but the checkpoint; older tiles still belong."""
    out = tmp_path / "out"
    before: dict[str, bytes] = {}
    for size in (1, 100, 255, 256, 257, 600):
        _exported(sqlite_log, out, size)
        now = _files(out)
        assert {path: now[path] for path in before if path != "checkpoint"} == {
            path: content for path, content in before.items() if path != "checkpoint"
        }
        report = verify_export(out, sqlite_log.vkey)
        assert report.verified, report.sentences("en")
        before = now
    again = sqlite_log.export(out)
    assert (again.written, again.kept) == (0, len(list(layout(600))) + 1 + len(TOOL_NAMES))


def test_every_changed_byte_of_an_export_is_found(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """Each byte of each file of a small export (with tiles of an earlier one): changed, the verification fails."""
    out = tmp_path / "out"
    _exported(sqlite_log, out, 3)
    _exported(sqlite_log, out, 5)
    tried = 0
    for path, content in _files(out).items():
        for at in range(len(content)):
            for bit in (1, 128):
                changed = bytearray(content)
                changed[at] ^= bit
                (out / path).write_bytes(changed)
                assert not verify_export(out, sqlite_log.vkey).verified, (path, at, bit)
                tried += 1
        for other in (content[:-1], content + b"\0", content + b"\n", b""):
            (out / path).write_bytes(other)
            assert not verify_export(out, sqlite_log.vkey).verified, (path, other)
        (out / path).unlink()
        # An older partial tile may be missing: nobody reads it any more.
        assert verify_export(out, sqlite_log.vkey).verified == path.endswith(".p/3"), path
        (out / path).write_bytes(content)
    assert tried > 6000
    assert verify_export(out, sqlite_log.vkey).verified


def test_changed_bytes_in_a_larger_export_are_found(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """In an export with tiles of two levels a change in any file is found, and named."""
    out = _exported(sqlite_log, tmp_path / "out", 600)
    for path, content in _files(out).items():
        for at in {0, len(content) // 2, len(content) - 1}:
            changed = bytearray(content)
            changed[at] ^= 4
            (out / path).write_bytes(changed)
            problems = verify_export(out, sqlite_log.vkey).problems
            assert path in {problem.data.get("path") for problem in problems}
        (out / path).write_bytes(content)


def test_files_that_do_not_belong_are_found(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """A stray file, a tile past the size, a link and a leftover are problems."""
    out = _exported(sqlite_log, tmp_path / "out", 5)
    for stray in ("extra", "tile/0/001.p/1", "tile/0/000.p/6", "tile/entries/.000.1.tmp", "tile/9/000"):
        (out / stray).parent.mkdir(parents=True, exist_ok=True)
        (out / stray).write_bytes(b"x")
        assert not verify_export(out, sqlite_log.vkey).verified, stray
        (out / stray).unlink()
    tile = out / "tile/0/000.p/5"
    tile.rename(tmp_path / "elsewhere")
    tile.symlink_to(tmp_path / "elsewhere")
    assert not verify_export(out, sqlite_log.vkey).verified


def test_held_checkpoints_are_compared(
    sqlite_log: DisclosureLog, tmp_path: Path, signer: LogSigner, clock: FixedClock
) -> None:
    """An export must begin with what a kept checkpoint says: a fork and a roll-back are refused against it."""
    fill(sqlite_log, 5)
    sqlite_log.sign()
    out = tmp_path / "out"
    sqlite_log.export(out)
    held = (out / "checkpoint").read_bytes()
    _exported(sqlite_log, out, 300)
    later = (out / "checkpoint").read_bytes()
    assert verify_export(out, sqlite_log.vkey, [held, later]).verified
    fork = signer.sign(5, bytes(32), clock.now()).note.encode()
    ahead = signer.sign(301, bytes(32), clock.now()).note.encode()
    assert [type(problem) for problem in verify_export(out, sqlite_log.vkey, [fork, ahead]).problems] == [
        SignedPastChanged,
        LogWentBack,
    ]
    with pytest.raises(FormatInvalid):
        verify_export(out, sqlite_log.vkey, [b"no checkpoint"])
    with pytest.raises(KeyInvalid):
        verify_export(out, "no key")
    assert not verify_export(out, LogSigner.create(tmp_path / "k2", sqlite_log.origin).vkey).verified


def test_directories_of_others_are_left_alone(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """A directory that is neither empty nor an earlier export, or is a file, is refused untouched."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    for target in (out, out / "notes.txt"):
        with pytest.raises(ExportRefused):
            sqlite_log.export(target)
    assert _files(out) == {"notes.txt": b"mine"}
    (out / "notes.txt").unlink()
    (out / "vkey").write_text("another+00000000+AA==\n")
    with pytest.raises(ExportRefused):
        sqlite_log.export(out)
    with pytest.raises(ExportUnwritable):
        sqlite_log.export(tmp_path / "no" / "such" / "directory")
    with pytest.raises(FileMissing):
        read_vkey(tmp_path)


def test_interrupted_export_is_completed(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """After any prefix of an export's files, with a half-written temporary file, the next run completes it."""
    whole = _files(_exported(sqlite_log, tmp_path / "whole", 300))
    paths = ["vkey", *sorted(path for path in whole if path.startswith("tile")), "checkpoint"]
    for count in range(1, len(paths)):
        out = tmp_path / f"out{count}"
        for path in paths[:count]:
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_bytes(whole[path])
        (out / ".checkpoint.1.tmp").write_bytes(b"half")
        sqlite_log.export(out)
        assert _files(out) == whole


def test_tile_with_other_bytes_is_not_rewritten(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """A changed earlier export, or one that the log has not grown from, stops the export and stays as it was."""
    out = _exported(sqlite_log, tmp_path / "out", 5)
    tile = out / "tile/0/000.p/5"
    tile.write_bytes(b"other")
    with pytest.raises(FileChanged):
        sqlite_log.export(out)
    assert tile.read_bytes() == b"other"
    (out / "checkpoint").write_bytes(b"other")
    with pytest.raises(FileChanged):
        sqlite_log.export(out)


def test_export_refuses_what_went_back_or_was_changed(
    sqlite_log: DisclosureLog, tmp_path: Path, signer: LogSigner
) -> None:
    """A larger or forked checkpoint in the directory, and a changed row in the database, stop the export."""
    out = _exported(sqlite_log, tmp_path / "out", 5)
    note = (out / "checkpoint").read_text()
    now = sqlite_log.clock.now()
    for size, problem in ((6, LogWentBack), (4, SignedPastChanged)):
        (out / "checkpoint").write_text(signer.sign(size, bytes(32), now).note)
        with pytest.raises(problem):
            sqlite_log.export(out)
    (out / "checkpoint").write_text(note)
    with sqlite_log.database.unit_of_work() as uow:
        lift_fences(uow.connection)
        uow.commit()
    tamper(sqlite_log.database, "UPDATE log_entry SET kind = 'outcome' WHERE entry_index = 1")
    with pytest.raises(LogFault):
        sqlite_log.export(tmp_path / "fresh")
    assert not (tmp_path / "fresh" / "checkpoint").exists()


def test_nothing_signed_is_not_exported(empty_log: DisclosureLog, tmp_path: Path) -> None:
    """Without a checkpoint there is nothing to export."""
    with pytest.raises(NothingSigned):
        empty_log.export(tmp_path / "out")


def test_log_without_entries_is_exported(
    database: Database, signer: LogSigner, clock: FixedClock, tmp_path: Path
) -> None:
    """The empty tree can be signed and exported: a checkpoint and a key, no tiles."""
    log = DisclosureLog(database, signer, clock)
    assert log.sign().size == 0
    log.export(tmp_path / "out")
    assert set(_files(tmp_path / "out")) == {"checkpoint", "vkey"}
    assert verify_export(tmp_path / "out", log.vkey).verified
    assert _by_hand(tmp_path / "out", log.vkey).returncode == 0


def test_export_verifies_with_openssl_and_coreutils_alone(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """The shell script of docs/ verifies an export and a held checkpoint, and names what was changed."""
    out = _exported(sqlite_log, tmp_path / "out", 3)
    shutil.copy(out / "checkpoint", tmp_path / "held")
    _exported(sqlite_log, out, 7)
    done = _by_hand(out, sqlite_log.vkey, tmp_path / "held")
    latest = sqlite_log.latest()
    assert latest is not None
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "the log begins with the 3 entries of the held checkpoint",
        f"verified: 7 entries of {sqlite_log.origin}, root {latest.root.hex()}",
    ]
    for path in ("checkpoint", "vkey", "tile/0/000.p/7", "tile/entries/000.p/7"):
        content = bytearray((out / path).read_bytes())
        for at in (3, len(content) // 2, len(content) - 9):
            content[at] ^= 1
            (out / path).write_bytes(content)
            refused = _by_hand(out, sqlite_log.vkey)
            assert (refused.returncode, refused.stdout) == (1, ""), (path, at)
            assert "NOT VERIFIED" in refused.stderr
            content[at] ^= 1
        (out / path).write_bytes(content)
    other = LogSigner.create(tmp_path / "other.key", sqlite_log.origin).vkey
    assert _by_hand(out, other).returncode == 1


def test_block_boundary_verifies_by_hand(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """An export with a full tile and one above it verifies by hand too."""
    out = _exported(sqlite_log, tmp_path / "out", 257)
    done = _by_hand(out, sqlite_log.vkey)
    assert (done.returncode, done.stderr) == (0, "")
