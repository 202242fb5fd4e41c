"""A statement in words, Finnish or English: rows that a terminal, a page or a screen sets in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from core.clock import HELSINKI
from core.customers.words import BAN_NAMES, FIELD_NAMES
from core.disclosure.categories import CATEGORY_NAMES
from core.disclosure.purposes import BASIS_NAMES, PURPOSES
from core.disclosure.sealing import TRANSIENT_FIELDS
from core.disclosure.statement.disclosures import UNDER_WAY
from core.messages import N_, tr
from core.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from core.disclosure.statement.types import Consultation, Disclosure, Statement


class Kind(StrEnum):
    """What a row is: ``title`` once, ``heading`` of a part, ``entry`` of one event, ``pair``, ``text``, ``warning``."""

    TITLE = "title"
    HEADING = "heading"
    ENTRY = "entry"
    PAIR = "pair"
    TEXT = "text"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``label`` goes with pairs.  Control characters are gone from both."""

    kind: Kind
    text: str
    label: str = ""


ACTION_NAMES: Final[Mapping[str, str]] = {
    "open": N_("opened"),
    "search": N_("searched"),
    "list": N_("listed"),
    "print": N_("printed"),
    "export": N_("exported"),
    "copy": N_("copied"),
    "change": N_("changed"),
    "send": N_("sent"),
    "enquire": N_("enquired"),
}
ROLE_NAMES: Final[Mapping[str, str]] = {
    "processor": N_("acts for us"),
    "controller": N_("decides for itself"),
    "staff": N_("our own staff"),
    "subject": N_("you yourself"),
}
_STATES: Final[Mapping[str, str]] = {
    "delivered": N_("delivered"),
    "refused": N_("sent; the recipient refused it, or does not have it"),
    "in_doubt": N_("sent, perhaps: whether it arrived is not known"),
    UNDER_WAY: N_("begun: what came of it is not known yet"),
    "not_sent": N_("proved not sent"),
}
_FIELDS: Final[Mapping[str, str]] = {
    "customer.number": "number",
    "name.first": "first_name",
    "name.last": "last_name",
    "organisation.name": "organisation_name",
    "organisation.business_id": "business_id",
    "bank.iban": "iban",
}
_OTHER_FIELDS: Final[Mapping[str, str]] = {
    "order.number": N_("order number"),
    "order.invoice_number": N_("invoice number"),
    "order.date": N_("order date"),
    "order.due_date": N_("due date"),
    "order.reference": N_("reference"),
    "order.currency": N_("currency"),
    "order.lines": N_("order rows"),
    "identity_code": N_("personal identity code"),
}
_BY_STAFF: Final = N_("not sent, as a member of staff recorded after asking the recipient")
_DETAILS: Final[Mapping[str, str]] = {"statement": N_("a statement such as this")}
_NOT_KEPT: Final = N_("was sent; the code itself is not kept anywhere")
# What a look was for, where no purpose of the notice but a record of ours says it: its kind and number.
_TASKS: Final[Mapping[str, str]] = {
    "rights_case": N_("your request, case {number}"),
    "retention_hold": N_("decision {number} to keep your data"),
    "paper": N_("paper document {number}"),
}
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rows(statement: Statement, language: str) -> list[Row]:
    """The whole statement in *language* (``fi`` or ``en``)."""
    return [
        Row(row.kind, safe_text(row.text), safe_text(row.label)) for row in _Words(language).all(statement)
    ]


def plain_text(statement: Statement, language: str) -> str:
    """The statement as lines of text."""
    lines = []
    for row in rows(statement, language):
        match row.kind:
            case Kind.TITLE:
                lines += [row.text, "=" * len(row.text)]
            case Kind.HEADING:
                lines += ["", row.text, "-" * len(row.text)]
            case Kind.ENTRY:
                lines += ["", row.text]
            case Kind.PAIR:
                lines.append(f"  {row.label}: {row.text}")
            case Kind.WARNING:
                lines.append(f"!! {row.text}")
            case Kind.TEXT:
                lines.append(row.text)
    return "\n".join(lines) + "\n"


def moment(at: datetime, language: str) -> str:
    """A moment in Finnish time: ``23.11.2026 klo 10.15``, ``23 Nov 2026 10:15``."""
    local = at.astimezone(HELSINKI)
    if language == "fi":
        return f"{local.day}.{local.month}.{local.year} klo {local.hour}.{local.minute:02}"
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year} {local.hour}:{local.minute:02}"


def field_name(field: str, language: str) -> str:
    """What a field of a transfer is called."""
    known = FIELD_NAMES.get(_FIELDS.get(field, field.rpartition(".")[2]))
    return tr(_OTHER_FIELDS.get(field) or known or field, language)


class _Words:
    def __init__(self, language: str) -> None:
        self._language = language

    def _tr(self, msgid: str, **data: object) -> str:
        return tr(msgid, self._language, **data)

    def _pair(self, label: str, text: str) -> Row:
        return Row(Kind.PAIR, text, self._tr(label))

    def all(self, statement: Statement) -> Iterator[Row]:
        yield Row(Kind.TITLE, self._tr(N_("Statement of disclosures and consultations")))
        yield self._pair(N_("About"), f"{statement.number} {statement.name}")
        yield self._pair(N_("Register"), f"{statement.register}, {statement.controller}")
        yield self._pair(N_("Made"), moment(statement.made_at, self._language))
        yield from self._completeness(statement)
        yield from self._disclosures(statement)
        yield from self._consultations(statement)
        yield from self._registrations(statement)
        yield from self._notes(statement)

    def _completeness(self, statement: Statement) -> Iterator[Row]:
        held = statement.completeness
        yield Row(Kind.HEADING, self._tr(N_("Is this everything?")))
        if held.proved:
            words = N_(
                "Yes. Every transfer and every look in the disclosure log was gone through for the mark that only your "
                "own key makes: {transfers} transfers with {lines} lines, {looks} looks. The log holds {size} entries "
                "and is signed, and its signature was verified for this statement."
            )
        else:
            words = N_(
                "This cannot be promised. Every transfer and every look in the disclosure log was gone through for the "
                "mark that only your own key makes ({transfers} transfers with {lines} lines, {looks} looks; {size} "
                "entries in the log), but not everything holds:"
            )
        counts = {
            "transfers": held.transfers,
            "lines": held.lines,
            "looks": held.looks,
            "size": held.size,
        }
        yield Row(Kind.TEXT if held.proved else Kind.WARNING, self._tr(words, **counts))
        yield from (Row(Kind.WARNING, doubt.sentence(self._language)) for doubt in held.doubts)
        yield self._pair(N_("Log"), f"{held.origin}, {held.signed_size}")
        yield self._pair(N_("Root"), held.root.hex())

    def _disclosures(self, statement: Statement) -> Iterator[Row]:
        yield Row(Kind.HEADING, self._tr(N_("To whom your data was disclosed")))
        if not statement.disclosed:
            yield Row(Kind.TEXT, self._tr(N_("Nothing has been disclosed about you.")))
        for one in statement.disclosed:
            yield from self._disclosure(one)
        if statement.not_sent:
            yield Row(Kind.HEADING, self._tr(N_("Prepared, but not sent")))
            for one in statement.not_sent:
                yield Row(Kind.ENTRY, f"{moment(one.at, self._language)}  {one.receiver.name}")
                yield self._pair(N_("Purpose"), self._purpose(one.purpose))
                yield self._pair(
                    N_("Outcome"), self._tr(_BY_STAFF if one.settled_by == "person" else _STATES["not_sent"])
                )

    def _disclosure(self, one: Disclosure) -> Iterator[Row]:
        receiver = one.receiver
        yield Row(Kind.ENTRY, f"{moment(one.at, self._language)}  {receiver.name}")
        parts = [receiver.business_id, receiver.country, self._named(ROLE_NAMES, receiver.role)]
        yield self._pair(N_("Recipient"), ", ".join(filter(None, parts)))
        yield self._pair(N_("Purpose"), self._purpose(one.purpose))
        yield self._pair(N_("Legal basis"), self._named(BASIS_NAMES, one.basis))
        yield self._pair(
            N_("Data"), ", ".join(self._named(CATEGORY_NAMES, category) for category in one.categories)
        )
        yield from self._content(one)
        yield self._pair(N_("Outcome"), self._named(_STATES, one.state))
        if receiver.safeguard:
            yield self._pair(N_("Protected by"), receiver.safeguard)
        if receiver.necessity:
            yield self._pair(N_("Why abroad"), receiver.necessity)
        yield self._pair(N_("By way of"), " ".join(filter(None, (one.channel, self._environment(one)))))
        yield self._pair(N_("Sent by"), self._staff(one.staff))
        place = self._tr(N_("entry {number}, row {line}"), number=one.number, line=one.line)
        yield self._pair(N_("In the log"), place)

    def _environment(self, one: Disclosure) -> str:
        return "" if one.environment in ("", "production") else f"({one.environment})"

    def _content(self, one: Disclosure) -> Iterator[Row]:
        if one.content is None:
            yield Row(Kind.WARNING, self._tr(N_("What exactly left cannot be opened.")))
            return
        for field, value in one.content.items():
            for text in self._values(field, value):
                yield Row(Kind.PAIR, text, f"  {field_name(field, self._language)}")

    def _values(self, field: str, value: Any) -> Iterator[str]:
        if field in TRANSIENT_FIELDS:
            yield self._tr(_NOT_KEPT)
        elif isinstance(value, str):
            yield value
        else:
            for part in value:
                yield ", ".join(str(text) for text in part.values() if text)

    def _consultations(self, statement: Statement) -> Iterator[Row]:
        yield Row(Kind.HEADING, self._tr(N_("Who has looked at your data")))
        if not statement.consultations:
            yield Row(Kind.TEXT, self._tr(N_("Nobody has looked at your data.")))
        for one in statement.consultations:
            yield Row(Kind.PAIR, self._look(one), moment(one.at, self._language))

    def _look(self, one: Consultation) -> str:
        what = self._named(ACTION_NAMES, one.action)
        more = f" ({self._named(_DETAILS, one.detail)})" if one.detail else ""
        said = f"{what}{more}; {self._purpose(one.task)}; {self._staff(one.staff)}"
        if one.number is None:
            return said
        place = self._tr(N_("entry {number}, row {line}"), number=one.number, line=one.line)
        return f"{said}; {place}"

    def _registrations(self, statement: Statement) -> Iterator[Row]:
        if not statement.registrations:
            return
        yield Row(Kind.HEADING, self._tr(N_("What you sent through our site")))
        for told in statement.registrations:
            one, trail = told.registration, told.trail
            yield Row(Kind.ENTRY, f"{moment(one.submitted_at, self._language)}  {one.form}, {one.submission}")
            if one.bans:
                bans = ", ".join(self._tr(BAN_NAMES[ban]) for ban in one.bans)
                yield self._pair(N_("You forbade"), bans)
            if trail is not None and trail.ip:
                yield self._pair(N_("IP address"), trail.ip)
            if trail is not None and trail.browser:
                yield self._pair(N_("Browser"), trail.browser)
            for visit in () if trail is None else trail.visits:
                stayed = self._tr(N_("{page}, {seconds} s"), page=visit.page, seconds=visit.seconds)
                yield Row(Kind.PAIR, stayed, f"  {moment(visit.at, self._language)}")
            if one.visits_deleted_at is not None:
                deleted = self._tr(
                    N_("deleted {when}, when their time was over"),
                    when=moment(one.visits_deleted_at, self._language),
                )
                yield self._pair(N_("Visits"), deleted)

    def _notes(self, statement: Statement) -> Iterator[Row]:
        yield Row(Kind.HEADING, self._tr(N_("How to read this")))
        for words in (
            N_(
                "Disclosed means everything that is not proved not to have been sent: what is in doubt or was refused "
                "by the recipient is told as well."
            ),
            N_(
                "Members of staff stand under pseudonyms, the same for one person in each statement to you. Who it was "
                "is told only if you need it to use your rights; that is decided separately and recorded."
            ),
            N_(
                "Looks come from the access log, which nobody can switch off. Each is a row in the signed disclosure "
                "log as well and bears your mark there, so that one that was taken away or changed later is missed. "
                "Lists and searches that showed several people at once are not recorded person by person."
            ),
            N_(
                "With each disclosure and each look comes a receipt; anybody can check it with the log's key and without our "
                "programs: {vkey}"
            ),
            N_(
                "Questions, and your other rights: {contact}. You may complain to the Data Protection Ombudsman."
            ),
        ):
            yield Row(Kind.TEXT, self._tr(words, vkey=statement.completeness.vkey, contact=statement.contact))

    def _staff(self, pseudonym: str | None) -> str:
        return self._tr(N_("the program")) if pseudonym is None else pseudonym

    def _purpose(self, code: str) -> str:
        if code in PURPOSES:
            return self._tr(PURPOSES[code].name)
        kind, _, number = code.partition(" ")
        return self._tr(_TASKS[kind], number=number) if kind in _TASKS and number.isdigit() else code

    def _named(self, names: Mapping[Any, str], code: str) -> str:
        return self._tr(names[code]) if code in names else code
