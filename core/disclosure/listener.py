"""Who wants to know what became of a transfer: other rooms keep their own records in step with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.disclosure.outcome import TransferFacts
    from core.disclosure.types import ItemOutcome


class TransferListener(Protocol):
    """Told in the same unit of work that records the outcome, so that neither is ever without the other."""

    def concluded(
        self, uow: UnitOfWork, actor: Actor, transfer: TransferFacts, outcomes: Mapping[str, ItemOutcome]
    ) -> None:
        """*outcomes* are those that became known now, by item id; called again when a doubt is settled."""
        ...
