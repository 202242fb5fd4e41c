"""Text from outside: cleaned at the door, and once more at the display boundary.

Control characters (C0, C1, ESC), bidirectional overrides and zero-width characters can command a terminal or
make a value look like another (Unicode TR 36, TR 39); none of them belongs in a customer register.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Final

_BIDI: Final = {
    chr(point) for point in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F)
}
_INVISIBLE: Final = {
    chr(point) for point in (0x00AD, 0x034F, 0x180E, *range(0x200B, 0x200E), *range(0x2060, 0x2066), 0xFEFF)
}
_JOINER: Final = "\N{COMBINING GRAPHEME JOINER}"
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_FORBIDDEN_CATEGORIES: Final = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}


def _allowed(char: str) -> bool:
    if " " <= char <= "~":
        return True
    return (
        char not in _BIDI
        and char not in _INVISIBLE
        and unicodedata.category(char) not in _FORBIDDEN_CATEGORIES
    )


def clean_line(text: str) -> str:
    """One line as it may be stored: NFC, forbidden characters dropped, runs of white space made one space."""
    normal = unicodedata.normalize("NFC", text)
    if normal.isprintable() and _JOINER not in normal:
        # Nearly all text there is; what Python prints as it stands holds nothing of the forbidden but this joiner.
        return " ".join(normal.split())
    spaced = "".join(" " if char.isspace() else char for char in normal)
    return " ".join("".join(char for char in spaced if _allowed(char)).split())


def clean_block(text: str) -> str:
    """Several lines as they may be stored: each cleaned as a line, empty lines at the ends dropped."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(clean_line(line) for line in lines).strip("\n")


def has_forbidden(text: str) -> bool:
    """Whether *text* holds a character that `clean_line` would drop (white space aside)."""
    return any(not char.isspace() and not _allowed(char) for char in text)


def safe_text(text: object) -> str:
    """What may reach a terminal: every forbidden character made visible as U+FFFD, white space made spaces.

    Applied at the one display boundary even though stored text is clean, since databases outlive programs.
    """
    said = str(text)
    if said.isprintable() and _JOINER not in said:
        return said
    return "".join(
        char
        if _allowed(char)
        else " "
        if char in "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029"
        else _REPLACEMENT
        for char in said
    )


def safe_json(text: str) -> str:
    """JSON with every forbidden character written as an escape: the same data, and nothing that commands a terminal."""
    return "\n".join(
        line
        if line.isprintable() and _JOINER not in line
        else "".join(char if _allowed(char) else json.dumps(char)[1:-1] for char in line)
        for line in text.split("\n")
    )


def shorten(text: str, width: int = 40) -> str:
    """At most *width* characters; a cut is shown by an ellipsis."""
    return text if len(text) <= width else text[: width - 1] + "…"


_FOLD: Final = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i"}
)


def fold(text: str) -> str:
    """Folded for search: case, accents and width ignored (``Åkerö`` → ``akero``), the same on every database."""
    if text.isascii():
        return text.lower()
    cased = text.casefold()
    if max(cased) < _FEW:
        return cased.translate(_FOLDED)
    return _decomposed(cased)


def _decomposed(cased: str) -> str:
    decomposed = unicodedata.normalize("NFKD", cased)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).translate(_FOLD)


# Letters of Europe's Latin alphabets, each by itself what it is in any text: looked up at a tenth of the cost.
_FEW: Final = "\u0250"
_FOLDED: Final = {point: _decomposed(chr(point)) for point in range(0x80, ord(_FEW))}

# "{" follows "z" in ASCII, so the keys compare right byte by byte (on PostgreSQL under COLLATE "C").
_AFTER_Z: Final = {"å": "{a", "ä": "{b", "æ": "{b", "ö": "{c", "ø": "{c"}


def sort_key(name: str) -> str:
    """A key that sorts as Finnish does: å, ä, ö after z, other accents ignored, case ignored (SFS 4600 in short)."""
    if name.isascii():
        return name.lower()
    lowered = unicodedata.normalize("NFC", name.casefold())
    if max(lowered) < _FEW:
        return lowered.translate(_SORTED)
    return "".join(_AFTER_Z.get(char) or fold(char) for char in lowered)


_SORTED: Final = {point: _AFTER_Z.get(chr(point)) or fold(chr(point)) for point in range(0x80, ord(_FEW))}
