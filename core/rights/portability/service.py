"""What a person has given us, made for a portability case and handed over by the gate (GDPR 20)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from core.actor import Role, require
from core.customers.aliases import same_person
from core.customers.reading import get
from core.rights import handing
from core.rights.handing import MANIFEST, Delivery, Given, manifest, manifest_bytes
from core.rights.notice_fields import NOTICE_FIELDS
from core.rights.portability.choosing import portable
from core.rights.portability.files import files
from core.rights.portability.form import FIELDS, FORMAT
from core.rights.types import CaseKind
from core.staff.access_log import Access, record_access

if TYPE_CHECKING:
    from core.actor import Actor
    from core.disclosure.exits import FieldValue
    from core.documents.typesetter import Typesetter
    from core.register import Register
    from core.rights.portability.form import Portable

__all__ = ["Carried", "Given", "hand_over", "make"]

KIND: Final = "portability"
_HANDLERS: Final = (Role.CONTACT_PERSON,)


@dataclass(frozen=True, slots=True)
class Carried:
    """What is to be handed over for a case, and in which language."""

    case_number: int
    customer_id: int
    language: str
    portable: Portable = field(repr=False)


def make(register: Register, actor: Actor, case_number: int, *, language: str | None = None) -> Carried:
    """What the person of a portability case has given us; a look at the person, which is recorded.

    Raises:
        NotPermitted: only the contact person answers requests.
        NoSuchCase, CaseEnded, NotOfThisKind, NobodyMeant, IdentityFirst: there is nothing to be made.
    """
    require(actor, *_HANDLERS)
    with register.database.unit_of_work() as uow:
        case = handing.askable(uow.connection, case_number, CaseKind.PORTABILITY)
        assert case.customer_id is not None
        customer = get(uow.connection, case.customer_id)
        record_access(
            uow, actor, action=Access.OPEN, customer_id=customer.id, task=handing.PURPOSE, detail=KIND
        )
        ids = same_person(uow.connection, customer.id)
        found = portable(uow.connection, register.keyring, register.config, customer, ids=ids, now=uow.now)
        uow.commit()
    return Carried(case_number, customer.id, language or case.language, found)


def hand_over(register: Register, typesetter: Typesetter, actor: Actor, carried: Carried) -> Given:
    """Hand it over to its person: an encrypted file in the export folder.

    Raises:
        NotPermitted: only the contact person answers requests.
        DecidedOtherwise, CaseEnded: the case was refused or closed meanwhile.
        Refused, LogFault, DatabaseUnavailable: see `core.disclosure.gate.Gate.release`; there is no file.
    """
    require(actor, *_HANDLERS)
    found = carried.portable
    content = files(found, carried.language)
    rows = {
        "customer": len(found.given),
        "customer_order": len(found.orders),
        "order_line": sum(len(order.lines) for order in found.orders),
    }
    made = manifest(FORMAT, carried.case_number, found.made_at, content, rows=rows)
    delivery = Delivery(
        case_number=carried.case_number,
        customer_id=carried.customer_id,
        kind=KIND,
        files={**content, MANIFEST: manifest_bytes(made)},
        told=_told(found),
        manifest=made,
    )
    return handing.hand_over(register, typesetter, actor, delivery)


def _told(found: Portable) -> dict[str, FieldValue]:
    """By field of the notice, as sealed with the transfer's line."""
    told: dict[str, FieldValue] = {"customer.number": found.reference}
    for name in FIELDS:
        value = getattr(found.customer, name)
        if name in NOTICE_FIELDS and value is not None:
            told[NOTICE_FIELDS[name]] = value
    if found.orders:
        told["order.number"] = "; ".join(str(order.number) for order in found.orders)
    return told
