"""Sources: whoever gave us a value that turned out to be wrong is told of its rectification (P7, P20).

A source that is a registered recipient, such as a service of address updates, is told like any other: its notice goes
through the gate, or is the one that it gets as a holder anyhow.  Any other source (a partner's site, an authority, a
subcontractor) is nobody that data may be sent to, so its notice waits for a person who tells it and writes down how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select

from core.disclosure.model import transfer_line_table, transfer_table
from core.disclosure.purposes import RECIPIENTS_TOLD
from core.disclosure.recipients import recipients
from core.notices.due import new_notice
from core.notices.model import notice_table
from core.notices.types import SOURCE, Cause, Holding, NoticeState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from core.database import UnitOfWork
    from core.register import Register

NOT_REGISTERED: Final = "not_registered"
_notice: Final = notice_table.c


def is_source(code: str) -> bool:
    """Whether a notice's recipient is a source that is registered nowhere."""
    return code.startswith(SOURCE)


def tell_sources(
    uow: UnitOfWork,
    register: Register,
    customer_id: int,
    sources: Mapping[str, Collection[str]],
    *,
    reference: str,
) -> list[int]:
    """Make a notice to each of *sources* (code to the fields that it gave) that has none for the same thing; their ids.

    To be called after `core.notices.rights.tell_recipients`, in the transaction of the decision.
    """
    registered = {it.code: it for it in recipients(uow.connection)}
    told = set(
        uow.connection.execute(
            select(_notice.recipient_code).where(
                _notice.customer_id == customer_id,
                _notice.cause == Cause.RECTIFICATION,
                _notice.state == NoticeState.DUE,
            )
        ).scalars()
    )
    made = []
    for code, fields in sorted(sources.items()):
        if code in told:
            continue
        party = registered.get(code)
        number = _latest(uow, customer_id, code) if party is not None else 0
        holding = Holding(customer_id, code, number, uow.now, RECIPIENTS_TOLD, {})
        row = new_notice(
            uow,
            register,
            holding,
            cause=Cause.RECTIFICATION,
            purpose=RECIPIENTS_TOLD,
            fields=fields,
            told="ask",
            way=party.told_by if party is not None else "letter",
            reference=reference,
        )
        obstacle = None if party is not None else NOT_REGISTERED
        statement = insert(notice_table).values(**row, obstacle=obstacle).returning(_notice.id)
        made.append(uow.connection.execute(statement).scalar_one())
    return made


def _latest(uow: UnitOfWork, customer_id: int, recipient: str) -> int:
    """The number of the latest transfer by which the recipient was sent anything about the customer; 0 for none."""
    line, transfer = transfer_line_table.c, transfer_table.c
    query = (
        select(func.max(transfer.number))
        .join(transfer_line_table, line.transfer_id == transfer.id)
        .where(line.customer_id == customer_id, transfer.recipient_code == recipient)
    )
    return uow.connection.execute(query).scalar() or 0
