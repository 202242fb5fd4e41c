"""vCard 4.0 (RFC 6350): one card a customer, escaped and folded as the standard says, nothing of our own but X-."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.documents.addresses import full_name, person_name, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.disclosure.exits import Item

_LINE_OCTETS: Final = 75
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n", "\r": None})


def cards(items: Sequence[Item]) -> bytes:
    """The cards of *items*, UTF-8, lines ended by CR LF."""
    return b"".join(_folded(line) for item in items for line in _card(item))


def _card(item: Item) -> Iterator[str]:
    organisation = text_of(item, "organisation.name")
    person = person_name(item)
    yield "BEGIN:VCARD"
    yield "VERSION:4.0"
    yield f"KIND:{'individual' if person or not organisation else 'org'}"
    # FN is the one property that a card must have; a card without any name is known by what it has instead.
    yield f"FN:{_text(full_name(item) or text_of(item, 'email') or text_of(item, 'customer.number'))}"
    if person:
        yield f"N:{_text(text_of(item, 'name.last'))};{_text(text_of(item, 'name.first'))};;;"
    if organisation:
        yield f"ORG:{_text(organisation)}"
    yield from _properties(item)
    yield "END:VCARD"


def _properties(item: Item) -> Iterator[str]:
    email, phone, www = (text_of(item, field) for field in ("email", "phone", "www"))
    if any(text_of(item, f"address.{part}") for part in ("street", "postcode", "town", "country")):
        street, postcode, town, country = (
            _text(text_of(item, f"address.{part}")) for part in ("street", "postcode", "town", "country")
        )
        # The components: post office box and extended address (both to be empty), street, town, region, postcode, country.
        yield f"ADR:;;{street};{town};;{postcode};{country}"
    if email:
        yield f"EMAIL:{_text(email)}"
    if phone:
        yield f"TEL;VALUE=uri:tel:{phone}" if _is_uri_part(phone) else f"TEL:{_text(phone)}"
    if www:
        yield f"URL:{_text(www)}"
    if text_of(item, "organisation.business_id"):
        yield f"X-BUSINESS-ID:{_text(text_of(item, 'organisation.business_id'))}"
    if text_of(item, "customer.number"):
        yield f"X-CUSTOMER-NUMBER:{_text(text_of(item, 'customer.number'))}"


def _is_uri_part(phone: str) -> bool:
    return phone.removeprefix("+").isascii() and phone.removeprefix("+").isdigit()


def _text(value: str) -> str:
    return value.translate(_ESCAPES)


def _folded(line: str) -> bytes:
    """The line in pieces of at most 75 octets, never cut within a character; each further piece after a space."""
    pieces, piece, room = [], b"", _LINE_OCTETS
    for char in line:
        octets = char.encode()
        if len(piece) + len(octets) > room:
            pieces.append(piece)
            piece, room = b"", _LINE_OCTETS - 1
        piece += octets
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
