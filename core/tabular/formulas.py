"""Cells that a spreadsheet would run: made harmless on the way out, restored on the way in (ASVS 5.0, 1.2.10)."""

from __future__ import annotations

from typing import Final

_STARTS: Final = frozenset("=+-@\t\r\n\0")
_MARK: Final = "'"


def defuse(cell: str) -> str:
    """The cell with an apostrophe in front when a spreadsheet would take it for a formula.

    A cell that already looks defused gets one more, so that `restore` always gives back what went in.
    """
    return _MARK + cell if cell.lstrip(_MARK)[:1] in _STARTS and cell else cell


def restore(cell: str) -> str:
    """The cell without the apostrophe that `defuse` (or a spreadsheet) put in front of it."""
    return cell[1:] if cell[:1] == _MARK and cell.lstrip(_MARK)[:1] in _STARTS else cell
