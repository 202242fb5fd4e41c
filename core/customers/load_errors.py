"""What a first load refuses: mappings, rows, and whole files."""

from __future__ import annotations

from core.customers.errors import InvalidValue
from core.errors import ConfigError, NotFound
from core.messages import N_


class NoSuchMapping(NotFound):
    """No load mapping of that name."""

    code = "load.no_such_mapping"
    sentence = N_("There is no load mapping called {name}. There are: {known}.")
    advice = N_("Add [loads.{name}] to config.toml, or correct the name.")


class BadLoadMapping(ConfigError):
    """The mapping names a field that cannot be loaded."""

    code = "load.bad_mapping"
    sentence = N_("loads.{name}: the register has no field {field}.")
    advice = N_("Fields that can be loaded: {known}.")


class BadDay(InvalidValue):
    """A cell that should be a day."""

    code = "load.bad_day"
    sentence = N_("This is not a date.")
    advice = N_("Write it as 2026-11-23 or 23.11.2026.")


class BadTruth(InvalidValue):
    """A cell that should say yes or no."""

    code = "load.bad_truth"
    sentence = N_("This says neither yes nor no.")
    advice = N_("Write x or a date for yes, and leave the cell empty for no.")


class NumberInUse(InvalidValue):
    """A second customer with the same number."""

    code = "load.number_in_use"
    sentence = N_(
        "The register already has a customer with this number, or the file has it on an earlier row."
    )
    advice = N_("Leave the row out if it is the same customer, or give it a number of its own.")


class NobodyRepresented(InvalidValue):
    """The organisation isn't in the register."""

    code = "load.nobody_represented"
    sentence = N_("The organisation that the person represents is not in the register yet.")
    advice = N_("Feed this row back after the organisation's own row has been loaded.")
