"""`rekisteri config` and `rekisteri db` as somebody types them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from core.founding import found_register
from tests.config.test_example import GIVEN
from tui.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock


@pytest.fixture
def file(tmp_path: Path, clock: FixedClock) -> Path:
    """The configuration of a new register."""
    return found_register(tmp_path / "config.toml", GIVEN, clock).file


def run(*arguments: str) -> int:
    """Run the program; returns its exit code."""
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    return int(stopped.value.code or 0)


def test_show_gives_each_value_and_its_origin(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every setting is listed with its value and whether it is the file's or a default."""
    assert run("--config", str(file), "--language", "en", "config", "show") == 0
    shown = capsys.readouterr().out
    assert 'register.name = "Uusi"  (from the file)' in shown
    assert "staff.session_hours = 12  (default)" in shown


def test_show_as_json_can_be_read_by_a_program(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json gives the same as data."""
    assert run("--config", str(file), "--json", "config", "show") == 0
    settings = {each["key"]: each for each in json.loads(capsys.readouterr().out)["settings"]}
    assert settings["orders.first_number"] == {
        "key": "orders.first_number",
        "value": 1001,
        "origin": "default",
    }


def test_secrets_are_shown_as_references(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the shown settings nor the check repeat what a secret is."""
    (file.parent / "key").write_text("hunter2", encoding="utf-8")
    (file.parent / "key").chmod(0o600)
    with file.open("a", encoding="utf-8") as stream:
        stream.write('[partners.netvisor]\nbase_url = "http://127.0.0.1:9"\n')
        stream.write('settings = { organisation_id = "1234567-1", product_identifier = "1" }\n')
        stream.write('secrets = { customer_key = "file:key" }\n')
    assert run("--config", str(file), "config", "show") == 0
    assert run("--config", str(file), "config", "check") == 0
    shown = capsys.readouterr().out
    assert 'partners.netvisor.secrets.customer_key = "file:key"' in shown
    assert "hunter2" not in shown


def test_check_lists_every_problem_at_once(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two mistakes in the file are two lines and exit code 2."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write("[staf]\n[partners.netvisor]\nenvironment = 'prod'\n")
    assert run("--config", str(file), "--language", "en", "config", "check") == 2
    shown = capsys.readouterr().out
    assert "2 problems:" in shown
    assert "Did you mean staff?" in shown
    assert "one of: sandbox, test, production" in shown


def test_check_looks_at_keys_secrets_and_adapters(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the settings refer to is looked at as well: a key others may read, a secret not there, no such adapter."""
    (file.parent / "master.key").chmod(0o644)
    with file.open("a", encoding="utf-8") as stream:
        stream.write('[partners.fax.secrets]\nnumber = "env:FAX_NUMBER_NOT_SET"\n')
    assert run("--config", str(file), "--json", "config", "check") == 2
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert {each["code"] for each in problems} == {
        "config.unknown_adapter",
        "config.secret_missing",
        "keys.exposed",
    }


def test_check_looks_at_mappings_and_partners_settings(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mapping to a field that does not exist, and a partner without what its manifest asks for, are named."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write('[loads.old]\ncolumns = { shoe_size = "Kenkä" }\n[partners.netvisor]\n')
    assert run("--config", str(file), "--language", "en", "config", "check") == 2
    shown = capsys.readouterr().out
    assert "shoe_size" in shown
    assert "organisation_id" in shown


def test_wrong_configuration_stops_every_verb_in_words(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A verb that needs the register says what is wrong with the configuration and exits with 2."""
    file.write_text("[register]\nnam = 1\n", encoding="utf-8")
    assert run("--config", str(file), "--language", "fi", "db", "check") == 2
    said = capsys.readouterr().err
    assert "asetusta register.nam ei ole" in said
    assert "Traceback" not in said


def test_init_makes_a_register_that_the_check_accepts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What init made needs no editing before the database and configuration are in order."""
    file = tmp_path / "new" / "config.toml"
    answers = [
        "--controller",
        "Oma Oy",
        "--address",
        "Tie 1",
        "--contact-person",
        "N",
        "--email",
        "n@oma.example",
    ]
    assert run("--config", str(file), "--language", "fi", "config", "init", *answers) == 0
    assert "oma.example/asiakasrekisteri+" in capsys.readouterr().out
    assert run("--config", str(file), "config", "check") == 0
    assert run("--config", str(file), "db", "check") == 0
    assert run("--config", str(file), "db", "upgrade") == 0


def test_init_names_every_answer_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A program that runs init without a terminal is told all options it has to give."""
    assert (
        run("--config", str(tmp_path / "c.toml"), "--language", "en", "config", "init", "--email", "a@b.fi")
        == 2
    )
    assert "--controller, --address, --contact-person." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_database_of_an_older_program_is_refused_with_the_command(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An older database is named by its version, with the verb that mends it."""
    with closing(sqlite3.connect(file.parent / "register.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()
    assert run("--config", str(file), "--language", "en", "db", "check") == 1
    assert "rekisteri db upgrade" in capsys.readouterr().err
