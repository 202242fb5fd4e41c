"""From an item's permitted fields to Netvisor's two documents.

An invoicing transfer says who is invoiced and for what: name, postal address, customer number, order content; the
e-mail address when invoices go by e-mail, the phone number when the setting and the agreement have it (P6).
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from core.errors import Where
from core.messages import N_
from integrations.errors import CannotRender
from integrations.netvisor import wire
from integrations.protocol import request_target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.disclosure.exits import Item
    from integrations.protocol import HttpRequest

PARTNER: Final = "Netvisor"
_CUSTOMER_NUMBER: Final = re.compile(r"[A-Za-z0-9._-]{1,50}")
_INVOICE_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_FIELD_OF_ELEMENT: Final[Mapping[str, str]] = {
    "internalidentifier": "customer.number",
    "externalidentifier": "organisation.business_id",
    "name": "name.last",
    "streetaddress": "address.street",
    "city": "address.town",
    "postnumber": "address.postcode",
    "country": "address.country",
    "phonenumber": "phone",
    "emailinvoicingaddress": "email",
    "productname": "order.lines",
    "salesinvoiceourreference": "order.number",
    "salesinvoiceyourreference": "order.reference",
}


def full_url(base_url: str, request: HttpRequest) -> str:
    """The URL character for character as it is sent, which is what the MAC covers."""
    query = tuple((name, value) for name, value in request.query if isinstance(value, str))
    return base_url + request_target(request.path, query)


def _refusal(field: str, reason: str, value: str, **data: str) -> CannotRender:
    return CannotRender(where=Where(field=field, value=value), partner=PARTNER, reason=reason, **data)


def _value(item: Item, field: str) -> str | None:
    value = item.fields.get(field)
    return value if isinstance(value, str) and value else None


def _matching(item: Item, field: str, pattern: re.Pattern[str], reason: str) -> str:
    value = _value(item, field) or ""
    if not pattern.fullmatch(value):
        raise _refusal(field, reason, value)
    return value


def _day(item: Item, field: str) -> date:
    value = _value(item, field) or ""
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _refusal(field, N_("a date is missing or is not a day"), value) from None


def _number(line: Mapping[str, str], name: str) -> Decimal:
    value = line.get(name, "")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _refusal(
            "order.lines", N_("a line has a number that is missing or is not one"), value
        ) from None
    if not number.is_finite():
        raise _refusal("order.lines", N_("a line has a number that is missing or is not one"), value)
    return number


def product_lines(item: Item) -> tuple[wire.ProductLine, ...]:
    """The order's lines.

    Raises:
        CannotRender: there is none, or one has no proper number.
    """
    lines = item.fields.get("order.lines", ())
    if isinstance(lines, str) or not lines:
        raise _refusal("order.lines", N_("the order has no lines"), "")
    return tuple(
        wire.ProductLine(
            name=line.get("description") or line.get("product", ""),
            unit_price=_number(line, "unit_price"),
            vat_percent=_number(line, "vat_percent"),
            quantity=_number(line, "quantity"),
        )
        for line in lines
    )


def customer_document(item: Item, settings: Mapping[str, Any]) -> wire.CustomerDocument:
    """What accounting is told of the customer; a person's employer or organisation is not accounting's business.

    Raises:
        CannotRender: the number cannot be looked up by, or there is no name.
    """
    person = " ".join(filter(None, (_value(item, "name.first"), _value(item, "name.last"))))
    name = person or _value(item, "organisation.name")
    if not name:
        raise _refusal("name.last", N_("there is no name"), "")
    return wire.CustomerDocument(
        number=_matching(
            item,
            "customer.number",
            _CUSTOMER_NUMBER,
            N_("a customer number may have letters a–z, digits, . _ and -"),
        ),
        name=name,
        is_private=bool(person),
        business_id=None if person else _value(item, "organisation.business_id"),
        street=_value(item, "address.street"),
        town=_value(item, "address.town"),
        postcode=_value(item, "address.postcode"),
        country=_value(item, "address.country"),
        phone=_value(item, "phone") if settings["send_phone"] else None,
        invoicing_email=_value(item, "email") if settings["invoice_by_email"] else None,
    )


def invoice_document(item: Item) -> wire.InvoiceDocument:
    """The order as a sales invoice.

    Raises:
        CannotRender: a number, date or currency that Netvisor cannot be given.
    """
    number = _matching(item, "order.invoice_number", _INVOICE_NUMBER, N_("an invoice number has digits only"))
    if number != item.key:
        raise _refusal(
            "order.invoice_number", N_("the invoice number is not the key of this transfer"), number
        )
    currency = _value(item, "order.currency") or "EUR"
    if currency != "EUR":
        raise _refusal("order.currency", N_("invoices are in euros only"), currency)
    invoiced_on, due_on = _day(item, "order.date"), _day(item, "order.due_date")
    if due_on < invoiced_on:
        raise _refusal("order.due_date", N_("the due date is before the invoice date"), due_on.isoformat())
    return wire.InvoiceDocument(
        number=number,
        invoiced_on=invoiced_on,
        net_days=(due_on - invoiced_on).days,
        customer_number=_value(item, "customer.number") or "",
        lines=product_lines(item),
        our_reference=_value(item, "order.number"),
        your_reference=_value(item, "order.reference"),
        currency=currency,
    )


def invoice_settings(settings: Mapping[str, Any]) -> wire.InvoiceSettings:
    """The part of the settings that goes into an invoice."""
    return wire.InvoiceSettings(
        product_identifier=str(settings["product_identifier"]),
        product_identifier_type=str(settings["product_identifier_type"]),
        vat_code=str(settings["vat_code"]),
        vat_code_zero=str(settings["vat_code_zero"]),
        status=str(settings["invoice_status"]),
    )


def rendered(item: Item, settings: Mapping[str, Any]) -> tuple[tuple[str, bytes], ...]:
    """The item's documents as (label, bytes).

    Raises:
        CannotRender: something cannot be carried; the field and the value are named, and nothing has been sent.
    """
    invoice, encoding = invoice_document(item), str(settings["encoding"])
    customer = rendered_customer(item, settings)
    try:
        content = wire.encoded(wire.invoice_xml(invoice, invoice_settings(settings)), encoding)
    except wire.CannotWrite as error:
        raise _unwritable(error) from None
    return ("customer", customer), ("invoice", content)


def rendered_customer(item: Item, settings: Mapping[str, Any]) -> bytes:
    """The customer alone.

    Raises:
        CannotRender: as `rendered`.
    """
    customer = customer_document(item, settings)
    try:
        return wire.encoded(wire.customer_xml(customer), str(settings["encoding"]))
    except wire.CannotWrite as error:
        raise _unwritable(error) from None


def _unwritable(error: wire.CannotWrite) -> CannotRender:
    """It is said of the register's field, not of Netvisor's element."""
    field = _FIELD_OF_ELEMENT.get(error.element, error.element)
    return _refusal(field, error.reason, error.value, **error.data)
