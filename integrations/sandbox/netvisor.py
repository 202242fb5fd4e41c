"""Netvisor's sandbox: checks the MAC and the transaction id, keeps customers and invoices, lists them.

Our guesses, since the vendor's documents are silent: failures come with HTTP 200, and an invoice number that exists is
``DUPLICATE_DATA``.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from integrations.answers import Node, UnreadableAnswer, read_xml
from integrations.sandbox.journal import Journal
from integrations.sandbox.netvisor_orders import misplaced
from integrations.sandbox.server import Reply, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from integrations.sandbox.server import Received

PAGE: Final = 500
_PREFIX: Final = "x-netvisor-authentication-"
EVOLUTION: Final = (
    ("open", "", False),
    ("open", "overdue", False),
    ("open", "collected", True),
    ("paid", "", False),
)


@dataclass(frozen=True, slots=True)
class NetvisorKeys:
    """The company's identifiers; invented ones for a sandbox."""

    customer_id: str = "SandboxCustomer"
    customer_key: str = field(default="5a4db0c0ffee00000000000000000001", repr=False)
    partner_id: str = "SandboxPartner"
    partner_key: str = field(default="5a4db0c0ffee00000000000000000002", repr=False)
    organisation_id: str = "1967543-8"


@dataclass(frozen=True, slots=True)
class SandboxCustomer:
    """A customer as Netvisor keeps it: element name to text."""

    key: int
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SandboxInvoice:
    """An invoice as Netvisor keeps it; sums in euros with VAT."""

    key: int
    number: str
    invoiced_on: str
    due_on: str
    customer_code: str
    total: Decimal
    open_total: Decimal
    status: str
    substatus: str = ""
    in_collection: bool = False


class _Failed(Exception):
    """The answer is FAILED with this code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.text = f"{code} :: {message}"


class NetvisorSandbox(Sandbox):
    """``with NetvisorSandbox() as sandbox: sandbox.base_url``; ``customers`` and ``invoices`` are what it has."""

    def __init__(
        self,
        keys: NetvisorKeys | None = None,
        *,
        port: int = 0,
        state_file: Path | None = None,
        products: frozenset[str] = frozenset({"1697"}),
        encoding: str = "utf-8",
        failure_status: int = 200,
        page: int = PAGE,
    ) -> None:
        super().__init__(port=port)
        self.keys = keys or NetvisorKeys()
        self.customers: dict[int, SandboxCustomer] = {}
        self.invoices: dict[int, SandboxInvoice] = {}
        self._products = products
        self._encoding = encoding
        self._failure_status = failure_status
        self._page = page
        self._transactions: set[str] = set()
        self._journal = Journal(state_file)
        self._restore()

    def set_state(
        self, number: str, status: str, substatus: str = "", *, in_collection: bool = False
    ) -> None:
        """What a person at the accountant's, or time, does to an invoice."""
        with self.lock:
            (key,) = [key for key, invoice in self.invoices.items() if invoice.number == number]
            open_total = Decimal(0) if status == "paid" else self.invoices[key].total
            self._keep_invoice(
                replace(
                    self.invoices[key],
                    status=status,
                    substatus=substatus,
                    in_collection=in_collection,
                    open_total=open_total,
                )
            )

    def evolve(self) -> int:
        """Some days pass: invoices become open, overdue, collected and paid in turn; how many there are."""
        with self.lock:
            for place, invoice in enumerate(sorted(self.invoices.values(), key=lambda it: it.key)):
                status, substatus, collected = EVOLUTION[place % len(EVOLUTION)]
                self.set_state(invoice.number, status, substatus, in_collection=collected)
            return len(self.invoices)

    def controls(self) -> Mapping[str, Callable[..., object]]:
        """Faults, states, time, and what there is."""
        return {
            **super().controls(),
            "set_state": self.set_state,
            "evolve": self.evolve,
            "invoices": lambda: sorted(invoice.number for invoice in self.invoices.values()),
        }

    def process(self, received: Received) -> Reply:
        """Authenticate, do, answer in Netvisor's envelope."""
        with self.lock:
            try:
                self._authenticate(received)
                content = self._do(received)
                status = 200
            except _Failed as failed:
                content = f"<Status>FAILED</Status>\n<Status>{escape(failed.text)}</Status>"
                content = (
                    f"<ResponseStatus>{content}<TimeStamp>23.11.2026 8:00:00</TimeStamp></ResponseStatus>"
                )
                status = self._failure_status
        text = f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<Root>{content}</Root>'
        return Reply(status, "text/xml; charset=utf-8", text.encode())

    def _authenticate(self, received: Received) -> None:
        headers = {name.lower(): value for name, value in received.headers.items()}
        pieces = [
            self.base_url + received.target,
            headers.get(f"{_PREFIX}sender", ""),
            headers.get(f"{_PREFIX}customerid", ""),
            headers.get(f"{_PREFIX}timestamp", ""),
            headers.get("x-netvisor-interface-language", ""),
            headers.get("x-netvisor-organisation-id", ""),
            headers.get(f"{_PREFIX}transactionid", ""),
            headers.get(f"{_PREFIX}timestampunix", ""),
        ]
        keys = f"{self.keys.customer_key}&{self.keys.partner_key}"
        message = "&".join([*pieces, keys])
        expected = hmac.digest(keys.encode(), message.encode("iso-8859-15", "replace"), hashlib.sha256).hex()
        known = (headers.get(f"{_PREFIX}customerid"), headers.get(f"{_PREFIX}partnerid"))
        if known != (self.keys.customer_id, self.keys.partner_id):
            raise _Failed("AUTHENTICATION_FAILED", "Integraatiokumppania ei löydy, katso dokumentaatio")
        if headers.get("x-netvisor-organisation-id") != self.keys.organisation_id:
            raise _Failed("AUTHENTICATION_FAILED", "Yritystä ei löydy")
        if headers.get(f"{_PREFIX}machashcalculationalgorithm") != "HMACSHA256":
            raise _Failed("AUTHENTICATION_FAILED", "MAC-algoritmi ei kelpaa")
        if not hmac.compare_digest(headers.get(f"{_PREFIX}mac", ""), expected):
            shown = "&".join([*pieces, "YOUR_PRIVATE_KEY_HERE"])
            words = "URI-metodi ei kelpaa, katso dokumentaatio. Käytä MAC-tiivisteen laskentaan merkkijonoa:"
            raise _Failed("AUTHENTICATION_FAILED", f"{words} {shown} :: {expected}")
        if pieces[6] in self._transactions or not pieces[6]:
            raise _Failed("REQUEST_NOT_UNIQUE", "Transaction identifier has been used")
        self._transactions.add(pieces[6])

    def _do(self, received: Received) -> str:
        parts = urlsplit(received.target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        match received.method, parts.path:
            case "GET", "/customerlist.nv":
                return self._customer_list(query)
            case "GET", "/salesinvoicelist.nv":
                return self._invoice_list(query)
            case "POST", "/customer.nv":
                return self._put_customer(query, self._body(received, "customer"))
            case "POST", "/salesinvoice.nv":
                return self._add_invoice(query, self._body(received, "salesinvoice"))
        raise _Failed("SERVICE_ACCESS_ERROR", "Resource not allowed")

    def _body(self, received: Received, name: str) -> Node:
        try:
            text = received.body.decode(self._encoding)
            return read_xml(text.encode()).one(name)
        except (UnicodeDecodeError, UnreadableAnswer):
            raise _Failed("INVALID_DATA", "XML message validation failed: Could not validate xml") from None

    def _put_customer(self, query: Mapping[str, str], body: Node) -> str:
        if not body.all("customerbaseinformation") or misplaced(body):
            raise _Failed("INVALID_DATA", "XML message validation failed: Could not validate xml")
        given = {child.name: child.text for child in body.one("customerbaseinformation").children}
        if query.get("method") == "add":
            if not given.get("name"):
                raise _Failed("INVALID_DATA", "Data form incorrect:. Name is empty")
            if any(
                it.fields.get("internalidentifier") == given.get("internalidentifier")
                for it in self.customers.values()
            ):
                raise _Failed("DUPLICATE_DATA", "Customer code already exists")
            key = len(self.customers) + 1
            self._keep_customer(SandboxCustomer(key, given))
            return _ok(f"<Replies><InsertedDataIdentifier>{key}</InsertedDataIdentifier></Replies>")
        found = self.customers.get(int(query.get("id", "0") or 0))
        if query.get("method") != "edit" or found is None:
            raise _Failed(
                "INVALID_DATA",
                f"Data form incorrect:. Customer not found with Netvisor identifier: {query.get('id')}",
            )
        self._keep_customer(SandboxCustomer(found.key, {**found.fields, **given}))
        return _ok("")

    def _add_invoice(self, query: Mapping[str, str], body: Node) -> str:
        number, code = body.value("salesinvoicenumber"), body.value("invoicingcustomeridentifier")
        if query.get("method") != "add" or misplaced(body):
            raise _Failed("INVALID_DATA", "XML message validation failed: Could not validate xml")
        if not any(it.fields.get("internalidentifier") == code for it in self.customers.values()):
            raise _Failed("INVALID_DATA", f"Data form incorrect:. Customer not found: {code}")
        if any(invoice.number == number for invoice in self.invoices.values()):
            raise _Failed("DUPLICATE_DATA", f"Invoice number {number} already exists")
        lines = [line.one("salesinvoiceproductline") for line in body.one("invoicelines").all("invoiceline")]
        if not lines or any(line.value("productidentifier") not in self._products for line in lines):
            raise _Failed("INVALID_DATA", "Data form incorrect:. Product not found")
        key, total = len(self.invoices) + 1, sum((_line_total(line) for line in lines), Decimal(0))
        invoiced = date.fromisoformat(body.value("salesinvoicedate"))
        due = invoiced + timedelta(days=int(body.value("paymenttermnetdays")))
        status = body.value("salesinvoicestatus")
        self._keep_invoice(
            SandboxInvoice(key, number, invoiced.isoformat(), due.isoformat(), code, total, total, status)
        )
        return _ok(f"<Replies><InsertedDataIdentifier>{key}</InsertedDataIdentifier></Replies>")

    def _customer_list(self, query: Mapping[str, str]) -> str:
        codes = query.get("customercodelist", "").split(",")
        rows = "".join(
            f"<Customer><Netvisorkey>{customer.key}</Netvisorkey>"
            f"<Name>{escape(customer.fields.get('name', ''))}</Name>"
            f"<Code>{escape(customer.fields.get('internalidentifier', ''))}</Code>"
            "<OrganisationIdentifier></OrganisationIdentifier>"
            f"<Uri>{self.base_url}/getcustomer.nv?id={customer.key}</Uri></Customer>"
            for customer in self.customers.values()
            if customer.fields.get("internalidentifier") in codes
        )
        return _ok(f"<Customerlist>{rows}</Customerlist>")

    def _invoice_list(self, query: Mapping[str, str]) -> str:
        above = int(query.get("invoicesabovenetvisorkey", "0"))
        number, begin = query.get("invoicenumber"), query.get("begininvoicedate", "")
        chosen = [
            invoice
            for invoice in sorted(self.invoices.values(), key=lambda it: it.key)
            if invoice.key > above and number in {None, invoice.number} and invoice.invoiced_on >= begin
        ]
        rows = "".join(self._invoice_row(invoice) for invoice in chosen[: self._page])
        return _ok(f"<SalesInvoiceList>{rows}</SalesInvoiceList>" if rows else "<SalesInvoiceList />")

    def _invoice_row(self, invoice: SandboxInvoice) -> str:
        substatus = f' substatus="{invoice.substatus}"' if invoice.substatus else ""
        collection = f' isincollection="{int(invoice.in_collection)}"'
        return (
            f"<SalesInvoice><NetvisorKey>{invoice.key}</NetvisorKey><InvoiceNumber>{invoice.number}</InvoiceNumber>"
            f'<Invoicedate format="ansi">{invoice.invoiced_on}</Invoicedate>'
            f'<InvoiceDueDate format="ansi">{invoice.due_on}</InvoiceDueDate>'
            f"<InvoiceStatus{substatus}{collection}>{invoice.status}</InvoiceStatus>"
            f"<CustomerCode>{escape(invoice.customer_code)}</CustomerCode><CustomerName></CustomerName>"
            f"<ReferenceNumber></ReferenceNumber><InvoiceSum>{_comma(invoice.total)}</InvoiceSum>"
            f"<OpenSum>{_comma(invoice.open_total)}</OpenSum>"
            f"<Uri>{self.base_url}/getsalesinvoice.nv?netvisorkey={invoice.key}</Uri></SalesInvoice>"
        )

    def _keep_customer(self, customer: SandboxCustomer) -> None:
        self._journal.append({"customer": customer.key, "fields": dict(customer.fields)})
        self.customers[customer.key] = customer

    def _keep_invoice(self, invoice: SandboxInvoice) -> None:
        row = {name: getattr(invoice, name) for name in SandboxInvoice.__slots__}
        self._journal.append(
            {"invoice": row | {"total": str(invoice.total), "open_total": str(invoice.open_total)}}
        )
        self.invoices[invoice.key] = invoice

    def _restore(self) -> None:
        for entry in self._journal.entries():
            if "customer" in entry:
                self.customers[entry["customer"]] = SandboxCustomer(entry["customer"], entry["fields"])
            else:
                row = entry["invoice"]
                row |= {"total": Decimal(row["total"]), "open_total": Decimal(row["open_total"])}
                self.invoices[row["key"]] = SandboxInvoice(**row)


def _ok(content: str) -> str:
    status = "<Status>OK</Status><TimeStamp>23.11.2026 8:00:00</TimeStamp>"
    return f"<ResponseStatus>{status}</ResponseStatus>{content}"


def _comma(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def _line_total(line: Node) -> Decimal:
    price, percent, quantity = (
        Decimal(line.value(name).replace(",", "."))
        for name in ("productunitprice", "productvatpercentage", "salesinvoiceproductlinequantity")
    )
    return (price * quantity * (100 + percent) / 100).quantize(Decimal("0.01"))
