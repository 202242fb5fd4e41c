"""Netvisor's XML as it goes out: the customer, the sales invoice, and what the MAC is computed over.

Sources: support.netvisor.fi (customer.nv, salesinvoice.nv, API authentication) as worked out in the project's
reference, and the vendor's published DTDs.  Elements stand in the DTD's order and lower case; decimals have a comma;
there is no XML declaration; an absent value has no element, since an empty one blanks the field when editing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from core.messages import N_
from integrations.protocol import Part, SecretRef

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

CUSTOMER_KEY: Final = SecretRef("customer_key")
PARTNER_KEY: Final = SecretRef("partner_key")
CUSTOMER_ID: Final = SecretRef("customer_id")
PARTNER_ID: Final = SecretRef("partner_id")

# Lengths that the documentation gives; those of later elements are not published.
MAX_LENGTH: Final = {
    "internalidentifier": 50,
    "name": 250,
    "streetaddress": 80,
    "city": 80,
    "postnumber": 50,
}
VAT_CODES: Final = frozenset(
    [
        "NONE",
        "KOOS",
        "EUOS",
        "EUUO",
        "EUPO",
        "100",
        "KOMY",
        "EUMY",
        "EUUM",
        "EUPM312",
        "EUPM309",
        "MUUL",
        "EVTO",
        "EVPO",
        "RAMY",
        "RAOS",
        "EVRO",
    ]
)
_XML_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class CannotWrite(Exception):
    """A value that this format cannot carry: ``element`` says which, ``reason`` (a message id, ``data``) why."""

    def __init__(self, element: str, reason: str, value: str, **data: str) -> None:
        super().__init__(element, reason)
        self.element = element
        self.reason = reason
        self.value = value
        self.data = data


@dataclass(frozen=True, slots=True)
class CustomerDocument:
    """What accounting is told of a customer; None is left out."""

    number: str
    name: str
    is_private: bool
    business_id: str | None = None
    street: str | None = None
    town: str | None = None
    postcode: str | None = None
    country: str | None = None
    phone: str | None = None
    invoicing_email: str | None = None


@dataclass(frozen=True, slots=True)
class ProductLine:
    """One line of an invoice; the price is net of VAT, the percentage as a number (25.5)."""

    name: str
    unit_price: Decimal
    vat_percent: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """A sales invoice with our own number.  The bank reference is Netvisor's to give."""

    number: str
    invoiced_on: date
    net_days: int
    customer_number: str
    lines: tuple[ProductLine, ...]
    our_reference: str | None = None
    your_reference: str | None = None
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class InvoiceSettings:
    """What config.toml says of invoices; the reference does not know these values, so they are not guessed."""

    product_identifier: str
    product_identifier_type: str
    vat_code: str
    vat_code_zero: str
    status: str


def _element(name: str, content: str, **attributes: str) -> str:
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{written}>{content}</{name}>"


def _text(name: str, value: str | None, **attributes: str) -> str:
    """An element with text; nothing at all for an absent or empty value."""
    if not value:
        return ""
    if _XML_FORBIDDEN.search(value):
        raise CannotWrite(name, N_("it has a character that XML cannot hold"), value)
    limit = MAX_LENGTH.get(name)
    if limit is not None and len(value) > limit:
        raise CannotWrite(name, N_("it is longer than {limit} characters"), value, limit=str(limit))
    return _element(name, escape(value), **attributes)


def decimal_comma(value: Decimal, *, decimals: int = 0) -> str:
    """A decimal as Netvisor writes it: comma, no exponent, at least *decimals* decimals (``244,00``)."""
    text = f"{value:f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(decimals, "0")
    return f"{whole},{fraction}" if fraction else whole


def customer_xml(customer: CustomerDocument) -> str:
    """``customer.nv``'s body, for adding and editing alike.

    Raises:
        CannotWrite: a value is too long, or has a character that XML cannot hold.
    """
    base = "".join(
        (
            _text("internalidentifier", customer.number),
            _text("externalidentifier", customer.business_id),
            _text("name", customer.name),
            _text("streetaddress", customer.street),
            _text("city", customer.town),
            _text("postnumber", customer.postcode),
            _text("country", customer.country, type="ISO-3166"),
            _text("phonenumber", customer.phone),
            _text("isactive", "1"),
            _text("isprivatecustomer", "1" if customer.is_private else "0"),
            _text("emailinvoicingaddress", customer.invoicing_email),
        )
    )
    return _element("root", _element("customer", _element("customerbaseinformation", base)))


def _product_line(line: ProductLine, settings: InvoiceSettings) -> str:
    vat_code = settings.vat_code if line.vat_percent else settings.vat_code_zero
    if not vat_code:
        raise CannotWrite(
            "productname", N_("a line without VAT needs the setting vat_code_zero"), str(line.vat_percent)
        )
    content = "".join(
        (
            _text("productidentifier", settings.product_identifier, type=settings.product_identifier_type),
            _text("productname", line.name),
            _text("productunitprice", decimal_comma(line.unit_price, decimals=2), type="net"),
            _text("productvatpercentage", decimal_comma(line.vat_percent), vatcode=vat_code),
            _text("salesinvoiceproductlinequantity", decimal_comma(line.quantity)),
        )
    )
    return _element("invoiceline", _element("salesinvoiceproductline", content))


def invoice_xml(invoice: InvoiceDocument, settings: InvoiceSettings) -> str:
    """``salesinvoice.nv``'s body for adding.

    The amount is left empty, which has Netvisor sum the lines; no address stands here, so that the one in the
    customer's own record is used.

    Raises:
        CannotWrite: a value cannot be carried, or a line lacks what it needs.
    """
    lines = "".join(_product_line(line, settings) for line in invoice.lines)
    content = "".join(
        (
            _text("salesinvoicenumber", invoice.number),
            _text("salesinvoicedate", invoice.invoiced_on.isoformat(), format="ansi"),
            _element("salesinvoiceamount", "", iso4217currencycode=invoice.currency),
            _text("salesinvoicestatus", settings.status, type="netvisor"),
            _text("salesinvoiceourreference", invoice.our_reference),
            _text("salesinvoiceyourreference", invoice.your_reference),
            _text("invoicingcustomeridentifier", invoice.customer_number, type="customer"),
            _text("paymenttermnetdays", str(invoice.net_days)),
            _element("invoicelines", lines),
        )
    )
    return _element("root", _element("salesinvoice", content))


def encoded(document: str, encoding: str) -> bytes:
    """The document's bytes.

    Raises:
        CannotWrite: a character does not exist in *encoding*; found before anything is sent.
    """
    try:
        return document.encode(encoding)
    except UnicodeEncodeError as error:
        char = document[error.start]
        raise CannotWrite(
            "", N_("the character “{char}” does not exist in {encoding}"), char, char=char, encoding=encoding
        ) from None


def timestamp(now: datetime) -> str:
    """``YYYY-MM-DD HH:MM:SS.mmm`` in GMT+0; *now* is aware and in UTC."""
    return f"{now:%Y-%m-%d %H:%M:%S}.{now.microsecond // 1000:03d}"


def mac_parts(
    *, url: str, sender: str, sent_at: datetime, language: str, organisation_id: str, transaction_id: str
) -> tuple[Part, ...]:
    """What HMACSHA256 is computed over, in order, joined by ``&``; the keys stand as references."""
    pieces: Sequence[Part] = (
        url,
        sender,
        CUSTOMER_ID,
        timestamp(sent_at),
        language,
        organisation_id,
        transaction_id,
        str(int(sent_at.timestamp())),
        CUSTOMER_KEY,
        PARTNER_KEY,
    )
    return joined(pieces)


def joined(pieces: Sequence[Part]) -> tuple[Part, ...]:
    """*pieces* with ``&`` between them."""
    parts: list[Part] = []
    for index, piece in enumerate(pieces):
        if index:
            parts.append("&")
        parts.append(piece)
    return tuple(parts)


MAC_KEY: Final[tuple[Part, ...]] = (CUSTOMER_KEY, "&", PARTNER_KEY)


def mac_differences(expected: str, sent: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The names of those *sent* pieces (name, value) that the server's own message lacks.

    *expected* is Netvisor's text after a MAC mismatch, which quotes the string it hashed with the keys masked.
    """
    pieces = set(re.split(r"[&\s]+|::", expected)) | set(expected.split("&"))
    quoted = {piece.strip() for piece in pieces}
    return tuple(name for name, value in sent if value not in quoted and value not in expected)
