"""A fire drill runs access and erasure on a copy, files its minutes, and leaves no trace but that it was held."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pikepdf
import pytest

from core.actor import Role
from core.backup.upkeep import Upkeep, latest, overdue
from core.config.schema import DrillSettings
from core.drill import service
from core.drill.copy import sweep
from core.drill.errors import DrillUnderWay
from core.drill.minutes import STEP_NAMES
from core.errors import NotPermitted
from core.rights.erasure import scan
from integrations.typesetter import Typst
from tests.backup.test_restore import contents
from tests.erasure.test_erasure import live

if TYPE_CHECKING:
    from pathlib import Path

    from tests.backup.conftest import Site
    from tests.conftest import MakeActor


@pytest.fixture
def drills(site: Site) -> Path:
    """The folder of the minutes."""
    folder = site.folder / "drills"
    register = site.register
    register.config = msgspec.structs.replace(register.config, drill=DrillSettings(directory=folder))
    return folder


def test_a_drill_is_held_and_leaves_its_minutes_alone(site: Site, drills: Path) -> None:
    """Every step passes; the register, its log and its fence are as before; the minutes are there as data and as pages."""
    live(site.house)
    register = site.register
    before = contents(register)
    fence = register.config.keys.erasure_fence_file.read_bytes()
    marked = register.config.log.high_water_file.read_bytes()
    filed = service.hold(register, Typst(), site.house.actor, "fi")
    problems = [str(step.problem) for step in filed.minutes.steps if step.problem]
    assert problems == []
    assert filed.minutes.passed
    assert [step.code for step in filed.minutes.steps] == list(STEP_NAMES)
    assert contents(register) == before
    assert register.config.keys.erasure_fence_file.read_bytes() == fence
    assert register.config.log.high_water_file.read_bytes() == marked
    assert {path.name for path in drills.iterdir()} == {*filed.files, ".lock"}
    data = json.loads((drills / filed.files[0]).read_bytes())
    assert (data["passed"], data["held_by"]) == (True, site.house.actor.name)
    by_step = {step["step"]: step for step in data["steps"]}
    assert by_step["person"]["orders"] == 3
    assert by_step["erasure"]["found"] == 0
    assert by_step["erasure"]["values"] > 5
    assert "avoin" in by_step["held"]["hold"]
    with pikepdf.open(drills / filed.files[1]) as pdf:
        assert "paloharjoituksesta" in str(pdf.docinfo.get("/Title"))
    with register.database.reading() as connection:
        done = latest(connection, Upkeep.DRILL)
        assert done is not None
        assert done.facts["passed"] is True
        now = site.house.notices.clock.now()
        assert not overdue(connection, Upkeep.DRILL, now, 180)
        assert service.next_on(connection, 180) == filed.minutes.next_on


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_step_that_fails_stands_in_the_minutes(
    site: Site, drills: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An erasure whose reading back finds something: filed as failed, the copy gone, the next drill due all the same."""
    monkeypatch.setattr(
        "core.rights.erasure.proving.read_back", lambda *_, **__: scan.Scan(1, 1, 1, ("table customer",))
    )
    filed = service.hold(site.register, Typst(), site.house.actor, "fi")
    assert not filed.minutes.passed
    assert [step.code for step in filed.minutes.steps if step.problem] == ["erasure"]
    data = json.loads((drills / filed.files[0]).read_bytes())
    assert data["passed"] is False
    assert "customer" in data["steps"][-1]["problem"]
    assert not (drills / ".copy").exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_drill_at_a_time_and_a_killed_one_is_swept_up(
    site: Site, drills: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has no right to it holds none; what a crash left is removed, unless a drill is going on."""

    def interrupted(*_: object) -> None:
        (drills / ".copy" / "seen").touch()
        assert not sweep(drills)
        with pytest.raises(DrillUnderWay):
            service.hold(site.register, Typst(), site.house.actor, "fi")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("core.drill.copy._restored", interrupted)
        with pytest.raises(KeyboardInterrupt):
            service.hold(site.register, Typst(), site.house.actor, "fi")
    assert not (drills / ".copy").exists()
    (drills / ".copy").mkdir()
    (drills / ".copy" / "register.db").write_bytes(b"left by kill -9")
    assert sweep(drills)
    assert not sweep(drills)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_drill_is_for_those_who_answer_requests(site: Site, drills: Path, make_actor: MakeActor) -> None:
    """A clerk is refused, and nothing was copied."""
    with pytest.raises(NotPermitted):
        service.hold(site.register, Typst(), make_actor(Role.CLERK), "fi")
    assert not drills.exists()
