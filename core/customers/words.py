"""What fields, bans, states and sources are called, for whoever shows them (translate with `core.messages.tr`)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELD_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "number": N_("customer number"),
        "kind": N_("kind"),
        "first_name": N_("first name"),
        "last_name": N_("last name"),
        "organisation_name": N_("organisation"),
        "business_id": N_("business id"),
        "represents": N_("represents"),
        "email": N_("e-mail"),
        "phone": N_("telephone"),
        "www": N_("www address"),
        "street": N_("street address"),
        "postcode": N_("postcode"),
        "town": N_("town"),
        "country": N_("country"),
        "iban": N_("bank account"),
        "ip": N_("IP address"),
        "status": N_("relationship"),
        "protected_address": N_("protected address"),
        "started_on": N_("customer since"),
        "contact_on": N_("latest contact"),
        "ended_on": N_("relationship ended"),
        "former_number": N_("old customer number"),
    }
)

KIND_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"person": N_("person"), "organisation": N_("organisation")}
)

STATUS_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"active": N_("active"), "ended": N_("ended"), "erased": N_("erased")}
)

SOURCE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "self": N_("the customer"),
        "staff": N_("our staff"),
        "address_service": N_("update service"),
        "first_load": N_("first load"),
        "authority": N_("authority"),
        "subcontractor": N_("subcontractor"),
        "web_form": N_("web form"),
        "accounting": N_("accounting"),
    }
)

BAN_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "publication": N_("publication in lists"),
        "direct_advertising": N_("direct advertising"),
        "distance_selling": N_("distance selling"),
        "direct_marketing": N_("direct marketing"),
        "market_research": N_("market research"),
        "opinion_research": N_("opinion research"),
        "register_update": N_("updates of the register"),
    }
)

RESTRICTION_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accuracy_contested": N_("accuracy contested"),
        "unlawful": N_("processing unlawful, erasure not wanted"),
        "legal_claim": N_("needed for a legal claim"),
        "objection_pending": N_("objection being considered"),
    }
)

ORDER_STATE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "draft": N_("draft"),
        "placed": N_("placed"),
        "sending": N_("being sent"),
        "sent": N_("sent to invoicing"),
        "in_doubt": N_("in doubt"),
        "archived": N_("archived"),
        "cancelled": N_("cancelled"),
    }
)

INVOICE_STATE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "open": N_("open"),
        "overdue": N_("overdue"),
        "in_collection": N_("in collection"),
        "paid": N_("paid"),
        "written_off": N_("written off"),
        "rejected": N_("rejected"),
    }
)
