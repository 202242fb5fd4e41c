"""`rekisteri log`: verify, show and export on the command line, in both languages and as JSON."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from core.actor import Actor, Role
from core.disclosure import transfers
from core.disclosure.log import Line, encode_lines, lines_root
from core.errors import RegisterError
from core.messages import LANGUAGES, tr
from tests.support.log_bodies import add, intent, lift_fences, outcome, tamper
from tui.cli.log import command
from tui.cli.main import Cli

if TYPE_CHECKING:
    from pathlib import Path

    from core.disclosure.log import DisclosureLog
    from tests.conftest import MakeActor


class TestCli(Cli):
    """The command line's frame over a log that the test made."""

    __test__ = False

    def __init__(
        self, log: DisclosureLog, actor: Actor, language: str = "en", *, as_json: bool = False
    ) -> None:
        super().__init__(config_path=None, language=language, as_json=as_json, user_name=None)
        self._log = log
        self._actor = actor

    def register(self) -> Any:
        """The parts of a register that the verb uses."""
        return SimpleNamespace(log=self._log, database=self._log.database)


@pytest.fixture
def reviewer(make_actor: MakeActor) -> Actor:
    """Somebody who may read the log."""
    return make_actor(Role.REVIEWER)


LINES = [Line(number, bytes(16), bytes(32), bytes(32)) for number in range(2)]


@pytest.fixture
def told(sqlite_log: DisclosureLog, monkeypatch: pytest.MonkeyPatch) -> DisclosureLog:
    """A signed log of three transfers to two recipients; their lines are not in tables but here."""
    monkeypatch.setattr(transfers, "stored_lines", lambda _connection, _transfer: encode_lines(LINES))
    root = lines_root(LINES).hex()
    for number, recipient in ((1, "tilitoimisto"), (2, "luottotiedot"), (3, "tilitoimisto")):
        add(sqlite_log, "intent", intent(number, recipient=recipient, lines_root=root))
        add(sqlite_log, "outcome", outcome(number))
    sqlite_log.sign()
    return sqlite_log


def run(cli: Cli, *arguments: object) -> Result:
    """Run `log` with *arguments*."""
    return CliRunner().invoke(command, [str(argument) for argument in arguments], obj=cli)


@pytest.mark.parametrize("language", LANGUAGES)
def test_verify_says_what_was_verified(
    told: DisclosureLog, reviewer: Actor, language: str, tmp_path: Path
) -> None:
    """A log that verifies, and its export, end with exit code 0 and say so; a damaged one with 1 and the problem."""
    cli = TestCli(told, reviewer, language)
    told.export(tmp_path / "out")
    for arguments in (
        ("verify",),
        ("verify", tmp_path / "out"),
        ("verify", tmp_path / "out", "--vkey", told.vkey),
    ):
        done = run(cli, *arguments)
        assert done.exit_code == 0, done.output
        assert tr("The log verifies. Root: {root}", language, root="")[:10] in done.output
    tile = next((tmp_path / "out" / "tile" / "0").rglob("7"))
    tile.write_bytes(bytes(224))
    damaged = run(cli, "verify", tmp_path / "out")
    assert damaged.exit_code == 1
    assert "tile/0/000.p/7" in damaged.output
    tamper(told.database, "UPDATE log_entry SET kind = 'outcome' WHERE entry_index = 1")
    assert run(cli, "verify").exit_code == 1


def test_verify_compares_the_transfers_lines(
    told: DisclosureLog, reviewer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transfer whose lines are gone from the tables is a problem; the advice is given once."""
    monkeypatch.setattr(transfers, "stored_lines", lambda _connection, _transfer: None)
    damaged = run(TestCli(told, reviewer), "verify")
    assert damaged.exit_code == 1
    assert damaged.output.count("are not those that the log names") == 3
    assert damaged.output.count("Nothing leaves until this is cleared.") == 1


def test_verify_as_json(told: DisclosureLog, reviewer: Actor, tmp_path: Path) -> None:
    """The report as JSON has counts, root and problems with their codes."""
    cli = TestCli(told, reviewer, as_json=True)
    report = json.loads(run(cli, "verify").output)
    assert (report["verified"], report["size"], report["kinds"]["intent"]) == (True, 7, 3)
    told.export(tmp_path / "out")
    (tmp_path / "out" / "extra").write_text("x")
    refused = run(cli, "verify", tmp_path / "out")
    assert refused.exit_code == 1
    assert [problem["code"] for problem in json.loads(refused.output)["problems"]] == ["log.file_unexpected"]


def test_held_checkpoint_is_compared(told: DisclosureLog, reviewer: Actor, tmp_path: Path) -> None:
    """`--held` takes a checkpoint kept from before; one that is not there is told."""
    told.export(tmp_path / "out")
    cli = TestCli(told, reviewer)
    held = tmp_path / "out" / "checkpoint"
    assert run(cli, "verify", tmp_path / "out", "--held", held).exit_code == 0
    missing = run(cli, "verify", tmp_path / "out", "--held", tmp_path / "none")
    assert isinstance(missing.exception, RegisterError)


def test_export_names_the_key(told: DisclosureLog, reviewer: Actor, tmp_path: Path) -> None:
    """An export says how much it wrote and the key to verify with."""
    done = run(TestCli(told, reviewer), "export", tmp_path / "out")
    assert done.exit_code == 0
    assert told.vkey in done.output
    data = json.loads(run(TestCli(told, reviewer, as_json=True), "export", tmp_path / "out").output)
    assert (data["written"], data["kept"], data["size"]) == (0, 6, 7)


def test_show_lists_and_filters(told: DisclosureLog, reviewer: Actor) -> None:
    """Entries are listed oldest first, filtered by kind, recipient, day and number."""
    cli = TestCli(told, reviewer)
    shown = run(cli, "show")
    assert [line.split()[0] for line in shown.output.splitlines()] == [str(index) for index in range(7)]
    only = run(cli, "show", "--kind", "intent", "--recipient", "tilitoimisto")
    assert [line.split()[0] for line in only.output.splitlines()] == ["1", "5"]
    assert "invoicing" in only.output
    assert len(run(cli, "show", "--limit", 2).output.splitlines()) == 2
    assert len(run(cli, "show", "--since", "2026-11-23").output.splitlines()) == 7
    assert "no such entry" in run(cli, "show", "--since", "2026-11-24").output
    listed = json.loads(run(TestCli(told, reviewer, as_json=True), "show", "--kind", "outcome").output)
    assert [entry["entry"]["state"] for entry in listed] == ["delivered"] * 3


def test_show_one_entry(told: DisclosureLog, reviewer: Actor) -> None:
    """One entry is shown with every member and its leaf hash; one that is not there is refused."""
    shown = run(TestCli(told, reviewer), "show", 1)
    assert "recipient: tilitoimisto" in shown.output
    assert "categories: name, orders" in shown.output
    assert isinstance(run(TestCli(told, reviewer), "show", 99).exception, RegisterError)


def test_clerk_may_verify_but_not_read(told: DisclosureLog, make_actor: MakeActor, tmp_path: Path) -> None:
    """Anybody may verify; reading and exporting the log need a role."""
    cli = TestCli(told, make_actor(Role.CLERK))
    assert run(cli, "verify").exit_code == 0
    for arguments in (("show",), ("export", tmp_path / "out")):
        assert isinstance(run(cli, *arguments).exception, RegisterError)
    assert not (tmp_path / "out").exists()


def test_damaged_entries_are_still_listed_as_they_are(told: DisclosureLog, reviewer: Actor) -> None:
    """A listing of a log whose row was changed shows what is stored; verifying is what tells."""
    with told.database.unit_of_work() as uow:
        lift_fences(uow.connection)
        uow.commit()
    tamper(told.database, "UPDATE log_entry SET kind = 'outcome' WHERE entry_index = 1")
    assert run(TestCli(told, reviewer), "show", 1).exit_code == 0


@pytest.mark.parametrize(("form", "lines"), [("jsonl", 7), ("fhir", 3), ("csv", 3)])
def test_export_for_other_programs(
    told: DisclosureLog, reviewer: Actor, tmp_path: Path, form: str, lines: int
) -> None:
    """One file in the form that was asked for, and how many lines it has."""
    target = tmp_path / "log.file"
    done = run(TestCli(told, reviewer, as_json=True), "export", "--format", form, target)
    assert json.loads(done.output) == {"file": str(target), "format": form, "lines": lines}
    assert len(target.read_text(encoding="utf-8").splitlines()) == lines + (form == "csv")


def test_export_with_lines_verifies(told: DisclosureLog, reviewer: Actor, tmp_path: Path) -> None:
    """The lines go along when they are asked for, and are verified with the rest."""
    assert run(TestCli(told, reviewer), "export", "--lines", tmp_path / "out").exit_code == 0
    assert len(list((tmp_path / "out" / "lines").iterdir())) == 3
    assert run(TestCli(told, reviewer), "verify", tmp_path / "out", "--vkey", told.vkey).exit_code == 0
