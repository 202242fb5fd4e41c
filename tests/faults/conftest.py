"""What the tests of faults start from: a register that is founded once and copied for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.awkward import World, copy_world, found_template, move_to
from tui.demo import setting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tui.demo.setting import Partners


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


@pytest.fixture
def partners(world: World) -> Iterator[Partners]:
    """The partners, listening on loopback; the register waits a second for them at most."""
    with setting.partners(setting.Folder(world.folder)) as listening:
        move_to(world, listening)
        world.edit(
            "[partners.asiakastieto.settings]\n", "[partners.asiakastieto.settings]\ntimeout_seconds = 1\n"
        )
        world.edit("[partners.netvisor.settings]\n", "[partners.netvisor.settings]\ntimeout_seconds = 1\n")
        yield listening
