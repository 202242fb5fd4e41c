"""P7: sources are the person's own registrations, authorities and update services, and each value says which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.customers.history import provenance
from core.customers.types import VALUE_FIELDS, SourceKind
from core.customers.web_types import WebState
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
    """A register into which registrations are read."""
    return open_site(database, keyring, clock, actor, tmp_path)


def test_every_value_of_a_registration_says_that_it_came_from_the_form(site: Site) -> None:
    """And from which form and submission."""
    site.load(submission())
    (found,) = site.all()
    assert found.customer_id is not None
    values = site.get(found.customer_id).values.as_dict()
    with site.register.database.reading() as connection:
        known = provenance(connection, found.customer_id)
    held = {name for name in VALUE_FIELDS if values[name] is not None} | {"ip"}
    assert held <= set(known)
    for name in held:
        assert known[name].source.kind is SourceKind.WEB_FORM
        assert known[name].source.detail == "yhteydenotto, lomake-00000001"


@pytest.mark.parametrize(
    "changes",
    [{"person__street": "Haapakuja 2"}, {"person__phone": "0405556667"}, {"person__first_name": "Maria"}],
)
def test_no_registration_overwrites_what_is_known(site: Site, changes: dict[str, str]) -> None:
    """Whoever knows an e-mail address can fill in a form: a person decides whose word it is."""
    before = site.add()
    site.load(submission(**changes))
    assert site.get(before.id) == before
    assert [it.state for it in site.all()] == [WebState.PROPOSED]
