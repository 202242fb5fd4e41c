"""Files are complete under their name or not there at all, and only in the partner's own folder."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import pytest

from integrations.file_drop import FileDrop
from integrations.protocol import RemoteFile
from integrations.transport import MaybeSent, ProvedNotSent

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def drop(tmp_path: Path) -> FileDrop:
    """A folder that does not exist yet."""
    return FileDrop(tmp_path / "partner" / "out", max_bytes=100)


def test_put_list_get(drop: FileDrop, tmp_path: Path) -> None:
    """What is put can be listed and got; the folder and file are readable by us alone."""
    assert drop.list("*") == ()
    assert drop.get("a.csv") is None
    drop.put("a.csv", b"one")
    drop.put("b.txt", b"two")
    assert drop.list("*.csv") == (RemoteFile("a.csv", 3),)
    assert drop.get("a.csv") == b"one"
    folder = tmp_path / "partner" / "out"
    assert (folder.stat().st_mode & 0o777, (folder / "a.csv").stat().st_mode & 0o777) == (0o700, 0o600)


def test_same_file_again_is_done_already(drop: FileDrop) -> None:
    """Putting the same bytes again changes nothing; other bytes under the name are refused and the first stay."""
    drop.put("a.csv", b"one")
    drop.put("a.csv", b"one")
    for other in (b"two", b"one and more", b"on"):
        with pytest.raises(ProvedNotSent) as refusal:
            drop.put("a.csv", other)
        assert refusal.value.reason == "name_taken"
    assert drop.get("a.csv") == b"one"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", ".hidden", "a.part", "a b", "ä", "a\x00b", "-x", "a" * 200]
)
def test_names_that_are_not_plain(drop: FileDrop, name: str) -> None:
    """No name leads out of the folder, hides the file or looks unfinished."""
    with pytest.raises(ProvedNotSent) as refusal:
        drop.put(name, b"x")
    assert refusal.value.reason == "name_not_allowed"
    assert drop.get(name) is None


@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
def test_full_disk_leaves_nothing(
    drop: FileDrop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """When the disk is full at any step before the name, there is no file and it is proved not sent."""
    drop.put("first.csv", b"x")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if call == "write":
        real = os.fdopen

        def opened(handle: int, mode: str) -> Any:
            stream = real(handle, mode)
            if "w" in mode:
                stream.close()
                full()
            return stream

        monkeypatch.setattr(os, "fdopen", opened)
    else:
        monkeypatch.setattr(os, call, full)
    with pytest.raises(ProvedNotSent) as refusal:
        drop.put("a.csv", b"one")
    assert refusal.value.reason == "disk"
    monkeypatch.undo()
    assert [path.name for path in (tmp_path / "partner" / "out").iterdir()] == ["first.csv"]


def test_folder_that_cannot_be_synced_is_doubt(drop: FileDrop, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the file is there but the folder cannot be synced, nobody knows whether it survives: doubt."""
    real, calls = os.fsync, []

    def fsync(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 1:
            raise OSError(errno.EIO, "Input/output error")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(MaybeSent):
        drop.put("a.csv", b"one")


def test_links_and_folders_are_not_files(drop: FileDrop, tmp_path: Path) -> None:
    """A link is neither listed nor followed, a folder or a pipe neither listed nor read."""
    drop.put("a.csv", b"one")
    folder = tmp_path / "partner" / "out"
    secret = tmp_path / "secret"
    secret.write_text("s")
    (folder / "link.csv").symlink_to(secret)
    (folder / "folder.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")
    (folder / ".a.csv.part").write_bytes(b"half")
    assert drop.list("*") == (RemoteFile("a.csv", 3),)
    with pytest.raises(ProvedNotSent):
        drop.get("link.csv")
    assert drop.get("pipe.csv") is None
    with pytest.raises(ProvedNotSent):
        drop.get("folder.csv")


def test_file_that_is_too_large_is_refused(drop: FileDrop) -> None:
    """A file over the limit is not read into memory."""
    drop.put("a.csv", b"x" * 101)
    with pytest.raises(ProvedNotSent) as refusal:
        drop.get("a.csv")
    assert refusal.value.reason == "answer_too_large"


def test_half_file_of_a_killed_process_is_replaced(drop: FileDrop, tmp_path: Path) -> None:
    """What a killed process left half-written is not in the way of the next try."""
    drop.put("b.csv", b"x")
    (tmp_path / "partner" / "out" / ".a.csv.part").write_bytes(b"half")
    drop.put("a.csv", b"whole")
    assert drop.get("a.csv") == b"whole"
