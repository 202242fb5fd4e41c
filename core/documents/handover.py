"""A file handed to the person it is about: into the export folder, by way of the gate.

The recipient is the data subject (Article 15), whom no ban or restriction of theirs keeps from their own data; the
transfer stands in the log, and in the person's next statement, like every other.  The values that a statement, a
package or a letter tells are sealed with the line.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

from core.actor import require
from core.disclosure.categories import CATEGORY_OF_FIELD, fields_of
from core.disclosure.gate import Gate
from core.disclosure.purposes import purpose_of
from core.disclosure.recipients import SUBJECT, register_subject
from core.disclosure.statement.data import json_bytes
from core.disclosure.statement.service import READERS
from core.disclosure.statement.words import plain_text, rows
from core.disclosure.types import Subject, TransferRequest
from core.documents import PERSON
from core.documents.exits import FileExit
from core.documents.folder import ExportFolder, new_selection
from core.documents.forms import Form
from core.documents.typesetter import Pages
from core.messages import N_, tr
from core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from core.actor import Actor
    from core.config import Config
    from core.disclosure.exits import ExitManifest, FieldValue, Item
    from core.disclosure.gate import Also
    from core.disclosure.statement.types import Consultation, Disclosure, Statement
    from core.disclosure.types import TransferResult
    from core.documents.typesetter import Typesetter
    from core.register import Register

HandoverForm = Literal["pdf", "json", "zip"]
FORMS: Final[tuple[HandoverForm, ...]] = ("pdf", "json", "zip")
TASK: Final = "statement"
PURPOSE: Final = "legal_obligation"
_PREFIX: Final = f"{PERSON}-"
_MEDIA: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "json": "application/json; charset=utf-8",
    "zip": "application/zip",
}
_PAGE: Final = N_("Page {page} of {pages}")
# No day: the same statement is the same bytes.
_ZIP_DAY: Final = (1980, 1, 1, 0, 0, 0)
_FILE_MODE: Final = 0o600 << 16


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of it: the transfer, and the file's name in the export folder (None when there is none)."""

    result: TransferResult
    name: str | None


@dataclass(frozen=True, slots=True)
class Handout:
    """A file for one person: what ``kind`` it is, its bytes or pages, and by field the values that it tells."""

    customer_id: int
    kind: str
    ending: HandoverForm
    content: bytes | Pages = field(repr=False)
    told: Mapping[str, FieldValue] = field(repr=False)


def person_exit(config: Config, typesetter: Typesetter, name: str) -> PersonExit:
    """The exit called *name*, to ask it what became of a file; a statement itself goes through `hand_over`."""
    form = name.removeprefix(_PREFIX)
    return PersonExit(_form(form, form.rpartition("-")[2], None), _folder(config), typesetter)


class PersonExit(FileExit):
    """The export folder as the way to the person."""

    @property
    def manifest(self) -> ExitManifest:
        """As an export's, under a name of its own."""
        return replace(super().manifest, name=f"{_PREFIX}{self._form.name}")


def hand_over(
    register: Register,
    typesetter: Typesetter,
    actor: Actor,
    statement: Statement,
    *,
    form: HandoverForm,
    language: str,
    asked: str,
) -> Handed:
    """Put a statement that was made into the export folder, for the person to be given.

    *asked* says how the person asked and how it was made sure who it is; it goes into the transfer.

    Raises:
        NotPermitted: the actor's role makes no statements, or does not send.
        TypesetterUnavailable: pages cannot be made on this machine; json and zip need none.
        Refused, LogFault, DatabaseUnavailable: see `core.disclosure.gate.Gate.release`; there is no file.
    """
    require(actor, *READERS)
    content = _content(statement, form, language, register.config)
    handout = Handout(statement.customer_id, TASK, form, content, told_values(statement))
    return give(register, typesetter, actor, handout, asked=asked)


def give(
    register: Register,
    typesetter: Typesetter,
    actor: Actor,
    handout: Handout,
    *,
    asked: str,
    task: str | None = None,
    also: Also | None = None,
) -> Handed:
    """Put a file that was made for one person into the export folder, as a transfer to that person.

    *task* is what the transfer is called, the handout's kind unless given; *asked* says why, and goes into the
    transfer; *also* runs in the unit of work that records the intent.

    Raises:
        NotPermitted: the actor's role does not send.
        TypesetterUnavailable: pages cannot be made on this machine.
        Refused, LogFault, DatabaseUnavailable: see `core.disclosure.gate.Gate.release`; there is no file.
    """
    register_subject(register.database)
    form = f"{handout.kind}-{handout.ending}"
    exit_ = PersonExit(_form(form, handout.ending, handout.content), _folder(register.config), typesetter)
    # No second person: what is handed over is the person's own, and was made from the register, not chosen by anybody.
    gate = Gate(register.database, register.keyring, register.log, lambda _: exit_, register.gate.listeners)
    selection = new_selection(register.clock.now())
    subject = Subject(handout.customer_id, f"{selection}/1", handout.told)
    request = TransferRequest(
        SUBJECT, PURPOSE, (subject,), task or handout.kind, reason=clean_line(asked), form=form
    )
    result = gate.release(actor, gate.preview(gate.plan(actor, request)), also=also)
    names = {outcome.reference for outcome in result.outcomes.values() if outcome.reference}
    return Handed(result, names.pop() if names else None)


def told_values(statement: Statement) -> dict[str, FieldValue]:
    """Every value that the statement tells, by field: what has left over time, each once."""
    told: dict[str, dict[str, None]] = {"customer.number": {statement.number: None}}
    lines: list[Mapping[str, str]] = []
    # An earlier statement told what the other disclosures tell.
    for one in (it for it in statement.disclosed if it.receiver.code != SUBJECT):
        for name, value in (one.content or {}).items():
            if name not in CATEGORY_OF_FIELD or CATEGORY_OF_FIELD[name] == "identity_code":
                continue
            if isinstance(value, str):
                told.setdefault(name, {})[value] = None
            else:
                lines += [line for line in value if line not in lines]
    for one_told in statement.registrations:
        if one_told.trail is not None and one_told.trail.ip:
            told.setdefault("ip", {})[one_told.trail.ip] = None
    values: dict[str, FieldValue] = {name: "; ".join(found) for name, found in told.items()}
    if not {"name.first", "name.last", "organisation.name"} & values.keys():
        values["name.last"] = statement.name
    return values | ({"order.lines": tuple(lines)} if lines else {})


def _folder(config: Config) -> ExportFolder:
    return ExportFolder(config.files.export_directory)


def _form(name: str, ending: str, content: bytes | Pages | None) -> Form:
    def render(_purpose: str, _items: Sequence[Item], day: date) -> bytes | Pages:
        if content is None:
            raise ValueError("what is handed over is made first")
        return replace(content, day=day) if isinstance(content, Pages) else content

    fields = fields_of(purpose_of(PURPOSE).categories)
    needed = frozenset({"customer.number"})
    return Form(name, ending, _MEDIA[ending], frozenset({PURPOSE}), needed, fields - needed, render)


def _content(statement: Statement, form: HandoverForm, language: str, config: Config) -> bytes | Pages:
    if form == "json":
        return json_bytes(statement, language)
    if form == "zip":
        return bundle(statement, language)
    told = rows(statement, language)
    data = {
        "language": language,
        "title": told[0].text,
        "author": config.register.controller.name,
        "page": tr(_PAGE, language, page="{page}", pages="{pages}"),
        "rows": [{"kind": str(row.kind), "label": row.label, "text": row.text} for row in told],
    }
    template = files("core.documents").joinpath("templates", "statement.typ").read_text(encoding="utf-8")
    return Pages(template, data, statement.made_at.date())


def bundle(statement: Statement, language: str) -> bytes:
    """One file with everything that checking needs: text, JSON, the log's key, and two receipts of each disclosure and look."""
    parts = {
        "statement.txt": plain_text(statement, language).encode(),
        "statement.json": json_bytes(statement, language),
        "vkey": f"{statement.completeness.vkey}\n".encode(),
    }
    told: tuple[Disclosure | Consultation, ...] = (
        *statement.disclosed,
        *statement.not_sent,
        *statement.consultations,
    )
    for one in told:
        parts |= _receipts(one)
    target = io.BytesIO()
    # Stored, not deflated: what may not leave is sought in these bytes before they do.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.external_attr = _FILE_MODE
            archive.writestr(entry, content)
    return target.getvalue()


def _receipts(one: Disclosure | Consultation) -> dict[str, bytes]:
    if one.proofs is None:
        return {}
    name = f"receipts/{one.number}-{one.line}"
    return {f"{name}.tlog-proof": one.proofs.entry, f"{name}.tlog-proof.lines": one.proofs.line}
