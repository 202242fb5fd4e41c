"""A configuration holds where a secret is; the secret itself appears only where it is used."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from core import environment
from core.config import Secret
from core.config.errors import SecretExposed, SecretMissing
from core.keys import KeyFileExposed, KeyRing

if TYPE_CHECKING:
    from pathlib import Path


def test_file_secret_is_read_without_its_line_end(tmp_path: Path) -> None:
    """The line end that an editor adds is no part of the secret."""
    path = tmp_path / "password"
    path.write_text("hunter2\n", encoding="utf-8")
    path.chmod(0o600)
    assert Secret("file:password", tmp_path).reveal() == "hunter2"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604])
def test_file_that_others_may_read_is_refused_with_advice(mode: int, tmp_path: Path) -> None:
    """A secret that somebody else may have read is not used, and the advice names the command."""
    path = tmp_path / "password"
    path.write_text("hunter2", encoding="utf-8")
    path.chmod(mode)
    with pytest.raises(SecretExposed) as caught:
        Secret("file:password", tmp_path).reveal()
    assert f"chmod 600 {path}" in str(caught.value)


def test_file_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret file that another user owns may be replaced by that user."""
    path = tmp_path / "password"
    path.write_text("hunter2", encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(SecretExposed):
        Secret(f"file:{path}").reveal()


def test_variable_secret_is_read_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret in the environment is read at use, so a changed one is seen."""
    secret = Secret("env:PARTNER_KEY")
    monkeypatch.setenv("PARTNER_KEY", "one")
    assert secret.reveal() == "one"
    monkeypatch.setenv("PARTNER_KEY", "two")
    assert secret.reveal() == "two"


def test_credential_secret_is_read_from_the_service_managers_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Systemd guards its folder itself, so the file's own mode is not judged."""
    (tmp_path / "key").write_text("hunter2", encoding="utf-8")
    (tmp_path / "key").chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert Secret("credential:key").reveal() == "hunter2"


@pytest.mark.parametrize("reference", ["env:NOT_SET", "file:not-there", "credential:not-there"])
def test_missing_secret_names_its_reference(reference: str, tmp_path: Path) -> None:
    """A secret that is not there is named by where it was looked for."""
    with pytest.raises(SecretMissing) as caught:
        Secret(reference, tmp_path).reveal()
    assert reference.partition(":")[2] in str(caught.value)


def test_secret_never_shows_its_value(tmp_path: Path) -> None:
    """Printing, formatting and comparing a secret show its reference and nothing else."""
    path = tmp_path / "password"
    path.write_text("hunter2", encoding="utf-8")
    path.chmod(0o600)
    secret = Secret("file:password", tmp_path)
    secret.reveal()
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert secret == Secret("file:password", tmp_path)
    assert secret != Secret("file:other", tmp_path)


def test_master_key_may_be_a_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Systemd shows its credentials with mode 0440; a key among them is read, the same file elsewhere is refused."""
    KeyRing.create(tmp_path / "master")
    (tmp_path / "master").chmod(0o440)
    with pytest.raises(KeyFileExposed):
        KeyRing.load(tmp_path / "master")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    KeyRing.load(environment.credential("master"))
