"""The disclosure log: append-only, signed, verifiable with tools that nobody here wrote (`docs/log.md`).

::

    log.append(uow, "intent", Intent(...)) -> index     inside the caller's unit of work
    uow.commit()
    log.sign() -> SignedCheckpoint                       after the commit; a byte may leave only when it returned
    lines.encode_lines / decode_lines / lines_root       the persons of a transfer, 85 bytes each, numbered from 0
"""

from __future__ import annotations

from core.disclosure.log import lines
from core.disclosure.log.entries import Genesis, Intent, Outcome
from core.disclosure.log.errors import LogFault
from core.disclosure.log.lines import Line, decode_line, decode_lines, encode_lines, lines_root
from core.disclosure.log.service import DisclosureLog
from core.disclosure.log.signing import LogSigner
from core.disclosure.log.store import SignedCheckpoint, StoredEntry, milliseconds

__all__ = [
    "DisclosureLog",
    "Genesis",
    "Intent",
    "Line",
    "LogFault",
    "LogSigner",
    "Outcome",
    "SignedCheckpoint",
    "StoredEntry",
    "decode_line",
    "decode_lines",
    "encode_lines",
    "lines",
    "lines_root",
    "milliseconds",
]
