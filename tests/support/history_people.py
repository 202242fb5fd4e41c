"""Invented customers of random histories: test persons with identity codes, firms with business ids."""

from __future__ import annotations

from typing import Any, Final

from core.customers.types import CustomerValues, Kind

_CHECK: Final = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def identity_code(place: int) -> str:
    """A test person's identity code (individual number 900 and up)."""
    digits = f"0101{50 + place:02d}"
    number = 900 + place
    return f"{digits}-{number}{_CHECK[int(f'{digits}{number}') % 31]}"


def business_id(place: int) -> str:
    """An invented business id with its check digit."""
    for number in range(2_000_000 + place * 50, 3_000_000):
        total = sum(
            int(digit) * weight for digit, weight in zip(str(number), (7, 9, 10, 5, 8, 4, 2), strict=True)
        )
        if total % 11 != 1:
            return f"{number}-{(11 - total % 11) % 11}"
    raise AssertionError(place)


def invented(place: int) -> CustomerValues:
    """A customer; each sixth is a firm."""
    reach: dict[str, Any] = {
        "email": f"a{place}@example.fi",
        "street": f"Vanhakatu {place + 1}",
        "postcode": f"{10000 + place}",
        "town": "Äänekoski",
    }
    if place % 6 == 5:
        return CustomerValues(
            Kind.ORGANISATION,
            organisation_name=f"Yritys {place} Oy",
            business_id=business_id(place),
            **reach,
        )
    return CustomerValues(Kind.PERSON, f"Etu{place}", f"Sukunimi{place}", **reach)
