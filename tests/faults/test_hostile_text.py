"""Text that commands terminals, from a CSV file to every word that the command line writes: none of it gets through."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import text

from tests.support.awkward import COMMANDING, LANGUAGES, SEED, SIZE, move_to, program, someone
from tests.support.terminal import Terminal
from tui.demo import setting
from tui.demo.files import REGISTER_COLUMNS, write_answer

if TYPE_CHECKING:
    from tests.support.awkward import World

# OSC 52 (clipboard), C1 forms of it, screen clearing, bidi, zero width, a line break in a cell, markup, a formula.
POISONS = {
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "C1": "\x9d52;c;ZXZpbA==\x9c\x9b2J",
    "clear": "\x1b[2J\x1b[31m",
    "bidi": "\u202egnitsop\u2066\u200f",
    "zero width": "a\u200bb\ufeffc",
    "line break": "rivi\r\ntoinen\x0bkolmas\x85",
    "markup": "[/b][@click=app.quit]x[/]",
    "formula": "=HYPERLINK(1)",
}
EVERYTHING = "".join(POISONS.values())
TASK = ("--task", "koe")
# What the program itself may write on a terminal that shows a progress bar: return, erase to the end, the cursor.
OWN = re.compile(rb"\r|\x1b\[K|\x1b\[\?25[hl]")


def hostile_file(world: World) -> list[str]:
    """A register file with one customer for each poison in its name, street and town; returns their numbers."""
    headings = list(REGISTER_COLUMNS.values())
    lines = [";".join(headings)]
    numbers = []
    for place, poison in enumerate(POISONS.values()):
        row = dict.fromkeys(REGISTER_COLUMNS, "")
        number = str(900_000 + place)
        row |= {
            "number": number,
            "kind": "henkilö",
            "first_name": f"Eve{poison}",
            "last_name": f"Häijy{poison}",
        }
        row |= {"street": f"Katu{poison} 1", "postcode": "00100", "town": f"Kylä{poison}"}
        lines.append(";".join('"' + cell.replace('"', '""') + '"' for cell in row.values()))
        numbers.append(number)
    (world.folder / "paha.csv").write_text("\r\n".join(lines) + "\r\n", encoding="utf-8", newline="")
    return numbers


def poison_the_database(world: World) -> None:
    """Write everything hostile past the door, as an older program or another hand might have."""
    workplace = world.open()
    statements = (
        "UPDATE customer SET first_name = :words, street = :words, town = :words, email = :words WHERE number = :number",
        "UPDATE staff_member SET name = :words",
        "UPDATE customer_change SET actor_name = :words",
        "UPDATE transfer SET staff_name = :words, reason = :words, task = :words",
        "UPDATE transfer_line SET message = :words, reference = :words",
        "UPDATE order_line SET product = :words, description = :words",
        "UPDATE batch SET file = :words",
    )
    with workplace.register.database.unit_of_work() as uow:
        for statement in statements:
            given = {"words": EVERYTHING} | ({"number": someone()} if ":number" in statement else {})
            uow.connection.execute(text(statement), given)
        uow.commit()
    workplace.close()


def test_from_the_file_to_every_output(world: World) -> None:
    """Preview, load, card, search, JSON and quarantine hold no control character, whatever stood in the file."""
    numbers = hostile_file(world)
    outputs = []
    for language in LANGUAGES:
        outputs.append(
            world.run("load", "paha.csv", "--mapping", "customers", "--preview", language=language)
        )
        outputs.append(
            world.run("--json", "load", "paha.csv", "--mapping", "customers", "--preview", language=language)
        )
    loaded = world.run("--json", "load", "paha.csv", "--mapping", "customers", "--yes")
    assert loaded.code == 0
    counts = json.loads(loaded.out)
    assert counts["loaded"] + counts["quarantined"] == len(POISONS)
    assert counts["loaded"] >= 1
    for number in numbers:
        for form in ((), ("--json",)):
            outputs.append(world.run(*form, "customer", "show", number, *TASK))
            outputs.append(world.run(*form, "customer", "search", "häijy", *TASK))
    (quarantine,) = (world.folder / "quarantine").glob(f"load-{counts['run']}-*.csv")
    kept = quarantine.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    assert not COMMANDING.search(kept)
    assert not re.search(r'(^|;)"?[=+@-]', kept, re.MULTILINE)
    for said in outputs:
        assert not COMMANDING.search(said.out + said.err), repr(said)


def test_from_a_poisoned_database_to_every_output(world: World) -> None:
    """Even what stands in the database past the door is shown without its commands, and as JSON without loss."""
    with setting.partners(setting.Folder(world.folder)) as partners:
        move_to(world, partners)
        assert world.run("order", "place", someone(), "--line", "OM;Omena;1;5").code == 0
        assert world.run("update", "send", "addresses", "--number", someone(), "--yes").code == 0
        write_answer(world.folder / "v.csv", seed=SEED, count=SIZE, rows=9, answered_on=date(2026, 11, 20))
        assert world.run("update", "preview", "addresses", "v.csv").code == 0
    poison_the_database(world)
    commands = (
        ("customer", "show", someone(), *TASK),
        ("customer", "search", someone(), *TASK),
        ("order", "show", "1001", *TASK),
        ("order", "list", *TASK),
        ("staff", "list"),
        ("staff", "accesses"),
        ("transfer", "list"),
        ("transfer", "show", "1"),
        ("update", "list"),
        ("update", "report", "2"),
        ("update", "send", "addresses", "--number", someone(), "--preview"),
        ("log", "show"),
        ("recipient", "list"),
    )
    for command in commands:
        for form in ((), ("--json",)):
            said = world.run(*form, *command)
            # A file for a partner has no place for such characters: that is refused, and the refusal is clean too.
            assert said.code == (1 if "--preview" in command else 0), said
            assert not COMMANDING.search(said.out + said.err), repr(said)
            if form:
                json.loads(said.out or said.err)
    whole = json.loads(world.run("--json", "transfer", "show", "1").out)
    assert whole["staff"] == EVERYTHING


def test_on_a_real_terminal(world: World) -> None:
    """The very bytes that a pseudo-terminal gets hold the progress bar's own sequences and nothing else."""
    hostile_file(world)
    poison_the_database(world)
    for arguments in (
        ("load", "paha.csv", "--mapping", "customers", "--yes"),
        ("customer", "show", someone(), *TASK),
        ("--json", "customer", "show", someone(), *TASK),
    ):
        command, environment = program(world, *arguments)
        with Terminal(command, {**environment, "TERM": "xterm-256color"}) as terminal:
            terminal.pump(lambda: False, 30)
            terminal.wait_for_end()
        written = OWN.sub(b"", bytes(terminal.written)).decode()
        assert written.strip()
        assert not COMMANDING.search(written), repr(written)
