"""What templates are given: plain data.  The words that the page itself says come along, in its language."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from core.documents.addresses import address_lines, full_name, person_name, text_of
from core.messages import N_, tr
from core.text import clean_block, sort_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from core.config import Config
    from core.config.schema import Letter
    from core.disclosure.exits import Item

_SOURCE: Final = N_("Source of the address: {controller}, {register}")
_FORBID: Final = N_(
    "Your address comes from the {register} of {controller}. You may forbid its use for marketing at any time, "
    "free of charge: {email}."
)
_LABELS: Final = N_("Address labels")
_NUMBER: Final = N_("Page {page} of {pages}")


def labels(config: Config, items: Sequence[Item], *, marketing: bool) -> dict[str, Any]:
    """A sheet of labels; *marketing* adds where the address comes from."""
    sheet = config.labels
    names = sheet.__struct_fields__
    language = config.register.language
    return {
        "language": language,
        "title": tr(_LABELS, language),
        "sheet": {name: getattr(sheet, name) for name in names if name not in ("columns", "rows")},
        "columns": sheet.columns,
        "rows": sheet.rows,
        "source": _source(config, language) if marketing else "",
        "labels": [address_lines(item) for item in items],
    }


def directory(config: Config, items: Sequence[Item], day: date) -> dict[str, Any]:
    """A directory in Finnish name order, under initials."""
    language = config.register.language
    entries = sorted((_entry(item) for item in items), key=lambda entry: sort_key(entry["name"]))
    return {
        "language": language,
        "title": config.register.name,
        "publisher": config.register.controller.name,
        "contact": config.register.controller.email,
        "day": spoken(day, language),
        "page": tr(_NUMBER, language, page="{page}", pages="{pages}"),
        "groups": [
            {"initial": initial, "entries": list(found)}
            for initial, found in groupby(entries, key=lambda entry: entry["name"][:1].upper() or "#")
        ],
    }


def letters(
    config: Config, letter: Letter, items: Sequence[Item], day: date, *, marketing: bool
) -> dict[str, Any]:
    """One letter to each; *marketing* adds where the address comes from and how to forbid its use."""
    controller = config.register.controller
    language = letter.language
    forbid = tr(
        _FORBID, language, controller=controller.name, register=config.register.name, email=controller.email
    )
    return {
        "language": language,
        "sender": {
            "name": controller.name,
            "address": controller.address,
            "business_id": controller.business_id or "",
            "email": controller.email,
            "phone": controller.phone or "",
        },
        "day": spoken(day, language),
        "subject": letter.subject,
        "paragraphs": [
            part.strip().split("\n") for part in clean_block(letter.text).split("\n\n") if part.strip()
        ],
        "signature": letter.signature or "",
        "note": forbid if marketing else "",
        "letters": [{"name": full_name(item), "lines": address_lines(item)} for item in items],
    }


def _entry(item: Item) -> dict[str, Any]:
    person, organisation = person_name(item), text_of(item, "organisation.name")
    last_first = " ".join(filter(None, (text_of(item, "name.last"), text_of(item, "name.first"))))
    address = address_lines(item)
    return {
        "name": last_first or organisation,
        "organisation": organisation if person else "",
        # Without the lines that the name has said already.
        "address": [line for line in address if line not in (person, organisation)],
        "reach": [value for field in ("phone", "email", "www") if (value := text_of(item, field))],
    }


def _source(config: Config, language: str) -> str:
    return tr(_SOURCE, language, controller=config.register.controller.name, register=config.register.name)


def spoken(day: date, language: str) -> str:
    """A date as it is written: ``23.11.2026``, ``23 November 2026``."""
    months = (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    )  # fmt: skip
    return (
        f"{day.day}.{day.month}.{day.year}"
        if language == "fi"
        else f"{day.day} {months[day.month - 1]} {day.year}"
    )
