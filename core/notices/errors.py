"""What the notices room refuses."""

from __future__ import annotations

from core.errors import Conflict, InvalidInput, NotFound, Refused
from core.messages import N_


class NoSuchNotice(NotFound):
    """No notice of that number."""

    code = "notices.no_such_notice"
    sentence = N_("There is no notice {number}.")
    advice = N_("rekisteri notices list shows those that need something.")


class NothingToTell(NotFound):
    """None of the notices chosen may be told now."""

    code = "notices.nothing_to_tell"
    sentence = N_("None of the notices chosen is to be told now.")
    advice = N_("rekisteri notices list shows those that need something.")


class NoticeNotWaiting(Conflict):
    """A notice is not where the act needs it to be."""

    code = "notices.not_waiting"
    sentence = N_("Notice {number} is in the state “{state}”, so this cannot be done with it.")
    advice = N_("Look at it again: rekisteri notices list --number {number}")


class HowMissing(InvalidInput):
    """An acknowledgement or a dismissal without words."""

    code = "notices.how_missing"
    sentence = N_("It was not said how or why.")
    advice = N_("Say it in a few words, for example: e-mail of 23.11., Maija Meikäläinen.")


class CannotTellByAdapter(Refused):
    """The recipient's adapter has no way to tell of a change."""

    code = "notices.not_by_adapter"
    sentence = N_("{recipient} cannot be told by its adapter {adapter}.")
    advice = N_("Print a letter instead: rekisteri notices print")
