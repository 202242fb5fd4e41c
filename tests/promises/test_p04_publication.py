"""P4: lists and labels; who forbids publication is left out, the number is shown, and the list is a logged transfer."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from core.customers import bans
from core.customers.bans import BanKind
from core.disclosure import transfers
from core.disclosure.purposes import PURPOSES
from core.disclosure.types import LeftOutReason
from tests.support.export_house import PURPOSES as SERVED
from tests.support.export_house import Exports, open_exports

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing


@pytest.fixture
def exports(database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path) -> Exports:
    """A register with recipients that get files."""
    return open_exports(database, keyring, clock, actor, tmp_path)


def forbid(exports: Exports, customer_id: int, kind: BanKind) -> None:
    """Somebody forbids a use of their data."""
    with exports.register.database.unit_of_work() as uow:
        today = exports.register.clock.now().date()
        bans.forbid(uow, exports.actor, customer_id, kind, origin="letter", since=today)
        uow.commit()


@pytest.mark.parametrize("form", ["directory", "csv", "vcard", "jsonl"])
def test_who_forbade_publication_is_in_no_published_list(exports: Exports, form: str) -> None:
    """In whatever form it is published; the preview and the transfer say how many were left out, and why."""
    exports.add(first_name="Julkinen", last_name="Virtanen")
    hidden = exports.add(first_name="Kielletty", last_name="Näkymätön")
    forbid(exports, hidden.id, BanKind.PUBLICATION)
    preview = exports.plan(form, "publication")
    assert [left.reason for left in preview.plan.left_out] == [LeftOutReason.BAN]
    result = exports.register.gate.release(exports.actor, preview)
    content = exports.file(result)
    if form == "directory":
        assert "Julkinen" in words(content)
        assert "Kielletty" not in words(content)
    else:
        assert b"Julkinen" in content
        assert b"Kielletty" not in content
    with exports.register.database.reading() as connection:
        found = transfers.detail(connection, result.transfer_id)
        entries = list(exports.register.log.entries(connection, 0, exports.register.log.sign().size))
    assert found.row.left_out == 1
    assert [left.number for left in found.left_out] == [hidden.number]
    assert [entry.kind for entry in entries] == ["genesis", "intent", "outcome"]
    assert b'"purpose":"publication"' in entries[1].body


def words(pdf: bytes) -> str:
    """What a reader sees in a PDF (poppler-utils; ``make system`` installs it)."""
    tool = shutil.which("pdftotext")
    assert tool, "make system"
    return subprocess.run([tool, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("purpose", ["publication", "direct_advertising", "direct_marketing"])
@pytest.mark.parametrize("form", ["labels-csv", "csv", "vcard", "jsonl"])
def test_each_ban_stops_its_purpose_in_every_form(exports: Exports, form: str, purpose: str) -> None:
    """P18 at the gate: a ban stops what it forbids, in each form, and nothing else."""
    assert purpose in PURPOSES
    assert purpose in SERVED
    exports.add(first_name="Sallii")
    banned = exports.add(first_name="Kieltää")
    forbid(exports, banned.id, BanKind(purpose))
    assert "Kieltää".encode() in exports.plan(form, "customer_care").payloads[0].content
    content = exports.plan(form, purpose).payloads[0].content
    assert "Kieltää".encode() not in content
    assert b"Sallii" in content
