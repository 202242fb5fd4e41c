"""`rekisteri review` as a reviewer types it, in words and as JSON."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from core.customers.service import open_record
from core.disclosure.log.cosignature import Cosigner
from core.disclosure.review.errors import ApprovalWaiting
from core.errors import NotPermitted
from tests.support.gate_house import MATTI
from tests.support.pdf_ua import problems, structure
from tui.cli.main import Cli
from tui.cli.review import command

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.register import Register
    from tests.support.review_house import ReviewHouse


class TestCli(Cli):
    """The command line's frame over a register that the test made."""

    __test__ = False

    def __init__(self, register: Register, actor: Actor, *, as_json: bool, language: str) -> None:
        super().__init__(config_path=None, language=language, as_json=as_json, user_name=None)
        self._register = register
        self._actor = actor

    def register(self) -> Register:
        """The register."""
        return self._register


def types(house: ReviewHouse, *arguments: str, actor: Actor | None = None, as_json: bool = False) -> str:
    """What a command prints in English.

    Raises:
        RegisterError: as the command does.
    """
    cli = TestCli(house.register, actor or house.reviewer, as_json=as_json, language="en")
    result = CliRunner().invoke(command, arguments, obj=cli, catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def data(house: ReviewHouse, *arguments: str) -> Any:
    """What a command says as JSON."""
    return json.loads(types(house, *arguments, as_json=True))


def test_a_week_on_the_command_line(house: ReviewHouse, tmp_path: Path) -> None:
    """Status, sample, finding, sign-off with a key, report: each says what it did."""
    key_file = tmp_path / "riitta.key"
    vkey = Cosigner.create(key_file, "example.fi/riitta").key.vkey
    number = house.send(house.house.add()).number
    assert data(house, "status")["transfers"] == 1
    assert "first use" in types(house, "status")
    drawn = data(house, "sample", "--size", "5", "--seed", "kolme")
    assert (drawn["transfers"], drawn["looked_at"]) == ([number], [])
    assert data(house, "sample", "--looked", str(number))["looked_at"] == [number]
    made = data(
        house, "findings", "--new", "Osoite oli vanha.", "--transfer", str(number), "--owner", "kalle"
    )
    assert (made["finding"], made["owner"]) == (1, "Kalle Klerkki")
    moved = data(house, "findings", "1", "--state", "mended", "--reason", "Korjattu.")
    assert [step["words"] for step in moved["story"]] == ["Osoite oli vanha.", "Korjattu."]
    assert data(house, "findings") == []
    signed = data(house, "sign-off", "--words", "Kaikki katsottu.", "--key", str(key_file))
    assert (signed["vkey"], signed["start"]) == (vkey, 0)
    types(house, "report", str(tmp_path / "review.csv"))
    with (tmp_path / "review.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))
    assert [
        heading
        for heading in ("Reviews signed off", "Findings", "Transfers")
        if heading in {row[0] for row in rows}
    ] == ["Reviews signed off", "Findings", "Transfers"]
    assert "Meikäläinen" not in str(rows)


def test_a_report_is_a_pdf_too(house: ReviewHouse, tmp_path: Path) -> None:
    """The same tables, typeset."""
    house.send(house.house.add())
    types(house, "report", str(tmp_path / "review.pdf"))
    content = (tmp_path / "review.pdf").read_bytes()
    assert problems(content, language="en", title="Review of disclosures") == []
    assert ("TH", "TR") in structure(content)


def test_an_approval_on_the_command_line(house: ReviewHouse) -> None:
    """Listed, shown as it would leave, approved; then it leaves."""
    house.rules(persons=1)
    people = [house.house.add(replace(MATTI, first_name=name)) for name in ("Aino", "Eino")]
    with pytest.raises(ApprovalWaiting):
        house.send(*people)
    assert data(house, "approve")[0]["state"] == "waiting"
    shown = types(house, "approve", "1")
    assert "Aino" in shown
    assert "Eino" in shown
    assert data(house, "approve", "1", "--yes")["decided_by"] == "Riitta Reviisori"
    house.send(*people)
    assert data(house, "approve") == []


def test_refusals_and_looks_are_listed(house: ReviewHouse) -> None:
    """What was refused, and what the rules mark among the looks."""
    kin = house.house.add(replace(MATTI, last_name="Klerkki"))
    with pytest.raises(Exception, match="nobody"):
        house.send(kin, recipient="nobody")
    with house.database.unit_of_work() as uow:
        open_record(uow, house.clerk, kin.id, task="customer_care")
        uow.commit()
    assert [row["code"] for row in data(house, "refusals")] == ["disclosure.unknown_recipient"]
    assert "not a registered recipient" in types(house, "refusals")
    told = data(house, "access")
    assert [(row["rule"], row["customer"]) for row in told["marks"]] == [("same_family_name", kin.number)]
    assert told["problems"] == []


def test_a_clerk_does_not_review(house: ReviewHouse) -> None:
    """Every verb asks for the role."""
    for arguments in (
        ["status"],
        ["refusals"],
        ["access"],
        ["sample"],
        ["approve"],
        ["findings"],
        ["report"],
    ):
        with pytest.raises(NotPermitted):
            types(house, *arguments, actor=house.clerk)
