"""A full disk: nothing half-written, a sentence that names the way out, and the same command goes on when there is room.

Each test runs with a limit on what the process may write, and with a real small file system where mounting is allowed
(`tests.support.small_disk`); the name of the test says which.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from core.batches import quarantine
from core.batches import service as batches
from core.clock import FixedClock
from core.customers import first_load, invoicing, orders
from core.customers.orders import OrderState
from core.database import Database
from core.database_errors import DatabaseFull
from core.disclosure import transfers
from core.disclosure.errors import OutcomeNotRecorded
from core.disclosure.gate import Gate
from core.disclosure.log.export import _Export
from core.disclosure.types import TransferState
from core.errors import DatabaseUnavailable, RegisterError
from core.updates import applying
from integrations.sandbox.asiakastieto import AsiakastietoSandbox
from integrations.sandbox.netvisor import NetvisorSandbox
from tests.support import small_disk
from tests.support.awkward import LANGUAGES, SEED, SIZE, World, actor, move_to, placed_order
from tests.support.small_disk import Disk, on_disk
from tui.demo.files import write_answer, write_register
from tui.demo.setting import Partners

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NEW = 60
LOAD = ("load", "uusi.csv", "--mapping", "customers", "--yes")
# A limit is told as a fault of the disk: that is what the database knows of it.
FULL = {"database.full", "database.disk_fault", "database.not_opened"}
WORDS = {"fi": ("levy", "Levy"), "en": ("disk", "disk")}

with tempfile.TemporaryDirectory() as scratch:
    KINDS = small_disk.kinds(Path(scratch))


@pytest.fixture(params=KINDS)
def disk_and(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Callable[[Any], None]:
    """Runs a body with a disk, and the world moved onto it."""

    def run(body: Callable[[Disk, World], None]) -> None:
        def moved(disk: Disk) -> None:
            shutil.copytree(world.folder, disk.folder / "world")
            body(disk, World(disk.folder / "world", world.patch, world.capture))

        on_disk(request.param, tmp_path / "disk", moved)

    return run


@pytest.fixture
def partners() -> Iterator[Partners]:
    """Partners that keep nothing on a disk."""
    with NetvisorSandbox() as accountant, AsiakastietoSandbox() as bureau:
        yield Partners(accountant, bureau)


def new_file(world: World, flawed: int = 0) -> Path:
    """`NEW` customers whom the register does not have yet."""
    path = world.folder / "uusi.csv"
    write_register(path, seed=SEED, count=SIZE + NEW, flawed=flawed)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], *lines[SIZE + 1 :]]))
    return path


def filling(world: World, disk: Disk, target: object, name: str, call: int = 1) -> None:
    """Fill the disk just before the given call of a function."""
    real = getattr(target, name)
    calls = 0

    def counted(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call:
            disk.fill()
        return real(*arguments, **named)

    world.patch.setattr(target, name, counted)


def refused_for_room(world: World, *command: object) -> None:
    """The command says in each language that the disk is the matter; code 3."""
    for language in LANGUAGES:
        world.run(*command, language=language).refuses(3)
        said = world.run(*command, language=language)
        assert any(word in said.err for word in WORDS[language]), said.err


def test_nothing_begins_on_a_full_disk(disk_and: Callable[[Any], None]) -> None:
    """A load is refused before its first row; with room again the same command loads all, and the log verifies."""

    def body(disk: Disk, world: World) -> None:
        path = new_file(world)
        disk.fill()
        refused_for_room(world, "load", path, "--mapping", "customers", "--yes")
        disk.make_room()
        assert world.count() == SIZE
        assert world.run("load", path, "--mapping", "customers", "--yes").code == 0
        assert world.count() == SIZE + NEW
        assert world.run("log", "verify").code == 0

    disk_and(body)


def test_a_load_that_ran_out_of_room_goes_on(disk_and: Callable[[Any], None]) -> None:
    """The chunks before stand, the one that found no room is not there at all; the same command loads the rest."""

    def body(disk: Disk, world: World) -> None:
        path = new_file(world)
        world.patch.setattr(first_load, "CHUNK", 20)
        filling(world, disk, batches, "advance", 2)
        said = world.run("load", path, "--mapping", "customers", "--yes")
        said.refuses(3, "disk")
        assert not any(word in said.err for word in ("backup", "varmuuskopio"))
        disk.make_room()
        assert world.count() == SIZE + 20
        assert world.run("load", path, "--mapping", "customers", "--yes").code == 0
        assert world.count() == SIZE + NEW

    disk_and(body)


def test_an_update_that_ran_out_of_room_goes_on(disk_and: Callable[[Any], None]) -> None:
    """The same of an address update: what was applied stands, the rest is applied when there is room."""

    def body(disk: Disk, world: World) -> None:
        path = world.folder / "vastaus.csv"
        write_answer(path, seed=SEED, count=SIZE, rows=20, answered_on=date(2026, 11, 20))
        assert world.run("update", "preview", "addresses", path).code == 0
        world.patch.setattr(applying, "CHUNK", 8)
        filling(world, disk, batches, "advance", 2)
        world.run("update", "apply", "2").refuses(3, "disk")
        disk.make_room()
        said = world.run("--json", "update", "apply", "2")
        assert (said.code, said.err) == (0, "")
        assert '"state": "done"' in said.out

    disk_and(body)


def test_bad_rows_without_room_stay_with_their_run(disk_and: Callable[[Any], None]) -> None:
    """No half of a quarantine file is left; the rows are kept, and written by the same command when there is room."""

    def body(disk: Disk, world: World) -> None:
        path = new_file(world, flawed=8)
        with world.patch.context() as patch:
            filling(World(world.folder, patch, world.capture), disk, quarantine, "_make")
            said = world.run("load", path, "--mapping", "customers", "--yes")
        said.refuses(said.code, "disk" if "disk" in said.err else "larger")
        disk.make_room()
        folder = world.folder / "quarantine"
        before = set(folder.iterdir())
        assert not {name for name in before if "part" in name.name}
        assert world.run("load", path, "--mapping", "customers", "--yes").code == 0
        (written,) = set(folder.iterdir()) - before
        assert world.count() == SIZE + NEW
        assert len(written.read_text(encoding="utf-8-sig").splitlines()) > 1

    disk_and(body)


def test_nothing_leaves_when_the_intent_cannot_be_written(
    disk_and: Callable[[Any], None], partners: Partners
) -> None:
    """The partner hears nothing, the order stays placed, no transfer is there; with room the order goes."""

    def body(disk: Disk, world: World) -> None:
        move_to(world, partners)
        workplace = world.open()
        register = workplace.register
        order_id = placed_order(register)
        disk.fill()
        with pytest.raises(DatabaseUnavailable) as caught:
            invoicing.send_order(register, actor(), order_id)
        assert caught.value.code in FULL
        assert not partners.accountant.requests
        with register.database.reading() as connection:
            assert orders.get(connection, order_id).state is OrderState.PLACED
            assert not transfers.page(connection, transfers.TransferFilter(), limit=9)
        disk.make_room()
        assert invoicing.send_order(register, actor(), order_id).state is TransferState.DELIVERED
        assert register.log.verify(transfers.stored_lines).verified
        workplace.close()

    disk_and(body)


def test_nothing_leaves_when_the_intent_cannot_be_signed(
    disk_and: Callable[[Any], None], partners: Partners
) -> None:
    """Room for the intent but not for its signature: not sent, said so, and sent when there is room."""

    def body(disk: Disk, world: World) -> None:
        move_to(world, partners)
        workplace = world.open()
        register = workplace.register
        order_id = placed_order(register)
        with world.patch.context() as patch:
            filling(World(world.folder, patch, world.capture), disk, register.log, "sign")
            with pytest.raises(RegisterError, match=r"disk|larger"):
                invoicing.send_order(register, actor(), order_id)
        assert not partners.accountant.requests
        disk.make_room()
        workplace.close()
        again = world.open()
        again.register.gate.recover()
        with again.register.database.reading() as connection:
            assert orders.get(connection, order_id).state is OrderState.PLACED
        assert invoicing.send_order(again.register, actor(), order_id).state is TransferState.DELIVERED
        assert again.register.log.verify(transfers.stored_lines).verified
        again.close()

    disk_and(body)


def test_an_outcome_that_cannot_be_written_is_in_doubt_and_then_settled(
    disk_and: Callable[[Any], None], partners: Partners
) -> None:
    """It left and nobody could write that it arrived: in doubt, the partner is asked later, and has it once."""

    def body(disk: Disk, world: World) -> None:
        move_to(world, partners)
        workplace = world.open()
        order_id = placed_order(workplace.register)
        with world.patch.context() as patch:
            filling(World(world.folder, patch, world.capture), disk, Gate, "_finish")
            with pytest.raises(OutcomeNotRecorded) as caught:
                invoicing.send_order(workplace.register, actor(), order_id)
        assert "evy" in caught.value.explain("fi").sentence
        assert "run-due" in caught.value.explain("fi").advice
        assert len(partners.accountant.invoices) == 1
        workplace.close()
        disk.make_room()
        later = world.open()
        clock = FixedClock(datetime.now(UTC))
        later.register.clock = clock
        gate = later.register.gate
        (number,) = gate.recover().in_doubt
        clock.advance(3600)
        with later.register.database.reading() as connection:
            transfer_id = transfers.find_id(connection, str(number))
        assert gate.settle(actor(), transfer_id).state is TransferState.DELIVERED
        with later.register.database.reading() as connection:
            assert orders.get(connection, order_id).state is OrderState.SENT
        assert len(partners.accountant.invoices) == 1
        assert later.register.log.verify(transfers.stored_lines).verified
        later.close()

    disk_and(body)


def test_an_export_without_room_is_not_taken_for_one(disk_and: Callable[[Any], None]) -> None:
    """The checkpoint comes last, so half an export has none; the same command completes it, and it verifies."""

    def body(disk: Disk, world: World) -> None:
        target = world.folder / "vienti"
        with world.patch.context() as patch:
            filling(World(world.folder, patch, world.capture), disk, _Export, "_write_tiles")
            said = world.run("log", "export", target, language="fi")
        said.refuses(3, "Vapauta tilaa")
        assert not (target / "checkpoint").exists()
        disk.make_room()
        assert world.run("log", "export", target).code == 0
        assert world.run("log", "verify", target).code == 0
        assert not [path for path in target.rglob("*") if path.name.endswith(".tmp")]

    disk_and(body)


def test_a_register_without_room_is_not_begun(disk_and: Callable[[Any], None]) -> None:
    """No configuration, no key and no database stay behind; with room the same command makes the register."""

    def body(disk: Disk, world: World) -> None:
        home = disk.folder / "uusi"
        home.mkdir()
        init = [
            "config",
            "init",
            "--controller",
            "Uusi Oy",
            "--address",
            "Katu 1",
            "--contact-person",
            "Maija",
        ]
        init += ["--email", "m@example.fi"]
        begin = partial(World(home, world.patch, world.capture).run, *init)
        disk.fill()
        said = begin()
        said.refuses(said.code)
        assert said.code in {2, 3}
        assert not list(home.iterdir())
        disk.make_room()
        assert begin().code == 0

    disk_and(body)


def test_a_database_that_may_not_grow_is_full(sqlite_url: str) -> None:
    """SQLite's own limit of pages gives the true code of a full disk: the sentence says so, nothing is half-written."""
    database = Database.open(sqlite_url)

    @event.listens_for(database.engine, "connect")
    def bound(connection: Any, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(DatabaseFull) as caught, database.unit_of_work() as uow:
        uow.connection.exec_driver_sql("CREATE TABLE more AS SELECT hex(zeroblob(100000)) AS it")
    assert "levy on täynnä" in caught.value.explain("fi").sentence
    with database.reading() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema WHERE name = 'more'").scalar()
    assert found == 0
    database.close()
