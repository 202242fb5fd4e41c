"""What a package tells, by field of the notice: sealed with the transfer's line, as what has left always is.

Each value that the person has or has had, once.  The rows of orders are told by their orders' numbers alone: sealed
whole, they would stand again in every later package, inside this one's transfer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.rights.notice_fields import NOTICE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.disclosure.exits import FieldValue
    from core.rights.access.types import Package, Part


def told_values(package: Package) -> dict[str, FieldValue]:
    """Field to the values that the package tells, put together with semicolons."""
    told: dict[str, dict[str, None]] = {"customer.number": {package.number: None}}
    for field, value in _values({part.holding.name: part for part in package.parts}):
        told.setdefault(field, {})[value] = None
    return {field: "; ".join(values) for field, values in told.items()}


def _values(parts: Mapping[str, Part]) -> Iterator[tuple[str, str]]:
    for record in parts["customer"].rows:
        yield from _known(record)
    for record in parts["customer_change"].rows:
        for name, pair in record["changes"].items():
            yield from _known({name: pair[0]})
            yield from _known({name: pair[1]})
    for record in parts["customer_sealed"].rows:
        yield from _known({record["field"]: record["sealed"]})
    for record in parts["customer_order"].rows:
        yield "order.number", str(record["number"])


def _known(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if name in NOTICE_FIELDS and isinstance(value, str) and value:
            yield NOTICE_FIELDS[name], value
