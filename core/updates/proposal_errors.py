"""What deciding on a proposal refuses."""

from __future__ import annotations

from core.errors import Conflict, InvalidInput, NotFound, Refused
from core.messages import N_


class NoSuchProposal(NotFound):
    """The run has no such row, or it never waited for a person."""

    code = "updates.no_such_proposal"
    sentence = N_("Row {line} of run {number} is not a proposal.")
    advice = N_("See what waits: rekisteri update proposals {number}.")


class AlreadyDecided(Conflict):
    """Somebody has accepted or rejected it."""

    code = "updates.already_decided"
    sentence = N_("Row {line} of run {number} has been decided on already, by {who} on {day}.")
    advice = N_("See what waits: rekisteri update proposals {number}.")


class RunClosed(Refused):
    """The run is not whole yet, or has been taken back."""

    code = "updates.run_closed"
    sentence = N_("Nothing of run {number} can be decided on now.")
    advice = N_(
        "Its file has not been read to the end, or the run has been undone: rekisteri update report {number}."
    )


class ChooseFirst(InvalidInput):
    """Several customers are alike and nobody has been chosen."""

    code = "updates.choose_first"
    sentence = N_("Row {line} may mean any of {count} customers.")
    advice = N_("Say which: rekisteri update accept {number} {line} --customer NUMBER.")


class CannotAccept(Refused):
    """What the row says may not be written to this customer."""

    code = "updates.cannot_accept"
    sentence = N_("Row {line} cannot be accepted: {reason}.")
    advice = N_("Reject it, or deal first with what forbids it on the customer's card.")


class MeantAlready(Refused):
    """Another row of the run has been written to the customer."""

    code = "updates.meant_already"
    sentence = N_("Row {other} of run {number} has been written to this customer already.")
    advice = N_("Choose another customer for row {line}, or reject it.")


class CountChanged(Conflict):
    """Not as many proposals fit the rule as were counted."""

    code = "updates.count_changed"
    sentence = N_("{count} proposals fit now, not {expected}.")
    advice = N_("Count them again and look at what has changed.")


class NotInBulk(InvalidInput):
    """Proposals of this reason are decided on one by one."""

    code = "updates.not_in_bulk"
    sentence = N_("Proposals for this reason are decided on one by one: {reason}.")
    advice = N_("See them: rekisteri update proposals {number}.")
