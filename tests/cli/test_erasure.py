"""`rekisteri erasure` as the contact person types it, and as run-due completes it, on both databases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, update

from core.customers import orders, search
from core.customers.invoices import State
from core.customers.model import customer_order_table, customer_table, invoice_table
from core.customers.money import OrderLine
from core.customers.orders import OrderState
from core.customers.types import CustomerValues, Kind, NewCustomer
from core.keys import data_key_table
from tests.support.office import open_office
from tests.support.rights_desk import RightsDesk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.clock import FixedClock
    from tests.support.postgres import Cluster

DAY = 24 * 60 * 60


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[RightsDesk]:
    """A desk in a register of its own, in which there is one person."""
    given = {}
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        given["database.url"] = cluster.create_database(f"erasure_{tmp_path.name}".lower()[:60])
    office = open_office(tmp_path / "office", clock, given)
    values = CustomerValues(
        Kind.PERSON,
        "Maija-Liisa",
        "Kummallinen",
        street="Erikoiskatu 77 B",
        postcode="00100",
        town="Helsinki",
    )
    office.add_rows([NewCustomer(values, "1001")])
    yield RightsDesk(office, monkeypatch, capsys)
    office.register.close()
    if given:
        cluster.drop_database(f"erasure_{tmp_path.name}".lower()[:60])


def invoiced(desk: RightsDesk, day: date) -> None:
    """An open invoice of the person's."""
    line = OrderLine("A1", "Tuote", Decimal(1), Decimal(10), Decimal("25.5"))
    with desk.office.register.database.unit_of_work() as uow:
        one = uow.connection.execute(select(customer_table.c.id)).scalar_one()
        placed = orders.place(uow, desk.actor, one, [line], placed_on=day, payment_term_days=14)
        table = customer_order_table
        uow.connection.execute(update(table).where(table.c.id == placed.id).values(state=OrderState.SENT))
        uow.connection.execute(
            insert(invoice_table).values(
                number=90001,
                order_id=placed.id,
                customer_id=one,
                date=day,
                due_date=day,
                total=Decimal("12.55"),
                open_total=Decimal("12.55"),
                state=State.OPEN,
                read_at=uow.now,
            )
        )
        uow.commit()


def pay(desk: RightsDesk) -> None:
    """Accounting says that it is paid."""
    with desk.office.register.database.unit_of_work() as uow:
        uow.connection.execute(update(invoice_table).values(state=State.PAID, open_total=Decimal(0)))
        uow.commit()


def test_an_open_invoice_is_named_with_its_day_and_run_due_completes_it(
    desk: RightsDesk, clock: FixedClock
) -> None:
    """Refused in both languages; paid, what vouchers need stays until its day; the day after, it goes by itself."""
    invoiced(desk, date(2026, 3, 31))
    desk.receive("erasure")
    desk.types("case", "decide", 1, "granted")
    assert desk.data("erasure", "plan", 1)["blocked"]
    desk.types("erasure", "tell", 1)
    refused = desk.types("erasure", "carry-out", 1, code=1)
    assert "The person of case 1 cannot be erased now: an invoice is open (90001)" in refused
    assert "when the invoice is paid" in refused
    assert "kept until 31.12.2032" in refused
    refused = desk.types("erasure", "carry-out", 1, code=1, language="fi")
    assert "Asian 1 henkilöä ei voi nyt poistaa: lasku on avoin (90001)" in refused
    assert "säilytetään 31.12.2032 asti" in refused
    assert desk.data("case", "show", 1)["state"] == "waiting_hold"
    assert desk.data("run-due")["erasures_completed"] == []

    pay(desk)
    assert desk.data("run-due")["erasures_completed"] == [1]
    shown = desk.data("case", "show", 1)
    assert (shown["state"], shown["due_by_itself_on"]) == ("waiting_hold", "2032-12-31")
    with desk.office.register.database.reading() as connection:
        assert search.search(connection, "kummallinen") == []
    refused = desk.types("erasure", "carry-out", 1, code=1)
    assert "kept until 31.12.2032" in refused
    assert desk.data("erasure", "certificate", 1)["kept_until"] == "2032-12-31"

    clock.advance((date(2032, 12, 31) - date(2026, 11, 23)).days * DAY)
    assert desk.data("run-due")["erasures_completed"] == []
    clock.advance(DAY)
    told = desk.types("run-due", language="fi")
    assert "Valmistuneita poistoja: 1" in told
    assert desk.data("case", "show", 1)["state"] == "closed"
    assert desk.data("run-due")["erasures_completed"] == []
    with desk.office.register.database.reading() as connection:
        assert connection.execute(select(data_key_table.c.wrapped)).scalars().all() == [None]
        assert connection.execute(select(customer_table.c.last_name)).scalars().all() == [None]
    assert desk.office.register.log.verify().problem_count == 0


def test_the_certificate_says_what_went_and_names_nobody(desk: RightsDesk, tmp_path: Path) -> None:
    """Counts, steps, proof and what stays, in both languages; nothing of the person but the case's number."""
    desk.receive("erasure", said="Poistakaa.")
    assert "Nobody has been erased by case 1" in desk.types("erasure", "certificate", 1, code=1)
    desk.types("case", "decide", 1, "granted")
    desk.types("erasure", "tell", 1)
    done = desk.data("erasure", "carry-out", 1)
    data = desk.data("erasure", "certificate", 1)
    assert [it["step"] for it in data["steps"]] == ["emptied", "proved"]
    assert data["rows"] == done["rows"]
    assert data["read_back"]["bytes"] == done["bytes"]
    assert (data["kept_until"], data["told"], data["keys_destroyed"]) == (None, [], 0)
    finnish = desk.types("erasure", "certificate", 1, language="fi")
    assert "Todistus tietojen poistamisesta, asia 1" in finnish
    assert "Mitä jää\n  Henkilöstä: ei mitään" in finnish
    for language in ("fi", "en"):
        desk.types("erasure", "certificate", 1, "--pdf", tmp_path / f"{language}.pdf", language=language)
    assert (tmp_path / "fi.pdf").read_bytes().startswith(b"%PDF")
    said = f"{data}{finnish}"
    assert not any(name in said for name in ("Maija-Liisa", "Kummallinen", "Erikoiskatu", "1001"))
