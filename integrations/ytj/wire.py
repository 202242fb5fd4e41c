"""YTJ's paths and question. Format: PRH's open data interface v3, as worked out in docs/partners.md."""

from __future__ import annotations

import re
from typing import Final

BASE: Final = "/opendata-ytj-api/v3"
COMPANIES: Final = f"{BASE}/companies"
ALL_COMPANIES: Final = f"{BASE}/all_companies"

_BUSINESS_ID: Final = re.compile(r"([0-9]{7})-?([0-9])")


def business_id(text: str) -> str | None:
    """The id as YTJ writes it, ``1234567-8``; None when it is not of that form."""
    matched = _BUSINESS_ID.fullmatch(text.strip())
    return "-".join(matched.groups()) if matched else None


def question(wanted: str) -> tuple[tuple[str, str], ...]:
    """The query for one company; its id is all that leaves."""
    return (("businessId", wanted),)


def question_text(wanted: str) -> bytes:
    """The question as a payload: what a person sees before it leaves."""
    return f"businessId={wanted}\n".encode("ascii")
