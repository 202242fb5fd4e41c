"""How long what is kept: periods as settings, each with its source, since laws change and companies differ."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from core.config.schema.base import Count, Days, Line, Settings
from core.messages import N_

MONTH_AND_DAY = N_("a month and a day such as 12-31")


class RetentionSettings(Settings, frozen=True, kw_only=True):
    """Periods and their sources (GDPR 5(1)(e), P10, P11)."""

    financial_year_ends: Annotated[
        str,
        Meta(
            pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
            description="Month and day on which the company's financial years end.",
            extra={"expected": MONTH_AND_DAY},
        ),
    ] = "12-31"
    voucher_years: Annotated[
        Count,
        Meta(
            description="Years that vouchers are kept, from the end of the calendar year in which the financial "
            "year ended."
        ),
    ] = 6
    voucher_source: Annotated[Line, Meta(description="Where that period is from.")] = (
        "kirjanpitolaki 1336/1997 2:10"
    )
    ledger_years: Annotated[
        Count,
        Meta(
            description="Years that ledgers are kept, from the end of the financial year; the register holds none "
            "itself, the answer to a person names the period."
        ),
    ] = 10
    ledger_source: Annotated[Line, Meta(description="Where that period is from.")] = (
        "kirjanpitolaki 1336/1997 2:10"
    )
    relationship_months: Annotated[
        Count,
        Meta(
            description="Months that customer data is kept after the relationship: from the end of the customer "
            "contract or the latest service contact, whichever is later."
        ),
    ] = 12
    relationship_law: Annotated[Line, Meta(description="The law that the period serves.")] = "GDPR 5(1)(e)"
    relationship_source: Annotated[
        str | None,
        Meta(
            description="Where that period is from: the decision or the paragraph of the privacy notice.",
            examples=["Privacy notice 2026, section 11"],
        ),
    ] = None
    review_days: Annotated[
        Days,
        Meta(description="Days before its review day from which a hold made by a person is on the list."),
    ] = 14
