"""What Netvisor is sent, to the byte: MAC vectors, the two documents, encodings, refusals."""

from __future__ import annotations

import hashlib
import hmac
import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from integrations.answers import read_xml
from integrations.errors import CannotRender
from integrations.manifest import read_manifest
from integrations.netvisor import documents, wire
from integrations.protocol import SecretRef
from integrations.sandbox.netvisor_orders import misplaced
from integrations.settings import resolved_settings
from tests.support.partners import DATA, NETVISOR_SETTINGS, invoicing_item

MANIFEST = Path(documents.__file__).with_name("manifest.toml")
N1 = (
    "http://integrationdemo.netvisor.fi/accounting.nv&Testiclient&Integraatiokayttajan tunnus"
    "&2009-01-12 15:49:12.221&FI&1967543-8&123456&7cd680e89e880553358bc07cd28b0ee2&07f94228d149a96b2f25e3edad55096e"
)
N4_KEYS = {
    "customer_id": "Integraatiokayttajan tunnus",
    "customer_key": "7cd680e89e880553358bc07cd28b0ee2",
    "partner_key": "07f94228d149a96b2f25e3edad55096e",
}


def settings(**given: Any) -> Any:
    return resolved_settings("netvisor", read_manifest(MANIFEST, "netvisor"), NETVISOR_SETTINGS | given)


def filled(parts: tuple[Any, ...]) -> str:
    return "".join(N4_KEYS[part.name] if isinstance(part, SecretRef) else part for part in parts)


def rendered(**changes: Any) -> dict[str, str]:
    given = {name: changes.pop(name) for name in list(changes) if name in NETVISOR_SETTINGS or name in KNOWN}
    return {
        label: content.decode(given.get("encoding", "utf-8"))
        for label, content in documents.rendered(invoicing_item(**changes), settings(**given))
    }


KNOWN = ("encoding", "invoice_by_email", "send_phone", "vat_code_zero", "invoice_status")


def test_published_example_without_timestamp_in_seconds() -> None:
    """The vendor's MD5 example (N1) and its SHA-256 (N2) hash the pieces in our order, joined by &."""
    parts = wire.mac_parts(
        url="http://integrationdemo.netvisor.fi/accounting.nv",
        sender="Testiclient",
        sent_at=datetime(2009, 1, 12, 15, 49, 12, 221000, tzinfo=UTC),
        language="FI",
        organisation_id="1967543-8",
        transaction_id="123456",
    )
    pieces = filled(parts).split("&")
    without_unix = "&".join(pieces[:7] + pieces[8:])
    assert without_unix == N1
    assert hashlib.md5(without_unix.encode()).hexdigest() == "6b2783906969630c1b6649bf5b0e6620"  # noqa: S324
    n2 = hashlib.sha256(without_unix.encode()).hexdigest()
    assert n2 == "cd39e4566936ffd41e67cc8a819bf314a5f1016ca0159854d0f2dd447a86db8e"


def test_hmac_example() -> None:
    """N4: HMACSHA256 over the message with seconds, keyed with both keys joined by &."""
    message = filled(
        wire.mac_parts(
            url="https://isvapi.netvisor.fi/customer.nv?method=add",
            sender="Testiclient",
            sent_at=datetime(2009, 1, 12, 15, 49, 12, 221000, tzinfo=UTC),
            language="FI",
            organisation_id="1967543-8",
            transaction_id="123456",
        )
    )
    mac = hmac.digest(filled(wire.MAC_KEY).encode(), message.encode(), "sha256").hex()
    assert mac == "e49a468c49bfb9d21d2069b6c51c3bae0bc991d651263ff98300264b9bada3cf"


def test_customer_document() -> None:
    """The customer is name, number and address in the DTD's order, city before post number, and nothing else."""
    assert rendered()["customer"] == (
        "<root><customer><customerbaseinformation><internalidentifier>1234</internalidentifier>"
        "<name>Matti Meikäläinen</name><streetaddress>Pajukuja 1</streetaddress><city>Lappeenranta</city>"
        '<postnumber>53100</postnumber><country type="ISO-3166">FI</country><isactive>1</isactive>'
        "<isprivatecustomer>1</isprivatecustomer></customerbaseinformation></customer></root>"
    )


def test_invoice_document() -> None:
    """The invoice has our number, a decimal comma, an empty amount that Netvisor sums, and no address."""
    assert rendered()["invoice"] == (
        "<root><salesinvoice><salesinvoicenumber>10001</salesinvoicenumber>"
        '<salesinvoicedate format="ansi">2026-11-22</salesinvoicedate>'
        '<salesinvoiceamount iso4217currencycode="EUR"></salesinvoiceamount>'
        '<salesinvoicestatus type="netvisor">unsent</salesinvoicestatus>'
        "<salesinvoiceourreference>1001</salesinvoiceourreference>"
        "<salesinvoiceyourreference>PO 7</salesinvoiceyourreference>"
        '<invoicingcustomeridentifier type="customer">1234</invoicingcustomeridentifier>'
        "<paymenttermnetdays>14</paymenttermnetdays><invoicelines><invoiceline><salesinvoiceproductline>"
        '<productidentifier type="netvisor">1697</productidentifier><productname>Omena &amp; päärynä</productname>'
        '<productunitprice type="net">6,90</productunitprice>'
        '<productvatpercentage vatcode="KOMY">25,5</productvatpercentage>'
        "<salesinvoiceproductlinequantity>2</salesinvoiceproductlinequantity>"
        "</salesinvoiceproductline></invoiceline></invoicelines></salesinvoice></root>"
    )


@pytest.mark.parametrize(
    "changes", [{}, {"name__first": None, "name__last": None, "organisation__name": "Firma Oy"}]
)
def test_documents_are_in_the_vendors_order(changes: dict[str, Any]) -> None:
    """Every element stands where Netvisor's DTDs have it; where their files are at hand, the DTDs themselves say so."""
    for label, document in rendered(
        email="a@b.fi", phone="+358401", invoice_by_email=True, send_phone=True, **changes
    ).items():
        assert misplaced(read_xml(document.encode())) is None
        published = DATA / "netvisor" / "dtd" / f"{'sales' if label == 'invoice' else ''}{label}.dtd"
        if published.exists():
            inner = published.read_text(encoding="utf-8").partition("[")[2].rpartition("]>")[0]
            dtd = etree.DTD(io.StringIO(inner))
            assert dtd.validate(etree.fromstring(document)), dtd.error_log


def test_absent_values_have_no_element() -> None:
    """A field that is not known is left out: an empty element would blank it at the accountant's (no blanking)."""
    document = rendered(address__street=None, address__town="", address__postcode=None, address__country=None)
    base = read_xml(document["customer"].encode()).one("customer").one("customerbaseinformation")
    assert [child.name for child in base.children] == [
        "internalidentifier",
        "name",
        "isactive",
        "isprivatecustomer",
    ]
    assert all(child.text for child in base.children)


def test_organisation_has_business_id_and_is_not_private() -> None:
    """A firm goes with its name and business id; a person's firm does not go at all."""
    firm = rendered(
        name__first=None,
        name__last=None,
        organisation__name="Firma Oy",
        organisation__business_id="1967543-8",
    )
    assert "<externalidentifier>1967543-8</externalidentifier><name>Firma Oy</name>" in firm["customer"]
    assert "<isprivatecustomer>0</isprivatecustomer>" in firm["customer"]
    person = rendered(organisation__name="Firma Oy", organisation__business_id="1967543-8")
    assert "Firma" not in person["customer"]
    assert "1967543-8" not in person["customer"]


def test_email_and_phone_go_only_where_switched_on() -> None:
    """The e-mail address goes when invoices go by e-mail, the phone number when the setting says so (P6)."""
    quiet = rendered(email="matti@example.fi", phone="+358401234567")["customer"]
    assert "matti@example.fi" not in quiet
    assert "+358401234567" not in quiet
    loud = rendered(email="matti@example.fi", phone="+358401234567", invoice_by_email=True, send_phone=True)[
        "customer"
    ]
    assert "<phonenumber>+358401234567</phonenumber>" in loud
    assert "<emailinvoicingaddress>matti@example.fi</emailinvoicingaddress>" in loud


def test_latin_9_body() -> None:
    """With the other encoding ä is one byte and the euro sign exists."""
    bodies = dict(documents.rendered(invoicing_item(name__last="Mäkö €"), settings(encoding="iso-8859-15")))
    assert b"<name>Matti M\xe4k\xf6 \xa4</name>" in bodies["customer"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name__last": "Łukasz", "encoding": "iso-8859-15"}, "", "“Ł” does not exist in iso-8859-15"),
        ({"name__last": "a\x00b"}, "name.last", "character that XML cannot hold"),
        ({"address__street": "x" * 81}, "address.street", "longer than 80"),
        ({"customer__number": "12 34"}, "customer.number", "a customer number may have"),
        ({"customer__number": None}, "customer.number", "a customer number may have"),
        ({"name__first": None, "name__last": None}, "name.last", "there is no name"),
        ({"order__lines": ()}, "order.lines", "no lines"),
        ({"order__date": "22.11.2026"}, "order.date", "not a day"),
        ({"order__due_date": "2026-11-01"}, "order.due_date", "before the invoice date"),
        ({"order__currency": "SEK"}, "order.currency", "in euros only"),
        ({"order__invoice_number": "77"}, "order.invoice_number", "not the key"),
        (
            {
                "order__lines": (
                    {"description": "x", "quantity": "NaN", "unit_price": "1", "vat_percent": "0"},
                )
            },
            "order.lines",
            "number",
        ),
        (
            {"order__lines": ({"description": "x", "quantity": "1", "unit_price": "1", "vat_percent": "0"},)},
            "order.lines",
            "vat_code_zero",
        ),
    ],
)
def test_refused_before_anything_leaves(changes: dict[str, Any], field: str, words: str) -> None:
    """What the format cannot carry is refused while rendering, with the field and in a sentence of each language."""
    with pytest.raises(CannotRender) as refusal:
        rendered(**changes)
    assert (refusal.value.where.field or "") == field
    assert words in refusal.value.explain("en").sentence
    assert refusal.value.explain("fi").sentence != refusal.value.explain("en").sentence


def test_line_without_tax_uses_its_own_code() -> None:
    """With vat_code_zero set, a line without VAT carries that code."""
    line = {"description": "x", "quantity": "1.50", "unit_price": "1", "vat_percent": "0"}
    document = rendered(order__lines=(line,), vat_code_zero="NONE")["invoice"]
    assert '<productvatpercentage vatcode="NONE">0</productvatpercentage>' in document
    assert "<salesinvoiceproductlinequantity>1,5</salesinvoiceproductlinequantity>" in document


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        ("244", 2, "244,00"),
        ("6.9000", 2, "6,90"),
        ("0.123", 2, "0,123"),
        ("1E+3", 0, "1000"),
        ("-2.50", 0, "-2,5"),
    ],
)
def test_decimals_have_a_comma(value: str, decimals: int, written: str) -> None:
    """Decimals are written with a comma, without an exponent, with at least the decimals asked for."""
    assert wire.decimal_comma(Decimal(value), decimals=decimals) == written


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_name_is_written_so_that_it_reads_back_or_is_refused(first: str, last: str) -> None:
    """Whatever stands in a name, the document reads back to that name, or is refused before sending."""
    try:
        document = rendered(name__first=first, name__last=last)["customer"]
    except CannotRender:
        return
    base = read_xml(document.encode()).one("customer").one("customerbaseinformation")
    assert base.value("name").split() == f"{first} {last}".split()


def test_timestamp() -> None:
    """The timestamp has milliseconds."""
    assert wire.timestamp(datetime(2026, 1, 2, 3, 4, 5, 6789, tzinfo=UTC)) == "2026-01-02 03:04:05.006"
