"""The course of a drill, step by step with times and counts, and its minutes as a document and as data."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from core.clock import HELSINKI
from core.documents.typesetter import Pages
from core.errors import RegisterError
from core.messages import N_, tr
from core.version import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

STEP_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "backup": N_("a fresh backup is made"),
        "verify": N_("the backup is verified, with the log inside"),
        "restore": N_("it is restored into a copy"),
        "person": N_("an invented person gets orders, invoices, changes, looks and a disclosure"),
        "access": N_("access: the package is made and handed over (Article 15)"),
        "held": N_("erasure is refused while an invoice is open, and says so"),
        "erasure": N_("erasure is carried out and read back (Article 17)"),
        "fence": N_("an import does not bring the person back"),
        "log": N_("the copy's disclosure log verifies"),
    }
)
FACT_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rows": N_("rows"),
        "bytes": N_("bytes"),
        "log_entries": N_("log entries"),
        "erased_again": N_("erased again"),
        "orders": N_("orders"),
        "invoices": N_("invoices"),
        "disclosures": N_("disclosures"),
        "looks": N_("looks"),
        "tables": N_("tables"),
        "files": N_("files"),
        "values": N_("values looked for"),
        "found": N_("places found"),
        "hold": N_("what prevented it"),
    }
)


@dataclass(slots=True)
class Step:
    """One step: its code (`STEP_NAMES`), seconds, facts; *problem* is what went wrong."""

    code: str
    seconds: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)
    problem: RegisterError | None = None


class Course:
    """How a drill goes, as it goes."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    @contextmanager
    def step(self, code: str) -> Iterator[dict[str, Any]]:
        """Time a step; whatever is put into the mapping stands in the minutes, and so does what it refuses."""
        step = Step(code)
        self.steps.append(step)
        began = time.monotonic()
        try:
            yield step.facts
        except RegisterError as error:
            step.problem = error
            raise
        finally:
            step.seconds = round(time.monotonic() - began, 2)


@dataclass(frozen=True, slots=True)
class Minutes:
    """What is filed: when, by whom, the steps; *next_on* is when the next drill is due."""

    held_at: datetime
    held_by: str
    steps: tuple[Step, ...]
    next_on: date
    dialect: str

    @property
    def passed(self) -> bool:
        """Whether every step was taken and went as it should."""
        return len(self.steps) == len(STEP_NAMES) and all(step.problem is None for step in self.steps)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return round(sum(step.seconds for step in self.steps), 2)

    def step(self, code: str) -> Step | None:
        """The step of a code; None when it was not come to."""
        return next((step for step in self.steps if step.code == code), None)

    def result(self, language: str) -> str:
        """The result in words."""
        return tr(N_("passed") if self.passed else N_("FAILED"), language)


def as_data(minutes: Minutes, language: str) -> dict[str, Any]:
    """The minutes for programs; nobody's data is in them."""
    return {
        "held_at": minutes.held_at.isoformat(),
        "held_by": minutes.held_by,
        "passed": minutes.passed,
        "seconds": minutes.seconds,
        "software": version(),
        "database": minutes.dialect,
        "next_on": minutes.next_on.isoformat(),
        "steps": [
            {
                "step": step.code,
                "seconds": step.seconds,
                "problem": None if step.problem is None else step.problem.explain(language).sentence,
                **step.facts,
            }
            for step in minutes.steps
        ],
    }


def as_json(minutes: Minutes, language: str) -> bytes:
    """The same as a file."""
    return json.dumps(as_data(minutes, language), ensure_ascii=False, indent=2).encode() + b"\n"


def pages(minutes: Minutes, publisher: str, language: str) -> Pages:
    """The minutes to be filed on paper."""
    held = minutes.held_at.astimezone(HELSINKI)
    template = files("core.documents").joinpath("templates", "review.typ").read_text(encoding="utf-8")
    about = [
        [tr(N_("Result"), language), minutes.result(language)],
        [tr(N_("Held by"), language), minutes.held_by],
        [tr(N_("Duration"), language), f"{seconds(minutes.seconds, language)} s"],
        [tr(N_("Program and database"), language), f"{version()}, {minutes.dialect}"],
        [tr(N_("Next drill by"), language), f"{minutes.next_on:%-d.%-m.%Y}"],
        [tr(N_("Signature"), language), ""],
    ]
    data = {
        "language": language,
        "title": tr(N_("Minutes of a fire drill: access and erasure"), language),
        "publisher": publisher,
        "made": f"{held:%-d.%-m.%Y %H:%M}",
        "page": tr(N_("Page {page} of {pages}"), language, page="{page}", pages="{pages}"),
        "nothing": "–",
        "sections": [
            {
                "heading": tr(N_("The drill"), language),
                "columns": [tr(N_("What"), language), tr(N_("Answer"), language)],
                "rows": about,
            },
            {
                "heading": tr(N_("Steps"), language),
                "columns": [
                    tr(name, language) for name in (N_("Step"), N_("Seconds"), N_("Counts"), N_("Result"))
                ],
                "rows": [_row(minutes, code, language) for code in STEP_NAMES],
            },
        ],
    }
    return Pages(template, data, held.date())


def seconds(number: float, language: str) -> str:
    """Seconds as the language writes them."""
    text = f"{number:.2f}"
    return text.replace(".", ",") if language == "fi" else text


def _row(minutes: Minutes, code: str, language: str) -> list[str]:
    step = minutes.step(code)
    name = tr(STEP_NAMES[code], language)
    if step is None:
        return [name, "–", "–", tr(N_("not come to"), language)]
    facts = ", ".join(f"{tr(FACT_NAMES[fact], language)} {value}" for fact, value in step.facts.items())
    problem = None if step.problem is None else step.problem.explain(language).sentence
    return [
        name,
        seconds(step.seconds, language),
        facts or "–",
        problem or tr(N_("as it should be"), language),
    ]
