"""A progress bar on standard error, when somebody is there to see it."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.batches.types import Progress, Watcher


@contextmanager
def progress_bar(label: str) -> Iterator[Watcher | None]:
    """What a batch tells how far it has come; None when standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as stack:
        bars: list[click._termui_impl.ProgressBar[int]] = []

        def watch(progress: Progress) -> None:
            if not bars:
                length = max(progress.total, progress.done)
                bar = click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True)
                bars.append(stack.enter_context(bar))
            bars[0].update(progress.done - bars[0].pos)

        yield watch
