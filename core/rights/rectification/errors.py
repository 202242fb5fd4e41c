"""What the rectification room refuses."""

from __future__ import annotations

from core.errors import Conflict, InvalidInput, Refused
from core.messages import N_


class NotARectification(Refused):
    """The case asks for something else, or nobody in the register is meant."""

    code = "rectification.not_one"
    sentence = N_("Case {number} is no rectification of somebody in the register.")
    advice = N_("Identify the person first, or receive a case of the right kind.")


class NothingProposed(InvalidInput):
    """No value to be rectified."""

    code = "rectification.nothing_proposed"
    sentence = N_("Case {number}: it was not said what is to be rectified.")
    advice = N_("Propose first: rekisteri rectification propose {number}")


class NotAField(InvalidInput):
    """No field of a customer's that can be rectified."""

    code = "rectification.not_a_field"
    sentence = N_("{field} is not a value that can be rectified.")
    advice = N_("These can: {fields}.")


class NotProposed(InvalidInput):
    """A field is to be granted that nobody has proposed."""

    code = "rectification.not_proposed"
    sentence = N_("Case {number}: {field} has not been proposed.")
    advice = N_("Propose it first, with the value that is asked for.")


class NoSuchEvidence(InvalidInput):
    """The attachment is not one of the case's."""

    code = "rectification.no_such_evidence"
    sentence = N_("Case {number} has no attachment {file}.")
    advice = N_("See them: rekisteri case show {number}")


class SameAlready(InvalidInput):
    """The register says so already."""

    code = "rectification.same_already"
    sentence = N_("{field}: the register says so already.")
    advice = N_("Look at the value again; if all is as asked, refuse with that reason or withdraw the case.")


class ValueMoved(Conflict):
    """The register's value has changed since it was proposed."""

    code = "rectification.value_moved"
    sentence = N_("{field} has changed in the register since the rectification was proposed.")
    advice = N_("Look at the customer, propose anew, then decide.")
