"""What an action is: its keys, its words, and whom it is for; the tables of `tui.areas` are made of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.actor import Role

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "help": ("f1", "ctrl+g"),
    "change": ("f2", "ctrl+o"),
    "exit": ("f3", "ctrl+x"),
    "lookup": ("f4", "ctrl+p"),
    "refresh": ("f5", "ctrl+r"),
    "new": ("f6", "ctrl+n"),
    "check": ("f7", "ctrl+f"),
    "send": ("f8", "ctrl+d"),
    "more": ("f9", "ctrl+b"),
    "save": ("f10", "ctrl+s"),
    "cancel": ("f12", "ctrl+w"),
    "enter": ("enter",),
    "next": ("tab",),
    "previous": ("shift+tab",),
    "redraw": ("ctrl+l",),
    "leave": ("ctrl+c", "ctrl+q"),
    **{f"choose_{number}": (str(number),) for number in (*range(1, 10), 0)},
    # The menu has more than ten choices; p as in people, in Finnish as in pyynnöt.
    "people": ("p",),
    # w as in web, in Finnish as in www.
    "site": ("w",),
}
"""Which keys start a verb; the first is the one shown."""

EVERYWHERE: Final = "everywhere"


@dataclass(frozen=True, slots=True)
class Action:
    """A verb in an area: ``label`` stands in the key bar (empty: not shown there), ``words`` in help and docs.

    ``roles`` are those that may; empty means everyone who is signed in.
    """

    area: str
    verb: str
    label: str
    words: str
    roles: frozenset[Role] = frozenset()

    @property
    def id(self) -> str:
        """``area.verb``, unique."""
        return f"{self.area}.{self.verb}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that start it."""
        return KEYS[self.verb]

    @property
    def is_letter(self) -> bool:
        """Whether its key is a character that a text field would take."""
        return len(self.keys[0]) == 1

    def allowed(self, roles: frozenset[Role]) -> bool:
        """Whether somebody with *roles* may."""
        return not self.roles or bool(self.roles & roles)


def area(
    name: str, *rows: tuple[str, str, str] | tuple[str, str, str, frozenset[Role]]
) -> tuple[Action, ...]:
    """The actions of the area *name*: verb, label, words, and roles where not everyone may."""
    return tuple(Action(name, *row) for row in rows)


# As the services require them; what is not offered here would only be refused there.
CLERK: Final = frozenset({Role.CLERK})
HANDLER: Final = frozenset({Role.CONTACT_PERSON})
CARER: Final = frozenset({Role.CLERK, Role.CONTACT_PERSON})
EDITORS: Final = frozenset({Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON})
IMPORTER: Final = frozenset({Role.IMPORTER})
TELLERS: Final = frozenset({Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON})
LOG_READERS: Final = frozenset({Role.CLERK, Role.CONTACT_PERSON, Role.REVIEWER, Role.ADMINISTRATOR})
REVIEWERS: Final = frozenset({Role.REVIEWER, Role.CONTACT_PERSON, Role.ADMINISTRATOR})
SENDERS: Final = frozenset({Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON, Role.ADMINISTRATOR})
DECIDERS: Final = frozenset({Role.CLERK, Role.CONTACT_PERSON, Role.ADMINISTRATOR})
