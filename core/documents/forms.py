"""The forms that an export can take: what each needs, may use and is for, and how its bytes are made."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from core.disclosure.categories import fields_of
from core.disclosure.purposes import PURPOSES, RECIPIENTS_TOLD
from core.documents import NOTICE, notices, pages, tables, vcard
from core.documents.errors import NoSuchForm, TemplateUnreadable
from core.documents.typesetter import Pages
from core.reasons import open_file, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from core.config import Config
    from core.disclosure.exits import Item

    Render = Callable[[str, Sequence[Item], date], bytes | Pages]

LETTER: Final = "letter-"
_WHO: Final = frozenset({"name.first", "name.last", "organisation.name"})
_REACHED_AT: Final = frozenset({"address.street", "address.postcode", "address.town"})
_TABLE: Final = frozenset(tables.COLUMNS)
# A credit check is an enquiry and an address update has its own file; neither is served by an export.
# What recipients are told by law goes by notices alone.
_EXPORTED_FOR: Final = frozenset(PURPOSES) - {"credit_check", "address_update", RECIPIENTS_TOLD}
_TOLD_FOR: Final = _EXPORTED_FOR | {"credit_check", "address_update", RECIPIENTS_TOLD}
_POSTED_FOR: Final = _EXPORTED_FOR - {"publication"}
# Whoever gets addressed advertising is told where the address comes from, and how to forbid it.
MARKETING: Final = frozenset(
    {"direct_advertising", "distance_selling", "direct_marketing", "market_research", "opinion_research"}
)


@dataclass(frozen=True, slots=True)
class Form:
    """One form: ``render`` makes its bytes, or pages to be set, of purpose, items and the day that they carry."""

    name: str
    ending: str
    media_type: str
    purposes: frozenset[str]
    requires: frozenset[str]
    may_use: frozenset[str]
    render: Render


_CARD: Final = _TABLE - fields_of(["bank_details", "ip_address"])
_ON_LABELS: Final = _WHO | _REACHED_AT | {"address.country"}
_LISTED: Final = _WHO | _REACHED_AT | {"address.country", "email", "phone", "www"}

FORMS: Final = ("csv", "jsonl", "vcard", "labels", "labels-csv", "directory")
_PDF: Final = "application/pdf"
_CSV: Final = "text/csv; charset=utf-8"


def form_of(config: Config, name: str) -> Form:
    """The form called *name* as the configuration has it; letters are ``letter-NAME``.

    Raises:
        NoSuchForm: there is none.
        TemplateUnreadable: a letter's own template cannot be read.
    """
    language = config.register.language
    if name.startswith(LETTER):
        return _letter(config, name)
    if name.startswith(NOTICE):
        return _notice(config, name)
    renders: dict[str, tuple[str, str, frozenset[str], frozenset[str], frozenset[str], Render]] = {
        "csv": ("csv", _CSV, _EXPORTED_FOR, frozenset(), _TABLE, lambda _, it, __: tables.csv_file(it, language)),
        "jsonl": (
            "jsonl", "application/jsonl; charset=utf-8", _EXPORTED_FOR, frozenset(), _TABLE,
            lambda _, it, __: tables.json_lines(it),
        ),
        "vcard": (
            "vcf", "text/vcard; charset=utf-8", _EXPORTED_FOR, frozenset(), _CARD,
            lambda _, it, __: vcard.cards(it),
        ),
        "labels": (
            "pdf", _PDF, _EXPORTED_FOR, _REACHED_AT, _ON_LABELS,
            lambda purpose, it, day: Pages(
                _ours("labels"), pages.labels(config, it, marketing=purpose in MARKETING), day
            ),
        ),
        "labels-csv": (
            "csv", _CSV, _EXPORTED_FOR, _REACHED_AT, _ON_LABELS,
            lambda _, it, __: tables.label_rows(it, language),
        ),
        "directory": (
            "pdf", _PDF, frozenset({"publication"}), frozenset(), _LISTED,
            lambda _, it, day: Pages(_ours("directory"), pages.directory(config, it, day), day),
        ),
    }  # fmt: skip
    if name not in renders:
        raise _unknown(config, name)
    ending, media_type, purposes, requires, uses, render = renders[name]
    return Form(name, ending, media_type, purposes, requires, uses - requires, render)


def _letter(config: Config, name: str) -> Form:
    letter = config.letters.get(name.removeprefix(LETTER))
    if letter is None:
        raise _unknown(config, name)
    template = _ours("letter")
    if letter.template is not None:
        try:
            with open_file(letter.template) as stream:
                template = stream.read().decode()
        except (OSError, UnicodeDecodeError) as error:
            reason = reason_of(error) if isinstance(error, OSError) else "UTF-8"
            raise TemplateUnreadable(
                name=name.removeprefix(LETTER), file=str(letter.template), reason=reason
            ) from error
    return Form(
        name,
        "pdf",
        _PDF,
        _POSTED_FOR,
        _REACHED_AT,
        _ON_LABELS - _REACHED_AT,
        lambda purpose, it, day: Pages(
            template, pages.letters(config, letter, it, day, marketing=purpose in MARKETING), day
        ),
    )


def _notice(config: Config, name: str) -> Form:
    if not notices.is_notice(name):
        raise _unknown(config, name)
    language = config.register.language
    return Form(
        name,
        "pdf",
        _PDF,
        _TOLD_FOR,
        # Whom it is about, the recipient knows by what it was given, which need not be our number.
        frozenset(),
        _TABLE,
        lambda _, it, day: Pages(
            _ours("notice"),
            notices.letter(config, name, it, pages.spoken(day, language)),
            day,
            notices.FROM_SETTINGS,
        ),
    )


def form_names(config: Config) -> list[str]:
    """Every form that there is, letters last."""
    return [*FORMS, *(f"{LETTER}{name}" for name in sorted(config.letters))]


def _unknown(config: Config, name: str) -> NoSuchForm:
    return NoSuchForm(form=name, known=", ".join(form_names(config)))


def _ours(name: str) -> str:
    return files("core.documents").joinpath("templates", f"{name}.typ").read_text(encoding="utf-8")
