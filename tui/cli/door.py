"""What numbers, days and words a command takes: what no database or calendar can hold is refused before the verb runs.

One place for every verb, so that ``rekisteri log show 10^30`` is a sentence whoever wrote the verb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from core.messages import N_, tr

if TYPE_CHECKING:
    from datetime import datetime

# Both databases count with eight bytes.
LARGEST: Final = 2**63 - 1
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2999


class _Number(click.types.IntParamType):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        return _countable(self, super().convert(value, param, ctx), param, ctx)


class _AtLeast(click.IntRange):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        return _countable(self, super().convert(value, param, ctx), param, ctx)


class _Day(click.DateTime):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        found: datetime = super().convert(value, param, ctx)
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            words = N_("{value} is not between the years {first} and {last}.")
            years = {"first": FIRST_YEAR, "last": LAST_YEAR}
            self.fail(tr(words, _language(ctx), value=found.date(), **years), param, ctx)
        return found


class _Text(click.types.StringParamType):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        found: str = super().convert(value, param, ctx)
        if found.encode(errors="replace") != found.encode(errors="surrogatepass"):
            self.fail(tr(N_("This is not text: it is not UTF-8."), _language(ctx)), param, ctx)
        return found


def guard(command: click.Command) -> click.Command:
    """Bound each number, day and word that *command* and its sub-commands take."""
    for parameter in command.params:
        parameter.type = _bounded(parameter.type)
    for sub_command in getattr(command, "commands", {}).values():
        guard(sub_command)
    return command


def _bounded(given: click.ParamType[Any]) -> click.ParamType[Any]:
    if isinstance(given, click.IntRange):
        return given if given.max is not None else _AtLeast(given.min)
    if isinstance(given, click.types.IntParamType):
        return _Number()
    if isinstance(given, click.types.StringParamType):
        return _Text()
    if type(given) is click.DateTime:
        return _Day(given.formats)
    return given


def _countable(
    kind: click.ParamType[Any], number: int, param: click.Parameter | None, ctx: click.Context | None
) -> int:
    if abs(number) > LARGEST:
        kind.fail(tr(N_("This number is larger than any that is in use."), _language(ctx)), param, ctx)
    return number


def _language(ctx: click.Context | None) -> str:
    found: str = getattr(ctx.find_root().command if ctx else None, "language", "en")
    return found
