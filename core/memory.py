"""Python's search for cycles, put off while much is made and forgotten that has none."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SELDOM: Final = (200_000, 20, 50)


@contextmanager
def cycles_sought_seldom() -> Iterator[None]:
    """Within it, garbage in cycles is looked for a few hundred times less often: a tenth of an import's time.

    What is in no cycle is freed at once as ever, so memory stays bounded.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
