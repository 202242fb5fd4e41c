"""What the retention room refuses."""

from __future__ import annotations

from core.errors import Conflict, InvalidInput, NotFound, Refused
from core.messages import N_


class NoSuchHold(NotFound):
    """No such hold, or it was released."""

    code = "retention.no_such_hold"
    sentence = N_("There is no hold {number} in force.")
    advice = N_("See those of a customer: rekisteri retention why CUSTOMER.")


class NotMadeByAPerson(Refused):
    """The kind comes from the records themselves."""

    code = "retention.not_made_by_a_person"
    sentence = N_("A hold of this kind follows from the records; nobody makes or releases it.")
    advice = N_("A person's holds are: dispute, legal_claim, authority.")


class HoldReasonNeeded(InvalidInput):
    """A hold, or its release, without a reason."""

    code = "retention.reason_needed"
    sentence = N_("The hold needs a reason.")
    advice = N_("Write what it is about and what would end it: a person is owed the answer (GDPR 12(4)).")


class ReviewDayAmiss(InvalidInput):
    """The review day is not ahead, or lies past the hold's end."""

    code = "retention.review_day"
    sentence = N_("The hold cannot be reviewed on {day}.")
    advice = N_("Give a day after today, and not after the hold's own last day.")


class ApproveReasonNeeded(InvalidInput):
    """An approval without words."""

    code = "retention.approve_reason"
    sentence = N_("The approval needs a reason.")
    advice = N_("Write on what it rests: who looked at the list, and which paragraph of the notice.")


class ListChanged(Conflict):
    """The list is not the one that was seen."""

    code = "retention.list_changed"
    sentence = N_("The due list has changed since it was shown; nothing was approved.")
    advice = N_("Look at it again: rekisteri retention due. It prints the mark to approve it with.")
