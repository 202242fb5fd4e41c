"""What a file is, from its bytes: encoding and separator, decided by evidence and overridden by the mapping.

UTF-8 proves itself: the whole file is tried, and other encodings practically never pass. Between the one-byte
encodings only the bytes that tell them apart are evidence; where there are none, either reads the same.
"""

from __future__ import annotations

import codecs
import csv
import re
import stat
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from core.errors import Where
from core.messages import N_
from core.reasons import reason_of
from core.tabular.errors import (
    BadDelimiter,
    EmptyFile,
    NoSuchFile,
    NotAFile,
    NotText,
    UnknownEncoding,
    Unreadable,
    WrongEncoding,
    WrongFormat,
)
from core.tabular.form import Form
from core.tabular.workbook import SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from core.tabular.form import FileFormat

DELIMITERS: Final = (";", "\t", ",", "|")
_CHUNK: Final = 1 << 20
_SAMPLE_LINES: Final = 50
_SAMPLE_CHARACTERS: Final = 1 << 16
# A file counts as UTF-8 with a few broken bytes when whole characters outnumber them this many times.
_MOSTLY: Final = 10

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES: Final = (
    (SIGNATURE, N_("a spreadsheet or an archive (XLSX, ODS, ZIP)")),
    (b"\xd0\xcf\x11\xe0", N_("an old or protected spreadsheet or document (XLS, DOC)")),
    (b"%PDF", N_("a PDF document")),
    (b"\x1f\x8b", N_("a compressed file (GZIP)")),
    (b"SQLite format 3\x00", N_("a database (SQLite)")),
    (b"\x89PNG", N_("a picture (PNG)")),
    (b"\xff\xd8\xff", N_("a picture (JPEG)")),
    (b"\x7fELF", N_("a program")),
)
_UNKNOWN_BINARY: Final = N_("binary data")
_BYTES_THAT_TEXT_LACKS: Final = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0C, 0x0D, 0x1A, 0x1B})
_BINARY_SHARE: Final = 0.01
_ESCAPED_BYTE: Final = re.compile("[\udc80-\udcff]")
# Bytes 0x80-0x9F are control characters in ISO-8859 and punctuation in Windows-1252.
_WINDOWS_ONLY: Final = re.compile(rb"[\x80-\x9f]")
# Where 8859-15 has š, ž, Ž, Š, €, œ, Ÿ and Windows-1252 has ¦, ¨, ¸, ´, ¤ and fractions: letters sit beside letters.
_LATIN_9_LETTER: Final = re.compile(rb"[A-Za-z\xc0-\xff][\xa6\xa8\xb4\xb8][A-Za-z\xc0-\xff]|\xa4")


@dataclass(slots=True)
class _Evidence:
    broken: int = 0
    whole: int = 0
    windows: int = 0
    latin_9: int = 0
    first_broken_row: int = 0


def probe(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    wanted: Collection[str] = (),
    format: FileFormat | None = None,  # noqa: A002 - the setting's own name
) -> Form:
    """How the file at *path* is to be read; *encoding*, *delimiter* and *format* are what the mapping says, if it does.

    *wanted* are headings that the mapping names: the separator that finds most of them is the right one. A byte order
    mark decides before everything else.

    Raises:
        FileRefused: nothing there, not a file, not text, empty, or in an encoding other than the mapping's.
        ConfigError: the mapping names an encoding or separator that cannot be.
    """
    if encoding is not None:
        encoding = _known(encoding)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in "\r\n\"'"):
        raise BadDelimiter(name=delimiter)
    head = _head(path)
    if format in (None, "xlsx") and head.startswith(SIGNATURE):
        return Form("utf-8", format="xlsx")
    if format == "xlsx":
        _refuse_binary(path, head)
        raise WrongFormat(where=Where(file=path.name))
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked is None:
        _refuse_binary(path, head)
    chosen = marked or _encoding_of(path, encoding)
    if format in ("fixed", "jsonl"):
        return Form(chosen, format=format)
    if format is None and head.decode(chosen, "replace").lstrip("\ufeff \t\r\n").startswith("{"):
        return Form(chosen, format="jsonl")
    return Form(chosen, delimiter or _delimiter_of(path, chosen, wanted))


def _known(name: str) -> str:
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError) as error:
        raise UnknownEncoding(name=name) from error
    # Python also calls rot13 and zip "encodings"; only those that make text of bytes are.
    if not codec._is_text_encoding:  # noqa: SLF001 - the only place where Python says so
        raise UnknownEncoding(name=name)
    return codec.name


def _head(path: Path) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise NotAFile(where=Where(file=path.name or str(path)))
        if found.st_size == 0:
            raise EmptyFile(where=Where(file=path.name or str(path)))
        with path.open("rb") as stream:
            return stream.read(_CHUNK)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        # ValueError: a NUL in the path.
        raise NoSuchFile(where=Where(file=path.name or str(path))) from error
    except OSError as error:
        raise Unreadable(where=Where(file=path.name or str(path)), reason=reason_of(error)) from error


def _refuse_binary(path: Path, head: bytes) -> None:
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            raise NotText(where=Where(file=path.name or str(path)), kind=kind)
    odd = len(head) - len(head.translate(None, _BYTES_THAT_TEXT_LACKS))
    if odd > len(head) * _BINARY_SHARE and odd > 1:
        raise NotText(where=Where(file=path.name or str(path)), kind=_UNKNOWN_BINARY)


def _encoding_of(path: Path, wanted: str | None) -> str:
    evidence = _gather(path)
    is_utf_8 = evidence.broken == 0 or evidence.whole > evidence.broken * _MOSTLY
    single_byte = _single_byte(evidence)
    if wanted is None:
        return "utf-8" if is_utf_8 else single_byte
    if wanted == "utf-8" and not is_utf_8:
        row = evidence.first_broken_row
        raise WrongEncoding(where=Where(file=path.name, row=row), wanted=wanted, found=single_byte)
    if wanted not in {"utf-8", "ascii"} and is_utf_8 and evidence.whole > 0:
        raise WrongEncoding(where=Where(file=path.name or str(path)), wanted=wanted, found="utf-8")
    return wanted


def _gather(path: Path) -> _Evidence:
    """Try the whole file as UTF-8, and count what tells the one-byte encodings apart until it fails for good."""
    evidence = _Evidence()
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    rows = 1
    with path.open("rb") as stream:
        for chunk in iter(lambda: stream.read(_CHUNK), b""):
            text = decoder.decode(chunk)
            if not chunk.isascii():
                broken = len(_ESCAPED_BYTE.findall(text))
                if broken and not evidence.broken:
                    first = _ESCAPED_BYTE.search(text)
                    evidence.first_broken_row = rows + text.count("\n", 0, first.start() if first else 0)
                evidence.broken += broken
                evidence.whole += len(text) - len(text.encode("ascii", "ignore")) - broken
                evidence.windows += len(_WINDOWS_ONLY.findall(chunk))
                evidence.latin_9 += len(_LATIN_9_LETTER.findall(chunk))
            rows += chunk.count(b"\n")
    evidence.broken += len(decoder.decode(b"", final=True))
    return evidence


def _single_byte(evidence: _Evidence) -> str:
    if evidence.windows:
        return "cp1252"
    return "iso8859-15" if evidence.latin_9 else "cp1252"


def _delimiter_of(path: Path, encoding: str, wanted: Collection[str]) -> str:
    with path.open("r", encoding=encoding, errors="replace", newline="") as stream:
        sample = stream.read(_SAMPLE_CHARACTERS)
    names = {heading_key(name) for name in wanted}
    return max(DELIMITERS, key=lambda delimiter: _score(sample, delimiter, names))


def _score(sample: str, delimiter: str, wanted: set[str]) -> tuple[int, int, int]:
    """How well the separator explains the sample: headings found, rows as wide as the first, width."""
    lines = sample.splitlines(keepends=True)
    try:
        rows = [row for row in islice(csv.reader(lines, delimiter=delimiter), _SAMPLE_LINES) if row]
    except csv.Error:
        rows = [line.rstrip("\r\n").split(delimiter) for line in lines[:_SAMPLE_LINES]]
    if not rows:
        return 0, 0, 0
    width = len(rows[0])
    found = len(wanted & {heading_key(cell) for cell in rows[0]})
    even = sum(len(row) == width for row in rows) if width > 1 else 0
    return found, even, width


def heading_key(heading: str) -> str:
    """A heading as it is compared: case, outer and repeated white space ignored."""
    return " ".join(heading.split()).casefold()
