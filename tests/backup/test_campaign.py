"""After many erasures in a random history, a backup of before them, restored, is without everybody who was erased.

Six here; ``REKISTERI_ERASURES=500 pytest tests/backup/test_campaign.py -s`` at the size that the promise names.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from ahocorasick_rs import BytesAhoCorasick

from core import environment
from core.disclosure.transfers import stored_lines
from tests.backup.test_restore import files_of
from tests.support.erasure_house import _forms, as_town, with_files

if TYPE_CHECKING:
    from tests.backup.conftest import Site

COUNT = int(environment.ERASURES.value() or 6)
SECONDS = 60 if COUNT < 50 else 7200


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize(
    ("database_url", "target"), [("sqlite", "sqlite"), ("postgresql", "sqlite")], indirect=["database_url"]
)
def test_an_old_backup_restored_holds_nobody_who_was_erased(site: Site, target: str) -> None:
    """The truth is kept by the test; every raw byte of what was restored is searched for it."""
    register = site.register
    folder = site.folder / "town"
    folder.mkdir()
    with_files(register, folder)
    site.mirror()
    town = as_town(site.house.notices, folder, seed=11)
    town.settle(COUNT * 3)
    town.live(COUNT * 4)
    # Whoever is invoiced later has no voucher in the backup.
    invoiced = {number for number, one in town.people.items() if one.invoiced}
    path = site.backup()
    for _ in range(COUNT):
        town.live(1)
        town.erase(town.anybody())
    assert town.traces() == []
    url = site.empty(target)
    done = site.restore(path, url)
    restored = site.open(url)
    wanted = {form: one for one in (*town.gone, *town.waiting) for form in _forms(one.ever)}
    wanted |= {key: one for one in town.gone for key in one.keys}
    forms = list(wanted)
    finder = BytesAhoCorasick(forms)
    found = [
        (file.name, forms[index])
        for file in files_of(restored, site)
        for index, _, _ in finder.find_matches_as_indexes(file.read_bytes())
    ]
    assert found == []
    assert done.again.erased == COUNT
    assert done.again.with_vouchers == sum(one.number in invoiced for one in town.waiting)
    assert restored.log.verify(stored_lines).problem_count <= 1
    sys.stdout.write(f"{COUNT} erased, {done.again.with_vouchers} with vouchers, {len(forms)} byte strings\n")
