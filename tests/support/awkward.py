"""A small register among its partners, and the command line run in this very process: for awkward users and worlds."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

import core
from core.actor import Actor, Role
from core.customers import first_load, service
from core.customers.money import OrderLine
from core.customers.orders import OrderSettings, place
from core.customers.reading import ids_of_numbers
from core.disclosure import transfers
from tui.bootstrap import Workplace
from tui.cli.main import Cli, main
from tui.demo import setting
from tui.demo.files import write_register
from tui.demo.people import FIRST_NUMBER, person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.disclosure.types import TransferState
    from core.register import Register
    from tui.demo.setting import Partners

SEED: Final = 7
# Of a person whom the bureau publishes for tests.
TEST_PERSON: Final = "010690-9434"
SIZE: Final = 40
LANGUAGES: Final = ("fi", "en")
ROOT: Final = Path(core.__file__).parent.parent
# The words of the last boundary, where nobody foresaw what happened.
UNFORESEEN: Final = ("Traceback", "faults.log")
# Every C0 character but the line break, DEL, every C1 character, and what turns or hides text.
COMMANDING: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class Said(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def refuses(self, code: int, *words: str) -> None:
        """Check that it is a refusal as it should be: its code, a sentence with *words*, advice, nothing unforeseen."""
        told = f"exit {self.code}\nout: {self.out}\nerr: {self.err}"
        assert not any(word in self.err + self.out for word in UNFORESEEN), told
        assert self.code == code, told
        assert all(word in self.err for word in words), f"{words} not in {told}"
        assert len(self.err.strip().splitlines()) >= 2, f"no advice: {told}"
        assert not COMMANDING.search(self.err), told


@dataclass
class World:
    """A register of `SIZE` customers in a folder of its own; commands run as the demo's member of staff."""

    folder: Path
    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "config.toml"

    def run(self, *arguments: object, language: str = "en") -> Said:
        """Run `rekisteri` with *arguments*, in this process."""
        words = ["--config", str(self.config), "--language", language, *map(str, arguments)]
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(words)
        printed = self.capture.readouterr()
        return Said(int(str(ended.value.code or 0)), printed.out, printed.err)

    def in_both(self, *arguments: object) -> Mapping[str, Said]:
        """What a command says in each language."""
        return {language: self.run(*arguments, language=language) for language in LANGUAGES}

    def edit(self, old: str, new: str) -> None:
        """Change the configuration; *old* must stand in it."""
        before = self.config.read_text(encoding="utf-8")
        assert old in before
        self.config.write_text(before.replace(old, new), encoding="utf-8")

    def open(self) -> Workplace:
        """The register, for looking at it past the command line; the caller closes it."""
        return Workplace(self.config)

    def count(self) -> int:
        """How many customers the register has."""
        place_of_work = self.open()
        try:
            with place_of_work.register.database.reading() as connection:
                return service.count(connection)
        finally:
            place_of_work.close()


def actor(language: str = "en") -> Actor:
    """The member of staff who was hired first, with every role."""
    return Actor(1, setting.USER_NAME, "Demo Käyttäjä", frozenset(Role), language)


def found_template(folder: Path) -> None:
    """Found the register that every test gets a copy of."""
    place_of_founding = setting.Folder(folder)
    place_of_founding.clear()
    with setting.partners(place_of_founding) as partners:
        setting.found(place_of_founding, partners)
    workplace = Workplace(place_of_founding.config)
    setting.hire(workplace.register)
    write_register(folder / "vanha.csv", seed=SEED, count=SIZE)
    first_load.load(workplace.register, actor(), setting.LOAD, folder / "vanha.csv")
    workplace.close()
    password = folder / "password"
    password.write_text(setting.PASSWORD, encoding="utf-8")
    password.chmod(0o600)


def copy_world(
    template: Path, folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
) -> World:
    """A world of one test's own."""
    shutil.copytree(template, folder)
    patch.setattr(Cli, "actor", lambda cli: actor(cli.chosen_language or "fi"))
    patch.chdir(folder)
    return World(folder, patch, capture)


def someone() -> str:
    """The number of a customer who has forbidden nothing: a person, not restricted."""
    for index in range(SIZE):
        one = person(SEED, index)
        if one.kind == "person" and not (one.bans or one.restricted or one.protected_address):
            return str(FIRST_NUMBER + index)
    raise AssertionError("no such person")


def credit_check() -> tuple[str, ...]:
    """The command that asks about `someone`; the identity code comes from standard input."""
    return ("credit", "check", someone(), "--term", "14", "--informed", "tiskillä")


def placed_order(register: Register) -> int:
    """Place an order of `someone`; returns its id."""
    with register.database.unit_of_work() as uow:
        (customer_id,) = ids_of_numbers(uow.connection, [someone()]).values()
        line = OrderLine("OM", "Omena", Decimal(2), Decimal("6.90"), Decimal("25.5"))
        order = place(
            uow,
            actor(),
            customer_id,
            [line],
            placed_on=date(2026, 11, 20),
            payment_term_days=14,
            settings=OrderSettings(1001, 10001),
        )
        uow.commit()
    return order.id


def move_to(world: World, partners: Partners) -> None:
    """Let the world's configuration name *partners*, where they listen now."""
    setting.move_partners(setting.Folder(world.folder), partners)


def program(
    world: World, *arguments: str, environment: Mapping[str, str] | None = None, signed_in: bool = True
) -> tuple[Sequence[str], dict[str, str]]:
    """The command and environment of `rekisteri` as a program of its own, signed in with the real password."""
    who = ["--user", setting.USER_NAME] if signed_in else []
    command = [sys.executable, "-c", _START, "--config", str(world.config), *who, *arguments]
    given = {
        "PATH": os.environ["PATH"],
        "HOME": str(world.folder),
        "REKISTERI_PASSWORD_FILE": str(world.folder / "password"),
        "PYTHONPATH": str(ROOT),
        **(environment or {}),
    }
    return command, given


_START: Final = "import sys; from tui.cli.main import main; sys.argv[0] = 'rekisteri'; main()"


def run_program(
    world: World,
    *arguments: str,
    stdout: int | None = subprocess.PIPE,
    stderr: int | None = subprocess.PIPE,
    environment: Mapping[str, str] | None = None,
    signed_in: bool = True,
) -> Said:
    """Run `rekisteri` as a program of its own, for what only a real process meets."""
    command, given = program(world, *arguments, environment=environment, signed_in=signed_in)
    done = subprocess.run(
        command,
        env=given,
        cwd=world.folder,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        timeout=60,
        check=False,
    )
    return Said(done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode())


def type_in(world: World, line: str = TEST_PERSON) -> None:
    """Put a line into standard input."""
    world.patch.setattr(sys, "stdin", io.StringIO(line + "\n"))


def states(world: World) -> list[TransferState]:
    """The states of the register's transfers, oldest first; the log verifies."""
    workplace = world.open()
    try:
        with workplace.register.database.reading() as connection:
            rows = transfers.page(connection, transfers.TransferFilter(), limit=100)
        assert workplace.register.log.verify(transfers.stored_lines).verified
        return [row.state for row in reversed(rows)]
    finally:
        workplace.close()
