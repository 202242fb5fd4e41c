"""How a customer stands: a protected address, the end of the relationship and its beginning anew."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers import changing
from core.customers.contacts import contact
from core.customers.errors import RelationshipEnded
from core.customers.reading import get, hold, require_not_erased, require_version
from core.customers.types import Customer, Source, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.actor import Actor
    from core.database import UnitOfWork

EDITORS: Final = (Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON)


def protect_address(
    uow: UnitOfWork,
    actor: Actor,
    customer_id: int,
    source: Source,
    *,
    protected: bool,
    version: int,
    batch_id: int | None = None,
) -> Customer:
    """Note or lift a protected address (turvakielto): hidden in lists, not searchable, left off what leaves.

    Allowed on a restricted customer too, since it only narrows.

    Raises:
        ChangedMeanwhile, CustomerErased, CustomerNotFound: see `change`.
    """
    require(actor, *EDITORS)
    new = {"protected_address": protected}
    return _change_standing(uow, actor, customer_id, new, source, version=version, batch_id=batch_id)


def end_relationship(
    uow: UnitOfWork, actor: Actor, customer_id: int, *, ended_on: date, source: Source, version: int
) -> Customer:
    """End the customer relationship; retention (P11) counts from *ended_on*.

    Raises:
        RelationshipEnded: it has ended already.
        ChangedMeanwhile, CustomerErased, CustomerNotFound: see `change`.
    """
    require(actor, Role.CLERK, Role.CONTACT_PERSON)
    if get(uow.connection, customer_id).status is Status.ENDED:
        raise RelationshipEnded(number=get(uow.connection, customer_id).number)
    new = {"status": Status.ENDED, "ended_on": ended_on}
    return _change_standing(uow, actor, customer_id, new, source, version=version)


def end_in_batch(
    uow: UnitOfWork,
    actor: Actor,
    customer_id: int,
    source: Source,
    *,
    ended_on: date,
    version: int,
    batch_id: int,
) -> Customer:
    """End the relationship because a batch says that the customer has died; one that has ended stays as it is.

    Raises:
        ChangedMeanwhile, CustomerErased, CustomerNotFound: see `change`.
    """
    require(actor, *EDITORS)
    if get(uow.connection, customer_id).status is Status.ENDED:
        return get(uow.connection, customer_id)
    new = {"status": Status.ENDED, "ended_on": ended_on}
    return _change_standing(uow, actor, customer_id, new, source, version=version, batch_id=batch_id)


def resume_relationship(
    uow: UnitOfWork, actor: Actor, customer_id: int, *, source: Source, version: int
) -> Customer:
    """Begin an ended customer relationship anew.

    Raises:
        ChangedMeanwhile, CustomerErased, CustomerNotFound: see `change`.
    """
    require(actor, Role.CLERK, Role.CONTACT_PERSON)
    new: dict[str, object] = {"status": Status.ACTIVE, "ended_on": None}
    return _change_standing(uow, actor, customer_id, new, source, version=version)


def _change_standing(
    uow: UnitOfWork,
    actor: Actor,
    customer_id: int,
    new: Mapping[str, object],
    source: Source,
    *,
    version: int,
    batch_id: int | None = None,
) -> Customer:
    customer = hold(uow, [customer_id])[customer_id]
    require_not_erased(customer)
    require_version(uow.connection, customer, version)
    planned = changing.plan(
        uow.connection, changing.before_of(uow.connection, [customer_id]), {customer_id: new}
    )
    changing.write(uow, actor, planned, source, batch_id=batch_id)
    if "status" in new:
        ended_on = new["ended_on"]
        today = uow.now.astimezone(HELSINKI).date()
        contact(uow, [customer_id], ended_on if isinstance(ended_on, date) else today)
    return get(uow.connection, customer_id)
