"""How fast a run goes and how long it will take, in the words that stand beside a bar."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from core.batches.rate import Rate
from core.messages import N_, tr

if TYPE_CHECKING:
    from core.batches.types import Progress


class Pace:
    """Told of each chunk; what an earlier attempt had done is no part of it."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._rate = Rate()

    def note(self, done: Progress) -> str:
        """``1 200/s, 0:45 left``; empty until both are known."""
        told = self._rate.told(done.done, done.total, monotonic())
        if told is None:
            return ""
        rate, left = told
        minutes, seconds = divmod(round(left), 60)
        rows = f"{rate:,.0f}".replace(",", " ")
        return tr(N_("{rows}/s, {left} left"), self._language, rows=rows, left=f"{minutes}:{seconds:02}")
