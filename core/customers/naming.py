"""What a customer is called, and the words a customer is found by.  The same on both databases: Python decides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import phonenumbers

from core.text import fold, sort_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.customers.types import CustomerValues

_WORD: Final = re.compile(r"[^\W_]+")
_FINNISH_PREFIX: Final = "+358"


class SearchText(NamedTuple):
    """A customer as the search index knows it: see `core.customers.model.customer_search_table`."""

    sort_key: str
    lead: str
    words: str

    def also(self, texts: Iterable[str]) -> SearchText:
        """Findable by the words of *texts* too."""
        known = {self.lead, *self.words.split()}
        more = dict.fromkeys(word for text in texts for word in words_of(text) if word not in known)
        return self._replace(words=self.words + "".join([f" {word}" for word in more]))


def display_name(first_name: str | None, last_name: str | None, organisation_name: str | None) -> str:
    """``Virtanen Matti`` for a person, the name of an organisation otherwise."""
    person = " ".join(name for name in (last_name, first_name) if name)
    return person or organisation_name or ""


def name_of(values: CustomerValues) -> str:
    """The display name of a customer with these values."""
    return display_name(values.first_name, values.last_name, values.organisation_name)


def words_of(text: str) -> list[str]:
    """The folded words of *text*, in order: runs of letters and digits."""
    return _WORD.findall(fold(text))


def phone_words(e164: str) -> list[str]:
    """The digits of a telephone number as dialled from abroad and from home."""
    if e164.startswith(_FINNISH_PREFIX):
        home = "0" + e164.removeprefix(_FINNISH_PREFIX)
    else:
        number = phonenumbers.parse(e164)
        home = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return [e164.removeprefix("+"), re.sub(r"\D", "", home)]


def search_text(number: str, values: CustomerValues, *, protected_address: bool) -> SearchText:
    """What the index holds of a customer; a protected address is not searchable."""
    return text_of_row({**values.as_dict(), "number": number, "protected_address": protected_address})


def text_of_row(row: Mapping[str, Any]) -> SearchText:
    """`search_text` of a customer's columns, by name."""
    name = display_name(row["first_name"], row["last_name"], row["organisation_name"])
    texts = [name, row["organisation_name"], row["email"], row["number"], row["business_id"]]
    if not row["protected_address"]:
        texts += [row["street"], row["postcode"]]
    # Folded and cut in one go: white space parts them as well as a call each would, at a third of the cost.
    words = words_of(" ".join([text for text in texts if text]))
    if row["phone"]:
        words += phone_words(row["phone"])
    # A name that begins with a letter of the alphabet leads with the first word there is.
    lead = words[0] if name[:1].isascii() and name[:1].isalnum() else next(iter(words_of(name)), "")
    rest = dict.fromkeys(words)
    rest.pop(lead, None)
    return SearchText(sort_key(name), lead, "".join([f" {word}" for word in rest]))
