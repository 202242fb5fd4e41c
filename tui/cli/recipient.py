"""`rekisteri recipient`: who may be sent to, and how each record has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.clock import HELSINKI
from core.disclosure import recipients
from core.disclosure.purposes import PURPOSES
from core.disclosure.recipients import follow_configuration
from core.messages import N_
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from datetime import date

    from core.disclosure.recipients import Recipient


@click.group("recipient")
def command() -> None:
    """Recipients: registered parties with an agreement; nobody else can be sent to."""


@command.command("list")
@pass_cli
def list_recipients(cli: Cli) -> None:
    """List the recipients and whether their agreements are in force."""
    register = cli.register()
    follow_configuration(register.database, register.config.recipients)
    today = register.clock.now().astimezone(HELSINKI).date()
    with register.database.reading() as connection:
        found = recipients.recipients(connection)
    lines = "\n".join(_line(cli, recipient, today) for recipient in found)
    cli.emit([_described(it, today) for it in found], lines or cli.tr(N_("There are no recipients yet.")))


@command.command("show")
@click.argument("code")
@pass_cli
def show(cli: Cli, code: str) -> None:
    """Show the recipient CODE and every change of its record."""
    register = cli.register()
    follow_configuration(register.database, register.config.recipients)
    today = register.clock.now().astimezone(HELSINKI).date()
    with register.database.reading() as connection:
        recipient = recipients.recipient_of(connection, code)
        history = recipients.history_of(connection, code)
    data = _described(recipient, today) | {
        "history": [
            {
                "version": it.recipient.version,
                "at": it.recorded_at.isoformat(),
                "staff_id": it.staff_id,
                "changed": {name: list(pair) for name, pair in it.changed.items()},
            }
            for it in history
        ]
    }
    lines = [_line(cli, recipient, today)]
    lines += [f"  {name}: {_plain(value)}" for name, value in _described(recipient, today).items()]
    for it in history:
        changes = "; ".join(
            f"{name}: {_plain(old)} → {_plain(new)}" for name, (old, new) in it.changed.items()
        )
        when = it.recorded_at.astimezone(HELSINKI)
        lines.append(f"  {it.recipient.version}  {when:%Y-%m-%d %H:%M}  {changes}".rstrip())
    cli.emit(data, "\n".join(lines))


def _described(recipient: Recipient, today: date) -> dict[str, Any]:
    return {
        "code": recipient.code,
        "name": recipient.name,
        "business_id": recipient.business_id,
        "role": recipient.role,
        "country": recipient.country,
        "agreement": recipient.agreement,
        "agreement_from": recipient.agreement_from.isoformat(),
        "agreement_to": None if recipient.agreement_to is None else recipient.agreement_to.isoformat(),
        "purposes": list(recipient.purposes),
        "categories": list(recipient.categories),
        "adapter": recipient.adapter,
        "necessity": recipient.necessity,
        "safeguard": recipient.safeguard,
        "in_force": recipient.in_force(today),
    }


def _plain(value: object) -> str:
    if value is None:
        return "–"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _line(cli: Cli, recipient: Recipient, today: date) -> str:
    state = N_("in force") if recipient.in_force(today) else N_("not in force")
    purposes = ", ".join(cli.tr(PURPOSES[code].name) for code in recipient.purposes)
    return f"{recipient.code}  {recipient.name}  {recipient.country}  {cli.tr(state)}  {purposes}"
