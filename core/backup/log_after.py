"""The disclosure log after a restore: what was signed since the backup is put back from the mirror, where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.disclosure.log.errors import MarkBroken, MarkMissing
from core.disclosure.log.resume import resume
from core.errors import RegisterError

if TYPE_CHECKING:
    from core.disclosure.log.entries import Intent
    from core.register import Register


class LogState(StrEnum):
    """How the log stands after a restore."""

    # The backup has all that was signed.
    WHOLE = "whole"
    # The missing end is back.
    RESUMED = "resumed"
    # A person has to say where a copy is; until then nothing leaves.
    BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class LogAfter:
    """Where the log stands: entries that were missing, transfers that the tables don't know, what prevents more."""

    state: LogState
    missing: int = 0
    transfers: tuple[Intent, ...] = ()
    problem: RegisterError | None = None


def bring_up(register: Register) -> LogAfter:
    """Put the missing end of the log back from the configured mirror; without one the log stays shut, and says so."""
    log = register.log
    assert log.mark is not None
    size = log.size()
    try:
        missing = max(0, log.mark.read().size - size)
    except (MarkMissing, MarkBroken) as error:
        return LogAfter(LogState.BEHIND, problem=error)
    mirror = register.config.log.mirror_directory
    if not missing:
        return LogAfter(LogState.WHOLE)
    if mirror is None:
        return LogAfter(LogState.BEHIND, missing)
    try:
        back = resume(log, mirror, source="mirror")
    except RegisterError as error:
        return LogAfter(LogState.BEHIND, missing, problem=error)
    return LogAfter(LogState.RESUMED, missing, back.intents)
