"""A person's data from another register taken in, by the machinery of first loads: previewed, checked row by row at the
same door, a bad row into quarantine, the fence asked, the same file not twice.

The customer is added on the person's own word.  Orders are shown and not taken in: they were made with another company,
and here they would be invoiced.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from core.config import LoadMapping
from core.customers import first_load
from core.customers.first_load import Incoming
from core.customers.load_rows import RowReader
from core.customers.types import SourceKind
from core.reasons import open_file, reason_of
from core.rights.portability.errors import FileUnreadable, NotPortable, TooLarge
from core.rights.portability.form import FIELDS, Portable, decoded
from core.tabular import Fingerprint, Form, Row, Table, open_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.actor import Actor
    from core.batches.types import Batch
    from core.customers.first_load import LoadPreview
    from core.register import Register

NAME: Final = "portability"
LIMIT_MB: Final = 64
_READER: Final = RowReader(NAME, LoadMapping(columns={name: name for name in FIELDS}))


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a file would bring: the customer as a load understands it, and the orders that stay behind.

    ``portable`` is None for a table, which says no more than its one row.
    """

    preview: LoadPreview
    portable: Portable | None


@dataclass(frozen=True, slots=True)
class _OnePerson(Table):
    """A table of one row, made of what a file of the form says."""

    cells: tuple[str, ...] = ()

    def rows(self, *, after_line: int = 0) -> Iterator[Row]:
        """The one row."""
        if after_line < 1:
            yield Row(1, self.cells)


def preview(register: Register, actor: Actor, path: Path) -> Proposed:
    """What the file at *path* would bring; nothing is written.

    Raises:
        NotPermitted: the actor does not load customers.
        FileUnreadable, TooLarge, NotPortable, FileRefused: it is no such file.
    """
    incoming, found = _opened(path)
    return Proposed(first_load.preview_of(register, actor, incoming), found)


def take_in(register: Register, actor: Actor, path: Path, *, again: bool = False) -> Batch:
    """Add the customer whose data the file holds; a row that can't be is in the batch's quarantine file.

    Raises:
        AlreadyDone: it was taken in before, and *again* doesn't say that this is meant.
        NotPermitted, FileUnreadable, TooLarge, NotPortable, FileRefused: as `preview`.
    """
    incoming, _ = _opened(path)
    return first_load.load_of(register, actor, incoming, again=again)


def _opened(path: Path) -> tuple[Incoming, Portable | None]:
    content = _content(path)
    known = Fingerprint(hashlib.sha256(content).hexdigest(), 1)
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        table = open_table(path, _READER.settings.columns)
        return Incoming(_READER, table, known, SourceKind.SELF), None
    try:
        found = decoded(content)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotPortable(file=path.name, problem=str(error)) from error
    cells = tuple(getattr(found.customer, name) or "" for name in FIELDS)
    return Incoming(_READER, _table(path, len(content), cells), known, SourceKind.SELF), found


def _table(path: Path, size: int, cells: tuple[str, ...]) -> Table:
    places = {name: place for place, name in enumerate(FIELDS)}
    return _OnePerson(path, Form("utf-8"), FIELDS, places, size, cells=cells)


def _content(path: Path) -> bytes:
    try:
        with open_file(path) as stream:
            content = stream.read((LIMIT_MB << 20) + 1)
    except OSError as error:
        raise FileUnreadable(file=path.name, reason=reason_of(error)) from error
    if len(content) > LIMIT_MB << 20:
        raise TooLarge(file=path.name, size=path.stat().st_size >> 20, limit=LIMIT_MB)
    return content
