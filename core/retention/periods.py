"""Statutory periods, counted in calendar years: never as so many times 365 days.

Bookkeeping Act (kirjanpitolaki 1336/1997) 2:10: vouchers and correspondence are kept at least six years from the end
of the calendar year in which the financial year ended; ledgers and financial statements at least ten years from the
end of the financial year.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Final

VOUCHER_YEARS: Final = 6
LEDGER_YEARS: Final = 10
_DECEMBER: Final = 12


@dataclass(frozen=True, slots=True)
class YearEnd:
    """The month and day on which the company's financial years end; 29 February stands for the month's last day."""

    month: int = _DECEMBER
    day: int = 31

    def of(self, day: date) -> date:
        """The last day of the financial year to which *day* belongs."""
        end = self._in(day.year)
        return end if day <= end else self._in(day.year + 1)

    def _in(self, year: int) -> date:
        return date(year, self.month, min(self.day, calendar.monthrange(year, self.month)[1]))


def vouchers_kept_until(year_end: date, *, years: int = VOUCHER_YEARS) -> date:
    """The last day on which the vouchers of the financial year that ended on *year_end* must still be kept."""
    return date(year_end.year + years, _DECEMBER, 31)


def ledgers_kept_until(year_end: date, *, years: int = LEDGER_YEARS) -> date:
    """The last day on which the ledgers of the financial year that ended on *year_end* must still be kept."""
    return years_after(year_end, years)


def years_after(day: date, years: int) -> date:
    """The same day *years* later; 28 February for a 29th that is not there."""
    year = day.year + years
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))
