"""What a benchmark yields, and how it is told: a table for people, JSON lines for programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence


DATABASES: Final = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Options:
    """What the runner was asked for: sizes of register to measure at, and on which databases."""

    customers: tuple[int, ...] = (10_000, 100_000)
    databases: tuple[str, ...] = DATABASES


@dataclass(frozen=True, slots=True)
class Measurement:
    """One figure.  ``baseline`` is the bare way's figure in the same run; ``ratio`` is value to baseline."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    goal: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the baseline."""
        return None if not self.baseline else self.value / self.baseline

    def as_json(self) -> str:
        """One line: name, value, unit, baseline, ratio, goal."""
        fields = {**asdict(self), "ratio": self.ratio}
        names = ("name", "value", "unit", "baseline", "ratio", "goal")
        rounded = {
            key: round(fields[key], 4) if isinstance(fields[key], float) else fields[key] for key in names
        }
        return json.dumps(rounded, ensure_ascii=False)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that *share* (0 to 1) of *values* do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def table(measurements: Sequence[Measurement]) -> str:
    """The figures in columns."""
    head = ("name", "value", "unit", "baseline", "ratio", "goal")
    rows = [
        (
            one.name,
            f"{one.value:.2f}",
            one.unit,
            "" if one.baseline is None else f"{one.baseline:.2f}",
            "" if one.ratio is None else f"{one.ratio:.2f}",
            one.goal,
        )
        for one in measurements
    ]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    )
