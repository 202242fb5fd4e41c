"""`rekisteri web` as a person types it, and what reads it by machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.support.web_house import submission
from tui.cli.main import Cli, main

if TYPE_CHECKING:
    from tests.support.web_house import Site


class Run(Protocol):
    """Runs a verb; gives the exit code, standard output and standard error."""

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Run ``rekisteri arguments``."""
        ...


@pytest.fixture
def run(site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line around a register that is already open, somebody signed in."""
    monkeypatch.setattr(Cli, "register", lambda self: site.register)
    monkeypatch.setattr(Cli, "actor", lambda self: site.actor)

    def running(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--language", "en", *arguments])
        told = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, told.out, told.err

    return running


def test_a_file_is_reported_with_its_counts(site: Site, run: Run) -> None:
    """They add up to the lines; the quarantine file and what waits are named."""
    site.add()
    path = site.write(submission(1, person__street="Haapakuja 2"), submission(2), b"nonsense")
    code, out, _ = run("web", "load", str(path))
    assert code == 0
    assert out.splitlines() == [
        "lomakkeet-1.jsonl: 3 lines. nothing new 1, waits for a person 1, in quarantine 1.",
        f"Correct these rows and feed the file back: {site.folder / 'quarantine' / 'web-1.jsonl'}",
        "1 wait for a person: rekisteri web list",
    ]
    told = json.loads(run("--json", "web", "load", str(path))[1])
    assert told["files"][0]["again"] is True


def test_a_folder_is_read_whole(site: Site, run: Run) -> None:
    """Every file of it, each once; an empty folder says so."""
    folder = site.folder / "site"
    folder.mkdir()
    code, _, said = run("web", "load", str(folder))
    assert (code, "There is no file named" in said) == (1, True)
    site.folder = folder
    site.write(submission(1, person__email="a@example.fi", person__street="Katu 1"))
    site.write(submission(2, person__email="b@example.fi", person__street="Katu 2"))
    told = json.loads(run("--json", "web", "load", str(folder))[1])
    assert [it["counts"] for it in told["files"]] == [{"added": 1}, {"added": 1}]
    assert "was read on" in run("web", "load", str(folder))[1]


def test_a_proposal_is_seen_and_taken(site: Site, run: Run) -> None:
    """The list names whom it may be about, the look shows both values, then it is taken."""
    site.add()
    site.load(submission(person__street="Haapakuja 2", bans=["direct_marketing"]))
    assert "1001 (e-mail, name)" in run("web", "list")[1]
    shown = run("web", "show", "1", "--task", "customer_care")[1]
    assert "street address: Haapakuja 2   [1001: Koivukatu 1]" in shown
    assert "/tuotteet, 40 s" in shown
    assert "forbids: direct marketing" in shown
    assert run("web", "accept", "1")[1] == "Registration 1 is in the data of customer 1001.\n"
    assert run("web", "list")[1] == "No registration waits.\n"
    code, _, said = run("web", "reject", "1", "--reason", "x")
    assert code == 1
    assert "does not wait for a decision" in said


def test_what_is_rejected_says_so(site: Site, run: Run) -> None:
    """With a reason."""
    site.add()
    site.load(submission(person__street="Haapakuja 2"))
    assert run("web", "reject", "1", "--reason", "ei sama")[0] == 0
    told = json.loads(run("--json", "web", "list", "--all")[1])
    assert (told[0]["state"], told[0]["values"], told[0]["note"]) == ("rejected", None, "ei sama")


def test_deleting_visits_asks_first(site: Site, run: Run) -> None:
    """Without a terminal it wants --yes."""
    site.load(submission())
    site.clock.advance(40 * 86_400.0)
    assert run("web", "delete-visits")[0] == 2
    assert run("web", "delete-visits", "--yes")[1] == "Visits deleted from 1 registrations.\n"
