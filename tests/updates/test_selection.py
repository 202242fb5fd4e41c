"""The selection: asked about through the gate alone, with nobody in it who must not be."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from core.actor import Role
from core.clock import HELSINKI
from core.customers import bans, orders, restrictions
from core.customers import service as customers
from core.customers.bans import BanKind
from core.customers.model import customer_table
from core.customers.money import OrderLine
from core.customers.restrictions import Ground
from core.customers.types import CustomerValues, Kind, Source, SourceKind
from core.disclosure.log import DisclosureLog, LogSigner
from core.disclosure.recipients import sync_recipients
from core.disclosure.types import LeftOutReason, TransferState
from core.errors import NotPermitted
from core.staff.access_log import Access, recent
from core.updates import service
from core.updates.errors import NobodySelected, NoSuchService
from core.updates.selection import Criteria, plan_selection, send_selection
from integrations.hub import Hub
from tests.support.update_house import SERVICE
from tui.cli.main import Cli, main

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.register import Register
    from tests.conftest import MakeActor
    from tests.updates.conftest import Add, WriteAnswer

DAY = date(2026, 11, 1)
STAFF = Source(SourceKind.STAFF, "call")


@pytest.fixture
def sending(register: Register, actor: Actor, tmp_path: Path) -> Register:
    """The register with its log, its recipients and the real way out to the address service."""
    LogSigner.create(tmp_path / "log.key", register.config.log.origin)
    log: DisclosureLog = register.log
    log.create(policy="1", software="0.1.0")
    with register.database.unit_of_work() as uow:
        sync_recipients(uow, actor, register.config.recipients)
        uow.commit()
    hub = Hub(register.config, register.database, register.clock)
    register.exits = hub.exit
    return register


def out_files(register: Register) -> list[Path]:
    """What lies in the folder for the service."""
    return sorted((register.config.files.exchange_directory / "address_file" / "out").glob("*"))


def test_the_file_holds_the_allowed_fields_of_the_allowed_people(
    sending: Register, importer: Actor, actor: Actor, add: Add
) -> None:
    """Whoever forbade updates, is restricted, protected, gone or a firm isn't in the file; the log has it."""
    people = {number: add(number) for number in ("1", "2", "3", "4", "5")}
    add("6", values=CustomerValues(kind=Kind.ORGANISATION, organisation_name="Putki Oy"))
    with sending.database.unit_of_work() as uow:
        bans.forbid(uow, actor, people["2"].id, BanKind.REGISTER_UPDATE, origin="letter", since=DAY)
        restrictions.restrict(uow, actor, people["3"].id, ground=Ground.ACCURACY_CONTESTED, since=DAY)
        customers.protect_address(uow, actor, people["4"].id, STAFF, protected=True, version=1)
        customers.end_relationship(uow, actor, people["5"].id, ended_on=DAY, source=STAFF, version=1)
        uow.commit()
    result = send_selection(sending, importer, SERVICE, Criteria())
    assert result.state is TransferState.DELIVERED
    (path,) = out_files(sending)
    assert path.read_bytes().decode("iso-8859-15").splitlines() == [
        "Asiakasnumero;Sukunimi;Etunimi;Katuosoite;Postinumero;Postitoimipaikka",
        "1;Mäkelä;Maija;Koivukatu 1;00100;Helsinki",
    ]
    assert {left.number: left.reason for left in result.left_out} == {
        "2": LeftOutReason.BAN,
        "3": LeftOutReason.RESTRICTION,
        "4": LeftOutReason.PROTECTED_ADDRESS,
        "5": LeftOutReason.NO_BASIS,
    }
    assert sending.log.verify().verified


def test_criteria_choose(sending: Register, importer: Actor, add: Add) -> None:
    """Numbers, the beginning of the postcode and a limit choose who is asked about; a preview sends nothing."""
    add("1")
    add("2", values=CustomerValues(last_name="Aho", street="A 1", postcode="33100", town="Tampere"))
    add("3", values=CustomerValues(last_name="Eho", street="E 1", postcode="33200", town="Tampere"))

    def chosen(criteria: Criteria) -> set[object]:
        plan = plan_selection(sending, importer, SERVICE, criteria).plan
        return {item.fields["customer.number"] for item in plan.items}

    assert chosen(Criteria(numbers=("1", "3", "99"))) == {"1", "3"}
    assert chosen(Criteria(postcode="33")) == {"2", "3"}
    assert chosen(Criteria(postcode="33", limit=1)) == {"2"}
    assert not out_files(sending)


def test_who_is_asked_about_is_chosen_by_what_is_known(
    sending: Register, importer: Actor, actor: Actor, add: Add, clock: FixedClock, answer: WriteAnswer
) -> None:
    """Who gave the address, when it was last given or confirmed, and who has ordered lately, each alone and together."""
    first, second = add("1").id, add("2", source=STAFF).id
    third = add("3", source=Source(SourceKind.SELF, "letter")).id
    clock.advance(100 * 86_400)
    turn = clock.now().astimezone(HELSINKI).date()
    with sending.database.unit_of_work() as uow:
        changed = customers.change(uow, actor, third, {"email": "a@example.fi"}, STAFF, version=1)
        customers.change(uow, actor, first, {"street": "Uusi tie 1"}, STAFF, version=1)
        lines = [OrderLine("T1", "Tuote", Decimal(1), Decimal(10), Decimal("25.5"))]
        orders.place(uow, actor, changed.id, lines, placed_on=turn, payment_term_days=14)
        orders.place(uow, actor, second, lines, placed_on=turn, payment_term_days=14, draft=True)
        uow.commit()

    def chosen(criteria: Criteria) -> set[object]:
        plan = plan_selection(sending, importer, SERVICE, criteria).plan
        return {item.fields["customer.number"] for item in plan.items}

    assert chosen(Criteria(confirmed_before=turn)) == {"2", "3"}
    assert chosen(Criteria(confirmed_before=turn + timedelta(days=1))) == {"1", "2", "3"}
    assert chosen(Criteria(sources=(SourceKind.STAFF,))) == {"1", "2"}
    assert chosen(Criteria(sources=(SourceKind.SELF, SourceKind.STAFF))) == {"1", "2", "3"}
    assert chosen(Criteria(no_orders_since=turn)) == {"1", "2"}
    assert chosen(Criteria(no_orders_since=turn, confirmed_before=turn, sources=(SourceKind.STAFF,))) == {"2"}
    # An answer that found the address as it is has confirmed it.
    run = service.prepare(sending, importer, SERVICE, answer(("2", "M", "Koivukatu 1", "00100", "Helsinki")))
    service.apply(sending, importer, run.id)
    assert chosen(Criteria(confirmed_before=turn)) == {"3"}


def test_nobody_chosen_is_told(sending: Register, importer: Actor, add: Add) -> None:
    """Criteria that fit nobody, erased people among them, end in a sentence instead of an empty file."""
    erased = add("1")
    with sending.database.unit_of_work() as uow:
        table = customer_table
        uow.connection.execute(update(table).where(table.c.id == erased.id).values(status="erased"))
        uow.commit()
    with pytest.raises(NobodySelected):
        plan_selection(sending, importer, SERVICE, Criteria())
    with pytest.raises(NoSuchService):
        plan_selection(sending, importer, "toinen", Criteria())


def test_only_importers_ask(sending: Register, make_actor: MakeActor, add: Add) -> None:
    """A clerk can't send a selection."""
    add("1")
    with pytest.raises(NotPermitted):
        send_selection(sending, make_actor(Role.CLERK), SERVICE, Criteria())


def test_a_preview_on_the_command_line_is_a_look(
    sending: Register, importer: Actor, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a name is printed it stands in the access log who saw how many, and for what."""
    add("1")
    add("2")
    monkeypatch.setattr(Cli, "register", lambda _: sending)
    monkeypatch.setattr(Cli, "actor", lambda _: importer)
    with pytest.raises(SystemExit) as ended:
        main(["update", "send", SERVICE, "--preview"])
    assert ended.value.code == 0
    with sending.database.reading() as connection:
        (look,) = recent(connection)
    assert (look.action, look.task, look.detail) == (Access.LIST, "address_update", "2 rows")
