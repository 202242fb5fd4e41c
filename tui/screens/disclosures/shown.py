"""What a preview shows: to whom, why and what, who is left out, and the bytes themselves."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from core.disclosure.gate import PDF
from core.disclosure.purposes import BASIS_NAMES
from core.messages import N_, tr
from core.text import safe_text
from tui.screens.words import fields_in_words, named
from tui.widgets.details import Piece, ReadRow, blank, heading, labelled, paragraph
from tui.widgets.paint import wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.disclosure.exits import Payload
    from core.disclosure.types import Plan

_WIDTH: Final = 76
_VALUE_WIDTH: Final = 56
_STEP: Final = 2
# Says to programs that the file is UTF-8; it is no letter of it.
_MARK: Final = "\ufeff"
# A file of thousands of rows is shown by its beginning; all of it is what leaves.
_FIRST_LINES: Final = 200


def head_rows(plan: Plan, language: str) -> list[ReadRow]:
    """Recipient, purpose, basis, data, persons; who is left out, by reason."""
    return [blank(), *plan_rows([plan], language)]


def plan_rows(plans: Sequence[Plan], language: str) -> list[ReadRow]:
    """The same of several plans (one at least) for one recipient and purpose, taken together."""
    plan = plans[0]
    persons = {each.subjects[item.id].customer_id for each in plans for item in each.items}
    fields = frozenset(field for each in plans for field in each.fields)
    rows: list[ReadRow] = [
        labelled(tr(N_("Recipient"), language), f"{plan.recipient.name} ({plan.country})"),
        labelled(tr(N_("Purpose"), language), tr(plan.purpose.name, language)),
        labelled(tr(N_("Legal basis"), language), named(BASIS_NAMES, plan.basis, language)),
        *_wrapped(tr(N_("Data"), language), fields_in_words(fields, language)),
        labelled(tr(N_("Persons"), language), str(len(persons))),
    ]
    reasons = Counter(left.sentence(language) for each in plans for left in each.left_out)
    for reason, count in reasons.most_common():
        rows += paragraph(tr(N_("Left out: {count}, {reason}"), language, count=count, reason=reason))
    held = sum(bool(fields) for each in plans for fields in each.withheld.values())
    if held:
        rows += paragraph(tr(N_("Part of the data is kept back from {count} persons."), language, count=held))
    return rows


def _wrapped(label: str, text: str) -> Iterator[ReadRow]:
    """A value that may need several rows: what leaves is never cut off."""
    for place, part in enumerate(wrap(text, _VALUE_WIDTH)):
        yield labelled(label if place == 0 else "", part)


def payload_rows(payloads: Sequence[Payload], language: str) -> list[ReadRow]:
    """The bytes that would leave, as text; of pages, the text that they were set from."""
    rows: list[ReadRow] = []
    for payload in payloads:
        rows += [blank(), heading(f"{payload.label} ({payload.media_type}, {len(payload.content)} B)")]
        if payload.media_type == PDF and payload.said is not None:
            rows += paragraph(tr(N_("The pages say this, and what the template itself says:"), language))
            lines = [line for text in _said(json.loads(payload.said)) for line in _broken(text)]
        else:
            lines = _lines(payload)
        rows += [(Piece(1, line),) for line in lines[:_FIRST_LINES]]
        if len(lines) > _FIRST_LINES:
            more = len(lines) - _FIRST_LINES
            rows += paragraph(tr(N_("… and {count} rows more."), language, count=more))
    return rows


def _lines(payload: Payload) -> list[str]:
    """The bytes as text in rows that fit."""
    charset = payload.media_type.rpartition("charset=")[2] if "charset=" in payload.media_type else "utf-8"
    # A line break between tags is for the eyes alone; every character shown is one that leaves.
    text = payload.content.decode(charset, errors="replace").removeprefix(_MARK).replace("><", ">\n<")
    return [row for line in text.split("\n") for row in _broken(line)]


def _broken(line: str) -> list[str]:
    shown = safe_text(line.rstrip("\r").replace("\t", "  "))
    return [shown[at : at + _WIDTH] for at in range(0, max(1, len(shown)), _WIDTH)]


def _said(value: Any, indent: int = 0) -> Iterator[str]:
    """Nested data as indented lines; what is empty is not said."""
    space = " " * indent
    if isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, dict | list):
                yield f"{space}{name}:"
                yield from _said(part, indent + _STEP)
            elif part not in ("", None):
                yield f"{space}{name}: {part}"
    elif isinstance(value, list):
        if all(isinstance(part, str) for part in value):
            yield f"{space}{', '.join(value)}"
        else:
            for part in value:
                yield from _said(part, indent)
    else:
        yield f"{space}{value}"
