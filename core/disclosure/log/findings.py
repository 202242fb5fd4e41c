"""What a verification finds: problems as sentences, and whether the entries tell a possible story."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from core.disclosure.log.entries import Genesis, Intent, kind_of
from core.disclosure.log.errors import StoryBroken
from core.messages import N_, ntr, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.disclosure.log.entries import Body, Outcome
    from core.disclosure.log.note import VerifierKey
    from core.errors import RegisterError

MAX_PROBLEMS: Final = 100


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The result of a verification.

    ``problems`` are the first hundred of ``problem_count``, each explainable in each language; ``open_intents`` have
    no outcome yet, ``doubtful`` have one that leaves a doubt; ``unsigned`` entries follow the last checkpoint.
    """

    origin: str
    vkey: str
    size: int
    root: bytes
    signed_size: int
    kinds: Mapping[str, int]
    checkpoints: int
    open_intents: int
    doubtful: int
    problems: tuple[RegisterError, ...]
    problem_count: int

    @property
    def verified(self) -> bool:
        """Whether everything holds."""
        return self.problem_count == 0

    @property
    def unsigned(self) -> int:
        """How many entries no checkpoint covers yet."""
        return self.size - max(self.signed_size, 0)

    def sentences(self, language: str) -> list[str]:
        """The report in words: what was verified, or each problem with its advice."""
        counts = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items()))
        lines = [
            ntr(
                N_("{count} entry of {origin} read ({kinds}), {checkpoints} checkpoints checked."),
                "{count} entries of {origin} read ({kinds}), {checkpoints} checkpoints checked.",
                self.size,
                language,
                origin=self.origin,
                kinds=counts or "-",
                checkpoints=self.checkpoints,
            )
        ]
        if self.open_intents or self.doubtful:
            lines.append(
                tr(
                    N_("Transfers without an outcome: {open}; in doubt: {doubtful}."),
                    language,
                    open=self.open_intents,
                    doubtful=self.doubtful,
                )
            )
        if self.unsigned:
            lines.append(tr(N_("Entries not signed yet: {unsigned}."), language, unsigned=self.unsigned))
        if self.verified:
            return [*lines, tr(N_("The log verifies. Root: {root}"), language, root=self.root.hex())]
        told = [problem.explain(language) for problem in self.problems]
        return [
            *lines,
            tr(N_("THE LOG DOES NOT VERIFY. Problems: {count}"), language, count=self.problem_count),
            *(f"- {one.sentence}" for one in told),
            # The same advice is given once.
            *dict.fromkeys(one.advice for one in told),
        ]


@dataclass(slots=True)
class Findings:
    """Collects problems: counts all, keeps the first hundred."""

    problems: list[RegisterError] = field(default_factory=list)
    count: int = 0

    def add(self, problem: RegisterError) -> None:
        """One more."""
        self.count += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)


class Story:
    """Follows the entries in order: one beginning, each outcome after its intent, nothing settled twice."""

    def __init__(self, key: VerifierKey, findings: Findings) -> None:
        self._key = key
        self._findings = findings
        self.kinds: Counter[str] = Counter()
        self._open: dict[str, int] = {}
        self._doubtful: dict[str, int] = {}
        self._settled: set[bytes] = set()

    @property
    def open_intents(self) -> int:
        """How many intents have no outcome."""
        return len(self._open)

    @property
    def doubtful(self) -> int:
        """How many intents have an outcome that leaves a doubt."""
        return len(self._doubtful)

    def follow(self, index: int, body: Body) -> None:
        """The next entry."""
        self.kinds[kind_of(body)] += 1
        if isinstance(body, Genesis):
            fits = index == 0 and (body.origin, body.vkey) == (self._key.name, self._key.vkey)
        else:
            follows = self._intend(body) if isinstance(body, Intent) else self._settle(body)
            fits = follows and index > 0
        if not fits:
            self._findings.add(StoryBroken(index=index))

    def _intend(self, intent: Intent) -> bool:
        known = intent.id in self._open or intent.id in self._doubtful or _packed(intent.id) in self._settled
        if not known:
            self._open[intent.id] = intent.count
        return not known

    def _settle(self, outcome: Outcome) -> bool:
        count = self._open.pop(outcome.intent, None) or self._doubtful.pop(outcome.intent, None)
        if count is None:
            return False
        if outcome.in_doubt:
            self._doubtful[outcome.intent] = count
        else:
            self._settled.add(_packed(outcome.intent))
        return outcome.delivered + outcome.refused + outcome.not_sent + outcome.in_doubt == count


def _packed(identifier: str) -> bytes:
    return bytes.fromhex(identifier.replace("-", ""))
