"""Answers that a partner has left in its ``in`` folder of the exchange directory, or on its SFTP server."""

from __future__ import annotations

from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from core.updates.sources import Lying
from integrations.errors import NoSuchFile, PartnerSilent
from integrations.transport import TransportFailure
from integrations.words import message_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrations.connection import Connection

ANSWERS: Final = "in"


class PartnerFiles:
    """A source of answers (`core.updates.sources.Source`) at a partner; a file is whole once it has its name there."""

    def __init__(self, connection: Connection, pattern: str = "*") -> None:
        self._connection = connection
        self._pattern = pattern

    def files(self) -> tuple[Lying, ...]:
        """The finished files, by name.

        Raises:
            PartnerSilent: the folder or the server cannot be read.
        """
        try:
            found = self._connection.files(ANSWERS).list("*")
        except TransportFailure as failure:
            raise PartnerSilent(partner=self._connection.partner, reason=message_id(failure.reason)) from None
        return tuple(Lying(file.name, file.size) for file in found if fnmatchcase(file.name, self._pattern))

    @contextmanager
    def taken(self, name: str) -> Iterator[Path]:
        """The file in a private folder that is gone afterwards.

        Raises:
            NoSuchFile: there is no such file.
            PartnerSilent: it cannot be read, is too large, or is still being written.
        """
        with TemporaryDirectory(prefix="rekisteri-") as directory:
            path = Path(directory) / Path(name).name
            try:
                there = self._connection.files(ANSWERS).fetch(name, path)
            except TransportFailure as failure:
                raise PartnerSilent(
                    partner=self._connection.partner, reason=message_id(failure.reason)
                ) from None
            if not there:
                raise NoSuchFile(partner=self._connection.partner, name=name)
            yield path
