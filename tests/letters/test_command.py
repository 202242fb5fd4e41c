"""`rekisteri letter` as a person types it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from core.rights.types import CaseDecision
from tui.cli.main import Cli, main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.letters.conftest import Desk

    Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line around a register that is already open, somebody signed in."""
    monkeypatch.setattr(Cli, "register", lambda self: desk.register)
    monkeypatch.setattr(Cli, "actor", lambda self: desk.actor)

    def running(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--language", "en", *arguments])
        told = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, told.out, told.err

    return running


def test_a_letter_from_the_list_to_the_folder(desk: Desk, run: Run, tmp_path: Path) -> None:
    """Which fit, what it says, and where it is."""
    case = desk.known()
    assert run("letter", "list", "1")[1].splitlines()[0] == "receipt  the request has been received"
    assert "Olemme saaneet pyyntönne" in run("letter", "preview", "1", "receipt")[1]
    desk.decide(case, CaseDecision.GRANTED)
    (tmp_path / "words").write_text("Terveisiä!", encoding="utf-8")
    answer = ("letter", "hand-over", "1", "access", "--enclosure", "your data (PDF)")
    code, out, _ = run("--json", *answer, "--words", str(tmp_path / "words"))
    handed = json.loads(out)
    assert (code, handed["letter"], handed["transfer"] is not None) == (0, "access", True)
    assert (desk.house.exports / handed["file"].rpartition("/")[2]).is_file()
    code, _, told = run("letter", "preview", "1", "receipt")
    assert code == 1
    assert "These fit now: access." in told


def test_templates_are_copied_and_tried(desk: Desk, run: Run, tmp_path: Path) -> None:
    """Ours are all right; one that was broken is named with its line, and there is no traceback."""
    own = tmp_path / "own"
    assert run("letter", "templates", "export", str(own))[0] == 0
    assert run("letter", "templates", "export", str(own))[0] == 1
    (own / "access.en.typ").write_text('#import "en.typ": *\n#nothing\n', encoding="utf-8")
    desk.templates_in(own)
    code, _, told = run("letter", "templates", "check")
    assert code == 1
    assert f"{own / 'access.en.typ'} is broken at line 2: unknown variable: nothing" in told
    assert "Traceback" not in told
