"""A rectification: what is asked for beside what the register says, the decision, the change, and who is told of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select, update

from core.actor import Role, require
from core.customers import sealed
from core.customers.fields import clean_changes, clean_iban
from core.customers.reading import get
from core.customers.restrictions import Use, restricted_many
from core.customers.service import change
from core.customers.types import Source, SourceKind
from core.customers.words import FIELD_NAMES
from core.errors import Words
from core.notices.due import FIELDS_OF_COLUMN
from core.notices.rights import tell_recipients
from core.notices.sources import tell_sources
from core.notices.types import Cause
from core.rights import service as cases
from core.rights.model import case_file_table
from core.rights.reading import request_of
from core.rights.rectification.errors import (
    NoSuchEvidence,
    NotAField,
    NotARectification,
    NothingProposed,
    NotProposed,
    SameAlready,
    ValueMoved,
)
from core.rights.rectification.model import rectification_table
from core.rights.rectification.origins import origins
from core.rights.rectification.reading import place, proposals
from core.rights.rectification.types import Rectified
from core.rights.types import CaseDecision, CaseKind, EventKind, reference
from core.rights.writing import add_event, case_key, for_change, require_undecided

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.keys import KeyRing
    from core.register import Register
    from core.rights.rectification.types import Proposal
    from core.rights.types import Case

IBAN: Final = "iban"
FIELDS: Final = (*(name for name in FIELDS_OF_COLUMN if name != "represents"), IBAN)
_c = rectification_table.c
_DISCLOSED: Final[Mapping[str, tuple[str, ...]]] = {**FIELDS_OF_COLUMN, IBAN: ("bank.iban",)}


def propose(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    number: int,
    values: Mapping[str, str | None] | None = None,
    *,
    evidence: int | None = None,
) -> list[Proposal]:
    """Write down what is to be rectified: *values* by field (None: what the request asked for), shown by an attachment.

    A field that was proposed before is proposed anew.  Nothing is changed in the register.

    Raises:
        NotARectification, NothingProposed, NotAField, SameAlready, NoSuchEvidence: what is wrong.
        InvalidValue: a value that no customer can have.
        NoSuchCase, CaseEnded, DecidedAlready, CaseWordsGone.
    """
    require(actor, Role.CLERK, Role.CONTACT_PERSON)
    found = for_change(uow, number)
    require_undecided(found)
    customer_id = _of_somebody(found)
    asked = request_of(uow.connection, keyring, number).values if values is None else values
    if not asked:
        raise NothingProposed(number=number)
    if evidence is not None:
        _require_evidence(uow.connection, number, evidence)
    old = _present(uow.connection, keyring, customer_id)
    key = case_key(uow, keyring, number)
    for name, new in _cleaned(uow.connection, customer_id, asked).items():
        if old[name] == new:
            raise SameAlready(field=Words(FIELD_NAMES[name]))
        content = json.dumps({"old": old[name], "new": new}, ensure_ascii=False).encode()
        uow.connection.execute(delete(rectification_table).where(_c.case_number == number, _c.field == name))
        uow.connection.execute(
            insert(rectification_table).values(
                case_number=number,
                field=name,
                proposed=key.seal(content, place(number, name)),
                evidence=evidence,
                proposed_at=uow.now,
                staff_id=actor.staff_id,
                staff_name=actor.name,
            )
        )
    facts = {"fields": sorted(asked), "evidence": evidence}
    add_event(uow, actor, key, number, EventKind.PROPOSED, facts=facts)
    return proposals(uow.connection, keyring, number)


def decide(
    uow: UnitOfWork,
    register: Register,
    actor: Actor,
    number: int,
    granted: Collection[str],
    *,
    reasons: str,
    version: int,
) -> Rectified:
    """Decide a rectification: the fields in *granted* are changed, the others stay, for *reasons* that the person reads.

    In the same transaction the notices are made: to each recipient that holds another value than the register has now
    (Article 19), and to whoever the old value came from.

    Raises:
        NotARectification, NothingProposed, NotProposed: what is wrong.
        ValueMoved: the register's value has changed since it was proposed.
        ReasonsNeeded: something is refused, and it is not said why.
        IdentityFirst, DecidedAlready, NoSuchCase, CaseEnded, CaseChanged.
    """
    require(actor, Role.CONTACT_PERSON)
    keyring = register.keyring
    customer_id = _of_somebody(for_change(uow, number))
    proposed = {it.field: it for it in proposals(uow.connection, keyring, number)}
    if not proposed:
        raise NothingProposed(number=number)
    for name in granted:
        if name not in proposed:
            raise NotProposed(number=number, field=name)
    came_from = origins(uow.connection, register.config, customer_id, granted)
    changes = {name: proposed[name] for name in proposed if name in granted}
    for name in proposed:
        values = {"decision": "granted" if name in granted else "refused", "origin": came_from.get(name)}
        uow.connection.execute(
            update(rectification_table)
            .where(_c.case_number == number, _c.field == name)
            .values(**values, decided_at=uow.now)
        )
    decided = cases.decide(
        uow, keyring, actor, number, _decision(proposed, granted), reasons=reasons, version=version
    )
    granting = _Granting(uow, register, actor, number, customer_id)
    if changes:
        granting.change(changes)
    notices = granting.tell(changes, came_from) if changes else []
    return Rectified(decided, tuple(changes), tuple(notices))


@dataclass(frozen=True, slots=True)
class _Granting:
    """What is done once it is granted, in the transaction of the decision."""

    uow: UnitOfWork
    register: Register
    actor: Actor
    number: int
    customer_id: int

    def change(self, changes: Mapping[str, Proposal]) -> None:
        """Give the customer the values asked for: the source is the person."""
        uow, keyring = self.uow, self.register.keyring
        present = _present(uow.connection, keyring, self.customer_id)
        for name, proposal in changes.items():
            if present[name] != proposal.old:
                raise ValueMoved(field=Words(FIELD_NAMES[name]))
        source = Source(SourceKind.SELF, reference(self.number))
        plain = {name: it.new for name, it in changes.items() if name != IBAN}
        if plain:
            # Of somebody restricted, for instance because this very value is contested: it is the person who asks.
            restricted = bool(restricted_many(uow.connection, [self.customer_id]))
            version = get(uow.connection, self.customer_id).version
            use = Use.CONSENT if restricted else None
            change(uow, self.actor, self.customer_id, plain, source, version=version, article_18_use=use)
        if IBAN in changes:
            sealed.set_iban(uow, keyring, self.actor, self.customer_id, changes[IBAN].new, source=source)

    def tell(self, changed: Collection[str], came_from: Mapping[str, str]) -> list[int]:
        """The notices of what was rectified: to who holds it, and to whom it came from."""
        named = reference(self.number)
        fields = frozenset(field for name in changed for field in _DISCLOSED[name])
        made = tell_recipients(
            self.uow,
            self.register,
            self.actor,
            self.customer_id,
            Cause.RECTIFICATION,
            reference=named,
            fields=fields,
        )
        sources: dict[str, set[str]] = {}
        for name, code in came_from.items():
            sources.setdefault(code, set()).update(_DISCLOSED[name])
        made += tell_sources(self.uow, self.register, self.customer_id, sources, reference=named)
        key = case_key(self.uow, self.register.keyring, self.number)
        facts = {"notices": made, "fields": sorted(changed)}
        add_event(self.uow, self.actor, key, self.number, EventKind.NOTICE, facts=facts)
        return made


def _decision(proposed: Mapping[str, Proposal], granted: Collection[str]) -> CaseDecision:
    if not granted:
        return CaseDecision.REFUSED
    return CaseDecision.GRANTED if set(granted) == set(proposed) else CaseDecision.PARTLY


def _of_somebody(one: Case) -> int:
    if one.kind is not CaseKind.RECTIFICATION or one.customer_id is None:
        raise NotARectification(number=one.number)
    return one.customer_id


def _require_evidence(connection: Connection, number: int, evidence: int) -> None:
    file = case_file_table.c
    held = connection.execute(
        select(file.id).where(file.id == evidence, file.case_number == number, file.content.is_not(None))
    ).first()
    if held is None:
        raise NoSuchEvidence(number=number, file=evidence)


def _present(connection: Connection, keyring: KeyRing, customer_id: int) -> dict[str, str | None]:
    values = get(connection, customer_id).values
    found: dict[str, str | None] = {name: getattr(values, name) for name in FIELDS if name != IBAN}
    found[IBAN] = sealed.values_of(connection, keyring, [customer_id], IBAN).get(customer_id)
    return found


def _cleaned(
    connection: Connection, customer_id: int, asked: Mapping[str, str | None]
) -> dict[str, str | None]:
    """The values as the register would keep them."""
    for name in asked:
        if name not in FIELDS:
            raise NotAField(field=name, fields=", ".join(FIELDS))
    plain = {name: value for name, value in asked.items() if name != IBAN}
    cleaned = clean_changes(get(connection, customer_id).values, plain)
    found: dict[str, str | None] = {name: getattr(cleaned, name) for name in plain}
    if IBAN in asked:
        found[IBAN] = clean_iban(asked[IBAN] or "") if asked[IBAN] else None
    return found
