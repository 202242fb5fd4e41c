"""The reviewer's screens by keyboard: what they show, and that each key does what its bar says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from core.actor import Actor, Role
from core.customers.service import open_record
from core.disclosure.gate import Gate
from core.disclosure.log.checkpoint import Checkpoint
from core.disclosure.log.cosignature import Cosigner, WitnessState
from core.disclosure.recipients import sync_recipients
from core.disclosure.review import approvals, findings
from core.disclosure.review.approvals import ApprovalRules, ApprovalState
from core.disclosure.review.errors import ApprovalWaiting
from core.disclosure.review.signed import cosigners_of, last_review
from core.disclosure.review.signing_off import state_file
from core.disclosure.types import Subject, TransferRequest
from core.errors import Refused
from core.messages import LANGUAGES
from core.staff.service import add_member
from tests.support.gate_house import ACCOUNTANT, Partner
from tests.support.office import SIGNED
from tests.support.screens import assert_screen, seated
from tui.widgets.bars import bars

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from core.disclosure.types import TransferResult
    from tests.support.office import Office


class Clerk:
    """The colleague who sends."""

    def __init__(self, office: Office) -> None:
        self.office = office
        register = office.register
        with register.database.unit_of_work() as uow:
            added = add_member(
                uow, office.actor, user_name="kalle", name="Kalle Virtanen", password="kolme hiljaista venettä", roles=[Role.CLERK],
                language="fi",
            )  # fmt: skip
            sync_recipients(uow, office.actor, {"accountant": ACCOUNTANT})
            uow.commit()
        self.actor = Actor(added.id, "kalle", "Kalle Virtanen", frozenset({Role.CLERK}))
        self.partner = Partner()
        gate = Gate(register.database, register.keyring, register.log, {"partner": self.partner}.__getitem__)
        register.__dict__["gate"] = gate
        register.config.recipients["accountant"] = ACCOUNTANT
        self.keys = iter(range(1000))

    def send(self, *customer_ids: int, recipient: str = "accountant") -> TransferResult:
        """Send customers to the accountant."""
        subjects = tuple(Subject(one, f"key-{next(self.keys)}") for one in customer_ids)
        request = TransferRequest(recipient, "invoicing", subjects, "test")
        return self.office.register.gate.send(self.actor, request)

    def opens(self, customer_id: int) -> None:
        """Open a card."""
        with self.office.register.database.unit_of_work() as uow:
            open_record(uow, self.actor, customer_id, task="customer_care")
            uow.commit()


@pytest.fixture
def clerk(office: Office) -> Clerk:
    """A colleague, a partner, and a gate between them."""
    return Clerk(office)


def a_week(clerk: Clerk, clock: FixedClock) -> None:
    """What a reviewer may find: transfers at usual and unusual hours, a refusal, a look at a namesake."""
    clerk.send(1, 2)
    clerk.opens(3)
    with pytest.raises(Refused):
        clerk.send(1, recipient="nobody")
    clock.advance(13 * 3600)
    clerk.send(1)
    clock.advance(11 * 3600)


@pytest.mark.parametrize("language", LANGUAGES)
class TestLooks:
    """Each view as it is kept in ``snapshots``."""

    async def test_every_view(self, office: Office, clerk: Clerk, clock: FixedClock, language: str) -> None:
        """News, requests, refusals, looks, charts, findings and the sample."""
        a_week(clerk, clock)
        clerk.office.register.gate.rules = ApprovalRules(persons=2)
        with pytest.raises(ApprovalWaiting):
            clerk.send(1, 2, 3)
        async with seated(office, language) as desk:
            await desk.press("7")
            assert_screen(f"review_new.{language}", desk)
            for view, name in (
                (2, "requests"),
                (3, "refusals"),
                (4, "looks"),
                (5, "charts"),
                (6, "findings"),
            ):
                await desk.press(str(view))
                assert_screen(f"review_{name}.{language}", desk)
            await desk.press("2", "enter")
            assert_screen(f"review_approval.{language}", desk)
            await desk.press("f12", "f10")
            assert_screen(f"review_sign_off.{language}", desk)
            await desk.press("f12", "7")
            assert "F9" in desk.text


class TestWork:
    """What the keys do."""

    async def test_a_request_is_looked_at_and_approved(self, office: Office, clerk: Clerk) -> None:
        """Enter shows the bytes, F10 approves them, and the colleague's transfer leaves."""
        office.register.gate.rules = ApprovalRules(persons=2)
        with pytest.raises(ApprovalWaiting):
            clerk.send(1, 2, 3)
        async with seated(office, "en") as desk:
            assert "Requests and findings: 1 (7)." in desk.message
            await desk.press("7", "2", "enter")
            assert "more persons than one may send alone" in desk.text
            assert "Åkerlund" in desk.text
            await desk.press("enter")
            assert "F10 approves" in desk.message
            await desk.press("f10")
            assert "can send it now" in desk.message
            assert "No request waits" in desk.text
        assert clerk.send(1, 2, 3).state == "delivered"

    async def test_a_request_is_refused_with_a_reason(self, office: Office, clerk: Clerk) -> None:
        """F8 asks why; without words nothing is refused."""
        office.register.gate.rules = ApprovalRules(persons=2)
        with pytest.raises(ApprovalWaiting):
            clerk.send(1, 2, 3)
        async with seated(office, "en") as desk:
            await desk.press("7", "2", "enter", "f8", "f10")
            assert "!!" in desk.text
            await desk.type("Liian monta")
            await desk.press("f10")
            assert "is refused" in desk.message
        with office.register.database.reading() as connection:
            (refused,) = approvals.approvals(connection)
        assert (refused.state, refused.reason) == (ApprovalState.REFUSED, "Liian monta")

    async def test_ones_own_request_is_not_approved(self, office: Office, clerk: Clerk) -> None:
        """The asker with every role is told that four eyes are two persons."""
        office.register.gate.rules = ApprovalRules(persons=2)
        clerk.actor = office.actor
        with pytest.raises(ApprovalWaiting):
            clerk.send(1, 2, 3)
        async with seated(office, "en") as desk:
            await desk.press("7", "2", "enter", "f10")
            assert "four eyes are two persons" in desk.message

    async def test_transfers_are_filtered_by_staff_and_by_rule(
        self, office: Office, clerk: Clerk, clock: FixedClock
    ) -> None:
        """The usual one disappears when only marked ones are wanted; the colleague's are those of the colleague."""
        clerk.send(1)
        clerk.send(2)
        clock.advance(13 * 3600)
        clerk.send(3)
        clock.advance(11 * 3600)
        async with seated(office, "en") as desk:
            await desk.press("7", "f7")
            assert "3 transfers." in desk.message
            await desk.press("f4", "shift+tab", "space", "enter")
            assert "2 transfers." in desk.message
            await desk.press("f7", "f4", "shift+tab", "space", "enter")
            assert "0 transfers." in desk.message
            await desk.press("f4", "space", "enter")
            assert "3 transfers." in desk.message

    async def test_a_look_says_its_rule(self, office: Office, clerk: Clerk) -> None:
        """Kalle Virtanen has opened Virtanen; the rule and its setting are told, and the reviewer's look is a look."""
        clerk.opens(3)
        async with seated(office, "en") as desk:
            await desk.press("7", "4", "enter")
            assert "review.same_family_name" in desk.message

    async def test_a_sample_is_drawn_and_looked_at(self, office: Office, clerk: Clerk) -> None:
        """F9 draws, Enter opens a transfer, and it is ticked afterwards."""
        clerk.send(1)
        async with seated(office, "en") as desk:
            await desk.press("7", "f9")
            assert "seed" in desk.message
            await desk.press("enter")
            assert "Transfer " in desk.rows()[0]
            await desk.press("f12")
            assert "✓" in desk.rows()[3]

    async def test_a_finding_from_beginning_to_end(self, office: Office, clerk: Clerk) -> None:
        """F6 makes one about the transfer under the cursor, with an owner; Enter goes on with it."""
        number = clerk.send(1).number
        async with seated(office, "en") as desk:
            await desk.press("7", "f9", "f6")
            await desk.type("Turha siirto")
            await desk.press("f10")
            assert "Finding 1 is made." in desk.message
            await desk.press("6", "enter", "space", "tab", "tab")
            await desk.type("Sovittu tilitoimiston kanssa")
            await desk.press("f10")
            assert "is recorded" in desk.message
        with office.register.database.reading() as connection:
            (found,) = findings.findings(connection)
        assert (found.transfer_number, found.state) == (number, "accepted")

    async def test_drift_is_on_the_screen_the_same_day(self, office: Office, clerk: Clerk) -> None:
        """The configuration stops naming the recipient: opening the review says so."""
        clerk.send(1)
        del office.register.config.recipients["accountant"]
        async with seated(office, "en") as desk:
            await desk.press("7")
            assert "New findings of drift: 1 (6)." in desk.message
            await desk.press("6")
            assert "drift: recipient" in desk.text

    async def test_signing_off(self, office: Office, clerk: Clerk, tmp_path: Path) -> None:
        """Words and a key: the review is in the log and cosigned; without words the cursor stays."""
        Cosigner.create(tmp_path / "k", "example.fi/maija")
        clerk.send(1)
        async with seated(office, "en") as desk:
            await desk.press("7", "f10", "f10")
            assert "!!" in desk.text
            await desk.type("Kaikki katsottu")
            await desk.press("tab")
            await desk.type(str(tmp_path / "k"))
            await desk.press("f10")
            assert "cosigned with your key" in desk.message
            assert "New transfers                0" in desk.text
            assert "Cosigned by                  example.fi/maija" in desk.text
        with office.register.database.reading() as connection:
            review = last_review(connection)
            assert review is not None
            assert cosigners_of(connection, review) == ["example.fi/maija"]

    async def test_a_cosignature_that_failed_is_seen(
        self, office: Office, clerk: Clerk, tmp_path: Path
    ) -> None:
        """The review stands, the message says why the key refused, and the home says that nobody has cosigned."""
        key_file = tmp_path / "k"
        Cosigner.create(key_file, "example.fi/maija")
        longer = Checkpoint(office.register.log.origin, 900, bytes(32))
        WitnessState(state_file(key_file)).remember(longer)
        clerk.send(1)
        async with seated(office, "en") as desk:
            await desk.press("7", "f10")
            await desk.type("Kaikki katsottu")
            await desk.press("tab")
            await desk.type(str(key_file))
            await desk.press("f10")
            assert "NOT cosigned" in desk.message
            assert "Cosigned by                  NOBODY" in desk.text
        with office.register.database.reading() as connection:
            assert last_review(connection) is not None

    async def test_only_reviewers_have_the_item(self, office: Office, clerk: Clerk) -> None:
        """A clerk's menu has no review."""
        clerk_office = replace(office, actor=clerk.actor)
        from core.staff.agreements import record_agreement

        with office.register.database.unit_of_work() as uow:
            record_agreement(
                uow,
                office.actor,
                clerk.actor.staff_id or 0,
                signed_on=SIGNED,
                valid_from=SIGNED,
                document="m",
            )
            uow.commit()
        async with seated(clerk_office, "en") as desk:
            assert "Review" not in desk.text
            await desk.press("7")
            assert "Main menu" in desk.text


def test_bars_are_as_high_as_their_values() -> None:
    """The largest is full, the smallest is still seen, nothing is a dot."""
    assert bars([0, 1, 50, 100]) == "·▁▄█"
    assert bars([]) == ""
    assert bars([7]) == "█"
