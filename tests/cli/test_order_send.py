"""Orders to accounting and their invoices back, as commands: preview, gate, exit codes; with a sandbox on loopback."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.customers import orders, restrictions
from core.customers.money import OrderLine
from core.customers.orders import OrderState
from core.customers.reading import by_number
from core.staff.access_log import recent
from integrations.sandbox.faults import Fault
from tests.support.site import SEED, Site, open_site
from tui.cli.main import main
from tui.demo import setting
from tui.demo.people import person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINE = OrderLine("OM", "Omenapuu", Decimal(2), Decimal("34.90"), Decimal("25.5"))
DAY = date(2026, 11, 23)


class Shell:
    """Types commands at the register of this test, as the demo's user."""

    def __init__(self, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
        self.site, self.capsys = site, capsys

    def __call__(self, *arguments: str) -> tuple[int, Any, str]:
        """The exit code, what was printed as JSON, and what was complained of."""
        given = ["--config", str(self.site.config), "--language", "en", "--user", setting.USER_NAME]
        with pytest.raises(SystemExit) as ended:
            main([*given, "--json", *arguments])
        said = self.capsys.readouterr()
        return int(ended.value.code or 0), json.loads(said.out) if said.out else None, said.err

    def place(self, index: int = 0) -> int:
        """A placed order of one of those who have forbidden nothing; its number."""
        free = [
            one
            for one in (person(SEED, at) for at in range(self.site.size))
            if one.kind == "person" and not (one.bans or one.restricted or one.protected_address)
        ]
        with self.site.register.database.unit_of_work() as uow:
            found = by_number(uow.connection, free[index].number)
            placed = orders.place(uow, self.site.actor, found.id, [LINE], placed_on=DAY, payment_term_days=14)
            uow.commit()
        return placed.number

    def state(self, number: int) -> OrderState:
        """Where an order stands."""
        with self.site.register.database.reading() as connection:
            return orders.by_number(connection, number).state


@pytest.fixture
def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shell]:
    """A command line in a register of few customers."""
    password = tmp_path / "password"
    password.touch(mode=0o600)
    password.write_text(setting.PASSWORD, encoding="utf-8")
    monkeypatch.setenv("REKISTERI_PASSWORD_FILE", str(password))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    with open_site(tmp_path / "site", size=40) as site:
        yield Shell(site, capsys)


@pytest.mark.timeout(120)
def test_from_a_dry_run_to_paid(shell: Shell) -> None:
    """Nothing leaves by looking; one is sent, then the rest; a second time there is nothing; the states come back."""
    first, second, third = (shell.place() for _ in range(3))
    code, shown, _ = shell("order", "send", "--all", "--dry-run")
    assert (code, [it["order"] for it in shown]) == (0, [first, second, third])
    assert "<salesinvoicenumber>10001<" in shown[0]["payloads"][1]["content"]
    assert shell.site.partners.accountant.invoices == {}
    with shell.site.register.database.reading() as connection:
        looks = recent(connection, limit=3)
    assert {(str(it.action), it.task, it.customer_id is not None) for it in looks} == {
        ("open", "invoicing", True)
    }

    code, _, complaint = shell("order", "send", str(first))
    assert (code, "--yes" in complaint) == (2, True)
    assert shell("order", "send", str(first), "--yes")[:2] == (
        0,
        [{"order": first, "state": "delivered", "transfer": 1}],
    )
    code, done, _ = shell("order", "send", "--all", "--yes")
    assert (code, [(it["order"], it["state"]) for it in done]) == (
        0,
        [(second, "delivered"), (third, "delivered")],
    )
    assert shell("order", "send", "--all", "--yes")[:2] == (0, [])
    code, _, complaint = shell("order", "send", str(first), "--yes")
    assert (code, "sent to invoicing" in complaint) == (1, True)

    code, read, _ = shell("invoice", "read")
    assert (code, read["read"]) == (0, 3)
    shell.site.partners.accountant.stop()
    assert shell("invoice", "read")[0] == 3


@pytest.mark.timeout(120)
def test_what_keeps_orders_back(shell: Shell) -> None:
    """A refusal is 1, an accountant that is away is 3, and which orders must be said: 2; each is told of its order."""
    kept, free = shell.place(), shell.place(1)
    with shell.site.register.database.unit_of_work() as uow:
        held = orders.by_number(uow.connection, kept).customer_id
        ground = restrictions.Ground.LEGAL_CLAIM
        restrictions.restrict(uow, shell.site.actor, held, ground=ground, since=DAY)
        uow.commit()
    code, done, complaint = shell("order", "send", str(kept), str(free), "--yes")
    assert (code, "1 of 2" in complaint) == (1, True)
    assert [(it["order"], it["state"]) for it in done] == [(kept, "refused"), (free, "delivered")]
    assert shell.state(kept) is OrderState.PLACED

    numbers = [shell.place(1) for _ in range(2)]
    shell.site.partners.accountant.faults.add(Fault.TRUNCATE, path="/salesinvoice.nv")
    code, done, complaint = shell("order", "send", *map(str, numbers), "--yes")
    assert (code, "settle" in complaint) == (3, True)
    assert done[0]["state"] == "in_doubt"
    for which in ((), ("--all", "1001")):
        code, printed, complaint = shell("order", "send", *which)
        assert (code, printed, "--all" in complaint) == (2, None, True)
