"""The notice's data categories, and the fields that belong to each (P1).

A field that has no category here cannot be stored, and cannot leave.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIELDS_BY_CATEGORY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "customer_number": ("customer.number",),
        "name": ("name.first", "name.last"),
        "organisation": ("organisation.name", "organisation.business_id"),
        "contact": ("email", "phone", "www"),
        "postal_address": ("address.street", "address.postcode", "address.town", "address.country"),
        "bank_details": ("bank.iban",),
        "ip_address": ("ip",),
        "orders": (
            "order.number",
            "order.invoice_number",
            "order.date",
            "order.due_date",
            "order.reference",
            "order.currency",
            "order.lines",
        ),
        # Asked for a credit check, used once, never stored: P1 has no place for it.
        "identity_code": ("identity_code",),
    }
)

CATEGORY_OF_FIELD: Final[Mapping[str, str]] = MappingProxyType(
    {field: category for category, fields in FIELDS_BY_CATEGORY.items() for field in fields}
)

CATEGORY_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "customer_number": N_("customer number"),
        "name": N_("name"),
        "organisation": N_("organisation"),
        "contact": N_("contact details"),
        "postal_address": N_("postal address"),
        "bank_details": N_("bank details"),
        "ip_address": N_("IP address"),
        "orders": N_("orders"),
        "identity_code": N_("personal identity code"),
    }
)


def categories_of(fields: Iterable[str]) -> frozenset[str]:
    """The categories that *fields* belong to."""
    return frozenset(CATEGORY_OF_FIELD[field] for field in fields)


def fields_of(categories: Iterable[str]) -> frozenset[str]:
    """Every field of *categories*."""
    return frozenset(field for category in categories for field in FIELDS_BY_CATEGORY[category])
