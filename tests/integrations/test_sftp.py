"""SFTP by OpenSSH against a real server on loopback: whole files, one key, nobody asked, nothing half done."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from integrations import sftp
from integrations.protocol import RemoteFile
from integrations.transport import MaybeSent, ProvedNotSent, TransportFailure
from tests.support.sftp_server import LIMIT, SftpPartner, make_key, sftp_partner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpPartner]:
    """One server for all; each test empties it."""
    with sftp_partner(tmp_path_factory.mktemp("sftp")) as partner:
        yield partner


@pytest.fixture
def partner(server: SftpPartner) -> SftpPartner:
    """The server, its folders empty."""
    for folder in ("in", "out"):
        for path in (server.remote / folder).iterdir():
            path.unlink()
    return server


def test_put_list_get(partner: SftpPartner) -> None:
    """What is put is there whole under its name, for our eyes alone, and nothing beside it."""
    drop = partner.drop()
    assert drop.list("*") == ()
    assert drop.get("a.csv") is None
    drop.put("a.csv", b"one")
    drop.put("b.txt", b"two \xff\n")
    assert drop.list("*.csv") == (RemoteFile("a.csv", 3),)
    assert drop.get("b.txt") == b"two \xff\n"
    assert sorted(path.name for path in (partner.remote / "out").iterdir()) == ["a.csv", "b.txt"]
    assert (partner.remote / "out" / "a.csv").stat().st_mode & 0o077 == 0


def test_the_same_file_again_is_done_already(partner: SftpPartner) -> None:
    """The same bytes again change nothing; other bytes under the name are refused and the first stay."""
    drop = partner.drop()
    drop.put("a.csv", b"one")
    drop.put("a.csv", b"one")
    for other in (b"two", b"one and more"):
        with pytest.raises(ProvedNotSent) as refusal:
            drop.put("a.csv", other)
        assert refusal.value.reason == "name_taken"
    assert drop.get("a.csv") == b"one"


def test_what_an_interrupted_sending_left_is_written_over(partner: SftpPartner) -> None:
    """The rest of a broken sending is no file to anybody, and the next sending takes its place."""
    (partner.remote / "out" / ".a.csv.part").write_bytes(b"half of something longer")
    drop = partner.drop()
    assert drop.list("*") == ()
    drop.put("a.csv", b"whole")
    assert [path.name for path in (partner.remote / "out").iterdir()] == ["a.csv"]
    assert drop.get("a.csv") == b"whole"


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/b", ".hidden", "a.part", "a b", "ä", "-x", "a\nls", "*"]
)
def test_names_that_are_not_plain(partner: SftpPartner, name: str) -> None:
    """No name leads out of the folder or becomes a command."""
    with pytest.raises(ProvedNotSent) as refusal:
        partner.drop().put(name, b"x")
    assert refusal.value.reason == "name_not_allowed"
    assert partner.drop().get(name) is None


def test_files_that_are_not_ours_to_read_are_passed_over(partner: SftpPartner) -> None:
    """Links, folders and names that are not plain do not appear."""
    folder = partner.remote / "in"
    (folder / "good.csv").write_bytes(b"1")
    (folder / "link.csv").symlink_to("/etc/passwd")
    (folder / "folder.csv").mkdir()
    (folder / "two words.csv").write_bytes(b"1")
    try:
        assert [file.name for file in partner.drop("in").list("*")] == ["good.csv"]
    finally:
        (folder / "folder.csv").rmdir()


def test_a_file_too_large_is_not_fetched(partner: SftpPartner) -> None:
    """What is larger than may come back is told before a byte of it comes."""
    (partner.remote / "in" / "large.csv").write_bytes(b"x" * (LIMIT + 1))
    with pytest.raises(ProvedNotSent) as refusal:
        partner.drop("in").get("large.csv")
    assert refusal.value.reason == "answer_too_large"


def test_a_file_that_grows_is_not_whole(
    partner: SftpPartner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file whose size changes between the look and the fetch is refused, and nothing of it is left here."""
    growing = partner.remote / "in" / "answer.csv"
    growing.write_bytes(b"first half, ")
    measured = sftp.SftpDrop._size_of

    def measured_then_written(drop: sftp.SftpDrop, name: str) -> int | None:
        size = measured(drop, name)
        growing.write_bytes(b"first half, second half")
        return size

    monkeypatch.setattr(sftp.SftpDrop, "_size_of", measured_then_written)
    with pytest.raises(ProvedNotSent) as refusal:
        partner.drop("in").fetch("answer.csv", tmp_path / "answer.csv")
    assert refusal.value.reason == "file_growing"
    assert list(tmp_path.iterdir()) == []


def test_another_server_key_is_refused(partner: SftpPartner, tmp_path: Path) -> None:
    """A server with a key that known_hosts doesn't have for it gets nothing, and nobody is asked to accept it."""
    other = make_key(tmp_path / "other").with_suffix(".pub").read_text(encoding="utf-8")
    for content in ("", f"[127.0.0.1]:{partner.port} {other}"):
        (tmp_path / "known_hosts").write_text(content, encoding="utf-8")
        with pytest.raises(ProvedNotSent) as refusal:
            partner.drop(known_hosts=tmp_path / "known_hosts").put("a.csv", b"x")
        assert refusal.value.reason == "server_unknown"
    assert (tmp_path / "known_hosts").read_text(encoding="utf-8").strip().endswith(other.strip())


def test_another_key_of_ours_is_refused_without_a_question(partner: SftpPartner, tmp_path: Path) -> None:
    """A key the server does not know ends at once, though the server would take a password."""
    with pytest.raises(ProvedNotSent) as refusal:
        partner.drop(key_file=make_key(tmp_path / "unknown")).put("a.csv", b"x")
    assert refusal.value.reason == "sign_in_refused"


def test_a_missing_folder_is_told(partner: SftpPartner) -> None:
    """A folder that is not there is a refusal, and nothing was sent."""
    with pytest.raises(ProvedNotSent) as refusal:
        partner.drop("nowhere").put("a.csv", b"x")
    assert refusal.value.reason == "file_missing"


def test_nobody_listens(partner: SftpPartner, tmp_path: Path) -> None:
    """A port where nobody answers is told as such."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ProvedNotSent) as refusal:
        partner.drop(port=port).list("*")
    assert refusal.value.reason == "not_reached"


def test_a_silent_server_does_not_hold_us(partner: SftpPartner) -> None:
    """A server that accepts and says nothing is left when the time is over."""
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TransportFailure) as refusal:
        partner.drop(port=silent.getsockname()[1], seconds=1).list("*")
    assert refusal.value.reason == "timeout"


def test_only_checked_addresses_are_reached(partner: SftpPartner) -> None:
    """Outside the sandbox loopback is refused, and inside everything else, before the program is started."""
    with pytest.raises(ProvedNotSent) as refusal:
        partner.drop(sandbox=False).list("*")
    assert refusal.value.reason == "address_not_allowed"


def test_a_sending_cut_in_the_middle_is_in_doubt(
    partner: SftpPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the file may have begun to leave, a lost connection is never called not sent; no file is under its name."""
    started = sftp._started

    def cut(command: list[str], directory: str) -> object:
        process = started(command, directory)
        if cuts:
            # The program dies with what it has been told to do half done.
            threading.Timer(0.0, process.kill).start()
        return process

    cuts: list[bool] = []
    measured = sftp.SftpDrop._size_of

    def measured_then_cut(drop: sftp.SftpDrop, name: str) -> int | None:
        size = measured(drop, name)
        cuts.append(True)
        return size

    monkeypatch.setattr(sftp, "_started", cut)
    monkeypatch.setattr(sftp.SftpDrop, "_size_of", measured_then_cut)
    with pytest.raises(MaybeSent):
        partner.drop().put("a.csv", b"x" * 1000)
    assert not (partner.remote / "out" / "a.csv").exists()


def test_a_name_taken_meanwhile_is_not_replaced(
    partner: SftpPartner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that came under the name after the look stays: the rename replaces nothing."""
    monkeypatch.setattr(sftp.SftpDrop, "_size_of", lambda drop, name: None)
    (partner.remote / "out" / "a.csv").write_bytes(b"theirs")
    with pytest.raises(MaybeSent):
        partner.drop().put("a.csv", b"ours")
    assert (partner.remote / "out" / "a.csv").read_bytes() == b"theirs"
