from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers.errors import InvalidRecord, InvalidValue
from core.customers.fields import (
    CheckedValues,
    clean,
    clean_changes,
    clean_iban,
    clean_ip,
    clean_number,
    national_phone,
)
from core.customers.types import VALUE_FIELDS, CustomerValues, Kind
from core.text import clean_line
from tests.customers.conftest import MATTI


@pytest.mark.parametrize(
    ("field", "raw", "kept"),
    [
        ("first_name", "  Matti\u202e \t Juhani ", "Matti Juhani"),
        ("business_id", "20774740", "2077474-0"),
        ("email", "Matti@EXAMPLE.FI", "Matti@example.fi"),
        ("email", "ääkkönen@sähköposti.fi", "ääkkönen@sähköposti.fi"),
        ("phone", "040 123 4567", "+358401234567"),
        ("phone", "(09) 123 456", "+3589123456"),
        ("phone", "+46 8 123 456 78", "+46812345678"),
        ("www", "www.example.fi", "https://www.example.fi"),
        ("www", "http://example.fi/a?b=c", "http://example.fi/a?b=c"),
        ("postcode", "FI-00100", "00100"),
        ("country", "fi", "FI"),
        ("town", "   ", None),
        ("street", None, None),
    ],
)
def test_a_value_is_put_into_its_form(field: str, raw: str | None, kept: str | None) -> None:
    """Each field has one form, whichever way it was written."""
    values = clean({"last_name": "Oja", field: raw})
    assert getattr(values, field) == kept
    assert clean(values.as_dict()) == values


@pytest.mark.parametrize(
    ("field", "raw", "code"),
    [
        ("business_id", "2077474-1", "customers.bad_business_id"),
        ("email", "matti", "customers.bad_email"),
        ("email", "a@b@example.fi", "customers.bad_email"),
        ("email", "a..b@example.fi", "customers.bad_email"),
        ("email", "a@example", "customers.bad_email"),
        ("email", "a@example.fi, b@example.fi", "customers.bad_email"),
        ("phone", "112", "customers.bad_phone"),
        ("phone", "call me", "customers.bad_phone"),
        ("phone", "040 1234567 ext 5", "customers.bad_phone"),
        ("www", "javascript:alert(1)", "customers.bad_www"),
        ("www", "https://user:secret@example.fi", "customers.bad_www"),
        ("www", "https://[", "customers.bad_www"),
        ("www", "https://example.fi:99999", "customers.bad_www"),
        ("www", "example", "customers.bad_www"),
        ("postcode", "0010", "customers.bad_postcode"),
        ("postcode", "٠٠١٠٠", "customers.bad_postcode"),
        ("country", "AC", "customers.bad_country"),
        ("kind", "robot", "customers.not_a_choice"),
        ("town", "x" * 61, "customers.too_long"),
        ("hetu", "131052-308T", "customers.unknown_field"),
        ("represents", "1001", "customers.not_a_choice"),
    ],
)
def test_a_wrong_value_is_refused_in_words(field: str, raw: str, code: str) -> None:
    """What is wrong is named with its field, what to do stands beside it, in both languages."""
    with pytest.raises(InvalidValue) as caught:
        clean({"last_name": "Oja", field: raw})
    for language in ("fi", "en"):
        explanation = caught.value.explain(language)
        assert explanation.code == code
        assert explanation.sentence
        assert explanation.advice
        assert field in explanation.where


def test_a_foreign_postcode_needs_its_country() -> None:
    """Five digits are for Finland; elsewhere each country's own form is taken."""
    assert clean({"last_name": "Oja", "postcode": "sw1a 1aa", "country": "GB"}).postcode == "SW1A 1AA"
    assert (
        clean_changes(CustomerValues(last_name="Oja", country="SE"), {"postcode": "111 22"}).postcode
        == "111 22"
    )


def test_a_record_says_everything_that_is_wrong() -> None:
    """Several faults are one error that has each of them, and reads as a sentence."""
    with pytest.raises(InvalidRecord) as caught:
        clean({"email": "x", "postcode": "y"})
    assert [problem.where.field for problem in caught.value.problems] == ["email", "postcode", "last_name"]
    assert "email, postcode, last_name" in caught.value.explain("en").advice
    assert caught.value.explain("en").sentence.startswith("3 values")
    assert [problem.problems for problem in caught.value.problems[:1]] == [caught.value.problems[:1]]


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        ({"first_name": " "}, ["last_name"]),
        ({"kind": "organisation", "last_name": "Oja"}, ["last_name", "organisation_name"]),
        ({"kind": "organisation", "organisation_name": "Oy", "represents": 1}, ["represents"]),
    ],
)
def test_a_customer_has_a_name_of_its_kind(raw: dict[str, object], fields: list[str]) -> None:
    """A person has a personal name, an organisation its own and nobody's else."""
    with pytest.raises(InvalidValue) as caught:
        clean(raw)
    assert [problem.where.field for problem in caught.value.problems] == fields


def test_a_change_is_checked_without_the_rest() -> None:
    """An old value that today's rules would refuse does not stand in the way of changing another."""
    old = CustomerValues(last_name="Oja", phone="12")
    assert clean_changes(old, {"town": "Oulu"}) == CheckedValues(last_name="Oja", phone="12", town="Oulu")
    with pytest.raises(InvalidValue):
        clean_changes(old, {"last_name": None})


def test_account_numbers_and_addresses_have_one_form() -> None:
    """IBAN without spaces, IP canonical; a wrong IBAN is not repeated in the error."""
    assert clean_iban("fi21 1234 5600 0007 85") == "FI2112345600000785"
    assert clean_ip("2001:DB8:0::1") == "2001:db8::1"
    assert clean_number(" A-17 ") == "A-17"
    with pytest.raises(InvalidValue) as caught:
        clean_iban("FI2112345600000786")
    assert "FI21" not in str(caught.value)
    for function, raw in ((clean_ip, "1.2.3.4.5"), (clean_number, "a b"), (clean_number, "-")):
        with pytest.raises(InvalidValue):
            function(raw)


def test_a_number_is_shown_as_people_write_it() -> None:
    """At home without the country's code, from abroad with it."""
    assert national_phone("+358401234567") == "040 1234567"
    assert national_phone("+46812345678") == "+46 8 123 456 78"


def clean_or_problems(raw: dict[str, str]) -> tuple[CustomerValues, tuple[InvalidValue, ...]]:
    """What `clean` lets through (nobody when it does not), and what it finds wrong."""
    try:
        return clean(raw), ()
    except InvalidValue as error:
        return CustomerValues(), error.problems


@given(st.dictionaries(st.sampled_from(VALUE_FIELDS), st.text(max_size=100)))
def test_whatever_comes_is_stored_clean_or_refused_in_words(raw: dict[str, str]) -> None:
    """No text from outside gets through uncleaned, and none ends in anything but a sentence."""
    values, problems = clean_or_problems({"last_name": "Oja", **raw})
    assert all(problem.explain("fi").sentence for problem in problems)
    for value in values.as_dict().values():
        if isinstance(value, str) and not isinstance(value, Kind):
            assert value
            assert clean_line(value) == value


def test_values_let_through_once_are_known() -> None:
    """What `clean` gives is marked as such; Matti as written in a test is not."""
    assert isinstance(clean(MATTI.as_dict()), CheckedValues)
    assert not isinstance(MATTI, CheckedValues)
