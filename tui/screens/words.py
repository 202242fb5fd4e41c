"""How moments, money, tasks and states are written on screens."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from core.clock import HELSINKI
from core.disclosure.categories import CATEGORY_NAMES, categories_of
from core.disclosure.purposes import PURPOSES
from core.errors import InvalidInput, Where
from core.messages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

_TASK_NAMES: Final = {"disclosure_review": N_("disclosure review")}
_FINNISH_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


class NotADay(InvalidInput):
    """A date that cannot be read."""

    code = "screen.not_a_day"
    sentence = N_("This is not a date.")
    advice = N_("Write it as 23.11.2026 or 2026-11-23.")


class NotANumber(InvalidInput):
    """A number that cannot be read."""

    code = "screen.not_a_number"
    sentence = N_("This is not a number.")
    advice = N_("Write digits, with a comma or a point before decimals: 12,50.")


def when(moment: datetime) -> str:
    """A moment in Finnish time: ``23.11.2026 10.15``."""
    local = moment.astimezone(HELSINKI)
    return f"{day(local.date())} {local.hour}.{local.minute:02}"


def day(value: date) -> str:
    """A day: ``23.11.2026``."""
    return f"{value.day}.{value.month}.{value.year}"


def money(amount: Decimal) -> str:
    """Euros: ``1 234,50``."""
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",")


def number(amount: Decimal) -> str:
    """A number without needless zeros, with a decimal comma."""
    text = f"{amount.normalize():f}"
    return text.replace(".", ",")


def parse_day(text: str, field: str) -> date:
    """The day that *text* names.

    Raises:
        NotADay: it names none; ``where.field`` is *field*.
    """
    finnish, iso = _FINNISH_DAY.fullmatch(text.strip()), _ISO_DAY.fullmatch(text.strip())
    try:
        if finnish:
            return date(int(finnish[3]), int(finnish[2]), int(finnish[1]))
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError as error:
        raise NotADay(where=Where(field=field, value=text)) from error
    raise NotADay(where=Where(field=field, value=text))


def parse_number(text: str, field: str) -> Decimal:
    """The number that *text* holds; spaces group, comma or point before decimals.

    Raises:
        NotANumber: it holds none; ``where.field`` is *field*.
    """
    plain = "".join(text.split()).replace(",", ".")
    try:
        found = Decimal(plain)
    except InvalidOperation as error:
        raise NotANumber(where=Where(field=field, value=text)) from error
    if not found.is_finite():
        raise NotANumber(where=Where(field=field, value=text))
    return found


def start_of(value: date) -> datetime:
    """The first moment of a day in Finland."""
    return datetime(value.year, value.month, value.day, tzinfo=HELSINKI)


def end_of(value: date) -> datetime:
    """The first moment after a day in Finland."""
    return start_of(value + timedelta(days=1))


def named(names: Mapping[Any, str], code: str, language: str) -> str:
    """What *code* is called, or the code itself when it has no name."""
    return tr(names[code], language) if code in names else code


def fields_in_words(fields: frozenset[str] | tuple[str, ...], language: str) -> str:
    """The categories of the notice that *fields* belong to: ``name, postal address``."""
    present = categories_of(fields)
    return ", ".join(tr(name, language) for code, name in CATEGORY_NAMES.items() if code in present)


def purpose_name(code: str, language: str) -> str:
    """What a purpose or one of our own tasks is called; a task in a person's own words as it is."""
    if code in PURPOSES:
        return tr(PURPOSES[code].name, language)
    return named(_TASK_NAMES, code, language)
