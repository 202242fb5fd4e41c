"""P15: visits come only with a form submission, are told to the person, and go when their time is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.actor import SYSTEM
from core.customers import web_visits
from core.database import metadata
from core.disclosure.statement.data import document
from core.disclosure.statement.service import statement_of
from core.disclosure.statement.words import plain_text
from tests.support.web_house import open_site, submission

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing
    from tests.support.web_house import Site


@pytest.fixture
def site(database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path) -> Site:
    """A register whose site's visits are kept for thirty days, as somebody has approved."""
    return open_site(
        database, keyring, clock, actor, tmp_path, visits_deletion_approved="Maija Meikäläinen, 2026-11-01"
    )


def test_there_is_no_other_place_for_a_visit() -> None:
    """One column of one table, sealed, of a registration that names a submission."""
    columns = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if "visit" in column.name or "browser" in column.name or "page" in column.name.split("_")
    }
    assert columns == {"web_registration.visits", "web_registration.visits_deleted_at"}
    assert not metadata.tables["web_registration"].c.submission.nullable


def test_the_person_may_see_them(site: Site) -> None:
    """The statement tells pages, times, browser and address, in words and as data."""
    site.load(submission())
    (found,) = site.all()
    assert found.customer_id is not None
    told = statement_of(site.register, site.actor, found.customer_id, task="access_request")
    words = plain_text(told, "fi")
    for part in ("/tuotteet", "40 s", "Mozilla/5.0", "192.0.2.17", "yhteydenotto"):
        assert part in words
    (data,) = document(told, "fi")["registrations"]
    assert [it["page"] for it in data["visits"]] == ["/tuotteet", "/yhteys"]


def test_they_go_when_their_time_is_over(site: Site) -> None:
    """The statement then says when they went, and nothing of what they were."""
    site.load(submission())
    (found,) = site.all()
    assert found.customer_id is not None
    site.clock.advance(31 * 86_400.0)
    with site.register.database.unit_of_work() as uow:
        assert web_visits.delete_if_approved(uow, SYSTEM, site.register.config.web) == 1
        uow.commit()
    told = statement_of(site.register, site.actor, found.customer_id, task="access_request")
    words = plain_text(told, "fi")
    assert "/tuotteet" not in words
    assert "poistettu" in words


def test_visits_without_a_person_are_not_kept(site: Site) -> None:
    """A submission that names nobody is refused, and what came with it with it."""
    nobody = submission(person__first_name=None, person__last_name=None)
    file = site.load(nobody)
    assert dict(file.counts) == {"quarantined": 1}
    assert site.all() == []
