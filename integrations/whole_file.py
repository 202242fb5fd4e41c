"""A partner's file of everything, fetched into a file of ours as it comes: public data, and nobody is named by asking."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from core.batches.types import Progress
from core.errors import Where
from core.reasons import reason_of
from core.tabular import CannotWrite
from integrations.errors import NotACapability, PartnerSilent
from integrations.protocol import OffersWhole
from integrations.transport import TransportFailure
from integrations.words import message_id

if TYPE_CHECKING:
    from pathlib import Path

    from core.batches.types import Watcher
    from integrations.driver import Driver
    from integrations.protocol import Adapter

WHOLE_FILE: Final = "whole_file"
_HTTP_OK: Final = 200


def fetch_whole(
    driver: Driver, adapter: Adapter, partner: str, path: Path, progress: Watcher | None = None
) -> int:
    """Fetch it to *path*, a new file that only we read; returns its size in bytes.

    Raises:
        NotACapability: the partner has no such file.
        PartnerSilent: it did not answer, or not whole; nothing is left at *path*.
        CannotWrite: the disk refused; nothing is left at *path*.
    """
    if not isinstance(adapter, OffersWhole):
        raise NotACapability(partner=partner, capability=WHOLE_FILE)
    with _created(path) as file:
        try:
            status = driver.download(adapter.whole_file(driver.context()), _Keeping(file, path, progress))
        except TransportFailure as failure:
            path.unlink(missing_ok=True)
            raise PartnerSilent(partner=partner, reason=message_id(failure.reason)) from None
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        size = file.tell()
    if status != _HTTP_OK:
        path.unlink(missing_ok=True)
        raise PartnerSilent(partner=partner, reason=message_id(f"HTTP_{status}"))
    return size


def _created(path: Path) -> BinaryIO:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotWrite(where=Where(file=str(path)), reason=reason_of(error)) from error
    # Not buffered: a full disk is met where it can be said.
    return os.fdopen(handle, "wb", buffering=0)


@dataclass(frozen=True, slots=True)
class _Keeping:
    """Writes each piece as it comes."""

    file: BinaryIO
    path: Path
    progress: Watcher | None

    def __call__(self, chunk: bytes) -> None:
        try:
            written = 0
            while written < len(chunk):
                written += self.file.write(chunk[written:])
        except OSError as error:
            # Said here: to the transport it would look as if the partner had gone.
            raise CannotWrite(where=Where(file=str(self.path)), reason=reason_of(error)) from error
        if self.progress is not None:
            self.progress(Progress(self.file.tell(), 0, {}))
