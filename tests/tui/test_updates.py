"""The importer's screens by keyboard: what lies there, the mapping, the proposals, rules, apply and undo."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.config import UpdateAnswer, UpdateService
from core.customers import service
from core.customers.reading import get
from core.customers.types import Source, SourceKind
from core.messages import LANGUAGES
from core.updates import mappings, proposals
from core.updates.proposals import Which
from tests.support.screens import Desk, assert_screen, seated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.office import Office

SERVICE = "posti"
SELF = Source(SourceKind.SELF, "puhelu")
PEOPLE = (1, 2, 3, 4)


@pytest.fixture
def importing(office: Office) -> Office:
    """An office with an answer about four persons, two of whom have told us something newer."""
    register = office.register
    folder = office.file.parent / "answers"
    folder.mkdir()
    register.config.updates[SERVICE] = UpdateService(
        recipient="addresses",
        folder=folder,
        answer=UpdateAnswer(
            key="Numero",
            code_column="Tulos",
            columns={"street": "Katu", "postcode": "Postinro", "town": "Paikka", "date": "Pvm"},
            codes={"M": "moved"},
        ),
    )
    with register.database.unit_of_work() as uow:
        numbers = [get(uow.connection, of).number for of in PEOPLE]
        for of in PEOPLE[:2]:
            version = get(uow.connection, of).version
            service.change(uow, office.actor, of, {"street": f"Oma tie {of}"}, SELF, version=version)
        uow.commit()
    rows = [f"{number};M;Uudistie {number};00100;Helsinki;{date(2026, 1, 2)}" for number in numbers]
    file = folder / "vastaus.csv"
    file.write_text("\r\n".join(["Numero;Tulos;Katu;Postinro;Paikka;Pvm", *rows, ""]), encoding="utf-8")
    whole = register.clock.now().timestamp() - 3600
    os.utime(file, (whole, whole))
    return office


class PatientDesk(Desk):
    """Slow work that keys wait for is waited for too."""

    async def settle(self) -> None:
        """Until the app has come to what was put in its queue after the keys."""
        done = asyncio.Event()
        self.app.call_later(done.set)
        await done.wait()
        await super().settle()


@asynccontextmanager
async def importer(office: Office, language: str = "fi") -> AsyncIterator[PatientDesk]:
    """The importer at the terminal."""
    async with seated(office, language) as desk:
        yield PatientDesk(desk.app, desk.pilot)


def streets(office: Office) -> list[str | None]:
    """The four persons' streets."""
    with office.register.database.reading() as connection:
        return [get(connection, of).values.street for of in PEOPLE]


def waiting(office: Office) -> int:
    """How many proposals wait."""
    with office.register.database.reading() as connection:
        return proposals.count(connection, Which())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_screen_as_it_is_kept(importing: Office, language: str) -> None:
    """List, mapping in its three views, list of meanings, what is foreseen, proposals, rule, undone."""
    async with importer(importing, language) as desk:
        await desk.press("4")
        assert_screen(f"updates_list.{language}", desk)
        await desk.press("f2")
        assert_screen(f"updates_mapping.{language}", desk)
        await desk.press("enter")
        assert_screen(f"updates_meanings.{language}", desk)
        await desk.press("f12", "2")
        assert_screen(f"updates_codes.{language}", desk)
        await desk.press("3")
        assert_screen(f"updates_understood.{language}", desk)
        await desk.press("f10")
        assert "F10" in desk.message
        await desk.press("f7")
        assert_screen(f"updates_proposals.{language}", desk)
        await desk.press("5")
        assert_screen(f"updates_rule.{language}", desk)


async def test_a_corrected_mapping_is_saved_and_read_by(importing: Office) -> None:
    """A code that means something else is seen at once, and holds for the preview that follows."""
    async with importer(importing) as desk:
        await desk.press("4", "f2", "2", "enter", "home", "down", "down", "enter")
        await desk.press("f12")
        assert "F10" in desk.message
        await desk.press("f10")
        with importing.register.database.reading() as connection:
            (saved,) = mappings.saved_mappings(connection, importing.register.config, SERVICE)
        assert saved.answer.codes == {"M": "no_hit"}
        assert waiting(importing) == 0


async def test_keys_decide_one_by_one(importing: Office) -> None:
    """Typed ahead: skip the first, reject the second; the first is still there and is accepted."""
    before = streets(importing)
    async with importer(importing) as desk:
        await desk.press("4", "enter")
        await desk.press("f7", "4", "2")
        assert waiting(importing) == 1
        await desk.press("3")
        assert desk.message
        await desk.press("1")
        assert waiting(importing) == 0
        now = streets(importing)
        assert sum(a != b for a, b in zip(now, before, strict=True)) == 1
        await desk.press("1")
        assert streets(importing) == now


async def test_a_rule_counts_before_it_accepts(importing: Office) -> None:
    """The first F10 changes nothing; the second accepts what was counted."""
    before = streets(importing)
    async with importer(importing) as desk:
        await desk.press("4", "enter")
        await desk.press("f7", "5", "f10")
        assert (waiting(importing), streets(importing)) == (2, before)
        await desk.press("f10")
        assert waiting(importing) == 0
        assert "2" in desk.message


async def test_a_report_is_written_where_exports_lie(importing: Office) -> None:
    """F6 once something is applied: a PDF, which names no customer."""
    async with importer(importing, "en") as desk:
        await desk.press("4", "enter")
        await desk.press("f6")
        assert "Written" not in desk.message
        await desk.press("f10")
        await desk.press("f6")
        assert "It names no customer." in desk.message
    (file,) = importing.register.config.files.export_directory.glob("update-*.pdf")
    assert file.read_bytes().startswith(b"%PDF")


async def test_a_file_is_read_by_its_path(importing: Office) -> None:
    """F4: a path within the partners' folder is read as from the list; none outside of it is opened."""
    folder = importing.register.config.files.exchange_directory / "muualta"
    folder.mkdir(parents=True)
    own = importing.register.config.updates[SERVICE].folder
    assert own is not None
    (lying,) = own.glob("*.csv")
    lying.rename(folder / "vastaus.csv")
    async with importer(importing, "en") as desk:
        await desk.press("4", "f4")
        await desk.press("tab")
        await desk.paste("../config.toml")
        await desk.press("f10")
        assert "There is no file ../config.toml" in desk.message
        await desk.press("f12", "f4", "tab")
        await desk.paste("muualta/vastaus.csv")
        await desk.press("f10")
        await desk.settle()
        assert waiting(importing) == 2
        await desk.press("f10")
        assert "Applied" in desk.message


async def test_an_undo_is_asked_for_twice(importing: Office) -> None:
    """F9 alone says what it would do, another key takes it back; F9 twice does it."""
    before = streets(importing)
    async with importer(importing) as desk:
        await desk.press("4", "enter")
        await desk.press("f10")
        after = streets(importing)
        assert sum(a != b for a, b in zip(after, before, strict=True)) == 2
        await desk.press("f9", "enter", "f9")
        assert streets(importing) == after
        await desk.press("f9")
        assert streets(importing) == before
        assert "Kumottu" in desk.message
