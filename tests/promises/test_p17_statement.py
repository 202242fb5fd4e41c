"""P17: a person's statement lists exactly what the partners received, over long random histories."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random, SystemRandom
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

import core.disclosure.log.standalone
from core.disclosure.receipts import check_receipt
from core.disclosure.statement.service import statement_of
from core.disclosure.transfers import stored_lines
from integrations.sandbox.asiakastieto import AsiakastietoSandbox
from integrations.sandbox.netvisor import NetvisorSandbox
from tests.support import partners
from tests.support.partner_history import History, open_history
from tests.support.postgres import SHARED_MEMORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.disclosure.statement.types import Disclosure, Statement
    from core.keys import KeyRing

PEOPLE = 30
LONE_VERIFIER = Path(core.disclosure.log.standalone.__file__).with_name("verify_log.py")


@pytest.fixture
def seed() -> int:
    """The seed of the history: printed, and repeated when STATEMENT_SEED names it."""
    given = os.environ.get("STATEMENT_SEED") or ("1" if os.environ.get("CI") else "")
    chosen = int(given) if given else SystemRandom().randrange(2**32)
    print(f"STATEMENT_SEED={chosen}")
    return chosen


@pytest.fixture
def sqlite_url(_sqlite_template: Path) -> Iterator[str]:
    """As everywhere, but in memory where there is some: what is tried here is not the disk."""
    memory = str(SHARED_MEMORY) if SHARED_MEMORY.is_dir() else None
    with TemporaryDirectory(prefix="history-", dir=memory) as directory:
        shutil.copyfile(_sqlite_template, Path(directory, "register.db"))
        yield f"sqlite:///{directory}/register.db"


@pytest.fixture
def history(
    database: Database,
    keyring: KeyRing,
    clock: FixedClock,
    actor: Actor,
    tmp_path: Path,
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[History]:
    """A register at work, with sandboxes of its partners on loopback."""
    with (
        NetvisorSandbox(partners.NETVISOR_KEYS) as netvisor,
        AsiakastietoSandbox(partners.ASIAKASTIETO_KEYS, now=clock.now) as asiakastieto,
    ):
        opened = open_history(
            database,
            keyring,
            clock,
            actor,
            tmp_path,
            netvisor=netvisor,
            asiakastieto=asiakastieto,
            random=Random(seed),
            monkeypatch=monkeypatch,
        )
        opened.populate(PEOPLE)
        yield opened


@pytest.mark.timeout(600)
def test_statements_list_exactly_what_the_partners_received(history: History, tmp_path: Path) -> None:
    """5,000 operations with faults, doubt, bans and stops (500 on PostgreSQL): bytes and statements agree, each receipt verifies."""
    history.run(5_000 if history.register.database.dialect == "sqlite" else 500)
    history.leave_doubt()
    statements = {
        number: statement_of(history.register, history.actor, who, task="legal_obligation")
        for who, number in history.numbers.items()
    }
    for number, made in statements.items():
        assert made.completeness.doubts == (), number
        _agrees_with_the_bytes(history, made)
        for one in made.disclosed:
            _verify_receipt(history, one)
    disclosed = [one for made in statements.values() for one in made.disclosed]
    states = {one.state for one in disclosed}
    assert states == {"delivered", "refused", "in_doubt"}, states
    assert {one.receiver.code for one in disclosed} == {"accountant", "bureau", "addresses"}
    assert any(made.not_sent for made in statements.values())
    assert history.register.log.verify(stored_lines).verified
    _the_lone_verifier_agrees(history, statements, tmp_path)
    print(f"{len(disclosed)} disclosures; {dict(history.done)}")


def _agrees_with_the_bytes(history: History, made: Statement) -> None:
    """Who got what and when, as the statement has it, is who got what and when, as the wire had it."""
    arrivals = history.arrivals[made.number]
    told = {(one.at, one.receiver.code): one for one in made.disclosed}
    assert len(told) == len(made.disclosed)
    assert arrivals.keys() <= told.keys(), made.number
    for at, recipient in told.keys() - arrivals.keys():
        # Told beyond what names the person.  Doubt, never silence: the program stopped after a durable attempt, or the
        # accountant was asked about the transfer's invoice number and then the line broke, or had the invoice already.
        content = told[at, recipient].content
        assert content is not None
        asked = (at, content.get("order.invoice_number")) in history.asked
        assert asked or at in history.stopped, (made.number, at, recipient)
    for place, arrival in arrivals.items():
        content = told[place].content
        assert content is not None
        assert arrival.values <= set(map(str, content.values())), (made.number, place)


def _verify_receipt(history: History, one: Disclosure) -> None:
    """The line is this transfer's, the transfer is in the signed log, and the line is of the bytes that are sealed."""
    assert one.proofs is not None
    checked = check_receipt(one.proofs.entry, history.register.log.signer.verifier, one.proofs.line)
    assert (checked.index, checked.entry.id) == (one.number, one.transfer_id)
    assert [line.number for line in checked.lines] == [one.line]
    assert checked.entry.purpose == one.purpose


def _the_lone_verifier_agrees(history: History, statements: dict[str, Statement], directory: Path) -> None:
    """Receipts of one statement, checked by the file that outsiders get."""
    made = max(statements.values(), key=lambda it: len(it.disclosed))
    options = []
    for one in made.disclosed[:200]:
        assert one.proofs is not None
        path = directory / f"{one.number}.tlog-proof"
        path.write_bytes(one.proofs.entry)
        options += ["--receipt", str(path)]
    command = [sys.executable, "-I", str(LONE_VERIFIER), "--vkey", history.register.log.vkey, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
