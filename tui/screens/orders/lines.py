"""Order lines as they are typed: fields in a table, and back to lines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from core.customers.money import OrderLine, totals_of
from core.errors import InvalidInput
from core.messages import N_, tr
from tui.screens.words import money, number, parse_number
from tui.widgets.form import Field, Note
from tui.widgets.paint import HEADING, PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.customers.money import Totals

FIRST_ROW: Final = 3
# Of each part: its column, its width, its longest text.
_PARTS: Final = {
    "product": (1, 18, 50),
    "description": (20, 22, 200),
    "quantity": (43, 8, 12),
    "unit_price": (52, 10, 14),
    "vat_percent": (63, 6, 6),
}
# A row counts when one of these has been typed; quantity and tax stand there by themselves.
_BEGIN: Final = ("product", "description", "unit_price")
_TOTAL_COLUMN: Final = 70
_RIGHT: Final = {"quantity", "unit_price", "vat_percent"}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a line has until somebody types something else."""

    vat_percent: Decimal
    quantity: Decimal = Decimal(1)


def line_fields(rows: int) -> list[Field]:
    """The fields of *rows* lines, named ``product_1``, ``quantity_1``, …."""
    return [
        Field(
            f"{part}_{row}", "", FIRST_ROW + row - 1, column, width, label_column=column, max_length=longest,
            align_right=part in _RIGHT,
        )
        for row in range(1, rows + 1)
        for part, (column, width, longest) in _PARTS.items()
    ]  # fmt: skip


def headings(language: str) -> list[Note]:
    """The names of the columns, in the row above the first line."""
    words = {
        "product": N_("Product"),
        "description": N_("Description"),
        "quantity": N_("Quantity"),
        "unit_price": N_("Price EUR"),
        "vat_percent": N_("VAT %"),
    }
    notes = [
        Note(
            FIRST_ROW - 1,
            tr(words[part], language).rjust(width) if part in _RIGHT else tr(words[part], language),
            column,
        )
        for part, (column, width, _) in _PARTS.items()
    ]
    return [
        Note(note.row, note.text, note.column, HEADING)
        for note in [*notes, Note(FIRST_ROW - 1, tr(N_("Net EUR"), language).rjust(9), _TOTAL_COLUMN)]
    ]


def values_of(lines: Sequence[OrderLine]) -> dict[str, str]:
    """What stands in the fields for *lines*."""
    values: dict[str, str] = {}
    for row, line in enumerate(lines, 1):
        values |= {
            f"product_{row}": line.product,
            f"description_{row}": line.description,
            f"quantity_{row}": number(line.quantity),
            f"unit_price_{row}": number(line.unit_price),
            f"vat_percent_{row}": number(line.vat_percent),
        }
    return values


def used_rows(values: Mapping[str, str], rows: int) -> list[int]:
    """The rows in which something has been typed."""
    return [row for row in range(1, rows + 1) if any(values[f"{part}_{row}"] for part in _BEGIN)]


def line_of(values: Mapping[str, str], row: int, defaults: Defaults) -> OrderLine:
    """The line that stands in *row*.

    Raises:
        NotANumber: quantity, price or tax is not one; ``where.field`` is the form's field.
    """

    def amount(part: str, otherwise: Decimal | None) -> Decimal:
        text = values[f"{part}_{row}"]
        return otherwise if not text and otherwise is not None else parse_number(text, f"{part}_{row}")

    return OrderLine(
        values[f"product_{row}"],
        values[f"description_{row}"],
        amount("quantity", defaults.quantity),
        amount("unit_price", None),
        amount("vat_percent", defaults.vat_percent),
    )


def draft_line(values: Mapping[str, str], row: int, defaults: Defaults) -> OrderLine:
    """The line in *row* as far as it has been typed; what cannot be read yet is as usual, a missing price is zero."""
    kept = dict(values)
    while True:
        try:
            return line_of(kept, row, defaults)
        except InvalidInput as error:
            name = error.where.field or ""
            kept[name] = "0" if name.startswith("unit_price") else ""


def row_totals(values: Mapping[str, str], rows: int, defaults: Defaults) -> tuple[list[Note], Totals]:
    """Each line's sum, where it can be read, and the order's sums."""
    notes, lines = [], []
    for row in used_rows(values, rows):
        try:
            line = line_of(values, row, defaults)
        except InvalidInput:
            continue
        lines.append(line)
        notes.append(Note(FIRST_ROW + row - 1, money(line.net).rjust(9), _TOTAL_COLUMN, PLAIN))
    return notes, totals_of(lines)


def copied(values: Mapping[str, str], row: int) -> dict[str, str]:
    """What stands in the row above *row*, under the names of *row*."""
    return {f"{part}_{row}": values[f"{part}_{row - 1}"] for part in _PARTS}
