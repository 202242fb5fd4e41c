"""Handling a case: handed over, decided by a named person, answered, closed.

Each step is one row in the case's events, and the case's version tells two people at work apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from core.actor import Role, require
from core.papers.handling import require_handled
from core.rights.effects import release_erasure
from core.rights.errors import (
    CompletesItself,
    GroundOfRefusal,
    IdentityFirst,
    NotAnswered,
    NotDecided,
    ReasonsNeeded,
    RectifiedByValue,
)
from core.rights.reading import repeated
from core.rights.rectification.reading import has_granted
from core.rights.types import CaseDecision, CaseKind, CaseState, EventKind, Identity
from core.rights.writing import (
    add_event,
    case_key,
    end_pause,
    for_change,
    reasons_in,
    require_undecided,
    today_of,
    write,
)
from core.text import clean_block

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.keys import KeyRing
    from core.rights.types import Case, RefusalGround

_HANDLERS: Final = (Role.CONTACT_PERSON,)


def hand_over(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    number: int,
    *,
    owner_id: int,
    owner_name: str,
    version: int,
) -> Case:
    """Give the case to a member of staff, oneself included.

    Raises:
        NoSuchCase, CaseEnded, CaseChanged.
    """
    require(actor, *_HANDLERS)
    found = for_change(uow, number)
    changed = write(uow, found, version, {"owner_id": owner_id, "owner_name": owner_name})
    add_event(uow, actor, case_key(uow, keyring, number), number, EventKind.OWNER, facts={"owner": owner_id})
    return changed


def decide(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    number: int,
    decision: CaseDecision,
    *,
    reasons: str,
    version: int,
    due_by_itself_on: date | None = None,
    ground: RefusalGround | None = None,
    repeated_days: int = 0,
) -> Case:
    """A named person decides (P16); a refusal, also in part, needs reasons (GDPR 12(4)).

    *due_by_itself_on* is the day on which the rest is done without asking again, where something prevents it till then.
    *ground* is that of Article 12(5), where the request is refused as such; earlier requests of the same kind within
    *repeated_days* are kept beside it, since it is for us to show that it is so.

    Raises:
        IdentityFirst: what is granted could go to somebody else.
        RectifiedByValue: a rectification is granted by `core.rights.rectification`, which also changes the values.
        GroundOfRefusal: a ground is given for something else than a refusal.
        DecidedAlready, ReasonsNeeded, NoSuchCase, CaseEnded, CaseChanged.
    """
    require(actor, *_HANDLERS)
    found = for_change(uow, number)
    require_undecided(found)
    granting = decision in (CaseDecision.GRANTED, CaseDecision.PARTLY)
    if granting and found.identity is not Identity.CONFIRMED:
        raise IdentityFirst(number=number)
    if granting and found.kind is CaseKind.RECTIFICATION and not has_granted(uow.connection, number):
        raise RectifiedByValue(number=number)
    if ground is not None and decision is not CaseDecision.REFUSED:
        raise GroundOfRefusal
    words = clean_block(reasons)
    if not words and decision in (CaseDecision.PARTLY, CaseDecision.REFUSED):
        raise ReasonsNeeded
    changed = write(
        uow,
        found,
        version,
        {
            "state": CaseState.DECIDED,
            "decision": decision,
            "decided_at": uow.now,
            "decided_by": actor.staff_id,
            "decided_by_name": actor.name,
            "due_by_itself_on": due_by_itself_on,
        },
    )
    facts: dict[str, Any] = {"decision": decision, "due_by_itself_on": due_by_itself_on}
    if ground is not None:
        earlier = repeated(uow.connection, found, days=repeated_days)
        facts |= {"ground": ground, "earlier": [one.number for one in earlier]}
    add_event(
        uow,
        actor,
        case_key(uow, keyring, number),
        number,
        EventKind.DECIDED,
        words=words or None,
        facts=facts,
    )
    return changed


def answered(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    number: int,
    kind: EventKind,
    *,
    words: str = "",
    facts: Mapping[str, Any],
) -> Case:
    """The person has been answered today: by a letter or package (*kind*), or in a way that *words* describe.

    Raises:
        NotDecided: there is no answer to give yet.
        NoSuchCase, CaseEnded, CaseChanged.
    """
    require(actor, *_HANDLERS)
    found = for_change(uow, number)
    if found.decision is None:
        raise NotDecided(number=number)
    changed = write(uow, found, found.version, {"answered_on": today_of(uow)})
    add_event(
        uow,
        actor,
        case_key(uow, keyring, number),
        number,
        kind,
        words=clean_block(words) or None,
        facts=facts,
    )
    return changed


def close(uow: UnitOfWork, keyring: KeyRing, actor: Actor, number: int, *, version: int) -> Case:
    """Close an answered case; one whose rest waits for its day stays on the list until then.

    Raises:
        NotDecided, NotAnswered, PapersFirst, CompletesItself: it can't be closed yet.
        NoSuchCase, CaseEnded, CaseChanged.
    """
    require(actor, *_HANDLERS)
    found = for_change(uow, number)
    if found.state is CaseState.WAITING_HOLD:
        raise CompletesItself(number=number)
    if found.decision is None:
        raise NotDecided(number=number)
    if found.answered_on is None:
        raise NotAnswered(number=number)
    require_handled(uow.connection, number)
    if found.state is CaseState.DECIDED and found.due_by_itself_on is not None:
        return write(uow, found, version, {"state": CaseState.WAITING_HOLD})
    changed = write(
        uow, found, version, {"state": CaseState.CLOSED, "closed_at": uow.now, "due_by_itself_on": None}
    )
    add_event(uow, actor, case_key(uow, keyring, number), number, EventKind.CLOSED)
    return changed


def withdraw(uow: UnitOfWork, keyring: KeyRing, actor: Actor, number: int, *, how: str, version: int) -> Case:
    """The person takes the request back; *how* says how we know.

    What restricted the person's data only because it was about to be erased is lifted with it.

    Raises:
        ReasonsNeeded, NoSuchCase, CaseEnded, CaseChanged.
    """
    require(actor, *_HANDLERS)
    found = for_change(uow, number)
    words = reasons_in(how)
    if found.state is CaseState.WAITING_IDENTITY:
        end_pause(uow, number)
    changed = write(
        uow, found, version, {"state": CaseState.WITHDRAWN, "closed_at": uow.now, "due_by_itself_on": None}
    )
    add_event(uow, actor, case_key(uow, keyring, number), number, EventKind.WITHDRAWN, words=words)
    release_erasure(uow, actor, found)
    return changed


def note(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    number: int,
    kind: EventKind,
    *,
    words: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write down what another room did for the case; *facts* must hold no personal data.

    Raises:
        NoSuchCase, CaseWordsGone.
    """
    add_event(uow, actor, case_key(uow, keyring, number), number, kind, words=words, facts=facts)
