"""A configuration written from the schema: the example with every setting, and the new one of `config init`."""

from __future__ import annotations

import inspect
import textwrap
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin

import msgspec
import tomli_w

from core.config.schema import Config
from core.config.walk import bare, is_named_tables, is_struct, notes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Tables that have names of the user's own: [recipients.accounting] and so on.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "recipients": ("accounting", "addresses", "credit", "business_register", "print", "house"),
    "partners": ("netvisor", "asiakastieto", "ytj", "address_file"),
    "letters": ("welcome",),
    "loads": ("customers",),
    "updates": ("addresses",),
    "sftp": ("addresses",),
}
# Values that show more than the same example over again.
_EXAMPLES: Final[Mapping[str, Any]] = {
    "recipients.addresses.name": "Osoitepalvelu Oy",
    "recipients.addresses.agreement": "DPA 2026-05",
    "recipients.addresses.purposes": ["address_update"],
    "recipients.addresses.categories": ["customer_number", "name", "postal_address"],
    "recipients.addresses.adapter": "address_file",
    "recipients.credit.name": "Luottotieto Oy",
    "recipients.credit.role": "controller",
    "recipients.credit.agreement": "Sopimus 2026-11",
    "recipients.credit.purposes": ["credit_check"],
    "recipients.credit.categories": ["name", "organisation", "identity_code"],
    "recipients.credit.adapter": "asiakastieto",
    "recipients.business_register.name": "Patentti- ja rekisterihallitus",
    "recipients.business_register.role": "controller",
    "recipients.business_register.agreement": "Avoin data, CC BY 4.0",
    "recipients.business_register.purposes": ["legal_obligation"],
    "recipients.business_register.categories": ["organisation"],
    "recipients.business_register.adapter": "ytj",
    "partners.ytj.base_url": "http://127.0.0.1:8403",
    "partners.ytj.settings": {"language": "fi"},
    "recipients.print.name": "Kirjapaino Esimerkki Oy",
    "recipients.print.agreement": "DPA 2026-06",
    "recipients.print.purposes": ["direct_advertising", "publication"],
    "recipients.print.categories": ["name", "organisation", "postal_address"],
    "recipients.print.adapter": "files",
    "recipients.house.name": "Oma henkilökunta",
    "recipients.house.role": "staff",
    "recipients.house.agreement": "Salassapitositoumukset",
    "recipients.house.purposes": ["customer_care", "direct_marketing", "publication"],
    "recipients.house.categories": ["customer_number", "name", "organisation", "contact", "postal_address"],
    "recipients.house.adapter": "files",
    "partners.asiakastieto.settings": {"clock": "normal_time"},
    "partners.asiakastieto.secrets": {
        "userid": "file:asiakastieto.userid",
        "passwd": "file:asiakastieto.passwd",
        "checksum_key": "file:asiakastieto.checksum",
    },
    "partners.asiakastieto.base_url": "http://127.0.0.1:8402",
    "partners.address_file.settings": {
        "encoding": "iso-8859-15",
        "delimiter": ";",
        "columns": {
            "customer.number": "Asiakasnumero",
            "name.last": "Sukunimi",
            "name.first": "Etunimi",
            "address.street": "Katuosoite",
            "address.postcode": "Postinumero",
            "address.town": "Postitoimipaikka",
        },
    },
}
_WIDTH: Final = 100
_HEAD: Final = """\
Settings of Asiakasrekisteri.  A line that begins with "#" and a setting shows its default or an example; take the
mark away to set it.  Relative paths count from this file's folder.  Secrets never stand here: their places do.
Check with: rekisteri config check.  Each value and where it came from: rekisteri config show.\
"""


def example_text() -> str:
    """Every setting with its description, each value that is not required commented out."""
    return _text(Config, {})


def new_text(given: Mapping[str, str]) -> str:
    """As `example_text`, with the settings of *given* (dotted key to value) set; tables under names are commented."""
    return _text(Config, given)


def _text(kind: type[msgspec.Struct], given: Mapping[str, str]) -> str:
    lines = [*_comment(_HEAD)]
    lines += _table(kind, (), given, commented=False)
    return "\n".join(lines).strip() + "\n"


def _table(
    kind: type[msgspec.Struct], key: tuple[str, ...], given: Mapping[str, str], *, commented: bool
) -> Iterator[str]:
    if key:
        yield ""
        yield from _comment(" ".join((inspect.getdoc(kind) or "").split()))
        yield _mark(f"[{'.'.join(key)}]", commented=commented)
    # In TOML a table's own values stand before the tables inside it.
    for each in sorted(msgspec.structs.fields(kind), key=lambda each: _depth(each.type)):
        path = (*key, each.name)
        declared = bare(each.type)
        if _depth(each.type) == 0:
            yield from _setting(each, path, given, commented=commented)
        elif is_named_tables(declared):
            # A new configuration has them as comments: nobody is a recipient by default.
            inner = bare(get_args(declared)[1])
            first, *others = _NAMES[each.name]
            yield from _table(inner, (*path, first), given, commented=bool(given))
            for name in others:
                yield from _another(inner, (*path, name), commented=bool(given))
        elif is_struct(declared):
            yield from _table(declared, path, given, commented=commented)
        else:
            yield from _free_table(each, path, commented=commented)


def _another(kind: type[msgspec.Struct], key: tuple[str, ...], *, commented: bool) -> Iterator[str]:
    """A second example of a table: only what it needs or does otherwise, since the first one explained each."""
    own: dict[str, Any] = {}
    for each in msgspec.structs.fields(kind):
        name = ".".join((*key, each.name))
        if name in _EXAMPLES:
            own[each.name] = _EXAMPLES[name]
        elif each.required:
            own[each.name] = (_note(each).examples or [None])[0]
    for part in reversed(key):
        own = {part: own}
    yield ""
    for line in tomli_w.dumps(own).splitlines():
        yield _mark(line, commented=commented)


def _depth(declared: Any) -> int:
    """0 for a value, 1 for a table of the user's own keys, 2 for a table of settings."""
    kind = bare(declared)
    if is_struct(kind) or is_named_tables(kind):
        return 2
    return int(get_origin(kind) is dict)


def _setting(
    each: msgspec.structs.FieldInfo, key: tuple[str, ...], given: Mapping[str, str], *, commented: bool
) -> Iterator[str]:
    name = ".".join(key)
    note = _note(each)
    yield from _comment(str(note.description))
    sample = note.examples[0] if note.examples else each.default
    value = given.get(name, _EXAMPLES.get(name, sample))
    muted = commented or (name not in given and not each.required)
    for line in tomli_w.dumps({each.name: _plain(value)}, multiline_strings=False).splitlines():
        yield _mark(line, commented=muted)


def _free_table(each: msgspec.structs.FieldInfo, key: tuple[str, ...], *, commented: bool) -> Iterator[str]:
    note = _note(each)
    muted = commented or not each.required
    yield from _comment(str(note.description))
    yield _mark(f"[{'.'.join(key)}]", commented=muted)
    for line in tomli_w.dumps(_EXAMPLES.get(".".join(key), (note.examples or [{}])[0])).splitlines():
        yield _mark(line, commented=muted)


def _note(each: msgspec.structs.FieldInfo) -> msgspec.Meta:
    return next(note for note in notes(each.type) if note.description)


def _plain(value: Any) -> Any:
    """A value in TOML's own types."""
    if isinstance(value, (Path, Decimal)):
        return str(value)
    return value


def _mark(line: str, *, commented: bool) -> str:
    return f"# {line}" if commented and line else line


def _comment(text: str) -> Iterator[str]:
    for line in textwrap.wrap(text, _WIDTH):
        yield f"#: {line}"
