"""Orders at the desk: marked and sent together, cancelled, archived, changed; what is open; states read back."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from core.customers import invoices, invoicing, orders, restrictions
from core.customers.invoices import InvoiceState, State
from core.customers.money import OrderLine
from core.customers.orders import OrderSettings, OrderState
from core.customers.restrictions import Ground
from core.disclosure.gate import Gate
from core.messages import LANGUAGES
from core.staff.access_log import recent
from tests.conftest import THE_MORNING
from tests.support.screens import assert_screen, seated
from tests.tui.test_reviews import Clerk

if TYPE_CHECKING:
    from tests.support.office import Office

LINE = OrderLine("OM", "Omenapuu", Decimal(2), Decimal("34.90"), Decimal("25.5"))
DAY = date(2026, 11, 20)
ELLI, MAIJA, MATTI = 2, 3, 4


class Shop:
    """An office that takes orders, and an accountant who gets them."""

    def __init__(self, office: Office) -> None:
        clerk = Clerk(office)
        self.office, self.partner = office, clerk.partner
        register, partners = office.register, {"partner": clerk.partner}
        listeners = (invoicing.OrderListener(),)
        register.__dict__["gate"] = Gate(
            register.database, register.keyring, register.log, partners.__getitem__, listeners
        )

    def place(self, *customer_ids: int, draft: bool = False) -> list[int]:
        """An order of each; their ids."""
        with self.office.register.database.unit_of_work() as uow:
            placed = [
                orders.place(
                    uow, self.office.actor, one, [LINE], placed_on=DAY, payment_term_days=14,
                    settings=OrderSettings(1001, 10001), draft=draft,
                )
                for one in customer_ids
            ]  # fmt: skip
            uow.commit()
        return [order.id for order in placed]

    def states(self) -> list[OrderState]:
        """Where all orders stand, the oldest first."""
        with self.office.register.database.reading() as connection:
            return [order.state for order in reversed(orders.recent(connection, 99))]


@pytest.fixture
def shop(office: Office) -> Shop:
    """A shop without orders."""
    return Shop(office)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_looks(shop: Shop, office: Office, language: str) -> None:
    """Each view and form as it is kept in ``snapshots``."""
    shop.place(ELLI, draft=True)
    ids = shop.place(MAIJA, MATTI, ELLI)
    invoicing.send_order(office.register, office.actor, ids[2])
    async with seated(office, language) as desk:
        await desk.press("3", "f4")
        assert_screen(f"orders.{language}", desk)
        await desk.press("f8")
        assert_screen(f"orders_send.{language}", desk)
        await desk.press("f12", "f7")
        assert_screen(f"orders_put_away.{language}", desk)
        await desk.press("f12", "2")
        assert_screen(f"orders_invoices.{language}", desk)
        await desk.press("3")
        assert_screen(f"orders_all.{language}", desk)


class TestSending:
    """F8."""

    async def test_all_at_once(self, shop: Shop, office: Office) -> None:
        """F4 marks, F8 shows each, F10 sends each in a transfer of its own; a look at each is on record."""
        shop.place(MAIJA, MATTI, MAIJA)
        async with seated(office) as desk:
            await desk.press("3", "f4")
            assert "Merkittyjä tilauksia: 3, 262,80 EUR." in desk.message
            await desk.press("f8", "enter")
            assert "F10" in desk.message
            assert shop.partner.arrivals == []
            with office.register.database.reading() as connection:
                looks = [(look.customer_id, look.task) for look in recent(connection, limit=3)]
            assert sorted(looks, key=str) == [
                (MAIJA, "invoicing"),
                (MAIJA, "invoicing"),
                (MATTI, "invoicing"),
            ]
            await desk.press("f10")
            assert "Lähetetty 3 tilausta." in desk.message
            assert "100%" in desk.text
            await desk.press("f12")
            assert "Lähetettävät" in desk.text
            assert "Omenapuu" not in desk.text
            assert desk.app.current.area == "orders"
        assert shop.states() == [OrderState.SENT] * 3
        assert len(shop.partner.arrivals) == 3

    async def test_the_marked_alone(self, shop: Shop, office: Office) -> None:
        """The space bar marks and goes on; what is not marked stays; one alone has the preview of one."""
        shop.place(MAIJA, MATTI, ELLI)
        async with seated(office) as desk:
            await desk.press("3", "space", "down", "space", "f8", "f10")
        assert shop.states() == [OrderState.SENT, OrderState.PLACED, OrderState.SENT]
        async with seated(office) as desk:
            await desk.press("3", "f8")
            assert "Lähetä tilaus 1002" in desk.rows()[0]

    async def test_who_may_not_be_sent_is_said_beforehand(self, shop: Shop, office: Office) -> None:
        """A restricted customer's order stays, with the reason; the others leave."""
        shop.place(MAIJA, MATTI)
        with office.register.database.unit_of_work() as uow:
            restrictions.restrict(uow, office.actor, MATTI, ground=Ground.UNLAWFUL, since=DAY)
            uow.commit()
        async with seated(office) as desk:
            await desk.press("3", "f4", "f8")
            assert "Tilaus 1002 jää:" in desk.text
            await desk.press("f10")
            assert "Lähetetty 1/2 tilausta." in desk.message
            await desk.press("f12", "f4", "f8")
        assert shop.states() == [OrderState.SENT, OrderState.PLACED]

    async def test_stopped_on_the_way(
        self, shop: Shop, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """F8 stops after the one under way; nobody leaves the screen meanwhile; the rest wait as they were."""
        shop.place(MAIJA, MATTI, ELLI)
        under_way, go_on = threading.Event(), threading.Event()
        deliver = shop.partner.deliver

        def slowly(*arguments: Any) -> Any:
            under_way.set()
            assert go_on.wait(20)
            return deliver(*arguments)

        monkeypatch.setattr(shop.partner, "deliver", slowly)
        async with seated(office) as desk:
            await desk.press("3", "f4", "f8")
            await desk.pilot.press("f10")
            while not under_way.is_set():
                await desk.pilot.pause(0.01)
            await desk.pilot.press("f12")
            assert "F8" in desk.message
            await desk.pilot.press("f8")
            go_on.set()
            await desk.settle()
            assert "Lähetetty 1/3 tilausta." in desk.message
            assert "Aloittamatta: 2" in desk.text
        assert shop.states() == [OrderState.SENT, OrderState.PLACED, OrderState.PLACED]

    async def test_the_accountant_is_away(self, shop: Shop, office: Office) -> None:
        """Nothing is sent, each order says so, and they wait to be sent again."""
        shop.place(MAIJA, MATTI)
        shop.partner.fault = "no_connection"
        async with seated(office) as desk:
            await desk.press("3", "f4", "f8", "f10")
            assert "Lähetetty 0/2 tilausta." in desk.message
        assert shop.states() == [OrderState.PLACED] * 2

    async def test_an_order_changed_after_it_was_shown_stays(self, shop: Shop, office: Office) -> None:
        """Exactly what is shown leaves, or nothing of it."""
        ids = shop.place(MAIJA, MATTI)
        async with seated(office) as desk:
            await desk.press("3", "f4", "f8")
            with office.register.database.unit_of_work() as uow:
                found = orders.get(uow.connection, ids[0])
                orders.change(
                    uow, office.actor, ids[0], version=found.version, lines=[LINE, LINE], reference=None,
                    due_date=found.due_date,
                )  # fmt: skip
                uow.commit()
            await desk.press("f10")
            assert "Lähetetty 1/2 tilausta." in desk.message
        assert shop.states() == [OrderState.PLACED, OrderState.SENT]


class TestPuttingAway:
    """F7."""

    async def test_cancelled_from_the_list(self, shop: Shop, office: Office) -> None:
        """Cancel or archive is chosen by the person; the order leaves the list and keeps its number."""
        shop.place(MAIJA, MATTI)
        async with seated(office) as desk:
            await desk.press("3", "down", "f7", "f10")
            assert "Valitse" in desk.message
            await desk.press("space", "f10")
            assert "Tilaukset 1002: peruttu." in desk.message
            assert "Virtanen Matti" not in desk.text
        assert shop.states() == [OrderState.PLACED, OrderState.CANCELLED]

    async def test_many_archived(self, shop: Shop, office: Office) -> None:
        """Sent orders can only be archived, so that stands ready; what can be neither is not marked."""
        ids = shop.place(MAIJA, MATTI, ELLI)
        for one in ids[:2]:
            invoicing.send_order(office.register, office.actor, one)
        async with seated(office) as desk:
            await desk.press("3", "3", "down", "space", "space", "f7", "f10")
            assert "arkistoitu" in desk.message
            await desk.press("home", "f4", "f7")
            assert "arkistoi" in desk.text
        assert shop.states() == [OrderState.ARCHIVED, OrderState.ARCHIVED, OrderState.PLACED]

    async def test_what_cannot_be_done_together_is_said(self, shop: Shop, office: Office) -> None:
        """A draft can only be cancelled, a sent order only archived."""
        shop.place(ELLI, draft=True)
        (sent,) = shop.place(MAIJA)
        invoicing.send_order(office.register, office.actor, sent)
        async with seated(office) as desk:
            await desk.press("3", "3", "f4", "f7")
            assert "yhdessä" in desk.message
        assert shop.states() == [OrderState.DRAFT, OrderState.SENT]

    async def test_from_the_order_itself(self, shop: Shop, office: Office) -> None:
        """A draft and a sent order from their own screens; unsaved changes are not lost by it."""
        shop.place(ELLI, draft=True)
        (sent,) = shop.place(MAIJA)
        invoicing.send_order(office.register, office.actor, sent)
        async with seated(office) as desk:
            await desk.press("3", "enter", "x", "f7")
            assert "Tallenna" in desk.message
            await desk.press("f12", "f12", "enter", "f7", "f10")
            assert "peruttu" in desk.message
            await desk.press("3", "enter", "f7", "f10")
            assert "arkistoitu" in desk.message
            assert desk.app.current.area == "orders"
        assert shop.states() == [OrderState.CANCELLED, OrderState.ARCHIVED]

    async def test_changed_meanwhile(self, shop: Shop, office: Office) -> None:
        """All or none: one that a colleague has changed keeps the others too."""
        ids = shop.place(MAIJA, MATTI)
        async with seated(office) as desk:
            await desk.press("3", "f4", "f7", "space")
            with office.register.database.unit_of_work() as uow:
                orders.cancel(uow, office.actor, ids[1], version=1)
                uow.commit()
            await desk.press("f10")
            assert "!!" in desk.text
        assert shop.states() == [OrderState.PLACED, OrderState.CANCELLED]


class TestOpen:
    """What is open, and how it is known."""

    async def test_a_placed_order_is_changed(self, shop: Shop, office: Office) -> None:
        """Enter opens it with what stands in it; F10 saves lines and term."""
        (placed,) = shop.place(MAIJA)
        async with seated(office) as desk:
            await desk.press(
                "3", "enter", "tab", "tab", "3", "shift+tab", "shift+tab", "shift+tab", "2", "1", "f10"
            )
            assert "✓" in desk.text
        with office.register.database.reading() as connection:
            order = orders.get(connection, placed)
        assert (order.lines[0].quantity, order.due_date) == (Decimal(3), date(2026, 12, 11))

    async def test_open_invoices_and_their_states(
        self, shop: Shop, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """2 lists what is owed with its sum; F9 reads from accounting, and what is paid is gone; Enter: the order."""
        for one in shop.place(MAIJA, MATTI):
            invoicing.send_order(office.register, office.actor, one)

        def read_invoice_states(actor: object) -> object:
            with office.register.database.unit_of_work() as uow:
                (first, _) = invoices.open_invoices(uow.connection)
                paid = InvoiceState(
                    first.number, first.accounting_key, first.date, first.due_date, first.total, Decimal(0),
                    State.PAID, THE_MORNING,
                )  # fmt: skip
                invoices.record_states(uow, office.actor, [paid])
                uow.commit()
            return SimpleNamespace(read=2, changed=1)

        async with seated(office) as desk:
            desk.app.seat.__dict__["hub"] = SimpleNamespace(read_invoice_states=read_invoice_states)
            await desk.press("3", "2")
            assert "Avoimia laskuja: 2, 175,20 EUR." in desk.message
            await desk.press("f9")
            assert "1 muuttui" in desk.message or "muuttunut" in desk.message
            assert "10001" not in desk.text
            assert "10002" in desk.text
            await desk.press("enter")
            assert "Tilaus 1002" in desk.rows()[0]
