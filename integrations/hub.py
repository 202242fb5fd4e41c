"""The hub: which partners there are, and each as a way out or in.  Being written; these signatures are final.

Keys of items: Netvisor's item key is the sales invoice number (digits); Asiakastieto's is any unique text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from core.actor import Actor
    from core.clock import Clock
    from core.config import Config
    from core.database import Database
    from core.disclosure.exits import Exit


class Hub:
    """``Hub(config, database, clock)``; nothing is imported, opened or read before it is asked for."""

    def __init__(self, config: Config, database: Database, clock: Clock) -> None: ...
    def partners(self) -> tuple[PartnerSummary, ...]: ...                       # installed and configured
    def exit(self, adapter: str) -> Exit: ...                                   # pass as Gate(exits=hub.exit)
    def check(self, adapter: str, user_name: str = "") -> CheckReport: ...      # connection test, invented data
    def read_invoice_states(self, actor: Actor) -> InvoiceReading: ...          # Netvisor's list -> invoices.record_states
    def answer_files(self, adapter: str) -> tuple[RemoteFile, ...]: ...         # files waiting in <exchange>/<adapter>/in
    def answer_file(self, adapter: str, name: str) -> bytes: ...
