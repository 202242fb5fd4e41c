"""`rekisteri review`: what is new, refusals, looks, samples, reports, and signing off."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.actor import require
from core.clock import HELSINKI
from core.disclosure.review.findings import FINDERS
from core.disclosure.review.rules import RULE_NAMES
from core.messages import N_
from tui.cli.main import Cli, pass_cli
from tui.cli.review_decisions import approve, found

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.register import Register

_FILE = click.Path(path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])
_SINCE = click.option("--since", type=_DAY, help="From this day on; since the last review without it.")


@click.group("review")
def command() -> None:
    """Review: what has left and who has looked since the last review, and signing it off."""


command.add_command(approve)
command.add_command(found)


def _reviewing(cli: Cli) -> Register:
    require(cli.actor(), *FINDERS)
    return cli.register()


@command.command("status")
@pass_cli
def status(cli: Cli) -> None:
    """Do what is due about reviews, and tell what is new since the last one and what the rules mark."""
    from core.disclosure.review.due import do_what_is_due
    from core.disclosure.review.news import news

    register = _reviewing(cli)
    do_what_is_due(register)
    with register.database.reading() as connection:
        new = news(connection, register.log, register.config.review, register.clock.now())
    counts = {
        "transfers": new.transfers,
        "persons": new.persons,
        "in_doubt": new.in_doubt,
        "refusals": new.refusals,
        "approvals_waiting": new.approvals_waiting,
        "open_findings": new.open_findings,
        "looks": new.looks,
    }
    lines = [
        cli.tr(N_("No review has been signed off yet."))
        if new.last is None
        else cli.tr(
            N_("Last review: {when}, {who}."), when=_when(new.last.signed_at), who=new.last.staff_name
        ),
        cli.tr(N_("Transfers: {count} ({persons} persons)"), count=new.transfers, persons=new.persons),
        cli.tr(N_("In doubt: {count}"), count=new.in_doubt),
        cli.tr(N_("Refusals: {count}"), count=new.refusals),
        cli.tr(N_("Approvals waiting: {count}"), count=new.approvals_waiting),
        cli.tr(N_("Open findings: {count}"), count=new.open_findings),
        cli.tr(N_("Looks: {count}, marked: {marked}"), count=new.looks, marked=len(new.look_marks)),
        *(
            f"  {mark.number or '–'}  {mark.recipient}  {cli.tr(RULE_NAMES[mark.rule])}: {mark.sentence(cli.language)}"
            for mark in new.marks
        ),
    ]
    cli.emit(
        {
            **counts,
            "last_review": None if new.last is None else new.last.signed_at.isoformat(),
            "due_at": None if new.due_at is None else new.due_at.isoformat(),
            "marks": [
                {"rule": it.rule, "transfer": it.number, "recipient": it.recipient, **it.data}
                for it in new.marks
            ],
            "looks_marked": len(new.look_marks),
        },
        "\n".join(lines),
    )


@command.command("refusals")
@_SINCE
@pass_cli
def refused(cli: Cli, since: datetime | None) -> None:
    """List what the gate has refused: who asked for what, and which rule said no."""
    from core.disclosure.review.refusals import refusals

    register = _reviewing(cli)
    with register.database.reading() as connection:
        rows = refusals(connection, since=_start(register, since))
    lines = [
        f"{_when(it.recorded_at)}  {it.staff_name}  {it.recipient}  {it.purpose}  {it.size}  {it.reason(cli.language)}"
        for it in rows
    ]
    cli.emit([_plain(asdict(it)) for it in rows], _lines(cli, lines))


@command.command("access")
@_SINCE
@pass_cli
def access(cli: Cli, since: datetime | None) -> None:
    """List the looks that the rules mark, and check that the access log is what the disclosure log says it was."""
    from core.disclosure.review import look_check
    from core.disclosure.review.snooping import marked_looks

    register = _reviewing(cli)
    with register.database.reading() as connection:
        marks = marked_looks(
            connection, register.config.review, _start(register, since), register.clock.now()
        )
        broken = list(look_check.problems(connection, register.log))
    lines = [
        f"{_when(it.at)}  {it.staff_name}  {it.customer_number or '–'}  {it.task}  {it.sentence(cli.language)}"
        for it in marks
    ]
    data = [
        {
            "rule": it.rule,
            "access": it.access_id,
            "at": it.at.isoformat(),
            "staff": it.staff_name,
            "action": it.action,
            "customer": it.customer_number,
            "task": it.task,
            **it.data,
        }
        for it in marks
    ]
    problems = [{"access": it.access_id, "problem": it.what} for it in broken]
    cli.emit({"marks": data, "problems": problems}, _lines(cli, lines))
    if broken:
        raise look_check.broken(broken)


@command.command("sample")
@click.option("--size", type=click.IntRange(1), help="How many transfers; review.sample_size without it.")
@click.option("--seed", help="Draw by this seed instead of a random one.")
@click.option(
    "--looked", type=int, multiple=True, help="Transfer (its number) of the sample that was looked at."
)
@pass_cli
def sample(cli: Cli, size: int | None, seed: str | None, looked: tuple[int, ...]) -> None:
    """Draw a random sample of the transfers since the last review, or note which of it were looked at."""
    from core.disclosure.review import sampling

    register, actor = _reviewing(cli), cli.actor()
    with register.database.unit_of_work() as uow:
        held = sampling.newest(uow.connection) if looked else None
        if held is None:
            held = sampling.draw(uow, actor, size or register.config.review.sample_size, seed=seed)
        for number in looked:
            sampling.look_at(uow, actor, held, number)
        uow.commit()
    with register.database.reading() as connection:
        held = sampling.newest(connection) or held
    numbers = ", ".join(f"{number}{'*' if number in held.looked_at else ''}" for number in held.numbers)
    cli.emit(
        {
            "seed": held.seed,
            "start": held.start_size,
            "end": held.end_size,
            "transfers": list(held.numbers),
            "looked_at": sorted(held.looked_at),
        },
        cli.tr(N_("Seed {seed}; transfers {numbers} (* looked at)"), seed=held.seed, numbers=numbers),
    )


@command.command("sign-off")
@click.option("--words", required=True, help="What was reviewed, in a sentence or two.")
@click.option(
    "--key",
    "key_file",
    type=_FILE,
    help="Your own key (log cosign-key); without it, cosign elsewhere afterwards.",
)
@pass_cli
def sign(cli: Cli, words: str, key_file: Path | None) -> None:
    """Sign the review off: an entry in the log, and your own signature under the checkpoint that holds it."""
    from core.disclosure.review.signing_off import sign_off

    register, actor = _reviewing(cli), cli.actor()
    done = sign_off(register.database, register.keyring, register.log, actor, words=words, key_file=key_file)
    lines = [
        cli.tr(
            N_("Review signed off: entries {start}–{end}, entry {index} of the log."),
            start=done.review.start_size,
            end=done.review.end_size,
            index=done.review.log_index,
        ),
        cli.tr(N_("Cosigned; your verification key: {vkey}"), vkey=done.cosigner)
        if done.cosigner
        else cli.tr(N_("Not cosigned yet: rekisteri log checkpoint, cosign, add-cosignature.")),
    ]
    cli.emit(
        {
            "review": done.review.uuid,
            "start": done.review.start_size,
            "end": done.review.end_size,
            "root": done.review.root.hex(),
            "log_index": done.review.log_index,
            "checkpoint": done.checkpoint.size,
            "verdict": done.review.verdict,
            "vkey": done.cosigner,
        },
        "\n".join(lines),
    )
    if done.not_cosigned is not None:
        raise done.not_cosigned


@command.command("report")
@click.argument("file", required=False, type=_FILE)
@_SINCE
@pass_cli
def write_report(cli: Cli, file: Path | None, since: datetime | None) -> None:
    """Write the report into FILE (.csv or .pdf), or print it; it names no customer."""
    from core.disclosure.review import report
    from tui.cli.log_receipts import write_new

    register = _reviewing(cli)
    with register.database.reading() as connection:
        made = report.report(
            register, connection, cli.language, None if since is None else since.replace(tzinfo=HELSINKI)
        )
    if file is None:
        cli.emit(report.as_data(made), report.as_csv(made).decode("utf-8-sig").replace("\r\n", "\n").rstrip())
        return
    if file.suffix.lower() == ".pdf":
        from integrations.typesetter import Typst

        write_new(file, Typst().pdf(report.as_pages(made)))
    else:
        write_new(file, report.as_csv(made))
    cli.emit({"files": [str(file)]}, cli.tr(N_("Written: {files}"), files=file))


def _start(register: Register, since: datetime | None) -> datetime | None:
    if since is not None:
        return since.replace(tzinfo=HELSINKI)
    from core.disclosure.review.signed import last_review

    with register.database.reading() as connection:
        last = last_review(connection)
    return None if last is None else last.signed_at


def _when(moment: datetime) -> str:
    return moment.astimezone(HELSINKI).strftime("%Y-%m-%d %H:%M")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if name.endswith("_at") and value else value for name, value in row.items()
    }


def _lines(cli: Cli, lines: Iterable[str]) -> str:
    return "\n".join(lines) or cli.tr(N_("Nothing."))
