"""What a request changes in the register at once, before anybody has decided: only what protects the person.

A marketing ban must be honoured whatever is decided later (GDPR 21(3)), the publication ban likewise (P4); who objects
is restricted while the objection is assessed (GDPR 18(1)(d)), and who asks for restriction on a named ground while that
is.  Nothing of this is undone by closing the case: lifting is a decision of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.clock import HELSINKI
from core.customers.bans import BanKind, bans_of_many, forbid
from core.customers.restrictions import Ground, lift, restrict, restrictions_of, told_of_lifting
from core.rights.types import CaseKind, reference

if TYPE_CHECKING:
    from core.actor import Actor
    from core.database import UnitOfWork
    from core.rights.types import Case, Request

MARKETING_BANS: Final = (
    BanKind.DIRECT_ADVERTISING,
    BanKind.DISTANCE_SELLING,
    BanKind.DIRECT_MARKETING,
    BanKind.MARKET_RESEARCH,
    BanKind.OPINION_RESEARCH,
)


def take_effect(uow: UnitOfWork, actor: Actor, case: Case, request: Request) -> set[str]:
    """Put in force what *case* asks for about a known person; returns the codes of what was not yet in force."""
    if case.customer_id is None:
        return set()
    done = {str(kind) for kind in _forbid(uow, actor, case, _bans(case, request))}
    ground = _ground(case, request)
    if ground is not None and _restrict(uow, actor, case, ground):
        done.add(str(ground))
    return done


def release_erasure(uow: UnitOfWork, actor: Actor, case: Case) -> None:
    """Lift what restricted a person while an erasure was prepared: taken back by the person, who so knows of it."""
    if case.kind is not CaseKind.ERASURE or case.customer_id is None:
        return
    today = uow.now.astimezone(HELSINKI).date()
    for one in restrictions_of(uow.connection, case.customer_id):
        if (
            one.lifted_on is None
            and one.ground is Ground.LEGAL_CLAIM
            and one.detail == reference(case.number)
        ):
            how = f"{reference(case.number)}, withdrawn"
            told_of_lifting(uow, actor, case.customer_id, one.ground, told_on=today, how=how)
            lift(uow, actor, case.customer_id, one.ground, lifted_on=today, reason=how)


def _bans(case: Case, request: Request) -> tuple[BanKind, ...]:
    if case.kind is CaseKind.PUBLICATION_BAN:
        return (BanKind.PUBLICATION,)
    if case.kind is CaseKind.MARKETING_BAN:
        # Who forbids marketing without saying which forbids it all.
        return tuple(BanKind(name) for name in request.bans) or MARKETING_BANS
    return ()


def _ground(case: Case, request: Request) -> Ground | None:
    if case.kind is CaseKind.OBJECTION:
        return Ground.OBJECTION_PENDING
    if case.kind is CaseKind.RESTRICTION and request.ground:
        return Ground(request.ground)
    return None


def _forbid(uow: UnitOfWork, actor: Actor, case: Case, kinds: tuple[BanKind, ...]) -> list[BanKind]:
    assert case.customer_id is not None
    in_force = bans_of_many(uow.connection, [case.customer_id]).get(case.customer_id, frozenset())
    new = [kind for kind in kinds if kind not in in_force]
    for kind in new:
        forbid(uow, actor, case.customer_id, kind, origin=reference(case.number), since=case.received_on)
    return new


def _restrict(uow: UnitOfWork, actor: Actor, case: Case, ground: Ground) -> bool:
    assert case.customer_id is not None
    found = restrictions_of(uow.connection, case.customer_id)
    if any(one.ground is ground and one.lifted_on is None for one in found):
        return False
    restrict(
        uow, actor, case.customer_id, ground=ground, since=case.received_on, detail=reference(case.number)
    )
    return True
