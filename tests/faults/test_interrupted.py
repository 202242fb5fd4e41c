"""Ctrl-C in the middle, and two at once: nothing half-written, nothing twice, and the same command goes on."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from core.batches import service as batches
from core.batches.types import BatchKind
from core.customers import first_load
from core.disclosure.types import TransferState
from core.updates import applying, staging
from tests.support.awkward import (
    SEED,
    SIZE,
    UNFORESEEN,
    credit_check,
    program,
    states,
    type_in,
)
from tui.demo.files import write_answer, write_register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.batches.types import Batch
    from integrations.sandbox.server import Received
    from tests.support.awkward import World
    from tui.demo.setting import Partners

CHECK = credit_check()


@contextmanager
def interrupted_at(world: World, module: object, name: str, call: int) -> Iterator[None]:
    """Ctrl-C at the given call of a function: a real signal to this process."""
    real = getattr(module, name)
    calls = 0

    def counted(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call:
            os.kill(os.getpid(), signal.SIGINT)
        return real(*arguments, **named)

    with world.patch.context() as patch:
        patch.setattr(module, name, counted)
        yield


@pytest.mark.parametrize("call", [1, 2, 4])
def test_a_load_that_was_interrupted_goes_on(world: World, call: int) -> None:
    """Ctrl-C ends it with 130 and nothing half-written; the same command loads the rest, each row once."""
    write_register(world.folder / "uusi.csv", seed=SEED, count=SIZE + 60)
    lines = (world.folder / "uusi.csv").read_text().splitlines(keepends=True)
    (world.folder / "uusi.csv").write_text("".join([lines[0], *lines[SIZE + 1 :]]))
    world.patch.setattr(first_load, "CHUNK", 10)
    load = ("load", "uusi.csv", "--mapping", "customers", "--yes")
    with interrupted_at(world, batches, "advance", call):
        said = world.run(*load)
    assert (said.code, said.out) == (130, "")
    assert "Traceback" not in said.err
    assert world.count() == SIZE + (call - 1) * 10
    assert world.run(*load).code == 0
    assert world.count() == SIZE + 60


def test_an_update_that_was_interrupted_goes_on(world: World) -> None:
    """Ctrl-C in the middle of applying: 130; the same command applies the rest, and nothing twice."""
    write_answer(world.folder / "vastaus.csv", seed=SEED, count=SIZE, rows=20, answered_on=date(2026, 11, 20))
    assert world.run("update", "preview", "addresses", "vastaus.csv").code == 0
    world.patch.setattr(applying, "CHUNK", 5)
    with interrupted_at(world, batches, "advance", 2):
        assert world.run("update", "apply", "2").code == 130
    applied = world.run("update", "apply", "2")
    assert (applied.code, applied.err) == (0, "")
    assert world.run("update", "apply", "2").code == 1


def test_a_sending_that_was_interrupted_is_in_doubt_until_settled(world: World, partners: Partners) -> None:
    """Ctrl-C while the partner has the request: 130, in doubt, asked for by name, and never sent twice."""
    real = partners.bureau.process

    def interrupting(received: Received) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return real(received)

    with world.patch.context() as patch:
        patch.setattr(partners.bureau, "process", interrupting)
        type_in(world)
        said = world.run(*CHECK)
    assert said.code == 130
    assert "Traceback" not in said.err
    assert states(world) == [TransferState.IN_DOUBT]
    due = world.run("run-due")
    assert (due.code, due.err) == (0, "")


def test_a_program_of_its_own_ends_quietly_at_ctrl_c(world: World) -> None:
    """The signal to a whole process in the middle of a load: 130 and no traceback even at its very end."""
    write_register(world.folder / "suuri.csv", seed=SEED + 1, count=8_000)
    command, environment = program(world, "load", "suuri.csv", "--mapping", "customers", "--yes", "--again")
    with subprocess.Popen(
        command, env=environment, cwd=world.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        workplace = world.open()
        while running.poll() is None:
            with workplace.register.database.reading() as connection:
                found = batches.unfinished(connection, BatchKind.LOAD, "customers")
            if found is not None:
                running.send_signal(signal.SIGINT)
                break
        out, err = running.communicate(timeout=30)
        workplace.close()
    assert (running.returncode, out) == (130, b"")
    assert b"Traceback" not in err


def test_two_loads_of_one_file_at_once_load_each_row_once(world: World) -> None:
    """Started together, both end in order, and no customer is there twice or lost to quarantine."""
    write_register(world.folder / "suuri.csv", seed=SEED, count=6_000)
    lines = (world.folder / "suuri.csv").read_text().splitlines(keepends=True)
    (world.folder / "suuri.csv").write_text("".join([lines[0], *lines[SIZE + 1 :]]))
    command, environment = program(world, "load", "suuri.csv", "--mapping", "customers", "--yes")
    both = [
        subprocess.Popen(
            command, env=environment, cwd=world.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    ends = [(*one.communicate(timeout=60), one.returncode) for one in both]
    note = world.folder / ".local" / "state" / "rekisteri" / "faults.log"
    told = f"{ends}\n{note.read_text() if note.exists() else ''}"
    assert not any(word in told for word in UNFORESEEN), told
    assert all(code in {0, 1, 3} for _, _, code in ends), told
    assert any(code == 0 for _, _, code in ends), told
    assert world.count() == 6_000
    assert not list((world.folder / "quarantine").glob("*")), told


@pytest.mark.parametrize("flawed", [0, 5])
def test_a_load_that_another_has_overtaken_stops(world: World, flawed: int) -> None:
    """Another command did the whole load since this one began: it says so, and does no row a second time."""
    write_register(world.folder / "uusi.csv", seed=SEED + 1, count=SIZE + 20, flawed=flawed)
    load = ("load", "uusi.csv", "--mapping", "customers", "--yes")
    begin = first_load._begin

    def overtaken(*arguments: Any, **named: Any) -> Batch:
        batch = begin(*arguments, **named)
        world.patch.setattr(first_load, "_begin", begin)
        assert world.run(*load).code == 0
        return batch

    world.patch.setattr(first_load, "_begin", overtaken)
    world.run(*load).refuses(1, "somebody else")
    assert world.count() == SIZE + 20


def test_a_preview_that_another_has_overtaken_stops(world: World) -> None:
    """The same of reading an answer: the later reading stands."""
    write_answer(world.folder / "vastaus.csv", seed=SEED, count=SIZE, rows=20, answered_on=date(2026, 11, 20))
    preview = ("update", "preview", "addresses", "vastaus.csv")
    begin = staging._Reading.begin

    def overtaken(*arguments: Any, **named: Any) -> Batch:
        batch = begin(*arguments, **named)
        world.patch.setattr(staging._Reading, "begin", begin)
        assert world.run(*preview).code == 0
        return batch

    world.patch.setattr(staging._Reading, "begin", overtaken)
    world.run(*preview).refuses(1, "somebody else")
    assert world.run("update", "apply", "3").code + world.run("update", "apply", "2").code == 1
