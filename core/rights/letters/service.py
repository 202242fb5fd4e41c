"""A letter in the hands of whoever handles the case: looked at, made, handed over.

What is handed over is a transfer to the person, through the gate, like every other; a letter that holds nothing of the
register's (it is not known who asks, or nothing is held) discloses nothing, and goes without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from core.actor import Role, require
from core.customers.restrictions import restrictions_of, told_of_lifting
from core.disclosure.types import TransferState
from core.documents.errors import ExportFolderUnusable, TemplateBroken
from core.documents.folder import ExportFolder, MaybeNotKept, new_selection
from core.documents.handover import Handout, give
from core.documents.typesetter import Pages
from core.errors import Words
from core.reasons import reason_of
from core.rights.errors import CaseEnded
from core.rights.letters.errors import LetterDoesNotFit, LetterNotMade
from core.rights.letters.facts import FROM_SETTINGS, Wanted, facts_of
from core.rights.letters.preview import WIDTH, as_text
from core.rights.letters.templates import place_of, sources, template_name
from core.rights.letters.types import (
    ANSWERS,
    LETTER_NAMES,
    NOTHING_MORE,
    TELLS_OF,
    HandedLetter,
    LetterKind,
    letters_for,
)
from core.rights.reading import case
from core.rights.service import answered, note
from core.rights.types import ENDED, EventKind, reference
from core.rights.writing import record_look, today_of
from core.staff.access_log import Access

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path
    from typing import Any

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.documents.typesetter import Typesetter
    from core.register import Register
    from core.rights.letters.facts import Facts
    from core.rights.letters.types import Also
    from core.rights.types import Case

# As the transfer and the file in the export folder are called.
TASK: Final = "reply"
_READERS: Final = (Role.CLERK, Role.CONTACT_PERSON)
_Made = TypeVar("_Made")


def preview_text(
    register: Register,
    typesetter: Typesetter,
    actor: Actor,
    number: int,
    kind: LetterKind,
    *,
    language: str | None = None,
    also: Also = NOTHING_MORE,
    width: int = WIDTH,
) -> str:
    """The letter as text, *width* columns wide; a look at the person, and recorded as one.

    *language* is the case's unless given.

    Raises:
        as `make_pdf`.
    """
    _, _, pages = _prepared(register, actor, number, kind, language=language, also=also)
    return as_text(compiled(register, typesetter.html, pages), width)


def make_pdf(
    register: Register,
    typesetter: Typesetter,
    actor: Actor,
    number: int,
    kind: LetterKind,
    *,
    language: str | None = None,
    also: Also = NOTHING_MORE,
) -> bytes:
    """The letter as PDF/UA-1, for whoever handles the case to look at; nothing is handed over.

    Raises:
        NotPermitted: the actor's role doesn't handle cases.
        LetterDoesNotFit: the case stands otherwise than the letter says.
        WordsNeeded: it has to say why, and nobody has.
        TemplatesUnreadable, TemplateBroken: the company's own template is wrong; says where.
        TypesetterUnavailable: pages cannot be made on this machine.
        NoSuchCase, CaseWordsGone.
    """
    _, _, pages = _prepared(register, actor, number, kind, language=language, also=also)
    return compiled(register, typesetter.pdf, pages)


def hand_over(
    register: Register,
    typesetter: Typesetter,
    actor: Actor,
    number: int,
    kind: LetterKind,
    *,
    language: str | None = None,
    also: Also = NOTHING_MORE,
) -> HandedLetter:
    """Put the letter into the export folder for the person, and write it down in the case.

    A letter that tells the decision answers the case; only the contact person hands that one over.

    Raises:
        as `make_pdf`; CaseEnded.
        LetterNotMade: the file could not be put there.
        Refused, LogFault, DatabaseUnavailable: see `core.disclosure.gate.Gate.release`; there is no file.
    """
    if kind in ANSWERS:
        require(actor, Role.CONTACT_PERSON)
    found, facts, pages = _prepared(register, actor, number, kind, language=language, also=also)
    if found.state in ENDED:
        raise CaseEnded(number=number)
    if found.customer_id is None or not facts.told:
        name, transfer = _put(register, compiled(register, typesetter.pdf, pages)), None
    else:
        handout = Handout(found.customer_id, TASK, "pdf", pages, facts.told)
        given = give(register, _Placing(register, typesetter), actor, handout, asked=reference(number))
        if given.result.state is not TransferState.DELIVERED or given.name is None:
            raise LetterNotMade
        name, transfer = given.name, given.result.number
    _write_down(register, actor, number, kind, {"letter": str(kind), "transfer": transfer})
    with register.database.reading() as connection:
        return HandedLetter(case(connection, number), kind, name, transfer)


def pages_of(
    folder: Path | None, kind: LetterKind, language: str, data: Mapping[str, Any], day: date
) -> Pages:
    """The pages of a letter, from the company's templates in *folder* or ours.

    Raises:
        TemplatesUnreadable: a file of the company's cannot be read.
    """
    template, parts = sources(folder, kind, language)
    return Pages(template, data, day, FROM_SETTINGS, parts, template_name(kind, language))


def compiled(register: Register, make: Callable[[Pages], _Made], pages: Pages) -> _Made:
    """What *make* makes of the pages; a broken template is named as a person finds it."""
    try:
        return make(pages)
    except TemplateBroken as error:
        place = place_of(register.config.rights.letter_templates, str(error.data["file"]))
        raise TemplateBroken(file=place, line=error.data["line"], reason=error.data["reason"]) from None


class _Placing:
    """A typesetter that names a broken template as a person finds it, for the gate, which sets the pages itself."""

    def __init__(self, register: Register, typesetter: Typesetter) -> None:
        self._register = register
        self._typesetter = typesetter

    def pdf(self, pages: Pages) -> bytes:
        """As `compiled`."""
        return compiled(self._register, self._typesetter.pdf, pages)

    def html(self, pages: Pages) -> str:
        """As `compiled`."""
        return compiled(self._register, self._typesetter.html, pages)


def _prepared(
    register: Register, actor: Actor, number: int, kind: LetterKind, *, language: str | None, also: Also
) -> tuple[Case, Facts, Pages]:
    """The case, and the letter ready to be set; a look, which is recorded before anything is shown."""
    require(actor, *_READERS)
    with register.database.unit_of_work() as uow:
        found = case(uow.connection, number)
        fitting = letters_for(found)
        names = ", ".join(str(it) for it in fitting if it is not kind)
        unfit = LetterDoesNotFit(number=number, letter=Words(LETTER_NAMES[kind]), letters=names or "–")
        if kind not in fitting:
            raise unfit
        chosen = language or found.language
        facts = facts_of(register, uow, actor, Wanted(found, kind, chosen, also))
        if kind in TELLS_OF and not facts.data[TELLS_OF[kind]]:
            raise unfit
        record_look(uow, actor, number, found.customer_id, Access.OPEN)
        uow.commit()
    folder = register.config.rights.letter_templates
    return found, facts, pages_of(folder, kind, chosen, facts.data, facts.day)


def _put(register: Register, content: bytes) -> str:
    """A letter without anything of the register's: a file beside the others, and no transfer, since nothing is disclosed."""
    folder = ExportFolder(register.config.files.export_directory)
    name = f"{TASK}-pdf-{new_selection(register.clock.now())}.pdf"
    try:
        folder.put(name, content)
    except MaybeNotKept:
        raise LetterNotMade from None
    except OSError as error:
        raise ExportFolderUnusable(folder=str(folder.path), reason=reason_of(error)) from error
    return name


def _write_down(
    register: Register, actor: Actor, number: int, kind: LetterKind, facts: Mapping[str, Any]
) -> None:
    """After the file is there: interrupted in between, the case says less than was done, never more."""
    with register.database.unit_of_work() as uow:
        if kind in ANSWERS:
            answered(uow, register.keyring, actor, number, EventKind.LETTER, facts=facts)
        else:
            note(uow, register.keyring, actor, number, EventKind.LETTER, facts=facts)
        if kind is LetterKind.RESTRICTION_ENDS:
            _told_of_lifting(uow, actor, number)
        uow.commit()


def _told_of_lifting(uow: UnitOfWork, actor: Actor, number: int) -> None:
    """The letter has told it, so the restrictions may be lifted (Article 18(3))."""
    customer_id = case(uow.connection, number).customer_id
    assert customer_id is not None
    for one in restrictions_of(uow.connection, customer_id):
        if one.lifted_on is None:
            how = f"letter, case {number}"
            told_of_lifting(uow, actor, customer_id, one.ground, told_on=today_of(uow), how=how)
