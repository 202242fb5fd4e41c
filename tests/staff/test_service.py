from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING

import pytest

from core.actor import SYSTEM, Role
from core.errors import NotPermitted
from core.keys import KeyRing, Unopenable
from core.staff import agreements, service, sign_in
from core.staff.changes import changes_of
from core.staff.errors import (
    BadName,
    BadPassword,
    BadUserName,
    LastAdministrator,
    NoRoles,
    PasswordNamesContext,
    RecoveryReasonMissing,
    SessionPasswordChanged,
    StaffExists,
    StaffNotFound,
    UnknownLanguage,
    UserNameTaken,
    WrongCredentials,
)
from core.staff.model import staff_member_table
from tests.staff.conftest import ADMIN_PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    from core.database import Database, UnitOfWork
    from core.staff.members import StaffMember
    from tests.staff.conftest import Staff

PASSWORD = "seitsemän veljestä metsässä"


def add(uow: UnitOfWork, staff: Staff, user_name: str = "liisa", **values: object) -> StaffMember:
    given: dict[str, object] = {"name": "Liisa Lisätty", "password": PASSWORD, "roles": {Role.CLERK}} | values
    return service.add_member(uow, staff.boss, user_name=user_name, **given)  # type: ignore[arg-type]


def second_administrator(database: Database, staff: Staff) -> StaffMember:
    with database.unit_of_work() as uow:
        liisa = add(uow, staff, roles={Role.ADMINISTRATOR})
        day = date(2026, 1, 5)
        agreements.record_agreement(
            uow, staff.boss, liisa.id, signed_on=day, valid_from=day, document="mappi 1, sivu 3"
        )
        uow.commit()
    return liisa


def test_the_first_administrator_is_made_only_when_there_is_nobody(database: Database, staff: Staff) -> None:
    """With staff in place the door of the first administrator is closed."""
    with database.unit_of_work() as uow, pytest.raises(StaffExists):
        service.first_administrator(
            uow,
            user_name="toinen",
            name="Toinen Ensimmäinen",
            password=PASSWORD,
            agreement=agreements.AgreementTerms("x", date(2026, 1, 1), date(2026, 1, 1)),
        )
    with database.reading() as connection:
        assert [member.user_name for member in service.members(connection)] == ["paula", "kalle"]


def test_a_member_is_stored_with_roles_language_and_a_hash_alone(database: Database, staff: Staff) -> None:
    """What was given is read back, and the password is nowhere in the row."""
    with database.unit_of_work() as uow:
        added = add(uow, staff, user_name="Liisa.Öst", roles={Role.CLERK, Role.IMPORTER}, language="en")
        uow.commit()
    with database.reading() as connection:
        read = service.by_user_name(connection, "LIISA.OST")
        row = connection.execute(staff_member_table.select().where(staff_member_table.c.id == added.id)).one()
    assert read == added
    assert read.roles == {Role.CLERK, Role.IMPORTER}
    assert (read.user_name, read.language, read.enabled) == ("Liisa.Öst", "en", True)
    assert row.password_hash.startswith("$argon2id$")
    assert PASSWORD not in str(row)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_manage_staff(database: Database, staff: Staff, role: Role) -> None:
    """No other role may add, disable, enable, change roles or another's password."""
    kalle = staff.clerk.id
    with database.unit_of_work() as uow:
        service.set_roles(uow, staff.boss, kalle, {role})
        other = service.member(uow.connection, kalle).as_actor()
        boss = staff.administrator.id
        for act in (
            lambda: service.add_member(
                uow, other, user_name="uusi", name="Uusi", password=PASSWORD, roles={Role.CLERK}
            ),
            lambda: service.set_roles(uow, other, kalle, {Role.ADMINISTRATOR}),
            lambda: service.disable(uow, other, boss),
            lambda: service.enable(uow, other, boss),
            lambda: service.change_password(uow, other, boss, password=PASSWORD),
            lambda: service.set_language(uow, other, boss, "en"),
            lambda: agreements.end_agreement(uow, other, boss),
        ):
            with pytest.raises(NotPermitted):
                act()


def test_the_program_itself_manages_no_staff(database: Database, staff: Staff) -> None:
    """A timer or a recovery run is nobody who could answer for an account."""
    with database.unit_of_work() as uow, pytest.raises(NotPermitted):
        service.disable(uow, SYSTEM, staff.clerk.id)


@pytest.mark.parametrize("taken", ["kalle", "KALLE", "Källé", "ｋａｌｌｅ"])
def test_a_user_name_belongs_to_one_person_however_it_is_written(
    database: Database, staff: Staff, taken: str
) -> None:
    """Case, accents and width make no second account."""
    with database.unit_of_work() as uow, pytest.raises(UserNameTaken):
        add(uow, staff, user_name=taken)


@pytest.mark.parametrize(
    "bad", ["", "a", "1liisa", "liisa maija", "liisa\x1b[31m", "кalle", "x" * 41, "a/../b"]
)
def test_a_user_name_that_could_mislead_is_refused(database: Database, staff: Staff, bad: str) -> None:
    """Blank, too long, foreign letters that look alike, and characters of paths or terminals are refused."""
    with database.unit_of_work() as uow:
        try:
            added = add(uow, staff, user_name=bad)
        except BadUserName:
            return
        assert added.user_name == "liisa[31m", "the escape character itself is gone"


def test_each_bad_value_is_refused_with_its_reason(database: Database, staff: Staff) -> None:
    """Name, roles, language and password are checked before anything is stored."""
    with database.unit_of_work() as uow:
        for values, error in (
            ({"name": " "}, BadName),
            ({"name": "x" * 121}, BadName),
            ({"roles": set()}, NoRoles),
            ({"language": "sv"}, UnknownLanguage),
            ({"password": "liisa ja ihmemaa taas"}, PasswordNamesContext),
            (
                {"password": "Esimerkin oma salaisuus", "context": ["Esimerkin Tavara Oy"]},
                PasswordNamesContext,
            ),
        ):
            with pytest.raises(error):
                add(uow, staff, **values)


def test_the_last_administrator_stays(database: Database, staff: Staff) -> None:
    """Neither disabling, nor taking the role, nor ending the agreement may leave nobody in charge."""
    boss = staff.administrator.id
    with database.unit_of_work() as uow:
        with pytest.raises(LastAdministrator):
            service.disable(uow, staff.boss, boss)
        with pytest.raises(LastAdministrator):
            service.set_roles(uow, staff.boss, boss, {Role.CLERK})
        with pytest.raises(LastAdministrator):
            agreements.end_agreement(uow, staff.boss, boss)


def test_an_administrator_who_cannot_sign_in_does_not_count(database: Database, staff: Staff) -> None:
    """A second administrator without an agreement in force leaves the first one the last."""
    with database.unit_of_work() as uow:
        add(uow, staff, roles={Role.ADMINISTRATOR})
        with pytest.raises(LastAdministrator):
            service.disable(uow, staff.boss, staff.administrator.id)


def test_with_a_second_administrator_the_first_may_go(database: Database, staff: Staff) -> None:
    """Who is replaced can leave."""
    liisa = second_administrator(database, staff)
    with database.unit_of_work() as uow:
        gone = service.disable(uow, liisa.as_actor(), staff.administrator.id)
        assert not gone.enabled
        with pytest.raises(LastAdministrator):
            service.disable(uow, liisa.as_actor(), liisa.id)


def test_two_administrators_who_remove_each_other_at_once_do_not_both_succeed(
    database: Database, staff: Staff
) -> None:
    """However the two acts interleave, one administrator is left."""
    liisa = second_administrator(database, staff)
    start = threading.Barrier(2)
    refused: list[LastAdministrator] = []

    def remove(actor: StaffMember, target: StaffMember) -> None:
        start.wait(10)
        try:
            with database.unit_of_work() as uow:
                service.disable(uow, actor.as_actor(), target.id)
                uow.commit()
        except LastAdministrator as error:
            refused.append(error)

    pair = (staff.administrator, liisa)
    threads = [threading.Thread(target=remove, args=order) for order in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with database.reading() as connection:
        enabled = [
            one for one in service.members(connection) if one.enabled and Role.ADMINISTRATOR in one.roles
        ]
    assert len(enabled) == len(refused) == 1


def test_ones_own_password_needs_the_present_one(database: Database, staff: Staff) -> None:
    """Who finds an open terminal cannot take the account over."""
    me = staff.clerk.as_actor()
    with database.unit_of_work() as uow:
        for current in (None, "jokin muu salasana"):
            with pytest.raises(WrongCredentials):
                service.change_password(uow, me, staff.clerk.id, password=PASSWORD, current=current)


def test_a_forgotten_administrator_s_password_is_set_by_who_holds_the_key(
    database: Database, staff: Staff, keyring: KeyRing, tmp_path: Path
) -> None:
    """With the register's own master key and a reason, for an administrator alone; open sessions end; on record."""
    session = sign_in.sign_in(database, "paula", ADMIN_PASSWORD, origin="here")
    with pytest.raises(WrongCredentials):
        sign_in.sign_in(database, "paula", "unohdettu salasana", origin="local uid 0")
    paula = staff.administrator.id
    given = {"password": PASSWORD, "reason": "Paula soitti", "origin": "local uid 0"}
    with database.unit_of_work() as uow:
        keyring.data_key(uow, 1)
        uow.commit()
    with database.unit_of_work() as uow:
        with pytest.raises(Unopenable):
            service.recover_administrator(uow, KeyRing.create(tmp_path / "other.key"), paula, **given)
        with pytest.raises(NotPermitted):
            service.recover_administrator(uow, keyring, staff.clerk.id, **given)
        with pytest.raises(RecoveryReasonMissing):
            service.recover_administrator(uow, keyring, paula, **{**given, "reason": " "})
        with pytest.raises(BadPassword):
            service.recover_administrator(uow, keyring, paula, **{**given, "password": "lyhyt"})
        service.recover_administrator(uow, keyring, paula, **given)
        uow.commit()
    with pytest.raises(SessionPasswordChanged):
        sign_in.check_session(database, session)
    assert sign_in.sign_in(database, "paula", PASSWORD, origin="ssh 192.0.2.7").actor.staff_id == paula
    with database.reading() as connection:
        last = changes_of(connection, paula)[-1]
    assert (last.change, last.detail) == ("password recovered on the machine", "local uid 0: Paula soitti")


def test_an_unknown_member_is_named_in_the_refusal(database: Database, staff: Staff) -> None:
    """The sentence says who was looked for."""
    with database.reading() as connection, pytest.raises(StaffNotFound) as refused:
        service.by_user_name(connection, "maija")
    assert "maija" in str(refused.value)


def test_every_act_on_an_account_is_recorded_with_who_did_it(database: Database, staff: Staff) -> None:
    """Added, agreement, roles, disabled, enabled: in order, each by the administrator."""
    kalle = staff.clerk.id
    with database.unit_of_work() as uow:
        service.set_roles(uow, staff.boss, kalle, {Role.REVIEWER, Role.CLERK})
        service.disable(uow, staff.boss, kalle)
        service.disable(uow, staff.boss, kalle)
        service.enable(uow, staff.boss, kalle)
        uow.commit()
    with database.reading() as connection:
        found = changes_of(connection, kalle)
    assert [change.change for change in found] == ["added", "agreement", "roles", "disabled", "enabled"]
    assert found[2].detail == "clerk,reviewer"
    assert {change.recorded_by for change in found} == {staff.administrator.id}
