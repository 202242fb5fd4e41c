"""`rekisteri backup` and `rekisteri drill` as an administrator types them, from the first key to the restored register."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from core.customers import bans, search
from core.customers.bans import BanKind
from core.register import open_register
from tests.backup.conftest import nowhere
from tests.support.office import open_office
from tui.cli.main import Cli, main

if TYPE_CHECKING:
    from pathlib import Path


class Desk:
    """Types commands over a register in a folder, each opening it anew."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self.capsys = capsys
        office = open_office(folder)
        office.add(("Meikäläinen", "Matti"))
        office.register.log.sign()
        office.register.close()
        self.actor = office.actor
        monkeypatch.setattr(Cli, "actor", lambda _: self.actor)
        monkeypatch.chdir(folder)

    def types(self, *arguments: object, code: int = 0, out: bool = False) -> str:
        """What a command prints; a refusal's sentences when it must end with another *code*."""
        with pytest.raises(SystemExit) as stopped:
            main(["--config", str(self.folder / "config.toml"), "--language", "en", *map(str, arguments)])
        printed = self.capsys.readouterr()
        assert int(stopped.value.code or 0) == code, printed.err
        return printed.out if out or code == 0 else printed.err

    def data(self, *arguments: object) -> Any:
        """What a command says as JSON."""
        return json.loads(self.types("--json", *arguments))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A register of one person."""
    return Desk(tmp_path / "office", monkeypatch, capsys)


def test_from_the_first_key_to_the_restored_register(desk: Desk) -> None:
    """Made, verified, refused in words, restored; a ban made since holds; run-due knows when the next one is due."""
    folder = desk.folder
    assert "does not say for which key" in desk.types("backup", "create", "one", code=2)
    made = desk.data("backup", "key", "backup.key")
    text = (folder / "config.toml").read_text("utf-8")
    wrong = '[backup]\nrecipients = ["age1wrong"]\nkey_file = "gone.key"\n'
    (folder / "config.toml").write_text(text.replace("[backup]\n", wrong, 1), "utf-8")
    refused = desk.types("config", "check", code=2, out=True)
    assert "age1wrong" in refused
    assert "gone.key" in refused
    (folder / "config.toml").write_text(text, "utf-8")
    assert "already a key file" in desk.types("backup", "key", "backup.key", code=1)
    settings = folder / "config.toml"
    told = f'[backup]\nrecipients = ["{made["recipient"]}"]\n'
    settings.write_text(settings.read_text("utf-8").replace("[backup]\n", told, 1), "utf-8")
    assert "backup" in desk.data("run-due")["upkeep"]
    assert "NOT in it: the master key" in desk.types("backup", "create", "one")
    assert "backup" not in desk.data("run-due")["upkeep"]
    assert "It is not said which key" in desk.types("backup", "verify", "one", code=2)
    said = desk.types("backup", "verify", "one", "--key", "backup.key")
    assert "verifies: 1 entries" in said
    desk.types("backup", "config", "one", "carried.toml", "--key", "backup.key")
    assert (folder / "carried.toml").read_bytes() == settings.read_bytes()
    _ban(desk)
    assert "empty database only" in desk.types("backup", "restore", "one", "--key", "backup.key", code=1)
    (folder / "register.db").rename(folder / "old.db")
    whole = (folder / "one").read_bytes()
    (folder / "cut").write_bytes(whole[:-5])
    assert "damaged or cut off at byte" in desk.types(
        "backup", "restore", "cut", "--key", "backup.key", code=1
    )
    assert not (folder / "register.db").exists()
    found = desk.data("backup", "restore", "one", "--key", "backup.key")
    assert (found["erased_again"], found["narrowed_again"], found["log"]) == (0, 1, "whole")
    register = open_register(_config(desk), nowhere)
    with register.database.reading() as connection:
        (row,) = search.search(connection, "meikä")
        assert bans.bans_of_many(connection, [row.id]) == {row.id: {BanKind.PUBLICATION}}
    register.close()


def test_a_drill_on_the_command_line(desk: Desk) -> None:
    """Its steps and minutes are printed; run-due stops asking for it."""
    assert "drill" in desk.data("run-due")["upkeep"]
    said = desk.types("drill")
    assert "Result: passed" in said
    assert len(list((desk.folder / "drills").glob("drill-*"))) == 2
    assert "drill" not in desk.data("run-due")["upkeep"]


def _config(desk: Desk) -> Any:
    from core.config import load_config

    return load_config(desk.folder / "config.toml")


def _ban(desk: Desk) -> None:
    register = open_register(_config(desk), nowhere)
    with register.database.unit_of_work() as uow:
        (row,) = search.search(uow.connection, "meikä")
        bans.forbid(uow, desk.actor, row.id, BanKind.PUBLICATION, origin="letter", since=uow.now.date())
        uow.commit()
    register.close()
