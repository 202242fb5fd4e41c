"""Registrations from the site at the terminal: what is said beside what is known, decided on by single keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from core.customers import service, web_loading, web_reads
from core.customers.search import search
from core.customers.types import CustomerValues, Source, SourceKind
from core.customers.web_types import WebState
from core.staff.access_log import accesses_of
from tests.support.screens import assert_screen, seated
from tests.support.web_house import MAIJA, SITE, submission

if TYPE_CHECKING:
    from tests.support.office import Office

LANGUAGES = ("fi", "en")
TWINS = ("Ruusu", "Rauni")


@pytest.fixture
def site(office: Office) -> Office:
    """Maija moves and forbids marketing; one who may be either of two; a stranger's e-mail that somebody has."""
    register, actor = office.register, office.actor
    source = Source(SourceKind.STAFF, "desk")
    with register.database.unit_of_work() as uow:
        service.add(uow, actor, MAIJA, source)
        for name in TWINS:
            service.add(
                uow,
                actor,
                CustomerValues(first_name=name, last_name="Kaksonen", email="k@example.fi"),
                source,
            )
        uow.commit()
    lines = [
        submission(1, person__street="Haapakuja 2", bans=["direct_marketing"]),
        submission(2, person__first_name="Ruut", person__last_name="Kaksonen", person__email="k@example.fi"),
    ]
    file = office.file.parent / "lomakkeet.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    web_loading.load(register, actor, file, SITE)
    return office


def states(office: Office) -> list[tuple[int, WebState]]:
    """Every registration and where it stands."""
    register = office.register
    with register.database.reading() as connection:
        found = web_reads.registrations(connection, register.keyring, None)
    return sorted((it.id, it.state) for it in found)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_waits_as_it_is_shown(site: Office, language: str) -> None:
    """The list, the registration beside the customer, and what the digits do; each look is recorded."""
    async with seated(site, language) as desk:
        await desk.press("w")
        assert_screen(f"web.{language}", desk)
        with site.register.database.reading() as connection:
            (maija,) = search(connection, str(MAIJA.email))
            assert any(look.task == "web_registration" for look in accesses_of(connection, maija.id))


async def test_each_is_decided_on_by_a_key(site: Office) -> None:
    """Two who may be meant: the second is marked and taken; another is rejected for a reason chosen from a list."""
    async with seated(site, "en") as desk:
        await desk.press("w", "enter")
        assert "1 accepts" in desk.message
        await desk.press("4", "3")
        assert "[x]" in desk.text
        await desk.press("1")
        assert "Still waiting: 1" in desk.message
        await desk.press("2", "down", "enter")
        assert "rejected and forgotten" in desk.message
        await desk.press("1", "2", "3")
        assert desk.message
    done = dict(states(site))
    assert set(done.values()) == {WebState.ACCEPTED, WebState.REJECTED}
    with site.register.database.reading() as connection:
        (rejected,) = web_reads.registrations(connection, site.register.keyring, WebState.REJECTED)
    assert rejected.note == "cannot be known who wrote it"


async def test_somebody_new_is_added(site: Office) -> None:
    """5 makes a customer of it."""
    async with seated(site, "en") as desk:
        await desk.press("w", "4", "5")
        assert "is a new customer" in desk.message
    assert WebState.ACCEPTED in dict(states(site)).values()
