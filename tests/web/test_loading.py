"""A file from the site: each line ends somewhere, nothing is overwritten, nothing comes twice."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from core.actor import Role
from core.customers import restrictions, sealed, web_loading, web_visits
from core.customers.bans import BanKind, bans_of
from core.customers.history import provenance
from core.customers.listing import count
from core.customers.restrictions import Ground
from core.customers.types import SourceKind
from core.customers.web_types import WebState
from core.errors import NotPermitted
from core.tabular import CannotWrite
from core.tabular.errors import Unreadable
from tests.support.web_house import MAIJA, SITE, submission

if TYPE_CHECKING:
    from core.customers.web_types import WebRegistration
    from tests.conftest import MakeActor
    from tests.support.web_house import Site


def customers(site: Site) -> int:
    """How many there are."""
    with site.register.database.reading() as connection:
        return count(connection)


def only(site: Site) -> WebRegistration:
    """The only registration."""
    (found,) = site.all()
    return found


def test_a_stranger_becomes_a_customer(site: Site) -> None:
    """Every value with the source web form, the IP address sealed, the bans in force at once."""
    file = site.load(submission(bans=["direct_marketing", "publication"]))
    assert (dict(file.counts), file.lines, file.quarantine_file) == ({"added": 1}, 1, None)
    found = only(site)
    assert found.customer_id is not None
    customer = site.get(found.customer_id)
    assert (customer.values.last_name, customer.values.town) == ("Mäkelä", "Helsinki")
    with site.register.database.reading() as connection:
        sources = {it.source.kind for it in provenance(connection, customer.id).values()}
        assert sources == {SourceKind.WEB_FORM}
        assert sealed.ip_of(connection, site.register.keyring, customer.id) == "192.****"
        bans = bans_of(connection, customer.id)
    assert {(it.kind, it.origin) for it in bans} == {
        (BanKind.DIRECT_MARKETING, "yhteydenotto, lomake-00000001"),
        (BanKind.PUBLICATION, "yhteydenotto, lomake-00000001"),
    }


def test_visits_are_kept_with_the_person_and_sealed(site: Site) -> None:
    """Pages, times and browser can be opened with the person's key, and stand nowhere in the clear."""
    site.load(submission())
    found = only(site)
    with site.register.database.reading() as connection:
        trail = web_visits.trail(connection, site.register.keyring, found.id)
        raw = connection.exec_driver_sql("SELECT sealed FROM web_registration").scalar_one()
    assert trail is not None
    assert [(it.page, it.seconds) for it in trail.visits] == [("/tuotteet", 40), ("/yhteys", 170)]
    assert (trail.ip, trail.browser) == ("192.0.2.17", "Mozilla/5.0 (X11)")
    assert b"tuotteet" not in bytes(raw)


def test_somebody_known_is_never_overwritten(site: Site) -> None:
    """Another street from the same e-mail address and name waits for a person; the customer is as it was."""
    maija = site.add()
    file = site.load(submission(person__street="Haapakuja 2"))
    assert dict(file.counts) == {"proposed": 1}
    found = only(site)
    assert (found.state, found.customer_id, found.urgent) == (WebState.PROPOSED, None, False)
    assert [(it.customer_id, it.by) for it in found.candidates] == [(maija.id, ("email", "name"))]
    assert found.values is not None
    assert found.values["street"] == "Haapakuja 2"
    assert site.get(maija.id) == maija


def test_nothing_new_is_nothing_to_decide(site: Site) -> None:
    """The same person with the same values: the visit is kept with them, nobody has to look."""
    maija = site.add()
    file = site.load(submission())
    assert dict(file.counts) == {"known": 1}
    assert only(site).customer_id == maija.id
    assert site.get(maija.id) == maija
    assert customers(site) == 1


def test_name_and_address_are_recognised_without_e_mail(site: Site) -> None:
    """And a shared name alone makes nobody the same person."""
    site.add()
    assert dict(site.load(submission(1, person__email="uusi@example.fi")).counts) == {"proposed": 1}
    other = submission(2, person__email="toinen@example.fi", person__street="Muualla 9")
    assert dict(site.load(other).counts) == {"added": 1}


def test_several_candidates_are_for_a_person(site: Site) -> None:
    """A couple with one e-mail address: whose registration it is, nobody guesses."""
    site.add()
    site.add(replace(MAIJA, first_name="Matti"))
    site.load(submission(person__first_name="M.", bans=["direct_marketing"]))
    found = only(site)
    assert (found.state, len(found.candidates), found.urgent) == (WebState.PROPOSED, 2, True)


def test_a_ban_holds_at_once_also_while_the_rest_waits(site: Site) -> None:
    """It only narrows: whoever is surely meant is not advertised to while somebody decides on the address."""
    maija = site.add()
    site.load(submission(person__street="Haapakuja 2", bans=["direct_marketing"]))
    with site.register.database.reading() as connection:
        assert [it.kind for it in bans_of(connection, maija.id)] == [BanKind.DIRECT_MARKETING]
    site.load(submission(2, person__street="Haapakuja 3", bans=["direct_marketing"]))
    assert len(site.all()) == 2


def test_a_restricted_person_is_touched_by_nothing(site: Site) -> None:
    """Not even a ban is written; it waits, urgently, for a person."""
    maija = site.add()
    with site.register.database.unit_of_work() as uow:
        restrictions.restrict(
            uow, site.actor, maija.id, ground=Ground.UNLAWFUL, since=site.clock.now().date()
        )
        uow.commit()
    site.load(submission(bans=["direct_marketing"]))
    found = only(site)
    assert (found.state, found.urgent) == (WebState.PROPOSED, True)
    with site.register.database.reading() as connection:
        assert bans_of(connection, maija.id) == []
        assert sealed.ip_of(connection, site.register.keyring, maija.id) is None


def test_the_same_submission_comes_once(site: Site) -> None:
    """In one file, in another, in another order of its members; another with its id is refused."""
    again = dict(reversed(submission().items()))
    file = site.load(submission(), submission(), again, submission(person__first_name="Matti"))
    assert dict(file.counts) == {"added": 1, "repeated": 2, "quarantined": 1}
    assert dict(site.load(submission(), submission(2)).counts) == {"repeated": 1, "known": 1}
    assert customers(site) == 1


def test_the_same_file_is_read_once(site: Site) -> None:
    """The second time it is only told about."""
    path = site.write(submission())
    first, second = site.read(path), site.read(path)
    assert (first.again, second.again) == (False, True)
    assert second.counts == first.counts


def test_a_quarantined_line_can_be_corrected_and_fed_back(site: Site) -> None:
    """It stands in a file of the same format with its row and reason, which the reader passes over."""
    file = site.load(submission(1), submission(2, person__email="ei osoite"), b"{broken", b"")
    assert dict(file.counts) == {"added": 1, "quarantined": 2}
    assert file.quarantine_file is not None
    path = site.folder / "quarantine" / f"web-{file.id}.jsonl"
    assert str(path) == file.quarantine_file
    assert path.stat().st_mode & 0o777 == 0o600
    bad, broken = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert (bad["quarantine"]["row"], broken["quarantine"]["row"], broken["line"]) == (2, 3, "{broken")
    assert "sähköposti" in bad["quarantine"]["reason"]
    bad["person"]["email"] = "toinen@example.fi"
    bad["person"]["street"] = "Muualla 9"
    broken["line"] = json.dumps(submission(3, person__email="kolmas@example.fi", person__last_name="Niemi"))
    corrected = site.load(bad, broken)
    assert dict(corrected.counts) == {"added": 2}


@pytest.mark.parametrize("stops", [1, 2])
def test_stopped_in_between_it_goes_on(site: Site, stops: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is added twice, no line is lost, and the quarantine file has each refused line once."""
    monkeypatch.setattr(web_loading, "CHUNK", 2)
    lines = [
        submission(n, person__email=f"m{n}@example.fi", person__street=f"Katu {n}") if n % 3 else b"nonsense"
        for n in range(1, 10)
    ]
    path = site.write(*lines)
    told = iter([None] * (stops - 1) + [False])
    file = web_loading.load(site.register, site.actor, path, SITE, progress=lambda _: next(told))
    assert file.finished_at is None
    # What a chunk that never counted had written.
    quarantine = site.folder / "quarantine" / f"web-{file.id}.jsonl"
    quarantine.parent.mkdir(exist_ok=True)
    with quarantine.open("a", encoding="utf-8") as stream:
        stream.write('{"quarantine": {"row": 9, "reason": ""}, "line": "nonsense"}\n')
    file = site.read(path)
    assert dict(file.counts) == {"added": 6, "quarantined": 3}
    rows = [json.loads(it)["quarantine"]["row"] for it in quarantine.read_text(encoding="utf-8").splitlines()]
    assert rows == [3, 6, 9]


def test_a_folder_or_nothing_is_no_file(site: Site) -> None:
    """It is said what it is instead."""
    with pytest.raises(Unreadable):
        site.read(site.folder)
    with pytest.raises(Unreadable):
        site.read(site.folder / "missing.jsonl")


def test_without_a_place_for_the_quarantine_the_chunk_does_not_count(site: Site) -> None:
    """Nothing is lost: it is done when there is room."""
    (site.folder / "quarantine").write_bytes(b"")
    path = site.write(b"nonsense", submission())
    with pytest.raises(CannotWrite):
        site.read(path)
    assert site.all() == []
    (site.folder / "quarantine").unlink()
    assert dict(site.read(path).counts) == {"quarantined": 1, "added": 1}


def test_only_importers_load(site: Site, make_actor: MakeActor) -> None:
    """As with every other file."""
    path = site.write(submission())
    with pytest.raises(NotPermitted):
        web_loading.load(site.register, make_actor(Role.CLERK), path, SITE)
