"""Checkpoints (C2SP tlog-checkpoint v1.0.0): what the log looked like at a size, in three lines."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Final

from core.disclosure.log.errors import CheckpointInvalid
from core.disclosure.log.note import Note, VerifierKey, open_note, strict_base64
from core.disclosure.log.tree import HASH_BYTES

_SIZE: Final = re.compile(r"(?:0|[1-9][0-9]{0,19})\Z")
_LARGEST_SIZE: Final = 2**64 - 1
_LINES: Final = 3


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """The signed part of a checkpoint."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's origin, size and root (32 bytes)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note text."""
        return checkpoint_text(self.origin, self.size, self.root) + "".join(
            f"{line}\n" for line in self.extensions
        )

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """From the note text.

        Raises:
            CheckpointInvalid: a line is missing, empty or malformed, or the root has not 32 bytes.
        """
        lines = text.split("\n")
        if lines.pop() != "" or len(lines) < _LINES or not all(lines) or not _SIZE.match(lines[1]):
            raise CheckpointInvalid
        root = strict_base64(lines[2])
        size = int(lines[1])
        if root is None or len(root) != HASH_BYTES or size > _LARGEST_SIZE:
            raise CheckpointInvalid
        return cls(lines[0], size, root, tuple(lines[_LINES:]))


def open_checkpoint(content: bytes, key: VerifierKey) -> Checkpoint:
    """The checkpoint in a note that *key* has signed, for the origin that the key is named after.

    Raises:
        NoteInvalid, SignatureInvalid, CheckpointInvalid: it is not.
    """
    note: Note = open_note(content, [key])
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != key.name:
        raise CheckpointInvalid
    return checkpoint
