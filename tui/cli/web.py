"""`rekisteri web`: registrations from the company's site: read in, decided on, their visits deleted in time."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.clock import HELSINKI
from core.customers import web_deciding, web_reads, web_seen, web_visits
from core.customers.reading import numbers_and_names
from core.customers.service import by_number
from core.customers.web_types import BY_NAMES, QUARANTINED, REPEATED, WEB_STATE_NAMES, WebState
from core.errors import NotFound
from core.messages import N_
from tui.cli.load import NobodyToAsk
from tui.cli.main import Cli, pass_cli
from tui.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from core.customers.web_types import Trail, WebFile, WebRegistration

_ENDING = "*.jsonl"
_OUTCOMES: Mapping[str, str] = {
    **WEB_STATE_NAMES,
    REPEATED: N_("read before"),
    QUARANTINED: N_("in quarantine"),
}


class NothingInFolder(NotFound):
    """The folder has no file that could be read."""

    code = "web.nothing_in_folder"
    sentence = N_("There is no file named {ending} in {folder}.")
    advice = N_("Check where the site leaves its files.")


@click.group("web")
def command() -> None:
    """Registrations from the company's own site."""


@command.command("load")
@click.argument("path", type=click.Path(path_type=Path))
@pass_cli
def load(cli: Cli, path: Path) -> None:
    """Read registrations in, from a file of JSON Lines or every .jsonl file of a folder.

    Somebody new becomes a customer; about somebody known nothing is overwritten, a person decides. Lines that
    cannot be read go to a file of their own, each with its reason; correct it and load it as well.
    """
    from core.customers import web_loading
    from integrations.web_registrations import wire

    register, actor = cli.register(), cli.actor()
    site = web_loading.Format(wire.read_lines, wire.quarantined)
    paths = sorted(path.glob(_ENDING)) if path.is_dir() else [path]
    if not paths:
        raise NothingInFolder(ending=_ENDING, folder=str(path))
    found = []
    for one in paths:
        with progress_bar(cli.tr(N_("Reading"))) as watch:
            found.append(web_loading.load(register, actor, one, site, progress=watch))
    with register.database.reading() as connection:
        waiting = web_reads.count(connection, WebState.PROPOSED)
    lines = [line for it in found for line in _file_lines(cli, it)]
    if len(found) > 1:
        total = sum((Counter(it.counts) for it in found if not it.again), Counter[str]())
        lines.append(cli.tr(N_("Together: {counts}."), counts=_counts(cli, total)))
    if waiting:
        lines.append(cli.tr(N_("{count} wait for a person: rekisteri web list"), count=waiting))
    data = {"files": [_file_data(it) for it in found], "waiting": waiting}
    cli.emit(data, "\n".join(lines))


@command.command("list")
@click.option("--state", type=click.Choice([it.value for it in WebState]), help="Only in this state.")
@click.option("--all", "everything", is_flag=True, help="Those that are decided, too.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="At most so many.")
@pass_cli
def list_registrations(cli: Cli, *, state: str | None, everything: bool, limit: int) -> None:
    """List the registrations that wait for a person, urgent ones first."""
    actor = cli.actor()
    wanted = WebState(state) if state else None if everything else WebState.PROPOSED
    with cli.register().database.unit_of_work() as uow:
        found = web_seen.open_list(uow, cli.register().keyring, actor, wanted, limit=limit)
        shown = [(it, _numbers(uow.connection, it)) for it in found]
        uow.commit()
    words = "\n".join(_line(cli, it, numbers) for it, numbers in shown)
    cli.emit([_data(it, numbers) for it, numbers in shown], words or cli.tr(N_("No registration waits.")))


@command.command("show")
@click.argument("number", type=int)
@click.option("--task", required=True, help="What for: it goes into the access log.")
@pass_cli
def show(cli: Cli, number: int, task: str) -> None:
    """Show a registration whole: what it says beside what is known, its visits, whom it may be about."""
    register, actor = cli.register(), cli.actor()
    with register.database.unit_of_work() as uow:
        seen = web_seen.open_one(uow, register.keyring, actor, number, task=task)
        found = seen.registration
        numbers = _numbers(uow.connection, found)
        uow.commit()
    known = {
        it.number: {name: it.values.as_dict()[name] for name in found.values or {}} for it in seen.candidates
    }
    trail = seen.trail
    lines = [_line(cli, found, numbers), *_value_lines(cli, found, known), *_trail_lines(cli, trail)]
    cli.emit({**_data(found, numbers), "known": known, "trail": _trail_data(trail)}, "\n".join(lines))


@command.command("accept")
@click.argument("number", type=int)
@click.option("--customer", help="Whom it is about (customer number), when there are several.")
@click.option("--new", is_flag=True, help="It is somebody new after all.")
@click.option("--field", "fields", multiple=True, help="Take only this field; may be repeated.")
@pass_cli
def accept(cli: Cli, number: int, *, customer: str | None, new: bool, fields: tuple[str, ...]) -> None:
    """Take what a registration says into a customer's data, with the web form as its source."""
    register, actor = cli.register(), cli.actor()
    with register.database.unit_of_work() as uow:
        customer_id = None if customer is None else by_number(uow.connection, customer).id
        written = web_deciding.accept(
            uow, register.keyring, actor, number, customer_id=customer_id, new=new, fields=fields or None
        )
        uow.commit()
    words = N_("Registration {number} is in the data of customer {customer}.")
    data = {"accepted": number, "customer": written.number}
    cli.emit(data, cli.tr(words, number=number, customer=written.number))


@command.command("reject")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why nothing of it is taken.")
@pass_cli
def reject(cli: Cli, number: int, reason: str) -> None:
    """Take nothing of a registration; what it said is forgotten at once."""
    with cli.register().database.unit_of_work() as uow:
        web_deciding.reject(uow, cli.register().keyring, cli.actor(), number, reason=reason)
        uow.commit()
    words = cli.tr(N_("Registration {number} is rejected, and what it said is forgotten."), number=number)
    cli.emit({"rejected": number}, words)


@command.command("delete-visits")
@click.option("--yes", is_flag=True, help="Delete without asking.")
@pass_cli
def delete_visits(cli: Cli, *, yes: bool) -> None:
    """Delete the visits whose time is over (web.visit_days); the registrations themselves stay."""
    register, actor = cli.register(), cli.actor()
    settings = register.config.web
    with register.database.reading() as connection:
        overdue = web_visits.overdue(connection, register.clock.now(), settings)
    if overdue and not yes:
        if not sys.stdin.isatty():
            raise NobodyToAsk
        words = N_("Delete the visits of {count} registrations, older than {days} days ({source})?")
        source = settings.visit_days_source or "–"
        asked = cli.tr(words, count=overdue, days=settings.visit_days, source=source)
        click.confirm(asked, abort=True, err=True)
    with register.database.unit_of_work() as uow:
        count = web_visits.delete_overdue(uow, actor, settings)
        uow.commit()
    cli.emit({"deleted": count}, cli.tr(N_("Visits deleted from {count} registrations."), count=count))


def _numbers(connection: Connection, found: WebRegistration) -> dict[int, str]:
    """Customer id to number, of whom it is or may be about."""
    ids = [it.customer_id for it in found.candidates]
    if found.customer_id is not None:
        ids.append(found.customer_id)
    return {of: number for of, (number, _) in numbers_and_names(connection, ids).items()}


def _counts(cli: Cli, counts: Mapping[str, int]) -> str:
    parts = [f"{cli.tr(name)} {counts[code]}" for code, name in _OUTCOMES.items() if counts.get(code)]
    return ", ".join(parts) or "0"


def _file_lines(cli: Cli, file: WebFile) -> list[str]:
    if file.again:
        words = N_("{name} was read on {day} already: {counts}.")
    elif file.finished_at is None:
        words = N_("{name}: stopped at line {line}. {counts}. The same command goes on.")
    else:
        words = N_("{name}: {lines} lines. {counts}.")
    told = cli.tr(
        words,
        name=file.name,
        day=file.started_at.astimezone(HELSINKI).date(),
        line=file.position,
        lines=file.lines,
        counts=_counts(cli, file.counts),
    )
    if file.quarantine_file is None or file.again:
        return [told]
    again = cli.tr(N_("Correct these rows and feed the file back: {file}"), file=file.quarantine_file)
    return [told, again]


def _file_data(file: WebFile) -> dict[str, object]:
    return {
        "file": file.name,
        "number": file.id,
        "again": file.again,
        "finished": file.finished_at is not None,
        "lines": file.lines,
        "counts": dict(file.counts),
        "quarantine_file": file.quarantine_file,
    }


def _line(cli: Cli, found: WebRegistration, numbers: Mapping[int, str]) -> str:
    whom = ", ".join(
        f"{numbers[it.customer_id]} ({', '.join(cli.tr(BY_NAMES[by]) for by in it.by)})"
        for it in found.candidates
    )
    if found.customer_id is not None:
        whom = numbers[found.customer_id]
    urgent = f"{cli.tr(N_('URGENT'))} " if found.urgent else ""
    words = N_("{number}  {urgent}{when} {form}: {name}; {state}; {whom}")
    return cli.tr(
        words,
        number=found.id,
        urgent=urgent,
        when=f"{found.submitted_at.astimezone(HELSINKI):%Y-%m-%d %H:%M}",
        form=found.form,
        name=_name(found.values or {}) or "–",
        state=cli.tr(WEB_STATE_NAMES[found.state]),
        whom=whom or "–",
    )


def _name(values: Mapping[str, str]) -> str:
    names = (values.get("first_name"), values.get("last_name"), values.get("organisation_name"))
    return " ".join(name for name in names if name)


def _value_lines(cli: Cli, found: WebRegistration, known: Mapping[str, Mapping[str, object]]) -> list[str]:
    from core.customers.words import BAN_NAMES, FIELD_NAMES

    lines = []
    for field, value in (found.values or {}).items():
        others = "; ".join(f"{number}: {its[field] or '–'}" for number, its in known.items())
        lines.append(f"  {cli.tr(FIELD_NAMES[field])}: {value}" + (f"   [{others}]" if others else ""))
    if found.bans:
        bans = ", ".join(cli.tr(BAN_NAMES[ban]) for ban in found.bans)
        lines.append(cli.tr(N_("  forbids: {bans}"), bans=bans))
    return lines


def _trail_lines(cli: Cli, trail: Trail | None) -> list[str]:
    if trail is None:
        return []
    lines = [f"  {part}" for part in (trail.ip, trail.browser) if part]
    lines += [
        f"  {it.at.astimezone(HELSINKI):%Y-%m-%d %H:%M}  "
        + cli.tr(N_("{page}, {seconds} s"), page=it.page, seconds=it.seconds)
        for it in trail.visits
    ]
    return lines


def _data(found: WebRegistration, numbers: Mapping[int, str]) -> dict[str, object]:
    kept: Sequence[str] = [it for it in found.__slots__ if it not in ("customer_id", "candidates", "bans")]
    return {
        **{name: getattr(found, name) for name in kept},
        "customer": None if found.customer_id is None else numbers[found.customer_id],
        "candidates": [{"customer": numbers[it.customer_id], "by": it.by} for it in found.candidates],
        "bans": [str(ban) for ban in found.bans],
    }


def _trail_data(trail: Trail | None) -> dict[str, object] | None:
    if trail is None:
        return None
    visits = [{"at": it.at, "page": it.page, "seconds": it.seconds} for it in trail.visits]
    return {"ip": trail.ip, "browser": trail.browser, "visits": visits}
