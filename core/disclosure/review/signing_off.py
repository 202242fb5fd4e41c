"""Signing a review off: an entry in the log, and the reviewer's own signature under the checkpoint that holds it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from core.actor import require
from core.disclosure.log import proofs
from core.disclosure.log.cosignature import Cosigner, WitnessState, cosign
from core.disclosure.log.cosigned import add_cosignatures
from core.disclosure.log.note import VerifierKey
from core.disclosure.model import transfer_table
from core.disclosure.review import findings, look_check, looks, sampling
from core.disclosure.review.errors import DoubtUnexplained, NothingToReview, ReasonMissing
from core.disclosure.review.findings import FINDERS
from core.disclosure.review.model import review_table
from core.disclosure.review.signed import last_review, reviews
from core.disclosure.sealing import new_transfer_id, transfer_key
from core.disclosure.types import TransferState
from core.errors import RegisterError
from core.text import clean_block

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.database import Database, UnitOfWork
    from core.disclosure.log import DisclosureLog
    from core.disclosure.log.store import SignedCheckpoint
    from core.disclosure.review.signed import Review
    from core.keys import KeyRing


@dataclass(frozen=True, slots=True)
class SignedOff:
    """A review and the checkpoint that holds its entry; ``cosigner`` is the verification key that cosigned it.

    ``not_cosigned`` is why the key that was given did not: the review is in the log all the same.
    """

    review: Review
    checkpoint: SignedCheckpoint
    cosigner: str | None
    not_cosigned: RegisterError | None = None


def sign_off(
    database: Database,
    keyring: KeyRing,
    log: DisclosureLog,
    actor: Actor,
    *,
    words: str,
    key_file: Path | None,
) -> SignedOff:
    """Sign off what has come into the log since the last review.

    Looks that are not in the log yet are entered first.  With *key_file*, the reviewer's own key cosigns; without, the
    checkpoint is cosigned elsewhere (`rekisteri log cosign`) and the line brought back.

    Raises:
        NotPermitted: the actor's role does not review.
        ReasonMissing: no words about what was reviewed.
        NothingToReview: nothing is new.
        DoubtUnexplained: transfers are in doubt and no finding is open about them.
        AccessLogBroken: the access log is not what it was.
        KeyFileMissing, KeyFileExposed, KeyFileBroken: the reviewer's key cannot be used; nothing was written.
        LogFault: the log cannot be written or signed.
    """
    require(actor, *FINDERS)
    said = clean_block(words)
    if not said:
        raise ReasonMissing
    cosigner = None if key_file is None else Cosigner.load(key_file)
    with database.unit_of_work() as uow:
        looks.enter(uow, keyring, log)
        uow.commit()
    _check_accesses(database, log)
    held = log.sign()
    with database.unit_of_work() as uow:
        _record(uow, keyring, log, actor, said=said, held=held)
        uow.commit()
    signed = log.sign()
    with database.reading() as connection:
        (review,) = reviews(connection, 1)
    if cosigner is None or key_file is None:
        return SignedOff(review, signed, None)
    try:
        return SignedOff(review, signed, _cosign(database, log, signed, cosigner, key_file))
    except RegisterError as error:
        # The entry stands: that it is not cosigned, and why, is for the reviewer to know and to mend.
        return SignedOff(review, signed, None, error)


def _check_accesses(database: Database, log: DisclosureLog) -> None:
    """What came since the last sign-off; what was signed off before is `rekisteri log verify`'s to read again."""
    with database.reading() as connection:
        look_check.require_whole(connection, log, look_check.reviewed_up_to(connection, log))


def _record(
    uow: UnitOfWork,
    keyring: KeyRing,
    log: DisclosureLog,
    actor: Actor,
    *,
    said: str,
    held: SignedCheckpoint,
) -> None:
    connection = uow.connection
    last = last_review(connection)
    start = 0 if last is None else last.end_size
    # The last review's own entry is the first of this one's: alone it is nothing new.
    if held.size <= start + (last is not None):
        raise NothingToReview
    still_open = findings.findings(connection, only_open=True)
    doubtful = connection.execute(
        select(transfer_table.c.number).where(transfer_table.c.state == TransferState.IN_DOUBT)
    ).scalars()
    unexplained = set(doubtful) - {finding.transfer_number for finding in still_open}
    if unexplained:
        raise DoubtUnexplained(transfers=", ".join(map(str, sorted(unexplained))))
    sample = sampling.newest(connection)
    new = [it for it in findings.findings(connection) if last is None or it.made_at > last.signed_at]
    uuid = new_transfer_id(uow.now)
    sealed = transfer_key(keyring, uuid).seal(
        _sealed_part(actor, said, sample, new), b"review/1/" + uuid.encode()
    )
    members: dict[str, Any] = {
        "start": start,
        "end": held.size,
        "root": held.checkpoint.root.hex(),
        "verdict": "findings" if still_open or new else "accepted",
        "sampled": 0 if sample is None else len(sample.looked_at),
        "findings": len(new),
        "open": len(still_open),
    }
    index = log.append(uow, "review", {**members, "id": uuid, "sealed": hashlib.sha256(sealed).hexdigest()})
    connection.execute(
        insert(review_table).values(
            uuid=uuid,
            signed_at=uow.now,
            staff_id=actor.staff_id,
            staff_name=actor.name,
            start_size=start,
            end_size=held.size,
            root=held.checkpoint.root,
            verdict=members["verdict"],
            sampled=members["sampled"],
            findings=len(new),
            still_open=len(still_open),
            words=said,
            sealed=sealed,
            log_index=index,
        )
    )


def _sealed_part(
    actor: Actor, said: str, sample: sampling.Sample | None, new: list[findings.Finding]
) -> bytes:
    content = {
        "reviewer": actor.staff_id,
        "reviewer_name": actor.name,
        "words": said,
        "sample": None
        if sample is None
        else {
            "seed": sample.seed,
            "start": sample.start_size,
            "end": sample.end_size,
            "numbers": list(sample.numbers),
            "looked_at": sorted(sample.looked_at),
        },
        "findings": [
            {
                "number": it.id,
                "rule": it.rule,
                "transfer": it.transfer_number,
                "words": it.words,
                "state": it.state,
            }
            for it in new
        ],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


def state_file(key_file: Path) -> Path:
    """Where a reviewer's key remembers what it has signed, beside the key."""
    return key_file.with_name(f"{key_file.name}.state")


def _cosign(
    database: Database, log: DisclosureLog, signed: SignedCheckpoint, cosigner: Cosigner, key_file: Path
) -> str:
    state = WitnessState(state_file(key_file))
    before = state.seen(log.origin).size
    proof = None
    if before not in {0, signed.size}:
        with database.reading() as connection:
            proof = proofs.consistency_of(connection, before, signed.size)
    line = cosign(
        cosigner,
        state,
        signed.note.encode(),
        key=VerifierKey.parse(log.vkey),
        now=database.clock.now(),
        proof=proof,
    )
    with database.unit_of_work() as uow:
        add_cosignatures(uow, (signed.note + line).encode(), cosigner.key.vkey)
        uow.commit()
    return cosigner.key.vkey
