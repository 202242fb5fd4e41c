"""Rows that name the person and belong to nobody yet: proposals of address services, registrations, rows being read.

Nothing in them leads to the person by id alone, so the inventory cannot.  A row is the person's when one of the person's
own values stands in it, or when the person is the only one who may be meant; where others may be meant too the person
is taken out of those who may.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, or_, select, update

from core.batches import service as batches
from core.batches.model import batch_row_table, batch_table
from core.batches.types import BatchKind
from core.customers.web_model import web_registration_table
from core.customers.web_visits import opened_words
from core.updates.explaining import candidates_in
from core.updates.types import Decision, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.keys import KeyRing
    from core.rights.erasure.finder import Finder

_row = batch_row_table.c
_web = web_registration_table.c
_HOLDING: Final = (Outcome.PROPOSED, Outcome.QUARANTINED)


def let_go(
    uow: UnitOfWork, keyring: KeyRing, actor: Actor, ids: frozenset[int], finder: Finder
) -> Mapping[str, int]:
    """Empty or delete those of whoever goes by *ids*; returns how many by table.  A proposal counts as rejected because the person is erased."""
    return {
        batch_row_table.name: _of_services(uow, actor, ids, finder),
        web_registration_table.name: _of_the_site(uow, keyring, ids, finder),
    }


def _of_services(uow: UnitOfWork, actor: Actor, ids: frozenset[int], finder: Finder) -> int:
    # By run and outcome, which is how the rows are indexed; rows of other outcomes hold values only until applied.
    waiting = and_(_row.outcome.in_(_HOLDING), or_(*(column.is_not(None) for column in _SAID)))
    mine = and_(_row.customer_id.in_(ids), or_(_row.outcome == Outcome.PROPOSED, _row["values"].is_not(None)))
    columns = (_row.batch_id, _row.line, _row.customer_id, _row.outcome, _row.reason, _row.explanation)
    gone = 0
    counted: dict[int, Counter[str]] = {}
    for of in (and_(_row.batch_id.in_(select(batch_table.c.id)), waiting), mine):
        for row in uow.connection.execute(select(*columns, *_SAID).where(of)).all():
            meant = [one["customer"] for one in candidates_in(row.explanation)]
            said = json.dumps([row.key, row.values_, row.cells], ensure_ascii=False).encode()
            if row.customer_id in ids or (meant and ids >= set(meant)) or finder.in_bytes(said):
                changed = _emptied(uow, actor, row)
                gone += 1
                if changed:
                    counted.setdefault(row.batch_id, Counter()).update(changed)
            elif not ids.isdisjoint(meant):
                left = [one for one in candidates_in(row.explanation) if one["customer"] not in ids]
                _write(uow, row, {"explanation": {**row.explanation, "candidates": left}})
    for batch_id, counts in counted.items():
        batches.tally(uow, batches.get(uow.connection, batch_id, BatchKind.UPDATE), counts)
    return gone


_SAID: Final = (_row.key, _row["values"].label("values_"), _row.cells)


def _emptied(uow: UnitOfWork, actor: Actor, row: Any) -> Mapping[str, int]:
    """Empty a row, and what that changes in its run's counts."""
    values: dict[str, object] = dict.fromkeys(
        ("key", "customer_id", "values", "explanation", "cells", "problem")
    )
    before = Decision(row.outcome, row.reason).tally
    if row.outcome == Outcome.QUARANTINED:
        _write(uow, row, values)
        return {}
    decided = {"decided_at": uow.now, "decided_by": actor.staff_id, "decided_by_name": actor.name}
    said = {"outcome": str(_AFTER.outcome), "reason": str(_AFTER.reason), "decision": str(_AFTER.outcome)}
    _write(uow, row, {**values, **decided, **said})
    return {before: -1, _AFTER.tally: 1}


# A decision, so that nobody works the row and no run that is being applied does.
_AFTER: Final = Decision(Outcome.REJECTED, Reason.ERASED)


def _write(uow: UnitOfWork, row: Any, values: Mapping[str, object]) -> None:
    uow.connection.execute(
        update(batch_row_table).where(_row.batch_id == row.batch_id, _row.line == row.line).values(**values)
    )


def _of_the_site(uow: UnitOfWork, keyring: KeyRing, ids: frozenset[int], finder: Finder) -> int:
    chosen = select(_web.id, _web.candidates, _web["values"].label("said"), _web.note, _web.submission).where(
        _web.customer_id.is_(None)
    )
    gone = []
    for row in uow.connection.execute(chosen).all():
        meant = [who for who, _ in row.candidates]
        values = opened_words(keyring, row.submission, row.said)
        said = json.dumps([values, row.note, row.submission], ensure_ascii=False).encode()
        if (meant and ids >= set(meant)) or finder.in_bytes(said):
            gone.append(row.id)
        elif not ids.isdisjoint(meant):
            left = [one for one in row.candidates if one[0] not in ids]
            uow.connection.execute(
                update(web_registration_table).where(_web.id == row.id).values(candidates=left)
            )
    if gone:
        uow.connection.execute(delete(web_registration_table).where(_web.id.in_(gone)))
    return len(gone)
