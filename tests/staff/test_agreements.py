from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.staff import agreements
from core.staff.errors import AgreementWithoutDocument, BadAgreement, NoAgreementRecorded, StaffNotFound
from core.staff.policy import today

if TYPE_CHECKING:
    from core.clock import FixedClock
    from core.database import Database
    from tests.staff.conftest import Staff

DAY = timedelta(days=1)
NOW = date(2026, 11, 23)


def test_the_day_is_the_day_in_finland() -> None:
    """22:30 UTC is already tomorrow in Helsinki, in winter and in summer."""
    assert today(datetime(2026, 11, 22, 22, 30, tzinfo=UTC)) == NOW
    assert today(datetime(2026, 6, 30, 20, 59, tzinfo=UTC)) == date(2026, 6, 30)
    assert today(datetime(2026, 6, 30, 21, 0, tzinfo=UTC)) == date(2026, 7, 1)


def test_an_agreement_holds_from_its_first_to_its_last_day_inclusive(
    database: Database, staff: Staff
) -> None:
    """The day before and the day after are outside."""
    first, last = date(2025, 3, 1), date(2025, 3, 31)
    with database.unit_of_work() as uow:
        agreements.record_agreement(
            uow, staff.boss, staff.clerk.id, signed_on=first, valid_from=first, valid_to=last, document="A4"
        )
        for day, document in ((first - DAY, None), (first, "A4"), (last, "A4"), (last + DAY, None)):
            found = agreements.agreement_in_force(uow.connection, staff.clerk.id, day)
            assert (found.document if found else None) == document


def test_who_recorded_which_paper_is_kept(database: Database, staff: Staff) -> None:
    """The record holds document, dates, the recorder and the moment."""
    with database.reading() as connection:
        (found,) = agreements.agreements_of(connection, staff.clerk.id)
    assert found.document == "mappi 1, sivu 2"
    assert found.recorded_by == staff.administrator.id
    assert found.recorded_at == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert (found.valid_to, found.ended_at) == (None, None)


def test_dates_out_of_order_are_refused(database: Database, staff: Staff) -> None:
    """Nobody signs tomorrow, nothing holds before it is signed or ends before it begins."""
    with database.unit_of_work() as uow:
        for signed_on, valid_from, valid_to in (
            (NOW + DAY, NOW + DAY, None),
            (NOW, NOW - DAY, None),
            (NOW, NOW, NOW - DAY),
        ):
            with pytest.raises(BadAgreement):
                agreements.record_agreement(
                    uow,
                    staff.boss,
                    staff.clerk.id,
                    signed_on=signed_on,
                    valid_from=valid_from,
                    valid_to=valid_to,
                    document="x",
                )


def test_an_agreement_without_a_paper_or_a_person_is_refused(database: Database, staff: Staff) -> None:
    """Where the paper is must be said, and whose it is must exist."""
    with database.unit_of_work() as uow:
        with pytest.raises(AgreementWithoutDocument):
            agreements.record_agreement(
                uow, staff.boss, staff.clerk.id, signed_on=NOW, valid_from=NOW, document=" \x1b "
            )
        with pytest.raises(StaffNotFound):
            agreements.record_agreement(uow, staff.boss, 999, signed_on=NOW, valid_from=NOW, document="x")


def test_an_ended_agreement_is_out_of_force_at_once_but_stays_on_record(
    database: Database, staff: Staff, clock: FixedClock
) -> None:
    """Ending adds when and by whom; nothing is removed; there is none left to end."""
    with database.unit_of_work() as uow:
        agreements.end_agreement(uow, staff.boss, staff.clerk.id)
        assert agreements.agreement_in_force(uow.connection, staff.clerk.id, NOW) is None
        assert agreements.agreements_of(uow.connection, staff.clerk.id)[0].ended_at == clock.now()
        with pytest.raises(NoAgreementRecorded):
            agreements.end_agreement(uow, staff.boss, staff.clerk.id)
