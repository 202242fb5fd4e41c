"""`rekisteri update map`: looks at an answer file, proposes how it is to be read, takes corrections, saves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import click

from core.errors import InvalidInput, RegisterError
from core.messages import N_
from core.tabular.form import FileFormat
from core.text import safe_text, shorten
from tui.cli.main import Cli, pass_cli

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from core.config import UpdateAnswer
    from core.updates.assistant import Proposal, SampleRow, Understanding

_WIDTH: Final = 100
_VALUE_WIDTH: Final = 28
_SHAPE: Final = ("format", "encoding", "delimiter", "sheet")


class BadCorrection(InvalidInput):
    """What was typed is no correction."""

    code = "update.bad_correction"
    sentence = N_("This is not understood: {text}.")
    advice = N_("Write FIELD=HEADING, FIELD= for none, or CODE:MEANING.")


class BadPlaces(InvalidInput):
    """What was typed is no column of fixed places."""

    code = "update.bad_places"
    sentence = N_("This is not a column of fixed places: {text}.")
    advice = N_("Write NAME=FIRST-LAST, such as Tunniste=1-10.")


@click.command("map")
@click.argument("service")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--set", "changes", multiple=True, help="FIELD=HEADING or CODE:MEANING; may be repeated.")
@click.option("--anew", is_flag=True, help="Guess from the file, whatever mapping is in force.")
@click.option("--format", "format", type=click.Choice(get_args(FileFormat)), help="The file's format.")
@click.option("--encoding", help="The file's encoding.")
@click.option("--delimiter", help="The character between columns.")
@click.option("--sheet", help="The workbook's sheet.")
@click.option("--headings", help="Names for the columns of a file without headings, with commas between.")
@click.option("--fixed", multiple=True, help="A column of fixed places, NAME=FIRST-LAST; may be repeated.")
@click.option("--rows", type=click.IntRange(0, 50), default=5, show_default=True, help="Show so many rows.")
@click.option("--toml", is_flag=True, help="Print the mapping as it would stand in config.toml.")
@click.option("--save", is_flag=True, help="Save without asking.")
@pass_cli
def map_columns(
    cli: Cli,
    /,
    service: str,
    file: Path,
    *,
    changes: tuple[str, ...],
    anew: bool,
    rows: int,
    toml: bool,
    save: bool,
    **shape: Any,
) -> None:
    """Show how a service's answer would be read, correct it, and save it for the answers to come.

    On a terminal it asks for corrections until you accept. What is saved holds until somebody saves again or changes
    the mapping in config.toml.
    """
    from core.updates import assistant, mappings

    register, actor = cli.register(), cli.actor()
    proposal = assistant.propose(register, actor, service, file, given=_given(shape), anew=anew)
    answer = proposal.answer
    for change in changes:
        answer = _corrected(answer, change)
    found = assistant.understand(register, service, file, answer, shown=rows)
    if toml:
        click.echo(safe_text_block(mappings.snippet(service, answer)))
        return
    asking = sys.stdin.isatty() and not save and not cli.as_json
    lines = _lines(cli, proposal, answer, found)
    if asking:
        for line in lines:
            click.echo(line, err=True)
        answer = _asked(cli, service, file, proposal, answer)
        save = click.confirm(cli.tr(N_("Save this mapping for {service}?"), service=service), err=True)
    if save:
        mappings.save(register, actor, service, answer)
        lines = [
            *([] if asking else lines),
            cli.tr(N_("Saved: answers of {service} are read so."), service=service),
        ]
    elif asking:
        lines = [cli.tr(N_("Nothing was saved."))]
    cli.emit(_data(cli, proposal, answer, found, saved=save), "\n".join(lines))


def safe_text_block(text: str) -> str:
    """Lines that are safe to print."""
    return "\n".join(safe_text(line) for line in text.splitlines())


def _given(shape: Mapping[str, Any]) -> UpdateAnswer | None:
    """What the options say of the file's format; None when they say nothing."""
    from core.config import UpdateAnswer

    known: dict[str, Any] = {name: shape[name] for name in _SHAPE if shape[name]}
    if shape["headings"]:
        known["headings"] = tuple(name.strip() for name in shape["headings"].split(","))
    if shape["fixed"]:
        known["fixed"] = dict(_places(text) for text in shape["fixed"])
        known["format"] = "fixed"
    return UpdateAnswer(columns={}, **known) if known else None


def _places(text: str) -> tuple[str, tuple[int, int]]:
    name, _, places = text.rpartition("=")
    first, _, last = places.partition("-")
    if not (name and first.isdecimal() and last.isdecimal()):
        raise BadPlaces(text=text)
    return name, (int(first), int(last))


def _corrected(answer: UpdateAnswer, text: str) -> UpdateAnswer:
    """*answer* with what a person typed.

    Raises:
        BadCorrection, BadMapping: it says nothing that can be done.
    """
    from core.updates import assistant

    field, sign, heading = text.partition("=")
    if sign and field.strip() in assistant.FIELDS:
        return assistant.with_field(answer, field.strip(), heading.strip() or None)
    code, sign, meaning = text.rpartition(":")
    if sign:
        return assistant.with_code(answer, code.strip(), meaning.strip() or None)
    raise BadCorrection(text=text)


def _asked(cli: Cli, service: str, file: Path, proposal: Proposal, answer: UpdateAnswer) -> UpdateAnswer:
    """The mapping after a person's corrections, each shown with what it does."""
    from core.updates import assistant

    prompt = cli.tr(N_("Correct (FIELD=HEADING, CODE:MEANING), or Enter when it is right"))
    while text := click.prompt(prompt, default="", show_default=False, err=True).strip():
        try:
            answer = _corrected(answer, text)
            found = assistant.understand(cli.register(), service, file, answer)
        except RegisterError as error:
            cli.complain(error)
            continue
        for line in _lines(cli, proposal, answer, found):
            click.echo(line, err=True)
    return answer


def _lines(cli: Cli, proposal: Proposal, answer: UpdateAnswer, found: Understanding) -> list[str]:
    lines = [
        cli.tr(
            N_("Read by the mapping in force.")
            if proposal.is_in_force
            else N_("A proposal, guessed from the file.")
        )
    ]
    lines.append(
        cli.tr(N_("Format {format}, encoding {encoding}, separator {separator}."), **_form(cli, answer))
    )
    fields = _fields(answer)
    lines += [
        _column(column.heading, fields.get(column.heading), column.values) for column in proposal.columns
    ]
    for code, count in found.codes.items():
        meaning = answer.codes.get(code) or "?"
        lines.append(f"  {cli.tr(N_('code'))} {code or '-'}: {meaning} ({count})")
    lines += [f"{row.line:>9}  {_row(cli, row)}" for row in found.rows]
    lines += [f"! {remark.sentence(cli.language)}" for remark in found.remarks]
    return [shorten(safe_text(line), 4 * _WIDTH) for line in lines]


def _form(cli: Cli, answer: UpdateAnswer) -> dict[str, str]:
    recognised = cli.tr(N_("recognised"))
    return {
        "format": answer.format or recognised,
        "encoding": answer.encoding or recognised,
        "separator": {"\t": "TAB", None: recognised}.get(answer.delimiter, answer.delimiter or ""),
    }


def _fields(answer: UpdateAnswer) -> dict[str, str]:
    """Heading to field."""
    from core.updates.mapping import CODE, KEY

    named = {heading: field for field, heading in answer.columns.items()}
    return {
        **({answer.key: KEY} if answer.key else {}),
        **({answer.code_column: CODE} if answer.code_column else {}),
        **named,
    }


def _column(heading: str, field: str | None, values: Sequence[str]) -> str:
    return f"  {field or '-':<20} {shorten(heading, _VALUE_WIDTH):<28} {shorten(' | '.join(values), _VALUE_WIDTH)}"


def _row(cli: Cli, row: SampleRow) -> str:
    if row.problem is not None:
        explained = row.problem.explain(cli.language)
        where = f" ({row.problem.where.field})" if row.problem.where.field else ""
        return f"✗ {explained.sentence}{where}"
    assert row.understood is not None
    answer, sought = row.understood.answer, row.understood.sought
    who = sought.number or sought.business_id or " ".join(filter(None, (sought.first_name, sought.last_name)))
    values = " | ".join(f"{name}: {value}" for name, value in answer.values.items())
    dated = f" {answer.dated:%d.%m.%Y}" if answer.dated else ""
    mark = "" if row.known or not sought.number else cli.tr(N_(" (not in the register)"))
    return f"{who or '-'}{mark} · {answer.meaning}{dated} · {values}".rstrip(" ·")


def _data(
    cli: Cli, proposal: Proposal, answer: UpdateAnswer, found: Understanding, *, saved: bool
) -> dict[str, object]:
    from core.updates.mappings import as_data

    return {
        "answer": as_data(answer),
        "in_force": proposal.is_in_force,
        "columns": [
            {"heading": column.heading, "field": column.field, "by": column.by, "values": list(column.values)}
            for column in proposal.columns
        ],
        "looked": found.looked,
        "meanings": {str(meaning): count for meaning, count in found.meanings.items()},
        "quarantined": found.quarantined,
        "codes": dict(found.codes),
        "rows": list(_rows_data(cli, found)),
        "remarks": [remark.sentence(cli.language) for remark in found.remarks],
        "saved": saved,
    }


def _rows_data(cli: Cli, found: Understanding) -> Iterator[dict[str, object]]:
    for row in found.rows:
        if row.problem is not None:
            yield {"row": row.line, "problem": row.problem.explain(cli.language).sentence}
        elif row.understood is not None:
            answer = row.understood.answer
            yield {
                "row": row.line,
                "number": row.understood.number or None,
                "known": row.known,
                "meaning": str(answer.meaning),
                "values": dict(answer.values),
                "dated": answer.dated.isoformat() if answer.dated else None,
            }
