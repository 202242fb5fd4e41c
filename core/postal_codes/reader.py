"""Posti's PCF and BAF files: records of fixed width in ISO-8859-1, one a line.

Layout: Posti's service description of 2015 as public parsers have it, checked against sample records (docs/partners.md).
One record that is not as described refuses the file: half of the postcodes would be worse than yesterday's.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, Final

from core.archives import BadArchive, opened
from core.errors import Where, Words
from core.messages import N_
from core.postal_codes.errors import BadPostalFile
from core.reasons import reason_of
from core.tabular.errors import Unreadable
from core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENCODING: Final = "iso-8859-1"
# Of a whole BAF there are some hundred thousand records; a file beyond this is something else.
MAX_BYTES: Final = 1 << 30
_DIGITS: Final = re.compile(r"[0-9]*")
_CODE: Final = re.compile(r"[0-9]{5}")
_DAY: Final = re.compile(r"[0-9]{8}")


class Layout(StrEnum):
    """Which of the two files it is."""

    PCF = "PCF"
    BAF = "BAF"


_MARKS: Final = {b"PONOT": Layout.PCF, b"KATUN": Layout.BAF}
_WIDTHS: Final = {Layout.PCF: 220, Layout.BAF: 256}


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """One postcode. ``kind``: 1 normal, 2 PO boxes, 3 a company's own, others see Posti; names as they stand."""

    code: str
    name_fi: str
    name_sv: str
    short_fi: str
    short_sv: str
    in_force_from: date | None
    kind: int
    municipality_fi: str
    municipality_sv: str


@dataclass(frozen=True, slots=True)
class StreetRecord:
    """One street, or a stretch of it, in a postcode. ``parity``: 1 odd, 2 even, 0 any; no numbers: the whole street."""

    code: str
    street_fi: str
    street_sv: str
    parity: int
    lowest: int | None
    highest: int | None


class PostalFile:
    """An open file, its layout known from its first record; the digest is whole once every record has been read."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self._hash = hashlib.sha256()
        self._first = self._line()
        mark = _MARKS.get(self._first[:5])
        if mark is None:
            raise self._bad(1, N_("it does not begin with PONOT or KATUN"))
        self.layout: Layout = mark
        self.run_on = self._day(self._first[5:13].decode(ENCODING), 1)

    @property
    def digest(self) -> str:
        """SHA-256 of what has been read."""
        return self._hash.hexdigest()

    def records(self) -> Iterator[CodeRecord | StreetRecord]:
        """Every record in order; BAF's records without a street tell nothing that PCF does not and are passed over.

        Raises:
            BadPostalFile: one is not as the layout has it.
        """
        line, number = self._first, 1
        while line:
            record = self._record(line, number)
            if record is not None:
                yield record
            line, number = self._line(), number + 1

    def _line(self) -> bytes:
        line = self._stream.readline(_WIDTHS[Layout.BAF] + 2)
        self._hash.update(line)
        return line

    def _record(self, line: bytes, number: int) -> CodeRecord | StreetRecord | None:
        text = line.removesuffix(b"\n").removesuffix(b"\r").decode(ENCODING)
        if _MARKS.get(line[:5]) is not self.layout:
            raise self._bad(number, N_("a record does not begin as the first one does"))
        if len(text) != _WIDTHS[self.layout]:
            raise self._bad(number, N_("a record is not as long as the layout has it"))
        self._day(text[5:13], number)
        return self._code(text, number) if self.layout is Layout.PCF else self._street(text, number)

    def _code(self, text: str, number: int) -> CodeRecord:
        since = text[102:110].strip()
        return CodeRecord(
            code=self._postcode(text, number),
            name_fi=_name(text, 18, 48) or _name(text, 48, 78),
            name_sv=_name(text, 48, 78) or _name(text, 18, 48),
            short_fi=_name(text, 78, 90),
            short_sv=_name(text, 90, 102),
            in_force_from=self._day(since, number) if since else None,
            kind=self._number(text[110:111], number) or 0,
            municipality_fi=_name(text, 179, 199),
            municipality_sv=_name(text, 199, 219),
        )

    def _street(self, text: str, number: int) -> StreetRecord | None:
        code = self._postcode(text, number)
        street_fi, street_sv = _name(text, 102, 132), _name(text, 132, 162)
        parity = self._number(text[186:187], number) or 0
        smallest = self._number(text[187:192], number), self._number(text[194:199], number)
        largest = self._number(text[200:205], number), self._number(text[207:212], number)
        if not street_fi and not street_sv:
            return None
        # A building may bear two numbers, as 2-4; the last of them bounds the stretch.
        lowest = smallest[0]
        highest = largest[1] or largest[0] or smallest[1] or smallest[0]
        return StreetRecord(code, street_fi or street_sv, street_sv or street_fi, parity, lowest, highest)

    def _postcode(self, text: str, number: int) -> str:
        code = text[13:18]
        if not _CODE.fullmatch(code):
            raise self._bad(number, N_("a postcode is not five digits"))
        return code

    def _number(self, text: str, row: int) -> int | None:
        digits = text.strip()
        if not _DIGITS.fullmatch(digits):
            raise self._bad(row, N_("there is something else than a number in a number's place"))
        return int(digits) if digits else None

    def _day(self, text: str, row: int) -> date:
        if not _DAY.fullmatch(text):
            raise self._bad(row, N_("a date is not of the form 20261123"))
        try:
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            raise self._bad(row, N_("a date is not of the form 20261123")) from None

    def _bad(self, row: int, reason: str) -> BadPostalFile:
        return BadPostalFile(where=Where(file=self._name, row=row), reason=Words(reason))


def _name(text: str, start: int, end: int) -> str:
    return clean_line(text[start:end])


@contextmanager
def open_postal_file(path: Path) -> Iterator[PostalFile]:
    """The file at *path*, plain or as the one member of a ZIP.

    Raises:
        Unreadable: it cannot be opened.
        BadPostalFile: it is no such file.
    """
    try:
        with opened(path, MAX_BYTES) as unpacked:
            yield PostalFile(unpacked.stream, path.name)
    except BadArchive as error:
        raise BadPostalFile(where=Where(file=path.name), reason=error.data["reason"]) from error
    except OSError as error:
        raise Unreadable(where=Where(file=str(path)), reason=reason_of(error)) from error
