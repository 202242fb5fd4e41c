"""What the tests of faults start from: a register that is founded once and copied for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.awkward import World, copy_world, found_template

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def _founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults") / "world"
    found_template(folder)
    return folder


@pytest.fixture
def world(
    _founded: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> World:
    """A small register of this test's own, with partners configured and nothing listening."""
    return copy_world(_founded, tmp_path / "world", monkeypatch, capsys)
