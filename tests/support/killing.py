"""Work in a process of its own that is killed with `kill -9` at some moment."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FINISHED = -1


def killed(work: Callable[..., None], arguments: tuple[str, ...], wait: float, *, after: int = 0) -> bool:
    """Kill *work* *wait* seconds after it has told of its first chunk, or of *after* rows; whether it had finished.

    *work* is given a connection last, and tells on it how many rows are done, and `FINISHED` at its end.
    """
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.support.update_house"])
    told, teller = processes.Pipe(duplex=False)
    worker = processes.Process(target=work, args=(*arguments, teller), daemon=True)
    worker.start()
    teller.close()
    assert told.poll(120)
    # A worker that finds nothing left to do, since the last was killed after its last chunk, tells nothing.
    last = FINISHED
    with contextlib.suppress(EOFError, OSError):
        last = told.recv()
        while FINISHED < last < after:
            last = told.recv()
        time.sleep(wait)
        worker.kill()
        while True:
            last = told.recv()
    worker.join()
    told.close()
    return bool(last == FINISHED)
