"""Opening a log that a fault has closed: everything is verified again, and the entry says since when nothing left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.actor import Role, require
from core.disclosure.log.events import FaultCleared
from core.disclosure.log.keeping_errors import NotClosed, StillBroken
from core.disclosure.log.store import milliseconds
from core.text import clean_block

if TYPE_CHECKING:
    from core.actor import Actor
    from core.disclosure.log.service import DisclosureLog
    from core.disclosure.log.store import SignedCheckpoint
    from core.disclosure.log.verify import LinesOf

OPENERS = (Role.CONTACT_PERSON, Role.ADMINISTRATOR)


def reopen(log: DisclosureLog, actor: Actor, reason: str, lines: LinesOf | None = None) -> SignedCheckpoint:
    """Verify the whole log; when it holds, write what happened, sign, and let transfers go on.

    Raises:
        NotPermitted: the actor may not.
        NotClosed: the log is open.
        StillBroken: it does not verify; it stays closed.
        LogFault: it cannot be signed; it stays closed.
    """
    require(actor, *OPENERS)
    latch = log.latch
    with log.database.reading() as connection:
        latched = latch.state(connection) if latch else None
    if latch is None or latched is None:
        raise NotClosed
    report = log.verify(lines)
    if not report.verified:
        raise StillBroken
    with log.database.unit_of_work() as uow:
        # A clock that went back since must not make the fault later than its end.
        since = min(milliseconds(latched.since), milliseconds(uow.now))
        log.append(uow, "fault", FaultCleared(ts=milliseconds(uow.now), code=latched.code, since=since))
        latch.clear_rows(uow, actor.staff_id, clean_block(reason))
        uow.commit()
    signed = log.sign_examined()
    latch.clear_file()
    return signed
