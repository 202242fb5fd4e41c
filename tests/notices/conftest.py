"""A register whose recipients are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from integrations.sandbox.netvisor import NetvisorSandbox
from tests.support.notice_house import Notices, open_notices
from tests.support.office import office, office_template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing

__all__ = ["house", "office", "office_template"]


@pytest.fixture
def house(
    database: Database,
    keyring: KeyRing,
    clock: FixedClock,
    actor: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Notices]:
    """A register with an accountant, a collector, a printer and an office of its own."""
    with NetvisorSandbox() as netvisor:
        yield open_notices(database, keyring, clock, actor, tmp_path, netvisor, monkeypatch)
