"""After a restore: the missing end of the log is put back from a copy; where there is none, a successor names the loss.

A size that was signed is never signed with another tree.  So a log that lacks entries which were signed stays shut
until they are back (`resume`), or is closed for good: a successor goes on with what is left, under another name and
key, and says in its genesis how far the lost log had come (`succeed`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.disclosure.log import entries, store
from core.disclosure.log.checkpoint import Checkpoint
from core.disclosure.log.copy import Copy
from core.disclosure.log.entries import Genesis, Intent, Outcome, Predecessor
from core.disclosure.log.errors import LogWentBack, MarkBroken, MarkMissing
from core.disclosure.log.events import Resume
from core.disclosure.log.export import opened_by_any
from core.disclosure.log.high_water import HighWaterMark
from core.disclosure.log.keeping_errors import CopyDiffers, LossUnknown, NotBehind, StillBroken, WrongKey
from core.disclosure.log.keychain import stored_chain
from core.disclosure.log.note import SignerKey, parse_note
from core.disclosure.log.rotation import install
from core.disclosure.log.signing import LogSigner, next_key_file, read_key
from core.disclosure.log.store import milliseconds
from core.keys import write_secret_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.database import UnitOfWork
    from core.disclosure.log.keychain import KeyChain
    from core.disclosure.log.service import DisclosureLog
    from core.disclosure.log.store import SignedCheckpoint
    from core.disclosure.log.tree import CompactRange


@dataclass(frozen=True, slots=True)
class Resumed:
    """What came back: entries ``start`` to ``end``, their transfers, and the checkpoint that was signed over all."""

    start: int
    end: int
    intents: tuple[Intent, ...]
    outcomes: tuple[Outcome, ...]
    signed: SignedCheckpoint


def _marked(log: DisclosureLog, held: Sequence[Checkpoint]) -> list[Checkpoint]:
    """What is known to have been signed: the mark, and checkpoints that somebody holds."""
    known = [one for one in held if one.origin == log.origin]
    if log.mark is not None:
        try:
            known.append(log.mark.read())
        except (MarkMissing, MarkBroken):
            # A lost mark is replaced by what others hold.
            if not known:
                raise
    return known


def _intact(log: DisclosureLog) -> CompactRange:
    """The log in the database, whole in itself.

    Raises:
        StillBroken: more is wrong than that the end is missing.
    """
    for problem in log.verify().problems:
        # Keys that were changed after the backup was made are named by the entries that are missing.
        if not isinstance(problem, LogWentBack | MarkMissing | MarkBroken | WrongKey):
            raise StillBroken from problem
    with log.database.reading() as connection:
        return store.head(connection)


def resume(log: DisclosureLog, directory: Path, *, source: str, held: Sequence[Checkpoint] = ()) -> Resumed:
    """Put back the entries that the database lacks, from the copy in *directory*, and sign again.

    The copy's tree must begin with the database's and pass through the high-water mark and every held checkpoint.

    Args:
        log: the log, closed or not.
        directory: a mirror or an export.
        source: ``mirror`` or ``export``: what the entry says.
        held: checkpoints of this log that others hold.

    Raises:
        NotBehind: nothing is missing.
        StillBroken: the database's part does not verify.
        CopyTooShort, CopyDiffers: the copy cannot be used; nothing was written.
        LogFault: the log could not be signed afterwards.
    """
    begun = _intact(log)
    with log.database.reading() as connection:
        chain = stored_chain(connection, log.signer.verifier)
    copy = Copy(directory)
    promises = [*_marked(log, held), copy.checkpoint(chain, log.signer.verifiers)]
    if begun.size >= max(promise.size for promise in promises):
        raise NotBehind(size=begun.size)
    tail = copy.continued(begun, promises)
    put_back = [entries.decode(entry) for entry in tail]
    end = begun.size + len(tail)
    with log.database.unit_of_work() as uow:
        for body, content in zip(put_back, tail, strict=True):
            store.append(uow.connection, body)
            if entries.encode(body) != content:
                raise CopyDiffers(path=str(directory), detail=entries.kind_of(body))
        stack = store.head(uow.connection)
        told = Resume(
            ts=max(milliseconds(uow.now), put_back[-1].ts),
            source=source,
            start=begun.size,
            end=end,
            root=stack.root().hex(),
        )
        store.append(uow.connection, told)
        _put_back_checkpoints(uow, copy)
        uow.commit()
    _mend_mark(log, promises)
    signed = log.sign_examined()
    return Resumed(
        begun.size,
        end,
        tuple(body for body in put_back if isinstance(body, Intent)),
        tuple(body for body in put_back if isinstance(body, Outcome)),
        signed,
    )


def _put_back_checkpoints(uow: UnitOfWork, copy: Copy) -> None:
    """The copy's checkpoints that the database lacks: without those of an overlap nobody could follow from key to key."""
    chain = stored_chain(uow.connection)
    tree = store.tile_tree(uow.connection, store.head(uow.connection).size)
    found: dict[int, SignedCheckpoint] = {}
    for content in copy.notes():
        checkpoint = opened_by_any(content, chain)
        if checkpoint is None or checkpoint.size > tree.size or tree.root(checkpoint.size) != checkpoint.root:
            continue
        # Signatures of others are kept beside a checkpoint, not in it.
        own = {(key.name, key.id) for key in chain.at(checkpoint.size)}
        lines = content.decode().removeprefix(f"{checkpoint.text}\n").splitlines(keepends=True)
        ours = [
            line
            for line, signature in zip(lines, parse_note(content).signatures, strict=True)
            if (signature.name, signature.key_id) in own
        ]
        note = f"{checkpoint.text}\n{''.join(ours)}"
        found[checkpoint.size] = store.SignedCheckpoint(checkpoint, note, uow.now)
    before = store.signed_size(uow.connection)
    for size, signed in sorted(found.items()):
        if before is not None and size > before and store.store_checkpoint(uow.connection, before, signed):
            before = size


def _mend_mark(log: DisclosureLog, promises: list[Checkpoint]) -> None:
    if log.mark is None:
        return
    try:
        log.mark.read()
    except (MarkMissing, MarkBroken):
        log.mark.write(max(promises, key=lambda promise: promise.size))


def succeed(
    log: DisclosureLog, origin: str, *, policy: str, software: str, held: Sequence[Checkpoint] = ()
) -> SignedCheckpoint:
    """Close the log and begin its successor *origin*, which goes on with the entries that are left.

    May be called again when the machine stopped half-way.

    Raises:
        NotBehind: nothing is missing.
        LossUnknown: nobody says how far the lost log had been signed.
        StillBroken: what is left does not verify.
        FileUnwritable, KeyFileExists: the key files cannot be changed.
    """
    path = log.signer.path
    if path is None or log.mark is None:
        raise LossUnknown
    with log.database.reading() as connection:
        chain = stored_chain(connection, log.signer.verifier)
    if not _is_begun(chain, log):
        begun = _intact(log)
        last = _lost(log, begun, held)
        key = _successor_key(path, origin)
        genesis = Genesis(
            ts=0,
            origin=origin,
            vkey=key.verifier.vkey,
            policy=policy,
            software=software,
            predecessor=Predecessor(
                origin=last.origin, size=last.size, root=last.root.hex(), lost=last.size - begun.size
            ),
        )
        with log.database.unit_of_work() as uow:
            log.append(uow, "genesis", _at(genesis, milliseconds(uow.now)))
            uow.commit()
    return _take_over(log, path)


def branch(log: DisclosureLog, origin: str, *, policy: str, software: str) -> SignedCheckpoint:
    """Let the log of a *copy* of the register go on as *origin*, under a key of its own: the real key signs nothing there.

    Raises:
        LogFault: the log could not be signed.
        FileUnwritable, KeyFileExists: the copy's key files cannot be changed.
    """
    path = log.signer.path
    assert path is not None
    assert log.mark is not None
    with log.database.reading() as connection:
        stack = store.head(connection)
    last = Checkpoint(log.origin, stack.size, stack.root())
    log.mark.write(last)
    key = _successor_key(path, origin)
    genesis = Genesis(
        ts=0,
        origin=origin,
        vkey=key.verifier.vkey,
        policy=policy,
        software=software,
        predecessor=Predecessor(origin=last.origin, size=last.size, root=last.root.hex()),
    )
    with log.database.unit_of_work() as uow:
        log.append(uow, "genesis", _at(genesis, milliseconds(uow.now)))
        uow.commit()
    return _take_over(log, path)


def _at(genesis: Genesis, ts: int) -> Genesis:
    return Genesis(
        ts=ts,
        origin=genesis.origin,
        vkey=genesis.vkey,
        policy=genesis.policy,
        software=genesis.software,
        predecessor=genesis.predecessor,
    )


def _is_begun(chain: KeyChain, log: DisclosureLog) -> bool:
    """Whether an earlier attempt has written the successor's genesis, and stopped before its mark was set."""
    if len(chain.eras) == 1 or not set(chain.eras[-1].keys) <= set(log.signer.verifiers):
        return False
    assert log.mark is not None
    return not HighWaterMark(log.mark.path, chain.origin).agrees()


def _lost(log: DisclosureLog, begun: CompactRange, held: Sequence[Checkpoint]) -> Checkpoint:
    try:
        known = _marked(log, held)
    except (MarkMissing, MarkBroken) as error:
        raise LossUnknown from error
    last = max(known, key=lambda one: one.size)
    if last.size <= begun.size:
        raise NotBehind(size=begun.size)
    return last


def _successor_key(path: Path, origin: str) -> SignerKey:
    following = next_key_file(path)
    if following.exists() and read_key(following).name == origin:
        return read_key(following)
    key = SignerKey.create(origin)
    write_secret_file(following, key.skey.encode() + b"\n")
    return key


def _take_over(log: DisclosureLog, path: Path) -> SignedCheckpoint:
    """The successor's key takes the place of the old one, which signs nothing any more; then the first signature."""
    if next_key_file(path).exists():
        install(next_key_file(path), path)
    log.signer = LogSigner.load(path)
    with log.database.reading() as connection:
        stack = store.head(connection)
    assert log.mark is not None
    log.mark.set_aside(stack.size)
    log.mark = HighWaterMark(log.mark.path, log.signer.origin)
    log.mark.write(Checkpoint(log.signer.origin, stack.size, stack.root()))
    return log.sign_examined()
