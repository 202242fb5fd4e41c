"""A collection agency that gets files, and somebody's data given to it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from core.config import Recipient
from core.disclosure.review.approvals import ApprovalRules
from core.disclosure.types import Subject, TransferRequest
from core.documents.exits import file_exit
from core.documents.folder import new_selection
from integrations.typesetter import Typst

if TYPE_CHECKING:
    from tests.support.office import Office

COLLECTOR: Final = Recipient(
    name="Perintä Oy",
    role="controller",
    agreement="DPA 1",
    agreement_from=date(2026, 1, 1),
    purposes=("legal_obligation",),
    categories=("customer_number", "name", "postal_address"),
    adapter="files",
)


def give_to_collector(office: Office, *customer_ids: int) -> None:
    """The collector has numbers, names and addresses of these customers from today on."""
    register = office.register
    register.exits = lambda name: file_exit(register.config, Typst(), name)
    register.config.recipients["collector"] = COLLECTOR
    register.gate.rules = ApprovalRules()
    selection = new_selection(register.clock.now())
    subjects = tuple(Subject(who, f"{selection}/{who}") for who in customer_ids)
    register.gate.send(
        office.actor, TransferRequest("collector", "legal_obligation", subjects, "export", form="csv")
    )
