"""The text of one field while it is typed: pure state, no screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Callable


class LineEdit:
    """A line of text with a cursor.

    ``selected`` means that the whole text was entered into by Tab or Enter: the next character replaces it, any
    movement keeps it.
    """

    __slots__ = ("cursor", "max_length", "offset", "selected", "text")

    def __init__(self, text: str = "", *, max_length: int = 200) -> None:
        self.max_length = max_length
        self.offset = 0
        self.put(text)

    def put(self, text: str) -> None:
        """Replace the text; the cursor stands after it."""
        self.text = text
        self.cursor = len(text)
        self.selected = False

    def enter(self) -> None:
        """The cursor comes into the field from another one."""
        self.cursor = len(self.text)
        self.selected = bool(self.text)

    def insert(self, text: str) -> None:
        """Type or paste *text*; more than the field holds is not taken."""
        if self.selected:
            self.put("")
        room = self.max_length - len(self.text)
        piece = text[: max(0, room)]
        self.text = self.text[: self.cursor] + piece + self.text[self.cursor :]
        self.cursor += len(piece)

    def paste(self, text: str) -> None:
        """Paste *text* as one clean line, so that no control character or line break comes in this way."""
        self.insert(clean_line(text))

    def take_key(self, key: str, character: str | None) -> bool:
        """Act on a key; whether it changed the text, the cursor or the selection."""
        edit = _EDITS.get(key)
        if edit is not None:
            edit(self)
            return True
        if character is not None and character.isprintable() and len(character) == 1:
            self.insert(character)
            return True
        return False

    def backspace(self) -> None:
        """Remove the character before the cursor, or the selected text."""
        if self.selected:
            self.put("")
        elif self.cursor:
            self.text = self.text[: self.cursor - 1] + self.text[self.cursor :]
            self.cursor -= 1

    def delete(self) -> None:
        """Remove the character under the cursor, or the selected text."""
        if self.selected:
            self.put("")
        else:
            self.text = self.text[: self.cursor] + self.text[self.cursor + 1 :]

    def clear(self) -> None:
        """Remove everything."""
        self.put("")

    def move(self, cursor: int) -> None:
        """Place the cursor, within the text."""
        self.cursor = max(0, min(cursor, len(self.text)))
        self.selected = False

    def window(self, width: int) -> tuple[str, int]:
        """The part of the text that *width* cells show, and the cursor's cell in it."""
        self.offset = min(self.offset, self.cursor)
        while cell_len(self.text[self.offset : self.cursor]) >= width:
            self.offset += 1
        return self.text[self.offset :], cell_len(self.text[self.offset : self.cursor])


_EDITS: Final[dict[str, Callable[[LineEdit], None]]] = {
    "backspace": LineEdit.backspace,
    "delete": LineEdit.delete,
    "ctrl+u": LineEdit.clear,
    "left": lambda edit: edit.move(edit.cursor - 1),
    "right": lambda edit: edit.move(edit.cursor + 1),
    # Home and End arrive as other sequences in some terminals (Textual issues 5371, 6046), so there are two more.
    "home": lambda edit: edit.move(0),
    "ctrl+a": lambda edit: edit.move(0),
    "end": lambda edit: edit.move(len(edit.text)),
    "ctrl+e": lambda edit: edit.move(len(edit.text)),
}
