"""Making a statement: it is itself a look at the person, recorded and entered into the log before it is made."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from core.actor import Role, require
from core.customers import aliases
from core.customers.reading import get
from core.customers.web_told import registrations_of
from core.disclosure.planning import lock_customers
from core.disclosure.review import looks
from core.disclosure.statement.consultations import Pseudonyms, consultations
from core.disclosure.statement.disclosures import told
from core.disclosure.statement.scan import scan
from core.disclosure.statement.types import Completeness, Statement
from core.errors import RegisterError
from core.keys import KeyShredded
from core.staff.access_log import Access, record_access

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.customers.types import Customer
    from core.keys import DataKey
    from core.register import Register

# Whoever serves the person, and whoever answers for the register.
READERS: Final = (Role.CLERK, Role.CONTACT_PERSON, Role.REVIEWER, Role.ADMINISTRATOR)
DETAIL: Final = "statement"


def statement_of(register: Register, actor: Actor, customer_id: int, *, task: str) -> Statement:
    """Everything that was disclosed about a person and every look, with proof that nothing is left out.

    Reads the whole log and all lines, so its time grows with them (`docs/statement.md` has figures).

    Raises:
        NotPermitted: the actor's role does not make statements.
        CustomerNotFound: no such customer.
        KeyShredded: the person was erased; nothing leads to their lines any more.
        TaskMissing: *task* does not say what for.
    """
    require(actor, *READERS)
    with register.database.unit_of_work() as uow:
        customer_id = aliases.survivors(uow.connection, [customer_id]).get(customer_id, customer_id)
        customer = get(uow.connection, customer_id)
        record_access(uow, actor, action=Access.OPEN, customer_id=customer_id, task=task, detail=DETAIL)
        lock_customers(uow.connection, [customer_id])
        # Made now for somebody of whom nothing was ever sealed: pseudonyms must not change later.
        register.keyring.data_key(uow, customer_id)
        uow.commit()
    _enter_looks(register)
    with register.database.reading() as connection:
        ids = aliases.same_person(connection, customer_id)
        keys = register.keyring.existing_data_keys(connection, ids)
        # Erased in between, it has no key any more.
        if customer_id not in keys:
            raise KeyShredded
        return _made(register, connection, customer, keys)


def _enter_looks(register: Register) -> None:
    """Put the looks of today into the signed log, this one among them, so that none has to be believed."""
    # A log that is closed or cannot be written does not keep anybody from their statement, which says what is missing.
    with suppress(RegisterError):
        with register.database.unit_of_work() as uow:
            entered = looks.enter(uow, register.keyring, register.log)
            uow.commit()
        if entered:
            register.log.sign()


def _made(
    register: Register, connection: Connection, customer: Customer, keys: Mapping[int, DataKey]
) -> Statement:
    found = scan(connection, register.log, keys)
    pseudonym = Pseudonyms(keys[customer.id])
    lines = told(connection, keys, found, pseudonym)
    seen = consultations(connection, list(keys), found, pseudonym)
    settings = register.config.register
    return Statement(
        customer_id=customer.id,
        number=customer.number,
        name=customer.display_name,
        made_at=register.clock.now(),
        register=settings.name,
        controller=settings.controller.name,
        contact=settings.controller.email,
        disclosed=tuple(lines.disclosed),
        not_sent=tuple(lines.not_sent),
        registrations=registrations_of(connection, register.keyring, customer.id),
        consultations=tuple(seen.looks),
        completeness=Completeness(
            transfers=found.transfers,
            lines=found.lines,
            looks=found.looks,
            size=found.size,
            signed_size=0 if found.signed is None else found.signed.size,
            root=found.root,
            origin=register.log.origin,
            vkey=register.log.vkey,
            doubts=(*found.doubts, *lines.doubts, *seen.doubts),
        ),
    )
