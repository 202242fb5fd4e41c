"""What a drill refuses, and what went otherwise than it should."""

from __future__ import annotations

from core.errors import Fault, Refused
from core.messages import N_


class DrillUnderWay(Refused):
    """One at a time."""

    code = "drill.under_way"
    sentence = N_("A fire drill is going on already.")
    advice = N_("Wait until it has ended.")


class NotAsExpected(Fault):
    """A step had another end than it should have."""

    code = "drill.not_as_expected"
    sentence = N_("The drill expected: {expected}.")
    advice = N_("Find out why before a real request has the same end.")


class DrillFailed(Fault):
    """A step went wrong; the minutes say which."""

    code = "drill.failed"
    sentence = N_("The fire drill failed.")
    advice = N_("The minutes say at which step: {files}. Mend it, and hold another drill.")
