"""`rekisteri partner`: which partners there are, what each gets, and whether it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.actor import Role, require
from core.messages import N_
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from integrations.hub import PartnerSummary

UNHEALTHY = 3


@click.group()
def command() -> None:
    """Partners: the adapters that are installed, and what config.toml makes of them."""


@command.command("list")
@pass_cli
def list_partners(cli: Cli) -> None:
    """List the installed adapters, configured or not."""
    partners = cli.hub().partners()
    lines = [f"{partner.name:<16} {_state(cli, partner)}" for partner in partners]
    cli.emit([_as_data(cli, partner) for partner in partners], "\n".join(lines))


@command.command("show")
@click.argument("name")
@pass_cli
def show(cli: Cli, name: str) -> None:
    """Show what adapter NAME declares: what it may be sent and why, where to, and its settings."""
    partner = cli.hub().partner(name)
    manifest = partner.manifest
    recipient = manifest.recipient
    rows = [
        (cli.tr(N_("name")), manifest.name.in_language(cli.language)),
        (cli.tr(N_("version")), manifest.version),
        (cli.tr(N_("state")), _state(cli, partner)),
        (cli.tr(N_("address")), ", ".join(partner.destinations) or "–"),
        (cli.tr(N_("purposes")), ", ".join(recipient.purposes)),
        (cli.tr(N_("needs")), ", ".join(recipient.requires) or "–"),
        (cli.tr(N_("may use")), ", ".join(recipient.may_use) or "–"),
        (cli.tr(N_("secrets")), ", ".join(manifest.secrets) or "–"),
    ]
    settings = [
        f"  {setting}: {declared.help.in_language(cli.language)}"
        for setting, declared in manifest.settings.items()
    ]
    lines = [f"{label}: {value}" for label, value in rows]
    cli.emit(_as_data(cli, partner), "\n".join([*lines, cli.tr(N_("settings")) + ":", *settings]))


@command.command("check")
@click.argument("name")
@pass_cli
def check(cli: Cli, name: str) -> None:
    """Try the connection to partner NAME with invented data; says what is wrong."""
    actor = cli.actor()
    require(actor, Role.ADMINISTRATOR)
    report = cli.hub().check(name, actor.user_name)
    told = list(report.sentences(cli.language))
    if report.ok:
        told.insert(0, cli.tr(N_("{partner} answers as it should."), partner=name))
    cli.emit({"partner": name, "ok": report.ok, "code": report.code, "notes": told}, "\n".join(told))
    if not report.ok:
        raise click.exceptions.Exit(UNHEALTHY)


def _state(cli: Cli, partner: PartnerSummary) -> str:
    if partner.environment is None:
        return cli.tr(N_("not configured"))
    if partner.problem is not None:
        return str(partner.problem.explain(cli.language))
    return partner.environment


def _as_data(cli: Cli, partner: PartnerSummary) -> dict[str, Any]:
    recipient = partner.manifest.recipient
    return {
        "name": partner.name,
        "title": partner.manifest.name.in_language(cli.language),
        "version": partner.manifest.version,
        "environment": partner.environment,
        "destinations": list(partner.destinations),
        "problem": None if partner.problem is None else str(partner.problem.explain(cli.language)),
        "purposes": list(recipient.purposes),
        "requires": list(recipient.requires),
        "may_use": list(recipient.may_use),
    }
