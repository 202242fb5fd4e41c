"""What may leave, to whom, why, and about whom.  Pure: no clock, database or exit is touched here.

Permitted fields = the recipient's agreement ∩ the exit's manifest ∩ the purpose ∩ the person's bans and restrictions.
Each step only narrows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.disclosure.categories import fields_of
from core.disclosure.errors import (
    AgreementNotInForce,
    BasisNotAllowed,
    ExitLacksPurpose,
    OutsideEea,
    PurposeNotAgreed,
    PurposeNotForDisclosure,
    RequiredFieldsNotAgreed,
)
from core.disclosure.purposes import ProtectedAddress, Relationship
from core.disclosure.types import LeftOutReason
from core.errors import Words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from core.customers.view import Standing
    from core.disclosure.exits import ExitManifest, FieldValue
    from core.disclosure.purposes import Purpose
    from core.disclosure.recipients import Recipient

ADDRESS_FIELDS: Final = fields_of(["postal_address"])
# Written into the log's entries: a reader of an old entry can tell which rules it was made under.
POLICY_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Decision:
    """About one person: ``left_out`` with its ``detail``, or None and the fields ``withheld`` from what is sent."""

    left_out: LeftOutReason | None = None
    detail: tuple[str, ...] = ()
    withheld: frozenset[str] = frozenset()


def check_recipient(recipient: Recipient, purpose: Purpose, day: date) -> None:
    """Whether the recipient may get anything for the purpose on *day*.

    Raises:
        AgreementNotInForce, PurposeNotAgreed, PurposeNotForDisclosure, OutsideEea: why not.
    """
    if not (purpose.by_law or recipient.in_force(day)):
        raise AgreementNotInForce(recipient=recipient.name, day=day.isoformat())
    if not (purpose.by_law or purpose.code in recipient.purposes):
        raise PurposeNotAgreed(
            recipient=recipient.name,
            purpose=Words(purpose.name),
            purposes=", ".join(recipient.purposes) or "–",
        )
    if recipient.role == "controller" and not purpose.disclosure:
        raise PurposeNotForDisclosure(recipient=recipient.name, purpose=Words(purpose.name))
    if recipient.outside_eea and not (recipient.necessity and recipient.safeguard):
        raise OutsideEea(recipient=recipient.name, country=recipient.country)


def basis_for(purpose: Purpose, wanted: str | None) -> str:
    """The legal basis: the one wanted, or the purpose's usual one.

    Raises:
        BasisNotAllowed: the one wanted does not carry the purpose.
    """
    if wanted is None:
        return purpose.bases[0].value
    if wanted not in [basis.value for basis in purpose.bases]:
        raise BasisNotAllowed(
            basis=wanted, purpose=Words(purpose.name), bases=", ".join(basis.value for basis in purpose.bases)
        )
    return wanted


def permitted_fields(
    recipient: Recipient, purpose: Purpose, manifest: ExitManifest, only: frozenset[str] | None = None
) -> frozenset[str]:
    """The fields that may leave in a transfer, before a person's own limits; *only* narrows to these categories.

    Raises:
        ExitLacksPurpose: the exit is not made for the purpose.
        RequiredFieldsNotAgreed: the exit cannot do without a field that is not permitted.
    """
    if purpose.code not in manifest.purposes:
        raise ExitLacksPurpose(
            adapter=manifest.name, purpose=Words(purpose.name), purposes=", ".join(sorted(manifest.purposes))
        )
    agreed = fields_of(recipient.categories) & fields_of(purpose.categories)
    if only is not None:
        agreed &= fields_of(only)
    missing = manifest.requires - agreed
    if missing:
        raise RequiredFieldsNotAgreed(
            adapter=manifest.name,
            recipient=recipient.name,
            purpose=Words(purpose.name),
            fields=", ".join(sorted(missing)),
        )
    return agreed & manifest.fields


def decide_person(
    purpose: Purpose,
    manifest: ExitManifest,
    permitted: frozenset[str],
    standing: Standing | None,
    reason: str | None,
    *,
    given_before: bool = False,
) -> Decision:
    """Whether one person is sent, from what the register knows of them (None: not in the register at all).

    *reason* is a person's own words, without which a restricted person is never sent.  *given_before*: the recipient
    has been given the person's data, which a purpose of the law's own needs.
    """
    if standing is None or standing.status == "erased":
        return Decision(LeftOutReason.ERASED)
    banned = sorted(ban for ban in standing.bans if ban in purpose.bans)
    if banned:
        return Decision(LeftOutReason.BAN, tuple(str(ban) for ban in banned))
    if standing.restricted and not (purpose.when_restricted and reason):
        return Decision(LeftOutReason.RESTRICTION)
    if not _has_basis(purpose, standing) or (purpose.by_law and not given_before):
        return Decision(LeftOutReason.NO_BASIS)
    if standing.protected_address and permitted & ADDRESS_FIELDS:
        return _with_protected_address(purpose, manifest, permitted)
    return Decision()


def decide_subject(standing: Standing | None) -> Decision:
    """Whether a person is given their own data: no ban, restriction or protection of theirs keeps them from it."""
    gone = standing is None or standing.status == "erased"
    return Decision(LeftOutReason.ERASED if gone else None)


def _with_protected_address(purpose: Purpose, manifest: ExitManifest, permitted: frozenset[str]) -> Decision:
    if purpose.protected_address is ProtectedAddress.LEAVE_OUT or manifest.requires & ADDRESS_FIELDS:
        return Decision(LeftOutReason.PROTECTED_ADDRESS)
    return Decision(withheld=permitted & ADDRESS_FIELDS)


def _has_basis(purpose: Purpose, standing: Standing) -> bool:
    if purpose.relationship is Relationship.ACTIVE:
        return standing.status == "active"
    if purpose.relationship is Relationship.OPEN_INVOICE:
        return standing.has_open_invoice
    return True


def missing_fields(manifest: ExitManifest, values: Mapping[str, FieldValue]) -> tuple[str, ...]:
    """The fields that the exit cannot do without and the person does not have."""
    if all(values.get(field) for field in manifest.requires):
        return ()
    return tuple(sorted(field for field in manifest.requires if not values.get(field)))
