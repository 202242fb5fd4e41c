"""What the log refuses, and what it finds wrong with itself.

::

    FormatInvalid (InvalidInput)     bytes that are not what a format says
    ├── NoteInvalid, SignatureInvalid, KeyInvalid, CheckpointInvalid
    ├── ProofInvalid, ReceiptInvalid
    └── TileInvalid, EntryInvalid, LineInvalid
    LogFault (Fault)                 the log cannot be trusted: nothing is signed, so nothing leaves
    ├── EntryChanged, EntryMissing, NodeChanged, HeadChanged, CheckpointChanged
    ├── RootMismatch, SignedPastChanged, LinesChanged, StoryBroken
    ├── LogWentBack, MarkMissing, MarkBroken, MarkUnwritable
    └── FileChanged, FileMissing, FileUnexpected          an exported copy
    LogExists (Conflict)  LogNotCreated, NothingSigned, ExportRefused (Refused)  LogEntryNotFound (NotFound)
    LogBusy (Unavailable)  ExportUnwritable (Unavailable)
"""

from __future__ import annotations

from typing import ClassVar

from core.errors import Conflict, Fault, InvalidInput, NotFound, Refused, Unavailable
from core.messages import N_


class FormatInvalid(InvalidInput):
    """Bytes that are not what their format says."""

    code = "log.format"
    sentence = N_("These bytes are not in the format they should have.")
    advice = N_("Fetch the file again, unchanged; strip nothing and quote nothing.")


class NoteInvalid(FormatInvalid):
    """Not a signed note (C2SP signed-note)."""

    code = "log.note"
    sentence = N_("This is not a signed note as C2SP signed-note defines it.")


class SignatureInvalid(FormatInvalid):
    """No signature by a key that we know, or one that does not verify."""

    code = "log.signature"
    sentence = N_("The note carries no valid signature by {key}.")
    advice = N_("Check that the verification key is the one you were given, and fetch the note again.")


class KeyInvalid(FormatInvalid):
    """Not a verification or signing key, or one that signs anything."""

    code = "log.key"
    sentence = N_("This is not a key for signed notes.")
    advice = N_("A verification key is one line: name+8 hexadecimal digits+base64.")


class CheckpointInvalid(FormatInvalid):
    """Not a checkpoint (C2SP tlog-checkpoint)."""

    code = "log.checkpoint"
    sentence = N_("This is not a checkpoint as C2SP tlog-checkpoint defines it.")


class ProofInvalid(FormatInvalid):
    """An inclusion or consistency proof that does not verify."""

    code = "log.proof"
    sentence = N_("The proof does not verify.")
    advice = N_("Either the proof, the entry or the checkpoint is another log's, or one of them was changed.")


class ReceiptInvalid(FormatInvalid):
    """Not a receipt (C2SP tlog-proof)."""

    code = "log.receipt"
    sentence = N_("This is not a receipt as C2SP tlog-proof defines it.")


class TileInvalid(FormatInvalid):
    """Not a tile or an entry bundle (C2SP tlog-tiles)."""

    code = "log.tile"
    sentence = N_("This is not a tile or entry bundle as C2SP tlog-tiles defines it.")


class EntryInvalid(FormatInvalid):
    """An entry body outside its kind's schema or not in canonical form."""

    code = "log.entry"
    sentence = N_("This is not a log entry: {detail}.")
    advice = N_("An entry holds codes, counts and digests only; personal data belongs to the sealed part.")


class LineInvalid(FormatInvalid):
    """Not a line of a transfer."""

    code = "log.line"
    sentence = N_("These are not the lines of a transfer: {detail}.")
    advice = N_("A line has 85 bytes and the lines are numbered from 0 without gaps.")


class LogFault(Fault):
    """The log cannot be trusted: nothing is signed, so nothing leaves.

    ``latches``: once met it closes the log until a person opens it again, even if it should go away by itself.
    """

    latches: ClassVar[bool] = True
    code = "log.fault"
    sentence = N_("The disclosure log cannot be trusted.")
    advice = N_(
        "Nothing leaves until this is cleared. Keep the database as it is, run rekisteri log verify, "
        "and compare with an export or a checkpoint that somebody else holds."
    )


class EntryChanged(LogFault):
    """An entry's bytes, or what is stored beside them, are not what was written."""

    code = "log.entry_changed"
    sentence = N_("Entry {index} of the disclosure log was changed after it was written.")


class EntryMissing(LogFault):
    """The log's head counts an entry that is not there."""

    code = "log.entry_missing"
    sentence = N_("Entry {index} of the disclosure log is missing.")


class NodeChanged(LogFault):
    """A stored node hash does not follow from the entries under it."""

    code = "log.node_changed"
    sentence = N_(
        "A stored hash of the disclosure log (level {level}, number {index}) does not match its entries."
    )


class HeadChanged(LogFault):
    """The stored head of the log is not that of its entries."""

    code = "log.head_changed"
    sentence = N_("The head of the disclosure log does not match its entries.")


class CheckpointChanged(LogFault):
    """A stored checkpoint's text, columns or signature are not what was signed with this key."""

    code = "log.checkpoint_changed"
    sentence = N_("The stored checkpoint at size {size} was changed, or signed with another key.")


class RootMismatch(LogFault):
    """The two computations of the root disagree."""

    code = "log.root_mismatch"
    sentence = N_("Two computations of the disclosure log's root at size {size} disagree.")


class SignedPastChanged(LogFault):
    """The log no longer begins with what was signed."""

    code = "log.signed_past_changed"
    sentence = N_("The disclosure log no longer begins with the {size} entries that were signed.")


class LinesChanged(LogFault):
    """The stored lines of a transfer are not those that its intent names."""

    code = "log.lines_changed"
    sentence = N_("The lines of transfer {transfer} (entry {index}) are not those that the log names.")


class StoryBroken(LogFault):
    """Entries that cannot follow one another: an outcome without its intent, a second beginning."""

    code = "log.story_broken"
    sentence = N_("Entry {index} of the disclosure log does not follow from the entries before it.")


class LogWentBack(LogFault):
    """The log holds less than was signed earlier: an old backup was restored, or entries were removed."""

    code = "log.went_back"
    sentence = N_(
        "The disclosure log went back in time: it holds {size} entries, but {marked} were signed earlier."
    )
    advice = N_(
        "An older copy of the database was restored, or entries were removed. Nothing is signed until the missing "
        "entries are back: restore the newest backup, or refill them from an export of the log."
    )


class MarkMissing(LogFault):
    """The file with the high-water mark is gone."""

    code = "log.mark_missing"
    sentence = N_("The file {path}, which tells how far the disclosure log has been signed, is missing.")
    advice = N_(
        "Restore it, or write into it the first three lines of the newest checkpoint that you hold outside "
        "the database (an export, an e-mail, a receipt)."
    )


class MarkBroken(LogFault):
    """The file with the high-water mark cannot be understood or is another log's."""

    code = "log.mark_broken"
    sentence = N_("The file {path} does not tell how far this disclosure log has been signed.")
    advice = N_(
        "Write into it the first three lines of the newest checkpoint that you hold outside the database "
        "(an export, an e-mail, a receipt)."
    )


class MarkUnwritable(LogFault):
    """The high-water mark cannot be written, so nothing is signed."""

    code = "log.mark_unwritable"
    sentence = N_(
        "The file {path}, which tells how far the disclosure log has been signed, cannot be written: {reason}."
    )
    advice = N_("Make room or correct the rights of its directory, then try again. Nothing was signed.")
    latches: ClassVar[bool] = False


class FileChanged(LogFault):
    """A file of an exported log holds other bytes than the log says."""

    code = "log.file_changed"
    sentence = N_("The file {path} of the exported log does not hold what the signed log says.")
    advice = N_(
        "The copy or its original was changed. Compare with another copy and with a checkpoint you hold."
    )


class FileMissing(LogFault):
    """An exported log lacks a file."""

    code = "log.file_missing"
    sentence = N_("The file {path} of the exported log is missing or cannot be read.")
    advice = N_("Fetch the export again; a log with a missing file proves nothing about what stood in it.")


class FileUnexpected(LogFault):
    """An exported log has a file that does not belong to it."""

    code = "log.file_unexpected"
    sentence = N_("The file {path} does not belong to an exported log of this size.")
    advice = N_("Move it elsewhere and verify again.")


class LogExists(Conflict):
    """There is a log already."""

    code = "log.exists"
    sentence = N_("There is a disclosure log already; it holds {size} entries.")
    advice = N_("It is left as it was: a log is never begun twice.")


class LogNotCreated(Refused):
    """The log has no genesis entry yet."""

    code = "log.not_created"
    sentence = N_("There is no disclosure log yet.")
    advice = N_("Nothing leaves without one. Set the register up first: rekisteri config init")


class NothingSigned(Refused):
    """No checkpoint has been signed yet."""

    code = "log.nothing_signed"
    sentence = N_("Nothing in the disclosure log has been signed yet, so there is nothing to export.")
    advice = N_("Set the register up first: rekisteri config init")


class LogEntryNotFound(NotFound):
    """There is no such entry."""

    code = "log.entry_not_found"
    sentence = N_("The disclosure log has no entry {index}; it holds {size} entries.")
    advice = N_("Entries are numbered from 0.")


class ExportRefused(Refused):
    """The directory is neither empty nor an earlier export of this log."""

    code = "log.export_refused"
    sentence = N_("The directory {path} is neither empty nor an earlier export of this log.")
    advice = N_("Choose another directory; nothing was written.")


class ExportUnwritable(Unavailable):
    """The directory or a file in it cannot be written."""

    code = "log.export_unwritable"
    sentence = N_("The export cannot be written to {path}: {reason}.")
    advice = N_("Make room or correct the rights of the directory, then run the same command again.")


class LogBusy(Unavailable):
    """Other signers were faster each time."""

    code = "log.busy"
    sentence = N_("Too many programs sign the disclosure log at once.")
    advice = N_("Nothing was sent. Try again.")
