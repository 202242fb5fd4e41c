"""`rekisteri session`: what sshd runs for a registered key (docs/ssh.md).

With a terminal: the screens, beginning with the sign-in screen; the password is asked for (P13) and only the key's
owner can sign in.  Without one: the command that the client sent, from a fixed list that only reads, since a key
alone has no password behind it; one that shows a customer asks for the password as the screens do, at the terminal
of ``ssh -t`` or as the first line of standard input.  What was sent is split into words and compared; no shell ever
sees it.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from core import environment
from core.errors import UsageError
from core.messages import LANGUAGES, N_
from core.staff.members import member
from core.staff.passwords import MOST_LENGTH
from core.staff.sign_in import (
    EndReason,
    KeyHolder,
    SessionLimits,
    end_session,
    may_enter,
    sign_in,
    sign_in_with_key,
)
from core.text import has_forbidden
from tui.cli.identity import origin
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.staff.sign_in import Session

_LONGEST_COMMAND: Final = 4096
# Beyond the longest there can be: a longer line is a wrong password, not a cut one.
_LONGEST_PASSWORD: Final = MOST_LENGTH + 2


@dataclass(frozen=True, slots=True)
class Shape:
    """How an allowed command may look: so many words at most, these options with a value, these without.

    ``password``: it shows people of the register, so the key alone is not enough (P13).
    """

    words: int = 0
    options: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    password: bool = False


# Nothing here changes or sends anything, and nothing takes a path: files on this machine are not the client's.
ALLOWED: Final[Mapping[tuple[str, str], Shape]] = {
    ("staff", "list"): Shape(),
    ("staff", "sign-ins"): Shape(words=1, options=frozenset({"--limit"})),
    ("staff", "accesses"): Shape(words=1, options=frozenset({"--limit"})),
    ("ssh-key", "list"): Shape(),
    ("log", "verify"): Shape(),
    ("customer", "show"): Shape(words=1, options=frozenset({"--task"}), password=True),
    ("customer", "search"): Shape(words=6, options=frozenset({"--limit", "--task"}), password=True),
    ("order", "show"): Shape(words=1, options=frozenset({"--task"}), password=True),
    ("order", "list"): Shape(
        options=frozenset({"--customer", "--limit", "--state", "--task"}), password=True
    ),
    ("invoice", "list"): Shape(options=frozenset({"--customer", "--limit", "--task"}), password=True),
}
# Options of the program itself that a client may choose, anywhere in the command.
_JSON: Final = "--json"
_LANGUAGE: Final = "--language"


class CommandNotAllowed(UsageError):
    """The client asked for something that is not on the list."""

    code = "cli.command_not_allowed"
    sentence = N_("Over SSH without a terminal this command is not available.")
    advice = N_("These are: {commands}. For everything else connect with a terminal: ssh -t")


class NothingAsked(UsageError):
    """There is neither a terminal nor a command."""

    code = "cli.nothing_asked"
    sentence = N_("There is no terminal for the screens and no command to run.")
    advice = N_("Connect with a terminal (ssh -t), or add a command: {commands}.")


@dataclass(frozen=True, slots=True)
class Request:
    """A command from the list: its words, and how to print what it says."""

    arguments: tuple[str, ...]
    as_json: bool
    language: str | None


@click.command("session")
@click.option(
    "--staff", "staff_id", type=int, required=True, help="Whose key it is (written by ssh-key authorized)."
)
@click.option("--key", "key_id", type=int, help="Which key it is; a revoked one opens nothing.")
@click.pass_context
@pass_cli
def command(cli: Cli, ctx: click.Context, staff_id: int, key_id: int | None) -> None:
    """Run by sshd for a registered key: the screens, or one command that reads."""
    holder = KeyHolder(staff_id, key_id)
    register = cli.register()
    with register.database.reading() as connection:
        user = member(connection, staff_id)
    cli.chosen_language = cli.chosen_language or user.language
    original = environment.SSH_ORIGINAL_COMMAND.value()
    if original is not None:
        _run(cli, ctx, parse(original), holder)
    elif sys.stdin.isatty():
        may_enter(register.database, staff_id, key_id=key_id)
        from tui.session import run_session

        ctx.exit(run_session(register, key=holder))
    else:
        raise NothingAsked(commands=_names())


def parse(original: str) -> Request:
    """The command that the client sent, when it is on the list and looks as it may.

    Raises:
        CommandNotAllowed: anything else.
    """
    refusal = CommandNotAllowed(commands=_names())
    if len(original) > _LONGEST_COMMAND or has_forbidden(original):
        raise refusal
    try:
        words = shlex.split(original)
    except ValueError as error:
        raise refusal from error
    words, as_json = _without_flag(words)
    words, language = _without_language(words)
    shape = ALLOWED.get((words[0], words[1])) if len(words) > 1 else None
    if shape is None or not _fits(words[2:], shape):
        raise refusal
    return Request(tuple(words), as_json, language)


def _fits(words: Sequence[str], shape: Shape) -> bool:
    plain = values = 0
    for word in words:
        name, _, value = word.partition("=")
        if not word.startswith("-"):
            plain += 1
        elif name in shape.options:
            values += not value
        elif word not in shape.flags:
            return False
    # An option's value is a word too, unless it came with an equals sign.
    return plain <= shape.words + values


def _without_flag(words: list[str]) -> tuple[list[str], bool]:
    return [word for word in words if word != _JSON], _JSON in words


def _without_language(words: list[str]) -> tuple[list[str], str | None]:
    for index, word in enumerate(words):
        for language in LANGUAGES:
            if word == f"{_LANGUAGE}={language}":
                return words[:index] + words[index + 1 :], language
            if words[index : index + 2] == [_LANGUAGE, language]:
                return words[:index] + words[index + 2 :], language
    return words, None


def _run(cli: Cli, ctx: click.Context, request: Request, holder: KeyHolder) -> None:
    """Run the command as the key's owner, in a session that ends with it."""
    register = cli.register()
    cli.as_json = request.as_json
    cli.chosen_language = request.language or cli.chosen_language
    session = _enter(cli, holder, password=ALLOWED[request.arguments[0], request.arguments[1]].password)
    cli.stack.callback(end_session, register.database, session, EndReason.SIGNED_OUT)
    cli.act_as(session.actor)
    root = ctx.find_root().command
    assert isinstance(root, click.Group)
    verb, *arguments = request.arguments
    found = root.get_command(ctx, verb)
    assert found is not None
    with found.make_context(verb, arguments, parent=ctx.find_root()) as verb_context:
        found.invoke(verb_context)


def _enter(cli: Cli, holder: KeyHolder, *, password: bool) -> Session:
    """Sign the key's owner in: by the key, and where *password* says so by the password too."""
    register = cli.register()
    database, limits = register.database, SessionLimits.configured(register.config.staff)
    if not password:
        return sign_in_with_key(
            database, holder.staff_id, origin=origin(), key_id=holder.key_id, limits=limits
        )
    may_enter(database, holder.staff_id, key_id=holder.key_id)
    with database.reading() as connection:
        user_name = member(connection, holder.staff_id).user_name
    return sign_in(database, user_name, _password(cli), origin=origin(), limits=limits, key=holder)


def _password(cli: Cli) -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt(cli.tr(N_("Password")), hide_input=True, err=True)
        return typed
    return sys.stdin.readline(_LONGEST_PASSWORD).rstrip("\r\n")


def _names() -> str:
    return ", ".join(" ".join(words) for words in ALLOWED)
