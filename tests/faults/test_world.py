"""The world around: partners dead, slow, broken or false; rules in the way; streams closed; Ctrl-C in the middle."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.batches import service as batches
from core.batches.types import BatchKind
from core.customers import first_load
from core.disclosure import transfers
from core.disclosure.types import TransferState
from core.updates import applying, staging
from integrations.sandbox.faults import Fault
from tests.support.awkward import (
    LANGUAGES,
    SEED,
    SIZE,
    UNFORESEEN,
    move_to,
    program,
    run_program,
    someone,
)
from tui.demo import setting
from tui.demo.files import write_answer, write_register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.batches.types import Batch
    from integrations.sandbox.server import Received
    from tests.support.awkward import World
    from tui.demo.setting import Partners

TEST_PERSON = "010690-9434"
# The second reply is nobody's, and the bureau's answers have no root where a document type would go.
HARMLESS = (Fault.DUPLICATE_REPLY, Fault.DOCTYPE)
CHECK = ("credit", "check", someone(), "--term", "14", "--informed", "tiskillä")
SEND = ("update", "send", "addresses", "--yes")


@pytest.fixture
def partners(world: World) -> Iterator[Partners]:
    """The partners, listening on loopback; the register waits two seconds for them at most."""
    with setting.partners(setting.Folder(world.folder)) as listening:
        move_to(world, listening)
        world.edit(
            "[partners.asiakastieto.settings]\n", "[partners.asiakastieto.settings]\ntimeout_seconds = 2\n"
        )
        world.edit("[partners.netvisor.settings]\n", "[partners.netvisor.settings]\ntimeout_seconds = 2\n")
        yield listening


def type_in(world: World, line: str = TEST_PERSON) -> None:
    """Put a line into standard input."""
    world.patch.setattr(sys, "stdin", io.StringIO(line + "\n"))


def states(world: World) -> list[TransferState]:
    """The states of the register's transfers, oldest first; the log verifies."""
    workplace = world.open()
    try:
        with workplace.register.database.reading() as connection:
            rows = transfers.page(connection, transfers.TransferFilter(), limit=100)
        assert workplace.register.log.verify(transfers.stored_lines).verified
        return [row.state for row in reversed(rows)]
    finally:
        workplace.close()


# --- partners


def test_a_dead_partner_is_told_and_the_same_command_goes_through_later(world: World) -> None:
    """Nothing listens: exit code 3, the reason, nothing in doubt; when it is back the same command succeeds."""
    for language, words in zip(LANGUAGES, ("ei tavoitettu", "could not be reached"), strict=True):
        type_in(world)
        world.run(*CHECK, language=language).refuses(3, words)
        said = world.run("partner", "check", "netvisor", language=language)
        assert (said.code, words in said.out) == (3, True)
    assert states(world) == [TransferState.NOT_SENT] * 2
    with setting.partners(setting.Folder(world.folder)) as listening:
        move_to(world, listening)
        type_in(world)
        assert world.run(*CHECK).code == 0


@pytest.mark.parametrize("fault", Fault)
def test_a_partner_that_answers_badly_is_told(world: World, partners: Partners, fault: Fault) -> None:
    """Whatever comes instead of an answer: a sentence in each language, exit code 3, and a log that verifies."""
    for language in LANGUAGES:
        seconds = 3.0 if fault is Fault.DELAY else 0.5
        partners.bureau.faults.add(fault, times=9, seconds=seconds)
        type_in(world)
        said = world.run(*CHECK, language=language)
        if fault in HARMLESS:
            assert (said.code, said.err) == (0, "")
        else:
            said.refuses(3, "Siirto" if language == "fi" else "Transfer")
        partners.bureau.faults.clear()
    partners.accountant.faults.add(fault, times=9, seconds=3.0 if fault is Fault.DELAY else 0.5)
    checked = world.run("partner", "check", "netvisor")
    assert checked.code == (0 if fault is Fault.DUPLICATE_REPLY else 3)
    assert not any(word in checked.err for word in UNFORESEEN)
    assert set(states(world)) <= {TransferState.NOT_SENT, TransferState.IN_DOUBT, TransferState.DELIVERED}


@pytest.mark.parametrize("secret", ["userid", "passwd", "checksum_key"])
def test_wrong_secrets_are_told(world: World, partners: Partners, secret: str) -> None:
    """The partner's refusal of our secrets is passed on in words, and the secret itself is nowhere in them."""
    path = world.folder / f"asiakastieto.{secret}"
    path.chmod(0o600)
    path.write_text("W" * 20)
    for language in LANGUAGES:
        type_in(world)
        said = world.run(*CHECK, language=language)
        assert said.code in {1, 3}
        said.refuses(said.code, "Siirto" if language == "fi" else "Transfer")
        assert "WWW" not in said.err + said.out


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda path: path.unlink(), "userid"),
        (lambda path: path.chmod(0o644), "userid"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "userid"),
        (lambda path: path.write_bytes(b""), "userid"),
    ],
)
def test_secrets_that_cannot_be_used_are_configuration(
    world: World, partners: Partners, spoil: Callable[[object], object], word: str
) -> None:
    """A secret that is missing, seen by others or no text is named with its file; exit code 2; nothing left."""
    spoil(world.folder / "asiakastieto.userid")
    for _ in LANGUAGES:
        type_in(world)
        world.run(*CHECK).refuses(2, word)
    assert not partners.bureau.requests


RULES: dict[str, tuple[str, str, str, str]] = {
    "agreement to come": (
        'agreement = "DPA 2026-03"\nagreement_from = 2026-01-01',
        'agreement = "DPA 2026-03"\nagreement_from = 2999-01-01',
        "sopimus",
        "agreement",
    ),
    "agreement that ended": (
        'agreement = "DPA 2026-03"\nagreement_from = 2026-01-01',
        'agreement = "DPA 2026-03"\nagreement_from = 2020-01-01\nagreement_to = 2020-12-31',
        "sopimus",
        "agreement",
    ),
    "outside the EEA": (
        'name = "Osoitepalvelu Esimerkki Oy"',
        'name = "Osoitepalvelu Esimerkki Oy"\ncountry = "US"',
        "ETA",
        "EEA",
    ),
    "undeclared purpose": ('"address_update",\n]', '"customer_care",\n]', "osoitepäivitys", "address update"),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_in_the_way_is_told_before_anything_is_rendered(world: World, name: str) -> None:
    """The rule is named, exit code 1, no transfer begins and no file is written."""
    old, new, *words = RULES[name]
    world.edit(old, new)
    for language, word in zip(LANGUAGES, words, strict=True):
        world.run(*SEND, language=language).refuses(1, word)
    assert not states(world)
    assert not list((world.folder / "exchange" / "address_file").glob("out/*"))


# --- Ctrl-C


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


# --- two at once


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


# --- streams and surroundings


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
