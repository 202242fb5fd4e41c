"""An export as the gate knows it: an `Exit` that renders a form and delivers it into the export folder."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from core.disclosure.exits import (
    Accepted,
    ExitManifest,
    NotSent,
    Payload,
    Unknown,
)
from core.disclosure.permit import check_permit
from core.documents import FILES
from core.documents.folder import ExportFolder, MaybeNotKept, day_of
from core.documents.forms import form_of
from core.documents.typesetter import Pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.config import Config
    from core.disclosure.exits import Attempt, InquiryResult, Item, Outcome, Permit
    from core.documents.forms import Form
    from core.documents.typesetter import Typesetter

_PREFIX: Final = f"{FILES}-"
_VERSION: Final = "1.0.0"


def file_exit(config: Config, typesetter: Typesetter, name: str) -> FileExit:
    """The exit called *name*: ``files-`` and the form.

    Raises:
        NoSuchForm: there is no such form.
        TemplateUnreadable: a letter's own template cannot be read.
    """
    form = form_of(config, name.removeprefix(_PREFIX))
    return FileExit(form, ExportFolder(config.files.export_directory), typesetter)


class FileExit:
    """Renders a selection as one file and puts it into the export folder."""

    def __init__(self, form: Form, folder: ExportFolder, typesetter: Typesetter) -> None:
        self._form = form
        self._folder = folder
        self._typesetter = typesetter

    @property
    def manifest(self) -> ExitManifest:
        """What the form may use, and why."""
        return ExitManifest(
            name=f"{_PREFIX}{self._form.name}",
            version=_VERSION,
            purposes=self._form.purposes,
            requires=self._form.requires,
            may_use=self._form.may_use,
            # A file can be carried away, so that it is missing proves nothing; that it is there proves all.
            in_doubt="inquire",
            settle_seconds=0,
            environment="production",
            destinations=(self._folder.path.name,),
        )

    def render(self, purpose: str, items: Sequence[Item]) -> tuple[Payload, ...]:
        """The whole selection as one file.

        Raises:
            CannotTypeset, LabelTooSmall: a value cannot be set on the page.
            TypesetterUnavailable: pages cannot be made on this machine.
        """
        selection = _selection(items)
        day = day_of(selection or "")
        if day is None:
            raise ValueError("an export's items share a key made by core.documents.folder.new_selection")
        made, said = self._form.render(purpose, items, day), None
        if isinstance(made, Pages):
            told = {name: value for name, value in made.data.items() if name not in made.from_settings}
            said = json.dumps(told, ensure_ascii=False).encode()
            made = self._typesetter.pdf(made)
        ids = tuple(item.id for item in items)
        return (Payload(ids, made, self._form.media_type, self._form.name, said),)

    def deliver(
        self,
        permit: Permit,
        purpose: str,
        items: Sequence[Item],
        payloads: Sequence[Payload],
        attempt: Attempt,
    ) -> Outcome:
        """Put the file; it is whole under its name, or there is none."""
        check_permit(permit)
        name = self._name(items)
        if name is None:
            return NotSent("mixed_selection")
        (payload,) = payloads
        attempt(f"file {name}", hashlib.sha256(payload.content).digest())
        try:
            self._folder.put(name, payload.content)
        except FileExistsError:
            return NotSent("name_taken")
        except OSError:
            return NotSent("disk")
        except MaybeNotKept:
            return Unknown("disk")
        return Accepted(reference=name)

    def inquire(self, permit: Permit, items: Sequence[Item]) -> InquiryResult:
        """Whether the file is there."""
        check_permit(permit)
        name = self._name(items)
        if name is None:
            return Unknown("mixed_selection")
        return Accepted(reference=name) if self._folder.has(name) else Unknown("file_missing")

    def _name(self, items: Sequence[Item]) -> str | None:
        selection = _selection(items)
        return f"{self._form.name}-{selection}.{self._form.ending}" if selection else None


def _selection(items: Sequence[Item]) -> str | None:
    """What the items' keys share; None when they do not share it."""
    selections = {item.key.partition("/")[0] for item in items}
    return selections.pop() if len(selections) == 1 else None
