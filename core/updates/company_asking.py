"""Asking the business register about our organisations one by one, through the gate, and staging what it says.

An organisation's business id may be a sole trader's, and then it is personal data: which of them are asked about is
planned, shown, logged and sent like every other transfer. Only the business id leaves.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.actor import Role, require
from core.batches.types import Origin, Progress
from core.customers.bans import BanKind, bans_of_many
from core.customers.model import customer_table
from core.customers.types import Kind, Status
from core.disclosure.types import ItemState, Subject, TransferRequest
from core.updates.companies import HEADING, Told, record_of
from core.updates.company_errors import BanSinceShown, NoCompanyRecipient, NoCompanySelected
from core.updates.company_staging import stage_companies

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.actor import Actor
    from core.batches.types import Batch, Watcher
    from core.database import UnitOfWork
    from core.disclosure.types import ItemOutcome, Preview, TransferResult
    from core.register import Register

TASK: Final = "company_update"
_ONLY: Final = frozenset({"organisation"})
_FIELD: Final = "organisation.business_id"
_customer = customer_table.c


@dataclass(frozen=True, slots=True)
class CompanyCriteria:
    """Which organisations: all of them, or those with these customer numbers, or whose postcode begins so; at most `limit`."""

    numbers: tuple[str, ...] = ()
    postcode: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class CompanyPlan:
    """Exactly what would be asked, and how many organisations have forbidden updates and are therefore not asked about."""

    preview: Preview
    banned: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: the transfer, the batch of what was told (None: nothing was), and how many stayed unanswered.

    ``code`` says why, in the partner's or the program's word, where some stayed unanswered.
    """

    result: TransferResult
    batch: Batch | None
    answered: int
    unanswered: int
    code: str = ""
    in_proceedings: int = 0


def plan_companies(register: Register, actor: Actor, criteria: CompanyCriteria) -> CompanyPlan:
    """What would leave, and who is left out; nothing has left yet.

    Raises:
        NoCompanyRecipient: the configuration names nobody to ask.
        NoCompanySelected: no organisation fits.
        Refused: the recipient or the purpose is not allowed; see `core.disclosure.gate`.
    """
    require(actor, Role.IMPORTER)
    settings = register.config.companies
    if settings.recipient is None:
        raise NoCompanyRecipient
    with register.database.reading() as connection:
        chosen = _chosen(connection, criteria)
        banned = _banned(connection, [customer_id for customer_id, _ in chosen])
    asked = [(customer_id, number) for customer_id, number in chosen if customer_id not in banned]
    if not asked:
        raise NoCompanySelected
    selection = f"{register.clock.now():%Y%m%d}-{secrets.token_hex(4)}"
    subjects = tuple(Subject(customer_id, f"{selection}/{number}") for customer_id, number in asked)
    request = TransferRequest(settings.recipient, settings.purpose, subjects, TASK, only=_ONLY)
    return CompanyPlan(register.gate.preview(register.gate.plan(actor, request)), len(banned))


def ask_companies(
    register: Register, actor: Actor, plan: CompanyPlan, *, progress: Watcher | None = None
) -> Asked:
    """Ask what *plan* shows, and stage the answers. What stays unanswered is simply asked again another time.

    Raises:
        BanSinceShown: an organisation has forbidden updates meanwhile; nothing was asked.
        ApprovalWaiting, PlanOutdated, Refused, LogFault: as `core.disclosure.gate.Gate.release`.
    """
    items = plan.preview.plan.items
    customer_ids = [subject.customer_id for subject in plan.preview.plan.subjects.values()]

    def still_allowed(uow: UnitOfWork) -> None:
        if _banned(uow.connection, customer_ids):
            raise BanSinceShown

    def watch(done: int) -> None:
        if progress is not None:
            progress(Progress(done, len(items), {}))

    result = register.gate.release(actor, plan.preview, before=still_allowed, watch=watch)
    ids = {item.id: str(item.fields[_FIELD]) for item in items}
    told = [
        Told(ids[item_id], record_of(outcome.answer))
        for item_id, outcome in result.outcomes.items()
        if outcome.state is ItemState.DELIVERED and outcome.answer
    ]
    missed = [it for it in result.outcomes.values() if it.state is not ItemState.DELIVERED or not it.answer]
    batch = _staged(register, actor, result, told) if told else None
    proceedings = sum(1 for one in told if one.record is not None and one.record.in_proceedings)
    return Asked(result, batch, len(told), len(missed), _why(missed), proceedings)


def _staged(register: Register, actor: Actor, result: TransferResult, told: list[Told]) -> Batch:
    name = f"transfer {result.number}"
    origin = Origin(name, result.transfer_id, len(told), (HEADING,))
    # An organisation that stands twice among those asked about was told of twice, but in one way.
    once = list({one.business_id: one for one in told}.values())
    return stage_companies(register, actor, origin, [(len(once), once)])


def _why(missed: list[ItemOutcome]) -> str:
    """The first reason that is not merely that an earlier question failed."""
    codes = [outcome.code for outcome in missed if outcome.code]
    return next((code for code in codes if code != "stopped"), codes[0] if codes else "")


def _chosen(connection: Connection, criteria: CompanyCriteria) -> list[tuple[int, str]]:
    """Active organisations with a business id; restricted ones are among them, and left out by the gate, in words."""
    chosen = (
        select(_customer.id, _customer.number)
        .where(
            _customer.kind == Kind.ORGANISATION,
            _customer.status == Status.ACTIVE,
            _customer.business_id.is_not(None),
        )
        .order_by(_customer.id)
        .limit(criteria.limit)
    )
    if criteria.numbers:
        chosen = chosen.where(_customer.number.in_(criteria.numbers))
    if criteria.postcode:
        chosen = chosen.where(_customer.postcode.startswith(criteria.postcode, autoescape=True))
    return [(row.id, row.number) for row in connection.execute(chosen)]


def _banned(connection: Connection, customer_ids: list[int]) -> frozenset[int]:
    bans = bans_of_many(connection, customer_ids)
    return frozenset(of for of, kinds in bans.items() if BanKind.REGISTER_UPDATE in kinds)
