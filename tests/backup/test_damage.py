"""A backup is believed whole or not at all: changed, cut, reordered, forged and foreign files are refused by place."""

from __future__ import annotations

import contextlib
import gzip
import random
from typing import TYPE_CHECKING

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.backup import service
from core.backup.content import Written
from core.backup.errors import (
    BackupUnreadable,
    BadBackupKey,
    BadRecipient,
    Damaged,
    Forged,
    KeyLocked,
    LogInsideBroken,
    Miscounted,
    NewerBackup,
    NoBackupKey,
    NotABackup,
    OtherKey,
)
from core.backup.keys import new_key, read_key, read_recipients
from core.backup.reading import Reading, configuration_inside
from core.backup.sealing import read_sealed, write_sealed
from core.errors import RegisterError
from core.keys import KeyFileExposed, KeyRing
from tests.erasure.test_erasure import live

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from core.backup.content import Head
    from tests.backup.conftest import Site

CHUNK = 64 * 1024
SEALED = CHUNK + 16
IDENTITY = pyrage.x25519.Identity.generate()


def taken(path: Path) -> bytes:
    """What a file gives."""
    found = bytearray()
    read_sealed(path, [IDENTITY], found.extend)
    return bytes(found)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A sealed file of five chunks."""
    path = tmp_path_factory.mktemp("sealed") / "whole"
    content = random.Random(5).randbytes(4 * CHUNK + 1000)
    write_sealed(path, [IDENTITY.to_public()], iter([content[:100], content[100:]]))
    assert taken(path) == content
    return path.read_bytes()


def payload(whole: bytes) -> int:
    """Where the first chunk begins."""
    return whole.index(b"\n", whole.index(b"\n---") + 1) + 1 + 16


def test_every_changed_byte_is_refused_with_its_place(whole: bytes, tmp_path: Path) -> None:
    """Each byte of the first lines, and some hundred of the chunks: the chunk that is named holds the byte."""
    path = tmp_path / "changed"
    begin = payload(whole)
    places = [*range(begin), *random.Random(1).sample(range(begin, len(whole)), 150)]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)
        with pytest.raises((Damaged, OtherKey, NotABackup)) as refused:
            taken(path)
        if place >= begin:
            named = refused.value.data["place"]
            assert isinstance(named, int)
            assert named <= place < named + SEALED


def test_a_file_that_is_cut_anywhere_is_refused(whole: bytes, tmp_path: Path) -> None:
    """Between chunks too: the last one is marked as the last."""
    path = tmp_path / "cut"
    begin = payload(whole)
    ends = [0, 10, begin - 20, begin - 1, begin, *(begin + SEALED * n for n in range(1, 5)), len(whole) - 1]
    for end in [*ends, *random.Random(2).sample(range(begin, len(whole)), 40)]:
        path.write_bytes(whole[:end])
        with pytest.raises((Damaged, OtherKey, NotABackup)):
            taken(path)


def test_chunks_in_another_order_doubled_or_left_out_are_refused(whole: bytes, tmp_path: Path) -> None:
    """Each chunk has its number."""
    path = tmp_path / "moved"
    begin = payload(whole)
    chunks = [whole[start : start + SEALED] for start in range(begin, len(whole), SEALED)]
    for order in (
        (1, 0, 2, 3, 4),
        (0, 1, 1, 2, 3, 4),
        (0, 2, 3, 4),
        (0, 1, 2, 3, 4, 4),
        (4,),
        (0, 1, 2, 4, 3),
    ):
        path.write_bytes(whole[:begin] + b"".join(chunks[each] for each in order))
        with pytest.raises(Damaged):
            taken(path)


def test_a_backup_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """Neither over a file that is there, nor half of one when its source fails."""
    there = tmp_path / "there"
    there.write_text("mine")
    with pytest.raises(BackupUnreadable):
        write_sealed(there, [IDENTITY.to_public()], iter([b"x"]))
    assert there.read_text() == "mine"

    def fails() -> Iterator[bytes]:
        yield b"x" * 100_000
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sealed(tmp_path / "half", [IDENTITY.to_public()], fails())
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


class QuickPassphrase:
    """age's passphrases, without the seconds that they take on purpose."""

    def encrypt(self, content: bytes, passphrase: str) -> bytes:
        """As age, with the passphrase in front."""
        return b"age-encryption.org/v1\n" + passphrase.encode() + b"\0" + content

    def decrypt(self, content: bytes, passphrase: str) -> bytes:
        """As age."""
        _, mark, rest = content.partition(b"\n" + passphrase.encode() + b"\0")
        if not mark:
            raise pyrage.DecryptError
        return rest


def test_keys_are_files_of_ours_and_say_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made once, under a passphrase if wished, read as age's own tools write them."""
    monkeypatch.setattr(pyrage, "passphrase", QuickPassphrase())
    public = new_key(tmp_path / "plain")
    assert [str(each.to_public()) for each in read_key(tmp_path / "plain")] == [public]
    assert (tmp_path / "plain").stat().st_mode & 0o777 == 0o600
    locked = new_key(tmp_path / "locked", "neljä sanaa riittää hyvin")
    with pytest.raises(KeyLocked):
        read_key(tmp_path / "locked", "väärä")
    opened = read_key(tmp_path / "locked", "neljä sanaa riittää hyvin")
    assert [str(each.to_public()) for each in opened] == [locked]
    for content in (b"nothing", b"AGE-SECRET-KEY-1QQQQ", b"\xff\xfe"):
        (tmp_path / "bad").write_bytes(content)
        (tmp_path / "bad").chmod(0o600)
        with pytest.raises(BadBackupKey):
            read_key(tmp_path / "bad")
    (tmp_path / "bad").chmod(0o644)
    with pytest.raises(KeyFileExposed):
        read_key(tmp_path / "bad")
    with pytest.raises(NoBackupKey):
        read_recipients([])
    with pytest.raises(BadRecipient):
        read_recipients([public, "age1nobody"])


class Taker:
    """Takes everything and keeps nothing."""

    def head(self, head: Head) -> None:
        """Nothing."""

    def rows(self, table: str, columns: object, rows: list[tuple[Any, ...]]) -> None:
        """Nothing."""


def lines_of(site: Site) -> list[bytes]:
    """The records of a backup of the site."""
    with site.register.database.reading() as connection:
        written = Written(connection, site.register.keyring, site.house.notices.clock.now(), "x = 1\n")
        content = gzip.decompress(b"".join(written.pieces()))
    return content.splitlines(keepends=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_what_the_master_key_has_marked_is_believed(site: Site) -> None:
    """Anybody can encrypt for a public key; records changed, left out, added or moved are refused at the end."""
    live(site.house)
    lines = lines_of(site)
    changed = next(n for n, line in enumerate(lines) if b"Kummallinen" in line)

    def read(content: bytes, keyring: KeyRing = site.register.keyring) -> None:
        path = site.folder / "forged"
        path.unlink(missing_ok=True)
        write_sealed(path, [one.to_public() for one in site.identities], iter([content]))
        Reading(path, keyring, Taker()).run(site.identities)

    def refused(kind: type[Exception] | tuple[type[Exception], ...], records: list[bytes]) -> None:
        with pytest.raises(kind):
            read(gzip.compress(b"".join(records)))

    def with_line(place: int, change: Callable[[bytes], bytes]) -> list[bytes]:
        return [change(line) if n == place else line for n, line in enumerate(lines)]

    read(gzip.compress(b"".join(lines)))
    refused(Forged, with_line(changed, lambda line: line.replace(b"Kummallinen", b"Kumma")))
    refused(Forged, [line for n, line in enumerate(lines) if n != changed])
    refused(Forged, [*lines[:changed], lines[changed], *lines[changed:]])
    refused(NotABackup, lines[1:])
    refused(NotABackup, lines[:-1])
    refused(NotABackup, [*lines, lines[1]])
    refused(NotABackup, with_line(changed, lambda line: b'{"kind":"what"}\n'))
    refused(NotABackup, with_line(0, lambda line: line.replace(b'"customer":', b'"x; DROP":')))
    refused(NewerBackup, with_line(0, lambda line: line.replace(b'"format":1', b'"format":2')))
    refused(Miscounted, [*lines[:-1], lines[-1].replace(b'"customer":1', b'"customer":2')])
    with pytest.raises(NotABackup):
        read(b"not packed")
    with pytest.raises(NotABackup):
        read(gzip.compress(b"".join(lines)) + b"more")
    (site.folder / "other").mkdir()
    other = KeyRing.create(site.folder / "other" / "master.key")
    with pytest.raises(Forged, match=site.register.keyring.master_key_id):
        read(gzip.compress(b"".join(lines)), other)


HEAD = (
    b'{"kind":"head","format":1,"shape":"0018","software":"1","made_at":0,"database":"sqlite","log_size":0,'
    b'"master_key_id":"%s","config":"","tables":{"a":[["n","int"],["b","bytes"]]}}\n'
)
ROWS = b'{"kind":"rows","table":"a","rows":[[1,"AAAA"],[2,null]]}\n'


@given(st.data())
def test_whatever_is_inside_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Records changed at any place, cut, and bytes that are no records at all: nothing but our own refusals."""
    keyring = KeyRing(bytes(32))
    whole = HEAD % keyring.master_key_id.encode() + ROWS
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 30)))
        content[start:end] = data.draw(st.binary(max_size=12))
    reading = Reading(tmp_path_factory.getbasetemp() / "x", keyring, Taker())
    packed = data.draw(st.sampled_from([gzip.compress(bytes(content)), bytes(content)]))
    with contextlib.suppress(RegisterError):
        reading._take(packed[:50])
        reading._take(packed[50:])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_wrong_key_a_foreign_file_and_a_broken_log_are_told_apart(site: Site) -> None:
    """Each is a sentence of its own."""
    live(site.house)
    path = site.backup()
    register = site.register
    with pytest.raises(OtherKey):
        service.verify(register.config, register.keyring, path, [IDENTITY])
    assert configuration_inside(path, site.identities) == '[register]\nname = "Malli"\n'
    foreign = site.folder / "foreign"
    foreign.write_bytes(b"PK\x03\x04 something else")
    with pytest.raises(NotABackup):
        service.verify(register.config, register.keyring, foreign, site.identities)
    with pytest.raises(BackupUnreadable):
        service.verify(register.config, register.keyring, site.folder / "gone", site.identities)
    lines = lines_of(site)
    entry = next(line for line in lines if line.startswith(b'{"kind":"rows","table":"log_entry"'))
    assert entry
    with register.database.unit_of_work() as uow:
        trigger = "DROP TRIGGER log_checkpoint_no_update"
        if register.database.dialect == "postgresql":
            trigger = "DROP TRIGGER log_checkpoint_append_only ON log_checkpoint"
        uow.connection.exec_driver_sql(trigger)
        uow.connection.exec_driver_sql("UPDATE log_checkpoint SET note = replace(note, 'A', 'B')")
        uow.commit()
    broken = site.backup("broken.backup")
    with pytest.raises(LogInsideBroken):
        service.verify(register.config, register.keyring, broken, site.identities)
