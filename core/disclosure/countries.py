"""The countries of the European Economic Area (P9).

Source: Agreement on the European Economic Area as in force; list checked against efta.int and europa.eu.
Checked: 2026-11-22.  Codes are ISO 3166-1 alpha-2.
"""

from __future__ import annotations

from typing import Final

EEA_CHECKED_ON: Final = "2026-11-22"
EU: Final = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
EEA: Final = EU | {"IS", "LI", "NO"}


def in_eea(country: str) -> bool:
    """Whether *country* (alpha-2, any case) is in the EU or EEA."""
    return country.upper() in EEA
