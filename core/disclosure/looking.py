"""A preview shows people's data before anything has left: that is a look at them, and is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.staff.access_log import Access, record_access

if TYPE_CHECKING:
    from core.actor import Actor
    from core.database import UnitOfWork
    from core.disclosure.types import Plan


def record_look(uow: UnitOfWork, actor: Actor, plan: Plan, *, task: str | None = None) -> None:
    """Record that *actor* sees what *plan* would send; part of the caller's transaction.

    One person is opened, several are listed.  *task* is the plan's purpose unless another is given.
    """
    shown = [subject.customer_id for subject in plan.subjects.values()]
    record_access(
        uow,
        actor,
        action=Access.OPEN if len(shown) == 1 else Access.LIST,
        customer_id=shown[0] if len(shown) == 1 else None,
        task=plan.purpose.code if task is None else task,
        detail=f"{len(shown)} rows",
    )
