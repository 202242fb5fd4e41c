"""Who acts: every service is told, every record remembers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.errors import NotPermitted
from core.messages import DEFAULT_LANGUAGE


class Role(StrEnum):
    """What a member of staff may do."""

    CLERK = "clerk"
    IMPORTER = "importer"
    CONTACT_PERSON = "contact_person"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff at work, or the program itself (`SYSTEM`)."""

    staff_id: int | None
    user_name: str
    name: str
    roles: frozenset[Role]
    language: str = DEFAULT_LANGUAGE
    session_id: str | None = None


SYSTEM: Final = Actor(staff_id=None, user_name="system", name="Asiakasrekisteri", roles=frozenset(Role))


def require(actor: Actor, *roles: Role) -> None:
    """Let the actor through when it has one of *roles*.

    Raises:
        NotPermitted: it has none of them.
    """
    if not actor.roles.intersection(roles):
        raise NotPermitted(roles=", ".join(roles))
