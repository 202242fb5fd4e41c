"""`rekisteri`: finds the verb, runs it, and turns every refusal into a sentence and an exit code.

Exit codes: 0 done, 1 refused or failed, 2 usage or configuration, 3 partner or database unavailable,
130 interrupted.
"""

from __future__ import annotations

import importlib
import json
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from core.errors import RegisterError
from core.messages import LANGUAGES, tr
from core.text import safe_json, safe_text
from tui.cli.door import guard
from tui.cli.faults import report_unexpected
from tui.cli.speech import localise, spoken_language, teach_library
from tui.cli.streams import ensure_streams, finish_output, spoken

if TYPE_CHECKING:
    from core.actor import Actor
    from core.register import Register
    from integrations.hub import Hub
    from tui.bootstrap import Workplace

# The verbs and their modules: a module is imported when its verb is used, so that each starts quickly.
VERBS: Final = {
    "access": "access",
    "backup": "backup",
    "case": "case",
    "config": "config",
    "credit": "credit",
    "customer": "customer",
    "db": "db",
    "demo": "demo",
    "drill": "drill",
    "erasure": "erasure",
    "export": "export",
    "invoice": "invoice",
    "keys": "keys",
    "letter": "letter",
    "load": "load",
    "log": "log",
    "notices": "notices",
    "order": "order",
    "paper": "paper",
    "partner": "partner",
    "portability": "portability",
    "postal-codes": "postal_codes",
    "recipient": "recipient",
    "rectification": "rectification",
    "retention": "retention",
    "review": "review",
    "run-due": "run_due",
    "sandbox": "sandbox",
    "session": "session",
    "ssh-key": "ssh_key",
    "staff": "staff",
    "transfer": "transfer",
    "tui": "tui",
    "update": "update",
    "web": "web",
}
INTERRUPTED: Final = 130


class Cli:
    """What a verb needs: the register (opened when first asked for), who acts, the language, and how to print."""

    def __init__(
        self, *, config_path: Path | None, language: str | None, as_json: bool, user_name: str | None
    ) -> None:
        self.config_path = config_path
        self.chosen_language = language
        self.as_json = as_json
        self.user_name = user_name
        self.stack = ExitStack()
        self._workplace: Workplace | None = None
        self._actor: Actor | None = None

    @property
    def language(self) -> str:
        """``fi`` or ``en``: as asked, else as the signed-in person's, else as the register's."""
        if self.chosen_language:
            return self.chosen_language
        if self._actor is not None:
            return self._actor.language
        if self._workplace is not None:
            return str(self._workplace.register.config.register.language)
        return spoken_language(())

    def register(self) -> Register:
        """The register that the configuration names."""
        return self.workplace().register

    def hub(self) -> Hub:
        """The partners; loading them is left until a verb needs one."""
        return self.workplace().hub()

    def workplace(self) -> Workplace:
        """The register and the hub, opened once."""
        if self._workplace is None:
            from tui.bootstrap import Workplace

            self._workplace = Workplace(self.config_path)
            self.stack.callback(self._workplace.close)
        return self._workplace

    def actor(self) -> Actor:
        """Who acts; asks for a password when nobody is signed in (see `tui.cli.identity`)."""
        if self._actor is None:
            from tui.cli.identity import identify

            self._actor = identify(self)
        return self._actor

    def act_as(self, actor: Actor) -> None:
        """Go on as *actor*: the session server has signed somebody in."""
        self._actor = actor

    def tr(self, msgid: str, **data: object) -> str:
        """A sentence in the language of this run."""
        return tr(msgid, self.language, **data)

    def emit(self, data: Any, sentence: str | None = None) -> None:
        """Print a result: as JSON when asked for, otherwise *sentence* (lines already in the language, cleaned here)."""
        if self.as_json:
            click.echo(safe_json(json.dumps(data, ensure_ascii=False, indent=2, default=str)))
        elif sentence is not None:
            for line in sentence.split("\n"):
                click.echo(safe_text(line))

    def complain(self, error: RegisterError) -> None:
        """Print an error on standard error: the sentence, the place, the advice."""
        explanation = error.explain(self.language)
        if self.as_json:
            problem = {
                "code": explanation.code,
                "sentence": explanation.sentence,
                "where": explanation.where,
                "advice": explanation.advice,
            }
            click.echo(safe_json(json.dumps({"error": problem}, ensure_ascii=False)), err=True)
            return
        click.echo(explanation.sentence + (f" ({explanation.where})" if explanation.where else ""), err=True)
        if explanation.advice:
            click.echo(explanation.advice, err=True)


pass_cli = click.make_pass_decorator(Cli)


class Verbs(click.Group):
    """The group whose verbs are imported when used, and speak the user's language."""

    language = "en"

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in order."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb's command, imported now."""
        if cmd_name not in VERBS:
            return None
        return localise(guard(importlib.import_module(f"tui.cli.{VERBS[cmd_name]}").command), self.language)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="The configuration file.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The language of what is printed.")
@click.option("--json", "as_json", is_flag=True, help="Print results as JSON.")
@click.option("--user", "user_name", help="Who acts (asks for the password).")
@click.version_option(package_name="asiakasrekisteri", prog_name="rekisteri")
@click.pass_context
def command(
    ctx: click.Context, config_path: Path | None, language: str | None, as_json: bool, user_name: str | None
) -> None:
    """Asiakasrekisteri: a customer register that keeps what its privacy notice promises."""
    ctx.obj = Cli(config_path=config_path, language=language, as_json=as_json, user_name=user_name)
    ctx.call_on_close(ctx.obj.stack.close)


def _run(arguments: list[str]) -> int:
    cli: Cli | None = None
    language = spoken_language(arguments)
    teach_library(language)
    command.language = language
    localise(command, language)
    try:
        with command.make_context("rekisteri", arguments) as ctx:
            try:
                command.invoke(ctx)
            finally:
                # Made by the group's own body: how to complain (language, JSON) is known only from here on.
                cli = ctx.obj
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        spoken(error.show)
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except RegisterError as error:
        told = cli or Cli(config_path=None, language=None, as_json=False, user_name=None)
        spoken(partial(told.complain, error))
        return error.exit_code
    return 0


def main(arguments: list[str] | None = None) -> None:
    """The program's entry; never ends in a traceback."""
    ensure_streams()
    given = sys.argv[1:] if arguments is None else arguments
    # Now: the library empties the list.
    language = spoken_language(given)
    unexpected: Exception | None = None
    try:
        code = _run(given)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last boundary: a person reads a sentence, never a traceback
        code, unexpected = 1, error
    # Printing may be what failed: then that is said, and nothing else was wrong.
    failed = finish_output(language)
    # A reader that went away while much was being printed is no fault either.
    quiet = isinstance(unexpected, BrokenPipeError) or (failed and isinstance(unexpected, OSError))
    if unexpected is not None and not quiet:
        report_unexpected(unexpected, language)
    sys.exit(code or failed)
