"""What the codes of notices mean, for whoever shows them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.disclosure.types import LEFT_OUT_SENTENCES
from core.messages import N_, tr
from core.notices.due import SAME_AGAIN, SUPERSEDED
from core.notices.sending import NOT_THERE
from core.notices.service import CHASED

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        SUPERSEDED: N_("a newer notice tells this as well"),
        SAME_AGAIN: N_("the recipient has what is so now"),
        NOT_THERE: N_("the recipient does not have the customer"),
        CHASED: N_("no answer in time"),
        **{reason.value: sentence for reason, sentence in LEFT_OUT_SENTENCES.items()},
    }
)


def obstacle_in_words(code: str, language: str) -> str:
    """A reason or a code of ours in words; a person's own words, or a partner's code, as they are."""
    return tr(_CODES[code], language) if code in _CODES else code
