"""The access package: made for a case in one action, looked through by a person, handed over by the gate (GDPR 12, 15).

Making it is a look at the person, recorded and entered into the log before anything is read.  Handing it over decides
the case where nobody has, as a transfer to the person like any other; the case's event has the transfer's number and,
sealed, the passphrase, which is told by another way than the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers.aliases import same_person
from core.customers.model import customer_table
from core.customers.reading import get
from core.disclosure.statement.consultations import Pseudonyms
from core.disclosure.statement.service import statement_of
from core.retention.holds import holds_of
from core.rights import handing
from core.rights.access import pages
from core.rights.access.archive import PAGES, archive
from core.rights.access.errors import NoSuchWords, WordsUnread
from core.rights.access.gathering import Gathered
from core.rights.access.opening import Opening
from core.rights.access.retained import kept
from core.rights.access.sources import sources
from core.rights.access.telling import told_values
from core.rights.access.types import Package, Reason
from core.rights.access.withheld import Keeper
from core.rights.access.words_read import Reading, leave_out
from core.rights.handing import FORMS, PURPOSE, Delivery, Form, Given
from core.rights.types import CaseKind

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.customers.types import Customer
    from core.disclosure.statement.types import Statement
    from core.documents.typesetter import Typesetter
    from core.register import Register
    from core.rights.types import Case

__all__ = ["FORMS", "Form", "Given", "hand_over", "make"]

KIND: Final = "access"
_HANDLERS: Final = (Role.CONTACT_PERSON,)


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
        case = handing.askable(connection, case_number, CaseKind.ACCESS)
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
    delivery = Delivery(
        case_number=package.case_number,
        customer_id=package.customer_id,
        kind=KIND,
        files=made.files,
        told=told_values(package),
        manifest=made.manifest,
        pdf=made.files[PAGES] if form == "pdf" else None,
        partly=any(it.reason is Reason.HANDLER for it in package.withheld),
    )
    return handing.hand_over(register, typesetter, actor, delivery)


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
    settings = register.config.retention
    holds = tuple(holds_of(connection, settings, customer.id, today, besides_case=case.number))
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
        holds=holds,
        kept=kept(register.config, holds, found.counts, (_contact(connection, customer.id), today), language),
        withheld=keeper.counted,
        flags=tuple(flag for flag in flags if flag.id not in withhold),
        counts=dict(found.counts),
        attachments=tuple(found.attachments),
    )


def _contact(connection: Connection, customer_id: int) -> date | None:
    """The day of the latest service contact."""
    column = customer_table.c
    found: date | None = connection.execute(
        select(column.contact_on).where(column.id == customer_id)
    ).scalar_one()
    return found


def _own(customer: Customer) -> frozenset[str]:
    """The person's own values as texts, which are nobody else's."""
    values = customer.values
    texts = {value for value in values.as_dict().values() if isinstance(value, str)}
    full = {f"{values.first_name} {values.last_name}", f"{values.last_name} {values.first_name}"}
    return frozenset(texts | full | {customer.display_name})
