"""The work of every day: staff, orders, credit checks."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from core.config.schema.base import Count, Days, Settings


class StaffSettings(Settings, frozen=True, kw_only=True):
    """Sessions of the staff."""

    session_idle_minutes: Annotated[
        Count, Meta(description="Minutes without a key press until the screen locks.")
    ] = 10
    session_hours: Annotated[
        Count, Meta(description="Hours until a session ends and a new sign-in is needed.")
    ] = 12


class OrderSettings(Settings, frozen=True, kw_only=True):
    """Orders and invoices."""

    first_number: Annotated[Count, Meta(description="Number of the first order.")] = 1001
    first_invoice_number: Annotated[Count, Meta(description="Number of the first invoice.")] = 10001
    payment_term_days: Annotated[Days, Meta(description="Days from order to due date.")] = 14
    vat_percent: Annotated[Decimal, Meta(description="Usual value added tax, in percent.")] = Decimal("25.5")


class CreditSettings(Settings, frozen=True, kw_only=True):
    """Credit checks."""

    answer_days: Annotated[
        Days, Meta(description="Days that the answer of a credit check is kept, sealed.")
    ] = 30
