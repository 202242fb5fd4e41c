"""What is offered about orders: taking, sending, cancelling, archiving."""

from __future__ import annotations

from typing import Final

from core.messages import N_
from tui.verbs import CLERK, area

_ORDER: Final = area(
    "order",
    ("exit", "", N_("Leave everything on the way and go back to the main menu.")),
    ("check", N_("Cancel/archive"), N_("Cancel the order, or archive it."), CLERK),
    ("more", N_("Copy row"), N_("Copy the row above into this one.")),
    ("save", N_("Save"), N_("Place the order.")),
)

_ORDER_VIEW: Final = area(
    "order_view", ("check", N_("Cancel/archive"), N_("Cancel the order, or archive it."), CLERK)
)

_ORDERS: Final = area(
    "orders",
    ("exit", "", N_("Leave everything on the way and go back to the main menu.")),
    ("refresh", "", N_("Read the list again.")),
    ("lookup", N_("Mark all"), N_("Mark all orders, or none; the space bar marks one."), CLERK),
    ("check", N_("Cancel/archive"), N_("Cancel or archive the marked orders, or the chosen one."), CLERK),
    ("send", N_("Send"), N_("Show what would leave of the marked or chosen orders, then send."), CLERK),
    ("more", N_("Read states"), N_("Read the states of the invoices from accounting.")),
    ("choose_1", "", N_("Show the orders that wait to be sent, drafts first.")),
    ("choose_2", "", N_("Show the invoices that are open, first due first.")),
    ("choose_3", "", N_("Show the newest orders, whatever has become of them.")),
)

_SEND_ORDERS: Final = area(
    "send_orders",
    ("send", N_("Stop"), N_("Stop after the order under way; what has been sent stays sent.")),
    ("save", N_("Send"), N_("Send exactly what is shown, one transfer for each order.")),
)

_PUT_AWAY: Final = area(
    "put_away",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Do it"), N_("Cancel or archive the orders shown, all of them or none.")),
)

ORDERS: Final = (*_ORDER, *_ORDER_VIEW, *_ORDERS, *_SEND_ORDERS, *_PUT_AWAY)
