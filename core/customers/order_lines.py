"""Order lines at the door: cleaned, and refused when they could not be invoiced to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from core.customers.errors import BadOrderLine, OrderWithoutLines, TooLong
from core.customers.money import OrderLine
from core.messages import N_
from core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable

_PRODUCT: Final = 50
_DESCRIPTION: Final = 200
_REFERENCE: Final = 60
_LARGEST: Final = Decimal(1_000_000)
_FOUR_PLACES: Final = Decimal("0.0001")
_TWO_PLACES: Final = Decimal("0.01")

RULE_PRODUCT: Final = N_("Name the product.")
RULE_QUANTITY: Final = N_(
    "The quantity is a number other than zero, at most a million, with at most four decimals."
)
RULE_PRICE: Final = N_(
    "The price is in euros without tax: zero or more, at most a million, at most four decimals."
)
RULE_VAT: Final = N_("The tax is a percentage from 0 to 100 with at most two decimals.")


def checked_lines(lines: Iterable[OrderLine]) -> tuple[OrderLine, ...]:
    """The lines as they may be stored, each number with its full decimals.

    Raises:
        OrderWithoutLines: there is none.
        BadOrderLine, TooLong: a line cannot be invoiced; ``where.row`` counts lines from 1.
    """
    clean = tuple(_checked(line, position) for position, line in enumerate(lines, start=1))
    if not clean:
        raise OrderWithoutLines
    return clean


def checked_reference(reference: str | None) -> str | None:
    """The customer's own reference, or None.

    Raises:
        TooLong: it is longer than an invoice takes.
    """
    text = clean_line(reference or "")
    if len(text) > _REFERENCE:
        raise TooLong.of("reference", text, limit=_REFERENCE)
    return text or None


def plain_line(line: OrderLine) -> dict[str, str]:
    """The line as text, decimals with a point: for histories and for the gate."""
    return {
        "product": line.product,
        "description": line.description,
        "quantity": plain_number(line.quantity),
        "unit_price": plain_number(line.unit_price),
        "vat_percent": plain_number(line.vat_percent),
    }


def plain_number(number: Decimal) -> str:
    """``2``, ``0.5``, ``25.5``: no exponent, no trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _checked(line: OrderLine, position: int) -> OrderLine:
    product, description = clean_line(line.product), clean_line(line.description)
    if not product:
        raise BadOrderLine.on_line(position, "product", rule=RULE_PRODUCT)
    for field, text, limit in (("product", product, _PRODUCT), ("description", description, _DESCRIPTION)):
        if len(text) > limit:
            raise TooLong.on_line(position, field, text, limit=limit)
    quantity = _exact(line.quantity, _FOUR_PLACES)
    if quantity is None or quantity == 0 or abs(quantity) > _LARGEST:
        raise BadOrderLine.on_line(position, "quantity", str(line.quantity), rule=RULE_QUANTITY)
    price = _exact(line.unit_price, _FOUR_PLACES)
    if price is None or not 0 <= price <= _LARGEST:
        raise BadOrderLine.on_line(position, "unit_price", str(line.unit_price), rule=RULE_PRICE)
    vat = _exact(line.vat_percent, _TWO_PLACES)
    if vat is None or not 0 <= vat <= 100:  # noqa: PLR2004 - per cent
        raise BadOrderLine.on_line(position, "vat_percent", str(line.vat_percent), rule=RULE_VAT)
    return OrderLine(product, description, quantity, price, vat)


def _exact(number: Decimal, places: Decimal) -> Decimal | None:
    """*number* with exactly these places, or None when it is not finite, far too large, or would lose something."""
    if not number.is_finite() or abs(number) > _LARGEST:
        return None
    quantized = number.quantize(places)
    return quantized if quantized == number else None
