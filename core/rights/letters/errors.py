"""What the letters refuse."""

from __future__ import annotations

from core.errors import ConfigError, Conflict, InvalidInput, Unavailable
from core.messages import N_


class LetterDoesNotFit(Conflict):
    """The letter says something that the case does not."""

    code = "letters.does_not_fit"
    sentence = N_("Case {number} does not stand so that the letter “{letter}” could be sent.")
    advice = N_("These fit now: {letters}.")


class WordsNeeded(InvalidInput):
    """The letter has to say what is asked, or why."""

    code = "letters.words_needed"
    sentence = N_("The letter “{letter}” has to say what is asked for, or why, in your words.")
    advice = N_("Write it as the person will read it.")


class TemplatesUnreadable(ConfigError):
    """The company's folder of templates cannot be read."""

    code = "letters.templates_unreadable"
    sentence = N_("The letter template {file} cannot be read: {reason}.")
    advice = N_("Mend it, or leave rights.letter_templates out of config.toml to use ours.")


class TemplatesThere(Conflict):
    """An export would write over what the company has changed."""

    code = "letters.templates_there"
    sentence = N_("{file} is there already; nothing was written.")
    advice = N_("Name an empty folder, and compare the two.")


class TemplatesNotWritten(InvalidInput):
    """The folder cannot be written to."""

    code = "letters.templates_not_written"
    sentence = N_("The templates cannot be written to {folder}: {reason}.")
    advice = N_("Name another folder.")


class LetterNotMade(Unavailable):
    """The file could not be put into the export folder."""

    code = "letters.not_made"
    sentence = N_("The letter could not be put into the export folder; nothing was written into the case.")
    advice = N_("Look at the transfer: rekisteri transfer list. Mend the folder, then try again.")
