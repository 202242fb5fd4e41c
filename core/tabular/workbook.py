"""The parts of a workbook (XLSX, ECMA-376) that a table needs, read from an archive that nobody trusts.

Neither library for it keeps memory within bounds: openpyxl holds each text and a node for each row, calamine the whole
sheet. So the archive is read by the standard library's zipfile and expat, a piece at a time, and openpyxl is the judge
in the tests. Nothing outside the archive is ever looked at: links and macros are not read at all.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from core.errors import Where, Words
from core.messages import N_
from core.reasons import reason_of
from core.tabular.errors import BrokenWorkbook, NoSuchSheet, Unreadable, WrongFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import IO

SIGNATURE: Final = b"PK\x03\x04"
_CHUNK: Final = 1 << 16
# A small part (styles, relationships) is never larger than this; the sheet and its texts may be, but not from nothing.
_SMALL: Final = 1 << 24
_RATIO: Final = 200
_DEPTH: Final = 32
# Longest stretch without the beginning of a tag: a cell's text is at most 32,767 characters.
_STRETCH: Final = 1 << 20
_ENTRIES: Final = 10_000
_STYLES: Final = 65_536
_HIDDEN: Final = ("hidden", "veryHidden")
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    KeyError,
    ValueError,
    OverflowError,
)
BROKEN_ARCHIVE: Final = N_("its archive is damaged")
BROKEN_XML: Final = N_("its XML is damaged")
_PROTECTED: Final = N_("it is protected by a password")
_TOO_LARGE: Final = N_("unpacked it would be larger than it may be")
_ENTITIES: Final = N_("it declares entities of its own")
_NOWHERE: Final = N_("its table is not in it")
_DIMENSION: Final = re.compile(rb'<(?:\w+:)?dimension ref="[A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}([0-9]{1,7})"')
_ZEROS: Final = re.compile(r"0{2,}")
# What a number format shows as it is, or only colours and conditions; without them date letters tell a date.
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE_LETTERS: Final = re.compile(r"[ymdhs]", re.IGNORECASE)
_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a cell's number is to be read: as a day, or with so many digits (postcodes in the format 00000)."""

    is_date: bool = False
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Workbook:
    """Where the table's parts are in the archive; ``texts`` is None when the workbook keeps none apart."""

    path: Path
    sheet: str
    texts: str | None
    styles: tuple[NumberStyle, ...]
    from_1904: bool


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive; everything that is wrong with it, on the way too, comes out as one refusal.

    Raises:
        BrokenWorkbook: it is damaged.
        Unreadable: the disk failed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except expat.ExpatError as error:
        raise refusal(path, BROKEN_XML) from error
    except _DAMAGED as error:
        raise refusal(path, BROKEN_ARCHIVE) from error
    except RuntimeError as error:
        # What zipfile raises for an encrypted entry.
        raise refusal(path, _PROTECTED) from error
    except OSError as error:
        raise Unreadable(where=Where(file=path.name), reason=reason_of(error)) from error


def refusal(path: Path, reason: str) -> BrokenWorkbook:
    """The whole workbook refused for *reason*, a message id."""
    return BrokenWorkbook(where=Where(file=path.name), reason=Words(reason))


def workbook_of(path: Path, sheet: str | None) -> Workbook:
    """The workbook at *path* and the place of its table: the sheet called *sheet*, else the first not hidden.

    Raises:
        WrongFormat: an archive, but no workbook.
        NoSuchSheet: it has no such sheet.
        BrokenWorkbook, Unreadable: it cannot be read.
    """
    with opened(path) as archive:
        if len(archive.infolist()) > _ENTRIES:
            raise refusal(path, _TOO_LARGE)
        root = _related(path, archive, "", "officeDocument").get("officeDocument")
        book = next(iter(root.values()), None) if root else None
        if book is None or book not in archive.namelist():
            raise WrongFormat(where=Where(file=path.name))
        sheets, from_1904 = _sheets(path, archive, book)
        parts = _related(path, archive, book, "worksheet", "sharedStrings", "styles")
        target = parts.get("worksheet", {}).get(_chosen(path, sheets, sheet))
        if target is None or target not in archive.namelist():
            raise refusal(path, _NOWHERE)
        texts = next(iter(parts.get("sharedStrings", {}).values()), None)
        style_part = next(iter(parts.get("styles", {}).values()), None)
        styles = _styles(path, archive, style_part) if style_part in archive.namelist() else ()
        return Workbook(
            path, target, texts if texts in archive.namelist() else None, tuple(styles), from_1904
        )


def check(book: Workbook) -> int:
    """Read the table's parts to their end once, so that what is broken is refused before any row is used.

    Returns how many rows the sheet has.

    Raises:
        BrokenWorkbook, Unreadable: it cannot be read.
    """
    rows = 0

    def count(name: str, _: Mapping[str, str]) -> None:
        nonlocal rows
        rows += name == "row"

    with opened(book.path) as archive:
        for part in filter(None, (book.texts, book.sheet)):
            parse(book.path, archive, part, count)
    return rows


def parse(
    path: Path, archive: zipfile.ZipFile, part: str, start: Callable[[str, Mapping[str, str]], None]
) -> None:
    """Read a whole part, telling *start* of each element (its name without namespace, its attributes)."""
    parser = guarded_parser(path, start, lambda _: None)
    for chunk in chunks(path, archive, part):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def guarded_parser(
    path: Path, start: Callable[[str, Mapping[str, str]], None], end: Callable[[str], None]
) -> expat.XMLParserType:
    """An expat parser that refuses documents with a DTD (and so every entity) and elements without end in each other."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    names: dict[str, str] = {}
    depth = 0

    def local(name: str) -> str:
        known = names.get(name)
        if known is None:
            known = name.rpartition(" ")[2]
            if len(names) < _ENTRIES:
                names[name] = known
        return known

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEPTH:
            raise refusal(path, BROKEN_XML)
        start(local(name), attributes)

    def finish(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(local(name))

    def no_dtd(*_: object) -> None:
        raise refusal(path, _ENTITIES)

    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.StartDoctypeDeclHandler = no_dtd
    return parser


def chunks(path: Path, archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A part's bytes, a piece at a time; refused when it swells out of all proportion or holds an endless text.

    Raises:
        BrokenWorkbook: it does.
    """
    entry = archive.getinfo(part)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refusal(path, BROKEN_ARCHIVE)
    if entry.file_size > _SMALL and entry.file_size > entry.compress_size * _RATIO:
        raise refusal(path, _TOO_LARGE)
    since = 0
    with archive.open(entry) as stream:
        for chunk in _pieces(stream):
            first = chunk.find(b"<")
            since += len(chunk) if first < 0 else first
            if since > _STRETCH:
                raise refusal(path, BROKEN_XML)
            if first >= 0:
                since = len(chunk) - chunk.rfind(b"<")
            yield chunk


def declared_rows(path: Path) -> int:
    """How many rows the first sheet shown says that it has; for a progress bar alone, 0 when it does not say.

    Raises:
        BrokenWorkbook, Unreadable: it cannot be read.
    """
    book = workbook_of(path, None)
    with opened(path) as archive, archive.open(book.sheet) as stream:
        found = _DIMENSION.search(stream.read(_CHUNK))
    return int(found[1]) if found else 0


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(_CHUNK), b"")


def _small(
    path: Path, archive: zipfile.ZipFile, part: str, start: Callable[[str, Mapping[str, str]], None]
) -> None:
    if archive.getinfo(part).file_size > _SMALL:
        raise refusal(path, _TOO_LARGE)
    parse(path, archive, part, start)


def _related(path: Path, archive: zipfile.ZipFile, part: str, *kinds: str) -> dict[str, dict[str, str]]:
    """The parts that *part* refers to inside the archive: kind to id to name."""
    folder, name = posixpath.split(part)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, dict[str, str]] = {}

    def relation(element: str, given: Mapping[str, str]) -> None:
        kind = given.get("Type", "").rpartition("/")[2]
        if element == "Relationship" and kind in kinds and given.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", "")))
            found.setdefault(kind, {})[given.get("Id", "")] = target.lstrip("/")

    if rels in archive.namelist():
        _small(path, archive, rels, relation)
    return found


def _sheets(path: Path, archive: zipfile.ZipFile, book: str) -> tuple[list[tuple[str, str, bool]], bool]:
    """Each sheet's name, id and whether it is shown, in order; and whether days count from 1904."""
    sheets: list[tuple[str, str, bool]] = []
    from_1904 = False

    def element(name: str, given: Mapping[str, str]) -> None:
        nonlocal from_1904
        if name == "sheet":
            reference = next((value for key, value in given.items() if key.rpartition(" ")[2] == "id"), "")
            sheets.append((given.get("name", ""), reference, given.get("state") not in _HIDDEN))
        elif name == "workbookPr":
            from_1904 = given.get("date1904") in ("1", "true")

    _small(path, archive, book, element)
    return sheets, from_1904


def _chosen(path: Path, sheets: list[tuple[str, str, bool]], wanted: str | None) -> str:
    """The id of the sheet to read."""
    if wanted is None:
        return next((reference for _, reference, shown in sheets if shown), "")
    for name, reference, _ in sheets:
        if name.casefold() == wanted.casefold():
            return reference
    found = ", ".join(name for name, _, shown in sheets if shown) or "-"
    raise NoSuchSheet(where=Where(file=path.name, field=wanted), sheet=wanted, found=found)


def _styles(path: Path, archive: zipfile.ZipFile, part: str | None) -> list[NumberStyle]:
    """How the numbers of each cell style are to be read, in the order of the styles."""
    codes: dict[str, str] = {}
    styles: list[NumberStyle] = []
    inside = False

    def element(name: str, given: Mapping[str, str]) -> None:
        nonlocal inside
        if name == "numFmt":
            codes[given.get("numFmtId", "")] = given.get("formatCode", "")
        elif name in ("cellXfs", "cellStyles"):
            inside = name == "cellXfs"
        elif name == "xf" and inside and len(styles) < _STYLES:
            styles.append(_style(given.get("numFmtId", "0"), codes))

    assert part is not None
    _small(path, archive, part, element)
    return styles


def _style(number: str, codes: Mapping[str, str]) -> NumberStyle:
    if number in codes:
        shown = _LITERAL.sub("", codes[number].partition(";")[0]).strip()
        if _ZEROS.fullmatch(shown):
            return NumberStyle(digits=len(shown))
        return NumberStyle(is_date=bool(_DATE_LETTERS.search(shown)))
    return NumberStyle(is_date=number.isdecimal() and int(number) in _DATE_FORMATS)
