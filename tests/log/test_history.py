"""Random histories of appending, signing, exporting and reopening, against a list and the definition of the tree."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.clock import FixedClock, SystemClock
from core.database import Database
from core.disclosure.log import DisclosureLog, LogSigner, store
from core.disclosure.log.checkpoint import open_checkpoint
from core.disclosure.log.export_check import verify_export
from core.disclosure.log.tiles import TileName, encode_bundle
from core.disclosure.log.tree import (
    consistency_path,
    inclusion_path,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.support.log_bodies import intent, outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.postgres import Cluster


def naive_root(leaves: list[bytes]) -> bytes:
    """The root by the definition's recursion, over leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + naive_root(leaves[:middle]) + naive_root(leaves[middle:])).digest()


class LogHistory(RuleBasedStateMachine):
    """The log, and beside it a list of its entries and of what was signed."""

    make_url: Callable[[], str]

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="log-history-"))
        self.url = type(self).make_url()
        self.clock = FixedClock(SystemClock().now())
        self.signer = LogSigner.create(self.directory / "log.key", "example.fi/history")
        self.log = self._open()
        self.number = 0
        self.log.create(policy="1", software="0.1.0")
        with self.log.database.reading() as connection:
            self.bodies = [entry.body for entry in self.log.entries(connection)]
        self.signed = {1: naive_root([leaf_hash(self.bodies[0])])}
        self.exported = 0

    def _open(self) -> DisclosureLog:
        database = Database.open(self.url, self.clock)
        return DisclosureLog(database, self.signer, self.clock, self.directory / "mark")

    def teardown(self) -> None:
        """Verify once more, and leave nothing behind."""
        try:
            report = self.log.verify()
            assert report.verified, report.sentences("en")
            assert (report.size, report.checkpoints) == (len(self.bodies), len(self.signed))
        finally:
            self.log.database.close()
            shutil.rmtree(self.directory)

    def _add(self, count: int, *, keep: bool) -> None:
        added: list[bytes] = []
        with self.log.database.unit_of_work() as uow:
            for _ in range(count):
                self.number += 1
                at = self.log.append(uow, "intent", intent(self.number))
                self.log.append(uow, "outcome", outcome(self.number))
                assert at == len(self.bodies) + len(added)
                added += [entry.body for entry in self.log.entries(uow.connection, at, at + 2)]
            if keep:
                uow.commit()
        if keep:
            self.bodies += added

    @rule(count=st.sampled_from([1, 1, 2, 60, 130]))
    def append(self, count: int) -> None:
        """Transfers that are committed."""
        self._add(count, keep=True)

    @rule(count=st.sampled_from([1, 130]))
    def abandon(self, count: int) -> None:
        """Transfers that are rolled back."""
        self._add(count, keep=False)

    @rule(seconds=st.integers(1, 100_000))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.clock.advance(seconds)

    @rule()
    def sign(self) -> None:
        """The checkpoint is over exactly what was committed."""
        signed = self.log.sign()
        root = naive_root([leaf_hash(body) for body in self.bodies])
        assert (signed.size, signed.root) == (len(self.bodies), root)
        assert open_checkpoint(signed.note.encode(), self.signer.verifier) == signed.checkpoint
        assert self.signed.setdefault(signed.size, root) == root

    @rule()
    def reopen(self) -> None:
        """The program ends and starts again."""
        self.log.database.close()
        self.log = self._open()
        self.log.check()

    @rule()
    def export(self) -> None:
        """The export verifies, holds the signed entries and only grows."""
        directory = self.directory / "out"
        report = self.log.export(directory)
        assert report.size == max(self.signed) >= self.exported
        self.exported = report.size
        checked = verify_export(directory, self.log.vkey)
        assert checked.verified, checked.sentences("en")
        assert checked.root == self.signed[report.size]
        width = min(256, report.size)
        bundle = (directory / TileName(-1, 0, width).path).read_bytes()
        assert bundle == encode_bundle(self.bodies[:width])

    @precondition(lambda self: len(self.signed) > 1)
    @rule(data=st.data())
    def prove(self, data: st.DataObject) -> None:
        """Proofs read from the stored hashes verify against what was signed."""
        sizes = sorted(self.signed)
        larger = data.draw(st.sampled_from(sizes[1:]))
        smaller = data.draw(st.sampled_from([size for size in sizes if size < larger]))
        index = data.draw(st.integers(0, larger - 1))
        with self.log.database.reading() as connection:
            tree = store.tile_tree(connection, larger)
            path = inclusion_path(index, larger, tree.subtree)
            proof = consistency_path(smaller, larger, tree.subtree)
        verify_inclusion(index, larger, leaf_hash(self.bodies[index]), path, self.signed[larger])
        verify_consistency(smaller, larger, self.signed[smaller], self.signed[larger], proof)

    @invariant()
    def size_is_what_was_committed(self) -> None:
        """No entry is lost, none appears."""
        assert self.log.size() == len(self.bodies)


@pytest.mark.timeout(240)
def test_any_history_on_sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Whatever the order of appending, signing, exporting and reopening: the log is the list (SQLite)."""
    template: Path = request.getfixturevalue("_sqlite_template")

    def fresh() -> str:
        copy = tmp_path / f"{uuid4().hex}.db"
        shutil.copyfile(template, copy)
        return f"sqlite:///{copy}"

    run_state_machine_as_test(
        type("Here", (LogHistory,), {"make_url": staticmethod(fresh)}),
        settings=settings(max_examples=25, stateful_step_count=25, deadline=None),
    )


@pytest.mark.timeout(240)
def test_any_history_on_postgresql(request: pytest.FixtureRequest, postgres: Cluster) -> None:
    """Whatever the order of appending, signing, exporting and reopening: the log is the list (PostgreSQL)."""
    template: str = request.getfixturevalue("_postgres_template")
    made: list[str] = []

    def fresh() -> str:
        made.append(f"history_{uuid4().hex}")
        return postgres.create_database(made[-1], template)

    try:
        run_state_machine_as_test(
            type("Here", (LogHistory,), {"make_url": staticmethod(fresh)}),
            settings=settings(max_examples=10, stateful_step_count=20, deadline=None),
        )
    finally:
        for name in made:
            postgres.drop_database(name)
