from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotPermitted
from core.staff import service, ssh_keys
from core.staff.errors import BadKey, KeyHasOptions, KeyInUse, KeyNotFound, KeyTooWeak, PrivateKeyGiven

if TYPE_CHECKING:
    from pathlib import Path

    from core.database import Database
    from tests.staff.conftest import Staff

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl kone"
BLOB = KEY.split()[1]
PROGRAM = "/opt/rekisteri/bin/rekisteri --config '/etc/my register.toml'"


def generate(directory: Path, *options: str) -> str:
    """A public key line that OpenSSH itself made."""
    file = directory / "key"
    subprocess.run(["ssh-keygen", "-q", "-N", "", "-C", "Kallen kone", "-f", str(file), *options], check=True)
    return file.with_suffix(".pub").read_text()


def hardware_key(kind: str) -> str:
    """A line as a security key gives it (no such key is needed to make one up)."""
    parts = [kind.encode(), bytes(32), b"ssh:"]
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return f"{kind} {base64.b64encode(blob).decode()} avain"


@pytest.mark.parametrize(
    "options",
    [
        ("-t", "ed25519"),
        ("-t", "ecdsa", "-b", "256"),
        ("-t", "ecdsa", "-b", "521"),
        ("-t", "rsa", "-b", "3072"),
    ],
    ids=" ".join,
)
def test_a_key_from_ssh_keygen_is_read_with_openssh_s_fingerprint(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Type, comment and fingerprint are those that ssh-keygen itself prints."""
    key = ssh_keys.parse_public_key(generate(tmp_path, *options))
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(tmp_path / "key.pub")], check=True, capture_output=True, text=True
    )
    assert shown.stdout.split()[1] == key.fingerprint
    assert key.comment == "Kallen kone"


def test_a_hardware_key_is_accepted() -> None:
    """The sk form of Ed25519 is what multi-factor sign-in over SSH uses."""
    key = ssh_keys.parse_public_key(hardware_key("sk-ssh-ed25519@openssh.com"))
    assert key.key_type == "sk-ssh-ed25519@openssh.com"


def test_weak_and_foreign_kinds_are_refused(tmp_path: Path) -> None:
    """RSA below 3072 bits, DSA and certificates are named and refused."""
    with pytest.raises(KeyTooWeak) as refused:
        ssh_keys.parse_public_key(generate(tmp_path, "-t", "rsa", "-b", "2048"))
    assert "RSA 2048" in str(refused.value)
    for line in (f"ssh-dss {BLOB}", f"ssh-ed25519-cert-v01@openssh.com {BLOB}", f"ssh-rsa1 {BLOB}"):
        with pytest.raises(KeyTooWeak):
            ssh_keys.parse_public_key(line)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('command="/bin/sh" ' + KEY, KeyHasOptions),
        ("no-pty " + KEY, KeyHasOptions),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", PrivateKeyGiven),
        ("", BadKey),
        ("ssh-ed25519", BadKey),
        ("ssh-ed25519 !!!!", BadKey),
        (f"ssh-rsa {BLOB}", BadKey),
        (f"ssh-ed25519 {BLOB[:-8]}", BadKey),
        (KEY + "\n" + KEY, BadKey),
        (KEY + "\x1b[2J", BadKey),
        (KEY + "x" * 5000, BadKey),
        ("tämä ei ole avain", BadKey),
    ],
)
def test_a_line_that_is_no_plain_public_key_is_refused(line: str, error: type[BadKey]) -> None:
    """Options, private keys, broken, doubled or oversized lines each get their sentence."""
    with pytest.raises(error):
        ssh_keys.parse_public_key(line)


@given(st.text(max_size=200), st.integers(min_value=0, max_value=len(KEY)))
def test_no_text_breaks_the_reader(junk: str, at: int) -> None:
    """Whatever is pasted into or instead of a key line is read or refused, never anything else."""
    for line in (junk, KEY[:at] + junk + KEY[at:]):
        try:
            key = ssh_keys.parse_public_key(line)
        except BadKey:
            continue
        assert "\n" not in key.key_type + key.blob + key.comment


def test_a_key_belongs_to_one_person_and_is_not_taken_back(database: Database, staff: Staff) -> None:
    """A second registration is refused, also after it was revoked."""
    with database.unit_of_work() as uow:
        key = ssh_keys.add_key(uow, staff.boss, staff.clerk.id, KEY)
        with pytest.raises(KeyInUse) as refused:
            ssh_keys.add_key(uow, staff.boss, staff.administrator.id, KEY)
        assert "kalle" in str(refused.value)
        assert ssh_keys.revoke_key(uow, staff.boss, key.id).revoked_at is not None
        with pytest.raises(KeyNotFound):
            ssh_keys.revoke_key(uow, staff.boss, key.id)
        with pytest.raises(KeyInUse):
            ssh_keys.add_key(uow, staff.boss, staff.clerk.id, KEY)
        assert [found.fingerprint for found in ssh_keys.keys(uow.connection)] == [key.fingerprint]


def test_only_administrators_handle_keys(database: Database, staff: Staff) -> None:
    """A clerk can neither add nor revoke, not even their own."""
    clerk = staff.clerk.as_actor()
    with database.unit_of_work() as uow:
        with pytest.raises(NotPermitted):
            ssh_keys.add_key(uow, clerk, staff.clerk.id, KEY)
        with pytest.raises(NotPermitted):
            ssh_keys.revoke_key(uow, clerk, 1)


def test_sshd_gets_one_restricted_line_a_key(database: Database, staff: Staff) -> None:
    """`restrict,pty` and a forced command with the member and the key; the comment is our user name, not theirs."""
    with database.unit_of_work() as uow:
        key = ssh_keys.add_key(uow, staff.boss, staff.clerk.id, KEY)
        lines = ssh_keys.authorized_keys(uow.connection, PROGRAM)
    assert lines == (
        f'restrict,pty,command="{PROGRAM} session --staff {staff.clerk.id} --key {key.id}" '
        f"ssh-ed25519 {BLOB} kalle\n"
    )


def test_a_quote_in_the_program_s_path_does_not_end_the_option(database: Database, staff: Staff) -> None:
    """OpenSSH takes a backslash before a double quote as part of the command."""
    with database.unit_of_work() as uow:
        ssh_keys.add_key(uow, staff.boss, staff.clerk.id, KEY)
        line = ssh_keys.authorized_keys(uow.connection, "'/o\"pt/r'")
    assert "command=\"'/o\\\"pt/r' session" in line


def test_sshd_s_question_is_answered_with_the_offered_key_alone(
    database: Database, staff: Staff, tmp_path: Path
) -> None:
    """By fingerprint and by blob; revoked keys and disabled members are never in the answer."""
    other = generate(tmp_path, "-t", "ed25519")
    with database.unit_of_work() as uow:
        first = ssh_keys.add_key(uow, staff.boss, staff.clerk.id, KEY)
        second = ssh_keys.add_key(uow, staff.boss, staff.administrator.id, other)

        def asked(fingerprint: str | None = None, blob: str | None = None) -> int:
            answer = ssh_keys.authorized_keys(uow.connection, "r", fingerprint=fingerprint, blob=blob)
            return answer.count("\n")

        assert asked() == 2
        assert asked(first.fingerprint) == asked(first.fingerprint, BLOB) == asked(None, BLOB) == 1
        assert asked(second.fingerprint, BLOB) == asked("SHA256:x") == 0
        service.disable(uow, staff.boss, staff.clerk.id)
        assert asked(first.fingerprint) == 0
        service.enable(uow, staff.boss, staff.clerk.id)
        ssh_keys.revoke_key(uow, staff.boss, first.fingerprint)
        assert asked(first.fingerprint) == 0
        assert asked() == 1
