"""How quickly a batch goes, and how long the rest will take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Rate:
    """Rows a second since the first report; what an earlier attempt had done is no part of it."""

    _began: float | None = None
    _first: int = 0

    def told(self, done: int, total: int, now: float) -> tuple[float, float] | None:
        """Rows a second and seconds left when *done* of *total* are done at *now*; None until both are known."""
        if self._began is None:
            self._began, self._first = now, done
            return None
        rows, seconds = done - self._first, now - self._began
        if rows <= 0 or seconds <= 0:
            return None
        return rows / seconds, max(0, total - done) * seconds / rows
