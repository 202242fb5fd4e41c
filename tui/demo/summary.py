"""The day in words: what left, to whom, why, who was left out and why, and whether the log verifies."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from core.clock import HELSINKI
from core.customers.first_load import LOADED
from core.customers.invoices import open_invoices
from core.customers.words import INVOICE_STATE_NAMES
from core.disclosure import transfers
from core.disclosure.categories import CATEGORY_NAMES
from core.disclosure.log.entries import Intent
from core.disclosure.purposes import purpose_of
from core.disclosure.transfers import TransferFilter
from core.disclosure.types import STATE_NAMES
from core.messages import N_, tr
from core.updates.types import OUTCOME_NAMES, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from core.disclosure.transfers import TransferDetail
    from core.register import Register
    from tui.demo.job import Day

_MANY: Final = 1_000


def lines(register: Register, day: Day, language: str) -> Iterator[str]:
    """The summary, line by line, in *language*."""
    with register.database.reading() as connection:
        yield from _work(connection, day, language)
        yield ""
        yield tr(N_("What left, to whom and why"), language)
        sent = _transfers(connection)
        yield from _sent(register, connection, sent, language)
        yield ""
        yield tr(N_("Who was left out and why"), language)
        yield from _left_out(sent, language)
    yield ""
    yield from day.verified.sentences(language)
    if day.verified.verified:
        yield tr(N_("log verified"), language)


def _work(connection: Connection, day: Day, language: str) -> Iterator[str]:
    yield tr(
        N_("Loaded {loaded} customers; {bad} bad rows in {file}"),
        language,
        loaded=day.loaded.count(LOADED),
        bad=day.loaded.count("quarantined"),
        file=day.loaded.quarantine_file or "-",
    )
    batch = day.updated.batch
    outcomes = [
        f"{tr(OUTCOME_NAMES[outcome], language)} {batch.count(outcome)}"
        for outcome in Outcome
        if batch.count(outcome)
    ]
    yield tr(
        N_("Address answer of {rows} rows: {outcomes}"),
        language,
        rows=batch.rows,
        outcomes=", ".join(outcomes),
    )
    sent = Counter(
        tr(STATE_NAMES[order.result.state], language) if order.result else tr(N_("kept back"), language)
        for order in day.invoiced
    )
    yield tr(N_("Orders to accounting: {states}"), language, states=_counted(sent))
    invoices = Counter(
        tr(INVOICE_STATE_NAMES[invoice.state], language) for invoice in open_invoices(connection)
    )
    yield tr(
        N_("Invoice states read back: {read}, changed {changed}; not paid yet: {states}"),
        language,
        read=day.states.read,
        changed=day.states.changed,
        states=_counted(invoices),
    )
    yield tr(
        N_("Credit checks: {count} answered; a person decides each of them"),
        language,
        count=sum(check.has_answer for check in day.checks),
    )


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "-"


def _transfers(connection: Connection) -> list[TransferDetail]:
    rows = transfers.page(connection, TransferFilter(), limit=_MANY)
    return [transfers.detail(connection, row.id) for row in reversed(rows)]


def _sent(
    register: Register, connection: Connection, sent: list[TransferDetail], language: str
) -> Iterator[str]:
    grouped: dict[tuple[str, str], list[TransferDetail]] = {}
    for transfer in sent:
        grouped.setdefault((transfer.row.recipient_name, transfer.row.purpose), []).append(transfer)
    for (recipient, code), group in grouped.items():
        states = Counter(tr(STATE_NAMES[transfer.row.state], language) for transfer in group)
        logged = {name for transfer in group for name in _categories(register, connection, transfer)}
        categories = ", ".join(tr(CATEGORY_NAMES[name], language) for name in sorted(logged))
        yield tr(
            N_("  {recipient} ({country}), {purpose}: {transfers} transfers, {persons} subjects: {states}"),
            language,
            recipient=recipient,
            country=group[0].row.country,
            purpose=tr(purpose_of(code).name, language),
            transfers=len(group),
            persons=sum(transfer.row.size for transfer in group),
            states=_counted(states),
        )
        yield f"    {categories}"
    first, last = sent[0].row.created_at, sent[-1].row.created_at
    yield f"  {first.astimezone(HELSINKI):%d.%m.%Y %H.%M.%S} - {last.astimezone(HELSINKI):%H.%M.%S}"


def _categories(register: Register, connection: Connection, transfer: TransferDetail) -> tuple[str, ...]:
    """The categories that left, as the log has them."""
    intent = register.log.entry(connection, transfer.row.number).decode()
    assert isinstance(intent, Intent)
    return intent.categories


def _left_out(sent: list[TransferDetail], language: str) -> Iterator[str]:
    grouped: dict[tuple[str, str], Counter[str]] = {}
    for transfer in sent:
        for left in transfer.left_out:
            reasons = grouped.setdefault((transfer.row.recipient_name, transfer.row.purpose), Counter())
            reasons[left.sentence(language)] += 1
    for (recipient, code), reasons in grouped.items():
        yield f"  {recipient}, {tr(purpose_of(code).name, language)}:"
        for sentence, count in reasons.most_common():
            yield f"    {count:>6}  {sentence}"
    if not grouped:
        yield tr(N_("  nobody"), language)
