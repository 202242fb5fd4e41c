"""`rekisteri export` as a person types it, and what reads it by machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import pytest

from core.staff.access_log import Access, recent
from tui.cli.main import Cli, main

if TYPE_CHECKING:
    from tests.support.export_house import Exports


class Run(Protocol):
    """Runs a verb; gives the exit code, standard output and standard error."""

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Run ``rekisteri arguments``."""
        ...


@pytest.fixture
def run(exports: Exports, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line around a register that is already open, somebody signed in."""
    monkeypatch.setattr(Cli, "register", lambda self: exports.register)
    monkeypatch.setattr(Cli, "actor", lambda self: exports.actor)

    def running(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        told = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, told.out, told.err

    return running


def test_a_preview_says_who_gets_what_and_makes_no_file(exports: Exports, run: Run) -> None:
    """Recipient, purpose, how many, which categories, who is left out and why, and the first addresses."""
    exports.add()
    exports.add(protected_address=True)
    preview = (
        "--language",
        "en",
        "export",
        "labels",
        "--purpose",
        "direct_advertising",
        "--all",
        "--preview",
    )
    code, out, _ = run(*preview)
    assert code == 0
    assert out.splitlines() == [
        "To Oma henkilökunta, for direct advertising: 1 customers; name, postal address. Left out: 1.",
        "        1  the address is protected",
        "  Elli Aaltonen, Kevätpolku 43 A 9, 90520 OULU",
    ]
    assert not exports.folder.exists()


def test_an_export_is_confirmed_made_listed_and_removed(exports: Exports, run: Run) -> None:
    """Without a terminal it asks for --yes; then the file's path, the transfer's number, its last day, its end."""
    exports.add()
    wanted = ("export", "csv", "--purpose", "customer_care", "--to", "house", "--postcode", "90")
    assert run(*wanted)[0] == 2
    code, out, _ = run("--json", *wanted, "--yes")
    told = json.loads(out)
    assert (code, told["state"], told["customers"], told["left_out"]) == (0, "delivered", 1, {})
    (path,) = exports.folder.iterdir()
    assert told["files"] == [str(path)]
    assert json.loads(run("--json", "export", "files")[1])[0]["removed_on"] == "2026-12-08"
    assert run("export", "remove", path.name)[0] == 0
    assert run("export", "remove", path.name)[0] == 1
    assert "../" not in path.name
    assert run("export", "remove", "../master.key")[0] == 1


def test_letters_and_directory_have_their_own_verbs(exports: Exports, run: Run) -> None:
    """A directory is for publication and asks for no other purpose; a letter is named."""
    exports.add()
    assert "publication" in run("--json", "export", "directory", "--all", "--to", "house", "--preview")[1]
    letter = (
        "export",
        "letters",
        "welcome",
        "--purpose",
        "customer_care",
        "--to",
        "house",
        "--number",
        "9999",
    )
    code, _, err = run("--language", "fi", *letter, "--yes")
    assert code == 1
    assert "Kukaan asiakas ei täytä näitä ehtoja." in err


@pytest.mark.parametrize("language", ["fi", "en"])
def test_nothing_said_is_refused_in_a_sentence(exports: Exports, run: Run, language: str) -> None:
    """Whose data is exported is always said."""
    exports.add()
    code, _, err = run(
        "--language", language, "export", "jsonl", "--purpose", "customer_care", "--to", "house"
    )
    assert code == 1
    assert "--all" in err


def test_a_preview_is_a_look_and_an_export_unseen_is_none(exports: Exports, run: Run) -> None:
    """Whoever is shown whose data would leave has looked at them; --yes shows nobody's."""
    one = exports.add()
    exports.add(number="2001")
    base = ("export", "csv", "--purpose", "customer_care", "--to", "house")
    assert run(*base, "--number", one.number, "--preview")[0] == 0
    assert run(*base, "--all", "--preview")[0] == 0
    assert run(*base, "--all", "--yes")[0] == 0
    with exports.register.database.reading() as connection:
        looks = recent(connection)
    told = [(it.action, it.customer_id, it.task, it.detail) for it in looks]
    assert told == [
        (Access.LIST, None, "customer_care", "2 rows"),
        (Access.OPEN, one.id, "customer_care", "1 rows"),
    ]
