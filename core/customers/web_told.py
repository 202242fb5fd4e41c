"""What a person is told of their own registrations (P15): the form, its bans, and what is still kept of the visit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.customers.web_reads import of_customer
from core.customers.web_visits import trail

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.customers.web_types import Trail, WebRegistration
    from core.keys import KeyRing


@dataclass(frozen=True, slots=True)
class ToldRegistration:
    """One registration and its trail; None once its time is over, or when nothing came with the form."""

    registration: WebRegistration
    trail: Trail | None = field(repr=False)


def registrations_of(
    connection: Connection, keyring: KeyRing, customer_id: int
) -> tuple[ToldRegistration, ...]:
    """A customer's registrations, the oldest first; whoever shows them has recorded the look."""
    return tuple(
        ToldRegistration(it, trail(connection, keyring, it.id)) for it in of_customer(connection, customer_id)
    )
