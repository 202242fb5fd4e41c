"""Exports, labels, lists and letters: ways out of the gate that end in a file of the export folder."""

from __future__ import annotations

from typing import Final

FILES: Final = "files"


def leads_to_a_file(name: str) -> bool:
    """Whether the exit called *name* is one of ours (``files-csv``) rather than a partner's."""
    return name == FILES or name.startswith(f"{FILES}-")
