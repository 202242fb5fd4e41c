"""What a letter says, worked out from the case and the register; words and days, ready for a template.

Until it is known who asks, nothing of the register's is read: the letter then says what the person has written alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from core.customers.bans import BanKind, bans_of_many
from core.customers.reading import get
from core.customers.restrictions import restrictions_of
from core.customers.types import Status
from core.customers.view import disclosure_view
from core.customers.words import BAN_NAMES, FIELD_NAMES, RESTRICTION_NAMES
from core.disclosure.exits import Item
from core.disclosure.recipients import recipients
from core.documents.addresses import address_lines, full_name
from core.documents.pages import spoken
from core.errors import Words
from core.messages import N_, tr
from core.notices.rights import notices_of_case
from core.notices.sources import is_source
from core.notices.words import recipient_name
from core.retention.holds import holds_of
from core.retention.types import FREED_BY, HOLD_BASES, HOLD_NAMES
from core.rights.deadlines import EXTENDED_MONTHS
from core.rights.effects import MARKETING_BANS
from core.rights.letters.errors import WordsNeeded
from core.rights.letters.types import LETTER_NAMES, NEED_WORDS, LetterKind
from core.rights.reading import events, request_of
from core.rights.rectification.reading import proposals
from core.rights.types import CaseKind, EventKind, Identity
from core.rights.writing import last_day, today_of
from core.text import clean_block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.config import Config
    from core.database import UnitOfWork
    from core.disclosure.exits import FieldValue
    from core.register import Register
    from core.retention.types import Hold
    from core.rights.letters.types import Also
    from core.rights.types import Case, Request

_SHOWN: Final = frozenset(
    {
        "name.first", "name.last", "organisation.name", "address.street", "address.postcode", "address.town",
        "address.country",
    }
)  # fmt: skip
# What the page says that is nobody's data: our own address must not be taken for a customer's.
FROM_SETTINGS: Final = frozenset(
    {"language", "kind", "channel", "decision", "sender", "register", "day", "authority", "court", "signer"}
)
# Of these the person has the number too.
_KNOWN_BY_NUMBER: Final = ("invoice", "customer_order")
# What was written when it was done, where the handler writes nothing new.
_WRITTEN_BEFORE: Final = {LetterKind.IDENTITY: EventKind.PAUSED, LetterKind.EXTENSION: EventKind.EXTENDED}
_OF_ERASURE: Final = (LetterKind.ERASED, LetterKind.ERASURE_REFUSED, LetterKind.ERASURE_POSTPONED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The letter that is wanted: of which case, which, in which language, with what of the handler's."""

    case: Case
    kind: LetterKind
    language: str
    also: Also


@dataclass(frozen=True, slots=True)
class Facts:
    """A letter's data, and by the notice's names the values of the register that it tells."""

    data: Mapping[str, Any] = field(repr=False)
    told: Mapping[str, FieldValue] = field(repr=False)
    day: date


@dataclass(frozen=True, slots=True)
class _Person:
    """Whom it is to: the name as in a greeting, the lines of the address, the register's values among them."""

    name: str
    lines: tuple[str, ...]
    values: Mapping[str, str]


def facts_of(register: Register, uow: UnitOfWork, actor: Actor, wanted: Wanted) -> Facts:
    """What the letter that is *wanted* says.

    Raises:
        WordsNeeded: it has to say what is asked for, or why, and nobody has.
        CaseWordsGone: the person was erased.
    """
    one, language, today = wanted.case, wanted.language, today_of(uow)
    said = request_of(uow.connection, register.keyring, one.number)
    known = one.customer_id is not None and one.identity is Identity.CONFIRMED
    person = _person(register, uow.connection, one, said) if known else _stranger(said)
    data = nothing() | _case(register, uow, wanted, said) | _written(register, uow.connection, wanted)
    data |= house(register.config, language) | {
        "language": language,
        "day": spoken(today, language),
        "recipient": list(person.lines),
        "name": person.name,
        "signer": one.decided_by or one.owner_name or actor.name,
        "enclosures": list(wanted.also.enclosures),
    }
    if known:
        data |= _standing(register, uow.connection, wanted, today)
    if wanted.also.until is not None:
        data["until"] = spoken(wanted.also.until, language)
    return Facts(data, person.values, today)


def nothing() -> dict[str, Any]:
    """What a template may ask for whatever the letter."""
    lists = ("words", "reasons", "changed", "refused", "holds", "bans", "grounds", "told", "enclosures")
    return {name: [] for name in lists} | {"until": "", "source": "", "restricted": False, "extended": ""}


def house(config: Config, language: str) -> dict[str, Any]:
    """Sender, authority and court, as the configuration has them."""
    controller, authority = config.register.controller, config.rights.authority
    finnish = language == "fi"
    return {
        "register": config.register.name,
        "sender": {
            "name": controller.name,
            "address": controller.address,
            "lines": [part.strip() for part in controller.address.split(",") if part.strip()],
            "business_id": controller.business_id or "",
            "email": controller.email,
            "phone": controller.phone or "",
        },
        "authority": {
            "name": authority.name if finnish else authority.name_en,
            "address": authority.postal_address,
            "www": authority.www,
            "email": authority.email,
            "phone": authority.phone,
        },
        "court": authority.court if finnish else authority.court_en,
    }


def _case(register: Register, uow: UnitOfWork, wanted: Wanted, said: Request) -> dict[str, Any]:
    one, language = wanted.case, wanted.language
    extended = last_day(uow, register.config.rights, one, months=EXTENDED_MONTHS)
    bans = said.bans if one.kind is CaseKind.MARKETING_BAN else ()
    return {
        "number": str(one.number),
        "kind": str(one.kind),
        "channel": str(one.channel),
        "decision": str(one.decision or ""),
        "received": spoken(one.received_on, language),
        "due": spoken(one.due_on, language),
        "extended": spoken(extended, language),
        "bans": [tr(BAN_NAMES[name], language) for name in bans],
    }


def _written(register: Register, connection: Connection, wanted: Wanted) -> dict[str, Any]:
    """The handler's words, and the reasons of the decision."""
    happened = events(connection, register.keyring, wanted.case.number)

    def latest(kind: EventKind) -> str:
        return next((it.words or "" for it in reversed(happened) if it.kind is kind), "")

    words = clean_block(wanted.also.words)
    if not words and wanted.kind in _WRITTEN_BEFORE:
        words = latest(_WRITTEN_BEFORE[wanted.kind])
    if not words and wanted.kind in NEED_WORDS:
        raise WordsNeeded(letter=Words(LETTER_NAMES[wanted.kind]))
    return {"words": paragraphs(words), "reasons": paragraphs(latest(EventKind.DECIDED))}


def _standing(register: Register, connection: Connection, wanted: Wanted, today: date) -> dict[str, Any]:
    """How the person stands in the register: bans, restrictions, holds, who is told."""
    one, language = wanted.case, wanted.language
    assert one.customer_id is not None
    in_force = [it for it in restrictions_of(connection, one.customer_id) if it.lifted_on is None]
    found: dict[str, Any] = {
        "restricted": bool(in_force),
        "grounds": [tr(RESTRICTION_NAMES[it.ground], language) for it in in_force],
        "told": _told(connection, one),
    }
    if one.kind is CaseKind.RECTIFICATION:
        found |= _rectified(register, connection, wanted)
    if one.kind in (CaseKind.MARKETING_BAN, CaseKind.PUBLICATION_BAN):
        bans = bans_of_many(connection, [one.customer_id]).get(one.customer_id, frozenset())
        chosen = MARKETING_BANS if one.kind is CaseKind.MARKETING_BAN else (BanKind.PUBLICATION,)
        found["bans"] = [tr(BAN_NAMES[it], language) for it in chosen if it in bans]
    if wanted.kind in _OF_ERASURE:
        found |= _holds(register, connection, wanted, today)
    return found


def _holds(register: Register, connection: Connection, wanted: Wanted, today: date) -> dict[str, Any]:
    one = wanted.case
    assert one.customer_id is not None
    settings = register.config.retention
    holds = holds_of(connection, settings, one.customer_id, today, besides_case=one.number)
    if wanted.kind is not LetterKind.ERASED and any(it.blocks_everything for it in holds):
        holds = [it for it in holds if it.blocks_everything]
    days = [it.until for it in holds if it.until is not None]
    # A day is promised only where each hold has one: the vouchers' last day says nothing about an open invoice.
    ends = max(days, default=one.due_by_itself_on) if len(days) == len(holds) else None
    return {
        "holds": _hold_words(holds, wanted.language),
        "until": "" if ends is None else spoken(ends, wanted.language),
    }


def _rectified(register: Register, connection: Connection, wanted: Wanted) -> dict[str, Any]:
    """What was rectified and what was not; a value that there is not is a dash."""
    language = wanted.language
    found = proposals(connection, register.keyring, wanted.case.number)

    def rows(decision: str) -> list[dict[str, str]]:
        return [
            {"name": tr(FIELD_NAMES[it.field], language), "old": it.old or "–", "new": it.new or "–"}
            for it in found
            if it.decision == decision
        ]

    sources = dict.fromkeys(it.origin for it in found if it.origin is not None)
    names = {it.code: it.name for it in recipients(connection)}
    return {
        "changed": rows("granted"),
        "refused": rows("refused"),
        "source": ", ".join(recipient_name(names, code, language) for code in sources),
    }


def _hold_words(holds: Sequence[Hold], language: str) -> list[str]:
    """What prevents it, as the person reads it: one sentence a kind, with the numbers that the person knows."""
    found = []
    for kind in dict.fromkeys(it.kind for it in holds):
        same = [it for it in holds if it.kind is kind]
        known = [it.key for it in same if it.table in _KNOWN_BY_NUMBER]
        what = tr(HOLD_NAMES[kind], language)
        what = what[:1].upper() + what[1:] + (f" ({', '.join(known)})" if known else "")
        days = [it.until for it in same if it.until is not None]
        basis = tr(HOLD_BASES[kind], language, law=same[0].law)
        if len(days) == len(same):
            words = N_("{what}. The data is kept until {day}. Basis: {basis}.")
            found.append(tr(words, language, what=what, day=spoken(max(days), language), basis=basis))
        else:
            words = N_("{what}. This ends {when}. Basis: {basis}.")
            found.append(tr(words, language, what=what, when=tr(FREED_BY[kind], language), basis=basis))
    return found


def _told(connection: Connection, one: Case) -> list[str]:
    """The names of those who were or are to be told for this case."""
    names = {it.code: it.name for it in recipients(connection)}
    found = [it.recipient for it in notices_of_case(connection, one)]
    # A source that is no recipient is named by itself, where the letter tells of sources.
    return [names.get(code, code) for code in dict.fromkeys(found) if not is_source(code)]


def _person(register: Register, connection: Connection, one: Case, said: Request) -> _Person:
    """As the register knows the person; where it has no address, where the request says."""
    assert one.customer_id is not None
    customer = get(connection, one.customer_id)
    if customer.status is Status.ERASED:
        return _stranger(said)
    values = dict(disclosure_view(connection, register.keyring, [one.customer_id], _SHOWN)[one.customer_id])
    item = Item("1", "1", values)
    lines = address_lines(item)
    if "address.street" not in values:
        lines = tuple(dict.fromkeys((full_name(item), *_lines(said.address))))
    name = " ".join(filter(None, (values.get("name.first"), values.get("name.last")))) or full_name(item)
    return _Person(name, lines, values | {"customer.number": customer.number})


def _stranger(said: Request) -> _Person:
    return _Person(said.name, (said.name, *_lines(said.address)), {})


def _lines(address: str) -> list[str]:
    lines = [line.strip() for line in address.replace(",", "\n").split("\n")]
    return [line for line in lines if line]


def paragraphs(text: str) -> list[list[str]]:
    """Text as a template takes it: paragraphs, each a list of lines."""
    return [part.strip().split("\n") for part in text.strip().split("\n\n") if part.strip()]
