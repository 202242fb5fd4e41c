"""Numbers in a row as block characters: a chart that any terminal can show and that takes one byte run a redraw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_NOTHING: Final = "·"


def bars(values: Sequence[int]) -> str:
    """A character a value, as high as the value is beside the largest; nothing is a dot."""
    largest = max(values, default=0)
    return "".join(
        _BLOCKS[(value * len(_BLOCKS) - 1) // largest] if value > 0 else _NOTHING for value in values
    )
