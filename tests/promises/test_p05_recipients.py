"""P5: a recipient is a registered party with an agreement in force; nobody else can be sent to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest

from core.actor import SYSTEM
from core.disclosure.errors import (
    AgreementNotInForce,
    PurposeNotAgreed,
    UnknownCategory,
    UnknownPurpose,
    UnknownRecipient,
)
from core.disclosure.recipients import follow_configuration, history_of, sync_recipients
from tests.support.gate_house import ACCOUNTANT

if TYPE_CHECKING:
    from core.errors import Refused
    from tests.support.gate_house import House


@pytest.mark.parametrize(
    ("record", "refusal"),
    [
        ({"agreement_from": date(2026, 11, 24)}, AgreementNotInForce),
        ({"agreement_to": date(2026, 11, 22)}, AgreementNotInForce),
        ({"purposes": ("customer_care",)}, PurposeNotAgreed),
    ],
)
def test_without_an_agreement_for_it_nothing_is_read(
    house: House, record: dict[str, object], refusal: type[Refused], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agreement that has not begun, has ended or covers something else refuses before anybody's data is read."""
    house.record(**record)
    request = house.request(house.add())
    monkeypatch.delattr("core.disclosure.planning.disclosure_view")
    monkeypatch.delattr("core.disclosure.planning.standing")
    with pytest.raises(refusal):
        house.gate.plan(house.actor, request)
    assert house.partner.rendered == 0


def test_nobody_else_can_be_sent_to(house: House) -> None:
    """A recipient that is not registered is refused by name."""
    with pytest.raises(UnknownRecipient) as caught:
        house.gate.plan(house.actor, house.request(house.add(), recipient="stranger"))
    assert "“stranger” is not a registered recipient" in str(caught.value)


def test_an_agreement_counts_its_first_and_last_day(house: House) -> None:
    """The day is Finland's, and both ends belong to the agreement."""
    house.record(agreement_from=date(2026, 11, 23), agreement_to=date(2026, 11, 23))
    request = house.request(house.add())
    assert house.gate.plan(house.actor, request).items
    house.clock.advance(14 * 3600)  # 23 November, 22:00 UTC: already the 24th in Helsinki
    with pytest.raises(AgreementNotInForce):
        house.gate.plan(house.actor, request)


def test_a_recipient_taken_from_the_configuration_gets_nothing_more(house: House) -> None:
    """Its record is withdrawn, not deleted, and the history says when and what changed."""
    request = house.request(house.add())
    house.record(country="SE")
    with house.database.unit_of_work() as uow:
        assert sync_recipients(uow, SYSTEM, {}) == ["accountant"]
        uow.commit()
    with pytest.raises(AgreementNotInForce):
        house.gate.plan(house.actor, request)
    with house.database.reading() as connection:
        versions = history_of(connection, "accountant")
    assert [it.changed for it in versions] == [{}, {"country": ("FI", "SE")}, {"withdrawn": (False, True)}]
    assert [it.staff_id for it in versions] == [1, 1, None]


def test_an_unchanged_record_makes_no_version(house: House) -> None:
    """Starting the program again does not fill the history."""
    house.record()
    with house.database.reading() as connection:
        assert len(history_of(connection, "accountant")) == 1


def test_records_follow_the_configuration_at_start(house: House) -> None:
    """What config.toml says is taken up when the program starts; what it says already writes nothing."""
    moved = {"accountant": msgspec.structs.replace(ACCOUNTANT, country="SE")}
    follow_configuration(house.database, moved)
    follow_configuration(house.database, moved)
    with house.database.reading() as connection:
        assert [it.changed for it in history_of(connection, "accountant")] == [{}, {"country": ("FI", "SE")}]


def test_a_purpose_or_category_outside_the_notice_is_not_registered(house: House) -> None:
    """A record may only name what the notice has."""
    for changes, refusal in (
        ({"purposes": ("training",)}, UnknownPurpose),
        ({"categories": ("political_opinions",)}, UnknownCategory),
    ):
        with pytest.raises(refusal):
            follow_configuration(house.database, {"new": msgspec.structs.replace(ACCOUNTANT, **changes)})
