"""What a statement says."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from core.messages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.customers.web_told import ToldRegistration
    from core.errors import RegisterError

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

FAULT_SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unsigned": N_("Nothing in the log is signed yet."),
        "tail_unsigned": N_("{count} entries at the end of the log are not signed yet."),
        "log": N_("The log does not hold: {reason}"),
        "root": N_("The entries of the log do not give the root that was signed."),
        "entry": N_("Entry {index} of the log cannot be read."),
        "repeated": N_("Entry {index} of the log repeats another transfer's id."),
        "lines_missing": N_(
            "The register has lost the lines of transfer {transfer}: whether you are in it cannot be told."
        ),
        "lines_changed": N_("The lines of transfer {transfer} are not those that the log was signed with."),
        "not_indexed": N_(
            "A line of transfer {transfer} bears your mark, though the register no longer says that it is yours."
        ),
        "not_tagged": N_(
            "The register says that a line of transfer {transfer} is yours, but it does not bear your mark."
        ),
        "not_logged": N_("{count} lines of transfers have no entry in the log."),
        "mine_not_logged": N_("A transfer about you ({transfer}) has no entry in the log."),
        "look_lines_missing": N_(
            "The register has lost the looks of entry {transfer}: whether you are among them cannot be told."
        ),
        "look_lines_changed": N_("The looks of entry {transfer} are not those that the log was signed with."),
        "look_not_indexed": N_(
            "A look in entry {transfer} bears your mark, though the access log no longer says that it was at you."
        ),
        "look_not_tagged": N_(
            "The access log says that a look in entry {transfer} was at you, but it does not bear your mark."
        ),
        "look_not_logged": N_("{count} looks have no entry in the disclosure log."),
        "look_changed": N_("A look in entry {transfer} is not what was entered into the disclosure log."),
        "look_waiting": N_("{count} looks at you could not be entered into the disclosure log yet."),
        "facts": N_("What the register says of transfer {transfer} is not what the log says."),
        "outcome": N_("What came of transfer {transfer} is not what the log says."),
        "content": N_("What left in transfer {transfer} cannot be opened with your key."),
    }
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that does not hold; the statement says so plainly.  ``code`` is one of `FAULT_SENTENCES`."""

    code: str
    data: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    cause: RegisterError | None = None

    def sentence(self, language: str) -> str:
        """In words."""
        reason = {} if self.cause is None else {"reason": self.cause.explain(language).sentence}
        return tr(FAULT_SENTENCES[self.code], language, **self.data, **reason)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who actually got it (CJEU C-154/21), as registered on that day; ``name`` is the code when the record is lost.

    ``role`` is processor, controller, staff or subject; ``safeguard`` and ``necessity`` outside the EU/EEA only.
    """

    code: str
    name: str
    country: str
    role: str = ""
    business_id: str | None = None
    necessity: str | None = None
    safeguard: str | None = None


@dataclass(frozen=True, slots=True)
class Proofs:
    """A receipt as two files: the `.tlog-proof` of the entry, and the proof of the person's line in it."""

    entry: bytes = field(repr=False)
    line: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosure; ``number`` is the intent's place in the log, ``line`` the person's row in the transfer.

    ``state`` is delivered, refused, in_doubt, under_way or not_sent; ``settled_by`` is where the log has it from: answer,
    inquiry, person or recovery (None: there is no outcome yet).  ``content`` is what left, field name to value;
    None when it cannot be opened.  ``categories`` are the person's own where the content is open, else the transfer's.
    ``proofs`` is None while the log's signature does not reach the entry.
    """

    number: int
    transfer_id: str
    line: int
    at: datetime
    receiver: Receiver
    purpose: str
    basis: str
    categories: tuple[str, ...]
    content: Mapping[str, Any] | None = field(repr=False)
    channel: str
    environment: str
    state: str
    settled_by: str | None
    pending: bool
    persons: int
    staff: str | None
    proofs: Proofs | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Consultation:
    """One look: when, what was done, for which task or purpose, by whom (a pseudonym; None: the program).

    ``number`` and ``line`` are its place in the log: the entry, and the row among that entry's looks; None when it is
    not entered.  ``proofs`` as for a disclosure.
    """

    at: datetime
    action: str
    task: str
    detail: str | None
    staff: str | None
    number: int | None = None
    line: int | None = None
    proofs: Proofs | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Completeness:
    """What was gone through: every transfer with its lines and every look in the log, and which signed log that was."""

    transfers: int
    lines: int
    looks: int
    size: int
    signed_size: int
    root: bytes
    origin: str
    vkey: str
    doubts: tuple[Doubt, ...]

    @property
    def proved(self) -> bool:
        """Whether it is shown that no disclosure and no look is left out."""
        return not self.doubts


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything about one person; times are UTC, the oldest first.

    ``registrations`` came through the company's site.  ``disclosed`` is every intent that is not proved not sent; ``not_sent`` are those that are, and those of which a
    member of staff has recorded so.
    """

    customer_id: int
    number: str
    name: str
    made_at: datetime
    register: str
    controller: str
    contact: str
    disclosed: tuple[Disclosure, ...]
    not_sent: tuple[Disclosure, ...]
    consultations: tuple[Consultation, ...]
    completeness: Completeness
    registrations: tuple[ToldRegistration, ...] = ()
