from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from core.customers import invoices, orders
from core.customers.errors import (
    BadOrderLine,
    CustomerNotFound,
    CustomerRestricted,
    TellFirst,
    WrongOrderState,
)
from core.database import Database
from core.founding import found_register
from core.staff import access_log
from tests.config.test_example import GIVEN
from tests.customers.test_invoices import NOON
from tui.cli import customer, invoice, order
from tui.cli.customer import NotAPair
from tui.cli.main import Cli

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock

VERBS = {"customer": customer.command, "order": order.command, "invoice": invoice.command}


class Run(Protocol):
    """Runs a verb; what it prints comes back as data, or as text."""

    def __call__(self, *arguments: str, text: bool = False) -> Any:
        """``run("customer", "show", "1001", "--task", "test")``."""
        ...


@pytest.fixture
def run(tmp_path: Path, clock: FixedClock, actor: Actor, capsys: pytest.CaptureFixture[str]) -> Run:
    """The verbs of this room over a new register, somebody signed in."""
    file = found_register(tmp_path / "config.toml", GIVEN, clock).file

    def running(*arguments: str, text: bool = False) -> Any:
        cli = Cli(config_path=file, language="en", as_json=not text, user_name=None)
        cli.act_as(replace(actor, staff_id=None))
        with cli.stack:
            VERBS[arguments[0]].main(list(arguments[1:]), obj=cli, standalone_mode=False)
        printed = capsys.readouterr().out
        return printed if text else json.loads(printed)

    return running


@pytest.fixture
def matti(run: Run) -> str:
    """The number of a customer added by hand."""
    values = (
        "first_name=Matti",
        "last_name=Virtanen",
        "town=Espoo",
        "phone=040 123 4567",
        "iban=FI2112345600000785",
    )
    added = run("customer", "add", *values, "--source", "self", "--detail", "letter")
    assert added["version"] == 1
    return str(added["number"])


def test_a_customer_is_added_found_and_shown(run: Run, matti: str) -> None:
    """What was added is found by a part of it and shown with its sources, the account masked."""
    (row,) = run("customer", "search", "virt", "040", "123", "--task", "call")
    assert (row["number"], row["display_name"]) == (matti, "Virtanen Matti")
    shown = run("customer", "show", matti, "--task", "call")
    assert shown["values"]["iban"]["value"] == "FI21 **** … 785"
    assert shown["values"]["town"]["source"] == "self"
    text = run("customer", "show", matti, "--task", "call", text=True)
    assert "town: Espoo  (the customer, letter, 2" in text
    whole = run("customer", "show", matti, "--task", "refund", "--reveal", "iban")
    assert whole["values"]["iban"]["value"] == "FI2112345600000785"
    assert run("customer", "search", "nobody", "--task", "call", text=True) == "Nobody.\n"
    with pytest.raises(CustomerNotFound):
        run("customer", "show", "7", "--task", "call")


def test_each_look_is_in_the_access_log(run: Run, matti: str, tmp_path: Path) -> None:
    """Showing, revealing, searching and listing are remembered with their task."""
    run("customer", "show", matti, "--task", "refund", "--reveal", "iban")
    run("customer", "search", "virt", "--task", "call")
    run("order", "list", "--task", "monday")
    database = Database.open(f"sqlite:///{tmp_path}/register.db")
    with database.reading() as connection:
        seen = [(event.action, event.task, event.detail) for event in access_log.recent(connection)]
    database.close()
    assert seen == [
        ("list", "monday", "0 orders"),
        ("search", "call", "1 rows"),
        ("open", "refund", "iban"),
        ("open", "refund", None),
    ]


def test_a_customer_is_changed_and_restricted(run: Run, matti: str) -> None:
    """An empty value takes away; a restricted customer stays as it is until the restriction is lifted."""
    assert run("customer", "change", matti, "town=", "phone=09 123456")["version"] == 2
    assert "town" not in run("customer", "show", matti, "--task", "t")["values"]
    assert run("customer", "restrict", matti, "unlawful", "--since", "2026-11-01")["day"] == "2026-11-01"
    with pytest.raises(CustomerRestricted):
        run("customer", "change", matti, "town=Oulu")
    run("customer", "change", matti, "town=Oulu", "--article-18-use", "consent")
    assert "restricted" in run("customer", "search", matti, "--task", "t", text=True)
    with pytest.raises(TellFirst):
        run("customer", "unrestrict", matti, "unlawful", "--reason", "settled")
    assert (
        run("customer", "told", matti, "unlawful", "--how", "letter", "--on", "2026-11-20")["told"]
        == "2026-11-20"
    )
    run("customer", "unrestrict", matti, "unlawful", "--reason", "settled")
    run("customer", "change", matti, "town=Kemi", "--version", "3")
    with pytest.raises(NotAPair):
        run("customer", "change", matti, "Kemi")


def test_a_ban_is_recorded_and_lifted(run: Run, matti: str) -> None:
    """The card shows a ban while it holds."""
    said = run("customer", "ban", matti, "publication", "--origin", "letter", text=True)
    assert said == f"Forbidden by customer {matti}: publication in lists.\n"
    assert "Forbidden: publication in lists" in run("customer", "show", matti, "--task", "t", text=True)
    run("customer", "unban", matti, "publication", "--origin", "call")
    assert "Forbidden" not in run("customer", "show", matti, "--task", "t", text=True)


def test_standing_is_changed_by_hand(run: Run, matti: str) -> None:
    """A protected address disappears from lists; a relationship ends and begins anew; the index is made again."""
    run("customer", "change", matti, "street=Tie 1")
    run("customer", "protect", matti, "--source", "authority")
    assert "PROTECTED" in run("customer", "show", matti, "--task", "t", text=True)
    assert "[protected address]" in run("customer", "search", "virt", "--task", "t", text=True)
    run("customer", "unprotect", matti, "--source", "authority")
    assert "Tie 1" in run("customer", "search", "virt", "--task", "t", text=True)
    run("customer", "end", matti, "--on", "2026-11-30")
    assert run("customer", "show", matti, "--task", "t")["ended_on"] == "2026-11-30"
    run("customer", "resume", matti)
    assert run("customer", "show", matti, "--task", "t")["status"] == "active"
    assert "telephone: 040 1234567" in run("customer", "show", matti, "--task", "t", text=True)
    assert run("customer", "reindex") == {"customers": 1}
    assert len(run("customer", "search", "tie", "--task", "t")) == 1


def test_an_order_is_placed_listed_and_put_away(run: Run, matti: str) -> None:
    """Lines are read with the usual tax where none is given; a wrong line says its rule."""
    placed = run("order", "place", matti, "--line", "R1;Rye bread;3;4,90;13.5", "--line", "W;Work;1.5;60")
    assert (placed["number"], placed["total_net"], placed["total_vat"]) == (1001, "104.70", "24.93")
    shown = run("order", "show", "1001", "--task", "t")
    assert shown["lines"][1]["vat_percent"] == "25.5"
    assert "3 × R1 Rye bread à 4.9 € + 13.5 %" in run("order", "show", "1001", "--task", "t", text=True)
    other = run(
        "order", "place", matti, "--line", "R1;;1;1", "--draft", "--reference", "PO", "--payment-term", "0"
    )
    assert other["due_date"] == other["placed_on"]
    listed = run("order", "list", "--customer", matti, "--state", "placed", "--task", "t")
    assert [one["number"] for one in listed] == [1001]
    assert run("order", "cancel", "1002")["state"] == "cancelled"
    assert run("order", "archive", "1001")["state"] == "archived"
    with pytest.raises(WrongOrderState):
        run("order", "cancel", "1001")
    assert "Order 1001: 129.63 €" in run("customer", "show", matti, "--task", "t", text=True)
    for line in ("R1;bread;3", "R1;bread;x;1", "R1;bread;1;x", "R1;bread;1;1;x", ";;1;1"):
        with pytest.raises(BadOrderLine):
            run("order", "place", matti, "--line", line)


def test_open_invoices_are_listed(
    run: Run, matti: str, actor: Actor, tmp_path: Path, clock: FixedClock
) -> None:
    """What accounting has said is shown with when it was read."""
    run("order", "place", matti, "--line", "R1;bread;1;10")
    database = Database.open(f"sqlite:///{tmp_path}/register.db", clock)
    with database.unit_of_work() as uow:
        placed = orders.by_number(uow.connection, 1001)
        number = orders.number_invoice(uow, actor, placed.id)
        state = invoices.InvoiceState(
            number=number,
            accounting_key="17",
            date=placed.placed_on,
            due_date=placed.due_date,
            total=placed.total_gross,
            open_total=placed.total_gross,
            state=invoices.State.OVERDUE,
            read_at=NOON,
        )
        invoices.record_states(uow, actor, [state])
        uow.commit()
    database.close()
    for options in ((), ("--customer", matti)):
        (one,) = run("invoice", "list", *options, "--task", "t")
        assert (one["number"], one["state"], one["open_total"]) == (10001, "overdue", "12.55")
    text = run("invoice", "list", "--task", "t", text=True)
    assert text.startswith("Invoice 10001: overdue, due ")
    assert text.endswith("open 12.55 € (read 23.11.2026 14.00)\n")
