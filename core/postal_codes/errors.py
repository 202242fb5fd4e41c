"""What the postal codes room refuses."""

from __future__ import annotations

from core.errors import InvalidInput
from core.messages import N_


class BadPostalFile(InvalidInput):
    """A record is not as the layout has it; nothing of the file was taken."""

    code = "postal_codes.bad_file"
    sentence = N_("This is not a postal code file as Posti makes them: {reason}.")
    advice = N_("Fetch it again from Posti (PCF or BAF, unzipped or as it comes). Nothing was changed.")


class DoubtfulPostalFile(InvalidInput):
    """The file could be right, but a person should say so."""

    code = "postal_codes.doubtful_file"
    sentence = N_("The file was not loaded: {reason}.")
    advice = N_("If it is the right one all the same, add --anyway.")
