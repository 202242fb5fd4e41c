"""A preview on the command line shows whose data would leave: a look, recorded before a line of it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure.looking import record_look

if TYPE_CHECKING:
    from core.actor import Actor
    from core.disclosure.types import Preview
    from core.register import Register


def seen(register: Register, actor: Actor, preview: Preview) -> None:
    """Write the look at *preview* into the access log, for the purpose that it is for."""
    with register.database.unit_of_work() as uow:
        record_look(uow, actor, preview.plan)
        uow.commit()
