"""`rekisteri config`: show the settings, check them, make a new register."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.config.reading import find_config, read_config
from core.config.secret import Secret
from core.errors import UsageError
from core.messages import N_, ntr
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from core.config.schema import Config
    from core.config.walk import Key
    from core.errors import RegisterError

ORIGINS = {
    "file": N_("from the file"),
    "default": N_("default"),
    "environment": N_("from the environment"),
}
PROBLEMS_EXIT = 2


class MissingAnswers(UsageError):
    """`config init` was run by a program that did not say everything."""

    code = "config.missing_answers"
    sentence = N_("A new register needs to know more: {options}.")
    advice = N_("Give them as options, or run rekisteri config init in a terminal, which asks.")


@click.group()
def command() -> None:
    """Show, check and make the configuration."""


@command.command()
@pass_cli
def show(cli: Cli) -> None:
    """Show each setting, its value and where it came from; secrets are shown as references only."""
    reading = read_config(find_config(cli.config_path))
    if reading.config is None:
        raise reading.problems[0]
    rows = [(".".join(key), _value(reading.config, key), origin) for key, origin in reading.origins.items()]
    data = {
        "file": str(reading.file),
        "settings": [{"key": key, "value": value, "origin": origin} for key, value, origin in rows],
    }
    lines = [f"{key} = {_written(value)}  ({cli.tr(ORIGINS[origin])})" for key, value, origin in rows]
    cli.emit(data, "\n".join([str(reading.file), *lines]))


@command.command()
@click.pass_context
@pass_cli
def check(cli: Cli, ctx: click.Context) -> None:
    """List every problem of the configuration, its keys and secrets at once; 2 when there is any."""
    reading = read_config(find_config(cli.config_path))
    problems: list[RegisterError] = list(reading.problems)
    if reading.config is not None:
        from tui.cli.config_check import problems_outside

        problems += problems_outside(reading.config, str(reading.file))
    if not problems:
        cli.emit(
            {"file": str(reading.file), "problems": []}, cli.tr(N_("{file} is in order."), file=reading.file)
        )
        return
    explained = [problem.explain(cli.language) for problem in problems]
    data = [{"code": each.code, "sentence": each.sentence, "advice": each.advice} for each in explained]
    sentence = ntr("{count} problem", "{count} problems", len(problems), cli.language)
    lines = [f"- {each.sentence} {each.advice}" for each in explained]
    cli.emit({"file": str(reading.file), "problems": data}, "\n".join([f"{sentence}:", *lines]))
    ctx.exit(PROBLEMS_EXIT)


@command.command()
@click.option("--name", default="Asiakasrekisteri", help="What the register is called.")
@click.option("--controller", help="The company that keeps the register.")
@click.option("--address", help="Its postal address, on one line.")
@click.option("--contact-person", help="Who answers questions about the register.")
@click.option("--email", help="Where to write to.")
@click.option("--origin", help="The log's name; made from the e-mail address when left out.")
@click.option("--database", help="The database's address; SQLite beside the configuration when left out.")
@pass_cli
def init(cli: Cli, /, name: str, origin: str | None, database: str | None, **answers: str | None) -> None:
    """Make a new register: configuration, keys, database and disclosure log."""
    from core.founding import found_register

    told = _asked(cli, answers)
    given = {"register.name": name, "register.language": cli.language}
    given |= {f"register.controller.{'name' if key == 'controller' else key}": told[key] for key in told}
    given["log.origin"] = origin or f"{told['email'].rpartition('@')[2]}/asiakasrekisteri"
    if database is not None:
        given["database.url"] = database
    founded = found_register(cli.config_path or Path("config.toml"), given)
    data = {
        "file": str(founded.file),
        "master_key_file": str(founded.config.keys.master_key_file),
        "log_key_file": str(founded.config.keys.log_key_file),
        "vkey": founded.vkey,
    }
    lines = [
        cli.tr(N_("A new register was made: {file}."), file=founded.file),
        cli.tr(
            N_("Back up the master key {path} now, apart from the database."), path=data["master_key_file"]
        ),
        cli.tr(N_("The log is verified with: {vkey}"), vkey=founded.vkey),
        cli.tr(N_("Next, make the first administrator: rekisteri staff first")),
    ]
    cli.emit(data, "\n".join(lines))


def _asked(cli: Cli, answers: dict[str, str | None]) -> dict[str, str]:
    """Every answer; what is missing is asked for in a terminal and refused elsewhere."""
    questions = {
        "controller": N_("The company that keeps the register"),
        "address": N_("Its postal address, on one line"),
        "contact_person": N_("Who answers questions about the register"),
        "email": N_("E-mail address"),
    }
    missing = [key for key in questions if not answers[key]]
    if missing and not sys.stdin.isatty():
        raise MissingAnswers(options=", ".join(f"--{key.replace('_', '-')}" for key in missing))
    return {key: answers[key] or click.prompt(cli.tr(text)) for key, text in questions.items()}


def _value(config: Config, key: Key) -> Any:
    """The value of a setting as JSON can say it."""
    found: Any = config
    for part in key:
        found = found[part] if isinstance(found, dict) else getattr(found, part)
    if isinstance(found, Secret):
        return found.reference
    if isinstance(found, tuple):
        return list(found)
    return found if isinstance(found, (str, int, bool, dict, type(None))) else str(found)


def _written(value: Any) -> str:
    if value is None:
        return "-"
    return f'"{value}"' if isinstance(value, str) else str(value)
