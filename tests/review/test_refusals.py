"""Refusals are noted: who asked for what and which rule said no, without a customer's data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from core.customers.bans import BanKind, forbid
from core.disclosure.errors import AgreementNotInForce, NobodyToSend, UnknownRecipient
from core.disclosure.review.model import refusal_table
from core.disclosure.review.refusals import REFUSAL_NAMES, refusals
from core.errors import NotPermitted, Refused

if TYPE_CHECKING:
    from tests.support.review_house import ReviewHouse


def test_each_step_notes_its_refusal(house: ReviewHouse) -> None:
    """An unregistered recipient, a role that does not send, and a person who has forbidden it."""
    one = house.house.add()
    with pytest.raises(UnknownRecipient):
        house.send(one, recipient="nobody")
    with pytest.raises(NotPermitted):
        house.send(one, actor=replace(house.clerk, roles=frozenset()))
    with house.database.unit_of_work() as uow:
        forbid(uow, house.clerk, one.id, BanKind.DIRECT_MARKETING, origin="kirje", since=uow.now.date())
        uow.commit()
    with pytest.raises(NobodyToSend):
        house.send(one, purpose="direct_marketing")
    with house.database.reading() as connection:
        found = refusals(connection)
    assert [(it.step, it.code, it.recipient, it.customer_id) for it in found] == [
        ("preview", "disclosure.nobody_to_send", "accountant", one.id),
        ("plan", "register.not_permitted", "accountant", one.id),
        ("plan", "disclosure.unknown_recipient", "nobody", one.id),
    ]
    assert {it.staff_name for it in found} == {"Kalle Klerkki"}


def test_of_many_only_the_number_is_noted(house: ReviewHouse) -> None:
    """A refused batch names nobody."""
    house.house.record(agreement_to=house.house.clock.now().date().replace(month=1))
    with pytest.raises(AgreementNotInForce):
        house.send(house.house.add(), house.house.add())
    with house.database.reading() as connection:
        (found,) = refusals(connection)
    assert (found.size, found.customer_id) == (2, None)
    assert found.reason("fi") == "ei voimassa olevaa sopimusta"


def test_a_refusal_stays_as_it_was_noted(house: ReviewHouse) -> None:
    """The database itself refuses to change or remove it."""
    with pytest.raises(UnknownRecipient):
        house.send(house.house.add(), recipient="nobody")
    for statement in (delete(refusal_table), update(refusal_table).values(code="x")):
        with (
            pytest.raises((DatabaseError, Refused), match="append-only"),
            house.database.unit_of_work() as uow,
        ):
            uow.connection.execute(statement)


def test_every_refusal_of_the_gate_has_its_words() -> None:
    """No refusal of a plan, a preview or a release is shown as a bare code."""
    from core.disclosure import errors

    codes = {
        thing.code
        for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, Refused) and thing.__module__ == errors.__name__
    }
    elsewhere = {
        "disclosure.unknown_category",
        "disclosure.no_recipient_for_purpose",
        "disclosure.too_early",
        "disclosure.needs_person",
    }
    assert codes - set(REFUSAL_NAMES) - elsewhere == set()
