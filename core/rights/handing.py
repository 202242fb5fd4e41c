"""Handing a person what was made for their case: files in one that is encrypted, or pages for printing here.

The transfer decides the case where nobody has, and answers it once the file is there (`core.rights.answering`); the
case's event has the transfer's number and, sealed, the passphrase, which is told by another way than the file.

As a file it is a ZIP with AES-256 (the WinZip AE-2 format), which 7-Zip, WinZip, WinRAR, Keka and the like open, so that
the person needs no program of ours.  Its weak point is how it makes a key of a passphrase (PBKDF2, a thousand rounds),
so the program draws the passphrase: 99 bits, which no rounds have to protect.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import pyzipper

from core.documents.handover import Handout, give
from core.errors import Words
from core.messages import N_, tr
from core.rights import service as cases
from core.rights.answering import task_of
from core.rights.errors import CaseEnded, DecidedOtherwise, IdentityFirst, NobodyMeant, NotOfThisKind
from core.rights.reading import case as case_of
from core.rights.types import DECISION_NAMES, ENDED, KIND_NAMES, CaseDecision, EventKind, Identity
from core.rights.writing import for_change

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.disclosure.exits import FieldValue
    from core.disclosure.outcome import TransferFacts
    from core.documents.typesetter import Typesetter
    from core.register import Register
    from core.rights.types import Case, CaseKind

# As a file it is encrypted; as pages it is for printing here, to be given or posted on paper.
Form = Literal["zip", "pdf"]
FORMS: Final[tuple[Form, ...]] = ("zip", "pdf")
PURPOSE: Final = "legal_obligation"
MANIFEST: Final = "manifest.json"
# Without 0, 1, I, L and O, which are mistaken for each other when they are read out.
_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_GROUPS: Final = 4
_IN_GROUP: Final = 5
# Half the time of the usual level, for a few per cent more bytes.
_LEVEL: Final = 3
_GIVEN: Final = frozenset({CaseDecision.GRANTED, CaseDecision.PARTLY})


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to be handed over: ``files`` together as a ZIP, or ``pdf`` alone.

    ``told`` are the values it tells, by field of the notice; ``manifest`` has the rows of the register by table and the
    digest of each file; ``partly`` is whether a person kept something back.
    """

    case_number: int
    customer_id: int
    kind: str
    files: Mapping[str, bytes] = field(repr=False)
    told: Mapping[str, FieldValue] = field(repr=False)
    manifest: Mapping[str, Any] = field(repr=False)
    pdf: bytes | None = field(default=None, repr=False)
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What was handed over: the transfer, the file in the export folder (None: there is none), and what opens it.

    ``manifest`` says how many rows it has of each kind, and the digest of each file.
    """

    transfer: int
    state: str
    file: str | None
    passphrase: str | None = field(repr=False)
    manifest: Mapping[str, Any] = field(repr=False)


def askable(connection: Connection, case_number: int, kind: CaseKind) -> Case:
    """A case of *kind* that can be answered with what is held about its person.

    Raises:
        NoSuchCase, CaseEnded, NotOfThisKind, NobodyMeant, IdentityFirst.
    """
    case = case_of(connection, case_number)
    if case.kind is not kind:
        raise NotOfThisKind(number=case_number, kind=Words(KIND_NAMES[case.kind]))
    if case.state in ENDED:
        raise CaseEnded(number=case_number)
    if case.customer_id is None:
        raise NobodyMeant(number=case_number)
    if case.identity is not Identity.CONFIRMED:
        raise IdentityFirst(number=case_number)
    return case


def hand_over(register: Register, typesetter: Typesetter, actor: Actor, delivery: Delivery) -> Given:
    """Hand *delivery* to its person: into the export folder, encrypted unless it is pages for printing here.

    Raises:
        DecidedOtherwise, CaseEnded: the case was refused or closed meanwhile.
        Refused, LogFault, DatabaseUnavailable: see `core.disclosure.gate.Gate.release`; there is no file.
    """
    passphrase = None if delivery.pdf is not None else new_passphrase()
    content = delivery.pdf if passphrase is None else encrypted(delivery.files, passphrase)
    assert content is not None
    form: Form = "pdf" if passphrase is None else "zip"
    note = _Note(register, actor, delivery, passphrase, _facts(delivery, form, content))
    given = give(
        register,
        typesetter,
        actor,
        Handout(delivery.customer_id, delivery.kind, form, content, delivery.told),
        asked=tr(N_("request, case {number}"), actor.language, number=delivery.case_number),
        task=task_of(delivery.case_number),
        also=note.write,
    )
    return Given(given.result.number, str(given.result.state), given.name, passphrase, delivery.manifest)


def manifest(
    form: str,
    case_number: int,
    made_at: datetime,
    files: Mapping[str, bytes],
    *,
    rows: Mapping[str, int],
    **counts: int,
) -> dict[str, Any]:
    """What is in the files: rows of the register by table, further counts, and size and SHA-256 of each file."""
    return {
        "format": form,
        "case": case_number,
        "made_at": made_at.isoformat(),
        "rows": dict(rows),
        **counts,
        "files": {
            name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        },
    }


def manifest_bytes(made: Mapping[str, Any]) -> bytes:
    """A manifest as a file."""
    return (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode()


def new_passphrase() -> str:
    """A passphrase that can be read out on the telephone: ``7KQ2M-9PTXA-…``, 99 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def encrypted(files: Mapping[str, bytes], passphrase: str) -> bytes:
    """*files* in one, which opens with *passphrase* alone."""
    target = io.BytesIO()
    with pyzipper.AESZipFile(
        target, "w", compression=pyzipper.ZIP_DEFLATED, compresslevel=_LEVEL, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(passphrase.encode())
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class _Note:
    """What the case is told in the transfer's own unit of work."""

    register: Register
    actor: Actor
    delivery: Delivery
    passphrase: str | None
    facts: Mapping[str, Any]

    def write(self, uow: UnitOfWork, transfer: TransferFacts) -> None:
        """Decide the case where nobody has, and write the event with the transfer's number."""
        self._grant(uow)
        words = None
        if self.passphrase is not None:
            sentence = N_("Passphrase of the file: {passphrase}")
            words = tr(sentence, self.actor.language, passphrase=self.passphrase)
        cases.note(
            uow,
            self.register.keyring,
            self.actor,
            self.delivery.case_number,
            EventKind.PACKAGE,
            words=words,
            facts={"transfer": transfer.number, **self.facts},
        )

    def _grant(self, uow: UnitOfWork) -> None:
        number, partly = self.delivery.case_number, self.delivery.partly
        found = for_change(uow, number)
        if found.decision is not None:
            if found.decision not in _GIVEN:
                raise DecidedOtherwise(number=number, decision=Words(DECISION_NAMES[found.decision]))
            return
        left_out = N_("Words that name other persons are left out (GDPR 15(4)).")
        cases.decide(
            uow,
            self.register.keyring,
            self.actor,
            number,
            CaseDecision.PARTLY if partly else CaseDecision.GRANTED,
            reasons=tr(left_out, found.language) if partly else "",
            version=found.version,
        )


def _facts(delivery: Delivery, form: Form, content: bytes) -> dict[str, Any]:
    """Of an encrypted file the digest as well: it has a salt of its own, so nobody's data can be guessed from it."""
    facts: dict[str, Any] = {"form": form, "rows": sum(delivery.manifest["rows"].values())}
    return facts | ({"sha256": hashlib.sha256(content).hexdigest()} if form == "zip" else {})
