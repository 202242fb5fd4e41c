"""The letter by which a recipient is told: which customers, what is so now, and what is asked of the recipient.

The items' keys say to whom it goes and which fields it is about (`notice_key`), since an exit is told nothing else.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from core.disclosure.categories import CATEGORY_NAMES, CATEGORY_OF_FIELD
from core.disclosure.statement.words import field_name
from core.documents import NOTICE
from core.documents.addresses import full_name, text_of
from core.documents.errors import NoSuchForm
from core.documents.pages import spoken
from core.messages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.config import Config
    from core.disclosure.exits import Item

AGAIN: Final = "-again"
_WHO: Final = frozenset({"customer.number", "name.first", "name.last", "organisation.name"})
_TITLES: Final[Mapping[str, str]] = {
    "change": N_("Changed customer data"),
    "rectification": N_("Rectified customer data"),
    "erasure": N_("Erasure of customer data"),
    "restriction": N_("Restricted processing of customer data"),
    "restriction_lifted": N_("Restriction of processing lifted"),
}
_PARAGRAPHS: Final[Mapping[str, str]] = {
    "change": N_(
        "You have been given the data of the customers below from our {register}. It has changed since. Please put these "
        "values in the place of the earlier ones."
    ),
    "rectification": N_(
        "You have been given the data of the persons below from our {register}. It has been rectified at the person's "
        "request (Articles 16 and 19 of the General Data Protection Regulation). Please put these values in the place of "
        "the earlier ones, without undue delay."
    ),
    "erasure": N_(
        "You have been given the data of the persons below from our {register}. The persons have the right to its erasure "
        "(Articles 17 and 19 of the General Data Protection Regulation). Please erase it, with copies and links, unless "
        "a law obliges you to keep it; then tell us which."
    ),
    "restriction": N_(
        "You have been given the data of the persons below from our {register}. Its processing is restricted (Articles 18 "
        "and 19 of the General Data Protection Regulation): until further notice please keep it and do nothing else with "
        "it, except for what Article 18(2) allows."
    ),
    "restriction_lifted": N_(
        "We told you that the processing of the data of the persons below was restricted. The restriction has been lifted."
    ),
}
_REMINDER: Final = N_("Reminder: {title}")
_ASKED_BEFORE: Final = N_("We have told you of this before and have had no answer.")
_ANSWER: Final = N_("Please confirm that this has been done: {email}{phone}.")
_MENTION: Final = N_("Our reference, to be named in your answer: notice {numbers}.")
_MENTIONED: Final = 10
_DATA: Final = N_("data")
_ALL: Final = N_("all that you were given")
_GIVEN: Final = N_("given to you on")
_GONE: Final = N_("no longer known; please remove it")
_COLUMNS: Final = (N_("Customer"), N_("Name"), N_("Data"))
_PAGE: Final = N_("Page {page} of {pages}")
# What the page says that is nobody's data: our own address must not be taken for a customer's.
FROM_SETTINGS: Final = frozenset(
    {
        "sender",
        "recipient",
        "title",
        "paragraphs",
        "closing",
        "columns",
        "page",
        "signature",
        "day",
        "language",
    }
)


def notice_key(
    selection: str, recipient: str, fields: Sequence[str], number: int, given: date | None = None
) -> str:
    """The idempotency key of one notice's item; *given* is the day on which the recipient was given the data."""
    day = "" if given is None else given.isoformat()
    return f"{selection}/{recipient}/{'+'.join(fields)}/{day}/{number}"


def number_of(key: str) -> int:
    """The notice that an item's key names."""
    return int(key.rpartition("/")[2])


def is_notice(form: str) -> bool:
    """Whether *form* is a notice's: ``notice-``, the cause, and ``-again`` for a reminder."""
    return form.removeprefix(NOTICE).removesuffix(AGAIN) in _TITLES and form.startswith(NOTICE)


def letter(config: Config, form: str, items: Sequence[Item], day: str) -> dict[str, Any]:
    """The letter's data; *day* as it is written.

    Raises:
        NoSuchForm: there is no such notice.
    """
    if not is_notice(form):
        raise NoSuchForm(form=form, known=", ".join(f"{NOTICE}{cause}" for cause in _TITLES))
    cause, again = form.removeprefix(NOTICE).removesuffix(AGAIN), form.endswith(AGAIN)
    language, controller = config.register.language, config.register.controller
    say = partial(tr, language=language)
    code = items[0].key.split("/")[1]
    party = config.recipients.get(code)
    title = say(_TITLES[cause])
    phone = f", {controller.phone}" if controller.phone else ""
    return {
        "language": language,
        "title": say(_REMINDER, title=title) if again else title,
        "sender": {
            "name": controller.name,
            "address": controller.address,
            "business_id": controller.business_id or "",
            "email": controller.email,
            "phone": controller.phone or "",
        },
        "recipient": [code] if party is None else [party.name, *filter(None, (party.business_id,))],
        "day": day,
        "paragraphs": [
            *([say(_ASKED_BEFORE)] if again else []),
            say(_PARAGRAPHS[cause], register=config.register.name),
        ],
        "closing": [say(_ANSWER, email=controller.email, phone=phone), *_mention(items, language)],
        "signature": controller.contact_person,
        "columns": [say(name) for name in _COLUMNS],
        "page": say(_PAGE, page="{page}", pages="{pages}"),
        "rows": [
            {
                "number": text_of(item, "customer.number") or "–",
                "name": full_name(item),
                "values": [
                    *_values(item, language, told=cause in ("change", "rectification")),
                    *_given(item, language),
                ],
            }
            for item in items
        ],
    }


def _mention(items: Sequence[Item], language: str) -> list[str]:
    """What the answer is asked to name, so that it is found on our list; of a long letter the customers are enough."""
    if len(items) > _MENTIONED:
        return []
    numbers = ", ".join(str(number_of(item.key)) for item in items)
    return [tr(_MENTION, language, numbers=numbers)]


def _given(item: Item, language: str) -> list[dict[str, str]]:
    """When the recipient was given the data: what it can be found by, where it was never told the customer's number."""
    day = item.key.split("/")[3]
    if not day or text_of(item, "customer.number"):
        return []
    return [{"label": tr(_GIVEN, language), "value": spoken(date.fromisoformat(day), language)}]


def _values(item: Item, language: str, *, told: bool) -> list[dict[str, str]]:
    """What is so now; or, where no value is told, of which data it is said."""
    about = [field for field in item.key.split("/")[2].split("+") if field]
    if not told:
        names = dict.fromkeys(CATEGORY_NAMES[CATEGORY_OF_FIELD[field]] for field in about)
        words = ", ".join(tr(name, language) for name in names) or tr(_ALL, language)
        return [{"label": tr(_DATA, language), "value": words}]
    shown = [
        field for field in CATEGORY_OF_FIELD if field in about or (field in item.fields and field not in _WHO)
    ]
    return [
        {
            "label": field_name(field, language),
            "value": text_of(item, field) or tr(_GONE, language),
        }
        for field in shown
        if field != "customer.number"
    ]
