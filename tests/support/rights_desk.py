"""A desk in a register at work, at which the contact person types commands about people's requests."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from core.staff.service import add_member
from tests.support.office import PASSWORD
from tui.cli.main import Cli, main

if TYPE_CHECKING:
    from core.actor import Role
    from tests.support.office import Office


class RightsDesk:
    """Runs commands in English over an open register; the words a command reads are given with `said`."""

    def __init__(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.office = office
        self.capsys = capsys
        self.monkeypatch = monkeypatch
        self.actor = office.actor
        monkeypatch.setattr(Cli, "register", lambda _cli: office.register)
        monkeypatch.setattr(Cli, "actor", lambda _cli: self.actor)

    def types(self, *arguments: object, said: str = "", code: int = 0, language: str = "en") -> str:
        """What a command prints; it must end with *code*, and a refusal's sentence is what is returned then."""
        self.monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(said.encode())))
        with pytest.raises(SystemExit) as stopped:
            main(["--language", language, *map(str, arguments)])
        printed = self.capsys.readouterr()
        assert int(stopped.value.code or 0) == code, printed.err
        return printed.out if code == 0 else printed.err

    def data(self, *arguments: object, said: str = "") -> Any:
        """What a command says as JSON."""
        return json.loads(self.types("--json", *arguments, said=said))

    def receive(self, kind: str, *more: object, customer: str | None = "1001", said: str = "Pyyntö.") -> Any:
        """A signed letter of today from *customer*, whose identity is known; the case as JSON."""
        known = () if customer is None else ("--customer", customer, "--identified", "signature")
        day = f"{self.office.register.clock.now():%Y-%m-%d}"
        usual = ("--name", "Lasse Åkerlund", "--received", day, "--signed")
        return self.data("case", "receive", kind, *usual, *known, *more, said=said)

    def hire(self, user_name: str, name: str, *roles: Role) -> int:
        """Another member of staff; returns the id."""
        with self.office.register.database.unit_of_work() as uow:
            member = add_member(
                uow, self.actor, user_name=user_name, name=name, password=PASSWORD, roles=roles
            )
            uow.commit()
        return member.id
