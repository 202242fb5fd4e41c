"""Who acts on the command line, and how a password gets in without being seen.

Over SSH the forced command has said whose key it is (`tui.cli.session`).  On the machine itself ``--user NAME`` signs
in with the password, typed without echo or read from the file that REKISTERI_PASSWORD_FILE names.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core import environment
from core.errors import ConfigError, UsageError
from core.messages import N_
from core.reasons import reason_of
from core.staff.sign_in import EndReason, SessionLimits, end_session, sign_in

if TYPE_CHECKING:
    from core.actor import Actor
    from tui.cli.main import Cli

_LONGEST_FILE = 4096


class NobodyActs(UsageError):
    """The command needs to know who acts."""

    code = "cli.nobody_acts"
    sentence = N_("The register records who acts, and nobody was named.")
    advice = N_("Write rekisteri --user NAME …; the password is asked for.")


class PasswordNotGiven(UsageError):
    """There is no terminal to ask for a password at."""

    code = "cli.password_not_given"
    sentence = N_("A password is needed, and there is no terminal to ask for it at.")
    advice = N_("Name a file of mode 0600 in {option}; its first line is the password.")


class PasswordFileUnreadable(ConfigError):
    """The file of a password cannot be read."""

    code = "cli.password_file_unreadable"
    sentence = N_("The password file {path} cannot be read: {reason}.")
    advice = N_("Check the path and that the file belongs to the user that runs this.")


class PasswordFileExposed(ConfigError):
    """Somebody else on the machine may read the password."""

    code = "cli.password_file_exposed"
    sentence = N_("The password file {path} may be read by others (mode {mode}).")
    advice = N_("Run: chmod 600 {path} — and change the password: others may have read it.")


def identify(cli: Cli) -> Actor:
    """Sign in who ``--user`` names; the session ends with the command.

    Raises:
        NobodyActs: nobody was named.
        PasswordNotGiven, PasswordFileUnreadable, PasswordFileExposed: there is no password to check.
        SignInRefused: as at any sign-in.
    """
    if not cli.user_name:
        raise NobodyActs
    register = cli.register()
    session = sign_in(
        register.database,
        cli.user_name,
        given_password(cli),
        origin=origin(),
        limits=SessionLimits.configured(register.config.staff),
    )
    cli.stack.callback(end_session, register.database, session, EndReason.SIGNED_OUT)
    return session.actor


def origin() -> str:
    """Where the person comes from: the client's address over SSH, else the account on this machine."""
    connection = (environment.SSH_CONNECTION.value() or "").split()
    # The number, not the name: LOGNAME is whatever the caller sets it to.
    return connection[0] if connection else f"local uid {os.getuid()}"


def new_password(cli: Cli, file: Path | None) -> str:
    """A password to set: from *file*, or typed twice without echo.

    Raises:
        PasswordNotGiven, PasswordFileUnreadable, PasswordFileExposed: there is none.
    """
    if file is not None:
        return secret_line(file)
    _need_terminal("--password-file")
    typed: str = click.prompt(
        cli.tr(N_("New password")),
        hide_input=True,
        confirmation_prompt=cli.tr(N_("The same again")),
        err=True,
    )
    return typed


def given_password(cli: Cli) -> str:
    """The password that somebody has now: from REKISTERI_PASSWORD_FILE, or typed without echo.

    Raises:
        PasswordNotGiven, PasswordFileUnreadable, PasswordFileExposed: there is none.
    """
    file = environment.PASSWORD_FILE.value()
    if file is not None:
        return secret_line(Path(file))
    _need_terminal(environment.PASSWORD_FILE.name)
    typed: str = click.prompt(cli.tr(N_("Password")), hide_input=True, err=True)
    return typed


def secret_line(path: Path) -> str:
    """The first line of a file of ours, without its line break.

    Raises:
        PasswordFileUnreadable: it is not there, not readable, or not UTF-8.
        PasswordFileExposed: group or others may read it.
    """
    try:
        with path.open("rb") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            content = stream.read(_LONGEST_FILE).decode("utf-8-sig")
    except OSError as error:
        raise PasswordFileUnreadable(path=str(path), reason=reason_of(error)) from error
    except UnicodeDecodeError as error:
        raise PasswordFileUnreadable(path=str(path), reason="UTF-8") from error
    if mode & 0o077:
        raise PasswordFileExposed(path=str(path), mode=f"{mode:04o}")
    return content.split("\n", 1)[0].removesuffix("\r")


def _need_terminal(option: str) -> None:
    if not sys.stdin.isatty():
        raise PasswordNotGiven(option=option)
