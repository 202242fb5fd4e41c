"""The words of holds: what prevents that a record goes, by which law, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.messages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class HoldKind(StrEnum):
    """What prevents erasure (P10, P22; GDPR 17(3))."""

    OPEN_ORDER = "open_order"
    OPEN_INVOICE = "open_invoice"
    COLLECTION = "collection"
    BOOKKEEPING = "bookkeeping"
    CONTACT_PERSON = "contact_person"
    TRANSFER_IN_DOUBT = "transfer_in_doubt"
    OPEN_CASE = "open_case"
    # Made by a person, with reasons, an owner and a review day.
    DISPUTE = "dispute"
    LEGAL_CLAIM = "legal_claim"
    AUTHORITY = "authority"


HOLD_NAMES: Final[Mapping[HoldKind, str]] = MappingProxyType(
    {
        HoldKind.OPEN_ORDER: N_("an order is not finished"),
        HoldKind.OPEN_INVOICE: N_("an invoice is open"),
        HoldKind.COLLECTION: N_("an invoice is in collection"),
        HoldKind.BOOKKEEPING: N_("bookkeeping material must be kept"),
        HoldKind.CONTACT_PERSON: N_("the person acts as an organisation's contact person"),
        HoldKind.TRANSFER_IN_DOUBT: N_("it is not known whether a transfer arrived"),
        HoldKind.OPEN_CASE: N_("another request of the person is open"),
        HoldKind.DISPUTE: N_("there is a dispute"),
        HoldKind.LEGAL_CLAIM: N_("the data is needed for a legal claim"),
        HoldKind.AUTHORITY: N_("an authority has ordered the data to be kept"),
    }
)
# What has to happen, where no day can be named.
FREED_BY: Final[Mapping[HoldKind, str]] = MappingProxyType(
    {
        HoldKind.OPEN_ORDER: N_("when the order has been invoiced, archived or cancelled"),
        HoldKind.OPEN_INVOICE: N_("when the invoice is paid or written off"),
        HoldKind.COLLECTION: N_("when collection has ended"),
        HoldKind.BOOKKEEPING: N_("when the statutory period is over"),
        HoldKind.CONTACT_PERSON: N_("when the organisation has another contact person"),
        HoldKind.TRANSFER_IN_DOUBT: N_("when the transfer is settled"),
        HoldKind.OPEN_CASE: N_("when that case is closed"),
        HoldKind.DISPUTE: N_("when the dispute is over"),
        HoldKind.LEGAL_CLAIM: N_("when the claim is settled or time-barred"),
        HoldKind.AUTHORITY: N_("when the authority's order ends"),
    }
)
HOLD_BASES: Final[Mapping[HoldKind, str]] = MappingProxyType(
    {
        HoldKind.OPEN_ORDER: N_("contract (GDPR 6(1)(b))"),
        HoldKind.OPEN_INVOICE: N_("contract; legal claims (GDPR 17(3)(e))"),
        HoldKind.COLLECTION: N_("legal claims (GDPR 17(3)(e))"),
        HoldKind.BOOKKEEPING: N_("legal obligation (GDPR 17(3)(b)): {law}"),
        HoldKind.CONTACT_PERSON: N_("contract with the organisation"),
        HoldKind.TRANSFER_IN_DOUBT: N_("accountability (GDPR 5(2))"),
        HoldKind.OPEN_CASE: N_("accountability (GDPR 5(2))"),
        HoldKind.DISPUTE: N_("legal claims (GDPR 17(3)(e))"),
        HoldKind.LEGAL_CLAIM: N_("legal claims (GDPR 17(3)(e))"),
        HoldKind.AUTHORITY: N_("legal obligation (GDPR 17(3)(b))"),
    }
)
MANUAL: Final = frozenset({HoldKind.DISPUTE, HoldKind.LEGAL_CLAIM, HoldKind.AUTHORITY})


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a record of a person can't go: ``until`` is the last day on which it must be kept, None when only an event frees it.

    ``table`` and ``key`` name the record; ``law`` is the statute where the basis has one.
    """

    kind: HoldKind
    customer_id: int
    table: str
    key: str
    until: date | None = None
    law: str = ""

    @property
    def blocks_everything(self) -> bool:
        """Whether nothing of the person can go; under bookkeeping alone only the voucher's data stays."""
        return self.kind is not HoldKind.BOOKKEEPING

    def words(self, language: str) -> str:
        """What prevents it, by which law, until when: a sentence for staff and for the person's letter."""
        basis = tr(HOLD_BASES[self.kind], language, law=self.law)
        if self.until is None:
            freed = tr(FREED_BY[self.kind], language)
        else:
            freed = tr(N_("kept until {day}"), language, day=f"{self.until:%-d.%-m.%Y}")
        return f"{tr(HOLD_NAMES[self.kind], language)} ({self.key}): {basis}; {freed}"
