"""The page of commands, written from the commands themselves: ``python -m tui.cli.reference > docs/commands.md``."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

import click

from tui.cli.main import command
from tui.cli.speech import localise

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = """\
# Commands

Written by `make docs` from the program itself; `rekisteri VERB --help` says the same, in Finnish or English.
Options before the verb belong to every verb. Exit codes are in [operating.md](operating.md#exit-codes).
"""


def page() -> str:
    """Every verb, its arguments and options, as Markdown in English."""
    command.language = "en"
    localise(command, command.language)
    lines = [_HEAD, *_entry(command, "rekisteri", None)]
    return "\n".join(lines).rstrip() + "\n"


def _entry(each: click.Command, path: str, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(each, info_name=path.rpartition(" ")[2], parent=parent)
    usage = " ".join(part for part in each.collect_usage_pieces(context) if part != "[OPTIONS]")
    yield f"## `{path}{f' {usage}' if usage else ''}`\n"
    yield inspect.cleandoc(each.help or "") + "\n"
    options = [_option(each) for each in each.params if isinstance(each, click.Option)]
    if options:
        yield "\n".join(options) + "\n"
    if isinstance(each, click.Group):
        for name in each.list_commands(context):
            inner = each.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _entry(inner, f"{path} {name}", context)


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    return f"- {names}{_values(option.type)}: {option.help or ''}".rstrip()


def _values(kind: Any) -> str:
    return f" ({', '.join(map(str, kind.choices))})" if isinstance(kind, click.Choice) else ""


if __name__ == "__main__":
    sys.stdout.write(page())
