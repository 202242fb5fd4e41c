"""Visits have a time of their own; nothing is deleted unseen (P11, P15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from core.actor import SYSTEM, Role
from core.customers import web_visits
from core.customers.web_types import WebState
from core.errors import NotPermitted
from tests.support.web_house import submission

if TYPE_CHECKING:
    from tests.conftest import MakeActor
    from tests.support.web_house import Site

A_DAY = 86_400.0


def swept(site: Site) -> int:
    """What run-due does."""
    with site.register.database.unit_of_work() as uow:
        count = web_visits.delete_if_approved(uow, SYSTEM, site.register.config.web)
        uow.commit()
    return count


def overdue(site: Site) -> int:
    """How many registrations' visits are over their time."""
    with site.register.database.reading() as connection:
        return web_visits.overdue(connection, site.clock.now(), site.register.config.web)


def approve(site: Site) -> None:
    """Record the standing approval in the settings."""
    config = site.register.config
    web = msgspec.structs.replace(config.web, visits_deletion_approved="Maija Meikäläinen, 2026-11-01")
    site.register.config = msgspec.structs.replace(config, web=web)


def test_without_an_approval_nothing_is_deleted(site: Site) -> None:
    """It is counted, and waits for a person."""
    site.load(submission())
    site.clock.advance(40 * A_DAY)
    assert (swept(site), overdue(site)) == (0, 1)
    with site.register.database.unit_of_work() as uow:
        assert web_visits.delete_overdue(uow, site.actor, site.register.config.web) == 1
        uow.commit()
    assert overdue(site) == 0


def test_under_the_standing_approval_they_go_by_themselves(site: Site) -> None:
    """On the day, not before; the customer and the registration stay, the number of visits and the day stand there."""
    site.load(submission())
    approve(site)
    site.clock.advance(28 * A_DAY)
    assert swept(site) == 0
    site.clock.advance(2 * A_DAY)
    assert swept(site) == 1
    (found,) = site.all()
    assert (found.state, found.visits, found.visits_deleted_at) == (WebState.ADDED, 2, site.clock.now())
    with site.register.database.reading() as connection:
        assert web_visits.trail(connection, site.register.keyring, found.id) is None
        said = connection.exec_driver_sql(
            "SELECT detail FROM access_event WHERE task = 'web_visits'"
        ).scalar_one()
    assert said == "1 registrations, 30 days; Maija Meikäläinen, 2026-11-01"


def test_those_of_a_proposal_go_too(site: Site) -> None:
    """Waiting for a decision is no reason to keep them longer."""
    site.add()
    site.load(submission(person__street="Haapakuja 2"))
    approve(site)
    site.clock.advance(40 * A_DAY)
    assert swept(site) == 1
    (found,) = site.all()
    assert found.state is WebState.PROPOSED


def test_only_those_responsible_delete(site: Site, make_actor: MakeActor) -> None:
    """Not whoever reads files in."""
    with site.register.database.unit_of_work() as uow, pytest.raises(NotPermitted):
        web_visits.delete_overdue(uow, make_actor(Role.IMPORTER), site.register.config.web)
