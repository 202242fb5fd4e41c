"""`rekisteri log …` as those who keep the log, and those outside, type it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from core.config import load_config
from core.disclosure import transfers
from core.disclosure.log import Line, encode_lines, lines_root
from core.disclosure.log.export_check import verify_export
from core.register import open_register
from tests.support.log_bodies import add, intent, outcome
from tests.support.office import PASSWORD, USER, open_office
from tui.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from core.register import Register

LINES = [Line(number, bytes(16), bytes(32), bytes(32)) for number in range(2)]
SETTINGS = """[log]
mirror_directory = "mirror"
anchor_directory = "auditor"
anchor_mail_directory = "outgoing"
anchor_mail_to = ["dpo@example.org", "auditor@example.com"]
"""


class Keeper:
    """Somebody at a terminal, beside a register in a folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def types(self, *arguments: object, code: int = 0) -> str:
        """What a command prints in English; it must end with *code*."""
        words = [str(argument) for argument in arguments]
        config = self.folder / "config.toml"
        with pytest.raises(SystemExit) as stopped:
            main(["--config", str(config), "--user", USER, "--language", "en", *words])
        printed = self.capsys.readouterr()
        assert int(stopped.value.code or 0) == code, printed.out + printed.err
        return printed.out if code == 0 else printed.err

    def data(self, *arguments: object) -> Any:
        """What a command says as JSON."""
        return json.loads(self.types("--json", *arguments))

    def register(self) -> Register:
        """The register, opened by itself."""
        config = load_config(self.folder / "config.toml")

        def nowhere(name: str) -> Any:
            raise AssertionError(name)

        return open_register(config, nowhere)

    def transfer(self, number: int) -> None:
        """An invented transfer's entries, signed."""
        register = self.register()
        add(register.log, "intent", intent(number, lines_root=lines_root(LINES).hex()))
        add(register.log, "outcome", outcome(number))
        register.log.sign()
        register.close()


@pytest.fixture
def keeper(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Keeper:
    """A register with a mirror and two places for its checkpoints."""
    office = open_office(tmp_path)
    office.register.close()
    text = office.file.read_text(encoding="utf-8")
    assert text.count("[log]\n") == 1
    office.file.write_text(text.replace("[log]\n", SETTINGS), encoding="utf-8")
    (tmp_path / "auditor").mkdir()
    (tmp_path / "outgoing").mkdir()
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n", encoding="utf-8")
    password.chmod(0o600)
    monkeypatch.setenv("REKISTERI_PASSWORD_FILE", str(password))
    # The transfers are invented: their lines are not in tables but here.
    monkeypatch.setattr(transfers, "stored_lines", lambda _connection, _transfer: encode_lines(LINES))
    return Keeper(tmp_path, capsys)


def test_cosigner_at_a_machine_of_its_own(keeper: Keeper, tmp_path: Path) -> None:
    """Key, checkpoint, line, growth with a proof, line again: files in, lines out, and the export carries them."""
    key, state = tmp_path / "dpo.key", tmp_path / "dpo.state"
    vkey = keeper.register().log.vkey
    cosigner = keeper.data("log", "cosign-key", "example.org/dpo", key)["vkey"]
    first = keeper.data("log", "checkpoint", tmp_path / "one")["size"]
    options = ("--key", key, "--state", state, "--vkey", vkey)
    keeper.types("log", "cosign", tmp_path / "one", *options, "--out", tmp_path / "one.signed")
    said = keeper.types("log", "add-cosignature", tmp_path / "one.signed", "--vkey", cosigner)
    assert f"{first} entries was cosigned" in said
    keeper.transfer(1)
    keeper.types("log", "checkpoint", tmp_path / "two")
    assert "a proof is needed" in keeper.types("log", "cosign", tmp_path / "two", *options, code=1)
    keeper.types("log", "consistency", first, tmp_path / "proof")
    line = keeper.types("log", "cosign", tmp_path / "two", *options, "--proof", tmp_path / "proof")
    assert line.startswith("— example.org/dpo ")
    assert "went back" in keeper.types("log", "cosign", tmp_path / "one", *options, code=1)
    (tmp_path / "two.signed").write_text((tmp_path / "two").read_text() + line)
    keeper.types("log", "add-cosignature", tmp_path / "two.signed", "--vkey", cosigner)
    keeper.types("log", "export", tmp_path / "out")
    assert (tmp_path / "out" / "checkpoint").read_text() == (tmp_path / "two.signed").read_text()
    assert keeper.data("log", "verify", tmp_path / "out", "--held", tmp_path / "one.signed")["verified"]
    assert "is there already" in keeper.types("log", "checkpoint", tmp_path / "one", code=3)
    assert "no such file" in keeper.types("log", "cosign", tmp_path / "none", *options, code=1)


def test_keys_change_on_the_command_line(keeper: Keeper, tmp_path: Path) -> None:
    """Begin, finish, and at once when the key is in wrong hands; the register goes on and verifies."""
    keeper.types("log", "export", tmp_path / "out")
    first = keeper.register().log.vkey
    second = keeper.data("log", "rotate-key")["vkey"]
    assert keeper.data("log", "rotate-key", "--finish")["vkey"] == second
    assert "is not being changed" in keeper.types("log", "rotate-key", "--finish", code=1)
    third = keeper.data("log", "rotate-key", "--compromised")["vkey"]
    assert len({first, second, third}) == 3
    keeper.transfer(1)
    register = keeper.register()
    assert register.log.verify().verified
    assert register.log.vkey == third
    register.close()
    keeper.types("log", "export", tmp_path / "out")
    assert verify_export(tmp_path / "out", first).verified
    shown = keeper.types("log", "show")
    assert "compromise" in shown
    assert [entry["kind"] for entry in keeper.data("log", "show", "--kind", "key")] == ["key"] * 4


def test_run_due_gives_the_checkpoint_away(keeper: Keeper, tmp_path: Path) -> None:
    """The timer writes both files once, says so, and stays quiet until the next is due; a failing folder is an alarm."""
    assert "given" in keeper.data("run-due")["anchor"]
    assert len(list((tmp_path / "auditor").iterdir())) == 1
    assert len(list((tmp_path / "outgoing").iterdir())) == 1
    assert keeper.data("run-due")["anchor"] == []
    shutil.rmtree(tmp_path / "auditor")
    assert "cannot be written" in keeper.types("log", "anchor", code=3)
    keeper.types("log", "anchor", "--page", tmp_path / "page.html")
    assert "<svg" in (tmp_path / "page.html").read_text()
    assert verify_export(tmp_path / "mirror", keeper.register().log.vkey).verified


def test_restore_and_resume_on_the_command_line(keeper: Keeper, tmp_path: Path) -> None:
    """An old database is refused, resumed from the mirror, opened; what came back is listed."""
    keeper.transfer(1)
    shutil.copyfile(tmp_path / "register.db", tmp_path / "backup.db")
    keeper.transfer(2)
    assert "nothing to resume" in keeper.types("log", "resume", "--from", tmp_path / "mirror", code=1)
    assert "The log is not closed" in keeper.types("log", "reopen", "--reason", "x", code=1)
    shutil.copyfile(tmp_path / "backup.db", tmp_path / "register.db")
    assert "went back in time" in keeper.types("run-due", code=1)
    assert "closed by a fault" in keeper.types("run-due", code=1)
    assert "stays closed" in keeper.types("log", "reopen", "--reason", "restored", code=1)
    assert "either" in keeper.types("log", "resume", code=2)
    said = keeper.types("log", "resume", "--from", tmp_path / "mirror")
    assert "Entries 3 to 4 are back" in said
    assert intent(2)["id"] in said
    keeper.types("run-due")
    assert keeper.register().log.verify().verified


def test_successor_on_the_command_line(keeper: Keeper, tmp_path: Path) -> None:
    """With no copy at hand the log goes on under the next name; the mirror of the lost one is left alone."""
    keeper.transfer(1)
    shutil.copyfile(tmp_path / "register.db", tmp_path / "backup.db")
    keeper.transfer(2)
    keeper.types("log", "checkpoint", tmp_path / "held")
    shutil.copyfile(tmp_path / "backup.db", tmp_path / "register.db")
    shutil.rmtree(tmp_path / "mirror")
    keeper.types("run-due", code=1)
    (tmp_path / "log.high-water").unlink()
    assert "not known how far" in keeper.types("log", "resume", "--successor", code=1)
    found = keeper.data("log", "resume", "--successor", "--held", tmp_path / "held")
    assert found["origin"] == "example.fi/asiakasrekisteri/2"
    keeper.transfer(3)
    keeper.types("run-due")
    assert keeper.register().log.verify().verified
