"""What the access package refuses."""

from __future__ import annotations

from core.errors import Refused
from core.messages import N_


class NobodyMeant(Refused):
    """The case names nobody in the register."""

    code = "access.nobody_meant"
    sentence = N_("Case {number} is about nobody in the register, so there is no package to make.")
    advice = N_("Identify the person, or decide that nothing is held and answer with a letter.")


class NotOfThisKind(Refused):
    """The case asks for something else."""

    code = "access.other_kind"
    sentence = N_("Case {number} does not ask for this: {kind}.")
    advice = N_("Receive a case of the right kind, if the person has asked for this as well.")


class DecidedOtherwise(Refused):
    """What was refused is not handed over."""

    code = "access.decided_otherwise"
    sentence = N_("Case {number} was decided otherwise: {decision}.")
    advice = N_("If the decision was wrong, receive a new case that follows it.")


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
