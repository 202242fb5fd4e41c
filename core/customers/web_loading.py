"""Reading a file of registrations in: chunk by chunk, each line with an outcome, none twice, going on after a stop."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select, update

from core.actor import Role, require
from core.batches.errors import SomebodyElse
from core.batches.types import Progress
from core.customers import places
from core.customers.web_deciding import Receiving
from core.customers.web_errors import SameIdOtherContent
from core.customers.web_model import web_file_table, web_registration_table
from core.customers.web_reads import file_of
from core.customers.web_types import QUARANTINED, REPEATED
from core.customers.web_visits import seal_waiting
from core.errors import InvalidInput, Where
from core.reasons import open_file, reason_of
from core.staff.access_log import Access, record_access
from core.tabular import CannotWrite
from core.tabular.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from core.actor import Actor
    from core.batches.types import Watcher
    from core.customers.web_types import ReadLine, Submission, WebFile
    from core.database import UnitOfWork
    from core.register import Register

    # The site's format, given by the front end: lines of a stream after a number, and a refused line for quarantine.
    ReadLines = Callable[..., Iterator[ReadLine]]
    Quarantined = Callable[[ReadLine, str], str]

CHUNK: Final = 200
_BLOCK: Final = 1 << 20
_web: Final = web_registration_table.c
_file: Final = web_file_table.c


@dataclass(frozen=True, slots=True)
class Format:
    """How the site writes: the reader of lines, and how a refused line stands in the quarantine file."""

    read_lines: ReadLines
    quarantined: Quarantined


def load(
    register: Register, actor: Actor, path: Path, form: Format, *, progress: Watcher | None = None
) -> WebFile:
    """Read *path* in, or go on where an interrupted reading ended; one that was read whole is only told about again.

    Raises:
        NotPermitted: the actor's role does not load.
        Unreadable: the file cannot be read; nothing was done with the rest of it.
        CannotWrite: the quarantine file cannot be written; call again when there is room.
        SomebodyElse: somebody else is reading the same file.
    """
    require(actor, Role.IMPORTER)
    try:
        with open_file(path) as stream:
            digest, total = _fingerprint(stream)
            file = _begin(register, actor, path.name, digest)
            if file.again:
                return file
            stream.seek(0)
            if _path(register, file).exists():
                _trim(_path(register, file), file.position)
            lines = form.read_lines(stream, register.clock.now(), after=file.position)
            while chunk := list(islice(lines, CHUNK)):
                file = _take(register, actor, file, form, chunk)
                if progress is not None and progress(Progress(file.position, total, file.counts)) is False:
                    return file
    except OSError as error:
        raise Unreadable(where=Where(file=path.name), reason=reason_of(error)) from error
    with register.database.unit_of_work() as uow:
        file = _moved(uow, file, finished_at=uow.now)
        uow.commit()
    return file


def _fingerprint(stream: BinaryIO) -> tuple[str, int]:
    digest, lines = hashlib.sha256(), 0
    while block := stream.read(_BLOCK):
        digest.update(block)
        lines += block.count(b"\n")
    return digest.hexdigest(), lines


def _begin(register: Register, actor: Actor, name: str, digest: str) -> WebFile:
    with register.database.unit_of_work() as uow:
        known = select(web_file_table).where(_file.digest == digest).order_by(_file.id.desc()).limit(1)
        row = uow.connection.execute(known).mappings().first()
        if row is not None:
            return file_of(row, again=row["finished_at"] is not None)
        row = (
            uow.connection.execute(
                insert(web_file_table)
                .values(
                    name=name,
                    digest=digest,
                    position=0,
                    counts={},
                    started_at=uow.now,
                    actor_id=actor.staff_id,
                    actor_name=actor.name,
                )
                .returning(web_file_table)
            )
            .mappings()
            .one()
        )
        seal_waiting(uow, register.keyring)
        task, detail = f"web registrations {row['id']}", name
        record_access(uow, actor, action=Access.CHANGE, customer_id=None, task=task, detail=detail)
        uow.commit()
    return file_of(row)


def _take(
    register: Register, actor: Actor, file: WebFile, form: Format, chunk: Sequence[ReadLine]
) -> WebFile:
    """One chunk in its transaction; what is refused stands in the quarantine file before the chunk counts."""
    with register.database.unit_of_work() as uow:
        # Before anybody is looked for, so that no other reading adds the same person in between.
        places.lock(uow.connection)
        receiving = Receiving(uow, register.keyring, actor, file.id)
        counts: Counter[str] = Counter()
        refused: list[str] = []
        for line in chunk:
            outcome = _outcome(receiving, line)
            if isinstance(outcome, InvalidInput):
                explanation = outcome.explain(actor.language)
                refused.append(form.quarantined(line, f"{explanation.sentence} {explanation.advice}".strip()))
                counts[QUARANTINED] += 1
            else:
                counts[outcome] += 1
        path = file.quarantine_file
        if refused:
            path = str(_path(register, file))
            _write(_path(register, file), refused, os.O_APPEND)
        file = _moved(
            uow,
            file,
            position=chunk[-1].number,
            counts=dict(Counter(file.counts) + counts),
            quarantine_file=path,
        )
        uow.commit()
    return file


def _outcome(receiving: Receiving, line: ReadLine) -> str | InvalidInput:
    found = line.found
    if isinstance(found, InvalidInput):
        return found
    known = _digest_of(receiving.uow, found)
    if known is None:
        return str(receiving.take(found))
    if known == receiving.keyring.keyed_digest(b"web-submission", found.digest):
        return REPEATED
    return SameIdOtherContent(where=Where(row=line.number, field="id"), id=found.id)


def _digest_of(uow: UnitOfWork, submission: Submission) -> bytes | None:
    found: bytes | None = uow.connection.execute(
        select(_web.digest).where(_web.submission == submission.id)
    ).scalar()
    return found


def _path(register: Register, file: WebFile) -> Path:
    return register.config.files.quarantine_directory / f"web-{file.id}.jsonl"


def _trim(path: Path, position: int) -> None:
    """Take away what a chunk that was not finished has left in the quarantine file."""
    kept = [line for line in _written(path) if json.loads(line)["quarantine"]["row"] <= position]
    _write(path, kept, os.O_TRUNC)


def _written(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _write(path: Path, lines: Sequence[str], how: int) -> None:
    """Put *lines* into the quarantine file, on the disk when this returns.

    Raises:
        CannotWrite: the disk refused.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | how | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8") as stream:
            stream.writelines(f"{line}\n" for line in lines)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise CannotWrite(where=Where(file=str(path)), reason=reason_of(error)) from error


def _moved(uow: UnitOfWork, file: WebFile, **values: object) -> WebFile:
    row = (
        uow.connection.execute(
            update(web_file_table)
            .where(_file.id == file.id, _file.position == file.position)
            .values(**values)
            .returning(web_file_table)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise SomebodyElse(number=file.id)
    return file_of(row)
