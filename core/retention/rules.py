"""The periods as the settings have them: what is kept, how long, from when, by which law, and where the figure is from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.config import Config


class Anchor(StrEnum):
    """From when a period runs."""

    CONTACT = "contact"
    CALENDAR_YEAR = "calendar_year"
    FINANCIAL_YEAR = "financial_year"
    ANSWER = "answer"
    REGISTRATION = "registration"


class Unit(StrEnum):
    """What a period is counted in."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


ANCHOR_NAMES: Final[Mapping[Anchor, str]] = MappingProxyType(
    {
        Anchor.CONTACT: N_("the end of the relationship or the latest service contact, whichever is later"),
        Anchor.CALENDAR_YEAR: N_("the end of the calendar year in which the financial year ended"),
        Anchor.FINANCIAL_YEAR: N_("the end of the financial year"),
        Anchor.ANSWER: N_("the answer"),
        Anchor.REGISTRATION: N_("the registration"),
    }
)
UNIT_NAMES: Final[Mapping[Unit, str]] = MappingProxyType(
    {Unit.DAYS: N_("{count} days"), Unit.MONTHS: N_("{count} months"), Unit.YEARS: N_("{count} years")}
)
RULE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "relationship": N_("customer data, its history, bans and registrations"),
        "vouchers": N_("invoices and orders that were invoiced"),
        "ledgers": N_("ledgers, kept in the accounting system"),
        "credit_answers": N_("answers of credit checks"),
        "visits": N_("visits on the site"),
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One period: ``source`` is where the figure is from, None where nobody has named it yet."""

    name: str
    count: int
    unit: Unit
    anchor: Anchor
    law: str
    source: str | None


def rules(config: Config) -> tuple[Rule, ...]:
    """Every period that the program keeps to, or tells people of."""
    kept = config.retention
    return (
        Rule(
            "relationship",
            kept.relationship_months,
            Unit.MONTHS,
            Anchor.CONTACT,
            kept.relationship_law,
            kept.relationship_source,
        ),
        Rule(
            "vouchers",
            kept.voucher_years,
            Unit.YEARS,
            Anchor.CALENDAR_YEAR,
            "GDPR 17(3)(b)",
            kept.voucher_source,
        ),
        Rule(
            "ledgers",
            kept.ledger_years,
            Unit.YEARS,
            Anchor.FINANCIAL_YEAR,
            "GDPR 17(3)(b)",
            kept.ledger_source,
        ),
        Rule("credit_answers", config.credit.answer_days, Unit.DAYS, Anchor.ANSWER, "GDPR 5(1)(c)", None),
        Rule(
            "visits",
            config.web.visit_days,
            Unit.DAYS,
            Anchor.REGISTRATION,
            "GDPR 5(1)(e)",
            config.web.visit_days_source,
        ),
    )
