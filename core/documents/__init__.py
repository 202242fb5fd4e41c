"""Exports, labels, lists and letters: ways out of the gate that end in a file of the export folder."""

from __future__ import annotations

from typing import Final

FILES: Final = "files"
PERSON: Final = "person"
# A letter to a recipient about its own data of ours: on paper, whatever adapter the recipient has otherwise.
NOTICE: Final = "notice-"


def leads_to_a_file(name: str) -> bool:
    """Whether the exit called *name* is one of ours (``files-csv``) rather than a partner's."""
    return name == FILES or name.startswith(f"{FILES}-")


def leads_to_the_person(name: str) -> bool:
    """Whether the exit called *name* hands something to the person it is about (``person-statement-pdf``)."""
    return name.startswith(f"{PERSON}-")
