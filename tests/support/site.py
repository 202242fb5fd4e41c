"""A register among its partners: the demo's setting, small, for journeys that send and receive."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.clock import HELSINKI
from core.customers import first_load
from core.staff.sign_in import sign_in
from tui.bootstrap import Workplace
from tui.demo import setting
from tui.demo.files import write_answer, write_register
from tui.demo.people import identity_code, person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from core.actor import Actor
    from core.register import Register
    from tui.demo.people import Person
    from tui.demo.setting import Partners

SEED = 7
SIGN_IN = (setting.USER_NAME, "enter", setting.PASSWORD, "enter")


@dataclass
class Site:
    """The register, its partners' sandboxes, and who works there."""

    config: Path
    answers: Path
    register: Register
    partners: Partners
    actor: Actor
    size: int

    @property
    def today(self) -> date:
        """The day in Finland."""
        return datetime.now(UTC).astimezone(HELSINKI).date()

    def someone(self) -> tuple[Person, str]:
        """A person of the register who has forbidden nothing, and the test identity code of a credit check."""
        for index in range(self.size):
            one = person(SEED, index)
            if one.kind == "person" and not (one.bans or one.restricted or one.protected_address):
                return one, identity_code(SEED, index)
        raise AssertionError("no such person")

    def answer_arrives(self, rows: int) -> None:
        """The address service leaves its answer in the exchange folder."""
        write_answer(
            self.answers / "vastaus.csv", seed=SEED, count=self.size, rows=rows, answered_on=self.today
        )


@contextmanager
def open_site(directory: Path, size: int = 300) -> Iterator[Site]:
    """Found a register of *size* invented customers in *directory*, its partners listening on loopback."""
    folder = setting.Folder(directory)
    folder.clear()
    with setting.partners(folder) as partners:
        setting.found(folder, partners)
        workplace = Workplace(folder.config)
        register = workplace.register
        setting.hire(register)
        session = sign_in(register.database, setting.USER_NAME, setting.PASSWORD, origin="test")
        write_register(directory / "asiakkaat.csv", seed=SEED, count=size)
        first_load.load(register, session.actor, setting.LOAD, directory / "asiakkaat.csv")
        try:
            yield Site(folder.config, folder.answers, register, partners, session.actor, size)
        finally:
            workplace.close()
