"""The form in which a customer's data is carried to another register: `customer-portability/v1`.

The published schema (`docs/schemas/customer-portability-v1.schema.json`) is made from these definitions, and a file
that comes in is read by them.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, field

FORMAT: Final = "customer-portability/v1"
SCHEMA_ID: Final = "urn:asiakasrekisteri:customer-portability:v1"

Given = Literal["self", "web_form", "staff", "earlier_register"]
Text = Annotated[str, Meta(min_length=1, max_length=1000)]
Amount = Annotated[
    str, Meta(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$", description="A decimal number, a point in it.")
]


class PortableCustomer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the person has told of themselves; what is absent was not given."""

    kind: Literal["person", "organisation"]
    first_name: Text | None = None
    last_name: Text | None = None
    organisation_name: Text | None = None
    business_id: Text | None = None
    email: Text | None = None
    phone: Annotated[Text | None, Meta(description="E.164, such as +358401234567.")] = None
    www: Text | None = None
    street: Text | None = None
    postcode: Text | None = None
    town: Text | None = None
    country: Annotated[Text | None, Meta(description="ISO 3166-1, two letters.")] = None
    iban: Text | None = None


class GivenBy(msgspec.Struct, frozen=True, kw_only=True):
    """How a value was given: by the person's own hand, on our site, by word to our staff, or to the earlier register."""

    source: Given
    on: date


class PortableLine(msgspec.Struct, frozen=True, kw_only=True):
    """A row of an order; the price is without tax."""

    product: str
    description: str
    quantity: Amount
    unit_price: Amount
    vat_percent: Amount


class PortableOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order of the person's; ``state`` is that of the register that it was made to."""

    number: int
    state: str
    placed_on: date
    due_date: date
    currency: str
    reference: str | None = None
    lines: list[PortableLine] = field(default_factory=list)


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A field that the register holds and the person did not give."""

    field: str
    source: str


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The register that the data comes from."""

    register: str
    controller: str
    contact: str


class Portable(msgspec.Struct, frozen=True, kw_only=True):
    """One person's data; ``reference`` is the customer number that the person had there."""

    format: Literal["customer-portability/v1"]
    made_at: datetime
    origin: Origin
    reference: str
    customer: PortableCustomer
    given: dict[str, GivenBy]
    orders: list[PortableOrder]
    left_out: list[LeftOut]


FIELDS: Final = PortableCustomer.__struct_fields__
_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Portable)


def json_bytes(portable: Portable) -> bytes:
    """The file."""
    return msgspec.json.format(_ENCODER.encode(portable), indent=1) + b"\n"


def decoded(content: bytes) -> Portable:
    """What a file of this form says.

    Raises:
        msgspec.MsgspecError: it is not of this form; the message says where.
    """
    return _DECODER.decode(content)


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12)."""
    (whole,), definitions = msgspec.json.schema_components([Portable], ref_template="#/$defs/{name}")
    for one in definitions.values():
        if "description" in one:
            one["description"] = " ".join(one["description"].split())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "What a person has given a customer register, for another (GDPR 20)",
        **whole,
        "$defs": definitions,
    }


def schema_text() -> str:
    """The published file."""
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"
