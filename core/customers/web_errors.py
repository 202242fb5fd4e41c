"""What is wrong with a registration from the site, or with what is to be done with it."""

from __future__ import annotations

from core.customers.errors import InvalidValue
from core.errors import Conflict, InvalidInput, NotFound
from core.messages import N_

_ADVICE = N_(
    "Correct the line in the quarantine file and load that file; the form's format is in docs/schemas."
)


class NotASubmission(InvalidValue):
    """The line is not one JSON object of the published form."""

    code = "web.not_a_submission"
    sentence = N_("The line is not a registration: {reason}.")
    advice = _ADVICE


class UnknownShape(InvalidValue):
    """A member is missing, unknown, of another kind or outside its limits; the checker's own words say which."""

    code = "web.unknown_shape"
    sentence = N_("The registration is not of the published form: {reason}.")
    advice = _ADVICE


class VisitAfterSubmission(InvalidValue):
    """A visit that no submission can have joined to the person (P15)."""

    code = "web.visit_after"
    sentence = N_("A visit is later than the submission that would join it to the person.")
    advice = N_("Only visits up to the submission may come with it; correct the site.")


class SubmittedLater(InvalidValue):
    """A submission from the future."""

    code = "web.submitted_later"
    sentence = N_("The registration says that it was submitted in the future.")
    advice = N_("Correct the clock of the site or of this machine.")


class NobodyNamed(InvalidValue):
    """Nothing in it tells who it is about."""

    code = "web.nobody_named"
    sentence = N_("The registration names nobody.")
    advice = N_("A form must ask for a last name or the name of an organisation.")


class SameIdOtherContent(InvalidValue):
    """An id that was used for another submission."""

    code = "web.same_id"
    sentence = N_("Another registration with the id {id} has been read before, and it said something else.")
    advice = N_("Each submission needs an id of its own; correct the site.")


class NoSuchRegistration(NotFound):
    """No registration of that number."""

    code = "web.no_such_registration"
    sentence = N_("There is no registration {number}.")
    advice = N_("rekisteri web list shows those that wait.")


class DecidedAlready(Conflict):
    """Somebody has decided on it."""

    code = "web.decided_already"
    sentence = N_("Registration {number} does not wait for a decision any more.")
    advice = N_("Look at it: rekisteri web show {number}")


class WhoIsIt(InvalidInput):
    """There are several candidates, or the one named is not among the register's customers."""

    code = "web.who_is_it"
    sentence = N_("It was not said whom registration {number} is about.")
    advice = N_("Name the customer with --customer, or say --new when it is somebody new.")


class FieldNotGiven(InvalidInput):
    """A field to accept that the registration does not give."""

    code = "web.field_not_given"
    sentence = N_("Registration {number} does not give the field {field}; it gives: {given}.")
    advice = N_("Leave --field out to take everything that it gives.")


class ReasonMissing(InvalidInput):
    """A rejection without words."""

    code = "web.reason_missing"
    sentence = N_("It was not said why the registration is rejected.")
    advice = N_("Say it with --reason: it stays in the history.")
