"""What the batches refuse."""

from __future__ import annotations

from core.errors import Conflict, NotFound, Refused
from core.messages import N_


class NoSuchBatch(NotFound):
    """No batch of that number."""

    code = "batches.no_such_batch"
    sentence = N_("There is no run number {number}.")
    advice = N_("See the runs with: rekisteri update list.")


class AlreadyDone(Refused):
    """The same file has been through already."""

    code = "batches.already_done"
    sentence = N_("This file has been read before: run {number} of {day}, as {file}.")
    advice = N_("If it really should be read once more, add --again.")


class FileChanged(Refused):
    """The file of an unfinished batch is not what it was."""

    code = "batches.file_changed"
    sentence = N_("Run {number} is unfinished, and this is not the file that it began with.")
    advice = N_(
        "Finish it first with the file {file}; or add --again to leave it as it is and begin with this one."
    )


class SomebodyElse(Conflict):
    """Another process works on the same batch."""

    code = "batches.somebody_else"
    sentence = N_("Run {number} has been taken further by somebody else meanwhile.")
    advice = N_("Look at its report before doing anything more.")


class NotReady(Refused):
    """The batch was never read to its end."""

    code = "batches.not_ready"
    sentence = N_("Run {number} was interrupted while its file was being read; nothing was changed.")
    advice = N_("Read the file again: rekisteri update preview.")


class AlreadyApplied(Refused):
    """The batch is done."""

    code = "batches.already_applied"
    sentence = N_("Run {number} has been applied already.")
    advice = N_("Its report tells what was done: rekisteri update report {number}.")


class AlreadyUndone(Refused):
    """The batch has been taken back."""

    code = "batches.already_undone"
    sentence = N_("Run {number} has been undone, or is being undone.")
    advice = N_(
        "Its report tells what was undone: rekisteri update report {number}. Read the file again if need be."
    )


class NothingToUndo(Refused):
    """The batch has changed nothing yet."""

    code = "batches.nothing_to_undo"
    sentence = N_("Run {number} has changed nothing yet.")
    advice = N_("There is nothing to undo; read the file again when you want another preview.")
