"""Netvisor's adapter: find before create, customer first, then the invoice; later, ask by invoice number.

The item's key is the sales invoice number, which is ours: Netvisor is asked for it before an invoice is added, so an
earlier try whose answer was lost is found rather than repeated.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias, TypeVar

from core.disclosure.exits import (
    Accepted,
    InquiryResult,
    Item,
    NotFound,
    NotSent,
    Outcome,
    Payload,
    Rejected,
    Unknown,
)
from core.messages import N_
from integrations.answers import UnreadableAnswer
from integrations.netvisor import answers, documents, wire
from integrations.protocol import (
    Checkpoint,
    CheckResult,
    Context,
    Digest,
    Effect,
    Exchange,
    ExchangeFailed,
    FetchedInvoice,
    HttpRequest,
    HttpResponse,
    Part,
)

API: Final = "api"
CUSTOMER: Final = "customer"
INVOICE: Final = "invoice"
NOT_THERE: Final = "CUSTOMER_NOT_FOUND"
HTTP_OK: Final = 200
SERVER_ERRORS: Final = 500
MAX_PAGES: Final = 10_000

R = TypeVar("R")
Steps: TypeAlias = Generator[Effect, Any, R]


class _Ended(Exception):
    """The exchange is over before its end, with this outcome."""

    def __init__(self, outcome: Rejected | NotSent | Unknown) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


class Netvisor:
    """Takes customers and sales invoices out, reads invoice states back."""

    def render(self, context: Context, purpose: str, items: Sequence[Item]) -> tuple[Payload, ...]:
        """Two payloads an item: the customer and the invoice.

        Raises:
            CannotRender: a value that Netvisor's format or the chosen encoding cannot carry.
        """
        settings = context.settings
        media_type = f"{settings['content_type']}; charset={settings['encoding']}"
        payloads = []
        for item in items:
            for label, content in documents.rendered(item, settings):
                payloads.append(Payload((item.id,), content, media_type, label))
        return tuple(payloads)

    def deliver(
        self, context: Context, purpose: str, items: Sequence[Item], payloads: Sequence[Payload]
    ) -> Exchange[Outcome]:
        """Customer, then invoice, of one item; nothing is created that is found."""
        (item,) = items
        bodies = {payload.label: payload.content for payload in payloads}
        try:
            return (yield from self._deliver(item, bodies))
        except _Ended as ended:
            return ended.outcome

    def _deliver(self, item: Item, bodies: Mapping[str, bytes]) -> Steps[Outcome]:
        found = yield from _invoice_by_number(item.key)
        if found is not None:
            return _already_there(item, found)
        yield from _put_customer(str(item.fields["customer.number"]), bodies[CUSTOMER])
        response = yield _post("/salesinvoice.nv", bodies[INVOICE], "sales invoice added", method="add")
        envelope = answers.read_envelope(response.content)
        if envelope.ok and response.status == HTTP_OK:
            return Accepted(reference=answers.inserted_key(envelope))
        if envelope.code in answers.ASK_AGAIN:
            found = yield from _invoice_by_number(item.key)
            return Unknown(envelope.code, envelope.message) if found is None else _already_there(item, found)
        return _failure(envelope, response)

    def render_form(self, context: Context, form: str, items: Sequence[Item]) -> tuple[Payload, ...]:
        """The customer of each item, without an invoice.

        Raises:
            CannotRender: a value that Netvisor's format or the chosen encoding cannot carry.
        """
        settings = context.settings
        media_type = f"{settings['content_type']}; charset={settings['encoding']}"
        return tuple(
            Payload((item.id,), documents.rendered_customer(item, settings), media_type, CUSTOMER)
            for item in items
        )

    def deliver_form(
        self, context: Context, form: str, items: Sequence[Item], payloads: Sequence[Payload]
    ) -> Exchange[Outcome]:
        """Edit one customer that Netvisor has; one that it does not have is never made by this."""
        (item,), (payload,) = items, payloads
        try:
            key = yield from _put_customer(str(item.fields["customer.number"]), payload.content, add=False)
        except _Ended as ended:
            return ended.outcome
        return Accepted(reference=key)

    def inquire(self, context: Context, items: Sequence[Item]) -> Exchange[InquiryResult]:
        """By invoice number; the customer is not named."""
        (item,) = items
        try:
            found = yield from _invoice_by_number(item.key)
        except _Ended as ended:
            return Unknown(ended.outcome.code, ended.outcome.message)
        return NotFound() if found is None else Accepted(reference=found.reference)

    def fetch(self, context: Context, cursor: str | None) -> Exchange[None]:
        """Invoice states by page; *cursor* is ``begin date/Netvisor key``, either part may be empty."""
        begin, _, above = (cursor or "/").partition("/")
        above = above or "0"
        for _page in range(MAX_PAGES):
            query: tuple[tuple[str, Part], ...] = (("invoicesabovenetvisorkey", above),)
            if begin:
                query += (("begininvoicedate", begin),)
            response = yield _get("/salesinvoicelist.nv", "invoice states read", *query)
            try:
                rows = answers.invoice_rows(_read(response))
            except _Ended as ended:
                raise ExchangeFailed(ended.outcome.code, ended.outcome.message) from None
            if not rows:
                return
            highest = max(int(row.reference) for row in rows)
            if highest <= int(above):
                # A partner that does not page as documented would be asked for ever.
                raise UnreadableAnswer("the same page came again")
            above = str(highest)
            yield Checkpoint(f"{begin}/{above}", tuple(rows))

    def check(self, context: Context) -> Exchange[CheckResult]:
        """An empty invoice list of tomorrow; then, when set, a customer with ä or ö read back."""
        tomorrow = (context.now + timedelta(days=1)).date().isoformat()
        response = yield _get("/salesinvoicelist.nv", "connection test", ("begininvoicedate", tomorrow))
        envelope = answers.read_envelope(response.content)
        if not envelope.ok:
            return CheckResult(ok=False, code=envelope.code, notes=_diagnosis(envelope, response, context))
        expected = str(context.settings["check_customer_name"])
        if not expected:
            return CheckResult(ok=True, code="OK")
        code = str(context.settings["check_customer"])
        try:
            rows = yield from _customers_by_number(code)
        except _Ended as ended:
            return CheckResult(ok=False, code=ended.outcome.code)
        names = ", ".join(row.name for row in rows)
        if [row.name for row in rows] == [expected]:
            return CheckResult(
                ok=True, code="OK", notes=((N_("The test customer reads back as it should."), {}),)
            )
        note = N_("The test customer reads back as “{names}”, expected “{expected}”: try the other encoding.")
        return CheckResult(ok=False, code="ENCODING", notes=((note, {"names": names, "expected": expected}),))

    def sign(self, context: Context, request: HttpRequest) -> Exchange[HttpRequest]:
        """The headers of authentication; a new transaction id each time, since a repeated one is refused."""
        settings = context.settings
        sender, language = str(settings["sender"]), str(settings["language"])
        organisation, transaction = str(settings["organisation_id"]), context.new_id()
        parts = wire.mac_parts(
            url=documents.full_url(context.base_urls[API], request),
            sender=sender,
            sent_at=context.now,
            language=language,
            organisation_id=organisation,
            transaction_id=transaction,
        )
        mac = yield Digest("hmac-sha256", parts, key=wire.MAC_KEY)
        prefix = "X-Netvisor-Authentication-"
        return request.with_headers(
            (f"{prefix}Sender", (sender,)),
            (f"{prefix}CustomerId", (wire.CUSTOMER_ID,)),
            (f"{prefix}PartnerId", (wire.PARTNER_ID,)),
            (f"{prefix}Timestamp", (wire.timestamp(context.now),)),
            (f"{prefix}TimestampUnix", (str(int(context.now.timestamp())),)),
            ("X-Netvisor-Interface-Language", (language,)),
            ("X-Netvisor-Organisation-ID", (organisation,)),
            (f"{prefix}TransactionId", (transaction,)),
            (f"{prefix}MACHashCalculationAlgorithm", ("HMACSHA256",)),
            (f"{prefix}UseHTTPResponseStatusCodes", ("1",)),
            (f"{prefix}MAC", (mac,)),
            ("Content-Type", (str(settings["content_type"]),)),
        )


def _get(path: str, description: str, *query: tuple[str, Part]) -> HttpRequest:
    return HttpRequest(API, "GET", path, query, kind="query", description=description)


def _post(path: str, body: bytes, description: str, **query: str) -> HttpRequest:
    return HttpRequest(
        API, "POST", path, tuple(query.items()), body=body, kind="command", description=description
    )


def _read(response: HttpResponse) -> answers.Envelope:
    """A look-up's envelope; when it failed, the exchange ends: nothing of what was rendered has been sent."""
    envelope = answers.read_envelope(response.content)
    if not envelope.ok:
        raise _Ended(NotSent(envelope.code, envelope.message))
    if response.status != HTTP_OK:
        raise _Ended(NotSent(f"HTTP_{response.status}"))
    return envelope


def _invoice_by_number(number: str) -> Steps[FetchedInvoice | None]:
    response = yield _get("/salesinvoicelist.nv", "invoice looked up", ("invoicenumber", number))
    rows = [row for row in answers.invoice_rows(_read(response)) if row.number == number]
    if len(rows) > 1:
        raise _Ended(Unknown("INVOICE_NUMBER_TWICE"))
    return rows[0] if rows else None


def _customers_by_number(number: str) -> Steps[list[answers.CustomerRow]]:
    response = yield _get("/customerlist.nv", "customer looked up", ("customercodelist", number))
    return [row for row in answers.customer_rows(_read(response)) if row.code == number]


def _put_customer(number: str, body: bytes, *, add: bool = True) -> Steps[str]:
    """Edit the customer, or *add* it; when it appeared meanwhile, look again, once.  Returns Netvisor's key."""
    for _try in range(2):
        rows = yield from _customers_by_number(number)
        if len(rows) > 1:
            raise _Ended(Rejected("CUSTOMER_NOT_UNIQUE"))
        if not rows and not add:
            raise _Ended(Rejected(NOT_THERE))
        query = {"method": "edit", "id": rows[0].key} if rows else {"method": "add"}
        response = yield _post("/customer.nv", body, "customer added or edited", **query)
        envelope = answers.read_envelope(response.content)
        if envelope.ok and response.status == HTTP_OK:
            return rows[0].key if rows else answers.inserted_key(envelope)
        if envelope.code not in answers.ASK_AGAIN:
            raise _Ended(_failure(envelope, response))
    raise _Ended(Unknown(envelope.code, envelope.message))


def _failure(envelope: answers.Envelope, response: HttpResponse) -> Rejected | Unknown:
    """Refused when the code is declared so and the server did not break down; anything else is unknown."""
    if response.status < SERVER_ERRORS:
        if envelope.code in answers.REFUSED_FIXABLE:
            return Rejected(envelope.code, envelope.message, fixable=True)
        if envelope.code in answers.REFUSED_FOR_US:
            return Rejected(envelope.code, envelope.message, fixable=False)
    if envelope.code in answers.TRY_LATER or envelope.ok:
        return Unknown(envelope.code if not envelope.ok else f"HTTP_{response.status}", envelope.message)
    return Unknown("UNDECLARED", envelope.code)


def _already_there(item: Item, found: FetchedInvoice) -> Outcome:
    """An invoice of our number exists: ours from before, unless it is of another customer or another sum."""
    number = str(item.fields["customer.number"])
    if found.customer_number and found.customer_number != number:
        return Unknown("INVOICE_OF_ANOTHER")
    lines = documents.product_lines(item)
    expected = sum(
        (line.unit_price * line.quantity * (100 + line.vat_percent) / 100 for line in lines), Decimal(0)
    )
    # Netvisor rounds each row; a cent a row is no difference.
    if abs(found.total - expected) > Decimal("0.01") * (len(lines) + 1):
        return Unknown("INVOICE_DIFFERS")
    return Accepted(reference=found.reference)


def _diagnosis(
    envelope: answers.Envelope, response: HttpResponse, context: Context
) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """What an administrator can compare: Netvisor quotes the string that it hashed, its keys masked."""
    notes: list[tuple[str, Mapping[str, str]]] = [
        (N_("Netvisor answers {code}: {message}"), {"code": envelope.code, "message": envelope.message})
    ]
    if envelope.code == "AUTHENTICATION_FAILED" and "http" in envelope.message:
        headers = {name.rpartition("-")[2]: parts for name, parts in response.request.headers}
        sent = [("URL", documents.full_url(context.base_urls[API], response.request))]
        for piece in ("Sender", "Timestamp", "Language", "ID", "TransactionId"):
            sent.extend((piece, part) for part in headers.get(piece, ()) if isinstance(part, str))
        differing = wire.mac_differences(envelope.message, sent)
        if differing:
            notes.append(
                (N_("It computed the MAC from other values of: {pieces}."), {"pieces": ", ".join(differing)})
            )
        else:
            notes.append((N_("Every value agrees but the keys: check customer_key and partner_key."), {}))
    return tuple(notes)


ADAPTER: Final = Netvisor
