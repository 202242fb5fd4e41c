"""What is refused, and found, while the log is kept: keys, faults, mirror, anchors, cosignatures, resuming.

::

    LogFault
    ├── WrongKey, LogClosed               another key signs now; a fault waits for a person
    └── MirrorConflict                    the mirror holds something that this log never was
    Refused    MirrorUnwritable, RotationUnfinished, NoRotation, NotBehind, CopyTooShort, CopyDiffers, LossUnknown,
               StillBroken, NotClosed, WitnessRefused, NothingToAnchor, ReceiptUnavailable
"""

from __future__ import annotations

from typing import ClassVar

from core.disclosure.log.errors import LogFault
from core.errors import NotFound, Refused, Unavailable
from core.messages import N_


class WrongKey(LogFault):
    """The key file does not hold the keys that sign the log now."""

    code = "log.wrong_key"
    sentence = N_("The key file does not hold the keys that sign the disclosure log now.")
    advice = N_(
        "The key was changed (rekisteri log rotate-key) or the log was continued by a successor: put the present key "
        "file in its place, then run: rekisteri log reopen"
    )


class LogClosed(LogFault):
    """A fault closed the log; a person has to look before anything leaves again."""

    code = "log.closed"
    sentence = N_("Nothing leaves: the disclosure log was closed by a fault on {since} ({fault}).")
    advice = N_(
        "Find out what happened: rekisteri log verify. When it verifies, open it: rekisteri log reopen"
    )
    latches: ClassVar[bool] = False


class MirrorConflict(LogFault):
    """The mirror holds other bytes at a place that this log has filled."""

    code = "log.mirror_conflict"
    sentence = N_("The mirror {path} holds something that this log never was: {detail}.")
    advice = N_("Keep both as they are and compare them: rekisteri log verify {path}")


class MirrorUnwritable(Unavailable):
    """The mirror directory cannot be written."""

    code = "log.mirror_unwritable"
    sentence = N_("The mirror of the disclosure log in {path} cannot be written: {reason}.")
    advice = N_("Make room or correct the rights; the next signing brings the mirror up to date.")


class RotationUnfinished(Refused):
    """Keys are changing already."""

    code = "log.rotation_unfinished"
    sentence = N_("The log's key is being changed already: two keys sign since entry {index}.")
    advice = N_("End the overlap first: rekisteri log rotate-key --finish")


class NoRotation(Refused):
    """There is no change of keys to finish."""

    code = "log.no_rotation"
    sentence = N_("The log's key is not being changed.")
    advice = N_("Begin with: rekisteri log rotate-key")


class NotBehind(Refused):
    """Nothing is missing."""

    code = "log.not_behind"
    sentence = N_("The log holds all {size} entries that were signed: there is nothing to resume.")
    advice = N_("When nothing leaves for another reason, rekisteri log verify tells it.")


class CopyTooShort(Refused):
    """The copy does not reach what was signed."""

    code = "log.copy_too_short"
    sentence = N_("The copy in {path} ends at entry {size}, but {marked} entries were signed.")
    advice = N_(
        "Look for a newer copy (mirror, export, second directory). When there is none, the log is closed and continued "
        "by a successor that names the loss: rekisteri log resume --successor"
    )


class CopyDiffers(Refused):
    """The copy is not a continuation of what the database holds."""

    code = "log.copy_differs"
    sentence = N_("The copy in {path} does not continue the log in the database: {detail}.")
    advice = N_("It is another log's copy, or one of the two was changed. Nothing was written.")


class LossUnknown(Refused):
    """Nobody says how far the lost log had been signed."""

    code = "log.loss_unknown"
    sentence = N_("It is not known how far the log had been signed.")
    advice = N_(
        "Give the newest checkpoint that anybody holds: --held FILE (an e-mail, a receipt, an export)."
    )


class StillBroken(Refused):
    """The log does not verify, so it stays closed."""

    code = "log.still_broken"
    sentence = N_("The log stays closed: it does not verify.")
    advice = N_("rekisteri log verify tells everything that was found.")


class NotClosed(Refused):
    """The log is open."""

    code = "log.not_closed"
    sentence = N_("The log is not closed.")
    advice = N_("Nothing has to be opened.")


class WitnessRefused(Refused):
    """A cosigner does not sign what contradicts what it signed before."""

    code = "log.witness_refused"
    sentence = N_(
        "Not cosigned: the {new} entries of {origin} do not begin with the {old} that you have signed."
    )
    advice = N_(
        "Never delete the state file to get past this: two logs may be shown under one name. Keep both checkpoints and "
        "ask whoever keeps the log."
    )


class WitnessWentBack(WitnessRefused):
    """A log that holds less than was cosigned."""

    code = "log.witness_went_back"
    sentence = N_("Not cosigned: {origin} went back from {old} to {new} entries.")


class WitnessStateBroken(Refused):
    """What was cosigned before cannot be read."""

    code = "log.witness_state"
    sentence = N_("Not cosigned: {path} does not tell what you have signed before.")
    advice = N_(
        "Restore it from your own backup: without it a log that was rewritten could be shown to you as the old one."
    )


class ProofNeeded(Refused):
    """The log has grown since the cosigner's last checkpoint: that has to be proved."""

    code = "log.proof_needed"
    sentence = N_("The log has grown from {old} to {new} entries since you last signed: a proof is needed.")
    advice = N_("Ask for it: rekisteri log consistency {old} --to {new} FILE; then give it with --proof FILE")


class CheckpointUnknown(NotFound):
    """No checkpoint of that size was signed."""

    code = "log.checkpoint_unknown"
    sentence = N_("No checkpoint of size {size} was signed.")
    advice = N_("The newest one: rekisteri log checkpoint FILE")


class NoAnchorConfigured(Refused):
    """Nothing tells where checkpoints go."""

    code = "log.no_anchor"
    sentence = N_("The configuration does not tell where checkpoints are given to.")
    advice = N_(
        "Set log.anchor_mail_directory and log.anchor_mail_to, or log.anchor_directory; or use --page FILE."
    )


class AnchorUnwritable(Unavailable):
    """The file with the checkpoint cannot be written."""

    code = "log.anchor_unwritable"
    sentence = N_("The checkpoint cannot be written to {path}: {reason}.")
    advice = N_("Make room or correct the rights, then run: rekisteri log anchor")


class CustomerNotInTransfer(NotFound):
    """The transfer has no line of this customer."""

    code = "log.no_line"
    sentence = N_("Transfer {transfer} has no line of customer {customer}.")
    advice = N_(
        "The customer's disclosures are on the customer's card; an erased customer's lines cannot be found."
    )


class FileUnwritable(Unavailable):
    """A file that was asked for cannot be written, or is there already."""

    code = "log.file_unwritable"
    sentence = N_("The file {path} cannot be written: {reason}.")
    advice = N_("Choose another name or make room.")


class FileUnreadable(NotFound):
    """A file that was named cannot be read."""

    code = "log.file_unreadable"
    sentence = N_("The file {path} cannot be read: {reason}.")
    advice = N_("Check the name.")
