"""A backup gives back what there was, on either database, without whoever has been erased since."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from core.backup import service as backup
from core.backup.content import Written
from core.backup.errors import FenceMissing, Forged, KeyBeingChanged, NotEmpty
from core.backup.log_after import LogState, bring_up
from core.backup.upkeep import Upkeep, backup_due, latest
from core.customers import bans, restrictions, sealed, search, service
from core.customers.bans import BanKind
from core.customers.invoices import State
from core.customers.restrictions import Ground
from core.customers.types import CustomerValues, Status
from core.database import metadata
from core.disclosure.log.errors import LogWentBack, MarkMissing
from core.disclosure.transfers import stored_lines
from core.keys import master_key_table
from core.master_key import rotate
from core.rights import reading
from core.rights.erasure import voucher
from core.rights.erasure.needles import gather
from core.rights.erasure.service import carry_out, complete_due, tell
from core.rights.types import CaseState
from tests.erasure.test_erasure import DAY, MAIJA, STAFF, invoiced, live

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from core.register import Register
    from tests.backup.conftest import Site

MONDAY = date(2026, 11, 23)
# Written by the restore itself, or made anew.
CHANGED = {"upkeep_event", "customer_search", "customer_place_count", "staff_session"}


def tables(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    return {
        table.name: [
            tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))
        ]
        for table in metadata.sorted_tables
        if table.name not in CHANGED
    }


def contents(register: Register) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a register."""
    with register.database.reading() as connection:
        return tables(connection)


def erase(site: Site, person: int) -> int:
    """Erase somebody, recipients told."""
    number = site.house.granted(person)
    tell(site.register, site.house.actor, number)
    site.house.told(number)
    carry_out(site.register, site.house.actor, number)
    return number


def files_of(register: Register, site: Site) -> list[Path]:
    """What is left on the disk of a restored register: the files of SQLite, or a dump of the rows of PostgreSQL."""
    found = register.config.database.file()
    if found is not None:
        return [path for path in found.parent.iterdir() if path.name.startswith(found.name)]
    dump = site.folder / "rows"
    with register.database.reading() as connection:
        written = Written(connection, site.register.keyring, site.house.notices.clock.now(), "")
        dump.write_bytes(b"".join(written._lines()))
    return [dump]


@pytest.mark.parametrize(
    ("database_url", "target"),
    [("sqlite", "sqlite"), ("sqlite", "postgresql"), ("postgresql", "sqlite")],
    indirect=["database_url"],
)
def test_a_backup_gives_back_what_there_was(site: Site, target: str) -> None:
    """Every row of every table, from either database into either; the search finds, the log verifies, work goes on."""
    one = live(site.house)
    employer = site.house.notices.add(first_name="Eeva", last_name="Esimies")
    with site.register.database.unit_of_work() as uow:
        version = service.get(uow.connection, one).version
        service.change(uow, site.house.actor, one, {"represents": employer.id}, STAFF, version=version)
        uow.commit()
    invoiced(site.house, one, State.OPEN, MONDAY)
    site.house.granted(one)
    before = contents(site.register)
    path = site.backup()
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"Kummallinen" not in path.read_bytes()
    verified = backup.verify(site.register.config, site.register.keyring, path, site.identities)
    assert (verified.config, verified.database) == (
        '[register]\nname = "Malli"\n',
        site.register.database.dialect,
    )
    assert {name: len(rows) for name, rows in before.items() if rows} == {
        name: count for name, count in verified.counts.items() if count and name not in CHANGED
    }
    url = site.empty(target)
    done = site.restore(path, url)
    assert (done.again.erased, done.again.narrowed) == (0, 0)
    register = site.open(url)
    assert contents(register) == before
    assert register.log.verify(stored_lines).problem_count == 0
    with register.database.unit_of_work() as uow:
        assert [it.id for it in search.search(uow.connection, "kummall")] == [one]
        assert sealed.values_of(uow.connection, register.keyring, [one], "iban") == {
            one: "FI2112345600000785"
        }
        assert latest(uow.connection, Upkeep.RESTORE) is not None
        new = service.add(uow, site.house.actor, service.get(uow.connection, employer.id).values, STAFF)
        assert new.id > employer.id
        uow.commit()


@pytest.mark.parametrize(
    ("database_url", "target"),
    [("sqlite", "sqlite"), ("sqlite", "postgresql"), ("postgresql", "sqlite")],
    indirect=["database_url"],
)
def test_who_was_erased_since_is_not_in_what_is_restored(site: Site, target: str) -> None:
    """From before the erasure, restored into either database: no byte of the person, no key; the log is put back."""
    one, other = live(site.house), site.house.notices.add(first_name="Muu")
    register = site.register
    with register.database.reading() as connection:
        needles = gather(connection, register.keyring, one)
    path = site.backup()
    assert any(needles.finder.in_file(file) for file in files_of(register, site))
    erase(site, one)
    url = site.empty(target)
    done = site.restore(path, url)
    assert (done.again.erased, done.again.with_vouchers) == (1, 0)
    restored = site.open(url)
    with restored.database.reading() as connection:
        assert service.get(connection, one).status is Status.ERASED
        assert service.get(connection, other.id).values.first_name == "Muu"
        assert search.search(connection, "kummallinen") == []
        assert restored.keyring.existing_data_key(connection, one) is None
        for number in connection.execute(select(metadata.tables["rights_case"].c.number)).scalars():
            assert reading.case(connection, number).customer_id is None
    for file in files_of(restored, site):
        assert needles.finder.in_file(file) == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_vouchers_of_who_was_erased_since_are_kept_sealed_until_their_day(site: Site) -> None:
    """The Bookkeeping Act holds after a restore as before it, and the copy goes by itself on its day."""
    site.mirror()
    one = live(site.house)
    invoiced(site.house, one, State.PAID, date(2026, 3, 31))
    path = site.backup()
    erase(site, one)
    url = site.empty("sqlite")
    done = site.restore(path, url)
    assert (done.again.erased, done.again.with_vouchers) == (1, 1)
    restored = site.open(url)
    assert bring_up(restored).state is not LogState.BEHIND
    with restored.database.unit_of_work() as uow:
        assert service.get(uow.connection, one).status is Status.ERASED
        copy = voucher.open_copy(uow, restored.keyring, site.house.actor, one, reason="tilintarkastus")
        assert copy is not None
        assert copy["last_name"] == MAIJA["last_name"]
        cases = metadata.tables["retention_voucher"].c.case_number
        (number,) = uow.connection.execute(select(cases)).scalars()
        assert reading.case(uow.connection, number).due_by_itself_on == date(2032, 12, 31)
    (read_back,) = complete_due(restored, site.house.actor)
    assert (read_back.scan.found, read_back.kept_until) == ((), date(2032, 12, 31))
    assert complete_due(restored, site.house.actor) == []
    site.house.notices.clock.advance((date(2033, 1, 1) - MONDAY).days * DAY)
    (completed,) = complete_due(restored, site.house.actor)
    assert completed.case.state is CaseState.CLOSED
    with restored.database.reading() as connection:
        assert restored.keyring.existing_data_key(connection, one) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_log_is_put_back_from_its_mirror_or_says_what_it_lacks(site: Site) -> None:
    """What was signed since the backup is back, its transfers named; without a mirror nothing can leave."""
    site.mirror()
    one, other = live(site.house), site.house.notices.add(first_name="Muu")
    path = site.backup()
    erase(site, one)
    site.house.notices.export("collector", other.id)
    size = site.register.log.size()
    url = site.empty("sqlite")
    site.restore(path, url)
    mirror = site.register.config.log.mirror_directory
    site.mirror(None)
    restored = site.open(url)
    after = bring_up(restored)
    assert (after.state, after.missing > 0) == (LogState.BEHIND, True)
    with pytest.raises(LogWentBack):
        restored.log.sign()
    site.mirror(mirror)
    restored = site.open(url)
    after = bring_up(restored)
    assert (after.state, len(after.transfers)) == (LogState.RESUMED, 1)
    assert restored.log.verify(stored_lines).problem_count == 0
    assert restored.log.size() == size + 1
    assert bring_up(restored).state is LogState.WHOLE
    site.register.config.log.high_water_file.unlink()
    gone = bring_up(restored)
    assert (gone.state, type(gone.problem)) == (LogState.BEHIND, MarkMissing)


def test_what_narrowed_since_is_in_force_again(site: Site) -> None:
    """Bans, restrictions and protected addresses made after the backup hold; what was lifted again does not."""
    actor, register = site.house.actor, site.register
    one, two = site.house.notices.add(), site.house.notices.add(first_name="Toinen")
    path = site.backup()
    with register.database.unit_of_work() as uow:
        bans.forbid(uow, actor, one.id, BanKind.MARKET_RESEARCH, origin="letter", since=MONDAY)
        bans.forbid(uow, actor, two.id, BanKind.PUBLICATION, origin="letter", since=MONDAY)
        restrictions.restrict(uow, actor, one.id, ground=Ground.UNLAWFUL, since=MONDAY)
        service.protect_address(uow, actor, two.id, STAFF, protected=True, version=two.version)
        uow.commit()
    with register.database.unit_of_work() as uow:
        bans.lift(uow, actor, two.id, BanKind.PUBLICATION, lifted_on=MONDAY, reason="call")
        uow.commit()
    url = site.empty("sqlite")
    assert site.restore(path, url).again.narrowed == 2
    with site.open(url).database.reading() as connection:
        found = bans.bans_of_many(connection, [one.id, two.id])
        assert found == {one.id: frozenset({BanKind.MARKET_RESEARCH})}
        assert restrictions.restricted_many(connection, [one.id, two.id]) == {one.id}
        assert service.get(connection, two.id).protected_address
        assert bans.bans_of(connection, one.id)[0].since == MONDAY
        assert search.search(connection, "koivukatu") != []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_came_back_of_their_own_will_stays(site: Site) -> None:
    """The fence names the person, but the new customer has a new number."""
    one = live(site.house)
    erase(site, one)
    values = site.house.notices.add(first_name="Muu").values
    own: dict[str, Any] = dict(MAIJA)
    with site.register.database.unit_of_work() as uow:
        back = service.add(
            uow, site.house.actor, replace(values, **own), STAFF, returning="new order by telephone"
        )
        uow.commit()
    path = site.backup()
    url = site.empty("sqlite")
    assert site.restore(path, url).again.erased == 0
    with site.open(url).database.reading() as connection:
        assert service.get(connection, back.id).values.last_name == "Kummallinen"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_numbers_of_who_was_erased_since_are_not_given_again(site: Site) -> None:
    """Else the next restore would take the new customer for the one who was erased."""
    path = site.backup()
    gone = site.house.notices.add(first_name="Uusi", last_name="Asiakas")
    erase(site, gone.id)
    url = site.empty("sqlite")
    site.restore(path, url)
    restored = site.open(url)
    with restored.database.unit_of_work() as uow:
        new = service.add(uow, site.house.actor, CustomerValues(first_name="A", last_name="B"), STAFF)
        assert int(new.number) > int(gone.number)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_nothing_is_written_over(site: Site, target: str) -> None:
    """Only an empty database takes a backup, and the register that is there stays as it is."""
    path = site.backup()
    url = site.empty(target)
    site.restore(path, url)
    before = contents(site.open(url))
    with pytest.raises(NotEmpty):
        site.restore(path, url)
    assert contents(site.open(url)) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_the_fence_nobody_is_brought_back_unawares(site: Site) -> None:
    """A lost fence is said before anything is restored."""
    path = site.backup()
    site.register.config.keys.erasure_fence_file.unlink()
    with pytest.raises(FenceMissing):
        site.restore(path, site.empty("sqlite"))
    assert list((site.folder / "restored").iterdir()) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_changed_master_key_leaves_older_backups_shut(site: Site) -> None:
    """A backup is due once the key was changed, none is made while it is, and one of before is refused with both ids."""
    live(site.house)
    path, register = site.backup(), site.register
    before = register.keyring.master_key_id
    now = site.house.notices.clock.now()
    with register.database.unit_of_work() as uow:
        assert not backup_due(uow.connection, now, 7)
        uow.connection.execute(update(master_key_table).values(key_id="0123456789abcdef"))
        uow.commit()
    with pytest.raises(KeyBeingChanged):
        site.backup("never.backup")
    with register.database.unit_of_work() as uow:
        uow.connection.execute(update(master_key_table).values(key_id=None))
        uow.commit()
    site.house.notices.clock.advance(60)
    rotate(register, site.house.actor)
    with register.database.reading() as connection:
        assert backup_due(connection, now, 7)
    with pytest.raises(Forged) as refused:
        site.restore(path, site.empty("sqlite"))
    assert refused.value.data["made"] == before
    url = site.empty("sqlite")
    site.restore(site.backup("after.backup"), url)
    assert contents(site.open(url)) == contents(register)
