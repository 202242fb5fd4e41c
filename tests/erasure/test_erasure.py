"""Erasure: refused while something holds, recipients first, nothing left in any file, completed by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, update

from core.customers import orders, sealed, search, service
from core.customers.errors import ErasedBefore
from core.customers.invoices import State
from core.customers.model import customer_order_table, customer_table, invoice_table
from core.customers.money import OrderLine
from core.customers.orders import OrderState
from core.customers.types import NewCustomer, Source, SourceKind
from core.rights import reading
from core.rights.erasure import cleaning, scan, voucher
from core.rights.erasure.errors import Held, NotAnErasure, RecipientsFirst, StillThere
from core.rights.erasure.needles import gather
from core.rights.erasure.service import carry_out, complete_due, dry_run, tell
from core.rights.types import CaseKind, CaseState, reference

if TYPE_CHECKING:
    from pathlib import Path

    from tests.erasure.conftest import House

STAFF = Source(SourceKind.STAFF, "desk")
DAY = 24 * 60 * 60
MAIJA = {
    "first_name": "Maija-Liisa",
    "last_name": "Kummallinen",
    "email": "maija.kummallinen@example.fi",
    "street": "Erikoiskatu 77 B",
}


def live(house: House) -> int:
    """A person with a history, bank details and a transfer to the collector; returns the id."""
    one = house.notices.add(**MAIJA)
    house.notices.change(one.id, street="Toinen erikoiskatu 3")
    with house.register.database.unit_of_work() as uow:
        sealed.set_iban(uow, house.register.keyring, house.actor, one.id, "FI2112345600000785", source=STAFF)
        uow.commit()
    house.notices.export("collector", one.id)
    return one.id


def invoiced(house: House, customer_id: int, state: State, day: date) -> None:
    """An order of the person's, invoiced."""
    line = OrderLine("A1", "Maija-Liisan tuote", Decimal(1), Decimal(10), Decimal("25.5"))
    with house.register.database.unit_of_work() as uow:
        placed = orders.place(uow, house.actor, customer_id, [line], placed_on=day, payment_term_days=14)
        table = customer_order_table
        uow.connection.execute(update(table).where(table.c.id == placed.id).values(state=OrderState.SENT))
        uow.connection.execute(
            insert(invoice_table).values(
                number=90000 + placed.id,
                order_id=placed.id,
                customer_id=customer_id,
                date=day,
                due_date=day,
                total=Decimal("12.55"),
                open_total=Decimal("12.55"),
                state=state,
                read_at=uow.now,
            )
        )
        uow.commit()


def pay(house: House) -> None:
    """Accounting says that everything is paid."""
    with house.register.database.unit_of_work() as uow:
        uow.connection.execute(update(invoice_table).values(state=State.PAID, open_total=Decimal(0)))
        uow.commit()


def test_a_person_is_erased_and_it_is_proved(house: House) -> None:
    """Told, emptied, key destroyed, read back; the case is closed without a word, the log verifies as before."""
    register = house.register
    one, other = live(house), house.notices.add(first_name="Muu")
    with register.database.reading() as connection:
        needles = gather(connection, register.keyring, one)
    assert scan.read_back(register, needles).found
    number = house.granted(one)
    plan = dry_run(register, house.actor, number)
    assert plan.recipients == ("collector",)
    assert plan.rows["customer"] == 1
    assert not plan.blocked
    tell(register, house.actor, number)
    with pytest.raises(RecipientsFirst, match="collector"):
        carry_out(register, house.actor, number)
    house.told(number)
    done = carry_out(register, house.actor, number)
    assert (done.case.state, done.case.customer_id) == (CaseState.CLOSED, None)
    assert done.scan.found == ()
    assert scan.read_back(register, needles).found == ()
    assert register.log.verify().problem_count == 0
    assert register.fence.holds({**MAIJA, "street": None})
    assert not register.fence.holds({"first_name": "Muu", "last_name": "Mäkelä", "phone": "+358401234567"})
    with register.database.reading() as connection:
        assert search.search(connection, "kummallinen") == []
        assert service.get(connection, other.id).values.first_name == "Muu"
        assert register.keyring.existing_data_key(connection, one) is None
        kinds = [it.kind for it in reading.events(connection, register.keyring, number)]
        assert kinds[-1] == "carried_out"


def test_an_open_invoice_refuses_and_it_completes_by_itself(
    house: House,
) -> None:
    """The hold and its day are named; once paid, what vouchers need stays sealed until its day, then goes too."""
    register = house.register
    one = live(house)
    invoiced(house, one, State.OPEN, date(2026, 3, 31))
    number = house.granted(one)
    tell(register, house.actor, number)
    house.told(number)
    with pytest.raises(Held, match="an invoice is open"):
        carry_out(register, house.actor, number)
    assert house.state(number) == CaseState.WAITING_HOLD
    with register.database.reading() as connection:
        assert reading.case(connection, number).due_by_itself_on == date(2032, 12, 31)
    assert complete_due(register, house.actor) == []
    pay(house)
    (partly,) = complete_due(register, house.actor)
    assert (partly.case.state, partly.kept_until) == (CaseState.WAITING_HOLD, date(2032, 12, 31))
    with register.database.unit_of_work() as uow:
        copy = voucher.open_copy(uow, register.keyring, house.actor, one, reason="tilintarkastus")
        assert copy is not None
        assert (copy["last_name"], copy["invoices"][0]["state"]) == ("Kummallinen", "paid")
        assert search.search(uow.connection, "kummallinen") == []
        uow.commit()
    house.notices.clock.advance((date(2032, 12, 31) - date(2026, 11, 23)).days * DAY)
    assert complete_due(register, house.actor) == []
    house.notices.clock.advance(DAY)
    (done,) = complete_due(register, house.actor)
    assert (done.case.state, done.kept_until) == (CaseState.CLOSED, None)
    assert complete_due(register, house.actor) == []
    with register.database.reading() as connection:
        assert register.keyring.existing_data_key(connection, one) is None
        assert connection.execute(select(customer_table.c.last_name)).scalars().all() == [None]
    assert register.log.verify().problem_count == 0


def test_what_is_found_again_keeps_the_case_open(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that someone left in a folder is named by its place, never by its value; mended, it goes on."""
    register = house.register
    one = live(house)
    number = house.granted(one)
    tell(register, house.actor, number)
    house.told(number)
    stray = register.config.files.exchange_directory / "kopio.txt"
    stray.parent.mkdir(exist_ok=True)
    stray.write_text("x" * 5000 + MAIJA["email"])
    with monkeypatch.context() as patch:
        patch.setattr(cleaning, "remove_files", lambda *_: 0)
        with pytest.raises(StillThere) as found:
            carry_out(register, house.actor, number)
    # The sentence shortens a long list; the place is in it all the same.
    assert "kopio" in str(found.value.data["places"])
    assert house.state(number) == CaseState.DECIDED
    done = carry_out(register, house.actor, number)
    assert done.case.state is CaseState.CLOSED
    assert not stray.exists()


@pytest.mark.parametrize("last", ["remember", "fence_out", "empty", "prove"])
def test_an_interrupted_erasure_goes_on(house: House, monkeypatch: pytest.MonkeyPatch, last: str) -> None:
    """Whatever step the program stopped before, the next attempt does the rest."""
    register = house.register
    one = live(house)
    number = house.granted(one)
    tell(register, house.actor, number)
    house.told(number)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"core.rights.erasure.service.{last}", stop)
        with pytest.raises(KeyboardInterrupt):
            carry_out(register, house.actor, number)
    done = carry_out(register, house.actor, number)
    assert done.case.state is CaseState.CLOSED
    assert done.scan.found == ()


def test_only_a_granted_erasure_is_carried_out(house: House, tmp_path: Path) -> None:
    """Another kind of case erases nobody."""
    one = live(house)
    number = house.granted(one, kind=CaseKind.ACCESS)
    for act in (carry_out, dry_run, tell):
        with pytest.raises(NotAnErasure):
            act(house.register, house.actor, number)
    assert reference(number) == f"case {number}"


def test_nobody_erased_comes_back_by_an_old_file(house: House) -> None:
    """The same values are refused at every way in; a person's own new wish, with its reason, is let in."""
    register = house.register
    register.database.fence = register.fence
    one = house.notices.add(**MAIJA)
    number = house.granted(one.id)
    carry_out(register, house.actor, number)
    with pytest.raises(ErasedBefore):
        house.notices.add(**MAIJA, phone=None)
    with register.database.unit_of_work() as uow:
        both = [NewCustomer(replace(one.values)), NewCustomer(replace(one.values, last_name="Muu"))]
        assert service.erased_among(uow, both) == [0]
        with pytest.raises(ErasedBefore):
            service.add_many(uow, house.actor, both, STAFF)
        back = service.add(uow, house.actor, one.values, STAFF, returning="new order by telephone")
        assert back.id != one.id
        uow.commit()
