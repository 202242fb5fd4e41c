"""A selection as rows: CSV for people and spreadsheets, JSON Lines for programs, address lines for printers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from core.customers.words import FIELD_NAMES
from core.disclosure.categories import CATEGORY_OF_FIELD
from core.documents.addresses import address_lines, text_of
from core.messages import N_, tr
from core.tabular import table_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.disclosure.exits import Item

# The order of the columns: as the notice's categories stand.  Orders and identity codes do not leave as files.
COLUMNS: Final = tuple(
    field for field in CATEGORY_OF_FIELD if CATEGORY_OF_FIELD[field] not in ("orders", "identity_code")
)
_NAMES: Final = {
    "customer.number": "number",
    "name.first": "first_name",
    "name.last": "last_name",
    "organisation.name": "organisation_name",
    "organisation.business_id": "business_id",
    "bank.iban": "iban",
}
# What makes spreadsheets read å, ä and ö right.
_MARK: Final = "\ufeff"
_LINE: Final = N_("Address line {number}")


def csv_file(items: Sequence[Item], language: str) -> bytes:
    """A column for each field that somebody has, headed in *language*; formulas made harmless."""
    columns = [field for field in COLUMNS if any(field in item.fields for item in items)]
    headings = [tr(FIELD_NAMES[_NAMES.get(field, field.rpartition(".")[2])], language) for field in columns]
    rows = ([text_of(item, field) for field in columns] for item in items)
    return (_MARK + table_text([[it.capitalize() for it in headings], *rows])).encode()


def json_lines(items: Sequence[Item]) -> bytes:
    """One object a line: field name of the notice to value, only fields that there are; UTF-8."""
    lines = (
        json.dumps({name: item.fields[name] for name in COLUMNS if name in item.fields}, ensure_ascii=False)
        for item in items
    )
    return "".join(f"{line}\n" for line in lines).encode()


def label_rows(items: Sequence[Item], language: str) -> bytes:
    """The lines of each address label, for a printer's own program."""
    labels = [address_lines(item) for item in items]
    width = max(map(len, labels))
    headings = [tr(_LINE, language, number=number) for number in range(1, width + 1)]
    rows = ([*lines, *[""] * (width - len(lines))] for lines in labels)
    return (_MARK + table_text([headings, *rows])).encode()
