"""Exports through the gate: what is in the file, who is left out, and what happens to the file."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from core.actor import Role
from core.customers import bans, restrictions
from core.customers.bans import BanKind
from core.customers.restrictions import Ground
from core.customers.types import Kind, Status
from core.disclosure import transfers
from core.disclosure.errors import NobodyToSend, PlanOutdated, PurposeNotForDisclosure
from core.disclosure.types import LeftOutReason, TransferState
from core.documents.errors import (
    NobodyFits,
    NoCriteria,
    NoFileRecipient,
    NoSuchForm,
    NotAFileRecipient,
)
from core.documents.folder import ExportFolder, sweep
from core.documents.selection import Criteria, Order, plan_export
from core.errors import NotPermitted

if TYPE_CHECKING:
    from core.clock import FixedClock
    from tests.conftest import MakeActor
    from tests.support.export_house import Exports

DAY = 24 * 60 * 60


def forbid(exports: Exports, customer_id: int, kind: BanKind) -> None:
    """Somebody forbids a use of their data."""
    with exports.register.database.unit_of_work() as uow:
        today = exports.register.clock.now().date()
        bans.forbid(uow, exports.actor, customer_id, kind, origin="letter", since=today)
        uow.commit()


def test_a_table_holds_what_was_agreed_and_stands_in_the_log(exports: Exports) -> None:
    """The file is private, has a mark for spreadsheets, disarms formulas, and its transfer names recipient and purpose."""
    exports.add(first_name="=cmd()", number="1001")
    result = exports.export("csv")
    assert result.state is TransferState.DELIVERED
    text = exports.file(result).decode("utf-8-sig")
    header, row, end = text.split("\r\n")
    assert header.startswith("Asiakasnumero;Etunimi;Sukunimi;Sähköposti;Puhelin;Katuosoite")
    assert row.startswith("1001;'=cmd();Aaltonen;elli@example.fi;'+358401234567;Kevätpolku 43 A 9;90520;Oulu")
    assert end == ""
    (path,) = exports.folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "1001" not in path.name
    with exports.register.database.reading() as connection:
        found = transfers.detail(connection, result.transfer_id)
    assert (found.row.recipient, found.row.purpose, found.row.adapter) == (
        "house",
        "customer_care",
        "files-csv",
    )
    assert [it.description for it in found.attempts] == [f"file {path.name}"]


def test_categories_narrow_what_is_even_read(exports: Exports) -> None:
    """Data minimisation: a task that needs names alone gets names alone."""
    exports.add()
    preview = exports.plan("jsonl", categories=frozenset({"name"}))
    assert json.loads(preview.payloads[0].content) == {"name.first": "Elli", "name.last": "Aaltonen"}
    assert preview.plan.fields == {"name.first", "name.last"}


def test_the_left_out_are_counted_with_their_reasons(exports: Exports) -> None:
    """Ban, restriction, ended relationship, protected and missing address: each person is left out for their own reason."""
    banned, restricted, protected = exports.add(), exports.add(), exports.add(protected_address=True)
    exports.add(street=None, postcode=None, town=None)
    sent = exports.add(first_name="Sirpa")
    forbid(exports, banned.id, BanKind.DIRECT_ADVERTISING)
    with exports.register.database.unit_of_work() as uow:
        today = exports.register.clock.now().date()
        restrictions.restrict(
            uow, exports.actor, restricted.id, ground=Ground.ACCURACY_CONTESTED, since=today
        )
        uow.commit()
    preview = exports.plan("labels-csv", "direct_advertising")
    assert [left.reason for left in preview.plan.left_out if left.customer_id == protected.id] == [
        LeftOutReason.PROTECTED_ADDRESS
    ]
    assert sorted(left.reason for left in preview.plan.left_out) == [
        LeftOutReason.BAN,
        LeftOutReason.MISSING_REQUIRED,
        LeftOutReason.PROTECTED_ADDRESS,
        LeftOutReason.RESTRICTION,
    ]
    assert [subject.customer_id for subject in preview.plan.subjects.values()] == [sent.id]
    assert b"Sirpa" in preview.payloads[0].content


def test_a_ban_after_the_preview_stops_the_file(exports: Exports) -> None:
    """What was seen is what leaves, or nothing does."""
    customer = exports.add()
    preview = exports.plan("vcard", "direct_marketing")
    forbid(exports, customer.id, BanKind.DIRECT_MARKETING)
    with pytest.raises(PlanOutdated):
        exports.register.gate.release(exports.actor, preview)
    assert not exports.folder.exists()


def test_a_controller_gets_no_file_for_our_own_purposes(exports: Exports) -> None:
    """P8 holds for files too: only disclosure purposes lead to somebody who decides for themselves."""
    exports.add()
    with pytest.raises(PurposeNotForDisclosure):
        exports.plan("csv", "customer_care", recipient="authority")
    assert exports.export("csv", "legal_obligation", recipient="authority").state is TransferState.DELIVERED


def test_only_somebody_registered_for_files_can_get_one(exports: Exports) -> None:
    """A recipient must be registered, with files as its way; one that is the only one need not be named."""
    exports.add()
    other = exports.register.config.recipients["house"]
    import msgspec

    recipients = {
        **exports.register.config.recipients,
        "net": msgspec.structs.replace(other, adapter="netvisor"),
    }
    exports.change(recipients=recipients)
    with pytest.raises(NotAFileRecipient):
        exports.plan("csv", recipient="net")
    with pytest.raises(NoFileRecipient):
        exports.plan("csv", "customer_care", recipient=None)
    assert exports.plan("csv", "direct_marketing", recipient=None).plan.recipient.code == "house"


def test_criteria_are_explicit(exports: Exports) -> None:
    """Nothing said is not everyone; every criterion narrows."""
    oulu = exports.add(number="1001")
    exports.add(number="1002", postcode="00100", town="Helsinki")
    firm = exports.add(kind=Kind.ORGANISATION, first_name=None, last_name=None, organisation_name="Järvi Oy")
    with pytest.raises(NoCriteria):
        exports.plan("csv", criteria=Criteria(limit=5))

    def chosen(**criteria: object) -> list[int]:
        preview = exports.plan("csv", criteria=Criteria(**criteria))  # type: ignore[arg-type]
        return sorted(subject.customer_id for subject in preview.plan.subjects.values())

    assert chosen(numbers=("1001", "1001")) == [oulu.id]
    assert chosen(postcode="905") == [oulu.id, firm.id]
    assert chosen(kind=Kind.ORGANISATION) == [firm.id]
    assert len(chosen(everyone=True, limit=2)) == 2
    assert len(chosen(status=Status.ACTIVE)) == 3
    with pytest.raises(NobodyFits):
        chosen(ordered_since=exports.register.clock.now().date())


def test_orders_since_a_day_choose_who_has_ordered(exports: Exports) -> None:
    """Targeting is by what somebody did with us since a day, nothing finer (P3, P16)."""
    from decimal import Decimal

    from core.customers import orders
    from core.customers.money import OrderLine

    today = exports.register.clock.now().date()
    buyer = exports.add()
    exports.add()
    with exports.register.database.unit_of_work() as uow:
        line = OrderLine("A1", "Tuote", Decimal(1), Decimal(10), Decimal("25.5"))
        orders.place(uow, exports.actor, buyer.id, [line], placed_on=today, payment_term_days=14)
        uow.commit()
    preview = exports.plan("csv", criteria=Criteria(ordered_since=today))
    assert [it.customer_id for it in preview.plan.subjects.values()] == [buyer.id]


def test_a_reviewer_does_not_export(exports: Exports, make_actor: MakeActor) -> None:
    """Whoever watches the log sends nothing."""
    exports.add()
    with pytest.raises(NotPermitted):
        plan_export(
            exports.register,
            make_actor(Role.REVIEWER),
            Order("csv", "customer_care", Criteria(everyone=True)),
        )


def test_an_unknown_form_is_named_with_the_known_ones(exports: Exports) -> None:
    """A letter that nobody wrote is an error with the list of those there are."""
    exports.add()
    with pytest.raises(NoSuchForm) as refused:
        exports.plan("letter-nothing")
    assert "letter-welcome" in str(refused.value)


def test_everybody_left_out_makes_no_file(exports: Exports) -> None:
    """An empty export is refused, with the reason."""
    forbid(exports, exports.add().id, BanKind.PUBLICATION)
    with pytest.raises(NobodyToSend):
        exports.plan("directory", "publication")


def test_a_full_or_closed_disk_is_proved_not_sent(exports: Exports) -> None:
    """A folder that cannot be written leaves nothing behind, and the transfer says that nothing was sent."""
    exports.add()
    exports.folder.write_text("a file where the folder should be")
    result = exports.export("csv")
    assert result.state is TransferState.NOT_SENT


def test_nothing_is_written_over(exports: Exports) -> None:
    """A file of the same name stays as it was."""
    folder = ExportFolder(exports.folder)
    folder.put("csv-20261123-0123456789ab.csv", b"first")
    with pytest.raises(FileExistsError):
        folder.put("csv-20261123-0123456789ab.csv", b"second")
    assert (exports.folder / "csv-20261123-0123456789ab.csv").read_bytes() == b"first"
    assert len(list(exports.folder.iterdir())) == 1


def test_a_file_that_is_there_settles_doubt(exports: Exports) -> None:
    """After a crash the file's presence proves delivery; its absence proves nothing, since it may have been fetched."""
    from core.disclosure.exits import Accepted, Item, Unknown
    from core.disclosure.permit import granted

    exit_ = exports.register.exits("files-csv")
    permit = granted("0" * 26, 1, 2, "tester")
    item = Item("1", "20261123-0123456789ab/1", {})
    assert exit_.inquire(permit, [item]) == Unknown("file_missing")
    ExportFolder(exports.folder).put("csv-20261123-0123456789ab.csv", b"x")
    assert exit_.inquire(permit, [item]) == Accepted("csv-20261123-0123456789ab.csv")


def test_files_go_when_their_days_are_over(exports: Exports, clock: FixedClock) -> None:
    """The folder keeps an export for the days configured, and never touches a file that is not an export."""
    exports.add()
    exports.export("csv")
    (exports.folder / "notes.txt").write_text("mine")
    clock.advance(14 * DAY)
    assert sweep(exports.register) == []
    clock.advance(DAY)
    assert len(sweep(exports.register)) == 1
    assert [path.name for path in exports.folder.iterdir()] == ["notes.txt"]
