"""What people type: numbers out of all proportion, names that nobody has, text that commands terminals."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING

import click
import pytest

from tests.support.awkward import COMMANDING, LANGUAGES, SIZE, UNFORESEEN, someone
from tui.cli.door import LARGEST, guard
from tui.cli.main import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.awkward import World

HUGE = "1" + "0" * 30
NASTY = "x\x1b]52;c;eA==\x07\x9b2J\u202e[/b]\ny"
# What is left of bytes that are no UTF-8 on a command line.
BYTES = "\udcff\udcfe"
TASK = ("--task", "puhelu")
SOMEONE = someone()

# A command, its exit code, and what its refusal says in Finnish and English.
REFUSED: dict[str, tuple[tuple[str, ...], int, str, str]] = {
    "no verb": (("laod",), 2, "laod", "laod"),
    "no option": (("load", "x", "--mapping", "customers", "--yse"), 2, "--yse", "--yse"),
    "mapping": (("load", "vanha.csv", "--mapping", NASTY, "--yes"), 1, "Latausmääritystä", "mapping"),
    "service": (("update", "send", NASTY, "--yes"), 1, "Päivityspalvelua", "service"),
    "answer outside": (
        ("update", "preview", "addresses", "--answer", "../../etc/passwd"),
        1,
        "ei ole",
        "no file",
    ),
    "run that is no number": (("update", "apply", "abc"), 2, "abc", "abc"),
    "run out of proportion": (("update", "apply", HUGE), 2, "suurempi", "larger"),
    "run that is not there": (("update", "apply", "99"), 1, "99", "99"),
    "report of it": (("update", "report", "99"), 1, "99", "99"),
    "limit of nothing": (("update", "send", "addresses", "--limit", "0"), 2, "--limit", "--limit"),
    "limit out of proportion": (("update", "send", "addresses", "--limit", HUGE), 2, "suurempi", "larger"),
    "nobody": (("update", "send", "addresses", "--number", NASTY, "--yes"), 1, "yhtään", "No person"),
    "transfer by word": (("transfer", "show", NASTY), 1, "Siirtoa", "no transfer"),
    "transfer out of proportion": (("transfer", "show", HUGE), 1, "Siirtoa", "no transfer"),
    "settling it": (("transfer", "settle", "5"), 1, "5", "5"),
    "deciding it": (("transfer", "decide", "5", "delivered", "--reason", "x"), 1, "5", "5"),
    "a day after time": (("transfer", "list", "--until", "9999-12-31"), 2, "vuosien", "years"),
    "a day before time": (("transfer", "list", "--since", "0001-01-01"), 2, "vuosien", "years"),
    "no day": (("transfer", "list", "--since", "eilen"), 2, "eilen", "eilen"),
    "staff out of proportion": (("transfer", "list", "--staff", HUGE), 2, "suurempi", "larger"),
    "customer unknown": (("customer", "show", NASTY, *TASK), 1, "ei ole", "no customer"),
    "customer with a bad field": (
        ("customer", "add", "postcode=1", "last_name=A"),
        1,
        "postcode",
        "postcode",
    ),
    "customer with no such field": (("customer", "add", "shoe=43"), 1, "shoe", "shoe"),
    "customer with nothing": (("customer", "add", "last_name="), 1, "nim", "name"),
    "customer of a long name": (("customer", "add", "last_name=" + "x" * 100_000), 1, "merkki", "characters"),
    "customer of a bad number": (("customer", "add", "last_name=A", "--number", NASTY), 1, "sia", "ustomer"),
    "version out of proportion": (
        ("customer", "change", SOMEONE, "town=Oulu", "--version", HUGE),
        2,
        "suurempi",
        "larger",
    ),
    "version of yesterday": (
        ("customer", "change", SOMEONE, "town=Oulu", "--version", "-5"),
        1,
        "muutti",
        "changed",
    ),
    "ban since never": (
        ("customer", "ban", SOMEONE, "direct_marketing", "--origin", "x", "--since", "9999-01-01"),
        2,
        "vuosien",
        "years",
    ),
    "order line of one word": (("order", "place", SOMEONE, "--line", "omena"), 1, "rivi", "line"),
    "order of infinitely many": (("order", "place", SOMEONE, "--line", "a;b;inf;1"), 1, "rivi", "line"),
    "order of no number": (("order", "place", SOMEONE, "--line", "a;b;NaN;1"), 1, "rivi", "line"),
    "order out of proportion": (
        ("order", "place", SOMEONE, "--line", f"a;b;{HUGE};{HUGE}"),
        1,
        "rivi",
        "line",
    ),
    "order at an endless price": (("order", "place", SOMEONE, "--line", "a;b;1;1e999999"), 1, "rivi", "line"),
    "order of nothing": (("order", "place", SOMEONE, "--line", "a;b;0;5"), 1, "rivi", "line"),
    "order with a strange tax": (("order", "place", SOMEONE, "--line", "a;b;1;5;sNaN"), 1, "rivi", "line"),
    "order of nobody": (("order", "place", "99", "--line", "a;b;1;5"), 1, "99", "99"),
    "order out of all proportion": (("order", "show", HUGE, *TASK), 2, "suurempi", "larger"),
    "order that is not there": (("order", "cancel", "5"), 1, "5", "5"),
    "credit check of nobody": (("credit", "check", "99", "--term", "14", "--informed", "x"), 1, "99", "99"),
    "credit check that is not there": (("credit", "show", "5"), 1, "5", "5"),
    "credit check out of proportion": (("credit", "show", HUGE), 2, "suurempi", "larger"),
    "entry out of proportion": (("log", "show", HUGE), 2, "suurempi", "larger"),
    "entry that is not there": (("log", "show", "77"), 1, "77", "77"),
    "export over something": (("log", "export", "vanha.csv"), 1, "ei ole tyhjä", "neither empty"),
    "export nowhere": (("log", "export", "/proc/none/here"), 3, "ei ole", "no such"),
    "key of no log": (("log", "verify", ".", "--vkey", NASTY), 1, "avain", "key"),
    "endless held checkpoint": (("log", "verify", ".", "--held", "/dev/zero"), 1, "puuttuu", "missing"),
    "bytes for a customer": (("customer", "show", BYTES, *TASK), 2, "UTF-8", "UTF-8"),
    "bytes for a name": (("customer", "add", f"last_name={BYTES}"), 2, "UTF-8", "UTF-8"),
    "bytes for a file": (("load", BYTES, "--mapping", "customers", "--yes"), 1, "ei ole", "no such file"),
    "partner": (("partner", "show", NASTY), 1, "Kumppanisovitinta", "adapter"),
    "recipient": (("recipient", "show", NASTY), 1, "vastaanottaja", "recipient"),
    "sandbox": (("sandbox", "run", "kala"), 2, "kala", "kala"),
    "session out of proportion": (("session", "--staff", HUGE), 2, "suurempi", "larger"),
    "session of nobody": (("session", "--staff", "99"), 1, "", ""),
    "key of nobody": (("ssh-key", "add", "kala", "vanha.csv"), 1, "", ""),
    "key revoked out of proportion": (("ssh-key", "revoke", HUGE), 1, "", ""),
    "staff member": (("staff", "disable", "kala"), 1, "kala", "kala"),
    "demo in somebody's folder": (("demo", "--folder", "/"), 1, "aiem", "earlier demo"),
    "demo where none can be": (("demo", "--folder", "/proc/none"), 1, "ei voi tehdä", "cannot be made"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_a_sentence(world: World, name: str) -> None:
    """Exit code, a sentence in the language asked for, advice; never the boundary of the unforeseen."""
    arguments, code, *words = REFUSED[name]
    said = world.in_both(*arguments)
    for language, word in zip(LANGUAGES, words, strict=True):
        said[language].refuses(code, word)
        assert said[language].out == ""
    assert said["fi"].err != said["en"].err
    assert world.count() == SIZE


def test_a_refusal_as_data_says_the_same(world: World) -> None:
    """With --json the error is an object with code, sentence, place and advice."""
    said = world.run("--json", "customer", "show", NASTY, *TASK, language="fi")
    error = json.loads(said.err)["error"]
    assert (said.code, said.out) == (1, "")
    assert set(error) == {"code", "sentence", "where", "advice"}
    assert not COMMANDING.search(error["sentence"])


def _numbers(command: click.Command) -> Iterator[click.Parameter]:
    for parameter in command.params:
        if isinstance(parameter.type, (click.types.IntParamType, click.DateTime)):
            yield parameter
    for sub_command in getattr(command, "commands", {}).values():
        yield from _numbers(sub_command)


@pytest.mark.parametrize("verb", VERBS)
def test_every_number_and_day_of_every_verb_is_bounded(verb: str) -> None:
    """Whoever adds a verb need not think of 10^30: the frame bounds each number and day that it takes."""
    command = guard(importlib.import_module(f"tui.cli.{VERBS[verb]}").command)
    for parameter in _numbers(command):
        for value in (HUGE, f"-{HUGE}", str(LARGEST + 1), "9999-12-31", "0001-01-01"):
            with pytest.raises(click.BadParameter):
                parameter.type.convert(value, parameter, None)


def test_unforeseen_is_what_these_tests_look_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words that the tests above look for are those of the last boundary."""
    monkeypatch.setattr("core.customers.service.by_number", lambda *_: 1 / 0)
    monkeypatch.setenv("XDG_STATE_HOME", str(world.folder / "state"))
    said = world.run("order", "place", SOMEONE, "--line", "a;b;1;1")
    assert said.code == 1
    assert UNFORESEEN[1] in said.err
