"""`rekisteri transfer`, `recipient`, `credit` and `run-due` as somebody types them, with sandboxes as partners."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.config import load_config
from core.customers import invoicing, orders, service
from core.customers.money import OrderLine
from core.customers.orders import OrderState
from core.customers.types import CustomerValues, Source, SourceKind
from core.register import Register, open_register
from integrations.hub import Hub
from integrations.sandbox.asiakastieto import AsiakastietoSandbox
from integrations.sandbox.faults import Fault
from integrations.sandbox.netvisor import NetvisorSandbox
from tests.support import partners
from tests.support.office import PASSWORD, USER, open_office
from tui.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.office import Office

LINE = OrderLine("OM", "Omenapuu", Decimal(2), Decimal("34.90"), Decimal("25.5"))
RECIPIENTS = """
[recipients.accountant]
name = "Tilitoimisto Esimerkki Oy"
role = "processor"
agreement = "DPA 2026-04"
agreement_from = 2020-01-01
purposes = ["invoicing"]
categories = ["customer_number", "name", "organisation", "postal_address", "orders"]
adapter = "netvisor"

[recipients.bureau]
name = "Luottotieto Oy"
role = "controller"
agreement = "Sopimus 2026-11"
agreement_from = 2020-01-01
purposes = ["credit_check"]
categories = ["identity_code", "organisation"]
adapter = "asiakastieto"
"""
PARTNER = """
[partners.{name}]
base_url = "{url}"
settings = {{ {settings} }}
[partners.{name}.secrets]
{secrets}
"""


class Desk:
    """A terminal at which a member of staff types commands."""

    def __init__(self, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.file = file
        self.capsys = capsys

    def types(self, *arguments: str, code: int = 0) -> str:
        """What a command prints in English; it must end with *code*."""
        with pytest.raises(SystemExit) as stopped:
            main(["--config", str(self.file), "--user", USER, "--language", "en", *arguments])
        printed = self.capsys.readouterr()
        assert int(stopped.value.code or 0) == code, printed.err
        return printed.out if code == 0 else printed.err

    def data(self, *arguments: str) -> Any:
        """What a command says as JSON."""
        return json.loads(self.types("--json", *arguments))


@pytest.fixture
def netvisor() -> Iterator[NetvisorSandbox]:
    """The accountant."""
    with NetvisorSandbox(partners.NETVISOR_KEYS) as sandbox:
        yield sandbox


@pytest.fixture
def bureau() -> Iterator[AsiakastietoSandbox]:
    """The credit bureau."""
    with AsiakastietoSandbox(partners.ASIAKASTIETO_KEYS) as sandbox:
        yield sandbox


@pytest.fixture
def office(
    tmp_path: Path,
    netvisor: NetvisorSandbox,
    bureau: AsiakastietoSandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    """A register with two recipients, and a member of staff whose password a file holds."""
    office = open_office(tmp_path)
    configured = [
        ("netvisor", netvisor.base_url, partners.NETVISOR_SETTINGS, partners.NETVISOR_KEYS),
        ("asiakastieto", bureau.base_url, {}, partners.ASIAKASTIETO_KEYS),
    ]
    names = {
        "netvisor": ("customer_id", "customer_key", "partner_id", "partner_key"),
        "asiakastieto": ("userid", "passwd", "checksum_key"),
    }
    written = office.file.read_text(encoding="utf-8")
    alone = written.replace("# approval_first_use = true", "approval_first_use = false")
    office.file.write_text(alone, encoding="utf-8")
    with office.file.open("a", encoding="utf-8") as stream:
        stream.write(RECIPIENTS)
        for name, url, settings, keys in configured:
            secrets = []
            for secret in names[name]:
                monkeypatch.setenv(f"TEST_{name}_{secret}".upper(), getattr(keys, secret))
                secrets.append(f'{secret} = "env:{f"TEST_{name}_{secret}".upper()}"')
            told = ", ".join(f"{key} = {json.dumps(value)}" for key, value in settings.items())
            stream.write(PARTNER.format(name=name, url=url, settings=told, secrets="\n".join(secrets)))
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n", encoding="utf-8")
    password.chmod(0o600)
    monkeypatch.setenv("REKISTERI_PASSWORD_FILE", str(password))
    yield office
    office.register.close()


@pytest.fixture
def desk(office: Office, capsys: pytest.CaptureFixture[str]) -> Desk:
    """The terminal."""
    return Desk(office.file, capsys)


def opened(office: Office) -> Register:
    """The register with its partners, as a front end opens it."""
    config = load_config(office.file)
    hubs: list[Hub] = []
    register = open_register(config, lambda name: hubs[-1].exit(name))  # noqa: PLW0108 - made below
    hubs.append(Hub(config, register.database, register.clock, partners.catalogue()))
    return register


def send_one(office: Office) -> int:
    """Send an order; returns the number of its transfer."""
    register = opened(office)
    with register.database.unit_of_work() as uow:
        values = CustomerValues(
            first_name="Matti",
            last_name="Meikäläinen",
            street="Pajukuja 1",
            postcode="53100",
            town="Lappeenranta",
        )
        customer = service.add(uow, office.actor, values, Source(SourceKind.SELF))
        order = orders.place(
            uow, office.actor, customer.id, [LINE], placed_on=date(2026, 11, 23), payment_term_days=14
        )
        uow.commit()
    result = invoicing.send_order(register, office.actor, order.id)
    register.close()
    return result.number


def test_a_transfer_can_be_listed_and_shown(office: Office, desk: Desk) -> None:
    """The list names recipient, purpose and state; the detail its attempts and outcome."""
    number = send_one(office)
    line = desk.types("transfer", "list", "--purpose", "invoicing", "--customer", "1001")
    assert "Tilitoimisto Esimerkki Oy  invoicing  1 persons  delivered" in line
    story = desk.types("transfer", "show", str(number))
    assert "Legal basis: contract; country: FI" in story
    assert "POST /salesinvoice.nv sales invoice added" in story
    assert desk.data("transfer", "show", str(number))["lines"][0]["key"] == "10001"
    assert "There is no transfer 99." in desk.types("transfer", "show", "99", code=1)
    assert desk.types("transfer", "list", "--state", "refused").strip() == "There are no such transfers."


def test_doubt_is_settled_by_asking_or_by_a_person(
    office: Office, desk: Desk, netvisor: NetvisorSandbox
) -> None:
    """`transfer settle` asks the partner, `run-due` does it for all, `transfer decide` records a person's word."""
    numbers = []
    for _ in range(3):
        netvisor.faults.add(Fault.DROP_REPLY, path="/salesinvoice.nv")
        numbers.append(send_one(office))
    doubtful = desk.types("transfer", "show", str(numbers[0]))
    assert "10001  in doubt  The answer was broken." in doubtful
    assert "answer_broken" not in doubtful
    assert f"Transfer {numbers[0]}: delivered." in desk.types("transfer", "settle", str(numbers[0]))
    assert "asked the recipient  delivered" in desk.types("transfer", "show", str(numbers[0]))
    assert "is not in doubt: delivered" in desk.types("transfer", "settle", str(numbers[0]), code=1)
    told = desk.types("transfer", "decide", str(numbers[1]), "delivered", "--reason", "They have it.")
    assert f"Transfer {numbers[1]}: delivered." in told
    due = desk.data("run-due")
    assert (due["settled"], due["in_doubt"], due["for_person"]) == ([numbers[2]], [], [])
    register = opened(office)
    with register.database.reading() as connection:
        assert orders.recent(connection, 9, state=OrderState.SENT)[2].invoice_number == 10001
    register.close()


def test_recipients_are_listed_with_their_history(office: Office, desk: Desk) -> None:
    """Who may be sent to, what the agreement covers, and each change of the record."""
    listed = desk.types("recipient", "list")
    assert "accountant  Tilitoimisto Esimerkki Oy  FI  in force  invoicing" in listed
    text = office.file.read_text(encoding="utf-8").replace("2020-01-01", "2020-02-02")
    office.file.write_text(text, encoding="utf-8")
    history = desk.data("recipient", "show", "bureau")["history"]
    assert history[-1]["changed"] == {"agreement_from": ["2020-01-01", "2020-02-02"]}
    assert "not a registered recipient" in desk.types("recipient", "show", "nobody", code=1)


def test_a_credit_check_from_question_to_decision(
    office: Office, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The code comes on standard input, the answer is opened, a person decides; the code is nowhere afterwards."""
    send_one(office)
    monkeypatch.setattr("sys.stdin", io.StringIO("010690-9434\n"))
    told = desk.types("credit", "check", "1001", "--term", "14", "--informed", "By phone.")
    assert "enquiry delivered; decision: –" in told
    assert "Reasons" not in desk.types("credit", "show", "1")
    assert desk.data("credit", "show", "1")["answer"]["kind"] == "consumer"
    assert "needs its reasons" in desk.types("credit", "decide", "1", "granted", "--reasons", " ", code=1)
    assert "credit granted" in desk.types("credit", "decide", "1", "granted", "--reasons", "No defaults.")
    assert "Reasons: No defaults." in desk.types("credit", "show", "1")
    assert len(desk.data("credit", "list", "1001")) == 1
    refused = desk.types("credit", "check", "1001", "--term", "0", "--informed", "By phone.", code=1)
    assert "A cash order is not credit" in refused
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"010690-9434" not in path.read_bytes(), path.name
