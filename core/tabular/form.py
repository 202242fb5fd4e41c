"""What a file is and how it is to be read: its format, encoding and separator, and what only the mapping can know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from core.errors import Where
from core.tabular.errors import BadLayout

if TYPE_CHECKING:
    from collections.abc import Mapping

FileFormat = Literal["delimited", "fixed", "xlsx", "jsonl"]
# A quarantine file of a workbook, of JSON Lines or of fixed places is written with this one.
ORDINARY_DELIMITER: Final = ";"


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is read: a Python codec's name, the character between cells, the format.

    ``delimiter`` of a format without one is what its quarantine file is written with; ``encoding`` of a workbook is
    that of its XML.
    """

    encoding: str
    delimiter: str = ORDINARY_DELIMITER
    format: FileFormat = "delimited"


@dataclass(frozen=True, slots=True)
class Shape:
    """What the mapping says of a file beyond its encoding and separator.

    ``format`` None: recognised from the bytes (never ``fixed``). ``sheet`` None: the first that is not hidden.
    ``headings``: names for the columns of a file without a row of headings. ``fixed``: column to its first and last
    place, from 1. ``heading_lines`` are passed over, and ``short_lines`` may end early, in format ``fixed``.
    """

    format: FileFormat | None = None
    sheet: str | None = None
    headings: tuple[str, ...] = ()
    fixed: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    heading_lines: int = 0
    short_lines: bool = False

    def check(self) -> None:
        """Make sure that the fixed places can be.

        Raises:
            BadLayout: there are none though the format wants them, one ends before it begins, or two overlap.
        """
        if self.format != "fixed":
            return
        if not self.fixed:
            raise BadLayout(where=Where(field="fixed"), column="-")
        last = 0
        for name, (first, end) in sorted(self.fixed.items(), key=lambda each: each[1]):
            if first <= last or end < first:
                raise BadLayout(where=Where(field="fixed", value=name), column=name)
            last = end


ANY_SHAPE: Final = Shape()
