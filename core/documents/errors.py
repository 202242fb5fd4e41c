"""What the documents room refuses."""

from __future__ import annotations

from core.errors import ConfigError, InvalidInput, NotFound, RegisterError, Unavailable
from core.messages import N_


class NoSuchForm(NotFound):
    """No form of that name, or no letter."""

    code = "documents.no_such_form"
    sentence = N_("There is no form called {form}. There are: {known}.")
    advice = N_("Letters are written in config.toml under [letters.NAME].")


class NotAFileRecipient(ConfigError):
    """The recipient's adapter takes no files."""

    code = "documents.not_a_file_recipient"
    sentence = N_("{recipient} does not get files: its adapter is {adapter}.")
    advice = N_("Name a recipient whose adapter in config.toml is files.")


class NoFileRecipient(NotFound):
    """None was named, and there is not exactly one to take."""

    code = "documents.no_file_recipient"
    sentence = N_("There is not exactly one recipient that gets files for {purpose}: {recipients}.")
    advice = N_("Name one with --to, or register one in config.toml with adapter = files.")


class NoCriteria(InvalidInput):
    """A selection that was not described."""

    code = "documents.no_criteria"
    sentence = N_("It was not said which customers.")
    advice = N_("Give numbers, a postcode, a kind, a status or a day of orders; --all takes everyone.")


class NobodyFits(NotFound):
    """No customer fits the criteria."""

    code = "documents.nobody_fits"
    sentence = N_("No customer fits these criteria.")
    advice = N_("Loosen them, or correct the numbers.")


class CannotTypeset(InvalidInput):
    """The pages cannot be made of these values."""

    code = "documents.cannot_typeset"
    sentence = N_("The pages cannot be made: {reason}.")
    advice = N_("Correct the value or the template, then try again. Nothing has left.")


class TemplateBroken(CannotTypeset):
    """A template of several files does not compile."""

    code = "documents.template_broken"
    sentence = N_("The template {file} is broken at line {line}: {reason}.")
    advice = N_("Correct that line, or take the file away to use ours. Nothing has left.")


class LabelTooSmall(InvalidInput):
    """An address does not fit on its label."""

    code = "documents.label_too_small"
    sentence = N_("Label {place} does not hold its address even in the smallest letters.")
    advice = N_("Shorten the address, or choose larger labels in config.toml under [labels].")


class TemplateUnreadable(ConfigError):
    """The company's own template cannot be read."""

    code = "documents.template_unreadable"
    sentence = N_("The template {file} cannot be read: {reason}.")
    advice = N_("Correct letters.{name}.template in config.toml, or leave it out to use ours.")


class TypesetterUnavailable(Unavailable):
    """The machine cannot keep the typesetter off the network, or it did not answer."""

    code = "documents.typesetter_unavailable"
    sentence = N_("Pages cannot be made on this machine: {reason}.")
    advice = N_("Nothing has left. CSV, JSON and vCard need no typesetter.")


class ExportFolderUnusable(RegisterError):
    """The export folder cannot be made, read or written."""

    code = "documents.folder_unusable"
    sentence = N_("The export folder {folder} cannot be used: {reason}.")
    advice = N_("Mend it, or name another in config.toml: files.export_directory.")


class NoSuchExport(NotFound):
    """No file of that name in the export folder."""

    code = "documents.no_such_export"
    sentence = N_("There is no export called {name}.")
    advice = N_("rekisteri export files lists them.")
