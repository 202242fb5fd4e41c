"""The package equals the truth: lives lived at random, each told whole, and nothing of anybody else."""

from __future__ import annotations

import json
import os
import subprocess
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import insert

from core.customers.types import CustomerValues
from core.environment import ACCESS_HISTORIES
from core.rights.access.schema import schema
from core.staff.model import staff_member_table
from tests.access.conftest import NoPages, open_desk
from tests.access.life import Life, staff
from tests.support.gate_house import MATTI
from tests.support.json_schema import violations
from tests.support.long_life import disclose_much, order_much

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing
    from tests.access.conftest import Desk
    from tests.access.life import Truth

# A few lives in the suite; a campaign by the variable.
LIVES: Final = int(os.environ.get(ACCESS_HISTORIES.name) or 3)
STEPS: Final = 45
ANNA: Final = CustomerValues(
    first_name="Anna",
    last_name="Kummallinen",
    email="a@example.fi",
    street="Kuja 1",
    postcode="00100",
    town="ESPOO",
)
OTHER: Final = CustomerValues(
    first_name="Outo",
    last_name="Muukalainen",
    email="muu@example.fi",
    street="Kaukainen tie 77",
    town="INARI",
)


@pytest.mark.parametrize("seed", range(LIVES))
def test_the_package_equals_the_truth_kept_outside(desk: Desk, seed: int) -> None:
    """Values with history and source, accounts, bans, orders, invoices, transfers, looks, cases, holds: all, and no more."""
    hire(desk)
    random = Random(seed)
    anna, other = desk.house.add(ANNA), desk.house.add(OTHER)
    lives = (Life(desk, anna, ANNA, random), Life(desk, other, OTHER, random))
    for _ in range(STEPS):
        random.choice(lives).step()
    for customer, life, strange in ((anna, lives[0], "Muukalainen"), (other, lives[1], "Kummallinen")):
        package = desk.make(customer)
        files = desk.files(desk.hand_over(package, NoPages()))
        told, truth = json.loads(files["data.json"]), life.truth
        assert violations(told, schema()) == []
        compare(told, truth)
        compare_handled(told, truth, files)
        assert strange not in files["data.json"].decode()
        assert "Meikäläinen" not in json.dumps(told["data"]["customer"], ensure_ascii=False)
        assert told["statement"]["completeness"]["proved"], told["statement"]["completeness"]["doubts"]


def hire(desk: Desk) -> None:
    """The three members of staff, who must be named nowhere."""
    with desk.house.database.unit_of_work() as uow:
        for number in (1, 2, 3):
            one = staff(number)
            uow.connection.execute(
                insert(staff_member_table).values(
                    id=number,
                    user_name=one.user_name,
                    user_name_key=one.user_name,
                    name=one.name,
                    language="fi",
                    password_hash="-",
                    password_changed_at=uow.now,
                    added_at=uow.now,
                )
            )
        uow.commit()


def compare(told: Any, truth: Truth) -> None:
    """The person's own data and dealings."""
    data = told["data"]
    (own,) = data["customer"]
    assert {name: own[name] for name in truth.values if name != "represents"} == {
        name: value for name, value in truth.values.items() if name != "represents"
    }
    first, *changes = data["customer_change"]
    assert first["source_kind"] == "self"
    assert [{name: row[name] for name in ("changes", "source_kind", "source_detail")} for row in changes] == (
        truth.changes
    )
    for change in truth.changes:
        for name, (_, new) in change["changes"].items():
            if new == truth.values[name] and new is not None and change is latest(truth, name):
                assert told["sources"][name]["source_detail"] == change["source_detail"]
    assert [(row["sealed"], row["source_detail"]) for row in data["customer_sealed"]] == truth.accounts
    names = ("kind", "origin", "lifted_on", "lifted_reason")
    assert [{name: row[name] for name in names} for row in data["customer_ban"]] == truth.bans
    assert {row["number"]: order_told(row) for row in data["customer_order"]} == {
        number: order_true(one) for number, one in truth.orders.items()
    }
    assert {
        row["number"]: (Decimal(row["total"]), Decimal(row["open_total"]), row["state"])
        for row in data["invoice"]
    } == {number: (one["total"], one["open_total"], one["state"]) for number, one in truth.invoices.items()}


def latest(truth: Truth, name: str) -> Any:
    """The last change of a field."""
    return [change for change in truth.changes if name in change["changes"]][-1]


def order_told(row: Any) -> tuple[object, ...]:
    """An order as the package has it."""
    lines = [
        (
            it["product"],
            it["description"],
            *(Decimal(it[name]) for name in ("quantity", "unit_price", "vat_percent")),
        )
        for it in row["order_line"]
    ]
    totals = Decimal(row["total_net"]), Decimal(row["total_vat"])
    return row["reference"], row["state"], row["invoice_number"], *totals, lines, len(row["order_change"])


def order_true(one: Any) -> tuple[object, ...]:
    """An order as it was made."""
    return (
        *(one["reference"], one["state"], one.get("invoice"), one["total_net"], one["total_vat"]),
        *(one["lines"], one["changes"]),
    )


def compare_handled(told: Any, truth: Truth, files: dict[str, bytes]) -> None:
    """What others did with the data: transfers, looks, cases, holds; staff under one pseudonym each."""
    data, statement = told["data"], told["statement"]
    ours = [
        it for it in statement["disclosed"] + statement["not_sent"] if it["recipient"]["code"] == "accountant"
    ]
    found = {it["entry"]: (it["state"], it["content"], it["persons"]) for it in ours}
    assert found == {it["entry"]: (it["state"], it["content"], it["persons"]) for it in truth.sent}
    by_entry = {it["entry"]: it["staff"] for it in ours}
    pseudonyms = {(it["staff"], by_entry[it["entry"]]) for it in truth.sent}
    assert len(pseudonyms) == len({who for who, _ in pseudonyms}) == len({name for _, name in pseudonyms})
    lines = {row["transfer"][0]["number"]: row for row in data["transfer_line"]}
    for one in truth.sent:
        # Words about several persons at once stay here.
        alone = one["persons"] == 1
        assert (lines[one["entry"]]["transfer"][0]["reason"] is not None) == alone
    looks = [row["task"] for row in data["access_event"] if row["task"].startswith("look ")]
    assert looks == truth.looks
    cases = {row["number"]: row for row in data["rights_case"]}
    for number, one in truth.cases.items():
        row = cases.pop(number)
        assert (row["kind"], row["request"]["words"]) == (one["kind"], one["words"])
        assert one["comment"] in [it["words"] for it in row["rights_case_event"]]
        (attached,) = row["rights_case_file"]
        assert (attached["name"], files[attached["content"]]) == one["file"]
    assert len(cases) == 1, "the access case itself, and no other"
    assert [row["reason"] for row in data["retention_hold"]] == [it["reason"] for it in truth.holds]
    counts = {
        "customer_order": len(truth.orders),
        "transfer_line": len(truth.sent),
        "invoice": len(truth.invoices),
    }
    assert counts.items() <= told["counts"].items()
    assert "Työntekijä" not in json.dumps(told, ensure_ascii=False)


# Seconds on a quiet machine; a busy one needs its minute.
@pytest.mark.timeout(240)
def test_nothing_is_cut_at_any_number(
    sqlite_url: str, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path
) -> None:
    """5,000 orders and 2,000 disclosures: each in the data, and each in the text of the pages."""
    from core.database import Database as Opened

    database: Database = Opened.open(sqlite_url, clock)
    desk = open_desk(database, keyring, clock, actor, tmp_path)
    matti = desk.house.add(MATTI)
    order_much(desk.house, matti, 5_000)
    disclose_much(desk.house, matti, 2_000)
    files = desk.files(desk.hand_over(desk.make(matti)))
    told = json.loads(files["data.json"])
    assert len({row["number"] for row in told["data"]["customer_order"]}) == 5_000
    assert sum(len(row["order_line"]) for row in told["data"]["customer_order"]) == 10_000
    assert len({it["entry"] for it in told["statement"]["disclosed"]}) == 2_000
    assert told["counts"]["transfer_line"] == 2_000
    (tmp_path / "pages.pdf").write_bytes(files["package.pdf"])
    done = subprocess.run(
        ["pdftotext", "-raw", str(tmp_path / "pages.pdf"), "-"], capture_output=True, check=True, text=True
    )
    words = done.stdout.split()
    numbers = {str(row["number"]) for row in told["data"]["customer_order"]}
    assert numbers <= set(words)
    assert done.stdout.replace("\n", " ").count("Käyttötarkoitus: laskutus") == 2_000
    assert done.stdout.replace("\n", " ").count("B2 Asennus") == 5_000
    database.close()
