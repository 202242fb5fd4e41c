"""A case is answered by what is handed over: written down in the unit of work that knows that it was.

The transfer's task names the case, so that a sending that was cut off and is settled later answers the case as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from core.clock import HELSINKI
from core.disclosure.recipients import SUBJECT
from core.disclosure.types import ItemState
from core.documents import PERSON
from core.rights.reading import case
from core.rights.types import ENDED
from core.rights.writing import write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.disclosure.outcome import TransferFacts
    from core.disclosure.types import ItemOutcome

# What is handed over as the answer; other letters of a case, such as one that extends its time, are none.
ANSWERS: Final = ("access", "portability")
_TASK: Final = re.compile(r"rights_case ([0-9]+)")


def task_of(case_number: int) -> str:
    """What a transfer that belongs to a case is called."""
    return f"rights_case {case_number}"


class CaseListener:
    """Keeps a case in step with the transfer that answers it."""

    def concluded(
        self, uow: UnitOfWork, actor: Actor, transfer: TransferFacts, outcomes: Mapping[str, ItemOutcome]
    ) -> None:
        """The person has it: the case is answered today, unless it was before."""
        found = _TASK.fullmatch(transfer.task)
        if transfer.recipient != SUBJECT or found is None or not _answers(transfer.adapter):
            return
        if not any(it.state is ItemState.DELIVERED for it in outcomes.values()):
            return
        one = case(uow.connection, int(found[1]))
        if one.answered_on is None and one.state not in ENDED:
            write(uow, one, one.version, {"answered_on": uow.now.astimezone(HELSINKI).date()})


def _answers(adapter: str) -> bool:
    return any(adapter.startswith(f"{PERSON}-{kind}-") for kind in ANSWERS)
