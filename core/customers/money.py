"""What an order comes to: each line rounded to cents, half up, as the accounting outsourcer rounds it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line: *unit_price* is net, in euros with at most four decimals; *quantity* has at most four as well."""

    product: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    vat_percent: Decimal

    @property
    def net(self) -> Decimal:
        """The line without tax."""
        return rounded(self.quantity * self.unit_price)

    @property
    def vat(self) -> Decimal:
        """The line's tax, on its rounded net."""
        return rounded(self.net * self.vat_percent / 100)

    @property
    def gross(self) -> Decimal:
        """The line with tax."""
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class Totals:
    """An order's sums, in euros."""

    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        """With tax: what is to be paid."""
        return self.net + self.vat


def rounded(amount: Decimal) -> Decimal:
    """To cents, half away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def totals_of(lines: Iterable[OrderLine]) -> Totals:
    """The sums of rounded lines, so that what is printed adds up."""
    each = list(lines)
    return Totals(
        sum((line.net for line in each), Decimal("0.00")), sum((line.vat for line in each), Decimal("0.00"))
    )
