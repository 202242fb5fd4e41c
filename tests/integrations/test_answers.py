"""Answers are hostile until read: whatever comes is data, or unreadable, and nothing else."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations import answers
from integrations.answers import UnreadableAnswer, read_json, read_xml
from integrations.asiakastieto import answers as credit
from integrations.netvisor import answers as netvisor
from tests.support.partners import DATA

if TYPE_CHECKING:
    from collections.abc import Callable

LIST = """<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<Root><ResponseStatus><Status>OK</Status><TimeStamp>1.10.2009 16:03:24</TimeStamp></ResponseStatus>
<SalesInvoiceList><SalesInvoice><NetvisorKey>165</NetvisorKey><InvoiceNumber>5</InvoiceNumber>
<Invoicedate format="ansi">2013-11-09</Invoicedate><InvoiceStatus substatus="overdue">open</InvoiceStatus>
<CustomerCode>MM</CustomerCode><CustomerName>Matti Meikäläinen</CustomerName><ReferenceNumber>1070</ReferenceNumber>
<InvoiceSum>123,45</InvoiceSum><OpenSum>45,67</OpenSum>
<Uri>https://koulutus.netvisor.fi/getsalesinvoice.nv?netvisorkey=165</Uri></SalesInvoice></SalesInvoiceList></Root>"""
NOT_FOUND = {
    "consumerResponse": {
        "responseHeader": {"responseStatus": "0"},
        "personIdentification": {"personId": "010690-9434"},
        "noRegisteredMessage": {"EIR": "1", "EIRText": "The person is not found in the register."},
    }
}
DEFAULTS = {
    "consumerResponse": {
        "responseHeader": {"responseStatus": "0", "timeStamp": {"date": 1634590800000, "time": "2025"}},
        "personIdentification": {
            "name": "T",
            "personId": "030388-927Y",
            "addressWhenDefaulted": {"street": "x"},
        },
        "creditInformationData": {
            "creditInformationEntryCount": 3,
            "paymentDefaultCount": "2",
            "creditInformationEntrySummary": {
                "ownCreditStoppage": {"date": "2026-01-01", "text": "Oma luottokielto"},
                "supervision": None,
                "text": "Kaksi maksuhäiriötä",
            },
        },
        "somethingNew": [{"a": 1}],
    }
}


WORDS = {
    "responseHeader",
    "responseStatus",
    "errorMessage",
    "errorCode",
    "noRegisteredMessage",
    "EIR",
    "creditInformationData",
    "paymentDefaultCount",
    "creditInformationEntrySummary",
    "ownCreditStoppage",
    "personIdentification",
    "personId",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(WORDS)), inner, max_size=5)
    ),
    max_leaves=25,
)


def samples(folder: str, pattern: str) -> list[bytes]:
    """Real samples where they are at hand, and the ones carried here."""
    carried = (
        [LIST.encode()] if pattern == "*.xml" else [json.dumps(it).encode() for it in (NOT_FOUND, DEFAULTS)]
    )
    return carried + [path.read_bytes() for path in sorted((DATA / folder).glob(pattern))]


NETVISOR = samples("netvisor/heltti-samples/responses", "*.xml")
CREDIT = samples("asiakastieto", "*.json")


def read_all_of_netvisor(content: bytes) -> None:
    envelope = netvisor.read_envelope(content)
    for reader in (netvisor.inserted_key, netvisor.customer_rows, netvisor.invoice_rows):
        try:
            reader(envelope)
        except UnreadableAnswer:
            continue


def readable(reader: Callable[[bytes], object], content: bytes) -> bool:
    """Whether it can be read; anything but `UnreadableAnswer` fails the test."""
    try:
        reader(content)
    except UnreadableAnswer:
        return False
    return True


@pytest.mark.parametrize("reader", [read_xml, read_json, read_all_of_netvisor, credit.read_answer])
@given(st.binary(max_size=400))
def test_random_bytes(reader: Callable[[bytes], object], content: bytes) -> None:
    """Random bytes are unreadable, or by chance read, and never anything else."""
    readable(reader, content)


@given(st.sampled_from(NETVISOR), st.integers(), st.integers(1, 8))
def test_mutated_netvisor_samples(sample: bytes, seed: int, changes: int) -> None:
    """A real answer with bytes changed, cut or doubled never raises anything but "unreadable"."""
    readable(read_all_of_netvisor, mutated(sample, seed, changes))


@given(st.sampled_from(CREDIT), st.integers(), st.integers(1, 8))
def test_mutated_credit_samples(sample: bytes, seed: int, changes: int) -> None:
    """A real credit answer with bytes changed, cut or doubled never raises anything but "unreadable"."""
    readable(credit.read_answer, mutated(sample, seed, changes))


def mutated(sample: bytes, seed: int, changes: int) -> bytes:
    choose, content = random.Random(seed), bytearray(sample)
    for _ in range(changes):
        place = choose.randrange(len(content)) if content else 0
        kind = choose.randrange(4)
        if kind == 0 and content:
            content[place] = choose.randrange(256)
        elif kind == 1:
            del content[place : place + choose.randrange(1, 40)]
        elif kind == 2:
            content[place:place] = content[place : place + choose.randrange(1, 80)]
        else:
            content = content[:place] or content
    return bytes(content)


@given(JSON)
def test_any_json_of_known_names(value: object) -> None:
    """Any structure under the names that the answer uses is an answer, a failure or unreadable."""
    readable(credit.read_answer, json.dumps({"consumerResponse": value}).encode())
    readable(credit.read_answer, json.dumps({"companyResponse": value}).encode())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'<!DOCTYPE Root [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Root>&b;</Root>', "it has a DOCTYPE"),
        (b"<Root>" * 101 + b"</Root>" * 101, "nested too deep"),
        (b"<Root>" + b"<a/>" * 200_001 + b"</Root>", "too many elements"),
        (b"<Root>", "not well-formed XML"),
        (b"", "not well-formed XML"),
        (b'<?xml version="1.0" encoding="no-such"?><Root/>', "not well-formed XML"),
        (b" " * (answers.MAX_BYTES + 1), "too large"),
    ],
)
def test_hostile_xml(content: bytes, reason: str) -> None:
    """A DOCTYPE, depth, number, size or broken XML is refused, in words."""
    with pytest.raises(UnreadableAnswer) as refusal:
        read_xml(content)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": 1, "a": 2}', "a key occurs twice in one object"),
        (b"[" * 5000, "nested too deep"),
        (b'{"a": ' + b"9" * 31 + b"}", "a number is too long"),
        (b'{"a": 1.' + b"9" * 31 + b"}", "a number is too long"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b"[]", "not a JSON object"),
        (b"\xff{}", "not JSON in UTF-8"),
        (b" " * (answers.MAX_BYTES + 1), "too large"),
    ],
)
def test_hostile_json(content: bytes, reason: str) -> None:
    """Repeated keys, depth, long numbers, NaN, another character set or a huge answer is refused, in words."""
    with pytest.raises(UnreadableAnswer) as refusal:
        read_json(content)
    assert refusal.value.reason == reason


def test_invoice_list() -> None:
    """A row of the list is read with its small-d date, commas, and a missing due date as not known."""
    (row,) = netvisor.invoice_rows(netvisor.read_envelope(LIST.encode()))
    assert (row.reference, row.number, row.state, row.customer_number) == ("165", "5", "overdue", "MM")
    assert (row.total, row.open_total, row.due_on) == (Decimal("123.45"), Decimal("45.67"), None)
    assert str(row.invoiced_on) == "2013-11-09"


def test_every_sample_at_hand_has_an_envelope() -> None:
    """Netvisor's recorded answers all have a readable envelope."""
    assert all(readable(netvisor.read_envelope, sample) for sample in NETVISOR)


@pytest.mark.parametrize(
    ("attributes", "text", "state"),
    [
        ("", "open", "open"),
        ("", "unsent", "open"),
        (' substatus="overdue"', "open", "overdue"),
        (' substatus="reminded"', "open", "overdue"),
        (' substatus="requested"', "Open", "overdue"),
        (' substatus="collected"', "open", "in_collection"),
        (' isincollection="1"', "open", "in_collection"),
        (' isincollection="1" substatus="overdue"', "open", "in_collection"),
        (' isincollection="0"', "paid", "paid"),
        ("", "creditloss", "written_off"),
        ("", "rejected", "rejected"),
    ],
)
def test_invoice_states(attributes: str, text: str, state: str) -> None:
    """Netvisor's statuses mean open, overdue, in collection, paid, written off or rejected."""
    changed = LIST.replace(' substatus="overdue">open<', f"{attributes}>{text}<")
    (row,) = netvisor.invoice_rows(netvisor.read_envelope(changed.encode()))
    assert row.state == state


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('substatus="overdue">open', 'substatus="sold">open'),
        ("<OpenSum>45,67</OpenSum>", "<OpenSum>much</OpenSum>"),
        ("<OpenSum>45,67</OpenSum>", ""),
        ("<NetvisorKey>165", "<NetvisorKey>1e9"),
        ("2013-11-09", "9.11.2013"),
        ("<Status>OK</Status>", "<Status>OK</Status><Status>OK</Status>"),
        ("<Status>OK</Status>", "<Status>FAILED</Status>"),
        ("Root>", "Html>"),
        ("SalesInvoiceList>", "List>"),
    ],
)
def test_undeclared_is_unreadable(old: str, new: str) -> None:
    """A status, sum, key, date or envelope that is not documented is never guessed at."""
    assert old in LIST

    def read(content: bytes) -> object:
        envelope = netvisor.read_envelope(content)
        assert envelope.ok
        return netvisor.invoice_rows(envelope)

    assert not readable(read, LIST.replace(old, new).encode())


def test_failure_is_split() -> None:
    """A failure is its code and the partner's words, also when those hold the separator again."""
    text = LIST.replace(
        "<Status>OK</Status>", "<Status>FAILED</Status><Status>INVALID_DATA :: a :: b</Status>"
    )
    envelope = netvisor.read_envelope(text.encode())
    assert (envelope.ok, envelope.code, envelope.message) == (False, "INVALID_DATA", "a :: b")


@pytest.mark.parametrize(
    ("text", "value"), [("244.12", "244.12"), ("6,9000", "6.90"), ("-3,5", "-3.50"), ("0", "0.00")]
)
def test_sums_have_comma_or_point(text: str, value: str) -> None:
    """Sums are read with a comma or a point, to whole cents."""
    assert netvisor.money(text) == Decimal(value)


def test_not_found_in_the_register_is_a_good_answer() -> None:
    """A person without payment defaults is "not found", with zero defaults and the partner's sentence."""
    answer = credit.read_answer(json.dumps(NOT_FOUND).encode())
    assert isinstance(answer, credit.CreditAnswer)
    assert (answer.registered, answer.payment_defaults, answer.entries) == (False, 0, 0)
    assert answer.text == "The person is not found in the register."


def test_defaults_are_counted_and_unknown_fields_tolerated() -> None:
    """Counts come as text or number, a credit stoppage in whatever shape it has, fields that are new are passed over."""
    answer = credit.read_answer(json.dumps(DEFAULTS).encode())
    assert isinstance(answer, credit.CreditAnswer)
    assert (answer.registered, answer.payment_defaults, answer.entries) == (True, 2, 3)
    assert answer.own_credit_stoppage == "date: 2026-01-01, text: Oma luottokielto"
    assert answer.text == "Kaksi maksuhäiriötä"


def test_answer_as_kept_has_no_identity_code() -> None:
    """What goes to the gate as the answer is plain JSON without the identity code, name or address."""
    for sample in (NOT_FOUND, DEFAULTS):
        answer = credit.read_answer(json.dumps(sample).encode())
        assert isinstance(answer, credit.CreditAnswer)
        kept = json.dumps(answer.as_mapping())
        assert "010690" not in kept
        assert "030388" not in kept


def test_error_inside_success() -> None:
    """Status 1 is the partner's failure whatever HTTP says."""
    content = {
        "consumerResponse": {
            "responseHeader": {"responseStatus": "1"},
            "errorMessage": {"errorCode": "501", "errorText": "x"},
        }
    }
    assert credit.read_answer(json.dumps(content).encode()) == credit.Failure("501", "x")


@pytest.mark.parametrize(
    "response",
    [
        {"responseHeader": {"responseStatus": "0"}},
        {"responseHeader": {"responseStatus": "2"}},
        {"responseHeader": {"responseStatus": "0"}, "errorMessage": {"errorCode": "501"}},
        {"responseHeader": {"responseStatus": "0"}, "creditInformationData": {"paymentDefaultCount": "many"}},
        {"responseHeader": {"responseStatus": "0"}, "creditInformationData": {"paymentDefaultCount": True}},
        {"responseHeader": {"responseStatus": "0"}, "noRegisteredMessage": {"EIRText": "x" * 3000}},
        {
            "responseHeader": {"responseStatus": "0"},
            "noRegisteredMessage": {"EIR": "1"},
            "creditInformationData": {"a": 1},
        },
        {},
    ],
)
def test_incomplete_or_contradicting_answer_is_unreadable(response: dict[str, object]) -> None:
    """Status 0 without information, with an error, with both messages or impossible counts is never a good answer."""
    assert not readable(credit.read_answer, json.dumps({"consumerResponse": response}).encode())


def test_company_report_is_listed_as_it_came() -> None:
    """A company's report, whose fields no document lists, is shown leaf by leaf; too many leaves are refused."""
    response = {
        "responseHeader": {"responseStatus": "0"},
        "identificationData": {"businessId": "12345678", "name": "Esimerkki Oy"},
        "rows": [{"code": "004", "text": "Ei merkitty"}, {"code": None}],
    }
    answer = credit.read_answer(json.dumps({"companyResponse": response, "groupResponse": None}).encode())
    assert isinstance(answer, credit.CreditAnswer)
    assert answer.subject_id == "12345678"
    assert ("rows.1.text", "Ei merkitty") in answer.details
    response["rows"] = [{"code": "1"}] * 600
    assert not readable(credit.read_answer, json.dumps({"companyResponse": response}).encode())
