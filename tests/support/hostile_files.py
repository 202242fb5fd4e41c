"""Answer files as they should never be: made from a number, each with the count of its rows where that is certain.

A file begins as a good answer of a few rows in one of four formats. Then rows are broken one by one in ways that real
files are - and in ways that only malice is - and perhaps the whole file. Nobody in it exists.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.config import UpdateAnswer
from tests.support.workbooks import packed, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable

HEADINGS = ("Asiakasnumero", "Tulos", "Katu", "Postinro", "Kunta", "Pvm", "Sposti")
CODES = {"M": "moved", "E": "no_hit", "K": "update_forbidden", "T": "protected_address", "X": "deceased"}
PLACES = dict(
    zip(HEADINGS, ((1, 8), (9, 10), (11, 40), (41, 46), (47, 66), (67, 76), (77, 106)), strict=True)
)
COLUMNS = {"street": "Katu", "postcode": "Postinro", "town": "Kunta", "date": "Pvm", "email": "Sposti"}
FORMATS = ("delimited", "fixed", "xlsx", "jsonl")
NUMBERS = tuple(str(number) for number in range(1, 61))
_GOOD = ("M", "Mäntytie 2", "33100", "Tampere", "2026-11-15", "aino@example.fi")
# Characters that XML cannot hold stand in a workbook as _x0000_.
_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
# Values that no field should take, for any cell.
_VALUES = (
    *(
        "",
        " ",
        "\x00",
        "\x1b]52;c;eA==\x07",
        "\u202e",
        "\ufffd",
        "\ud800",
        "x" * 40_000,
        "=1+1",
        "@SUM(A1)",
        "'=1",
    ),
    *(
        "'; DROP TABLE customer; --",
        "{{7*7}}",
        "%s%n",
        "../../etc/passwd",
        "NULL",
        "None",
        "nan",
        "1e309",
        "-1",
    ),
    *(
        "00000",
        "99999",
        "1234",
        "31.2.2026",
        "9999-12-31",
        "0001-01-01",
        "2026-11-23T99:99",
        "a@b",
        "a@b@c.fi",
    ),
    *("Äö" * 60, "\n", "\t", "\r\n", "ﬁ", "İ", "１２３", "𝔸", "'", '""', "\\", "0x41", "TRUE", "#N/A"),
)


@dataclass(frozen=True)
class HostileFile:
    """A file, how it is mapped, and how many rows it certainly has (None when nobody could say)."""

    name: str
    content: bytes
    answer: UpdateAnswer
    rows: int | None


def mapping(file_format: str) -> UpdateAnswer:
    """The mapping of the format that the file says it has."""
    return UpdateAnswer(
        format=file_format if file_format == "fixed" else None,  # type: ignore[arg-type]
        key="Asiakasnumero",
        code_column="Tulos",
        codes=CODES,
        columns=COLUMNS,
        fixed=PLACES if file_format == "fixed" else {},
    )


def hostile_file(number: int) -> HostileFile:
    """File *number*, the same on every machine."""
    chance = random.Random(number)
    file_format = FORMATS[number % len(FORMATS)]
    rows = [list(_row(chance)) for _ in range(chance.randint(0, 25))]
    for row in rows:
        while chance.random() < 0.15:
            row[chance.randrange(len(row))] = chance.choice(_VALUES)
    content, certain = _WRITERS[file_format](rows, chance)
    if chance.random() < 0.35:
        content, certain = _spoiled(content, chance), None
    return HostileFile(f"vastaus-{number}.{file_format}", content, mapping(file_format), certain)


def _row(chance: random.Random) -> tuple[str, ...]:
    code = chance.choice((*CODES, *"MMMMMMEE", "?"))
    number = chance.choice((*NUMBERS, "999", "", "00001"))
    moved = (f"Mäntytie {chance.randint(1, 99)}", *_GOOD[2:])
    return number, code, *(moved if code == "M" else ("",) * 5)


def _delimited(rows: list[list[str]], chance: random.Random) -> tuple[bytes, int | None]:
    """Lines between separators; a broken line is still one line, since none of them ends inside quotation marks."""
    sign = chance.choice(";;;\t,|")
    lines, certain = [sign.join(HEADINGS)], True
    count = 0
    for row in rows:
        cells = [
            cell.replace("\r", " ").replace("\n", " ").replace(sign, " ").replace('"', "'") for cell in row
        ]
        kind = chance.randrange(9)
        if kind == 0:
            cells = cells[: chance.randint(1, 6)]
        elif kind == 1:
            cells += ["liikaa"] * chance.randint(1, 3)
        elif kind == 2:
            cells[2] = '"Avoin ' + cells[2]
            # The next quotation mark decides what becomes of the lines between.
            certain = False
        line = sign.join(cells)
        count += bool(line.replace(sign, "").strip())
        lines.append(line)
    ending = chance.choice(("\n", "\r\n"))
    encoding = chance.choice(("utf-8", "utf-8-sig", "iso-8859-15", "utf-16"))
    content = ending.join([*lines, ""]).encode(
        encoding, "surrogatepass" if encoding != "iso-8859-15" else "replace"
    )
    return content, count if certain else None


def _fixed(rows: list[list[str]], chance: random.Random) -> tuple[bytes, int | None]:
    lines = []
    for row in rows:
        cells = [cell.replace("\r", " ").replace("\n", " ") for cell in row]
        line = "".join(
            cell.ljust(last - first + 1)
            if chance.random() < 0.05
            else cell[: last - first + 1].ljust(last - first + 1)
            for cell, (first, last) in zip(cells, PLACES.values(), strict=True)
        )
        lines.append(line[: chance.randint(1, 80)] if chance.random() < 0.1 else line)
    count = sum(bool(line.strip()) for line in lines)
    return "\n".join([*lines, ""]).encode(chance.choice(("utf-8", "iso-8859-1")), "replace"), count


def _jsonl(rows: list[list[str]], chance: random.Random) -> tuple[bytes, int | None]:
    lines = [json.dumps(dict.fromkeys(HEADINGS))]
    for row in rows:
        found: dict[str, object] = dict(zip(HEADINGS, row, strict=True))
        kind = chance.randrange(10)
        if kind == 0:
            found["Katu"] = {"katu": row[2]}
        elif kind == 1:
            found["Kunta"] = [row[4]]
        elif kind == 2:
            found["Asiakasnumero"] = chance.choice([1, 1.5, True, None, 10**30])
        elif kind == 3:
            del found["Tulos"]
        line = json.dumps(found, ensure_ascii=chance.random() < 0.5)
        if kind == 4:
            line = line[: chance.randint(1, len(line) - 1)]
        elif kind == 5:
            line = chance.choice(["null", "[]", "42", "{" * 3000, '{"Tulos": 1, "Tulos": 2}', "\\", '"x"'])
        lines.append(line)
    # The first line names every field and is a row like the others, of nobody.
    return "\n".join([*lines, ""]).encode("utf-8", "surrogatepass"), len(lines)


def _xlsx(rows: list[list[str]], chance: random.Random) -> tuple[bytes, int | None]:
    lines = [_xlsx_row(1, list(HEADINGS), chance, plain=True)]
    count = 0
    for line, row in enumerate(rows, start=2):
        extra = ["liikaa"] if chance.random() < 0.05 else []
        lines.append(_xlsx_row(line, row + extra, chance))
        count += "<c" in lines[-1]
    sheet = "<worksheet><sheetData>" + "".join(lines) + "</sheetData></worksheet>"
    return packed(parts_of(sheet)), count


def _xlsx_row(line: int, cells: list[str], chance: random.Random, *, plain: bool = False) -> str:
    made = []
    for place, cell in enumerate(cells):
        if not cell.strip():
            continue
        at = f"{chr(ord('A') + place)}{line}"
        text = (
            _IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", cell)
            .replace("&", "&amp;")
            .replace("<", "&lt;")
        )
        kind = 9 if plain else chance.randrange(40)
        odd = {
            0: f'<c r="{at}"><f>SUM(A1)</f><v>1</v></c>',
            1: f'<c r="{at}" t="e"><v>#REF!</v></c>',
            2: f'<c r="{at}" t="s"><v>99</v></c>',
            3: f'<c r="{at}"><v>12345678901234567890</v></c>',
            4: f'<c r="{at}"><v>ei luku</v></c>',
            5: f'<c r="{at}" t="b"><v>1</v></c>',
            6: f'<c r="{at}" s="77"><v>45000</v></c>',
        }
        made.append(odd.get(kind) or f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>')
    return f'<row r="{line}">{"".join(made)}</row>'


def _spoiled(content: bytes, chance: random.Random) -> bytes:
    """The whole file damaged in one of the ways that carrying it, or somebody, might."""
    middle = chance.randrange(len(content) + 1)
    noise = chance.randbytes(chance.randint(1, 30))
    ending = chance.choice([b"\r", b"\x00", b"\n\n", b'"', b"\x85"])
    return chance.choice(
        [
            content[:middle],
            content[:middle] + noise + content[middle:],
            content[:middle] + noise + content[middle + len(noise) :],
            content + content,
            b"\xef\xbb\xbf" + content,
            content.replace(b"Kunta", b"Katu"),
            content.replace(b"Tulos", b"Koodi"),
            b"",
            content.replace(b"\n", ending),
            chance.randbytes(chance.randint(1, 2000)),
        ]
    )


_WRITERS: dict[str, Callable[[list[list[str]], random.Random], tuple[bytes, int | None]]] = {
    "delimited": _delimited,
    "fixed": _fixed,
    "jsonl": _jsonl,
    "xlsx": _xlsx,
}
