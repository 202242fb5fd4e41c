"""P6: each partner gets only the categories that its task needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from core.customers.view import FIELDS
from core.disclosure.categories import CATEGORY_OF_FIELD
from core.disclosure.errors import RequiredFieldsNotAgreed
from core.disclosure.planning import EXTRA_FIELDS, REGISTER_FIELDS

if TYPE_CHECKING:
    from tests.support.gate_house import House


def sent_fields(house: House, **more: object) -> set[str]:
    """Send a customer and read which fields arrived."""
    house.gate.send(house.actor, house.request(house.add(), **more))
    (content,) = house.partner.records.values()
    return set(json.loads(content)["fields"])


def test_the_agreement_narrows_what_the_adapter_could_use(house: House) -> None:
    """A category that the agreement does not name does not leave, whatever the adapter may use."""
    house.record(categories=("customer_number", "name"))
    assert sent_fields(house) == {"customer.number", "name.first", "name.last"}


def test_the_adapter_narrows_what_the_agreement_allows(house: House) -> None:
    """A field that the adapter does not declare does not leave, whatever the agreement allows."""
    house.declare(may_use=frozenset({"name.last"}))
    assert sent_fields(house) == {"customer.number", "name.last"}


def test_the_purpose_narrows_both(house: House) -> None:
    """A credit check has no use for an address, even where agreement and adapter would allow it."""
    assert sent_fields(house, purpose="credit_check") == {"customer.number", "name.first", "name.last"}


def test_only_permitted_columns_are_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What may not leave is not even read for the adapter."""
    house.record(categories=("customer_number", "name"))
    from core.customers import view
    from core.disclosure import planning

    real = view.disclosure_view
    asked: list[frozenset[str]] = []

    def watched(connection: object, keyring: object, ids: object, fields: frozenset[str]) -> object:
        asked.append(fields)
        return real(connection, keyring, ids, fields)  # type: ignore[arg-type]

    monkeypatch.setattr(planning, "disclosure_view", watched)
    house.gate.plan(house.actor, house.request(house.add()))
    assert asked == [frozenset({"customer.number", "name.first", "name.last"})]


def test_an_adapter_that_needs_more_than_agreed_is_refused(house: House) -> None:
    """A required field outside the agreement refuses the transfer, named."""
    house.declare(requires=frozenset({"customer.number", "bank.iban"}))
    with pytest.raises(RequiredFieldsNotAgreed) as caught:
        house.gate.plan(house.actor, house.request(house.add()))
    assert "bank.iban" in str(caught.value)


def test_every_field_has_a_category() -> None:
    """A field without a category of the notice could not be agreed on, so there is none."""
    assert FIELDS == REGISTER_FIELDS
    assert CATEGORY_OF_FIELD.keys() == REGISTER_FIELDS | EXTRA_FIELDS
