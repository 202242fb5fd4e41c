"""`rekisteri run-due`: does what is due; for a timer, and after every start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core import master_key
from core.actor import SYSTEM
from core.clock import HELSINKI
from core.customers import credit, web_visits
from core.disclosure.review.due import do_what_is_due
from core.documents import folder as documents
from core.messages import N_
from core.notices import routine as notice_routine
from core.retention import approving
from core.rights.announcing import announce
from core.rights.erasure import service as erasure
from core.rights.reminders import due_counts, remind
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.errors import RegisterError
    from core.register import Register
    from core.rights.reminders import DueCounts


@click.command("run-due")
@pass_cli
def command(cli: Cli) -> None:
    """Do what is due: close what stopped programs left open, settle doubt, purge credit answers, sign and anchor the log."""
    register = cli.register()
    recovered = register.gate.recover()
    settled = register.gate.settle_due(SYSTEM)
    with register.database.unit_of_work() as uow:
        purged = credit.purge_answers(uow)
        uow.commit()
    removed = documents.sweep(register)
    reviewed = do_what_is_due(register)
    announced = announce(register, SYSTEM)
    notices = notice_routine.do_what_is_due(register)
    forgotten, overdue = _visits(register)
    reminded, cases = _cases(register)
    staying = approving.stay(register, SYSTEM)
    waiting = approving.waiting_for_a_person(register)
    unproved: list[RegisterError] = []
    completed = erasure.complete_due(register, SYSTEM, unproved)
    anchored = _anchor(cli, register)
    upkeep = _upkeep(cli, register)
    signed = register.log.sign()
    lines = [
        cli.tr(N_("Found unsent after a stop: {transfers}"), transfers=_numbers(recovered.not_sent)),
        cli.tr(N_("Found in doubt after a stop: {transfers}"), transfers=_numbers(recovered.in_doubt)),
        cli.tr(N_("Settled by asking: {transfers}"), transfers=_numbers(settled.settled)),
        cli.tr(N_("Still in doubt: {transfers}"), transfers=_numbers(settled.waiting)),
        cli.tr(N_("Waiting for a person: {transfers}"), transfers=_numbers(settled.for_person)),
        cli.tr(N_("Credit answers purged: {count}"), count=purged),
        cli.tr(N_("Exports removed after their time: {count}"), count=len(removed)),
        cli.tr(N_("Looks entered into the log: {count}"), count=reviewed.looks),
        cli.tr(N_("New findings of drift: {count}"), count=reviewed.findings),
        cli.tr(
            N_("Visits on the site deleted after their time: {count}; waiting for approval: {overdue}"),
            count=forgotten,
            overdue=overdue,
        ),
        cli.tr(
            N_(
                "Notices made of restrictions: {restricted}; of their ends: {lifted}; not needed any more: {dropped}"
            ),
            restricted=announced.restricted,
            lifted=announced.lifted,
            dropped=announced.dropped,
        ),
        cli.tr(N_("Recipients told of changes: {count}"), count=notices.told),
        cli.tr(
            N_("Recipients who have not answered in time: {count}; notices that need a person: {waiting}"),
            count=notices.chased,
            waiting=notices.waiting,
        ),
        *(problem.explain(cli.language).sentence for problem in notices.problems),
        cli.tr(
            N_("Requests near their last day: {near}; overdue: {overdue}; noted now: {numbers}"),
            near=cases.near,
            overdue=cases.overdue,
            numbers=_numbers(reminded),
        ),
        cli.tr(N_("Approved to go, but in contact since: {cases}"), cases=_numbers(staying)),
        cli.tr(
            N_(
                "Period over, waiting for approval: {due}; holds to look at: {holds}; papers to destroy: {papers}"
            ),
            due=waiting.due,
            holds=waiting.holds,
            papers=waiting.papers,
        ),
        cli.tr(N_("Erasures completed: {count}"), count=len(completed)),
        *(problem.explain(cli.language).sentence for problem in unproved),
        *_master_key(cli, register),
        cli.tr(N_("Log signed up to entry {size}"), size=signed.size),
        *anchored.values(),
        *upkeep.values(),
    ]
    problem = register.log.mirror_problem
    if problem is not None:
        lines.append(problem.explain(cli.language).sentence)
    cli.emit(
        {
            "not_sent": recovered.not_sent,
            "in_doubt": recovered.in_doubt,
            "settled": settled.settled,
            "waiting": settled.waiting,
            "for_person": settled.for_person,
            "answers_purged": purged,
            "exports_removed": len(removed),
            "looks_entered": reviewed.looks,
            "drift_findings": reviewed.findings,
            "approvals_void": reviewed.void,
            "visits_deleted": forgotten,
            "visits_overdue": overdue,
            "restrictions_announced": announced.restricted,
            "restriction_ends_announced": announced.lifted,
            "notices_made": notices.looked.made,
            "notices_told": notices.told,
            "notices_chased": notices.chased,
            "notices_waiting": notices.waiting,
            "notice_problems": [problem.code for problem in notices.problems],
            "cases_near": cases.near,
            "cases_overdue": cases.overdue,
            "cases_reminded": reminded,
            "approvals_taken_back": staying,
            "period_over": waiting.due,
            "holds_to_review": waiting.holds,
            "papers_to_destroy": waiting.papers,
            "erasures_completed": [done.case.number for done in completed],
            "erasure_problems": [problem.code for problem in unproved],
            "log_size": signed.size,
            "anchor": list(anchored),
            "upkeep": list(upkeep),
            "mirror_problem": problem.code if problem else None,
        },
        "\n".join(lines),
    )


def _visits(register: Register) -> tuple[int, int]:
    """Visits whose time is over: how many were deleted under the standing approval, how many wait for a person (P11)."""
    settings = register.config.web
    with register.database.unit_of_work() as uow:
        deleted = web_visits.delete_if_approved(uow, SYSTEM, settings)
        uow.commit()
    with register.database.reading() as connection:
        return deleted, web_visits.overdue(connection, register.clock.now(), settings)


def _cases(register: Register) -> tuple[list[int], DueCounts]:
    """Cases near their last day: those noted now, and how many there are."""
    settings = register.config.rights
    with register.database.unit_of_work() as uow:
        reminded = remind(uow, settings, SYSTEM)
        counts = due_counts(uow.connection, settings, uow.now.astimezone(HELSINKI).date())
        uow.commit()
    return reminded, counts


def _upkeep(cli: Cli, register: Register) -> dict[str, str]:
    """Backups and fire drills that are due, and what a killed drill has left; by a code."""
    from core.backup.upkeep import Upkeep, backup_due, latest, overdue
    from core.drill.copy import sweep

    config, now = register.config, register.clock.now()
    with register.database.reading() as connection:
        due = {
            Upkeep.BACKUP: bool(config.backup.recipients) and backup_due(connection, now, config.backup.days),
            Upkeep.DRILL: overdue(connection, Upkeep.DRILL, now, config.drill.days),
        }
        last = {kind: latest(connection, kind) for kind in due}
    words = {
        Upkeep.BACKUP: N_("Last backup: {when}. A new one is due: rekisteri backup create FILE"),
        Upkeep.DRILL: N_("Last fire drill: {when}. The next one is due: rekisteri drill"),
    }
    said: dict[str, str] = {}
    for kind in (kind for kind in due if due[kind]):
        done = last[kind]
        said[kind] = cli.tr(words[kind], when="–" if done is None else f"{done.at:%Y-%m-%d}")
    if sweep(config.drill.directory):
        said["swept"] = cli.tr(N_("A copy that an interrupted fire drill had left was removed."))
    return said


def _anchor(cli: Cli, register: Register) -> dict[str, str]:
    """Give the checkpoint away when that is due, also when nothing happened; what there is to say, by a code."""
    from core.disclosure.log.anchors import anchor, anchor_state
    from core.disclosure.log.keeping_errors import AnchorUnwritable
    from tui.cli.log_care import channels_of

    days = register.config.log.anchor_days
    channels = channels_of(register.config)
    said: dict[str, str] = {}
    with register.database.reading() as connection:
        state = anchor_state(connection, register.clock.now(), days)
    if state.due and channels.any:
        try:
            files = anchor(register.log, channels, cli.language)
        except AnchorUnwritable as error:
            said["failed"] = error.explain(cli.language).sentence
        else:
            said["given"] = cli.tr(N_("Checkpoint given outside: {files}"), files=", ".join(map(str, files)))
            return said
    if state.overdue:
        last = "–" if state.last is None else f"{state.last:%Y-%m-%d %H:%M}"
        said["overdue"] = cli.tr(
            N_(
                "ALARM: no checkpoint has been given outside for {days} days (last: {last}). See: rekisteri log anchor"
            ),
            days=days,
            last=last,
        )
    return said


def _numbers(transfers: Sequence[int]) -> str:
    return ", ".join(map(str, transfers)) or "–"


def _master_key(cli: Cli, register: Register) -> list[str]:
    """What to say of the master key: something when it is due to be changed."""
    with register.database.reading() as connection:
        found = master_key.status(register, connection)
    if not found.is_due(register.clock.now().astimezone(HELSINKI).date()):
        return []
    return [cli.tr(N_("The master key is due to be changed: rekisteri keys rotate"))]
