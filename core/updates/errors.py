"""What the updates room refuses."""

from __future__ import annotations

from core.errors import ConfigError, InvalidInput, NotFound
from core.messages import N_


class NoSuchService(NotFound):
    """No update service of that name."""

    code = "updates.no_such_service"
    sentence = N_("There is no update service called {name}. There are: {known}.")
    advice = N_("Add [updates.{name}] to config.toml, or correct the name.")


class BadMapping(ConfigError):
    """A word in the mapping that means nothing here."""

    code = "updates.bad_mapping"
    sentence = N_("updates.{service}.answer: {word} is not known here.")
    advice = N_("Write one of these: {choices}.")


class NoWayToFind(ConfigError):
    """A mapping by which no customer could be found."""

    code = "updates.no_way_to_find"
    sentence = N_("updates.{service}.answer: no column says whom a row is about.")
    advice = N_(
        "Set key to the column with the customer number; or add business_id, or last_name and old_street, to columns."
    )


class RowProblem(InvalidInput):
    """A row of the answer that goes to quarantine."""

    code = "updates.row"


class NoKey(RowProblem):
    """No customer number, no business id, no name."""

    code = "updates.no_key"
    sentence = N_("The row does not say whom it is about.")
    advice = N_("Write the customer number that was sent to the service.")


class UnknownCustomer(RowProblem):
    """The register has no such customer."""

    code = "updates.unknown_customer"
    sentence = N_("There is no customer with this number.")
    advice = N_("Check the number; if the customer has been erased, leave the row out.")


class NobodyAlike(RowProblem):
    """The register has nobody like the row."""

    code = "updates.nobody_alike"
    sentence = N_("Nobody in the register is like this row.")
    advice = N_("Add the customer number, or correct the name and the old address.")


class TwiceInFile(RowProblem):
    """A second answer for the same customer."""

    code = "updates.twice_in_file"
    sentence = N_("The file has this customer already on row {earlier}; only that row was used.")
    advice = N_("Ask the service which of the two is right, and feed it back if it is this one.")


class UnknownCode(RowProblem):
    """A code that the mapping does not explain."""

    code = "updates.unknown_code"
    sentence = N_("The mapping does not say what this code means.")
    advice = N_("Ask the service what it means, then say so: rekisteri update map {service} FILE.")


class AddressMissing(RowProblem):
    """A move without the new address."""

    code = "updates.address_missing"
    sentence = N_("The customer has moved, but the new address is not complete.")
    advice = N_("Add the street address, postcode and town.")


class NothingNew(RowProblem):
    """A change without any value."""

    code = "updates.nothing_new"
    sentence = N_("The row reports a change, but holds no new value.")
    advice = N_("Ask the service what has changed, or check the columns of the mapping in config.toml.")


class BadDate(RowProblem):
    """A date that cannot be read."""

    code = "updates.bad_date"
    sentence = N_("This is not a date, or it is not of our time.")
    advice = N_("Write it as 2026-11-23 or 23.11.2026.")


class FolderUnreadable(ConfigError):
    """The folder of a service's answers is not there or not ours to read."""

    code = "updates.folder_unreadable"
    sentence = N_("The folder {folder} could not be read: {reason}.")
    advice = N_("Correct updates.….folder in config.toml, or make the folder.")


class NoSuchAnswer(NotFound):
    """The folder has no such file."""

    code = "updates.no_such_answer"
    sentence = N_("There is no answer called {name} in the folder.")
    advice = N_("List what lies there: rekisteri update fetch SERVICE.")


class StillGrowing(InvalidInput):
    """Somebody may still be writing the file."""

    code = "updates.still_growing"
    sentence = N_("The file was changed less than {seconds} seconds ago; it may not be whole yet.")
    advice = N_("Wait a moment and try again; updates.….settled_seconds in config.toml says how long.")


class NobodySelected(InvalidInput):
    """No person fits."""

    code = "updates.nobody_selected"
    sentence = N_("No person in the register fits these criteria.")
    advice = N_("Check the customer numbers or the postcode; organisations are not asked about.")
