"""A registration in words: its line in a list, and what it says beside what is known of whom it may mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.customers.types import ADDRESS_FIELDS
from core.customers.web_types import BY_NAMES
from core.customers.words import BAN_NAMES, FIELD_NAMES
from core.messages import N_, tr
from tui.screens.words import when
from tui.widgets.details import Piece, paragraph
from tui.widgets.paint import BOLD, HEADING, LABEL, PLAIN
from tui.widgets.record_table import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.customers.types import Customer
    from core.customers.web_seen import SeenRegistration
    from core.customers.web_types import WebRegistration
    from tui.widgets.details import ReadRow

_NOW, _MARK, _SAYS = 20, 46, 48


def registration_columns(language: str) -> list[Column[WebRegistration]]:
    """Urgency, number, when, form, who, and how many may be meant."""

    def who(one: WebRegistration) -> str:
        values = one.values or {}
        names = (values.get("last_name"), values.get("first_name"), values.get("organisation_name"))
        return " ".join(name for name in names if name)

    return [
        Column("", 1, lambda one: "!" if one.urgent else ""),
        Column(tr(N_("No."), language), 6, lambda one: str(one.id), "right"),
        Column(tr(N_("Written"), language), 16, lambda one: when(one.submitted_at)),
        Column(tr(N_("Form"), language), 14, lambda one: one.form),
        Column(tr(N_("Who"), language), 0, who),
        Column(tr(N_("May mean"), language), 9, lambda one: str(len(one.candidates) or "–"), "right"),
    ]


def registration_rows(seen: SeenRegistration, place: int, language: str) -> Iterator[ReadRow]:
    """The whole registration beside candidate *place*, from 0."""
    one = seen.registration
    meant = seen.candidates[place] if seen.candidates else None
    yield from paragraph(" · ".join((one.form, one.submission, when(one.submitted_at))), style=BOLD)
    yield (Piece(1, tr(N_("Who may be meant:"), language), HEADING),)
    if meant is None:
        yield from paragraph(tr(N_("nobody who is in the register; 5 makes a new customer"), language))
    for number, (customer, candidate) in enumerate(zip(seen.candidates, one.candidates, strict=True)):
        by = ", ".join(tr(BY_NAMES[name], language) for name in candidate.by)
        mark = "[x]" if number == place else "[ ]"
        yield (Piece(1, f"{mark} {customer.number} {customer.display_name} ({by})"),)
    yield (
        Piece(_NOW, tr(N_("Now"), language), HEADING),
        Piece(_SAYS, tr(N_("Says"), language), HEADING),
    )
    for field, value in (one.values or {}).items():
        yield _beside(field, value, meant, language)
    if one.bans:
        bans = ", ".join(tr(BAN_NAMES[ban], language) for ban in one.bans)
        yield from paragraph(tr(N_("Forbids: {bans}"), language, bans=bans))
    if seen.trail is not None and seen.trail.visits:
        count = len(seen.trail.visits)
        yield from paragraph(tr(N_("Pages visited before: {count}"), language, count=count))


def _beside(field: str, value: str, meant: Customer | None, language: str) -> ReadRow:
    name = Piece(1, tr(FIELD_NAMES[field], language), LABEL, _NOW - 2)
    now = None if meant is None else meant.values.as_dict()[field]
    if meant is not None and meant.protected_address and field in ADDRESS_FIELDS:
        return (name, Piece(_NOW, tr(N_("(protected address)"), language)))
    same = now == value
    return (
        name,
        Piece(_NOW, str(now or "-"), PLAIN, _MARK - _NOW - 1),
        Piece(_MARK, "=" if same else ">"),
        Piece(_SAYS, value, PLAIN if same else BOLD, 79 - _SAYS),
    )
