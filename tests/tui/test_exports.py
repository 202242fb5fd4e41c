"""Exports by keyboard: what is chosen, what is shown before anything leaves, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.actor import Actor, Role
from core.config import Recipient
from core.config.schema import Letter
from core.customers.bans import BanKind, forbid
from core.customers.restrictions import Ground, restrict
from core.disclosure import transfers
from core.disclosure.gate import Gate
from core.disclosure.recipients import sync_recipients
from core.disclosure.review.approvals import ApprovalRules
from core.disclosure.transfers import TransferFilter
from core.documents.exits import file_exit
from core.documents.folder import ExportFolder
from core.messages import LANGUAGES
from core.staff.access_log import Access, recent
from core.staff.agreements import record_agreement
from core.staff.service import add_member
from integrations.typesetter import Typst
from tests.conftest import THE_MORNING
from tests.support.office import SIGNED
from tests.support.screens import assert_screen, seated

if TYPE_CHECKING:
    from core.disclosure.exits import Exit
    from tests.support.office import Office
    from tests.support.screens import Desk

WHAT, PURPOSE, RECIPIENT = 2, 3, 4
TODAY = THE_MORNING.date()
HOUSE = Recipient(
    name="Oma henkilökunta",
    role="staff",
    agreement="Salassapito",
    agreement_from=date(2026, 1, 1),
    purposes=("customer_care", "publication", "direct_marketing"),
    categories=("customer_number", "name", "organisation", "contact", "postal_address"),
    adapter="files",
)
PRINTER = Recipient(
    name="Paino Oy",
    role="processor",
    agreement="DPA 2026-09",
    agreement_from=date(2026, 1, 1),
    purposes=("direct_marketing",),
    categories=("name", "organisation", "postal_address"),
    adapter="files",
)


@pytest.fixture
def exporting(office: Office) -> Office:
    """An office whose own people and a printer get files, and that has a letter."""
    register = office.register
    register.config.letters["tervetuloa"] = Letter(subject="Tervetuloa", text="Hyvä asiakas\n\nKiitos!")
    with register.database.unit_of_work() as uow:
        sync_recipients(uow, office.actor, {"house": HOUSE, "printer": PRINTER})
        forbid(uow, office.actor, 3, BanKind.DIRECT_MARKETING, origin="kirje", since=TODAY)
        restrict(uow, office.actor, 4, ground=Ground.ACCURACY_CONTESTED, since=TODAY)
        uow.commit()

    def exits(name: str) -> Exit:
        return file_exit(register.config, Typst(), name)

    register.__dict__["gate"] = Gate(register.database, register.keyring, register.log, exits)
    return office


def files_of(office: Office) -> list[bytes]:
    """What lies in the export folder."""
    folder = ExportFolder(office.register.config.files.export_directory)
    return [(folder.path / file.name).read_bytes() for file in folder.files()]


async def choose(desk: Desk, row: int, words: str) -> None:
    """Go through the choices of the field under the cursor until its row shows *words*."""
    for _ in range(12):
        if words in desk.rows()[row]:
            return
        await desk.press("right")
    raise AssertionError(desk.rows()[row])


def sent(office: Office) -> int:
    """How many transfers there are."""
    with office.register.database.reading() as connection:
        return transfers.count(connection, TransferFilter())


@pytest.mark.parametrize("language", LANGUAGES)
class TestLooks:
    """Each screen as it is kept in ``snapshots``."""

    async def test_form_and_preview_of_a_table(self, exporting: Office, language: str) -> None:
        """The form, then what would leave: summary, persons, who is left out, and the bytes."""
        async with seated(exporting, language) as desk:
            await desk.press("0")
            assert_screen(f"export_form.{language}", desk)
            await desk.press("tab", "tab", "tab")
            await desk.type("1001 1002, 1004 1005")
            await desk.press("f10")
            for view, name in ((1, "summary"), (2, "persons"), (3, "left_out"), (4, "file")):
                await desk.press(str(view))
                shown = desk.text.replace(str(exporting.file.parent), "…")
                if name != "summary":
                    assert_screen(f"export_{name}.{language}", desk)
                else:
                    assert "Oma henkilökunta (FI)" in shown
            await desk.press("2", "enter")
            assert_screen(f"export_share.{language}", desk)

    async def test_labels_show_what_the_pages_say(self, exporting: Office, language: str) -> None:
        """A PDF is compressed: the text that it was set from is shown instead of its bytes."""
        async with seated(exporting, language) as desk:
            await desk.press("0")
            await choose(desk, WHAT, "(PDF)")
            await desk.press("tab", "tab", "tab")
            await desk.type("1001 1002")
            await desk.press("f10", "4")
            assert "application/pdf" in desk.text
            assert "Lasse Åkerlund, Rantatie 3, 65100 VAASA" in desk.text
            assert "%PDF" not in desk.text


class TestChoosing:
    """What can be chosen follows from what is registered."""

    async def test_choices_narrow_one_another(self, exporting: Office) -> None:
        """A directory serves publication alone, and only the house gets it; marketing goes to either."""
        async with seated(exporting, "en") as desk:
            await desk.press("0")
            await choose(desk, WHAT, "directory for publication")
            assert "publication" in desk.rows()[PURPOSE]
            assert "Oma henkilökunta" in desk.rows()[RECIPIENT]
            await choose(desk, WHAT, "CSV")
            await desk.press("tab")
            await choose(desk, PURPOSE, "direct marketing")
            await desk.press("tab")
            await choose(desk, RECIPIENT, "Paino Oy")
            assert "postal address" in desk.text
            assert "contact details" not in desk.text

    async def test_a_tick_taken_away_narrows_what_is_read(self, exporting: Office) -> None:
        """Without the address nobody's address is in the file."""
        async with seated(exporting, "en") as desk:
            await desk.press("0", "tab", "tab", "tab")
            await desk.type("1001")
            for _ in range(20):
                if desk.app.current.active.current.name == "category.postal_address":  # type: ignore[union-attr]
                    break
                await desk.press("tab")
            await desk.press("space")
            await desk.press("f10", "f10")
            assert "delivered" in desk.message
        (content,) = files_of(exporting)
        assert "Åkerlund".encode() in content
        assert b"Rantatie" not in content

    async def test_nobody_is_chosen_by_saying_nothing(self, exporting: Office) -> None:
        """Everyone has to be said; a criterion that nobody fits is told."""
        async with seated(exporting, "en") as desk:
            await desk.press("0", "f10")
            assert "tick Everyone" in desk.message
            await desk.type("9999")
            await desk.press("f10")
            assert "No customer fits" in desk.message
            await desk.press("tab", "tab", "tab")
            await desk.type("eilen")
            await desk.press("f10")
            assert "not a date" in desk.message
        assert sent(exporting) == 0

    async def test_without_a_recipient_nothing_is_offered(self, office: Office) -> None:
        """A register in which nobody gets files says so at once."""
        async with seated(office, "en") as desk:
            await desk.press("0")
            assert "Nobody is registered" in desk.message
            await desk.press("f10")
            assert "Nobody is registered" in desk.message


class TestLeaving:
    """F10 on the preview, and nothing else, lets data leave."""

    async def test_exactly_what_was_shown_leaves(self, exporting: Office) -> None:
        """The file holds the bytes of the preview; the result names folder, file, number; the log has it."""
        async with seated(exporting, "en") as desk:
            await desk.press("0", "tab", "tab", "tab")
            await desk.type("1001 1002 1004")
            await desk.press("f10", "enter")
            assert "F10 lets exactly this leave" in desk.message
            assert files_of(exporting) == []
            shown = desk.app.current.preview.payloads[0].content  # type: ignore[attr-defined]
            await desk.press("f10")
            assert "delivered" in desk.message
            assert "csv-20261123-" in desk.text
            assert "Removed on" in desk.text
            await desk.press("f9")
            assert "Oma henkilökunta" in desk.text
            await desk.press("f12", "enter")
            assert "What leaves, and to whom" in desk.text
        assert files_of(exporting) == [shown]
        assert sent(exporting) == 1

    async def test_looking_is_recorded_before_anything_is_shown(self, exporting: Office) -> None:
        """One person is opened, several are listed, for the purpose of the export."""
        async with seated(exporting, "en") as desk:
            await desk.press("0", "tab", "tab", "tab")
            await desk.type("1001 1002")
            await desk.press("f10")
            with exporting.register.database.reading() as connection:
                (look,) = recent(connection)
        assert (look.action, look.customer_id, look.task, look.detail) == (
            Access.LIST,
            None,
            "customer_care",
            "2 rows",
        )

    async def test_going_back_sends_nothing(self, exporting: Office) -> None:
        """F12 from the preview leads to the form as it was."""
        async with seated(exporting, "en") as desk:
            await desk.press("0", "tab", "tab", "tab")
            await desk.type("1001")
            await desk.press("f10", "f12")
            assert "1001" in desk.text
        assert (sent(exporting), files_of(exporting)) == (0, [])

    async def test_a_letter_is_made_and_left_out_are_named(self, exporting: Office) -> None:
        """Whoever has forbidden marketing gets no letter and stands under Left out by number and name."""
        async with seated(exporting, "en") as desk:
            await desk.press("0")
            await choose(desk, WHAT, "letter: tervetuloa")
            await desk.press("tab")
            await choose(desk, PURPOSE, "direct marketing")
            await desk.press("tab")
            await choose(desk, RECIPIENT, "Paino Oy")
            await desk.press("tab")
            await desk.type("1001 1003 1004 1005")
            await desk.press("f10", "3")
            assert "Virtanen Maija" in desk.text
            assert "has forbidden" in desk.text
            assert "restricted" in desk.text
            assert "protected" in desk.text
            await desk.press("enter")
            assert desk.message.startswith("10")
            await desk.press("f10")
            assert "delivered" in desk.message
        (content,) = files_of(exporting)
        assert content.startswith(b"%PDF")

    async def test_a_second_person_is_asked_for(self, exporting: Office) -> None:
        """Above the limit nothing leaves; the number of the request is told."""
        exporting.register.gate.rules = ApprovalRules(persons=1)
        async with seated(exporting, "en") as desk:
            await desk.press("0", "tab", "tab", "tab")
            await desk.type("1001 1002")
            await desk.press("f10", "f10")
            assert "second person" in desk.message
        assert files_of(exporting) == []

    async def test_files_are_listed_and_removed_by_the_same_key_twice(self, exporting: Office) -> None:
        """F9 asks first."""
        async with seated(exporting, "en") as desk:
            await desk.press("0", "f9")
            assert "The export folder is empty." in desk.text
            await desk.press("f12", "tab", "tab", "tab")
            await desk.type("1001")
            await desk.press("f10", "f10", "enter", "f9", "f9")
            assert "F9 again removes" in desk.message
            assert len(files_of(exporting)) == 1
            await desk.press("f9")
            assert "Removed:" in desk.message
        assert files_of(exporting) == []

    async def test_only_those_who_send_have_the_item(self, exporting: Office) -> None:
        """A reviewer's menu has no exports."""
        with exporting.register.database.unit_of_work() as uow:
            added = add_member(
                uow, exporting.actor, user_name="riitta", name="Riitta", password="kolme hiljaista venettä",
                roles=[Role.REVIEWER], language="en",
            )  # fmt: skip
            record_agreement(
                uow, exporting.actor, added.id, signed_on=SIGNED, valid_from=SIGNED, document="m"
            )
            uow.commit()
        reviewer = Actor(added.id, "riitta", "Riitta", frozenset({Role.REVIEWER}))
        async with seated(replace(exporting, actor=reviewer), "en") as desk:
            assert "Exports" not in desk.text
            await desk.press("0")
            assert "Main menu" in desk.text
