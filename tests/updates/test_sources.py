"""Where answers lie: whole files only, the oldest first, and what has been read already is known."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.updates import service
from core.updates.errors import FolderUnreadable, NoSuchAnswer, StillGrowing
from core.updates.sources import FolderSource, waiting
from tests.support.update_house import SERVICE

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.register import Register
    from tests.updates.conftest import Add, WriteAnswer


def lay(folder: Path, name: str, clock: FixedClock, seconds_ago: float, content: bytes = b"x") -> None:
    """A file last changed so long ago."""
    path = folder / name
    path.write_bytes(content)
    when = (clock.now() - timedelta(seconds=seconds_ago)).timestamp()
    os.utime(path, (when, when))


def test_a_folder_shows_whole_files_oldest_first(tmp_path: Path, clock: FixedClock) -> None:
    """Hidden and temporary names, links, folders and other patterns are passed over; the young is not whole."""
    for name, age in (("b.csv", 500), ("a.csv", 100), ("young.csv", 10), ("c.txt", 900)):
        lay(tmp_path, name, clock, age)
    for name in (".hidden.csv", "x.csv.part", "y.csv~", "z.csv.tmp"):
        lay(tmp_path, name, clock, 500)
    (tmp_path / "link.csv").symlink_to("/etc/passwd")
    (tmp_path / "folder.csv").mkdir()
    source = FolderSource(tmp_path, "*.csv", 60, clock)
    assert [(file.name, file.whole) for file in source.files()] == [
        ("b.csv", True),
        ("a.csv", True),
        ("young.csv", False),
    ]
    with source.taken("a.csv") as path:
        assert path.read_bytes() == b"x"
    for name in ("c.txt", ".hidden.csv", "../a.csv", "link.csv", "none.csv"):
        with pytest.raises(NoSuchAnswer), source.taken(name):
            pass
    with pytest.raises(StillGrowing), source.taken("young.csv"):
        pass


def test_a_folder_that_is_not_there(tmp_path: Path, clock: FixedClock) -> None:
    """It is named with its reason, in words for whoever looks after the configuration."""
    with pytest.raises(FolderUnreadable) as caught:
        FolderSource(tmp_path / "ei", "*", 60, clock).files()
    assert "there is no such file or folder" in caught.value.explain("en").sentence


def test_what_was_read_is_known_again(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer, clock: FixedClock, tmp_path: Path
) -> None:
    """A file with the name and size of one that was read shows its run; one of another size is new."""
    add("1")
    folder = tmp_path / "answers"
    folder.mkdir()
    run = service.prepare(register, importer, SERVICE, answer(("1", "E"), name="answers/a.csv"))
    lay(folder, "b.csv", clock, 500, b"y")
    source = FolderSource(folder, "*", 0, clock)
    with register.database.reading() as connection:
        found = {each.file.name: each for each in waiting(connection, SERVICE, source.files())}
        elsewhere = waiting(connection, "toinen", source.files())
    assert (found["a.csv"].run, found["a.csv"].is_new) == (run.id, False)
    assert (found["b.csv"].run, found["b.csv"].is_new) == (None, True)
    assert [each.run for each in elsewhere] == [None, None]
