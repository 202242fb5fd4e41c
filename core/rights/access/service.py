"""The access package: made for a case in one action, looked through by a person, handed over by the gate (GDPR 12, 15).

Making it is a look at the person, recorded and entered into the log before anything is read.  Handing it over decides
the case where nobody has, as a transfer to the person like any other; the case's event has the transfer's number and,
sealed, the passphrase, which is told by another way than the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers.aliases import same_person
from core.customers.reading import get
from core.disclosure.statement.consultations import Pseudonyms
from core.disclosure.statement.service import statement_of
from core.documents.handover import Handout, give
from core.errors import Words
from core.messages import N_, tr
from core.retention.holds import holds_of
from core.rights import service as cases
from core.rights.access import pages
from core.rights.access.archive import archive, new_passphrase
from core.rights.access.errors import DecidedOtherwise, NobodyMeant, NoSuchWords, NotOfThisKind, WordsUnread
from core.rights.access.gathering import Gathered
from core.rights.access.opening import Opening
from core.rights.access.retained import kept
from core.rights.access.sources import sources
from core.rights.access.telling import told_values
from core.rights.access.types import Package, Reason
from core.rights.access.withheld import Keeper
from core.rights.access.words_read import Reading, leave_out
from core.rights.answering import task_of
from core.rights.errors import CaseEnded, IdentityFirst
from core.rights.reading import case as case_of
from core.rights.types import DECISION_NAMES, ENDED, KIND_NAMES, CaseDecision, CaseKind, EventKind, Identity
from core.rights.writing import for_change

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.customers.types import Customer
    from core.database import UnitOfWork
    from core.disclosure.outcome import TransferFacts
    from core.disclosure.statement.types import Statement
    from core.documents.typesetter import Typesetter
    from core.register import Register
    from core.rights.types import Case

# As a file it is encrypted; as pages it is for printing here, to be given or posted on paper.
Form = Literal["zip", "pdf"]
FORMS: Final[tuple[Form, ...]] = ("zip", "pdf")
KIND: Final = "access"
PURPOSE: Final = "legal_obligation"
_HANDLERS: Final = (Role.CONTACT_PERSON,)
_GIVEN: Final = frozenset({CaseDecision.GRANTED, CaseDecision.PARTLY})


@dataclass(frozen=True, slots=True)
class Given:
    """A package that was handed over: the transfer, the file in the export folder (None: there is none), and what opens it."""

    transfer: int
    state: str
    file: str | None
    passphrase: str | None = field(repr=False)
    manifest: Mapping[str, Any] = field(repr=False)


def make(
    register: Register,
    actor: Actor,
    case_number: int,
    *,
    language: str | None = None,
    withhold: Collection[str] = (),
) -> Package:
    """Everything about the person of an access case; *withhold* are the texts that a person keeps back, by `Flag.id`.

    *language* is the case's own unless given.  Reads the whole log, so its time grows with it.

    Raises:
        NotPermitted: only the contact person answers requests.
        NoSuchCase, CaseEnded, NotOfThisKind, NobodyMeant, IdentityFirst: there is nothing to be made.
        NoSuchWords: *withhold* names none of the package's texts.
    """
    require(actor, *_HANDLERS)
    with register.database.reading() as connection:
        case = askable(connection, case_number, CaseKind.ACCESS)
    assert case.customer_id is not None
    statement = statement_of(register, actor, case.customer_id, task=PURPOSE)
    with register.database.reading() as connection:
        return _made(
            register,
            connection,
            case,
            statement,
            language=language or case.language,
            withhold=frozenset(withhold),
        )


def hand_over(
    register: Register,
    typesetter: Typesetter,
    actor: Actor,
    package: Package,
    *,
    form: Form = "zip",
    read: Collection[str] = (),
) -> Given:
    """Hand a package over to its person: into the export folder, encrypted unless it is for printing here.

    *read* are the texts that a person has read and lets go, by `Flag.id`.  An undecided case is granted by *actor*, in
    part where words were kept back.

    Raises:
        NotPermitted: only the contact person answers requests.
        WordsUnread: a text that may tell of somebody else has been neither read nor withheld.
        DecidedOtherwise, CaseEnded: the case was refused or closed meanwhile.
        TypesetterUnavailable: pages cannot be made on this machine.
        Refused, LogFault, DatabaseUnavailable: see `core.disclosure.gate.Gate.release`; there is no file.
    """
    require(actor, *_HANDLERS)
    unread = [flag.id for flag in package.flags if flag.id not in read]
    if unread:
        raise WordsUnread(number=package.case_number, count=len(unread), ids=", ".join(unread))
    made = archive(package, register.config, typesetter.pdf(pages.pages(package, register.config)))
    passphrase = new_passphrase() if form == "zip" else None
    content = made.files["package.pdf"] if passphrase is None else made.encrypted(passphrase)
    partly = any(it.reason is Reason.HANDLER for it in package.withheld)
    note = _Note(
        register, actor, package, passphrase, partly=partly, facts=_facts(made.manifest, form, content)
    )
    handout = Handout(package.customer_id, KIND, form, content, told_values(package))
    given = give(
        register,
        typesetter,
        actor,
        handout,
        asked=tr(N_("request, case {number}"), actor.language, number=package.case_number),
        task=task_of(package.case_number),
        also=note.write,
    )
    return Given(given.result.number, str(given.result.state), given.name, passphrase, made.manifest)


def askable(connection: Connection, case_number: int, kind: CaseKind) -> Case:
    """A case of *kind* that can be answered with a package.

    Raises:
        NoSuchCase, CaseEnded, NotOfThisKind, NobodyMeant, IdentityFirst.
    """
    case = case_of(connection, case_number)
    if case.kind is not kind:
        raise NotOfThisKind(number=case_number, kind=Words(KIND_NAMES[case.kind]))
    if case.state in ENDED:
        raise CaseEnded(number=case_number)
    if case.customer_id is None:
        raise NobodyMeant(number=case_number)
    if case.identity is not Identity.CONFIRMED:
        raise IdentityFirst(number=case_number)
    return case


def grant(uow: UnitOfWork, register: Register, actor: Actor, case_number: int, *, partly: bool) -> None:
    """Decide the case by what is done, where nobody has decided it.

    Raises:
        DecidedOtherwise: it was refused.
        CaseEnded, IdentityFirst.
    """
    found = for_change(uow, case_number)
    if found.decision is None:
        decision = CaseDecision.PARTLY if partly else CaseDecision.GRANTED
        reasons = (
            tr(N_("Words that name other persons are left out (GDPR 15(4))."), found.language)
            if partly
            else ""
        )
        cases.decide(
            uow, register.keyring, actor, case_number, decision, reasons=reasons, version=found.version
        )
    elif found.decision not in _GIVEN:
        raise DecidedOtherwise(number=case_number, decision=Words(DECISION_NAMES[found.decision]))


def _made(
    register: Register,
    connection: Connection,
    case: Case,
    statement: Statement,
    *,
    language: str,
    withhold: frozenset[str],
) -> Package:
    assert case.customer_id is not None
    customer, keyring, now = get(connection, case.customer_id), register.keyring, register.clock.now()
    today = now.astimezone(HELSINKI).date()
    ids = same_person(connection, customer.id)
    key = keyring.existing_data_keys(connection, [customer.id])[customer.id]
    own = _own(customer)
    keeper = Keeper(connection, key, ids, Pseudonyms(key), own)
    found = Gathered(connection, Opening(connection, keyring, ids), keeper, ids)
    flags = Reading(connection, found.parts, own).flags
    unknown = withhold - {flag.id for flag in flags}
    if unknown:
        raise NoSuchWords(ids=", ".join(sorted(unknown)))
    leave_out(found.parts, withhold, keeper)
    return Package(
        case_number=case.number,
        customer_id=customer.id,
        number=customer.number,
        name=customer.display_name,
        language=language,
        made_at=now,
        today=today,
        parts=found.parts,
        sources=sources(connection, customer.id, keeper, withhold),
        statement=statement,
        holds=tuple(
            holds_of(connection, register.config.retention, customer.id, today, besides_case=case.number)
        ),
        kept=kept(register.config, today, language),
        withheld=keeper.counted,
        flags=tuple(flag for flag in flags if flag.id not in withhold),
        counts=dict(found.counts),
        attachments=tuple(found.attachments),
    )


def _own(customer: Customer) -> frozenset[str]:
    """The person's own values as texts, which are nobody else's."""
    values = customer.values
    texts = {value for value in values.as_dict().values() if isinstance(value, str)}
    full = {f"{values.first_name} {values.last_name}", f"{values.last_name} {values.first_name}"}
    return frozenset(texts | full | {customer.display_name})


@dataclass(frozen=True, slots=True)
class _Note:
    """What the case is told in the transfer's own unit of work."""

    register: Register
    actor: Actor
    package: Package
    passphrase: str | None
    partly: bool
    facts: Mapping[str, Any]

    def write(self, uow: UnitOfWork, transfer: TransferFacts) -> None:
        """Decide the case where nobody has, and write the event with the transfer's number."""
        number = self.package.case_number
        grant(uow, self.register, self.actor, number, partly=self.partly)
        words = None if self.passphrase is None else self._words(self.passphrase)
        facts = {"transfer": transfer.number, **self.facts}
        cases.note(
            uow, self.register.keyring, self.actor, number, EventKind.PACKAGE, words=words, facts=facts
        )

    def _words(self, passphrase: str) -> str:
        return tr(N_("Passphrase of the file: {passphrase}"), self.actor.language, passphrase=passphrase)


def _facts(manifest: Mapping[str, Any], form: Form, content: bytes) -> dict[str, Any]:
    """Of an encrypted file the digest as well: it has a salt of its own, so nobody's data can be guessed from it."""
    facts: dict[str, Any] = {"form": form, "rows": sum(manifest["rows"].values())}
    return facts | ({"sha256": hashlib.sha256(content).hexdigest()} if form == "zip" else {})
