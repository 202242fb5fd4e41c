"""What the papers room refuses."""

from __future__ import annotations

from core.errors import InvalidInput, NotFound, Refused
from core.messages import N_


class NoSuchPaper(NotFound):
    """No such paper."""

    code = "papers.no_such_paper"
    sentence = N_("There is no paper {number} in the index.")
    advice = N_("See those of a customer: rekisteri paper list --customer NUMBER.")


class PaperDestroyed(Refused):
    """It was destroyed."""

    code = "papers.destroyed"
    sentence = N_("Paper {number} was destroyed on {day} by {name}.")
    advice = N_("Its line stays in the index; nothing more can be done with it.")


class PaperIncomplete(InvalidInput):
    """A line of the index that would help nobody find or guard the paper."""

    code = "papers.incomplete"
    sentence = N_(
        "A paper needs what it is about, whom it concerns, a locked place and those who may open it."
    )
    advice = N_("Give each of them: the notice promises a locked place and named persons (P12).")


class NotAnOpener(Refused):
    """Not one of the named persons."""

    code = "papers.not_an_opener"
    sentence = N_("{name} is not among those who may open paper {number}.")
    advice = N_("Those named are: {names}. The contact person can name another: rekisteri paper name.")


class PaperDayAmiss(InvalidInput):
    """A day that cannot be."""

    code = "papers.day"
    sentence = N_("The day {day} cannot be right for paper {number}.")
    advice = N_("A paper comes in and is destroyed today or before, and is kept until a day ahead.")


class NotOfTheCase(Refused):
    """The paper concerns somebody else."""

    code = "papers.not_of_the_case"
    sentence = N_("Paper {number} does not concern the person of case {case}.")
    advice = N_("See the papers of the case: rekisteri case papers {case}.")


class KeepDayNeeded(InvalidInput):
    """After an erasure nobody would know of the paper any more."""

    code = "papers.keep_day"
    sentence = N_(
        "Paper {number} outlives the erasure of case {case}, so the last day of its keeping is needed."
    )
    advice = N_(
        "Give the day that the law names with --until; the paper is on the list of those to destroy after it."
    )


class OthersConcerned(Refused):
    """Destroying it would destroy other people's document."""

    code = "papers.others_concerned"
    sentence = N_("Paper {number} concerns other customers too, so it cannot be destroyed for one of them.")
    advice = N_(
        "Take the person out of the paper (cut, or covered on a copy), then write it down as corrected."
    )


class PapersFirst(Refused):
    """The case has papers that nobody has handled."""

    code = "papers.first"
    sentence = N_("Papers of case {number} have not been handled yet: {papers}.")
    advice = N_("Look them up and write down what was done: rekisteri paper handle PAPER --case {number}.")
