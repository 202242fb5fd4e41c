"""What a verification finds: problems as sentences, and whether the entries tell a possible story."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from core.disclosure.log import events
from core.disclosure.log.entries import KIND_OF_TYPE, Genesis, Intent, Outcome
from core.disclosure.log.errors import StoryBroken
from core.disclosure.log.keychain import KeyChain
from core.messages import N_, ntr, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.disclosure.log.entries import Body
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


_INDEX_BITS: Final = 32


class Story:
    """Follows the entries in order: one beginning, each outcome after its intent, nothing settled twice.

    ``chain`` is what the entries tell of the keys; ``resumed`` are the ranges that were put back after a restore.
    """

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.chain = KeyChain()
        self._counts: Counter[type[Body]] = Counter()
        # What each kind's entries must fit; the other kinds' always do.
        self._ways: dict[type[Body], Callable[[int, Any], bool]] = {
            Intent: self._intend,
            Outcome: self._settle,
            Genesis: self.chain.follow,
            events.KeyChange: self.chain.follow,
            events.Resume: self._resume,
            events.ClockStep: self._clock,
            events.Anchor: self._anchor,
            events.Review: self._review,
        }
        self.resumed: list[range] = []
        self._promises: list[tuple[int, int, str]] = []
        self._ts = 0
        self._open: dict[str, int] = {}
        self._doubtful: dict[str, int] = {}
        # Place and count of each settled intent in one number: a log of a million entries holds half as many.
        self._settled: dict[bytes, int] = {}
        self._restatable: dict[bytes, int] = {}

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
        kind = type(body)
        self._counts[kind] += 1
        follow = self._ways.get(kind)
        fits = follow is None or follow(index, body)
        if not (fits and (index > 0 or kind is Genesis)):
            self._findings.add(StoryBroken(index=index))
        self._ts = body.ts

    @property
    def kinds(self) -> Mapping[str, int]:
        """How many entries there are of each kind."""
        return {KIND_OF_TYPE[kind]: count for kind, count in self._counts.items()}

    def _anchor(self, index: int, anchor: events.Anchor) -> bool:
        return self._promise(index, anchor.size, anchor.root)

    def _review(self, index: int, review: events.Review) -> bool:
        return self._promise(index, review.end, review.root)

    def _clock(self, _index: int, step: events.ClockStep) -> bool:
        return step.before == self._ts

    def _resume(self, index: int, resume: events.Resume) -> bool:
        """What was put back is told in full; its outcomes may be stated again, since the tables forgot them."""
        put_back = range(resume.start, resume.end)
        for packed, settled in list(self._settled.items()):
            if settled >> _INDEX_BITS in put_back:
                del self._settled[packed]
                self._restatable[packed] = settled & (1 << _INDEX_BITS) - 1
        self.resumed.append(put_back)
        promised = self._promise(index, resume.end, resume.root)
        return promised and resume.end == index and resume.start < resume.end

    def _promise(self, index: int, size: int, root: str) -> bool:
        self._promises.append((index, size, root))
        return size <= index

    def compare_promises(self, root_at: Callable[[int], bytes]) -> None:
        """Entries that name a root must name the tree's; *root_at* gives it for each size up to the log's."""
        for index, size, root in self._promises:
            if size <= index and root_at(size).hex() != root:
                self._findings.add(StoryBroken(index=index))

    def _intend(self, _index: int, intent: Intent) -> bool:
        packed = _packed(intent.id)
        known = (
            intent.id in self._open
            or intent.id in self._doubtful
            or packed in self._settled
            or packed in self._restatable
        )
        if not known:
            self._open[intent.id] = intent.count
        return not known

    def _settle(self, index: int, outcome: Outcome) -> bool:
        packed = _packed(outcome.intent)
        count = (
            self._open.pop(outcome.intent, None)
            or self._doubtful.pop(outcome.intent, None)
            or self._restatable.pop(packed, None)
        )
        if count is None:
            return False
        if outcome.in_doubt:
            self._doubtful[outcome.intent] = count
        else:
            self._settled[packed] = index << _INDEX_BITS | count
        return outcome.delivered + outcome.refused + outcome.not_sent + outcome.in_doubt == count


def _packed(identifier: str) -> bytes:
    return bytes.fromhex(identifier.replace("-", ""))
