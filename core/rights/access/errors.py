"""What the access package refuses."""

from __future__ import annotations

from core.errors import Refused
from core.messages import N_


class WordsUnread(Refused):
    """Nobody has read the free words that may tell of others."""

    code = "access.words_unread"
    sentence = N_("Case {number}: {count} texts may tell of somebody else and have not been read: {ids}.")
    advice = N_("Read them (rekisteri access make), then show or withhold each (--show ID, --withhold ID).")


class NoSuchWords(Refused):
    """A text is named that is not in the package."""

    code = "access.no_such_words"
    sentence = N_("The package has no text {ids} to be read.")
    advice = N_("See those that there are: rekisteri access make.")
