"""Papers and cases: which papers a case has to handle, what was done with each, and that none was forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.actor import Role, require
from core.papers.errors import KeepDayNeeded, NotOfTheCase, OthersConcerned, PapersFirst
from core.papers.reading import papers_of
from core.papers.service import destroy, keep
from core.papers.types import Destruction, PaperOutcome
from core.rights.model import case_event_table
from core.rights.reading import case
from core.rights.types import CaseKind, EventKind
from core.rights.writing import add_event, case_key, for_change, reasons_in, today_of
from core.text import clean_block

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.keys import KeyRing
    from core.papers.types import Paper

# Cases that are not served before the paper is, too (P12).
KINDS: Final = frozenset({CaseKind.ACCESS, CaseKind.RECTIFICATION, CaseKind.ERASURE})


def handled_in(connection: Connection, case_number: int) -> dict[int, PaperOutcome]:
    """What was done with papers for a case: paper number to the latest outcome."""
    rows = connection.execute(
        select(case_event_table.c.facts)
        .where(case_event_table.c.case_number == case_number, case_event_table.c.kind == EventKind.PAPER)
        .order_by(case_event_table.c.id)
    ).scalars()
    return {facts["paper"]: PaperOutcome(facts["outcome"]) for facts in rows}


def papers_to_handle(connection: Connection, case_number: int, keyring: KeyRing | None = None) -> list[Paper]:
    """The papers of the case's person that are there and that nobody has handled for this case yet.

    Raises:
        NoSuchCase.
    """
    found = case(connection, case_number)
    if found.customer_id is None or found.kind not in KINDS:
        return []
    done = handled_in(connection, case_number)
    return [
        it
        for it in papers_of(connection, found.customer_id, keyring)
        if it.destroyed_on is None and it.number not in done
    ]


def require_handled(connection: Connection, case_number: int) -> None:
    """Let a case through whose papers have all been handled: asked before an erasure, and before a case is closed.

    Raises:
        PapersFirst: names those that have not.
        NoSuchCase.
    """
    left = papers_to_handle(connection, case_number)
    if left:
        raise PapersFirst(number=case_number, papers=", ".join(str(it.number) for it in left))


def handle(
    uow: UnitOfWork,
    keyring: KeyRing,
    actor: Actor,
    number: int,
    *,
    case_number: int,
    outcome: PaperOutcome,
    words: str,
    keep_until: date | None = None,
    destruction: Destruction = Destruction.SHREDDED,
) -> None:
    """Write down what was done with a paper for a case; *words* say why it is kept, or what else there is to say.

    Destroying needs one of the paper's named persons.  What is kept needs reasons, and *keep_until* when there is a day.

    Raises:
        NotOfTheCase: it does not concern the case's person.
        KeepDayNeeded: what outlives an erasure has a last day.
        OthersConcerned: a paper of several people is not destroyed for one of them.
        ReasonsNeeded, NotAnOpener, PaperDayAmiss, NoSuchCase, CaseEnded, CaseWordsGone.
    """
    require(actor, Role.CONTACT_PERSON)
    found = for_change(uow, case_number)
    papers = (
        {}
        if found.customer_id is None
        else {it.number: it for it in papers_of(uow.connection, found.customer_id)}
    )
    if number not in papers:
        raise NotOfTheCase(number=number, case=case_number)
    said = clean_block(words)
    if outcome is PaperOutcome.DESTROYED:
        if len(papers[number].customer_ids) > 1:
            raise OthersConcerned(number=number)
        destroy(uow, actor, number, on=today_of(uow), how=destruction)
    elif outcome is PaperOutcome.KEPT:
        said = reasons_in(said)
        if keep_until is None and found.kind is CaseKind.ERASURE:
            raise KeepDayNeeded(number=number, case=case_number)
        if keep_until is not None:
            keep(uow, number, until=keep_until)
    add_event(
        uow,
        actor,
        case_key(uow, keyring, case_number),
        case_number,
        EventKind.PAPER,
        words=said or None,
        facts={"paper": number, "outcome": outcome, "keep_until": keep_until},
    )
