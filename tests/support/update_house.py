"""A register with a load mapping and an update service: what tests of loads and updates start from.

Also the workers that load and apply in a process of their own until they are killed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from core.actor import Actor, Role
from core.clock import Clock, FixedClock
from core.config import (
    Config,
    Controller,
    LoadMapping,
    Partner,
    Recipient,
    UpdateAnswer,
    UpdateService,
)
from core.config.schema import FileSettings, GateSettings, KeySettings, LogSettings, RegisterSettings
from core.customers import first_load
from core.database import Database
from core.keys import KeyRing
from core.register import Register
from core.updates import applying, service, undo
from tui.demo.files import ANSWER_CODES, ANSWER_COLUMNS, REGISTER_COLUMNS

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from core.batches.types import Progress

LOAD = "old"
SERVICE = "posti"
MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
IMPORTER = Actor(staff_id=1, user_name="tuoja", name="Tuula Tuoja", roles=frozenset({Role.IMPORTER}))


def config_in(directory: Path) -> Config:
    """A configuration whose files are all in *directory*."""
    return Config(
        register=RegisterSettings(
            name="Asiakasrekisteri",
            controller=Controller(
                name="Esimerkki Oy",
                address="Esimerkkikatu 1, 00100 Helsinki",
                contact_person="Maija",
                email="m@example.com",
            ),
        ),
        log=LogSettings(origin="example.fi/updates", high_water_file=directory / "log.high-water"),
        keys=KeySettings(
            master_key_file=directory / "master.key",
            log_key_file=directory / "log.key",
            erasure_fence_file=directory / "erasure.fence",
        ),
        files=FileSettings(
            quarantine_directory=directory / "quarantine", exchange_directory=directory / "exchange"
        ),
        gate=GateSettings(approval_persons=0, approval_first_use=False),
        recipients={
            "addresses": Recipient(
                name="Osoitepalvelu Oy",
                role="processor",
                agreement="DPA 2026-05",
                agreement_from=date(2026, 1, 1),
                purposes=("address_update",),
                categories=("customer_number", "name", "postal_address"),
                adapter="address_file",
            )
        },
        partners={"address_file": Partner(settings={"files_stay": True})},
        loads={LOAD: LoadMapping(columns=dict(REGISTER_COLUMNS))},
        updates={
            SERVICE: UpdateService(
                recipient="addresses",
                answer=UpdateAnswer(
                    key=ANSWER_COLUMNS["key"],
                    code_column=ANSWER_COLUMNS["code"],
                    codes=dict(ANSWER_CODES),
                    columns={
                        field: heading
                        for field, heading in ANSWER_COLUMNS.items()
                        if field not in {"key", "code"}
                    },
                ),
            )
        },
    )


def no_exits(name: str) -> NoReturn:
    """A register that sends nothing."""
    raise AssertionError(name)


def register_of(database: Database, keyring: KeyRing, directory: Path, clock: Clock) -> Register:
    """A register around a database that is already open."""
    exits: object = no_exits
    register = Register(config_in(directory), exits, clock)  # type: ignore[arg-type]
    register.__dict__["database"] = database
    register.__dict__["keyring"] = keyring
    return register


def _opened(url: str, directory: str) -> Register:
    folder = Path(directory)
    clock = FixedClock(MORNING)
    return register_of(Database.open(url, clock), KeyRing.load(folder / "master.key"), folder, clock)


SMALL_CHUNKS = 150


def work_until_killed(url: str, directory: str, what: str, run: str, chunk: str, told: Connection) -> None:
    """Apply or undo run number *run*, at most *chunk* rows at a time, telling after each chunk."""
    vars(applying)["CHUNK"] = vars(undo)["CHUNK"] = int(chunk)

    def tell(progress: Progress) -> None:
        told.send(progress.done)

    work = {"apply": service.apply, "undo": service.undo}[what]
    work(_opened(url, directory), IMPORTER, int(run), progress=tell)
    told.send(-1)


def load_until_killed(url: str, directory: str, file: str, told: Connection) -> None:
    """Load *file* in small chunks, telling after each."""
    vars(first_load)["CHUNK"] = SMALL_CHUNKS

    def tell(progress: Progress) -> None:
        told.send(progress.done)

    first_load.load(_opened(url, directory), IMPORTER, LOAD, Path(file), progress=tell)
    told.send(-1)


def apply_until_killed(url: str, directory: str, run: str, told: Connection) -> None:
    """Apply run number *run* in small chunks, telling after each."""
    vars(applying)["CHUNK"] = SMALL_CHUNKS

    def tell(progress: Progress) -> None:
        told.send(progress.done)

    service.apply(_opened(url, directory), IMPORTER, int(run), progress=tell)
    told.send(-1)
