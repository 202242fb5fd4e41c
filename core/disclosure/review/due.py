"""What is due about reviews, done by run-due and when a reviewer's screen opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.disclosure.review import approvals, drift, looks

if TYPE_CHECKING:
    from core.register import Register


@dataclass(frozen=True, slots=True)
class Due:
    """What was done: looks entered into the log, findings of drift, approvals that became void."""

    looks: int
    findings: int
    void: int


def do_what_is_due(register: Register) -> Due:
    """Enter the looks of the days before, watch for drift, make old approvals void; signs the log when it has grown.

    Raises:
        LogFault: the log cannot be written or signed.
    """
    language = register.config.register.language
    with register.database.unit_of_work() as uow:
        entered = looks.enter(uow, register.keyring, register.log, looks.start_of_today(uow.now))
        made = drift.watch(uow, register.log, register.config.recipients, language)
        void = approvals.expire(uow)
        uow.commit()
    if entered:
        register.log.sign()
    return Due(entered, len(made), void)
