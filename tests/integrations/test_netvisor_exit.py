"""Netvisor from render to the answer, over real HTTP against the sandbox."""

from __future__ import annotations

import hmac
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from core.disclosure.errors import PermitRefused
from core.disclosure.exits import Accepted, Item, NotFound, NotSent, Partial, Rejected, Unknown
from integrations.sandbox.faults import Fault
from integrations.sandbox.netvisor import NetvisorSandbox
from integrations.sandbox.server import Reply
from tests.support import partners
from tests.support.partners import Attempts, deliver, invoicing_item, permit

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from core.disclosure.exits import Exit


def targets(sandbox: NetvisorSandbox) -> list[str]:
    return [f"{request.method} {request.target}" for request in sandbox.requests]


def test_new_customer_and_invoice(netvisor: NetvisorSandbox, netvisor_exit: Exit) -> None:
    """The invoice is sought, then the customer; both are added, and Netvisor's key comes back."""
    attempts = Attempts()
    assert deliver(netvisor_exit, invoicing_item(), attempts=attempts) == Accepted(reference="1")
    assert targets(netvisor) == [
        "GET /salesinvoicelist.nv?invoicenumber=10001",
        "GET /customerlist.nv?customercodelist=1234",
        "POST /customer.nv?method=add",
        "POST /salesinvoice.nv?method=add",
    ]
    assert [description.rpartition(".nv ")[2] for description, _ in attempts.made] == [
        "invoice looked up",
        "customer looked up",
        "customer added or edited",
        "sales invoice added",
    ]
    assert str(netvisor.invoices[1].total) == "17.32"


def test_wire_bytes_of_a_request(netvisor: NetvisorSandbox, netvisor_exit: Exit) -> None:
    """Each header stands on the wire as documented, the body follows, and the MAC covers the URL as sent."""
    deliver(netvisor_exit, invoicing_item())
    head, _, body = netvisor.requests[2].raw.partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    host = urlsplit(netvisor.base_url).netloc
    transaction = headers["X-Netvisor-Authentication-TransactionId"]
    keys = f"{netvisor.keys.customer_key}&{netvisor.keys.partner_key}"
    message = (
        f"http://{host}/customer.nv?method=add&Asiakasrekisteri&SandboxCustomer&2026-11-23 08:00:00.000&FI&1967543-8"
        f"&{transaction}&1795420800&{keys}"
    )
    assert lines[0] == "POST /customer.nv?method=add HTTP/1.1"
    assert list(headers.items()) == [
        ("Host", host),
        ("X-Netvisor-Authentication-Sender", "Asiakasrekisteri"),
        ("X-Netvisor-Authentication-CustomerId", "SandboxCustomer"),
        ("X-Netvisor-Authentication-PartnerId", "SandboxPartner"),
        ("X-Netvisor-Authentication-Timestamp", "2026-11-23 08:00:00.000"),
        ("X-Netvisor-Authentication-TimestampUnix", "1795420800"),
        ("X-Netvisor-Interface-Language", "FI"),
        ("X-Netvisor-Organisation-ID", "1967543-8"),
        ("X-Netvisor-Authentication-TransactionId", transaction),
        ("X-Netvisor-Authentication-MACHashCalculationAlgorithm", "HMACSHA256"),
        ("X-Netvisor-Authentication-UseHTTPResponseStatusCodes", "1"),
        ("X-Netvisor-Authentication-MAC", hmac.digest(keys.encode(), message.encode(), "sha256").hex()),
        ("Content-Type", "text/plain"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
        ("Content-Length", str(len(body))),
    ]
    (customer, _) = netvisor_exit.render("invoicing", [invoicing_item()])
    assert body == customer.content


def test_transaction_ids_are_never_repeated(netvisor: NetvisorSandbox, netvisor_exit: Exit) -> None:
    """Each request is signed anew: no transaction id occurs twice."""
    for number in ("10001", "10002"):
        deliver(netvisor_exit, invoicing_item(number))
    ids = [request.headers["X-Netvisor-Authentication-TransactionId"] for request in netvisor.requests]
    assert len(set(ids)) == len(ids) == 8


def test_known_customer_is_edited(netvisor: NetvisorSandbox, netvisor_exit: Exit) -> None:
    """A customer that Netvisor has is edited by its key; a field that we do not know stays as it was there."""
    deliver(netvisor_exit, invoicing_item())
    deliver(netvisor_exit, invoicing_item("10002", address__town=None, address__street="Uusikatu 2"))
    assert "POST /customer.nv?method=edit&id=1" in targets(netvisor)
    assert len(netvisor.customers) == 1
    assert netvisor.customers[1].fields["streetaddress"] == "Uusikatu 2"
    assert netvisor.customers[1].fields["city"] == "Lappeenranta"


def test_invoice_is_found_rather_than_repeated(netvisor: NetvisorSandbox, netvisor_exit: Exit) -> None:
    """Sending again finds the invoice of our number: accepted, and nothing of the person is sent again."""
    deliver(netvisor_exit, invoicing_item())
    before = len(netvisor.requests)
    attempts = Attempts()
    assert deliver(netvisor_exit, invoicing_item(), attempts=attempts) == Accepted(reference="1")
    assert targets(netvisor)[before:] == ["GET /salesinvoicelist.nv?invoicenumber=10001"]
    assert len(attempts.made) == 1
    assert len(netvisor.invoices) == 1


@pytest.mark.parametrize(
    ("customer_code", "total", "code"),
    [("99", "17.32", "INVOICE_OF_ANOTHER"), ("1234", "500", "INVOICE_DIFFERS")],
)
def test_another_invoice_of_our_number_is_doubt(
    netvisor: NetvisorSandbox, netvisor_exit: Exit, customer_code: str, total: str, code: str
) -> None:
    """An invoice of our number but of another customer or sum is neither ours nor sent: a person looks."""
    deliver(netvisor_exit, invoicing_item())
    netvisor.invoices[1] = replace(netvisor.invoices[1], customer_code=customer_code, total=Decimal(total))
    assert deliver(netvisor_exit, invoicing_item()) == Unknown(code)
    assert len(netvisor.invoices) == 1


def test_refusal_is_the_partners_own_words(netvisor: NetvisorSandbox, netvisor_exit: Exit) -> None:
    """A declared refusal comes back as refused, with Netvisor's code and sentence."""
    netvisor._products = frozenset()
    outcome = deliver(netvisor_exit, invoicing_item())
    assert outcome == Rejected("INVALID_DATA", "Data form incorrect:. Product not found", fixable=True)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (200, "INVALID_DATA", Rejected("INVALID_DATA", "words")),
        (400, "PERIOD_LOCK", Rejected("PERIOD_LOCK", "words")),
        (401, "AUTHENTICATION_FAILED", Rejected("AUTHENTICATION_FAILED", "words", fixable=False)),
        (500, "INVALID_DATA", Unknown("UNDECLARED", "INVALID_DATA")),
        (302, "INVALID_DATA", Unknown("HTTP_302")),
        (200, "SYSTEM_MAINTENANCE", Unknown("SYSTEM_MAINTENANCE", "words")),
        (200, "TECHNICAL_ERROR", Unknown("TECHNICAL_ERROR", "words")),
        (200, "SOMETHING_NEW", Unknown("UNDECLARED", "SOMETHING_NEW")),
        (200, "DUPLICATE_DATA", Unknown("DUPLICATE_DATA", "words")),
        (200, "REQUEST_NOT_UNIQUE", Unknown("REQUEST_NOT_UNIQUE", "words")),
    ],
)
def test_error_codes(
    netvisor: NetvisorSandbox,
    netvisor_exit: Exit,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str,
    expected: object,
) -> None:
    """Only declared codes with a declared status refuse; a duplicate is sought; everything else is unknown."""
    real = type(netvisor).process
    body = f"<Root><ResponseStatus><Status>FAILED</Status><Status>{code} :: words</Status></ResponseStatus></Root>"

    def process(self: NetvisorSandbox, received: Any) -> Reply:
        if received.target.startswith("/salesinvoice.nv"):
            return Reply(status, "text/xml", body.encode())
        return real(self, received)

    monkeypatch.setattr(type(netvisor), "process", process)
    assert deliver(netvisor_exit, invoicing_item()) == expected


def test_duplicate_that_is_there_is_accepted(
    netvisor: NetvisorSandbox, netvisor_exit: Exit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A duplicate reported for an invoice that arrived is sought, found and accepted."""
    real = type(netvisor).process
    body = b"<Root><ResponseStatus><Status>FAILED</Status><Status>REQUEST_NOT_UNIQUE :: x</Status></ResponseStatus></Root>"

    def process(self: NetvisorSandbox, received: Any) -> Reply:
        reply = real(self, received)
        return Reply(200, "text/xml", body) if received.target.startswith("/salesinvoice.nv") else reply

    monkeypatch.setattr(type(netvisor), "process", process)
    assert deliver(netvisor_exit, invoicing_item()) == Accepted(reference="1")


def test_success_without_a_key_is_doubt(
    netvisor: NetvisorSandbox, netvisor_exit: Exit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OK without the inserted key does not agree with itself: unknown."""
    real = type(netvisor).process

    def process(self: NetvisorSandbox, received: Any) -> Reply:
        if received.target.startswith("/salesinvoice.nv"):
            return Reply(
                200, "text/xml", b"<Root><ResponseStatus><Status>OK</Status></ResponseStatus></Root>"
            )
        return real(self, received)

    monkeypatch.setattr(type(netvisor), "process", process)
    outcome = deliver(netvisor_exit, invoicing_item())
    assert isinstance(outcome, Unknown)
    assert outcome.code == "unreadable"


def test_inquiry_asks_by_number_alone(netvisor: NetvisorSandbox, netvisor_exit: Exit) -> None:
    """Doubt is settled by our invoice number: found, or not found; the request names nobody."""
    deliver(netvisor_exit, invoicing_item())
    netvisor.requests.clear()
    assert netvisor_exit.inquire(permit(), [Item("a", "10001", {})]) == Accepted(reference="1")
    assert netvisor_exit.inquire(permit(), [Item("b", "10002", {})]) == NotFound()
    both = netvisor_exit.inquire(permit(), [Item("a", "10001", {}), Item("b", "10002", {})])
    assert both == Partial({"a": Accepted(reference="1"), "b": NotFound()})
    assert targets(netvisor)[:2] == [
        f"GET /salesinvoicelist.nv?invoicenumber={number}" for number in (10001, 10002)
    ]


def test_batch_of_items(netvisor: NetvisorSandbox, netvisor_exit: Exit) -> None:
    """Several items are sent one after another; a refused one does not stop the next."""
    refused = invoicing_item("10002", customer__number="5")
    netvisor._products = frozenset({"1697"})
    items = [invoicing_item("10001"), refused, invoicing_item("10003")]
    assert deliver(netvisor_exit, *items) == Partial(
        {"item-10001": Accepted("1"), "item-10002": Accepted("2"), "item-10003": Accepted("3")}
    )


def test_after_a_dead_line_the_rest_is_not_tried(netvisor: NetvisorSandbox, netvisor_exit: Exit) -> None:
    """When the connection fails at one item, those after it are proved not sent rather than waited for."""
    netvisor.faults.add(Fault.DROP_REPLY, path="/salesinvoice.nv", after=1)
    outcome = deliver(netvisor_exit, *(invoicing_item(str(number)) for number in range(10001, 10005)))
    assert isinstance(outcome, Partial)
    kinds = [type(one) for one in outcome.items.values()]
    assert kinds == [Accepted, Unknown, NotSent, NotSent]
    assert len(netvisor.invoices) == 2


def test_without_the_gates_permit_nothing_happens(netvisor: NetvisorSandbox, netvisor_exit: Exit) -> None:
    """Anything but a permit of the gate's making is refused before the first effect."""

    class Forged:
        transfer_id, log_index, user_name = "x", 0, "matti"

    item = invoicing_item()
    payloads = netvisor_exit.render("invoicing", [item])
    with pytest.raises(PermitRefused):
        netvisor_exit.deliver(Forged(), "invoicing", [item], payloads, Attempts())
    with pytest.raises(PermitRefused):
        netvisor_exit.inquire(Forged(), [item])
    assert netvisor.requests == []


def test_attempt_that_cannot_be_recorded_sends_nothing(
    netvisor: NetvisorSandbox, netvisor_exit: Exit
) -> None:
    """When an attempt cannot be made durable, the effect does not happen and the error comes through."""

    class DiskFull(Exception):
        pass

    def refuse(description: str, digest: bytes) -> None:
        raise DiskFull

    item = invoicing_item()
    payloads = netvisor_exit.render("invoicing", [item])
    with pytest.raises(DiskFull):
        netvisor_exit.deliver(permit(), "invoicing", [item], payloads, refuse)
    assert netvisor.requests == []


def test_fields_whose_switch_is_off_are_not_asked_for(
    netvisor: NetvisorSandbox, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E-mail and phone are in the manifest only when the settings want them, so the gate does not even read them."""
    quiet = partners.netvisor_partner(monkeypatch, netvisor.base_url)
    loud = partners.netvisor_partner(monkeypatch, netvisor.base_url, invoice_by_email=True)
    fields = [
        partners.hub(tmp_path, clock, netvisor=partner).exit("netvisor").manifest.fields
        for partner in (quiet, loud)
    ]
    assert [("email" in known, "phone" in known) for known in fields] == [(False, False), (True, False)]
    assert "bank.iban" not in fields[1]
    assert "identity_code" not in fields[1]


def test_latin_9_on_the_wire(tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the other encoding, ä is one byte on the wire and the preview says so."""
    with NetvisorSandbox(partners.NETVISOR_KEYS, encoding="iso-8859-15") as sandbox:
        partner = partners.netvisor_partner(monkeypatch, sandbox.base_url, encoding="iso-8859-15")
        exit_ = partners.hub(tmp_path, clock, netvisor=partner).exit("netvisor")
        assert (
            exit_.render("invoicing", [invoicing_item()])[0].media_type == "text/plain; charset=iso-8859-15"
        )
        assert isinstance(deliver(exit_, invoicing_item()), Accepted)
        assert b"Meik\xe4l\xe4inen" in sandbox.requests[2].body
        assert sandbox.customers[1].fields["name"] == "Matti Meikäläinen"
