from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from core.actor import Role
from core.config.schema import StaffSettings
from core.staff import agreements, passwords, service, sign_in, ssh_keys
from core.staff.errors import (
    AccountDisabled,
    KeyNotAccepted,
    KeyOfAnother,
    NoAgreement,
    SessionEnded,
    SessionExpired,
    SessionKeyRevoked,
    SessionLocked,
    SessionOfDisabledAccount,
    SessionPasswordChanged,
    SessionWithoutAgreement,
    SignInDelayed,
    WrongCredentials,
    WrongPresentPassword,
)
from core.staff.model import session_table, sign_in_delay_table, sign_in_event_table, staff_member_table
from tests.staff.conftest import ADMIN_PASSWORD, CLERK_PASSWORD, SIGNED

if TYPE_CHECKING:
    from core.clock import FixedClock
    from core.database import Database
    from tests.staff.conftest import Staff

HERE = "ssh 192.0.2.7"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl kone"


def clerk_enters(database: Database, limits: sign_in.SessionLimits | None = None) -> sign_in.Session:
    return sign_in.sign_in(database, "kalle", CLERK_PASSWORD, origin=HERE, limits=limits)


def outcomes(database: Database) -> list[tuple[int | None, str, str]]:
    with database.reading() as connection:
        events = sign_in.sign_in_events(connection)
    return [(event.staff_id, event.method, event.outcome) for event in reversed(events)]


def test_the_password_asked_again_counts_as_an_attempt(
    database: Database, staff: Staff, clock: FixedClock
) -> None:
    """At an open terminal a passer-by cannot guess unseen or fast; the right one is on record too."""
    session = clerk_enters(database)
    with pytest.raises(WrongPresentPassword):
        sign_in.confirm_password(database, session, "arvaus")
    with pytest.raises(SignInDelayed):
        sign_in.confirm_password(database, session, CLERK_PASSWORD)
    clock.advance(60)
    sign_in.confirm_password(database, session, CLERK_PASSWORD)
    assert [outcome for _, _, outcome in outcomes(database)] == [
        "accepted", "wrong_password", "delayed", "confirmed",
    ]  # fmt: skip


def test_the_right_password_opens_a_session_of_twelve_hours(
    database: Database, staff: Staff, clock: FixedClock
) -> None:
    """The session carries the member, the origin, a 128-bit token and its end."""
    session = sign_in.sign_in(database, " KALLE ", CLERK_PASSWORD, origin=HERE)
    assert len(bytes.fromhex(session.id)) == 16
    assert session.actor == staff.clerk.as_actor(session.id)
    assert session.origin == HERE
    assert session.expires_at - session.started_at == timedelta(hours=12)
    assert sign_in.check_session(database, session) == session
    assert outcomes(database) == [(staff.clerk.id, "password", "accepted")]


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    database: Database, staff: Staff, clock: FixedClock
) -> None:
    """Neither sentence nor class tells which of the two was wrong."""
    told = []
    for user_name in ("kalle", "nobody"):
        with pytest.raises(WrongCredentials) as refused:
            sign_in.sign_in(database, user_name, "wrong", origin=HERE)
        told.append(str(refused.value))
        clock.advance(60)
    assert told[0] == told[1]


def test_an_unknown_user_costs_the_same_work(
    database: Database, staff: Staff, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known or not, wrong or right: exactly one verification, at the same parameters, and no other hashing."""
    work: list[passwords.Parameters] = []
    real = passwords.verify

    def counted(stored_hash: str, password: str) -> bool:
        work.append(passwords.parameters_of(stored_hash))
        return real(stored_hash, password)

    def no_hashing(password: str) -> str:
        raise AssertionError("hashing besides the one verification")

    monkeypatch.setattr(passwords, "verify", counted)
    monkeypatch.setattr(passwords, "hash_password", no_hashing)
    for user_name in ("kalle", "nobody", "", "x" * 10_000, "\x00"):
        with pytest.raises(WrongCredentials):
            sign_in.sign_in(database, user_name, "wrong", origin=f"ssh {user_name[:3]}")
        clock.advance(2000)
    with pytest.raises(WrongCredentials):
        sign_in.sign_in(database, "kalle", "x" * 100_000, origin=HERE)
    assert work == [passwords.CHEAP] * 6


def test_an_unknown_user_waits_as_a_known_one_does(database: Database, staff: Staff) -> None:
    """From another origin a second try too soon is refused for both, so waiting tells nothing."""
    for user_name in ("kalle", "nobody"):
        with pytest.raises(WrongCredentials):
            sign_in.sign_in(database, user_name, "wrong", origin=f"ssh {user_name}")
        with pytest.raises(SignInDelayed) as refused:
            sign_in.sign_in(database, user_name, "wrong", origin="ssh elsewhere")
        assert refused.value.data == {"seconds": 1}


def test_what_was_typed_as_a_user_name_is_kept_nowhere(database: Database, staff: Staff) -> None:
    """A password typed into the wrong field is in no table afterwards; the attempt is."""
    typed = "kolme harmaata kiveä"
    with pytest.raises(WrongCredentials):
        sign_in.sign_in(database, typed, "", origin=HERE)
    assert outcomes(database) == [(None, "password", "unknown_user")]
    with database.reading() as connection:
        for table in (sign_in_event_table, sign_in_delay_table, session_table):
            for row in connection.execute(table.select()):
                assert "harmaata" not in str(row)


def test_attempts_made_at_the_same_moment_do_not_slip_past_the_delay(
    database: Database, staff: Staff
) -> None:
    """Of eight guesses in parallel one is evaluated; the others are told to wait."""

    def guess(number: int) -> str:
        try:
            sign_in.sign_in(database, "kalle", f"guess {number}", origin=f"ssh {number}")
        except (WrongCredentials, SignInDelayed) as refused:
            return refused.code
        return "in"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(guess, range(8)))
    assert answers == ["staff.sign_in_delayed"] * 7 + ["staff.wrong_credentials"]


def test_colleagues_at_one_origin_do_not_delay_each_other(database: Database, staff: Staff) -> None:
    """Signing in at the same moment from the same address works when both passwords are right."""
    people = [("kalle", CLERK_PASSWORD), ("paula", ADMIN_PASSWORD)]
    with ThreadPoolExecutor(2) as pool:
        sessions = list(pool.map(lambda pair: sign_in.sign_in(database, *pair, origin=HERE), people))
    assert [session.actor.user_name for session in sessions] == ["kalle", "paula"]


def test_a_refused_wait_is_logged_and_looks_at_no_password(
    database: Database, staff: Staff, clock: FixedClock
) -> None:
    """During the wait even the right password is not looked at; after it, it opens."""
    with pytest.raises(WrongCredentials):
        sign_in.sign_in(database, "kalle", "wrong", origin=HERE)
    with pytest.raises(SignInDelayed):
        clerk_enters(database)
    clock.advance(1)
    clerk_enters(database)
    kalle = staff.clerk.id
    assert outcomes(database) == [
        (kalle, "password", "wrong_password"),
        (kalle, "password", "delayed"),
        (kalle, "password", "accepted"),
    ]


def test_without_an_agreement_in_force_nobody_signs_in(database: Database, staff: Staff) -> None:
    """P13: the password is right, the sentence says what is missing and whom to ask."""
    with database.unit_of_work() as uow:
        agreements.end_agreement(uow, staff.boss, staff.clerk.id)
        uow.commit()
    with pytest.raises(NoAgreement) as refused:
        clerk_enters(database)
    assert "Paula Päällikkö" in str(refused.value)
    with pytest.raises(NoAgreement):
        sign_in.sign_in_with_key(database, staff.clerk.id, origin=HERE)
    assert outcomes(database) == [
        (staff.clerk.id, "password", "no_agreement"),
        (staff.clerk.id, "key", "no_agreement"),
    ]


def test_the_agreement_begins_and_ends_at_midnight_in_helsinki(
    database: Database, staff: Staff, clock: FixedClock
) -> None:
    """One minute before the first day and one after the last are outside."""
    with database.unit_of_work() as uow:
        liisa = service.add_member(
            uow,
            staff.boss,
            user_name="liisa",
            name="Liisa",
            password="seitsemän veljestä",
            roles={Role.CLERK},
        )
        agreements.record_agreement(
            uow,
            staff.boss,
            liisa.id,
            signed_on=SIGNED,
            valid_from=date(2026, 11, 24),
            valid_to=date(2026, 11, 24),
            document="x",
        )
        uow.commit()
    # 23 November 08:00 UTC is 10:00 in Helsinki; midnight there is 14 hours away.
    for seconds, open_then in ((14 * 3600 - 60, False), (60, True), (24 * 3600 - 60, True), (60, False)):
        clock.advance(seconds)
        try:
            sign_in.sign_in(database, "liisa", "seitsemän veljestä", origin=HERE)
        except NoAgreement:
            assert not open_then
        else:
            assert open_then


def test_a_disabled_account_is_told_so_only_with_its_password(
    database: Database, staff: Staff, clock: FixedClock
) -> None:
    """Who does not know the password learns nothing about the account."""
    with database.unit_of_work() as uow:
        service.disable(uow, staff.boss, staff.clerk.id)
        uow.commit()
    with pytest.raises(WrongCredentials):
        sign_in.sign_in(database, "kalle", "wrong", origin=HERE)
    clock.advance(5)
    with pytest.raises(AccountDisabled):
        clerk_enters(database)
    with database.unit_of_work() as uow:
        service.enable(uow, staff.boss, staff.clerk.id)
        uow.commit()
    clerk_enters(database)


def test_a_weaker_hash_is_replaced_at_sign_in(
    database: Database, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parameters are read back from the stored hash; weaker than now means a new hash of the same password."""
    stronger = passwords.Parameters(time_cost=2, memory_kib=16, parallelism=1)
    monkeypatch.setattr(passwords._Current, "parameters", stronger)
    clerk_enters(database)
    with database.reading() as connection:
        rows = connection.execute(staff_member_table.select())
        found = {row.user_name: passwords.parameters_of(row.password_hash) for row in rows}
    assert found == {"kalle": stronger, "paula": passwords.CHEAP}
    clerk_enters(database)


def test_a_session_locks_when_nobody_is_there_and_opens_with_the_password(
    database: Database, staff: Staff, clock: FixedClock
) -> None:
    """Nine minutes are fine, ten lock; a look by the screen alone does not count as being there."""
    session = clerk_enters(database)
    clock.advance(9 * 60)
    sign_in.check_session(database, session)
    clock.advance(9 * 60)
    sign_in.check_session(database, session, touch=False)
    clock.advance(60)
    for _ in range(2):
        with pytest.raises(SessionLocked):
            sign_in.check_session(database, session)
    with pytest.raises(WrongCredentials):
        sign_in.unlock(database, session, "wrong")
    with pytest.raises(SignInDelayed):
        sign_in.unlock(database, session, CLERK_PASSWORD)
    clock.advance(1)
    sign_in.unlock(database, session, CLERK_PASSWORD)
    sign_in.check_session(database, session)


def test_a_session_can_be_locked_by_hand(database: Database, staff: Staff) -> None:
    """Who leaves the desk locks at once."""
    session = clerk_enters(database)
    sign_in.lock_session(database, session)
    with pytest.raises(SessionLocked):
        sign_in.check_session(database, session)


def test_a_session_ends_after_its_hours_however_busy(
    database: Database, staff: Staff, clock: FixedClock
) -> None:
    """The absolute limit holds, and no password opens an ended session."""
    limits = sign_in.SessionLimits(idle=timedelta(minutes=10), absolute=timedelta(hours=1))
    session = clerk_enters(database, limits)
    for _ in range(11):
        clock.advance(5 * 60)
        sign_in.check_session(database, session)
    clock.advance(5 * 60)
    with pytest.raises(SessionExpired):
        sign_in.check_session(database, session)
    with pytest.raises(SessionExpired):
        sign_in.unlock(database, session, CLERK_PASSWORD)


def test_disabling_a_member_ends_open_sessions_at_once(database: Database, staff: Staff) -> None:
    """The next look finds the session ended, with the reason."""
    session = clerk_enters(database)
    with database.unit_of_work() as uow:
        service.disable(uow, staff.boss, staff.clerk.id)
        uow.commit()
    with pytest.raises(SessionOfDisabledAccount):
        sign_in.check_session(database, session, touch=False)


def test_an_agreement_that_runs_out_ends_the_session(
    database: Database, staff: Staff, clock: FixedClock
) -> None:
    """Midnight after the last day closes what is open."""
    with database.unit_of_work() as uow:
        agreements.end_agreement(uow, staff.boss, staff.clerk.id)
        day = date(2026, 11, 23)
        agreements.record_agreement(
            uow, staff.boss, staff.clerk.id, signed_on=day, valid_from=day, valid_to=day, document="x"
        )
        uow.commit()
    clock.advance(13 * 3600 + 55 * 60)
    session = clerk_enters(database)
    clock.advance(4 * 60)
    sign_in.check_session(database, session)
    clock.advance(60)
    with pytest.raises(SessionWithoutAgreement):
        sign_in.check_session(database, session)


def test_changed_roles_and_language_reach_an_open_session(database: Database, staff: Staff) -> None:
    """Rights taken away are gone at the next check."""
    session = clerk_enters(database)
    with database.unit_of_work() as uow:
        service.set_roles(uow, staff.boss, staff.clerk.id, {Role.REVIEWER})
        service.set_language(uow, staff.boss, staff.clerk.id, "en")
        uow.commit()
    now = sign_in.check_session(database, session)
    assert now.actor.roles == {Role.REVIEWER}
    assert now.actor.language == "en"


def test_a_changed_password_ends_every_other_session(database: Database, staff: Staff) -> None:
    """The session in which it was changed goes on; the new password opens, the old does not."""
    here, there = clerk_enters(database), clerk_enters(database)
    with database.unit_of_work() as uow:
        service.change_password(
            uow, here.actor, staff.clerk.id, password="neljä sinistä vuorta", current=CLERK_PASSWORD
        )
        uow.commit()
    sign_in.check_session(database, here)
    with pytest.raises(SessionPasswordChanged):
        sign_in.check_session(database, there)
    sign_in.sign_in(database, "kalle", "neljä sinistä vuorta", origin=HERE)
    with pytest.raises(WrongCredentials):
        clerk_enters(database)


def test_an_ended_session_keeps_its_first_reason(database: Database, staff: Staff) -> None:
    """Signed out is over; what happens later does not rewrite it."""
    session = clerk_enters(database)
    sign_in.end_session(database, session)
    sign_in.end_session(database, session, sign_in.EndReason.HANG_UP)
    with pytest.raises(SessionEnded) as refused:
        sign_in.check_session(database, session)
    assert type(refused.value) is SessionEnded
    with database.reading() as connection:
        assert connection.execute(session_table.select()).one().end_reason == "signed_out"


def test_a_key_opens_a_session_without_a_password_until_it_is_revoked(
    database: Database, staff: Staff
) -> None:
    """Revoking ends the open session and closes the door; another member's key opens nothing."""
    with database.unit_of_work() as uow:
        key = ssh_keys.add_key(uow, staff.boss, staff.clerk.id, KEY)
        uow.commit()
    sign_in.may_enter(database, staff.clerk.id, key_id=key.id)
    session = sign_in.sign_in_with_key(database, staff.clerk.id, origin=HERE, key_id=key.id)
    assert session.actor.user_name == "kalle"
    with pytest.raises(KeyNotAccepted):
        sign_in.sign_in_with_key(database, staff.administrator.id, origin=HERE, key_id=key.id)
    with database.unit_of_work() as uow:
        ssh_keys.revoke_key(uow, staff.boss, key.fingerprint)
        uow.commit()
    with pytest.raises(SessionKeyRevoked):
        sign_in.check_session(database, session)
    with pytest.raises(KeyNotAccepted):
        sign_in.sign_in_with_key(database, staff.clerk.id, origin=HERE, key_id=key.id)
    with pytest.raises(KeyNotAccepted):
        sign_in.may_enter(database, staff.clerk.id, key_id=key.id)
    assert [outcome for _, _, outcome in outcomes(database)] == ["accepted"] + ["key_not_accepted"] * 2


def test_over_a_key_only_its_owner_signs_in_and_the_session_ends_with_the_key(
    database: Database, staff: Staff
) -> None:
    """Another's name is refused before any password is looked at, also when the password is right."""
    with database.unit_of_work() as uow:
        added = ssh_keys.add_key(uow, staff.boss, staff.clerk.id, KEY)
        uow.commit()
    key = sign_in.KeyHolder(staff.clerk.id, added.id)
    for user_name in ("paula", "nobody", CLERK_PASSWORD):
        with pytest.raises(KeyOfAnother) as refused:
            sign_in.sign_in(database, user_name, ADMIN_PASSWORD, origin=HERE, key=key)
        assert "kalle" in str(refused.value)
    session = sign_in.sign_in(database, "kalle", CLERK_PASSWORD, origin=HERE, key=key)
    with database.unit_of_work() as uow:
        ssh_keys.revoke_key(uow, staff.boss, added.id)
        uow.commit()
    with pytest.raises(SessionKeyRevoked):
        sign_in.check_session(database, session)
    with pytest.raises(KeyNotAccepted):
        sign_in.sign_in(database, "kalle", CLERK_PASSWORD, origin=HERE, key=key)


def test_the_limits_come_from_the_configuration(database: Database, staff: Staff, clock: FixedClock) -> None:
    """[staff] session_idle_minutes and session_hours decide."""
    limits = sign_in.SessionLimits.configured(StaffSettings(session_idle_minutes=2, session_hours=1))
    session = clerk_enters(database, limits)
    assert session.expires_at - session.started_at == timedelta(hours=1)
    clock.advance(120)
    with pytest.raises(SessionLocked):
        sign_in.check_session(database, session)


def test_the_origin_is_cleaned_and_short(database: Database, staff: Staff) -> None:
    """Whatever the front end was told, the log holds one clean line."""
    session = sign_in.sign_in(database, "kalle", CLERK_PASSWORD, origin="a\x1b[2Jb\n" + "c" * 500)
    assert session.origin == "a[2Jb " + "c" * 93 + "…"
