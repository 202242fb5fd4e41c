"""Slow work beside the event loop, in threads that never keep the program from ending.

The loop's own executor is not used: leaving the program would wait for its threads, and a partner may take half a
minute to answer while sshd has already hung up.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


class SessionClosing(Exception):
    """The session ends while work is under way; the work goes on or is recovered at the next start."""


def in_thread(work: Callable[[], Result]) -> asyncio.Future[Result]:
    """Run *work* in a thread of its own; await the future for its result or its exception."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # a result is there whenever no error is

    def run() -> None:
        result: Result | None = None
        error: BaseException | None = None
        try:
            result = work()
        except BaseException as caught:  # noqa: BLE001 - every exception belongs to the one who awaits
            error = caught
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:
            # The loop is closed: the session has ended and nobody waits any more.
            return

    threading.Thread(target=run, daemon=True, name="register-work").start()
    return future


async def unless_closing(work: asyncio.Future[Result], closing: asyncio.Event) -> Result:
    """The result of *work*, unless the session is closed first.

    Raises:
        SessionClosing: the session closes; *work* is left alone.
    """
    end = asyncio.ensure_future(closing.wait())
    either: set[asyncio.Future[Any]] = {work, end}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        end.cancel()
    if not work.done():
        work.add_done_callback(_forget)
        raise SessionClosing
    return work.result()


def _forget(work: asyncio.Future[Result]) -> None:
    if not work.cancelled():
        work.exception()
