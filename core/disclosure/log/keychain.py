"""Which keys sign the log at which size: told by the log itself, in its genesis and key entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select

from core.disclosure.log import entries
from core.disclosure.log.entries import Genesis
from core.disclosure.log.errors import EntryChanged, EntryInvalid, KeyInvalid
from core.disclosure.log.events import KeyChange
from core.disclosure.log.model import log_entry
from core.disclosure.log.note import VerifierKey
from core.prepared import Prepared

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.disclosure.log.entries import Body

_TURNS: Final = Prepared(
    select(log_entry.c.entry_index, log_entry.c.body)
    .where(or_(log_entry.c.kind == "genesis", log_entry.c.kind == "key"))
    .order_by(log_entry.c.entry_index)
)


@dataclass(frozen=True, slots=True)
class Era:
    """From checkpoints of size ``first`` on, each of ``keys`` signs (one, or two while keys change)."""

    first: int
    keys: tuple[VerifierKey, ...]


@dataclass(frozen=True, slots=True)
class Handover:
    """The entry at ``index`` brings in ``after`` while ``before`` still signs; nothing is signed by it from ``end`` on."""

    index: int
    before: VerifierKey
    after: VerifierKey
    end: int


@dataclass(slots=True)
class KeyChain:
    """The eras of a log, oldest first."""

    eras: list[Era] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)
    _begun: dict[VerifierKey, tuple[int, VerifierKey]] = field(default_factory=dict)

    def at(self, size: int) -> tuple[VerifierKey, ...]:
        """The keys that sign a checkpoint of *size*; empty for a log that has not begun."""
        found: tuple[VerifierKey, ...] = ()
        for era in self.eras:
            if era.first <= size:
                found = era.keys
        return found

    def __contains__(self, key: VerifierKey) -> bool:
        return any(key in era.keys for era in self.eras)

    @property
    def origin(self) -> str:
        """The log's present name."""
        return self.eras[-1].keys[0].name

    def follow(self, index: int, body: Body) -> bool:
        """Take in the entry at *index*; False when it cannot stand there."""
        if isinstance(body, Genesis):
            return self._begin(index, body)
        return isinstance(body, KeyChange) and bool(self.eras) and self._turn(index, body)

    def _begin(self, index: int, genesis: Genesis) -> bool:
        key = _parsed(genesis.vkey)
        if key is None or key.name != genesis.origin:
            return False
        if index and not self._succeeds(index, genesis):
            return False
        self.eras.append(Era(index + 1 if index else 0, (key,)))
        return True

    def _succeeds(self, index: int, genesis: Genesis) -> bool:
        """A log within a log: it names the one before, is called otherwise, and owns to what was lost."""
        before = genesis.predecessor
        if not isinstance(before, entries.Predecessor) or not self.eras:
            return False
        lost = before.lost if isinstance(before.lost, int) else 0
        return before.origin == self.origin != genesis.origin and lost == max(0, before.size - index)

    def _turn(self, index: int, change: KeyChange) -> bool:
        key = _parsed(change.vkey)
        present = self.eras[-1].keys
        if key is None or key.name != self.origin:
            return False
        if change.event == "begun":
            if key in self or len(present) > 1:
                return False
            self._begun[present[0]] = (index, key)
            self.eras.append(Era(index + 1, (present[0], key)))
            return True
        if len(present) == 1 or key != present[0]:
            return False
        begun, after = self._begun[key]
        self.handovers.append(Handover(begun, key, after, index + 1))
        self.eras.append(Era(index + 1, (after,)))
        return True


def _parsed(vkey: str) -> VerifierKey | None:
    try:
        return VerifierKey.parse(vkey)
    except KeyInvalid:
        return None


def stored_chain(connection: Connection, unbegun: VerifierKey | None = None) -> KeyChain:
    """The chain that the stored entries tell; before the genesis, that of the key *unbegun* alone.

    Raises:
        EntryChanged: one of those entries is not as it was written, or cannot stand where it does.
    """
    chain = _chain(tuple((index, bytes(body)) for index, body in _TURNS.rows(connection)))
    return chain if chain.eras or unbegun is None else KeyChain([Era(0, (unbegun,))])


@lru_cache(maxsize=8)
def _chain(turns: tuple[tuple[int, bytes], ...]) -> KeyChain:
    chain = KeyChain()
    for index, content in turns:
        try:
            stands = chain.follow(index, entries.decode(content))
        except EntryInvalid as error:
            raise EntryChanged(index=index) from error
        if not stands:
            raise EntryChanged(index=index)
    return chain
