"""Cancelling and archiving orders: which, shown; what, chosen; then all of them or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.customers import orders
from core.customers.orders import NEXT, OrderState
from core.customers.words import ORDER_STATE_NAMES
from core.messages import N_, tr
from tui.screens.base import BaseScreen
from tui.screens.words import money, named
from tui.widgets.details import Details, Piece, ReadRow
from tui.widgets.form import Field, Form, Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from textual.widget import Widget

    from core.customers.orders import Order
    from tui.app import RegisterApp

_WAYS: Final = {OrderState.CANCELLED: N_("cancel"), OrderState.ARCHIVED: N_("archive")}
_FORM_ROWS: Final = 6


def ways(chosen: Sequence[Order]) -> tuple[OrderState, ...]:
    """What may be done with every one of *chosen*: cancel, archive, both or nothing."""
    return tuple(way for way in _WAYS if chosen and all(way in NEXT[order.state] for order in chosen))


class PutAway(BaseScreen):
    """The choice stands ready when there is only one; which orders it is about is seen below."""

    area = "put_away"

    def __init__(self, desk: RegisterApp, chosen: Sequence[Order], names: Mapping[int, str]) -> None:
        super().__init__(desk)
        self.orders = tuple(chosen)
        possible = ways(chosen)
        choices = tuple((str(way), tr(_WAYS[way], desk.language)) for way in possible)
        told = N_("Cancelled: it will not be invoiced. Archived: done with, off the lists.")
        self.form = Form(
            [
                Field(
                    "way", self.tr(N_("What")), 1, 20, kind="choice", choices=choices,
                    help=self.tr(N_("Space goes through the choices.")),
                )
            ],
            {"way": str(possible[0])} if len(possible) == 1 else {},
            notes=[
                Note(3, self.tr(told)),
                Note(4, self.tr(N_("The order and its number stay in the register either way."))),
            ],
        )  # fmt: skip
        self.form.styles.height = _FORM_ROWS
        self.details = Details([self._row(order, names) for order in chosen])

    def heading(self) -> str:
        """Which."""
        if len(self.orders) == 1:
            return self.tr(N_("Put order {number} away"), number=self.orders[0].number)
        return self.tr(N_("Put {count} orders away"), count=len(self.orders))

    @property
    def active(self) -> Form:
        """The form."""
        return self.form

    def body(self) -> Iterable[Widget]:
        """The choice above, the orders below."""
        yield self.form
        yield self.details

    def _row(self, order: Order, names: Mapping[int, str]) -> ReadRow:
        state = named(ORDER_STATE_NAMES, order.state, self.desk.language)
        return (
            Piece(1, str(order.number).rjust(7)),
            Piece(10, names.get(order.customer_id, ""), width=36),
            Piece(47, money(order.total_gross).rjust(12)),
            Piece(61, state),
        )

    def take_key(self, key: str, character: str | None) -> None:
        """Page keys scroll the orders; the rest is for the choice."""
        if key in {"pageup", "pagedown", "up", "down"}:
            self.details.take_key(key, character)
        else:
            super().take_key(key, character)

    async def do_save(self) -> None:
        """F10: all in one transaction."""
        if not self.form.value("way"):
            self.say(self.tr(N_("Choose with the space bar: cancel or archive.")), "error")
            return
        way = OrderState(self.form.value("way"))
        act = orders.cancel if way is OrderState.CANCELLED else orders.archive
        seat = self.desk.seat
        with seat.writing() as uow:
            for order in self.orders:
                act(uow, seat.actor, order.id, version=order.version)
        await self.desk.back("put away")
        numbers = ", ".join(str(order.number) for order in self.orders[:8])
        more = "…" if len(self.orders) > len(self.orders[:8]) else ""
        state = named(ORDER_STATE_NAMES, way, self.desk.language)
        self.desk.current.say(
            self.tr(N_("Orders {numbers}: {state}."), numbers=numbers + more, state=state), "done"
        )


async def put_away(screen: BaseScreen, chosen: Sequence[Order], names: Mapping[int, str]) -> None:
    """Open the choice for *chosen*, or say on *screen* why there is none."""
    if ways(chosen):
        await screen.desk.open(PutAway(screen.desk, chosen, names))
    elif len(chosen) == 1:
        state = named(ORDER_STATE_NAMES, chosen[0].state, screen.desk.language)
        screen.say(
            screen.tr(N_("This order is: {state}. It cannot be put away now."), state=state), "warning"
        )
    else:
        words = N_(
            "These orders cannot be put away together: some can only be cancelled, some only archived, or neither."
        )
        screen.say(screen.tr(words), "warning")
