"""What the codes of notices mean, for whoever shows them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.customers.words import SOURCE_NAMES
from core.disclosure.types import LEFT_OUT_SENTENCES
from core.messages import N_, tr
from core.notices.due import SAME_AGAIN, SUPERSEDED
from core.notices.sending import NOT_THERE
from core.notices.service import CHASED
from core.notices.sources import NOT_REGISTERED, is_source
from core.notices.types import SOURCE

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        SUPERSEDED: N_("a newer notice tells this as well"),
        SAME_AGAIN: N_("the recipient has what is so now"),
        NOT_THERE: N_("the recipient does not have the customer"),
        CHASED: N_("no answer in time"),
        NOT_REGISTERED: N_("is no registered recipient: tell it yourself, then write down how"),
        **{reason.value: sentence for reason, sentence in LEFT_OUT_SENTENCES.items()},
    }
)


def recipient_name(names: Mapping[str, str], code: str, language: str) -> str:
    """What a notice's recipient is called: of a registered one its name among *names*, else the kind of source."""
    if not is_source(code):
        return names.get(code, code)
    kind = code.removeprefix(SOURCE)
    return tr(SOURCE_NAMES[kind], language) if kind in SOURCE_NAMES else kind


def obstacle_in_words(code: str, language: str) -> str:
    """A reason or a code of ours in words; a person's own words, or a partner's code, as they are."""
    return tr(_CODES[code], language) if code in _CODES else code
