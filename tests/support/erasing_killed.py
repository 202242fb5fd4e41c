"""An erasure in a process of its own that kills itself with SIGKILL at a chosen commit, fence write or wipe."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from core.actor import Actor, Role
from core.clock import FixedClock
from core.config import load_config
from core.database import UnitOfWork
from core.register import open_register
from core.rights.erasure import cleaning, service, steps
from tests.conftest import THE_MORNING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

ACTOR = Actor(1, "maija", "Maija Meikäläinen", frozenset(Role))
_SECONDS = 60


def erase_and_die(config: str, number: int, point: int, *, after: bool, pause: float) -> None:
    """Carry the erasure out until the *point*-th durable step, and die before or *after* it and *pause* seconds."""
    reached = 0

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            nonlocal reached
            reached += 1
            here = reached == point
            if here and not after:
                _die(pause)
            found = real(*arguments, **named)
            if here:
                _die(pause)
            return found

        return step

    vars(service)["fence_out"] = dying(steps.fence_out)
    vars(cleaning)["_cut_journal"] = dying(cleaning._cut_journal)
    UnitOfWork.commit = dying(UnitOfWork.commit)  # type: ignore[method-assign]
    register = open_register(load_config(Path(config)), _nothing_leaves, FixedClock(THE_MORNING))
    service.carry_out(register, ACTOR, number)


def died(config: Path, number: int, point: int, *, after: bool, pause: float) -> bool:
    """Whether the erasure was killed at that point; False when it came to its end before."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.support.erasing_killed"])
    worker = processes.Process(
        target=erase_and_die,
        args=(str(config), number, point),
        kwargs={"after": after, "pause": pause},
        daemon=True,
    )
    worker.start()
    worker.join(_SECONDS)
    assert worker.exitcode in (0, -signal.SIGKILL), worker.exitcode
    return worker.exitcode != 0


def _die(pause: float) -> NoReturn:
    time.sleep(pause)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _nothing_leaves(name: str) -> NoReturn:
    raise AssertionError(name)
