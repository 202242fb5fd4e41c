"""Registrations for a person to look at and decide on: each look is recorded before anything is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.actor import Role, require
from core.customers import web_reads
from core.customers.reading import get
from core.customers.web_types import WebState
from core.customers.web_visits import trail
from core.staff.access_log import Access, record_access

if TYPE_CHECKING:
    from core.actor import Actor
    from core.customers.types import Customer
    from core.customers.web_types import Trail, WebRegistration
    from core.database import UnitOfWork
    from core.keys import KeyRing

READERS: Final = (Role.CLERK, Role.CONTACT_PERSON, Role.IMPORTER)
TASK: Final = "web_registration"


@dataclass(frozen=True, slots=True)
class SeenRegistration:
    """A registration beside whoever may be meant by it, in the order of its candidates, and what came with the form."""

    registration: WebRegistration
    candidates: tuple[Customer, ...]
    trail: Trail | None


def open_list(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    state: WebState | None = WebState.PROPOSED,
    *,
    limit: int = 50,
) -> list[WebRegistration]:
    """Registrations in *state* (None: any), urgent ones first.  The caller commits before showing them."""
    require(actor, *READERS)
    found = web_reads.registrations(uow.connection, keyring, state, limit=limit)
    detail = f"{len(found)} rows"
    record_access(uow, actor, action=Access.LIST, customer_id=None, task=TASK, detail=detail)
    return found


def open_one(
    uow: UnitOfWork, keyring: KeyRing, actor: Actor, number: int, *, task: str = TASK
) -> SeenRegistration:
    """Registration *number* whole: a look at everybody who may be meant.  The caller commits before showing it.

    Raises:
        NoSuchRegistration: there is none.
        TaskMissing: *task* does not say what for.
    """
    require(actor, *READERS)
    found = web_reads.get(uow.connection, keyring, number)
    record_access(
        uow, actor, action=Access.OPEN, customer_id=found.customer_id, task=task, detail=f"web {number}"
    )
    candidates = tuple(get(uow.connection, it.customer_id) for it in found.candidates)
    for candidate in candidates:
        record_access(uow, actor, action=Access.OPEN, customer_id=candidate.id, task=task)
    return SeenRegistration(found, candidates, trail(uow.connection, keyring, number))
