"""The notice's purposes as data: what each may use, on which basis, and what stops it.

A purpose that is not here cannot be used (P2).  Only four may be the reason for a *disclosure*, that is a transfer to
an independent controller: credit application, collection, invoicing and legal obligation (P8); every other purpose is
served by processors alone, under the controller's own instructions (GDPR 28).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.disclosure.errors import UnknownPurpose
from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping


class Basis(StrEnum):
    """Legal bases, GDPR 6(1)(a), (b), (c), (f)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTEREST = "legitimate_interest"


BASIS_NAMES: Final[Mapping[Basis, str]] = MappingProxyType(
    {
        Basis.CONSENT: N_("consent"),
        Basis.CONTRACT: N_("contract"),
        Basis.LEGAL_OBLIGATION: N_("legal obligation"),
        Basis.LEGITIMATE_INTEREST: N_("legitimate interest"),
    }
)


class Relationship(StrEnum):
    """What must hold between the customer and the controller for the purpose to have a basis."""

    ANY = "any"
    ACTIVE = "active"
    OPEN_INVOICE = "open_invoice"


class ProtectedAddress(StrEnum):
    """What happens to a person whose address is protected (*turvakielto*) when the address would leave.

    ``WITHHOLD``: the person is sent without the address.  ``LEAVE_OUT``: the person is not sent at all, because the
    purpose is about the address or about reaching people at it.
    """

    WITHHOLD = "withhold"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose of the notice.

    ``bases``: allowed legal bases, the usual one first.  ``bans``: bans of the person that stop it (values of
    `core.customers.bans.BanKind`).  ``when_restricted``: whether Article 18(2) allows it for a restricted person, and
    then only with a reason given by a person.  ``by_law``: the law demands it of whoever was given data (GDPR 19), so no
    agreement has to name it, none has to be in force any more, and a restriction does not stop it; nobody who was not
    given the person's data before can be sent anything for it.
    """

    code: str
    name: str
    categories: frozenset[str]
    bases: tuple[Basis, ...]
    bans: frozenset[str] = frozenset()
    disclosure: bool = False
    relationship: Relationship = Relationship.ACTIVE
    protected_address: ProtectedAddress = ProtectedAddress.WITHHOLD
    when_restricted: bool = False
    by_law: bool = False


RECIPIENTS_TOLD: Final = "recipients_told"
_WHO: Final = frozenset({"customer_number", "name", "organisation"})
_REACH: Final = _WHO | {"contact", "postal_address"}

_ALL: Final = (
    Purpose(
        "customer_care", N_("customer care"), _REACH | {"orders"}, (Basis.CONTRACT, Basis.LEGITIMATE_INTEREST)
    ),
    Purpose(
        "order_handling",
        N_("order handling"),
        _REACH | {"orders"},
        (Basis.CONTRACT,),
        relationship=Relationship.ANY,
    ),
    Purpose(
        "invoicing",
        N_("invoicing"),
        _REACH | {"orders", "bank_details"},
        (Basis.CONTRACT, Basis.LEGAL_OBLIGATION),
        disclosure=True,
        relationship=Relationship.ANY,
    ),
    Purpose(
        "credit_check",
        N_("credit application"),
        _WHO | {"identity_code"},
        (Basis.CONTRACT, Basis.LEGITIMATE_INTEREST),
        disclosure=True,
    ),
    Purpose(
        "collection",
        N_("collection"),
        _REACH | {"orders", "bank_details"},
        (Basis.CONTRACT, Basis.LEGITIMATE_INTEREST),
        disclosure=True,
        relationship=Relationship.OPEN_INVOICE,
        # Article 18(2): the establishment, exercise or defence of legal claims.
        when_restricted=True,
    ),
    Purpose(
        "legal_obligation",
        N_("obligation in law"),
        _REACH | {"orders", "bank_details", "ip_address"},
        (Basis.LEGAL_OBLIGATION,),
        disclosure=True,
        relationship=Relationship.ANY,
    ),
    Purpose(
        RECIPIENTS_TOLD,
        N_("telling recipients of a rectification, erasure or restriction"),
        _REACH | {"bank_details", "ip_address"},
        (Basis.LEGAL_OBLIGATION,),
        disclosure=True,
        relationship=Relationship.ANY,
        when_restricted=True,
        by_law=True,
    ),
    Purpose(
        "address_update",
        N_("address update"),
        _REACH,
        (Basis.CONTRACT, Basis.LEGITIMATE_INTEREST),
        bans=frozenset({"register_update"}),
        protected_address=ProtectedAddress.LEAVE_OUT,
    ),
    *(
        Purpose(
            code,
            name,
            _REACH,
            (Basis.LEGITIMATE_INTEREST, Basis.CONSENT),
            bans=frozenset({code}),
            protected_address=ProtectedAddress.LEAVE_OUT,
        )
        for code, name in (
            ("direct_advertising", N_("direct advertising")),
            ("distance_selling", N_("distance selling")),
            ("direct_marketing", N_("direct marketing")),
            ("market_research", N_("market research")),
            ("opinion_research", N_("opinion research")),
            ("publication", N_("publication as a list")),
        )
    ),
)

PURPOSES: Final[Mapping[str, Purpose]] = MappingProxyType({purpose.code: purpose for purpose in _ALL})


def purpose_of(code: str) -> Purpose:
    """The purpose called *code*.

    Raises:
        UnknownPurpose: the notice has no such purpose.
    """
    found = PURPOSES.get(code)
    if found is None:
        raise UnknownPurpose(purpose=code)
    return found
