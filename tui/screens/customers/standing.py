"""How a customer stands, in words: banned, restricted, protected, ended.  First on the card, before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from core.customers.types import Status
from core.customers.words import BAN_NAMES, RESTRICTION_NAMES
from core.messages import N_, tr
from tui.screens.words import day, named
from tui.widgets.details import Piece, ReadRow, labelled
from tui.widgets.paint import QUIET, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.screens.customers.details import Facts

_ROOM: Final = 75
_NOTE_AT: Final = 49
_NOTE_ROOM: Final = 30


def standing_words(facts: Facts, language: str) -> str:
    """What to mind of the customer, in a row that fits; empty when there is nothing."""
    words = []
    if facts.customer.status is Status.ERASED:
        words.append(tr(N_("ERASED"), language))
    if facts.restrictions:
        words.append(tr(N_("PROCESSING RESTRICTED"), language))
    if facts.customer.protected_address:
        words.append(tr(N_("PROTECTED ADDRESS"), language))
    if facts.customer.status is Status.ENDED:
        words.append(tr(N_("RELATIONSHIP ENDED"), language))
    if facts.bans:
        names = ", ".join(named(BAN_NAMES, ban.kind, language) for ban in facts.bans)
        whole = [*words, tr(N_("HAS FORBIDDEN: {names}"), language, names=names)]
        if cell_len(" · ".join(whole)) <= _ROOM:
            return " · ".join(whole)
        words.append(tr(N_("BANS: {count}"), language, count=len(facts.bans)))
    return " · ".join(words)


def standing_rows(facts: Facts, language: str) -> Iterator[ReadRow]:
    """Each restriction and ban with its date and origin, and what a protected address means."""
    for restriction in facts.restrictions:
        ground = named(RESTRICTION_NAMES, restriction.ground, language)
        words = tr(N_("processing is restricted since {day}:"), language, day=day(restriction.since))
        yield labelled(tr(N_("RESTRICTED"), language), words)
        yield labelled("", f"{ground}: {restriction.detail}" if restriction.detail else ground)
    if facts.customer.protected_address:
        hidden = tr(N_("the address is for authorities alone"), language)
        yield labelled(tr(N_("PROTECTED ADDRESS"), language), hidden)
    for place, ban in enumerate(facts.bans):
        label = tr(N_("HAS FORBIDDEN"), language) if place == 0 else ""
        first, *more = wrap(", ".join(part for part in (day(ban.since), ban.origin) if part), _NOTE_ROOM)
        yield labelled(label, named(BAN_NAMES, ban.kind, language), note=first, note_at=_NOTE_AT)
        yield from ((Piece(_NOTE_AT, part, QUIET),) for part in more)
