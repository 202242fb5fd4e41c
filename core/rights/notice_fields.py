"""The notice's name of each field of a customer: by which what was handed over is sealed with its transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTICE_FIELDS: Final[Mapping[str, str]] = {
    "number": "customer.number",
    "first_name": "name.first",
    "last_name": "name.last",
    "organisation_name": "organisation.name",
    "business_id": "organisation.business_id",
    "email": "email",
    "phone": "phone",
    "www": "www",
    "street": "address.street",
    "postcode": "address.postcode",
    "town": "address.town",
    "country": "address.country",
    "iban": "bank.iban",
    "ip": "ip",
}
