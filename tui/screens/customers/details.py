"""The customer's details as rows to read: each value with where it came from and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.clock import HELSINKI
from core.customers.aliases import former_numbers
from core.customers.bans import bans_of
from core.customers.history import provenance
from core.customers.reading import get
from core.customers.restrictions import restrictions_of
from core.customers.sealed import iban_of, ip_of
from core.customers.types import ADDRESS_FIELDS, VALUE_FIELDS, Kind
from core.customers.web_told import registrations_of
from core.customers.web_types import WEB_STATE_NAMES
from core.customers.words import FIELD_NAMES, KIND_NAMES, SOURCE_NAMES, STATUS_NAMES
from core.messages import N_, tr
from tui.screens.customers.standing import standing_rows
from tui.screens.words import day, named, when
from tui.widgets.details import ReadRow, blank, heading, labelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.customers.bans import Ban
    from core.customers.restrictions import Restriction
    from core.customers.types import Customer, Provenance
    from core.customers.web_told import ToldRegistration
    from tui.session.seat import Seat

_NOT_SHOWN = ("kind", "represents")
_VISITS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Facts:
    """What the first view of a card shows."""

    customer: Customer
    sources: Mapping[str, Provenance]
    bans: tuple[Ban, ...]
    restrictions: tuple[Restriction, ...]
    iban: str | None
    ip: str | None
    represents: str | None
    registrations: tuple[ToldRegistration, ...] = ()
    former_numbers: tuple[str, ...] = ()


def read_facts(seat: Seat, customer: Customer) -> Facts:
    """Everything about *customer*, who has been opened for a task already."""
    keyring = seat.register.keyring
    with seat.reading() as connection:
        represented = customer.values.represents
        return Facts(
            customer,
            provenance(connection, customer.id),
            tuple(ban for ban in bans_of(connection, customer.id) if ban.lifted_on is None),
            tuple(one for one in restrictions_of(connection, customer.id) if one.lifted_on is None),
            iban_of(connection, keyring, customer.id),
            ip_of(connection, keyring, customer.id),
            None if represented is None else get(connection, represented).display_name,
            registrations_of(connection, keyring, customer.id),
            tuple(former_numbers(connection, [customer.id]).get(customer.id, ())),
        )


def detail_rows(facts: Facts, language: str) -> list[ReadRow]:
    """The rows: what may not be done first of all, then who it is, then what is known."""
    minding = [*standing_rows(facts, language)]
    whose = [
        *_customer(facts, language),
        blank(),
        *_values(facts, language),
        *_registrations(facts, language),
    ]
    return [*minding, blank(), *whose] if minding else whose


def _customer(facts: Facts, language: str) -> Iterator[ReadRow]:
    customer = facts.customer
    kind = named(KIND_NAMES, customer.values.kind, language)
    since = tr(N_("since {day}"), language, day=day(customer.started_on))
    status = named(STATUS_NAMES, customer.status, language)
    if customer.ended_on is not None:
        since += tr(N_(", ended {day}"), language, day=day(customer.ended_on))
    yield labelled(tr(N_("Customer"), language), f"{customer.number}  {customer.display_name}")
    if facts.former_numbers:
        label = named(FIELD_NAMES, "former_number", language)
        yield labelled(label[:1].upper() + label[1:], ", ".join(facts.former_numbers))
    yield labelled(tr(N_("Relationship"), language), f"{status}, {kind}, {since}")


def _values(facts: Facts, language: str) -> Iterator[ReadRow]:
    yield heading(tr(N_("Details and where they came from"), language))
    values = facts.customer.values.as_dict()
    shown = {name: values[name] for name in VALUE_FIELDS if name not in _NOT_SHOWN}
    shown |= {"represents": facts.represents, "iban": facts.iban, "ip": facts.ip}
    for name, value in shown.items():
        if value is None or (name == "organisation_name" and facts.represents is not None):
            continue
        hidden = facts.customer.protected_address and name in ADDRESS_FIELDS
        text = tr(N_("(protected address)"), language) if hidden else str(value)
        label = named(FIELD_NAMES, name, language)
        if name == "organisation_name" and facts.customer.values.kind is Kind.PERSON:
            label = named(FIELD_NAMES, "represents", language)
        yield labelled(label[:1].upper() + label[1:], text, note=_source(facts.sources.get(name), language))


def _registrations(facts: Facts, language: str) -> Iterator[ReadRow]:
    """What came through the company's site, and what is still kept of the visits."""
    if not facts.registrations:
        return
    yield blank()
    yield heading(tr(N_("Through our site"), language))
    for told in facts.registrations:
        one, trail = told.registration, told.trail
        state = named(WEB_STATE_NAMES, one.state, language)
        yield labelled(when(one.submitted_at), f"{one.form}: {state}", note=one.submission)
        if trail is None:
            if one.visits_deleted_at is not None:
                gone = day(one.visits_deleted_at.astimezone(HELSINKI).date())
                yield labelled("", tr(N_("Visits deleted {day}"), language, day=gone))
            continue
        if trail.browser:
            yield labelled("", trail.browser)
        for visit in trail.visits[-_VISITS_SHOWN:]:
            words = tr(N_("{page}, {seconds} s"), language, page=visit.page, seconds=visit.seconds)
            yield labelled(f"  {when(visit.at)}", words)


def _source(source: Provenance | None, language: str) -> str:
    if source is None:
        return ""
    recorded = day(source.recorded_at.astimezone(HELSINKI).date())
    return f"{named(SOURCE_NAMES, source.source.kind, language)} {recorded}"
