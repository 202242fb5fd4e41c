"""How long what is kept (GDPR 15(1)(d)): for each class of data the rule with its source, and the first day it can go.

The periods are `core.retention.rules`' own, the days what `core.retention.why` answers to staff.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.messages import N_, tr
from core.personal_data.inventory import HOLDINGS
from core.personal_data.types import DataClass, Fate
from core.retention.due import kept_until
from core.retention.rules import ANCHOR_NAMES, UNIT_NAMES, rules
from core.retention.why import free_on, holds_on
from core.rights.access.types import Kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from core.config import Config
    from core.retention.rules import Rule
    from core.retention.types import Hold

# Class to the period that it goes by.
_PERIODS: Final[Mapping[DataClass, str]] = {
    DataClass.CUSTOMER: "relationship",
    DataClass.BANK_DETAILS: "relationship",
    DataClass.HISTORY: "relationship",
    DataClass.BANS: "relationship",
    DataClass.ORDERS: "vouchers",
    DataClass.INVOICES: "vouchers",
    DataClass.CREDIT_CHECKS: "credit_answers",
    DataClass.WEB: "visits",
}
# What the period is not of, or what has no period of its own.
_MORE: Final[Mapping[DataClass, str]] = {
    DataClass.BANS: N_("as long as the customer data, so that the ban can be obeyed"),
    DataClass.ORDERS: N_("orders that were never invoiced as the customer data"),
    DataClass.CREDIT_CHECKS: N_("that it was asked, and the decision, as the customer data"),
    DataClass.WEB: N_("the registration as the customer data"),
    DataClass.DISCLOSURES: N_(
        "that a transfer was made stays, to show that the law was kept (GDPR 5(2)); what left and whose it was can no "
        "longer be opened once your data is erased"
    ),
    DataClass.LOOKS: N_(
        "that somebody looked stays, to show that the law was kept (GDPR 5(2)); after your data is erased it leads to "
        "nobody"
    ),
    DataClass.BATCHES: N_("until the row is decided on; what became of it as the customer data"),
    DataClass.CASES: N_(
        "that a request was handled stays (GDPR 5(2)); its words and attachments go when your data is erased"
    ),
    DataClass.PAPERS: N_(
        "until the day that stands with the document, or until it is destroyed for a request"
    ),
}
_PERIOD: Final = N_("{period} from {anchor} ({law}; {source})")
_UNNAMED: Final = N_("decision of the controller")


def kept(
    config: Config,
    holds: Sequence[Hold],
    counts: Mapping[str, int],
    days: tuple[date | None, date],
    language: str,
) -> tuple[Kept, ...]:
    """The rule of each class, in the order in which the classes are told, and when what there is of it can go.

    *counts* is rows by table; *days* are that of the latest service contact and today.
    """
    contact, today = days
    periods = {rule.name: rule for rule in rules(config)}
    earliest = max(kept_until(contact or today, config.retention) + timedelta(days=1), today)
    return tuple(
        Kept(
            str(one),
            _rule(periods.get(_PERIODS.get(one, "")), one, language),
            _first_day(one, holds, counts, earliest),
        )
        for one in DataClass
    )


def _rule(period: Rule | None, of: DataClass, language: str) -> str:
    parts = []
    if period is not None:
        parts.append(
            tr(
                _PERIOD,
                language,
                period=tr(UNIT_NAMES[period.unit], language, count=period.count),
                anchor=tr(ANCHOR_NAMES[period.anchor], language),
                law=period.law,
                source=period.source or tr(_UNNAMED, language),
            )
        )
    if of in _MORE:
        parts.append(tr(_MORE[of], language))
    return "; ".join(parts)


def _first_day(
    of: DataClass, holds: Sequence[Hold], counts: Mapping[str, int], earliest: date
) -> date | None:
    """The first day on which every row of the class that goes at all can go; None where there is none, or an event frees it."""
    own = [it for it in HOLDINGS if it.data_class is of and it.fate is not Fate.KEEP and counts.get(it.name)]
    free = [free_on(holds_on(it, holds), earliest) for it in own]
    return None if None in free else max((day for day in free if day is not None), default=None)
