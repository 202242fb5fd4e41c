"""What becomes of a registration: by itself where nothing is overwritten, by a person otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update

from core.actor import Role, require
from core.clock import HELSINKI
from core.customers import sealed, service
from core.customers.bans import BanKind, bans_of_many, forbid
from core.customers.contacts import contact
from core.customers.fields import clean
from core.customers.reading import get
from core.customers.restrictions import restricted_many
from core.customers.types import Kind, NewCustomer, Source, SourceKind
from core.customers.web_errors import DecidedAlready, FieldNotGiven, ReasonMissing, WhoIsIt
from core.customers.web_matching import adds_nothing, candidates
from core.customers.web_model import web_registration_table
from core.customers.web_reads import get as get_registration
from core.customers.web_types import WebState
from core.customers.web_visits import (
    joined,
    opened_trail,
    own_key,
    sealed_trail,
    sealed_words,
    trail_of,
)
from core.staff.access_log import Access, record_access
from core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.actor import Actor
    from core.customers.types import Customer
    from core.customers.web_types import Candidate, Submission, WebRegistration
    from core.database import UnitOfWork
    from core.keys import KeyRing

DECIDERS: Final = (Role.CLERK, Role.CONTACT_PERSON)
TASK: Final = "web_registration"
_web: Final = web_registration_table.c


def source_of(form: str, submission_id: str) -> Source:
    """Where a value from the site came from."""
    return Source(SourceKind.WEB_FORM, f"{form}, {submission_id}")


@dataclass(frozen=True, slots=True)
class Receiving:
    """Takes submissions of one file in, each in the caller's transaction."""

    uow: UnitOfWork
    keyring: KeyRing
    actor: Actor
    file_id: int

    def take(self, submission: Submission) -> WebState:
        """A new customer, nothing new about one, or a proposal; never a value over another (P7)."""
        found = candidates(self.uow.connection, submission)
        sure = found[0] if len(found) == 1 and found[0].sure else None
        whom = None if sure is None else get(self.uow.connection, sure.customer_id)
        restricted = bool(restricted_many(self.uow.connection, [it.customer_id for it in found]))
        if not found and service.erased_among(self.uow, [NewCustomer(submission.values)]):
            # Somebody who was erased writes again: whether that is their own new wish is for a person to see.
            return self._keep(submission, WebState.PROPOSED)
        if not found:
            return self._keep(submission, WebState.ADDED, customer_id=self._add(submission))
        if whom is not None and not restricted:
            # A ban only narrows: it holds from now on, whatever becomes of the rest.
            record_bans(self.uow, self.actor, whom.id, submission.bans, _origin(submission))
            if adds_nothing(submission, whom):
                self._join_ip(submission, whom)
                return self._keep(submission, WebState.KNOWN, customer_id=whom.id)
        waits_for_ban = bool(submission.bans) and (whom is None or restricted)
        return self._keep(submission, WebState.PROPOSED, found=found, urgent=waits_for_ban or restricted)

    def _add(self, submission: Submission) -> int:
        source = source_of(submission.form, submission.id)
        customer = service.add(self.uow, self.actor, submission.values, source)
        record_bans(self.uow, self.actor, customer.id, submission.bans, _origin(submission))
        self._join_ip(submission, customer)
        return customer.id

    def _join_ip(self, submission: Submission, customer: Customer) -> None:
        if submission.ip is not None:
            source = source_of(submission.form, submission.id)
            sealed.set_ip(self.uow, self.keyring, self.actor, customer.id, submission.ip, source=source)

    def _keep(
        self,
        submission: Submission,
        state: WebState,
        *,
        customer_id: int | None = None,
        found: Sequence[Candidate] = (),
        urgent: bool = False,
    ) -> WebState:
        if customer_id is not None:
            contact(self.uow, [customer_id], submission.submitted_at.astimezone(HELSINKI).date())
        trail = trail_of(submission)
        key = (
            own_key(self.keyring, submission.id)
            if customer_id is None or trail is None
            else self.keyring.data_key(self.uow, customer_id)
        )
        waiting = {name: submission.values.as_dict()[name] for name in sorted(submission.given)}
        self.uow.connection.execute(
            insert(web_registration_table).values(
                submission=submission.id,
                digest=self.keyring.keyed_digest(b"web-submission", submission.digest),
                form=submission.form,
                file_id=self.file_id,
                customer_id=customer_id,
                state=state,
                urgent=urgent,
                candidates=[[it.customer_id, list(it.by)] for it in found],
                values=sealed_words(self.keyring, submission.id, waiting)
                if state is WebState.PROPOSED
                else None,
                bans=[str(ban) for ban in submission.bans],
                submitted_at=submission.submitted_at,
                received_at=self.uow.now,
                visits=len(submission.visits),
                sealed=sealed_trail(key, submission.id, trail),
            )
        )
        return state


def record_bans(
    uow: UnitOfWork, actor: Actor, customer_id: int, bans: Sequence[BanKind], origin: str
) -> list[BanKind]:
    """Those of *bans* that are not in force yet, now in force; the form's own words are their origin."""
    there = bans_of_many(uow.connection, [customer_id]).get(customer_id, frozenset())
    today = uow.now.astimezone(HELSINKI).date()
    new = [ban for ban in bans if ban not in there]
    for ban in new:
        forbid(uow, actor, customer_id, ban, origin=origin, since=today)
    return new


def accept(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    number: int,
    *,
    customer_id: int | None = None,
    new: bool = False,
    fields: Sequence[str] | None = None,
) -> Customer:
    """Take what a registration says, or only *fields* of it, into a customer's data, or make a *new* customer of it.

    Raises:
        NoSuchRegistration, DecidedAlready: nothing waits there.
        WhoIsIt: several may be meant and none was named.
        FieldNotGiven: it does not give one of *fields*.
        CustomerRestricted, CustomerErased: nothing may be written about the customer; it goes on waiting.
    """
    require(actor, *DECIDERS)
    held = _held(uow, keyring, number)
    values = _chosen(held, fields)
    source = source_of(held.form, held.submission)
    if new:
        kind = Kind.PERSON if values.get("last_name") or values.get("first_name") else Kind.ORGANISATION
        returning = "accepted by hand"
        customer = service.add(uow, actor, clean({**values, "kind": kind}), source, returning=returning)
    else:
        customer = get(uow.connection, _whom(held, customer_id))
        service.change(uow, actor, customer.id, values, source, version=customer.version)
    record_bans(uow, actor, customer.id, held.bans, f"{held.form}, {held.submission}")
    _settle(uow, keyring, actor, held, customer)
    record_access(uow, actor, action=Access.CHANGE, customer_id=customer.id, task=TASK, detail=f"{number}")
    return get(uow.connection, customer.id)


def reject(uow: UnitOfWork, keyring: KeyRing, actor: Actor, number: int, *, reason: str) -> None:
    """Take nothing of a registration; what it said and what came with it is forgotten at once.

    Raises:
        NoSuchRegistration, DecidedAlready: nothing waits there.
        ReasonMissing: it was not said why.
    """
    require(actor, *DECIDERS)
    words = clean_line(reason)
    if not words:
        raise ReasonMissing
    held = _held(uow, keyring, number)
    _decide(uow, actor, held, WebState.REJECTED, note=words, sealed=None)
    record_access(uow, actor, action=Access.CHANGE, customer_id=None, task=TASK, detail=f"{number}")


def _held(uow: UnitOfWork, keyring: KeyRing, number: int) -> WebRegistration:
    uow.connection.execute(select(_web.id).where(_web.id == number).with_for_update()).first()
    held = get_registration(uow.connection, keyring, number)
    if held.state is not WebState.PROPOSED:
        raise DecidedAlready(number=number)
    return held


def _chosen(held: WebRegistration, fields: Sequence[str] | None) -> dict[str, Any]:
    given = dict(held.values or {})
    for field in fields or ():
        if field not in given:
            raise FieldNotGiven(number=held.id, field=field, given=", ".join(given))
    return given if fields is None else {field: given[field] for field in fields}


def _whom(held: WebRegistration, customer_id: int | None) -> int:
    if customer_id is not None:
        return customer_id
    if len(held.candidates) != 1:
        raise WhoIsIt(number=held.id)
    return held.candidates[0].customer_id


def _settle(
    uow: UnitOfWork, keyring: KeyRing, actor: Actor, held: WebRegistration, customer: Customer
) -> None:
    waiting = uow.connection.execute(select(_web.sealed).where(_web.id == held.id)).scalar_one()
    trail = None if waiting is None else _ip_of(keyring, held, waiting)
    if trail is not None:
        source = source_of(held.form, held.submission)
        sealed.set_ip(uow, keyring, actor, customer.id, trail, source=source)
    contact(uow, [customer.id], held.submitted_at.astimezone(HELSINKI).date())
    moved = joined(uow, keyring, held.submission, waiting, customer.id)
    _decide(uow, actor, held, WebState.ACCEPTED, customer_id=customer.id, sealed=moved)


def _ip_of(keyring: KeyRing, held: WebRegistration, waiting: bytes) -> str | None:
    return opened_trail(own_key(keyring, held.submission), held.submission, waiting).ip


def _decide(uow: UnitOfWork, actor: Actor, held: WebRegistration, state: WebState, **values: object) -> None:
    uow.connection.execute(
        update(web_registration_table)
        .where(_web.id == held.id)
        .values(
            state=state,
            urgent=False,
            values=None,
            candidates=[],
            decided_at=uow.now,
            decided_by=actor.staff_id,
            decided_by_name=actor.name,
            **values,
        )
    )


def _origin(submission: Submission) -> str:
    return f"{submission.form}, {submission.id}"
