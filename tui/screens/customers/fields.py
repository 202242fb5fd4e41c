"""The fields of the customer forms: one row a field, names as the customers room has them, so errors find them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.restrictions import Use
from core.customers.types import Kind, SourceKind
from core.customers.words import FIELD_NAMES, KIND_NAMES, SOURCE_NAMES
from core.messages import N_, tr
from tui.screens.words import named
from tui.widgets.form import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_COLUMN = 24
_TEXT_FIELDS = {
    Kind.PERSON: {
        "first_name": 40, "last_name": 40, "organisation_name": 50, "business_id": 12, "email": 50, "phone": 20,
        "www": 50, "street": 50, "postcode": 10, "town": 30, "country": 4,
    },
    Kind.ORGANISATION: {
        "organisation_name": 50, "business_id": 12, "email": 50, "phone": 20, "www": 50, "street": 50, "postcode": 10,
        "town": 30, "country": 4,
    },
}  # fmt: skip
_HELP = {
    "business_id": N_("Seven digits, a hyphen and a check digit: 2077474-0."),
    "phone": N_(
        "As people write it: 040 123 4567, or +46 … from abroad. It is stored in the international form."
    ),
    "postcode": N_("Five digits in Finland: 00100."),
    "country": N_("Two letters; empty means Finland: FI, SE, EE."),
    "iban": N_("The customer's bank account, FI21 …. It is kept sealed and shown masked."),
}
_SOURCES = (SourceKind.SELF, SourceKind.STAFF, SourceKind.AUTHORITY, SourceKind.SUBCONTRACTOR)
_USE_NAMES: Mapping[str, str] = {
    "consent": N_("the customer consents"),
    "legal_claim": N_("a legal claim"),
    "rights_of_another": N_("another person's rights"),
    "public_interest": N_("important public interest"),
}


def _label(name: str, language: str) -> str:
    text = named(FIELD_NAMES, name, language)
    return text[:1].upper() + text[1:]


def _help(name: str, language: str) -> str:
    return tr(_HELP[name], language) if name in _HELP else ""


def kind_field(language: str, row: int) -> Field:
    """Person or organisation."""
    choices = tuple(
        (str(kind), named(KIND_NAMES, kind, language)) for kind in (Kind.PERSON, Kind.ORGANISATION)
    )
    return Field("kind", _label("kind", language), row, _COLUMN, kind="choice", choices=choices)


def value_fields(kind: Kind, language: str, row: int) -> list[Field]:
    """The values that a customer of *kind* has, a row each from *row* on."""
    return [
        Field(
            name, _label(name, language), row + place, _COLUMN, width, max_length=300,
            help=_help(name, language),
        )
        for place, (name, width) in enumerate(_TEXT_FIELDS[kind].items())
    ]  # fmt: skip


def iban_field(language: str, row: int) -> Field:
    """The bank account."""
    return Field(
        "iban", _label("iban", language), row, _COLUMN, 30, max_length=50, help=_help("iban", language)
    )


def source_fields(language: str, row: int) -> list[Field]:
    """Where what is typed came from (P7)."""
    choices = tuple((str(kind), named(SOURCE_NAMES, kind, language)) for kind in _SOURCES)
    return [
        Field("source", tr(N_("Source"), language), row, _COLUMN, kind="choice", choices=choices),
        Field("source_detail", tr(N_("Which letter or call"), language), row + 1, _COLUMN, 50),
    ]


def use_field(language: str, row: int) -> Field:
    """The ground of Article 18(2) on which a restricted customer's data may be changed after all."""
    choices = tuple((str(use), tr(_USE_NAMES[use], language)) for use in Use)
    return Field(
        "article_18_use", tr(N_("Allowed because"), language), row, _COLUMN, kind="choice", choices=choices
    )


def names_of(fields: Iterable[Field]) -> set[str]:
    """The names of *fields*."""
    return {field.name for field in fields}
