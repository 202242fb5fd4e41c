"""Every action as data: what it is called, which keys start it, where, and for whom.

The key bar, the main menu, the help screen, `docs/keys.md` and the dispatch of keys are all made from the tables of `tui.areas`,
so they cannot disagree.  A verb has the same keys on every screen, as on a green screen (CUA, 5250); each F-key has a
twin with Ctrl for terminals that keep F-keys to themselves, and nothing is on Shift+F-keys or Esc, which slow
terminals cannot tell apart from other sequences.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from tui.areas.customers import CUSTOMERS
from tui.areas.disclosures import DISCLOSURES
from tui.areas.house import HOUSE
from tui.areas.orders import ORDERS
from tui.areas.requests import REQUESTS
from tui.areas.updates import UPDATES
from tui.areas.web import WEB
from tui.verbs import EVERYWHERE, KEYS, Action

__all__ = ["ACTIONS", "EVERYWHERE", "KEYS", "Action", "actions_in", "shown_key"]

ACTIONS: Final[tuple[Action, ...]] = (*HOUSE, *CUSTOMERS, *ORDERS, *UPDATES, *DISCLOSURES, *REQUESTS, *WEB)


@cache
def actions_in(area: str) -> tuple[Action, ...]:
    """The actions of *area* and those that work everywhere, in the order of their keys."""
    own = [action for action in ACTIONS if action.area == area]
    verbs = {action.verb for action in own}
    shared = [action for action in ACTIONS if action.area == EVERYWHERE and action.verb not in verbs]
    order = list(KEYS)
    return tuple(sorted([*own, *shared], key=lambda action: order.index(action.verb)))


def shown_key(key: str) -> str:
    """A key as a person reads it: ``f1`` → ``F1``, ``ctrl+s`` → ``Ctrl+S``."""
    return "+".join(part.capitalize() for part in key.split("+"))
