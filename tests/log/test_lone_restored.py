"""The lone verifier on logs that went through a restore: resumed from a copy, or continued by a successor."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from core.disclosure.log import LogSigner
from core.disclosure.log.errors import LogFault
from core.disclosure.log.proofs import receipt_of
from core.disclosure.log.reopening import reopen
from core.disclosure.log.resume import resume, succeed
from core.disclosure.log.rotation import begin_rotation, finish_rotation
from core.disclosure.log.standalone.verify_log import Check, Key
from tests.log.test_lone_verifier import by_hand, exported, findings, lone
from tests.log.test_resume import House
from tests.support.log_bodies import add, event, fill, intent, outcome

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.disclosure.log.store import SignedCheckpoint

NAME = "example.fi/log"
BACKUP, LAST = 9, 40


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, clock: FixedClock) -> House:
    """A log that has begun."""
    return House(sqlite_url, tmp_path, clock)


def restored(house: House) -> tuple[SignedCheckpoint, SignedCheckpoint]:
    """A backup at 9 entries, the log grown to 40, the backup put back; the checkpoints of both sizes."""
    fill(house.log, BACKUP)
    early = house.log.sign()
    state = house.backup("state")
    fill(house.log, LAST)
    late = house.log.sign()
    house.restore(state)
    with pytest.raises(LogFault):
        house.log.sign()
    return early, late


def keep(path: Path, *signed: SignedCheckpoint) -> list[str]:
    """Options that name checkpoints which somebody holds."""
    options = []
    for one in signed:
        file = path / f"held-{one.size}"
        file.write_text(one.note, encoding="utf-8")
        options += ["--held", str(file)]
    return options


class TestResumed:
    """Put back from a copy, the log is the same log."""

    def test_everything_held_from_before_still_verifies(self, house: House, tmp_path: Path) -> None:
        """Checkpoints and a receipt from before the loss hold against the export after it, which says what came back."""
        fill(house.log, BACKUP)
        state = house.backup("state")
        fill(house.log, LAST)
        late = house.log.sign()
        with house.log.database.reading() as connection:
            receipt = receipt_of(connection, 21, late.note, late.size)
        house.restore(state)
        resume(house.log, house.directory / "mirror", source="mirror")
        out = exported(house.log, tmp_path / "out")
        (tmp_path / "receipt").write_text(receipt.text, encoding="utf-8")
        options = ["--vkey", house.log.vkey, *keep(tmp_path, late), "--receipt", str(tmp_path / "receipt")]
        done = lone(out, out, *options)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert f"Entries {BACKUP} to {LAST - 1} were put back after a restore" in done.stdout
        finnish = lone(out, out, *options, "--language", "fi").stdout
        assert f"Merkinnät {BACKUP}–{LAST - 1} on palautettu" in finnish
        assert "jatko: " in lone(out, out, "--list", "--language", "fi").stdout
        hand = by_hand(out, out, house.log.vkey, tmp_path / f"held-{LAST}")
        assert (hand.returncode, hand.stderr) == (0, "")

    def test_outcomes_that_were_put_back_may_be_stated_again_once(self, house: House, tmp_path: Path) -> None:
        """The tables forgot them; a second time, or of another transfer, it is no possible story."""
        add(house.log, "intent", intent(500))
        house.log.sign()
        state = house.backup("state")
        add(house.log, "outcome", outcome(500))
        house.log.sign()
        house.restore(state)
        resume(house.log, house.directory / "mirror", source="mirror")
        add(house.log, "outcome", outcome(500))
        out, key = exported(house.log, tmp_path / "out"), Key.parse(house.log.vkey)
        assert findings(out, key) == []
        add(house.log, "outcome", outcome(500))
        assert findings(exported(house.log, tmp_path / "twice"), key) == ["story"]

    @pytest.mark.parametrize(
        ("end", "start"), [(3, 1), (5, 1), (4, 4), (4, 5), (4, -1), (4, None), (None, 1), ("4", 1)]
    )
    def test_a_resume_that_cannot_stand_there_is_found(self, house: House, end: Any, start: Any) -> None:
        """It ends where it stands and puts back one entry at least."""
        check = begun(house)
        for index in (1, 2, 3):
            check._follow(index, "anchor", [0, "root"])
        check._follow(4, "resume", [end, "0" * 64, start])
        assert [str(name) for name, *_ in check.findings] == ["story"]

    @pytest.mark.parametrize("finish", [True, False])
    def test_a_backup_from_before_a_change_of_keys(
        self, house: House, tmp_path: Path, *, finish: bool
    ) -> None:
        """The key that was given first leads to the present one, before and after the restore."""
        first = house.log.vkey
        fill(house.log, BACKUP)
        house.log.sign()
        state = house.backup("state")
        begin_rotation(house.log)
        if finish:
            finish_rotation(house.log)
        else:
            add(house.log, "shred", event("shred"))
        fill(house.log, LAST)
        late = house.log.sign()
        house.restore(state)
        resume(house.log, house.directory / "mirror", source="mirror")
        for out in (exported(house.log, tmp_path / "out"), house.directory / "mirror"):
            done = lone(tmp_path / "out", out, "--vkey", first, *keep(tmp_path, late))
            assert (done.returncode, done.stderr) == (0, ""), done.stdout


def begun(house: House) -> Check:
    """A verification that has followed the log's genesis."""
    check = Check(house.directory, Key.parse(house.log.vkey), [])
    check._follow(0, "genesis", [house.log.origin, house.log.vkey, None])
    assert check.count == 0
    return check


class TestSuccessor:
    """Without a copy, another log goes on and names the loss."""

    def succeeded(self, house: House, actor: Actor) -> tuple[SignedCheckpoint, SignedCheckpoint, str]:
        """A successor with one transfer of its own; the checkpoints from before, and the lost log's key."""
        early, late = restored(house)
        old_key = house.log.vkey
        shutil.rmtree(house.directory / "mirror")
        succeed(house.log, f"{NAME}/2", policy="1", software="0.1.0")
        reopen(house.log, actor, "no copy is left")
        house.log = house.open()
        add(house.log, "intent", intent(900))
        add(house.log, "outcome", outcome(900))
        house.log.sign()
        return early, late, old_key

    def test_the_loss_is_said(self, house: House, tmp_path: Path, actor: Actor) -> None:
        """It verifies with its own key, says whose successor it is and how much is lost; old checkpoints hold up to there."""
        early, late, _ = self.succeeded(house, actor)
        out = exported(house.log, tmp_path / "out")
        done = lone(out, out, "--vkey", house.log.vkey, *keep(tmp_path, early))
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        lost = LAST - BACKUP
        assert (
            f"From entry {BACKUP} on this is the successor of {NAME}, of which {lost} entries are lost"
            in done.stdout
        )
        finnish = lone(out, out, "--vkey", house.log.vkey, "--language", "fi").stdout
        assert f"Merkinnästä {BACKUP} alkaen tämä on lokin {NAME} seuraaja" in finnish
        back = lone(out, out, "--vkey", house.log.vkey, *keep(tmp_path, late))
        assert back.returncode == 1
        assert "went back in time" in back.stdout
        hand = by_hand(out, out, house.log.vkey)
        assert (hand.returncode, hand.stderr) == (0, "")

    def test_the_lost_logs_key_leads_nowhere(self, house: House, tmp_path: Path, actor: Actor) -> None:
        """Nobody signed the successor's key with the old one: it has to be given anew."""
        _, _, old_key = self.succeeded(house, actor)
        out = exported(house.log, tmp_path / "out")
        done = lone(out, out, "--vkey", old_key)
        assert done.returncode == 1
        assert by_hand(out, out, old_key).returncode == 1

    def test_a_successor_changes_its_key_and_is_lost_in_its_turn(
        self, house: House, tmp_path: Path, actor: Actor
    ) -> None:
        """Keys follow one another inside each log; a second successor names a second loss."""
        self.succeeded(house, actor)
        second = house.log.vkey
        begin_rotation(house.log)
        finish_rotation(house.log)
        fill(house.log, LAST)
        house.log.sign()
        out = exported(house.log, tmp_path / "out")
        done = lone(out, out, "--vkey", second)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        state = house.backup("again")
        fill(house.log, LAST + 10)
        house.log.sign()
        house.restore(state)
        shutil.rmtree(house.directory / "mirror", ignore_errors=True)
        succeed(house.log, f"{NAME}/3", policy="1", software="0.1.0")
        house.log = house.open()
        add(house.log, "intent", intent(901))
        out = exported(house.log, tmp_path / "third")
        done = lone(out, out, "--vkey", house.log.vkey)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert done.stdout.count("this is the successor of") == 2

    @pytest.mark.parametrize(
        ("changed", "fits"),
        [
            ({}, True),
            ({"size": 1, "lost": 0}, True),
            ({"lost": LAST - 2}, False),
            ({"lost": 0}, False),
            ({"lost": "39"}, False),
            ({"size": None}, False),
            ({"origin": "example.fi/another"}, False),
            (None, False),
        ],
    )
    def test_a_successor_owns_to_its_loss(
        self, house: House, tmp_path: Path, changed: dict[str, Any] | None, *, fits: bool
    ) -> None:
        """A genesis in the middle names the log before and what is missing of it, and is called otherwise."""
        vkey = LogSigner.create(tmp_path / "next", f"{NAME}/2").vkey
        before = {"origin": NAME, "size": LAST, "root": "0" * 64, "lost": LAST - 1}
        predecessor = None if changed is None else before | changed
        check = begun(house)
        check._follow(1, "genesis", [f"{NAME}/2", vkey, predecessor])
        assert [str(name) for name, *_ in check.findings] == ([] if fits else ["story"])

    def test_a_successor_of_the_same_name_is_found(self, house: House, tmp_path: Path) -> None:
        """A size would have two roots under one name."""
        vkey = LogSigner.create(tmp_path / "next", NAME).vkey
        check = begun(house)
        check._follow(1, "genesis", [NAME, vkey, {"origin": NAME, "size": 5, "root": "", "lost": 4}])
        assert [str(name) for name, *_ in check.findings] == ["story"]
