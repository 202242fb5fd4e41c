"""How long what is kept (GDPR 15(1)(d)): for each class of data the rule with its source, from the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.messages import N_, tr
from core.personal_data.types import DataClass
from core.retention.periods import YearEnd, vouchers_kept_until
from core.rights.access.types import Kept

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from core.config import Config

_CUSTOMER: Final = N_(
    "{months} months from the end of the customer relationship or the latest service contact, whichever is later "
    "({source})"
)
_VOUCHERS: Final = N_(
    "{years} years from the end of the calendar year in which the financial year ended ({source}); what is dated "
    "today until {day}; drafts and cancelled orders as the customer data"
)
_RULES: Final[Mapping[DataClass, str]] = {
    DataClass.CUSTOMER: _CUSTOMER,
    DataClass.BANK_DETAILS: _CUSTOMER,
    DataClass.HISTORY: _CUSTOMER,
    DataClass.BANS: N_("as long as the customer data, so that the ban can be obeyed"),
    DataClass.ORDERS: _VOUCHERS,
    DataClass.INVOICES: _VOUCHERS,
    DataClass.CREDIT_CHECKS: N_(
        "the answer {answer_days} days; that it was asked, and the decision, as long as the customer data"
    ),
    DataClass.DISCLOSURES: N_(
        "that a transfer was made stays, to show that the law was kept (GDPR 5(2)); what left and whose it was can no "
        "longer be opened once your data is erased"
    ),
    DataClass.LOOKS: N_(
        "that somebody looked stays, to show that the law was kept (GDPR 5(2)); after your data is erased it leads to "
        "nobody"
    ),
    DataClass.BATCHES: N_("until the row is decided on; what became of it as long as the customer data"),
    DataClass.CASES: N_(
        "that a request was handled stays (GDPR 5(2)); its words and attachments go when your data is erased"
    ),
    DataClass.WEB: N_("visits {visit_days} days; the registration as long as the customer data"),
    DataClass.PAPERS: N_(
        "until the day that stands with the document, or until it is destroyed for a request"
    ),
}


def kept(config: Config, today: date, language: str) -> tuple[Kept, ...]:
    """The rule of each class, in the order in which the classes are told."""
    settings = config.retention
    month, day = settings.financial_year_ends.split("-")
    year_end = YearEnd(int(month), int(day)).of(today)
    last = vouchers_kept_until(year_end, years=settings.voucher_years)
    source = settings.relationship_source
    data: dict[DataClass, dict[str, object]] = {
        one: {
            "months": settings.relationship_months,
            "source": source or tr(N_("decision of the controller"), language),
        }
        for one in (DataClass.CUSTOMER, DataClass.BANK_DETAILS, DataClass.HISTORY)
    }
    vouchers = {
        "years": settings.voucher_years,
        "source": settings.voucher_source,
        "day": f"{last.day}.{last.month}.{last.year}",
    }
    data |= {
        DataClass.ORDERS: vouchers,
        DataClass.INVOICES: vouchers,
        DataClass.CREDIT_CHECKS: {"answer_days": config.credit.answer_days},
        DataClass.WEB: {"visit_days": config.web.visit_days},
    }
    return tuple(Kept(str(one), tr(_RULES[one], language, **data.get(one, {}))) for one in DataClass)
