"""Where the words go: closed, full, or with nobody at the other end; and any language of the surroundings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.awkward import (
    LANGUAGES,
    UNFORESEEN,
    program,
    run_program,
)

if TYPE_CHECKING:
    from tests.support.awkward import World


def test_a_reader_that_goes_away_is_no_fault(world: World) -> None:
    """`rekisteri … | true` ends with code 1 and says nothing, for nobody listens."""
    reading, writing = os.pipe()
    os.close(reading)
    said = run_program(world, "config", "show", stdout=writing, signed_in=False)
    os.close(writing)
    assert (said.code, said.err) == (1, "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_output_that_finds_no_room_is_told(world: World, language: str) -> None:
    """Standard output on a full disk: a sentence on standard error, code 1."""
    with Path("/dev/full").open("w") as full:
        said = run_program(
            world, "--language", language, "config", "show", stdout=full.fileno(), signed_in=False
        )
    assert said.code == 1
    assert ("levy on täynnä" if language == "fi" else "the disk is full") in said.err
    assert len(said.err.splitlines()) == 1


def test_a_refusal_that_cannot_be_printed_keeps_its_code(world: World) -> None:
    """Standard error on a full disk: the exit code speaks alone."""
    with Path("/dev/full").open("w") as full:
        assert run_program(world, "laod", stderr=full.fileno(), signed_in=False).code == 2
        (world.folder / "register.db").unlink()
        assert run_program(world, "db", "check", stderr=full.fileno(), signed_in=False).code == 3


def test_closed_streams_are_met(world: World) -> None:
    """With all three standard streams closed every verb still ends with its own code."""
    for arguments, code in (
        (("db", "check"), 0),
        (("laod",), 2),
        (("load", "vanha.csv", "--mapping", "customers"), 2),
    ):
        command, environment = program(world, *arguments)
        closed = ["bash", "-c", 'exec "$@" <&- >&- 2>&-', "-", *command]
        done = subprocess.run(closed, env=environment, cwd=world.folder, timeout=60, check=False)
        assert done.returncode == code


@pytest.mark.parametrize(
    "surroundings",
    [
        {},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "tlh_QO.UTF-8"},
        {"PYTHONIOENCODING": "ascii"},
    ],
)
def test_any_surroundings_will_do(world: World, surroundings: dict[str, str]) -> None:
    """Without LANG, with a strange one, or with a terminal that knows no ä: words come out, and no fault."""
    said = run_program(world, "--language", "fi", "config", "show", environment=surroundings, signed_in=False)
    assert (said.code, said.err) == (0, "")
    refused = run_program(world, "--language", "fi", "laod", environment=surroundings, signed_in=False)
    assert refused.code == 2
    assert not any(word in refused.err for word in UNFORESEEN)


def test_without_a_terminal_nothing_waits(world: World) -> None:
    """What would ask a question says that there is nobody to ask; code 2."""
    for arguments in (("load", "vanha.csv", "--mapping", "customers"), ("tui",), ("config", "init")):
        assert run_program(world, *arguments).code == 2
    no_password = run_program(world, "staff", "list", environment={"REKISTERI_PASSWORD_FILE": ""})
    no_password.refuses(2, "REKISTERI_PASSWORD_FILE")
