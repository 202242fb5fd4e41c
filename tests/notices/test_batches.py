"""An address update makes notices by itself; its undo takes away those that were not told."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from core.config.schema import FileSettings
from core.customers import service as customers
from core.customers.types import Source, SourceKind
from core.disclosure.log import DisclosureLog, LogSigner
from core.disclosure.types import Subject, TransferRequest
from core.documents.exits import file_exit
from core.documents.folder import new_selection
from core.notices import due, service
from core.notices.service import NoticeFilter
from core.notices.types import NoticeState
from core.updates import service as updates
from core.updates.undo import undo
from integrations.typesetter import Typst
from tests.support.notice_house import MAIJA, RECIPIENTS
from tests.support.update_house import IMPORTER, SERVICE, config_in, register_of
from tui.demo.files import ANSWER_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing
    from core.notices.types import Notice
    from core.register import Register

FIRST_LOAD = Source(SourceKind.FIRST_LOAD, "old register")


@pytest.fixture
def register(
    database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path
) -> Register:
    """Three customers; the collector has two of them, and the address service all."""
    made = register_of(database, keyring, tmp_path, clock)
    before = config_in(tmp_path)
    addresses = msgspec.structs.replace(before.recipients["addresses"], adapter="files")
    config = msgspec.structs.replace(
        before,
        recipients={
            "addresses": msgspec.structs.replace(addresses, purposes=("address_update", "customer_care")),
            "collector": RECIPIENTS["collector"],
        },
        files=FileSettings(
            quarantine_directory=tmp_path / "quarantine", export_directory=tmp_path / "exports"
        ),
    )
    made.config = config
    made.exits = lambda name: file_exit(config, Typst(), name)
    log = DisclosureLog(
        database, LogSigner.create(tmp_path / "log.key", "example.fi/updates"), clock, tmp_path / "high"
    )
    log.create(policy="1", software="0.1.0")
    made.__dict__["log"] = log
    with database.unit_of_work() as uow:
        ids = [
            customers.add(uow, actor, replace(MAIJA, first_name=name), FIRST_LOAD, number=number).id
            for number, name in (("1001", "Maija"), ("1002", "Matti"), ("1003", "Mervi"))
        ]
        uow.commit()
    give(made, actor, "collector", "legal_obligation", ids[:2])
    give(made, actor, "addresses", "customer_care", ids)
    return made


def give(register: Register, actor: Actor, recipient: str, purpose: str, ids: list[int]) -> None:
    """Send a recipient a table of customers."""
    selection = new_selection(register.clock.now())
    subjects = tuple(Subject(who, f"{selection}/{who}") for who in ids)
    register.gate.send(actor, TransferRequest(recipient, purpose, subjects, "export", form="csv"))


def answer(folder: Path, *rows: tuple[str, ...]) -> Path:
    """The service's answer: number, code, street, postcode, town, day."""
    path = folder / "vastaus.csv"
    with path.open("w", encoding="iso-8859-15", newline="") as stream:
        out = csv.writer(stream, delimiter=";")
        out.writerow(ANSWER_COLUMNS.values())
        out.writerows([*row, *[""] * (6 - len(row))] for row in rows)
    return path


def notices(register: Register) -> list[Notice]:
    """All that there are, after a look for holders."""
    due.catch_up(register, IMPORTER)
    with register.database.reading() as connection:
        return service.page(connection, NoticeFilter(states=None))


def test_an_update_run_makes_notices_and_its_undo_takes_them_away(register: Register, tmp_path: Path) -> None:
    """Whoever has the old address, but for the service that told of the new one; nobody, once it is taken back."""
    path = answer(
        tmp_path,
        ("1001", "M", "Haapakuja 2", "90100", "Oulu", "20.11.2026"),
        ("1003", "M", "Haapakuja 4", "90100", "Oulu", "20.11.2026"),
    )
    run = updates.prepare(register, IMPORTER, SERVICE, path)
    updates.apply(register, IMPORTER, run.batch.id)
    (notice,) = notices(register)
    assert (notice.recipient, notice.customer_number, notice.batch_id) == ("collector", "1001", run.batch.id)
    assert notice.fields == ("address.postcode", "address.street", "address.town")
    undo(register, IMPORTER, run.batch.id)
    assert [it.state for it in notices(register)] == [NoticeState.NOT_NEEDED]


def test_undone_after_it_was_told_it_is_told_again(register: Register, actor: Actor, tmp_path: Path) -> None:
    """The collector has been given the new address: the old one is news to it now."""
    path = answer(tmp_path, ("1001", "M", "Haapakuja 2", "90100", "Oulu", "20.11.2026"))
    run = updates.prepare(register, IMPORTER, SERVICE, path)
    updates.apply(register, IMPORTER, run.batch.id)
    register.clock.advance(60)  # type: ignore[attr-defined] # the fixture's clock stands still until told
    ids = [it.customer_id for it in notices(register) if it.customer_id is not None]
    give(register, actor, "collector", "legal_obligation", ids)
    undo(register, IMPORTER, run.batch.id)
    fresh = [it for it in notices(register) if it.state is NoticeState.DUE]
    assert [(it.recipient, it.customer_number) for it in fresh] == [("collector", "1001")]
