"""A progress bar on standard error, when somebody is there to see it."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.batches.types import Progress, Watcher


@contextmanager
def progress_bar(label: str) -> Iterator[Watcher | None]:
    """What a batch tells how far it has come, with rows a second and time left; None when standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as stack:
        bars: list[click._termui_impl.ProgressBar[int | None]] = []
        began, first = time.monotonic(), 0

        def rate(done: int | None) -> str:
            return f"{((done or 0) - first) / max(time.monotonic() - began, 1e-3):,.0f}/s".replace(",", " ")

        def watch(progress: Progress) -> None:
            nonlocal began, first
            if not bars:
                length = max(progress.total, progress.done)
                bar = click.progressbar(
                    length=length, label=label, file=sys.stderr, show_pos=True, item_show_func=rate
                )
                bars.append(stack.enter_context(bar))
                if progress.done < length:
                    # What an earlier attempt had done is no part of this one's rate.
                    began, first = time.monotonic(), progress.done
            bars[0].update(progress.done - bars[0].pos, progress.done)

        yield watch
