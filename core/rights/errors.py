"""What the rights room refuses."""

from __future__ import annotations

from core.errors import Conflict, InvalidInput, NotFound, Refused
from core.messages import N_


class NoSuchCase(NotFound):
    """No such case."""

    code = "rights.no_such_case"
    sentence = N_("There is no case {number}.")
    advice = N_("See the open ones: rekisteri case list.")


class CaseChanged(Conflict):
    """Somebody else wrote to the case first."""

    code = "rights.case_changed"
    sentence = N_("Case {number} was changed by somebody else meanwhile.")
    advice = N_("Open it again, and do what is still needed.")


class CaseEnded(Refused):
    """A closed or withdrawn case takes no more than comments."""

    code = "rights.case_ended"
    sentence = N_("Case {number} has ended; only comments can be added.")
    advice = N_("If the person writes again, receive a new case.")


class CaseWordsGone(Refused):
    """The case's key was destroyed."""

    code = "rights.words_gone"
    sentence = N_("The words of case {number} have been erased with the person.")
    advice = N_("What remains says only that the case was handled, and when.")


class ReceivedLater(InvalidInput):
    """The day of receipt lies ahead."""

    code = "rights.received_later"
    sentence = N_("The request cannot have been received on {day}: that day lies ahead.")
    advice = N_("Give the day on which it reached the company, whoever took it in.")


class SomebodyNeeded(InvalidInput):
    """Nobody is named."""

    code = "rights.somebody_needed"
    sentence = N_("The request names nobody.")
    advice = N_("Write the person's name as it stands in the request.")


class IdentityFirst(Refused):
    """What is asked for must not go to somebody else."""

    code = "rights.identity_first"
    sentence = N_("Case {number}: it is not yet known that the request is the person's own.")
    advice = N_("Confirm the identity, or ask for what is missing; the clock can be stopped meanwhile.")


class IdentityKnown(Refused):
    """The clock is stopped only while identity is unclear."""

    code = "rights.identity_known"
    sentence = N_("Case {number}: identity is confirmed, so the clock cannot be stopped.")
    advice = N_("If more time is needed, extend the time with reasons, once, within the first month.")


class NotStopped(Refused):
    """The clock is not stopped."""

    code = "rights.not_stopped"
    sentence = N_("The clock of case {number} is not stopped.")
    advice = N_("Nothing needs to be done.")


class ExtendedAlready(Refused):
    """One extension there is."""

    code = "rights.extended_already"
    sentence = N_("The time of case {number} was already extended, on {day}.")
    advice = N_("The time can be extended once (GDPR 12(3)); answer by {due}.")


class TooLateToExtend(Refused):
    """The person has to be told within the first month."""

    code = "rights.too_late_to_extend"
    sentence = N_("The time of case {number} can no longer be extended: its last day was {due}.")
    advice = N_("The person has to be told within one month of receipt (GDPR 12(3)). Answer without delay.")


class TooLateToStop(Refused):
    """A clock that has run out stands for nobody."""

    code = "rights.too_late_to_stop"
    sentence = N_("The clock of case {number} can no longer be stopped: its last day was {due}.")
    advice = N_(
        "Proof of identity is asked for without delay (GDPR 12(6)). Ask for it now, and answer at once."
    )


class ReasonsNeeded(InvalidInput):
    """The person is owed reasons."""

    code = "rights.reasons_needed"
    sentence = N_("Reasons are missing.")
    advice = N_("Write them as the person will read them.")


class GroundOfRefusal(InvalidInput):
    """A ground of Article 12(5) for something that is not refused."""

    code = "rights.ground_of_refusal"
    sentence = N_("Only a refusal can rest on the request being manifestly unfounded or excessive.")
    advice = N_("Refuse with that ground and reasons, or leave the ground out.")


class RectifiedByValue(Refused):
    """Granting a rectification without changing anything would be no rectification."""

    code = "rights.rectified_by_value"
    sentence = N_("Case {number}: a rectification is granted value by value.")
    advice = N_(
        "Propose and decide the values: rekisteri rectification propose {number}, then decide {number}."
    )


class NotDecided(Refused):
    """Nothing has been decided."""

    code = "rights.not_decided"
    sentence = N_("Case {number} has not been decided.")
    advice = N_("Decide first, with reasons where something is refused.")


class DecidedAlready(Refused):
    """It has been decided."""

    code = "rights.decided_already"
    sentence = N_("Case {number} was decided on {day} by {name}.")
    advice = N_("If the decision was wrong, receive a new case that follows it.")


class NotAnswered(Refused):
    """A case can't be closed without an answer."""

    code = "rights.not_answered"
    sentence = N_("Case {number} cannot be closed: the person has not been answered.")
    advice = N_("Hand over the letter or the package, or write down how the answer was given.")


class CompletesItself(Refused):
    """Closing it would forget what was decided."""

    code = "rights.completes_itself"
    sentence = N_(
        "Case {number} is not over: what was decided is carried out once nothing prevents it any more."
    )
    advice = N_("It then closes by itself; what prevents it now is in: rekisteri case show {number}.")


class NobodyMeant(Refused):
    """The case names nobody in the register."""

    code = "rights.nobody_meant"
    sentence = N_("Case {number} is about nobody in the register, so there is no package to make.")
    advice = N_("Identify the person, or decide that nothing is held and answer with a letter.")


class NotOfThisKind(Refused):
    """The case asks for something else."""

    code = "rights.other_kind"
    sentence = N_("Case {number} asks for something else: {kind}.")
    advice = N_("Receive a case of the right kind, if the person has asked for this as well.")


class DecidedOtherwise(Refused):
    """What was refused is not handed over."""

    code = "rights.decided_otherwise"
    sentence = N_("Case {number} was decided otherwise: {decision}.")
    advice = N_("If the decision was wrong, receive a new case that follows it.")
