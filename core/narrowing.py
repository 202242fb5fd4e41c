"""What narrows, remembered outside the database: bans, restrictions and protected addresses survive a restore.

A backup knows nothing of the ban that was made after it.  So whatever narrows what may be done with a person's data is
noted in a file beside the erasure fence, under a fingerprint keyed with the fence's key (HMAC-SHA-256 of the customer
number), before it is committed; what is lifted, after.  A crash between the two narrows more, never less.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.customers.model import customer_table
from core.fence import FenceUnusable, FenceUnwritable
from core.id_lists import among
from core.prepared import Prepared
from core.reasons import open_file, reason_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from core.database import UnitOfWork
    from core.fence import Fence

PROTECTED_ADDRESS: Final = "protected_address"
BAN: Final = "ban:"
RESTRICTION: Final = "restriction:"
_PURPOSE: Final = "narrowed"
_LIFTED: Final = "-"
_PARTS: Final = 3
_NUMBERS: Final = Prepared(select(customer_table.c.number).where(among(customer_table.c.id, "ids")))


@dataclass(frozen=True, slots=True)
class Narrowed:
    """*what* holds for a customer since a day (ISO 8601), or, with *since* None, does not hold any more."""

    number: str
    what: str
    since: str | None


class Narrowings:
    """The notes in their file, which is made with the first of them."""

    def __init__(self, path: Path, fence: Fence) -> None:
        self.path = path
        self._fence = fence

    def note(self, several: Sequence[Narrowed]) -> None:
        """Add lines, durable on return.

        Raises:
            FenceUnusable: the fence whose key is needed cannot be used.
            FenceUnwritable: there is no room, or no right to write.
        """
        if not several:
            return
        content = "".join(
            f"{self.mark(it.number).hex()} {it.what} {it.since or _LIFTED}\n" for it in several
        ).encode("ascii")
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "r+b") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX)
                stream.seek(_whole(stream.fileno()))
                # A line that a crash cut short is written over.
                stream.truncate()
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise FenceUnwritable(path=str(self.path), reason=reason_of(error)) from error

    def mark(self, number: str) -> bytes:
        """The fingerprint that stands for a customer number."""
        return self._fence.mark(_PURPOSE, number)

    def in_force(self) -> Mapping[bytes, Mapping[str, str]]:
        """By fingerprint, what holds and since which day, as last noted; nothing when there is no file yet.

        Raises:
            FenceUnusable: the file cannot be read.
        """
        found: dict[bytes, dict[str, str]] = {}
        for mark, what, since in self._lines():
            if since == _LIFTED:
                found.get(mark, {}).pop(what, None)
            else:
                found.setdefault(mark, {})[what] = since
        return {mark: held for mark, held in found.items() if held}

    def _lines(self) -> Iterator[tuple[bytes, str, str]]:
        if not self.path.exists():
            return
        try:
            with open_file(self.path) as stream:
                for line in stream:
                    parts = line.decode("ascii").split()
                    if line.endswith(b"\n") and len(parts) == _PARTS:
                        yield bytes.fromhex(parts[0]), parts[1], parts[2]
        except (OSError, ValueError) as error:
            reason = reason_of(error) if isinstance(error, OSError) else str(self.path.name)
            raise FenceUnusable(path=str(self.path), reason=reason) from error


def _whole(descriptor: int) -> int:
    """How long the file is without a last line that was cut short."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, 4096, max(0, size - 4096))
    return size - (len(tail) - (tail.rfind(b"\n") + 1))


def narrows(uow: UnitOfWork, customer_ids: Collection[int], what: str, since: date | None) -> None:
    """*what* holds for these customers since a day, or (None) no more: noted when the unit of work is committed."""
    if uow.database.narrowings is None or not customer_ids:
        return
    day = None if since is None else since.isoformat()
    for number in _NUMBERS.rows(uow.connection, {"ids": customer_ids}):
        uow.narrowed.append(Narrowed(number[0], what, day))
