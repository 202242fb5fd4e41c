"""A form: all its fields in one widget, so that a key changes them at once and a Tab redraws two rows.

Fields stand where their description puts them, which serves both a column of fields and a table of order lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len

from tui.widgets.line_edit import LineEdit
from tui.widgets.paint import BOLD, CURSOR, FIELD, LABEL, PLAIN, QUIET, Line, fit
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.style import Style

Kind = Literal["text", "secret", "tick", "choice"]
TICKED = "x"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: where it stands, what it takes.  ``label``, ``help`` and choices' words are already translated."""

    name: str
    label: str
    row: int
    column: int = 20
    width: int = 40
    label_column: int = 2
    kind: Kind = "text"
    max_length: int = 200
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    align_right: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Fixed text among the fields: a heading, a rule to know."""

    row: int
    text: str
    column: int = 2
    style: Style = field(default=QUIET)


class Form(Rows):
    """Fields that are typed into.  ``changed`` is called with a field's name after each change of its value."""

    DEFAULT_CSS = "Form { height: 1fr; }"

    def __init__(
        self,
        fields: Sequence[Field],
        values: Mapping[str, str] | None = None,
        *,
        notes: Sequence[Note] = (),
        changed: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self.fields = tuple(fields)
        self.notes = tuple(notes)
        self.changed = changed
        # A form that shares its screen with a list sleeps, without a cursor, while the list has the keys.
        self.awake = True
        given = values or {}
        self._edits = {
            item.name: LineEdit(given.get(item.name, ""), max_length=item.max_length) for item in self.fields
        }
        self.index = 0
        self.top = 0
        if self.fields:
            self._edits[self.fields[0].name].enter()

    def take_fields(self, other: Form) -> None:
        """Become *other*: its fields and what stands in them."""
        self.fields, self.notes, self._edits = other.fields, other.notes, other._edits
        self.index, self.top = other.index, 0
        self.refresh()

    # --- what stands in the fields

    @property
    def current(self) -> Field:
        """The field that keys go to."""
        return self.fields[self.index]

    def value(self, name: str) -> str:
        """The text of a field, without spaces around it."""
        return self._edits[name].text.strip()

    def values(self) -> dict[str, str]:
        """The text of every field."""
        return {item.name: self.value(item.name) for item in self.fields}

    def secret(self, name: str) -> str:
        """The text of a field exactly as typed."""
        return self._edits[name].text

    def ticked(self, name: str) -> bool:
        """Whether a tick is set."""
        return self.value(name) == TICKED

    def put(self, name: str, text: str) -> None:
        """Set a field's text."""
        self._edits[name].put(text)
        self._changed(name)

    # --- moving

    def focus_field(self, name: str, *, keep_text: bool = True) -> None:
        """Go to the field *name*; with *keep_text* typing continues in its text instead of replacing it."""
        for index, item in enumerate(self.fields):
            if item.name == name:
                self._go(index)
                if keep_text:
                    self._edits[name].move(len(self._edits[name].text))

    def next(self) -> bool:
        """Go to the next field, from the last to the first; whether it was the last one."""
        last = self.index == len(self.fields) - 1
        self._go(0 if last else self.index + 1)
        return last

    def previous(self) -> None:
        """Go to the field before, from the first to the last."""
        self._go(self.index - 1 if self.index else len(self.fields) - 1)

    def _go(self, index: int) -> None:
        before = self.current.row
        self._edits[self.current.name].move(len(self._edits[self.current.name].text))
        self._edits[self.current.name].offset = 0
        self.index = index
        if self.current.kind in {"text", "secret"}:
            self._edits[self.current.name].enter()
        self._bring_into_sight(self.current.row)
        self.repaint_rows(before - self.top, self.current.row - self.top)

    def _bring_into_sight(self, row: int) -> None:
        height = self.size.height
        top = min(self.top, row) if not height or row < self.top + height else row - height + 1
        if top != self.top:
            self.top = top
            self.refresh()

    def _vertical(self, step: int) -> None:
        rows = sorted({item.row for item in self.fields})
        here = rows.index(self.current.row) + step
        if 0 <= here < len(rows):
            column = self.current.column
            same = [index for index, item in enumerate(self.fields) if item.row == rows[here]]
            self._go(min(same, key=lambda index: abs(self.fields[index].column - column)))

    # --- keys

    @property
    def typing(self) -> bool:
        """Letters are text in a text field, and also in a tick or choice, where they do nothing harmful."""
        return True

    def take_key(self, key: str, character: str | None) -> bool:
        """Type, move, tick or choose."""
        if key in {"up", "down"}:
            self._vertical(-1 if key == "up" else 1)
            return True
        item = self.current
        if item.kind == "tick":
            taken = self._tick(item, key)
        elif item.kind == "choice":
            taken = self._choose(item, key)
        else:
            before = self._edits[item.name].text
            taken = self._edits[item.name].take_key(key, character)
            if self._edits[item.name].text != before:
                self._changed(item.name)
        if taken:
            self.repaint_rows(item.row - self.top)
        return taken

    def take_paste(self, text: str) -> bool:
        """Paste into a text field as one clean line."""
        if self.current.kind not in {"text", "secret"}:
            return False
        self._edits[self.current.name].paste(text)
        self._changed(self.current.name)
        return True

    def choose_next(self) -> bool:
        """Take the next choice of the field, when it has choices."""
        return self.current.kind == "choice" and self.take_key("space", " ")

    def _tick(self, item: Field, key: str) -> bool:
        if key not in {"space", "x", "X", "k", "y"}:
            return False
        on = key != "space" or not self.ticked(item.name)
        self.put(item.name, TICKED if on else "")
        return True

    def _choose(self, item: Field, key: str) -> bool:
        steps = {"space": 1, "right": 1, "left": -1}
        codes = [code for code, _ in item.choices]
        if not codes:
            return False
        if key in steps:
            here = codes.index(self.value(item.name)) if self.value(item.name) in codes else -steps[key]
            self.put(item.name, codes[(here + steps[key]) % len(codes)])
            return True
        initial = [code for code, words in item.choices if words.casefold().startswith(key.casefold())]
        if len(key) == 1 and initial:
            after = [
                code for code in initial if codes.index(code) > codes.index(self.value(item.name) or codes[0])
            ]
            self.put(item.name, (after or initial)[0])
            return True
        return False

    def _changed(self, name: str) -> None:
        if self.changed is not None:
            self.changed(name)
        self.repaint_rows(*(item.row - self.top for item in self.fields if item.name == name))

    # --- drawing

    @property
    def cursor_at(self) -> tuple[int, int] | None:
        """The cell of the text cursor."""
        item = self.current
        at = self._edits[item.name].window(item.width)[1] if item.kind == "text" else 0
        return item.column + at, item.row - self.top

    def row(self, y: int, width: int) -> Line:
        """Labels, values and notes of one row."""
        line = Line(width)
        wanted = y + self.top
        pieces: list[tuple[int, Field | Note]] = [
            *((note.column, note) for note in self.notes if note.row == wanted),
            *((item.label_column, item) for item in self.fields if item.row == wanted),
        ]
        for _, piece in sorted(pieces, key=lambda pair: pair[0]):
            if isinstance(piece, Note):
                line.put(piece.column, piece.text, piece.style)
            else:
                self._draw(line, piece)
        return line

    def _draw(self, line: Line, item: Field) -> None:
        here = self.awake and item is self.current
        if item.label:
            line.put(item.label_column, item.label, BOLD if here else LABEL)
        if item.kind == "tick":
            box = "[x]" if self.ticked(item.name) else "[ ]"
            line.put(item.column, box, CURSOR if here else PLAIN)
        elif item.kind == "choice":
            words = dict(item.choices).get(self.value(item.name), "")
            line.put(item.column, f"‹ {words} ›", CURSOR if here else PLAIN)
        elif here:
            self._draw_typed(line, item)
        else:
            text = (
                "*" * len(self._edits[item.name].text)
                if item.kind == "secret"
                else self._edits[item.name].text
            )
            line.put(
                item.column, text, FIELD, width=item.width, align="right" if item.align_right else "left"
            )

    def _draw_typed(self, line: Line, item: Field) -> None:
        """The field under the cursor: a secret shows its length at most, the cursor is a reversed cell."""
        edit = self._edits[item.name]
        shown, at = edit.window(item.width)
        if item.kind == "secret":
            shown = "*" * len(shown)
        if edit.selected:
            line.put(item.column, fit(shown, min(item.width, cell_len(shown))), CURSOR)
            line.add(" " * max(0, item.width - cell_len(shown)), FIELD)
            return
        index = edit.cursor - edit.offset
        line.put(item.column, shown[:index], FIELD)
        line.add(shown[index : index + 1] or " ", CURSOR)
        rest = item.width - at - 1
        if rest > 0:
            line.add(fit(shown[index + 1 :], rest) if shown[index + 1 :] else " " * rest, FIELD)
