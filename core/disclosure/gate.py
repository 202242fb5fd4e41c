"""The gate: the only way out.  plan → preview → release; later settle, decide, recover."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.actor import Actor
    from core.database import Database
    from core.disclosure.exits import Exit
    from core.disclosure.listener import TransferListener
    from core.disclosure.log.store import DisclosureLog
    from core.disclosure.settle import Recovered
    from core.disclosure.types import ItemState, Plan, Preview, TransferRequest, TransferResult
    from core.keys import KeyRing


class Gate:
    """Every transfer of personal data passes here.  Signatures are final; the body is being written."""

    def __init__(
        self,
        database: Database,
        keyring: KeyRing,
        log: DisclosureLog,
        exits: Callable[[str], Exit],
        listeners: Sequence[TransferListener] = (),
    ) -> None:
        raise NotImplementedError

    def plan(self, actor: Actor, request: TransferRequest) -> Plan:
        """Refused errors come before anything is read or rendered."""
        raise NotImplementedError

    def preview(self, plan: Plan) -> Preview:
        """Render and scan."""
        raise NotImplementedError

    def release(self, actor: Actor, preview: Preview) -> TransferResult:
        """Intent, permit, delivery, outcome."""
        raise NotImplementedError

    def send(self, actor: Actor, request: TransferRequest) -> TransferResult:
        """plan, preview and release in one."""
        raise NotImplementedError

    def settle(self, actor: Actor, transfer_id: str) -> TransferResult:
        """Ask the partner about a transfer in doubt."""
        raise NotImplementedError

    def decide(self, actor: Actor, transfer_id: str, outcome: ItemState, reason: str) -> TransferResult:
        """A person settles a transfer in doubt."""
        raise NotImplementedError

    def recover(self) -> Recovered:
        """Start-up: what a process left when it ended."""
        raise NotImplementedError
