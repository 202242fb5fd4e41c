"""The address file's adapter: one file out; whether it is there answers every question about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.disclosure.exits import Accepted, InquiryResult, Item, NotFound, Outcome, Payload, Rejected, Unknown
from integrations.address_file import wire
from integrations.protocol import CheckResult, Context, Exchange, HttpRequest, ListFiles, PutFile

if TYPE_CHECKING:
    from collections.abc import Sequence

OUT: Final = "out"
IN: Final = "in"
FILE: Final = "file"


class AddressFile:
    """Puts a selection into the exchange directory; something else carries it, and the answer back."""

    def render(self, context: Context, purpose: str, items: Sequence[Item]) -> tuple[Payload, ...]:
        """The whole selection as one file.

        Raises:
            CannotRender: a value holds a character that the chosen encoding doesn't have.
            BadSetting: the columns are not as they should be.
        """
        content = wire.selection_file(items, context.settings)
        media_type = f"text/csv; charset={context.settings['encoding']}"
        return (Payload(tuple(item.id for item in items), content, media_type, FILE),)

    def deliver(
        self, context: Context, purpose: str, items: Sequence[Item], payloads: Sequence[Payload]
    ) -> Exchange[Outcome]:
        """Put the file; it is whole under its name or not there."""
        (payload,) = payloads
        name = wire.file_name(items, context.settings)
        if name is None:
            return Rejected("mixed_selection")
        yield PutFile(OUT, name, payload.content)
        return Accepted(reference=name)

    def inquire(self, context: Context, items: Sequence[Item]) -> Exchange[InquiryResult]:
        """Whether the file is there. Where files are carried away, absence proves nothing: a person has to say."""
        name = wire.file_name(items, context.settings)
        if name is None:
            return Unknown("mixed_selection")
        found = yield ListFiles(OUT, name)
        if found:
            return Accepted(reference=name)
        return NotFound() if context.settings["files_stay"] else Unknown("file_missing")

    def check(self, context: Context) -> Exchange[CheckResult]:
        """Both folders can be read, and the columns are as they should be."""
        wire.selection_file((), context.settings)
        yield ListFiles(OUT)
        yield ListFiles(IN)
        return CheckResult(ok=True, code="OK")

    def sign(self, context: Context, request: HttpRequest) -> Exchange[HttpRequest]:
        """Never asked: files are not signed."""
        yield from ()
        return request


ADAPTER: Final = AddressFile
