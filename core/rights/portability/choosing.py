"""What the person has given us (GDPR 20(1)): values known by the person's own word, and the person's orders.

The right covers what was provided by the person and is processed by consent or for a contract.  A value whose latest
source is the person, our site's form, or our staff who took it down is such, and so is what came along from the company's
earlier register, which people had registered in themselves.  One that an update service, an authority or a subcontractor
brought is not, and is named among what is left out.  Bans, restrictions, looks,
credit checks and whatever we have made of the data ourselves aren't either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.clock import HELSINKI
from core.customers.history import provenance
from core.customers.order_lines import plain_line
from core.customers.orders import OrderState, orders_of
from core.customers.sealed import values_of
from core.customers.types import SourceKind
from core.rights.portability.form import (
    FIELDS,
    FORMAT,
    Given,
    GivenBy,
    LeftOut,
    Origin,
    Portable,
    PortableCustomer,
    PortableLine,
    PortableOrder,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from core.config import Config
    from core.customers.orders import Order
    from core.customers.types import Customer, Provenance
    from core.keys import KeyRing

GIVEN: Final[Mapping[SourceKind, Given]] = {
    SourceKind.SELF: "self",
    SourceKind.WEB_FORM: "web_form",
    SourceKind.STAFF: "staff",
    SourceKind.FIRST_LOAD: "earlier_register",
}
_KIND: Final = "kind"
_IBAN: Final = "iban"


def portable(
    connection: Connection,
    keyring: KeyRing,
    config: Config,
    customer: Customer,
    *,
    ids: Sequence[int],
    now: datetime,
) -> Portable:
    """What is carried of *customer*, with the orders under each of *ids* that the person has had."""
    held = _held(connection, keyring, customer)
    known = provenance(connection, customer.id)
    given = {name for name in held if name in known and known[name].source.kind in GIVEN}
    values = {name: held[name] for name in given if name != _KIND}
    return Portable(
        format=FORMAT,
        made_at=now,
        origin=Origin(
            register=config.register.name,
            controller=config.register.controller.name,
            contact=config.register.controller.email,
        ),
        reference=customer.number,
        customer=PortableCustomer(kind=customer.values.kind.value, **values),
        given={name: _given_by(known[name]) for name in FIELDS if name in given},
        orders=[
            _order(it) for one in ids for it in orders_of(connection, one) if it.state is not OrderState.DRAFT
        ],
        left_out=_left_out(held, known, given),
    )


def _held(connection: Connection, keyring: KeyRing, customer: Customer) -> dict[str, str]:
    """Each field of the form that the register has a value of."""
    values = {name: value for name, value in customer.values.as_dict().items() if name in FIELDS}
    values[_IBAN] = values_of(connection, keyring, [customer.id], "iban").get(customer.id)
    return {name: str(value) for name, value in values.items() if value is not None}


def _left_out(held: Mapping[str, str], known: Mapping[str, Provenance], given: set[str]) -> list[LeftOut]:
    return [
        LeftOut(field=name, source=str(known[name].source.kind) if name in known else "unknown")
        for name in FIELDS
        if name in held and name not in given and name != _KIND
    ]


def _given_by(known: Provenance) -> GivenBy:
    return GivenBy(source=GIVEN[known.source.kind], on=known.recorded_at.astimezone(HELSINKI).date())


def _order(order: Order) -> PortableOrder:
    return PortableOrder(
        number=order.number,
        state=str(order.state),
        placed_on=order.placed_on,
        due_date=order.due_date,
        currency=order.currency,
        reference=order.reference,
        lines=[PortableLine(**plain_line(line)) for line in order.lines],
    )
