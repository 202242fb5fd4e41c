"""`rekisteri rectification`: what is to be rectified, the decision, and who is told of it.

Values come from a file or standard input, a line each: on the command line ``ps`` would show them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

import click

from core.customers.words import FIELD_NAMES
from core.errors import UsageError
from core.messages import N_
from core.rights.reading import case
from core.rights.rectification import service
from core.rights.rectification.reading import proposals
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from core.notices.types import Notice
    from core.rights.rectification.types import Proposal

_NUMBER = click.argument("number", type=int)


class NotAValueLine(UsageError):
    """A line of the values that has no field."""

    code = "cli.not_a_value_line"
    sentence = N_("Line {line} does not say which field it is.")
    advice = N_("Write each as: street: Haapakuja 2. A field without a value is to be emptied.")


class GrantWhat(UsageError):
    """A decision that says neither what is granted nor that nothing is."""

    code = "cli.grant_what"
    sentence = N_("It was not said what is granted.")
    advice = N_("Give --grant FIELD for each, --grant-all, or --refuse.")


@click.group("rectification")
def command() -> None:
    """Rectify a person's data: propose, decide, notices. The request itself: rekisteri case receive."""


@command.command("propose")
@_NUMBER
@click.option(
    "--values",
    type=click.File("r", encoding="utf-8"),
    default="-",
    help="File with the values asked for, a line each: street: Haapakuja 2. Standard input without it.",
)
@click.option("--evidence", type=int, help="The attachment that shows it: its number in the case.")
@pass_cli
def propose(cli: Cli, *, number: int, values: TextIO, evidence: int | None) -> None:
    """Write down what case NUMBER asks to be rectified; nothing is changed yet."""
    register, actor = cli.register(), cli.actor()
    asked = _values(values.read())
    with register.database.unit_of_work() as uow:
        found = service.propose(uow, register.keyring, actor, number, asked or None, evidence=evidence)
        uow.commit()
    cli.emit([_data(it) for it in found], "\n".join(_line(cli, it) for it in found))


@command.command("decide")
@_NUMBER
@click.option("--grant", "fields", multiple=True, help="A field that is rectified; the others stay.")
@click.option("--grant-all", is_flag=True, help="Everything is rectified.")
@click.option("--refuse", is_flag=True, help="Nothing is rectified.")
@click.option(
    "--words",
    type=click.File("r", encoding="utf-8"),
    default="-",
    help="File with the reasons, which a refusal needs; standard input without it.",
)
@pass_cli
def decide(
    cli: Cli, *, number: int, fields: tuple[str, ...], grant_all: bool, refuse: bool, words: TextIO
) -> None:
    """Decide case NUMBER: what is granted is changed, and the notices to recipients and sources are made."""
    if [bool(fields), grant_all, refuse].count(True) != 1:
        raise GrantWhat
    register, actor, reasons = cli.register(), cli.actor(), words.read()
    with register.database.unit_of_work() as uow:
        asked = (
            [it.field for it in proposals(uow.connection, register.keyring, number)] if grant_all else fields
        )
        version = case(uow.connection, number).version
        done = service.decide(uow, register, actor, number, asked, reasons=reasons, version=version)
        uow.commit()
    names = ", ".join(cli.tr(FIELD_NAMES[name]) for name in done.changed)
    told = cli.tr(
        N_(
            "Case {number}: rectified {fields}. Notices made: {notices}. Send or print them: rekisteri notices"
        ),
        number=number,
        fields=names or "–",
        notices=", ".join(map(str, done.notices)) or "–",
    )
    data = {"case": number, "decision": done.case.decision, "changed": done.changed, "notices": done.notices}
    cli.emit(data, told)


@command.command("notices")
@_NUMBER
@pass_cli
def list_notices(cli: Cli, *, number: int) -> None:
    """List who is told of case NUMBER's rectification, and who has acknowledged."""
    from core.notices.rights import notices_of_case
    from core.notices.types import NOTICE_STATE_NAMES
    from core.notices.words import recipient_name

    cli.actor()
    with cli.register().database.reading() as connection:
        found = notices_of_case(connection, case(connection, number))

    def line(one: Notice) -> str:
        who = recipient_name({}, one.recipient, cli.language)
        return f"{one.id}  {who}: {cli.tr(NOTICE_STATE_NAMES[one.state])}, {one.chase_on or one.due_on}"

    data = [{"number": it.id, "recipient": it.recipient, "state": it.state, "way": it.way} for it in found]
    cli.emit(data, "\n".join(map(line, found)) or cli.tr(N_("Nobody has to be told.")))


def _values(text: str) -> dict[str, str | None]:
    asked: dict[str, str | None] = {}
    for place, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise NotAValueLine(line=place)
        asked[name.strip()] = value.strip() or None
    return asked


def _line(cli: Cli, one: Proposal) -> str:
    return f"{cli.tr(FIELD_NAMES[one.field])}: {one.old or '–'} → {one.new or '–'}"


def _data(one: Proposal) -> dict[str, object]:
    return {
        "field": one.field,
        "old": one.old,
        "new": one.new,
        "evidence": one.evidence,
        "decision": one.decision,
    }
