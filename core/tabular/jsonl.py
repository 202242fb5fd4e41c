"""JSON Lines: an object a line, its keys the headings; what is absent or null is an empty cell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from core.errors import Where
from core.tabular.errors import BadHeadings, BadJson, NestedJson, TooLong, TooManyColumns, TwiceNamedField
from core.tabular.lines import Lines, opened_text
from core.tabular.rows import CELL_LIMIT, UNWANTED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.tabular.errors import RowRefused
    from core.tabular.form import Form
    from core.tabular.rows import Frame, Malformed, Row

KEY_LIMIT: Final = 500


class _Twice(ValueError):
    """An object names a key twice."""


def headings_of(path: Path, form: Form) -> tuple[str, ...]:
    """Every key of the file in order of appearance: the whole file is read for it, since any may come late.

    Raises:
        BadHeadings: no line is an object.
        TooManyColumns: the objects have nothing in common.
    """
    keys: dict[str, None] = {}
    with opened_text(path, form.encoding) as stream:
        lines = Lines(stream)
        for _, found in _each(lines):
            if isinstance(found, dict):
                keys.update(dict.fromkeys(found))
            if len(keys) > KEY_LIMIT:
                raise TooManyColumns(where=Where(file=path.name, row=lines.number), limit=KEY_LIMIT)
    if not keys or any(UNWANTED.search(key) for key in keys):
        raise BadHeadings(where=Where(file=path.name))
    return tuple(keys)


def rows_of(frame: Frame) -> Iterator[Row | Malformed]:
    """A row for each line that is not blank.

    Raises:
        Unreadable: the disk failed on the way.
    """
    with opened_text(frame.path, frame.form.encoding) as stream:
        lines = Lines(stream)
        for line, found in _each(lines):
            if not isinstance(found, dict):
                yield frame.malformed(lines.number, [line], _refusal(frame, lines, found))
                continue
            cells = [_text(found.get(heading)) for heading in frame.headings]
            nested = next((name for name, value in found.items() if isinstance(value, dict | list)), None)
            if nested is None:
                yield frame.checked(lines.number, cells)
            else:
                error = NestedJson(where=frame.where(lines.number, nested))
                yield frame.malformed(lines.number, cells, error)


def _each(lines: Lines) -> Iterator[tuple[str, object]]:
    """Each line that is not blank, and what it holds; the error where it holds no JSON, None where it was cut."""
    lines.start()
    for raw in lines:
        line = raw.strip()
        if lines.was_cut:
            yield line, None
        elif line:
            yield line, _parsed(line)
        lines.start()


def _parsed(line: str) -> object:
    try:
        # Numbers stay as they are written: 00100 is refused by JSON itself, 1.10 keeps its zero.
        return json.loads(
            line, object_pairs_hook=_once, parse_float=str, parse_int=str, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as error:
        return error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice
    return found


def _no_number(name: str) -> str:
    raise ValueError(name)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _refusal(frame: Frame, lines: Lines, found: object) -> RowRefused:
    where = frame.where(lines.number)
    if lines.was_cut:
        return TooLong(where=where, limit=CELL_LIMIT)
    return TwiceNamedField(where=where) if isinstance(found, _Twice) else BadJson(where=where)
