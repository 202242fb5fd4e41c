"""What taking in a file of a person refuses."""

from __future__ import annotations

from core.errors import InvalidInput
from core.messages import N_


class NotPortable(InvalidInput):
    """The file is not of the form that it should be."""

    code = "portability.not_portable"
    sentence = N_("{file} is not a file of the form customer-portability/v1: {problem}")
    advice = N_("Give portability.json or customer.csv as the other register made it, unpacked.")


class TooLarge(InvalidInput):
    """Nobody's data is as large."""

    code = "portability.too_large"
    sentence = N_("{file} is {size} MB: a file of one person is {limit} MB at most.")
    advice = N_("Give portability.json or customer.csv as the other register made it, unpacked.")


class FileUnreadable(InvalidInput):
    """The disk or the file refuses."""

    code = "portability.unreadable"
    sentence = N_("{file} cannot be read: {reason}")
    advice = N_("Check the path and who may read the file.")
