"""Compile every catalogue (``<language>/<room>.po``) into the binary form that gettext reads.

Run by ``make messages`` and by the wheel build; needs Babel, which the running program does not.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogues(root: Path) -> list[Path]:
    """Write a ``.mo`` beside each ``.po`` below *root*; returns the files written."""
    written = []
    for source in sorted(root.rglob("*.po")):
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.relative_to(root).parts[0], abort_invalid=True)
        target = source.with_suffix(".mo")
        with target.open("wb") as out:
            write_mo(out, catalogue)
        written.append(target)
    return written


if __name__ == "__main__":
    compile_catalogues(Path(__file__).parent)
