"""A register with one partner, a person who asks for everything, and the case."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import pyzipper

from core.config.schema import FileSettings, KeySettings
from core.documents import leads_to_the_person
from core.documents.handover import person_exit
from core.fence import Fence
from core.register import Register
from core.rights import intake
from core.rights.access import service
from core.rights.answering import CaseListener
from core.rights.types import CaseKind, Channel, Request
from integrations.typesetter import Typst
from tests.support import partners
from tests.support.gate_house import House, open_house

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.customers.types import Customer
    from core.database import Database
    from core.disclosure.exits import Exit
    from core.documents.typesetter import Pages
    from core.keys import KeyRing
    from core.rights.access.service import Given
    from core.rights.access.types import Package
    from core.rights.types import Case

MONDAY = date(2026, 11, 23)


class NoPages:
    """A typesetter for tests that look at the data alone: it keeps what it was given."""

    def __init__(self) -> None:
        self.given: Pages | None = None

    def pdf(self, pages: Pages) -> bytes:
        """Something that begins as a PDF does."""
        self.given = pages
        return b"%PDF-1.7 none"

    def html(self, pages: Pages) -> str:
        """Nothing."""
        raise AssertionError(pages)


@dataclass
class Desk:
    """The contact person's: a register whose partner can be sent to, and cases about its people."""

    house: House
    register: Register

    def receive(self, customer: Customer | None, kind: CaseKind = CaseKind.ACCESS, **values: Any) -> Case:
        """A signed request of Monday whose person is known."""
        known = {} if customer is None else {"customer_id": customer.id, "identified_how": "signature"}
        usual: dict[str, Any] = {
            "received_on": MONDAY,
            "channel": Channel.LETTER,
            "signed": True,
            "language": "fi",
            "request": Request(name="Matti Meikäläinen", words="Mitä tietoja minusta on?"),
            **known,
        }
        house = self.house
        with house.database.unit_of_work() as uow:
            case = intake.receive(
                uow, house.keyring, self.register.config.rights, house.actor, kind=kind, **{**usual, **values}
            )
            uow.commit()
        return case

    def make(self, customer: Customer, **more: Any) -> Package:
        """The package for a new case of *customer*."""
        return service.make(self.register, self.house.actor, self.receive(customer).number, **more)

    def hand_over(self, package: Package, typesetter: Any = None, **more: Any) -> Given:
        """Hand it over with all its words let go."""
        read = {flag.id for flag in package.flags}
        return service.hand_over(
            self.register, typesetter or Typst(), self.house.actor, package, **{"read": read, **more}
        )

    def content(self, given: Given) -> bytes:
        """The file that was handed over."""
        assert given.file is not None
        return (self.register.config.files.export_directory / given.file).read_bytes()

    def files(self, given: Given) -> dict[str, bytes]:
        """What is in the encrypted file."""
        assert given.passphrase is not None
        with pyzipper.AESZipFile(io.BytesIO(self.content(given))) as archive:
            archive.setpassword(given.passphrase.encode())
            return {name: archive.read(name) for name in archive.namelist()}

    def data(self, customer: Customer, **more: Any) -> Any:
        """The data of a package that was made and handed over, without pages."""
        given = self.hand_over(self.make(customer, **more), NoPages())
        return json.loads(self.files(given)["data.json"])


@pytest.fixture
def desk(database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path) -> Desk:
    """A desk in a register of each kind of database."""
    return open_desk(database, keyring, clock, actor, tmp_path)


def open_desk(database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, folder: Path) -> Desk:
    """A desk in *folder*."""
    house = open_house(database, keyring, clock, actor, folder, (CaseListener(),))
    config = partners.config(folder)
    config = msgspec.structs.replace(
        config,
        files=FileSettings(export_directory=folder / "exports", quarantine_directory=folder / "quarantine"),
        keys=KeySettings(erasure_fence_file=folder / "fence"),
    )
    Fence.create(folder / "fence")

    def exits(name: str) -> Exit:
        return person_exit(config, Typst(), name) if leads_to_the_person(name) else house.partner

    register = Register(config, exits, house.clock)
    house.gate.exits = exits
    register.__dict__.update(database=house.database, keyring=house.keyring, log=house.log, gate=house.gate)
    house.database.fence = register.fence
    return Desk(house, register)
