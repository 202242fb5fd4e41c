"""Days and yes-or-no as people write them in cells."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_DAYS: Final = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:[T ].*)?", re.ASCII),
    re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})", re.ASCII),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})", re.ASCII),
)
_EARLIEST: Final = date(1900, 1, 1)
_YES: Final = frozenset({"x", "1", "k", "kyllä", "on", "tosi", "y", "yes", "true"})
_NO: Final = frozenset({"", "0", "-", "e", "ei", "epätosi", "n", "no", "false"})


def day_of(text: str) -> date | None:
    """The day written as 2026-11-23, 23.11.2026 or 20261123; None when it is no day since 1900."""
    found = next((match for pattern in _DAYS if (match := pattern.fullmatch(text))), None)
    if found is None:
        return None
    try:
        day = date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None
    return day if day >= _EARLIEST else None


def truth_of(text: str) -> bool | None:
    """Whether a cell says yes or no, in Finnish or English; None when it says neither."""
    word = text.strip().casefold()
    if word in _YES:
        return True
    return False if word in _NO else None
