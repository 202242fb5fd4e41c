"""What is carried as files: JSON for programs, tables for spreadsheets, a card for an address book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.disclosure.exits import Item
from core.documents.vcard import cards
from core.messages import N_, tr
from core.rights.notice_fields import NOTICE_FIELDS
from core.rights.portability.form import FIELDS, json_bytes, schema_text
from core.tabular import table_text

if TYPE_CHECKING:
    from core.rights.portability.form import Portable

DATA: Final = "portability.json"
CUSTOMER: Final = "customer.csv"
ORDERS: Final = "orders.csv"
CARD: Final = "contact.vcf"
SCHEMA: Final = "schema.json"
# What makes spreadsheets read å, ä and ö right.
_MARK: Final = "\ufeff"
_ORDER: Final = ("number", "state", "placed_on", "due_date", "currency", "reference")
_LINE: Final = ("product", "description", "quantity", "unit_price", "vat_percent")
_READ_ME: Final = N_(
    "What you have given the register {register} ({controller}), for you or for another service.\n\n"
    "portability.json   everything, for programs, by the schema in schema.json\n"
    "customer.csv       your own data as a table\n"
    "orders.csv         your orders, a row for each of their rows\n"
    "contact.vcf        your contact data as a card for an address book\n"
)


def files(portable: Portable, language: str) -> dict[str, bytes]:
    """Name to content."""
    origin = portable.origin
    read_me = tr(_READ_ME, language, register=origin.register, controller=origin.controller)
    return {
        "README.txt": read_me.encode(),
        DATA: json_bytes(portable),
        CUSTOMER: _table([list(FIELDS), [getattr(portable.customer, name) or "" for name in FIELDS]]),
        ORDERS: _orders(portable),
        CARD: cards([_item(portable)]),
        SCHEMA: schema_text().encode(),
    }


def _orders(portable: Portable) -> bytes:
    rows = [[*_ORDER, *_LINE]]
    for order in portable.orders:
        head = ["" if (value := getattr(order, name)) is None else str(value) for name in _ORDER]
        rows += [[*head, *(getattr(line, name) for name in _LINE)] for line in order.lines]
    return _table(rows)


def _table(rows: list[list[str]]) -> bytes:
    return (_MARK + table_text(rows)).encode()


def _item(portable: Portable) -> Item:
    values = {
        NOTICE_FIELDS[name]: value
        for name in FIELDS
        if name in NOTICE_FIELDS and (value := getattr(portable.customer, name)) is not None
    }
    return Item("1", portable.reference, values)
