"""The history of notices: who did what, when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select

from core.notices.model import notice_event_table
from core.notices.types import NoticeEvent, NoticeState
from core.text import clean_line, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork

_event: Final = notice_event_table.c
_LONGEST: Final = 500


def record(uow: UnitOfWork, actor: Actor, notice_id: int, state: NoticeState, detail: str) -> None:
    """One event of one notice."""
    record_many(uow, actor, [notice_id], state, detail)


def record_many(uow: UnitOfWork, actor: Actor, ids: Sequence[int], state: NoticeState, detail: str) -> None:
    """The same event of several notices; *detail* is a code of ours or a person's words, and no value of anybody's."""
    if not ids:
        return
    same = {
        "at": uow.now,
        "actor_id": actor.staff_id,
        "actor_name": actor.name,
        "state": state,
        "detail": shorten(clean_line(detail), _LONGEST),
    }
    uow.connection.execute(insert(notice_event_table), [{**same, "notice_id": of} for of in ids])


def history_of(connection: Connection, notice_id: int) -> list[NoticeEvent]:
    """What has happened to a notice, the oldest first."""
    rows = connection.execute(
        select(_event.at, _event.actor_name, _event.state, _event.detail)
        .where(_event.notice_id == notice_id)
        .order_by(_event.id)
    )
    return [NoticeEvent(row.at, row.actor_name, NoticeState(row.state), row.detail) for row in rows]
