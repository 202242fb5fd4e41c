"""What the customers room hands out: plain frozen values, no rows.

Field names here are the columns' (``first_name``); the dotted names of the notice's categories
(``core.disclosure.categories``) are spoken at the gate alone, by `core.customers.view`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


class SourceKind(StrEnum):
    """Where a value came from (P7)."""

    SELF = "self"
    STAFF = "staff"
    ADDRESS_SERVICE = "address_service"
    FIRST_LOAD = "first_load"
    AUTHORITY = "authority"
    SUBCONTRACTOR = "subcontractor"
    WEB_FORM = "web_form"
    ACCOUNTING = "accounting"


class Kind(StrEnum):
    """A person, who may represent an organisation, or an organisation."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Status(StrEnum):
    """Where the relationship stands (P11)."""

    ACTIVE = "active"
    ENDED = "ended"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value came from; ``detail`` names the file, service, letter or call."""

    kind: SourceKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CustomerValues:
    """P1's content, but for sealed fields and orders.  None is "not known"; an empty text never occurs.

    ``organisation_name`` of a person is the organisation represented, as text; ``represents`` is the customer id of
    that organisation when it is itself in the register.  ``phone`` is E.164, ``country`` ISO 3166 alpha-2.
    """

    kind: Kind = Kind.PERSON
    first_name: str | None = None
    last_name: str | None = None
    organisation_name: str | None = None
    business_id: str | None = None
    represents: int | None = None
    email: str | None = None
    phone: str | None = None
    www: str | None = None
    street: str | None = None
    postcode: str | None = None
    town: str | None = None
    country: str | None = None

    def as_dict(self) -> dict[str, str | int | None]:
        """Field name to value, every field, in order."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


VALUE_FIELDS: Final[tuple[str, ...]] = tuple(field.name for field in fields(CustomerValues))
ADDRESS_FIELDS: Final = ("street", "postcode", "town", "country")
SealedField = Literal["iban", "ip"]
SEALED_FIELDS: Final[tuple[SealedField, ...]] = ("iban", "ip")


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer as it stands now.  ``version`` goes back into `service.change`."""

    id: int
    number: str
    values: CustomerValues
    status: Status
    version: int
    display_name: str
    started_on: date
    ended_on: date | None
    protected_address: bool


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One line of a list.  The address is None where it is protected (turvakielto)."""

    id: int
    number: str
    display_name: str
    kind: Kind
    organisation_name: str | None
    street: str | None
    postcode: str | None
    town: str | None
    status: Status
    protected_address: bool
    restricted: bool

    @property
    def flags(self) -> frozenset[str]:
        """Those of ``ended``, ``protected_address``, ``restricted`` that are so."""
        flags = {
            "ended": self.status is Status.ENDED,
            "protected_address": self.protected_address,
            "restricted": self.restricted,
        }
        return frozenset(name for name, is_so in flags.items() if is_so)


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """One row of `service.add_many`; ``number`` None lets the register give the next one."""

    values: CustomerValues
    number: str | None = None
    started_on: date | None = None
    protected_address: bool = False
    iban: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerChange:
    """One row of `service.change_many`: the fields to change, and the version they were decided on.

    `checked` says that the values have been through `fields.clean` already, and that neither name nor kind is changed.
    """

    customer_id: int
    version: int
    changes: Mapping[str, str | int | None]
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One event in a customer's history; ``values`` maps a field to what it was and what it became.

    Sealed fields stand with `SEALED` in the place of their values.  ``article_18_use`` is set when staff changed a
    restricted customer's data on one of the grounds of Article 18(2).
    """

    recorded_at: datetime
    actor_id: int | None
    actor_name: str
    source: Source
    batch_id: int | None
    values: Mapping[str, tuple[object, object]]
    article_18_use: str | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """How the present value of one field is known."""

    source: Source
    recorded_at: datetime
    actor_name: str
    batch_id: int | None


SEALED: Final = "****"
