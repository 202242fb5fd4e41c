"""Refusals of the gate, noted so that they can be reviewed: who asked for what, and which rule said no.

A table of its own, append-only in the database, and not part of the signed log: nothing left.  It holds no customer's
data, only the customer's row id when a single one was asked for.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select

from core.disclosure.review.model import refusal_table
from core.errors import Refused, RegisterError
from core.messages import N_, tr
from core.text import clean_line, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import Database
    from core.disclosure.types import TransferRequest

_LONGEST: Final = 64

REFUSAL_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "register.not_permitted": N_("the role does not send"),
        "disclosure.unknown_purpose": N_("not a purpose of the notice"),
        "disclosure.unknown_recipient": N_("not a registered recipient"),
        "disclosure.agreement_not_in_force": N_("no agreement in force"),
        "disclosure.purpose_not_agreed": N_("purpose not in the agreement"),
        "disclosure.purpose_not_for_disclosure": N_("no disclosure for this purpose"),
        "disclosure.basis_not_allowed": N_("the basis does not carry the purpose"),
        "disclosure.outside_eea": N_("outside the EU/EEA without safeguard"),
        "disclosure.exit_lacks_purpose": N_("the exit is not made for the purpose"),
        "disclosure.required_not_agreed": N_("needed data not in the agreement"),
        "disclosure.bad_subject": N_("asked for wrongly"),
        "disclosure.nobody_to_send": N_("everybody was left out"),
        "disclosure.forbidden_value": N_("data in the bytes that may not leave"),
        "disclosure.unready_payload": N_("the exit made no bytes"),
        "disclosure.permit_refused": N_("no permit"),
    }
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal.  ``step``: plan, preview or release; ``code``: the error's; ``size``: how many were asked for."""

    id: int
    recorded_at: datetime
    staff_id: int | None
    staff_name: str
    recipient: str
    purpose: str
    task: str
    step: str
    code: str
    size: int
    customer_id: int | None

    def reason(self, language: str) -> str:
        """The rule in a few words."""
        return tr(REFUSAL_NAMES[self.code], language) if self.code in REFUSAL_NAMES else self.code


@contextmanager
def noted(database: Database, actor: Actor, request: TransferRequest, step: str) -> Iterator[None]:
    """Note a refusal that passes through; it goes on all the same."""
    try:
        yield
    except Refused as refusal:
        # The refusal stands whether it could be written down or not.
        with suppress(RegisterError), database.unit_of_work() as uow:
            alone = request.subjects[0].customer_id if len(request.subjects) == 1 else None
            uow.connection.execute(
                insert(refusal_table).values(
                    recorded_at=uow.now,
                    staff_id=actor.staff_id,
                    staff_name=actor.name,
                    recipient=shorten(clean_line(request.recipient), _LONGEST),
                    purpose=shorten(clean_line(request.purpose), _LONGEST),
                    task=shorten(clean_line(request.task), _LONGEST),
                    step=step,
                    code=refusal.code,
                    size=len(request.subjects),
                    customer_id=alone,
                )
            )
            uow.commit()
        raise


def refusals(
    connection: Connection, *, since: datetime | None = None, offset: int = 0, limit: int = 500
) -> list[Refusal]:
    """The refusals from *since* on, newest first."""
    statement = select(refusal_table).order_by(refusal_table.c.id.desc()).offset(offset).limit(limit)
    if since is not None:
        statement = statement.where(refusal_table.c.recorded_at >= since)
    return [Refusal(**row) for row in connection.execute(statement).mappings()]


def count_refusals(connection: Connection, since: datetime | None) -> int:
    """How many there are from *since* on."""
    statement = select(func.count()).select_from(refusal_table)
    if since is not None:
        statement = statement.where(refusal_table.c.recorded_at >= since)
    return int(connection.execute(statement).scalar_one())
