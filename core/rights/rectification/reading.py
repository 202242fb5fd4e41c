"""What a case of rectification is about, as it stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.rights.errors import CaseWordsGone
from core.rights.reading import context, key_of
from core.rights.rectification.model import rectification_table
from core.rights.rectification.types import Proposal

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from core.keys import DataKey, KeyRing

_c = rectification_table.c


def proposals(connection: Connection, keyring: KeyRing, number: int) -> list[Proposal]:
    """The values that case *number* is about, in the order in which they were proposed.

    Raises:
        NoSuchCase: there is none.
        CaseWordsGone: they were erased with the person.
    """
    key = key_of(connection, keyring, number)
    rows = connection.execute(select(rectification_table).where(_c.case_number == number).order_by(_c.id))
    return [_proposal(key, row) for row in rows]


def has_granted(connection: Connection, number: int) -> bool:
    """Whether any value of case *number* has been granted."""
    found = select(_c.id).where(_c.case_number == number, _c.decision == "granted").limit(1)
    return connection.execute(found).first() is not None


def place(number: int, field: str) -> bytes:
    """What the sealed values of one field are bound to."""
    return context(number, f"rectification/{field}")


def _proposal(key: DataKey | None, row: Row[Any]) -> Proposal:
    if key is None or row.proposed is None:
        raise CaseWordsGone(number=row.case_number)
    values = json.loads(key.unseal(row.proposed, place(row.case_number, row.field)))
    return Proposal(
        field=row.field,
        old=values["old"],
        new=values["new"],
        evidence=row.evidence,
        proposed_at=row.proposed_at,
        staff_name=row.staff_name,
        decision=row.decision,
        origin=row.origin,
    )
