"""What approvals and reviews refuse, and why, in words."""

from __future__ import annotations

from core.errors import Conflict, InvalidInput, NotFound, Refused, RegisterError
from core.messages import N_


class ApprovalNeeded(Refused):
    """A second person must approve the transfer first; `why` is a value of `approvals.Why`."""

    code = "review.approval_needed"
    sentence = N_("This transfer needs the approval of a second person. Nothing was sent.")
    advice = N_("Send it again when it has been approved.")


class ApprovalWaiting(Refused):
    """It has been asked for and waits."""

    code = "review.approval_waiting"
    sentence = N_("A second person must approve this first: {why}. Nothing was sent; request {number} waits.")
    advice = N_(
        "Ask a colleague to look at it (Review in the main menu, or rekisteri review approve {number}); then send again."
    )


class OwnRequest(Refused):
    """Whoever asked cannot approve."""

    code = "review.own_request"
    sentence = N_("You asked for request {number} yourself; four eyes are two persons.")
    advice = N_("Somebody else decides about it.")


class NoSuchApproval(NotFound):
    """There is no request of that number."""

    code = "review.no_such_approval"
    sentence = N_("There is no request for approval {number}.")
    advice = N_("List them: rekisteri review approve")


class ApprovalNotWaiting(Conflict):
    """It has been decided about, used, or is void."""

    code = "review.approval_not_waiting"
    sentence = N_("Request {number} does not wait any more: {state}.")
    advice = N_("Nothing was changed.")


class ApprovalOutdated(Conflict):
    """What would leave is no longer what was asked for."""

    code = "review.approval_outdated"
    sentence = N_("What request {number} would send has changed since it was asked for.")
    advice = N_("It is void. Whoever asked looks at the new preview and sends again, which asks anew.")


class ReasonMissing(InvalidInput):
    """A refusal or a decision about a finding needs words."""

    code = "review.reason_missing"
    sentence = N_("The reason is missing.")
    advice = N_("Write in a sentence why.")


class NoSuchFinding(NotFound):
    """There is no finding of that number."""

    code = "review.no_such_finding"
    sentence = N_("There is no finding {number}.")
    advice = N_("List them: rekisteri review findings")


class FindingClosed(Conflict):
    """The finding has been closed."""

    code = "review.finding_closed"
    sentence = N_("Finding {number} has been closed.")
    advice = N_("Make a new finding if there is something new.")


class NothingToSample(Refused):
    """No transfer lies in the range."""

    code = "review.nothing_to_sample"
    sentence = N_("There is no transfer to sample since the last review.")
    advice = N_("Sign the review off without a sample.")


class NothingToReview(Refused):
    """Nothing has been signed since the last review."""

    code = "review.nothing_new"
    sentence = N_("The log has nothing that the last review has not covered.")
    advice = N_("Come back when there is something new.")


class DoubtUnexplained(Refused):
    """A review cannot be signed off while transfers lie open."""

    code = "review.doubt_unexplained"
    sentence = N_("Transfers {transfers} are in doubt, and no open finding says why.")
    advice = N_("Settle them (Transfers in doubt), or make a finding about each; then sign off.")


class AccessLogBroken(Refused):
    """The access log is not what the disclosure log says it was."""

    code = "review.access_log_broken"
    sentence = N_(
        "The access log is not as it was when its entries were made; problems: {count}. The first, {number}: {what}."
    )
    advice = N_("Do not sign off. Keep a copy of the database and find out who changed it.")


class LookBroken(RegisterError):
    """One place where the access log is not what the disclosure log says; a finding of a verification."""

    code = "review.look_broken"
    sentence = N_("Access log, {number}: {what}.")
    advice = N_("Keep a copy of the database and find out who changed it.")
