"""Telling: the notices of one recipient, purpose and cause go together, through the gate, by its adapter or by letter.

What is told is read when it is sent, so a notice that has waited tells what is so today.  What came of a sending is
written by the gate's own unit of work (`NoticeListener`), so neither is ever without the other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import select, update

from core.actor import require
from core.clock import HELSINKI
from core.customers.places import chunks
from core.customers.view import FIELDS, disclosure_view
from core.disclosure.categories import categories_of
from core.disclosure.purposes import RECIPIENTS_TOLD
from core.disclosure.recipients import recipients
from core.disclosure.types import ItemState, Subject, TransferRequest
from core.documents import NOTICE, leads_to_a_file
from core.documents.errors import NoSuchForm
from core.documents.folder import new_selection
from core.documents.notices import AGAIN, notice_key, number_of
from core.errors import Words
from core.notices.due import SUPERSEDED, close
from core.notices.errors import CannotTellByAdapter, NothingToTell, NoticeNotWaiting
from core.notices.events import record, record_many
from core.notices.holders import COMPARED, holdings
from core.notices.model import notice_table
from core.notices.service import WORKERS, NoticeFilter, page, tellable
from core.notices.types import NOTICE_STATE_NAMES, TELLABLE, WITH_VALUES, Notice, NoticeState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection, Row

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.disclosure.outcome import TransferFacts
    from core.disclosure.recipients import Recipient
    from core.disclosure.types import ItemOutcome, Preview, TransferResult
    from core.notices.types import Holding, Way
    from core.register import Register

TASK: Final = "notice"
# What partners' adapters call the sending of a customer alone.
CUSTOMER_FORM: Final = "customer"
MOST: Final = 500
# What an adapter answers when the recipient does not have the customer at all.
NOT_THERE: Final = "CUSTOMER_NOT_FOUND"
_WHO: Final = frozenset({"customer_number", "name", "organisation"})
_notice: Final = notice_table.c


@dataclass(frozen=True, slots=True)
class Bundle:
    """Notices that go in one transfer, and exactly what would leave; ``way`` is how."""

    recipient: str
    way: Way
    notices: tuple[Notice, ...]
    preview: Preview

    @property
    def left_out(self) -> tuple[Notice, ...]:
        """Those that the gate leaves out."""
        out = {left.customer_id for left in self.preview.plan.left_out}
        return tuple(it for it in self.notices if it.customer_id in out)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one bundle."""

    bundle: Bundle
    result: TransferResult


def plan(
    register: Register, actor: Actor, wanted: NoticeFilter, *, way: Way | None = None, limit: int = MOST
) -> list[Bundle]:
    """What would be told of the notices that *wanted* lets through, in one bundle for each transfer; nothing has left.

    *way* is how: None as the agreement has it, where the adapter can, and by letter otherwise.

    Raises:
        NotPermitted: the actor's role does not tell recipients.
        NothingToTell: none is to be told, or the gate leaves everybody out.
        CannotTellByAdapter: the adapter was asked for and cannot.
        Refused: see `core.disclosure.gate`.
    """
    require(actor, *WORKERS)
    with register.database.reading() as connection:
        notices = page(connection, tellable(wanted), limit=limit)
        groups = _grouped(register, connection, notices, way)
    bundles = [
        bundle
        for key, group in groups.items()
        if (bundle := _bundle(register, actor, key, group)) is not None
    ]
    if not bundles:
        raise NothingToTell
    return bundles


def release(register: Register, actor: Actor, bundle: Bundle) -> Told:
    """Let a bundle's bytes leave, and write down what came of each notice.

    Raises:
        NoticeNotWaiting: somebody has told one of them meanwhile; nothing was sent.
        ApprovalWaiting, Refused, LogFault: see `core.disclosure.gate.Gate.release`; nothing was sent.
    """
    sent = [number_of(item.key) for item in bundle.preview.plan.items]

    def begin(uow: UnitOfWork, facts: TransferFacts) -> None:
        _begin(uow, actor, sent, facts)

    result = register.gate.release(actor, bundle.preview, also=begin)
    return Told(bundle, result)


class _One(NamedTuple):
    """A notice, whom it is about, and when its recipient was given the data (None where a letter doesn't say)."""

    notice: Notice
    customer_id: int
    given: date | None


@dataclass(frozen=True, slots=True)
class _Group:
    """What the notices of one transfer share."""

    recipient: str
    purpose: str
    form: str
    categories: frozenset[str]
    way: Way


def _grouped(
    register: Register, connection: Connection, notices: Sequence[Notice], way: Way | None
) -> Mapping[_Group, list[_One]]:
    ids = sorted({it.customer_id for it in notices if it.customer_id is not None})
    present = disclosure_view(connection, register.keyring, ids, COMPARED)
    # A source may be registered nowhere: its notice waits for a person.
    parties = {it.code: it for it in recipients(connection)}
    groups: defaultdict[_Group, list[_One]] = defaultdict(list)
    ways = {
        it.id: _way(register, parties[it.recipient], it, present[it.customer_id], way)
        for it in notices
        if it.customer_id is not None and it.recipient in parties
    }
    by_letter = {it.customer_id: FIELDS for it in notices if it.customer_id and ways.get(it.id) == "letter"}
    held = {(it.customer_id, it.recipient): it for it in holdings(connection, register.keyring, by_letter)}
    for notice in notices:
        if notice.customer_id is None or notice.id not in ways:
            continue
        by, holding = ways[notice.id], held.get((notice.customer_id, notice.recipient))
        form = CUSTOMER_FORM if by == "adapter" else _form(notice)
        known = _WHO if by == "adapter" or holding is None else _known_by(holding)
        told = categories_of(notice.fields) if notice.cause in WITH_VALUES else frozenset[str]()
        group = _Group(notice.recipient, notice.purpose, form, told | known, by)
        given = None if holding is None else holding.at.astimezone(HELSINKI).date()
        groups[group].append(_One(notice, notice.customer_id, given))
    return groups


def _known_by(holding: Holding) -> frozenset[str]:
    """By what a recipient knows whom a letter is about: what it was given of number and name, else all that still holds.

    A recipient that was never given the customer's number is not told it by a notice either.
    """
    sure = categories_of(set(holding.fields) - set(holding.stale))
    known = categories_of(holding.fields) & _WHO
    return known if sure & _WHO else (known | sure) or _WHO


def _form(notice: Notice) -> str:
    return f"{NOTICE}{notice.cause}{AGAIN if notice.state is NoticeState.CHASED else ''}"


def _way(
    register: Register, party: Recipient, notice: Notice, present: Mapping[str, str], wanted: Way | None
) -> Way:
    """By the adapter only what it can tell whole: a value that is gone, or that it has no field for, takes a letter."""
    if (wanted or notice.way) == "letter":
        return "letter"
    try:
        manifest = register.exits(f"{party.adapter}-{CUSTOMER_FORM}").manifest
    except NoSuchForm:
        can = False
    else:
        can = (
            notice.cause in WITH_VALUES
            and notice.purpose in manifest.purposes
            and all(field in manifest.fields and present.get(field) for field in notice.fields)
        )
    if not can and wanted == "adapter":
        raise CannotTellByAdapter(recipient=party.name, adapter=party.adapter)
    return "adapter" if can else "letter"


def _bundle(register: Register, actor: Actor, group: _Group, ones: Sequence[_One]) -> Bundle | None:
    """The group's transfer, ready; None when the gate leaves everybody out, which is noted with each."""
    selection = new_selection(register.clock.now())
    notices = tuple(it.notice for it in ones)
    subjects = tuple(
        Subject(of, notice_key(selection, it.recipient, it.fields, it.id, given)) for it, of, given in ones
    )
    reason = Words("GDPR 19") if group.purpose == RECIPIENTS_TOLD else None
    request = TransferRequest(
        group.recipient, group.purpose, subjects, TASK, reason=reason, form=group.form, only=group.categories
    )
    planned = register.gate.plan(actor, request)
    _note_left_out(
        register, actor, notices, {left.customer_id: str(left.reason) for left in planned.left_out}
    )
    if not planned.items:
        return None
    return Bundle(group.recipient, group.way, notices, register.gate.preview(planned))


def _note_left_out(
    register: Register, actor: Actor, notices: Sequence[Notice], reasons: Mapping[int, str]
) -> None:
    """Why the gate leaves somebody out stands with the notice, once."""
    new: defaultdict[str, list[int]] = defaultdict(list)
    for notice in notices:
        reason = reasons.get(notice.customer_id or 0)
        if reason is not None and reason != notice.obstacle:
            new[reason].append(notice.id)
    if not new:
        return
    with register.database.unit_of_work() as uow:
        for reason, ids in new.items():
            for some in chunks(ids):
                uow.connection.execute(
                    update(notice_table).where(_notice.id.in_(some)).values(obstacle=reason)
                )
            record_many(uow, actor, ids, NoticeState.DUE, reason)
        uow.commit()


def _begin(uow: UnitOfWork, actor: Actor, ids: Sequence[int], transfer: TransferFacts) -> None:
    """They are being sent from now on; whoever comes second is refused before anything leaves."""
    for some in chunks(sorted(ids)):
        states = {
            row.id: NoticeState(row.state)
            for row in uow.connection.execute(
                select(_notice.id, _notice.state)
                .where(_notice.id.in_(some))
                .order_by(_notice.id)
                .with_for_update()
            )
        }
        for number in some:
            if states[number] not in TELLABLE:
                raise NoticeNotWaiting(number=number, state=Words(NOTICE_STATE_NAMES[states[number]]))
        uow.connection.execute(
            update(notice_table)
            .where(_notice.id.in_(some))
            .values(state=NoticeState.SENDING, transfer_id=transfer.id, obstacle=None)
        )
    record_many(uow, actor, ids, NoticeState.SENDING, str(transfer.number))


class NoticeListener:
    """Keeps each notice in step with the transfer that carries it."""

    def __init__(self, answer_days: int) -> None:
        self._answer_days = answer_days

    def concluded(
        self, uow: UnitOfWork, actor: Actor, transfer: TransferFacts, outcomes: Mapping[str, ItemOutcome]
    ) -> None:
        """Move the notices on."""
        if transfer.task != TASK:
            return
        on_paper = leads_to_a_file(transfer.adapter)
        for outcome in outcomes.values():
            row = uow.connection.execute(
                select(notice_table)
                .where(_notice.id == number_of(outcome.key), _notice.transfer_id == transfer.id)
                .with_for_update()
            ).first()
            if row is not None and row.state in (NoticeState.SENDING, NoticeState.IN_DOUBT):
                self._move(uow, actor, row, outcome, on_paper=on_paper)

    def _move(
        self,
        uow: UnitOfWork,
        actor: Actor,
        row: Row[tuple[object, ...]],
        outcome: ItemOutcome,
        *,
        on_paper: bool,
    ) -> None:
        today = uow.now.astimezone(HELSINKI).date()
        waits = {"sent_at": uow.now, "chase_on": today + timedelta(days=self._answer_days)}
        detail = outcome.reference or ""
        match outcome.state:
            case ItemState.DELIVERED if on_paper:
                _set(uow, actor, row.id, NoticeState.PRINTED, detail, **waits)
            case ItemState.DELIVERED if outcome.pending:
                _set(uow, actor, row.id, NoticeState.SENT, detail, **waits)
            case ItemState.DELIVERED:
                # The recipient's own system has it now.
                _set(uow, actor, row.id, NoticeState.ACKNOWLEDGED, detail, sent_at=uow.now, closed_at=uow.now)
            case ItemState.IN_DOUBT:
                _set(uow, actor, row.id, NoticeState.IN_DOUBT, outcome.code, obstacle=outcome.code or None)
            case _ if outcome.code == NOT_THERE:
                close(uow, actor, [row.id], NoticeState.NOT_NEEDED, NOT_THERE)
            case _:
                _again(uow, actor, row, outcome.code or str(outcome.state))


def _set(
    uow: UnitOfWork, actor: Actor, number: int, state: NoticeState, detail: str, **values: object
) -> None:
    uow.connection.execute(update(notice_table).where(_notice.id == number).values(state=state, **values))
    record(uow, actor, number, state, detail)


def _again(uow: UnitOfWork, actor: Actor, row: Row[tuple[object, ...]], code: str) -> None:
    """It did not reach the recipient: due as before, unless a newer notice has come, which then tells this as well."""
    newer = uow.connection.execute(
        select(_notice.id, _notice.fields).where(
            _notice.customer_id == row.customer_id,
            _notice.recipient_code == row.recipient_code,
            _notice.cause == row.cause,
            _notice.state == NoticeState.DUE,
        )
    ).first()
    if newer is None:
        _set(uow, actor, row.id, NoticeState.DUE, code, obstacle=code)
        return
    fields = sorted({*newer.fields, *row.fields})
    uow.connection.execute(update(notice_table).where(_notice.id == newer.id).values(fields=fields))
    close(uow, actor, [row.id], NoticeState.NOT_NEEDED, SUPERSEDED)
