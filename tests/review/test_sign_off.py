"""A review signed off is an entry and a cosignature, and covers exactly what came since the last one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from core.customers.service import open_record
from core.disclosure.log.checkpoint import Checkpoint
from core.disclosure.log.cosignature import Cosigner, CosignerKey, WitnessState, cosignature_in
from core.disclosure.log.cosigned import with_cosignatures
from core.disclosure.log.events import Review as ReviewEntry
from core.disclosure.log.note import parse_note
from core.disclosure.review import findings, look_check, sampling
from core.disclosure.review.errors import (
    AccessLogBroken,
    DoubtUnexplained,
    NothingToReview,
    NothingToSample,
    ReasonMissing,
)
from core.disclosure.review.look_check import verify_everything
from core.disclosure.review.news import news
from core.disclosure.review.report import report
from core.disclosure.review.signed import cosigners_of, last_review, reviews
from core.disclosure.review.signing_off import SignedOff, sign_off, state_file
from core.disclosure.transfers import stored_lines
from core.errors import NotPermitted, RegisterError
from core.keys import KeyFileMissing
from tests.review.test_looks import entered, let_changes_through, opens

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from tests.support.review_house import ReviewHouse

_STATEMENTS = 12


def sign(
    house: ReviewHouse,
    key_file: Path | None = None,
    *,
    actor: Actor | None = None,
    words: str = "Käyty läpi.",
) -> SignedOff:
    """Sign off."""
    register = house.register
    return sign_off(
        register.database,
        register.keyring,
        register.log,
        actor or house.reviewer,
        words=words,
        key_file=key_file,
    )


def test_a_sign_off_is_an_entry_and_a_cosignature(house: ReviewHouse, tmp_path: Path) -> None:
    """The entry names what was reviewed; the reviewer's own key has signed the checkpoint that holds the entry."""
    key_file = tmp_path / "riitta.key"
    vkey = Cosigner.create(key_file, "example.fi/riitta").key.vkey
    house.send(house.house.add())
    done = sign(house, key_file)
    assert done.cosigner == vkey
    with house.database.reading() as connection:
        entry = house.register.log.entry(connection, done.review.log_index).decode()
        note = parse_note(with_cosignatures(connection, done.checkpoint).encode())
        assert cosigners_of(connection, done.review) == ["example.fi/riitta"]
    assert isinstance(entry, ReviewEntry)
    assert (entry.start, entry.end, entry.verdict) == (0, done.review.end_size, "accepted")
    assert done.checkpoint.size > done.review.log_index
    assert cosignature_in(note, CosignerKey.parse(vkey)) is not None
    assert house.register.log.verify(stored_lines).verified


def test_the_next_review_begins_where_the_last_ended(house: ReviewHouse, tmp_path: Path) -> None:
    """Nothing new is refused; the same key goes on with a proof of growth."""
    key_file = tmp_path / "riitta.key"
    Cosigner.create(key_file, "example.fi/riitta")
    house.send(house.house.add())
    first = sign(house, key_file).review
    with pytest.raises(NothingToReview):
        sign(house, key_file)
    house.wait(days=7)
    house.send(house.house.add())
    second = sign(house, key_file).review
    assert second.start_size == first.end_size
    with house.database.reading() as connection:
        assert [it.id for it in reviews(connection)] == [second.id, first.id]
        assert house.register.log.entry(connection, first.log_index).kind == "review"


def test_looks_are_in_the_log_before_it_is_signed(house: ReviewHouse) -> None:
    """The review covers the access log up to its own moment."""
    one = house.house.add()
    with house.database.unit_of_work() as uow:
        open_record(uow, house.clerk, one.id, task="customer_care")
        uow.commit()
    done = sign(house)
    with house.database.reading() as connection:
        kinds = [it.kind for it in house.register.log.entries(connection)]
    assert kinds == ["genesis", "read", "review"]
    assert done.review.end_size == 2


def test_open_doubt_needs_a_finding(house: ReviewHouse) -> None:
    """A review does not pass over a transfer in doubt in silence."""
    house.house.partner.fault = "lost_reply"
    number = house.send(house.house.add()).number
    with pytest.raises(DoubtUnexplained, match=str(number)):
        sign(house)
    with house.database.unit_of_work() as uow:
        findings.find(uow, house.reviewer, "Kysytty tilitoimistosta.", transfer_number=number)
        uow.commit()
    review = sign(house).review
    assert (review.verdict, review.findings, review.still_open) == ("findings", 1, 1)


def test_a_sign_off_needs_words_a_role_and_a_key_that_is_there(house: ReviewHouse, tmp_path: Path) -> None:
    """Nothing is written when one is missing."""
    house.send(house.house.add())
    with pytest.raises(ReasonMissing):
        sign(house, words=" ")
    with pytest.raises(NotPermitted):
        sign(house, actor=house.clerk)
    with pytest.raises(KeyFileMissing):
        sign(house, tmp_path / "none")
    with house.database.reading() as connection:
        assert last_review(connection) is None


def test_a_broken_access_log_is_not_signed_off(house: ReviewHouse) -> None:
    """The reviewer is told which event is not what it was."""
    one = house.house.add()
    with house.database.unit_of_work() as uow:
        open_record(uow, house.clerk, one.id, task="customer_care")
        uow.commit()
    entered(house)
    with house.database.unit_of_work() as uow:
        let_changes_through(uow.connection)
        uow.connection.exec_driver_sql("UPDATE access_event SET task = 'x'")
        uow.commit()
    with pytest.raises(AccessLogBroken, match="The first, 1"):
        sign(house)


def test_a_sign_off_reads_what_came_since_the_last_one(house: ReviewHouse) -> None:
    """What was signed off before is not read again; the whole verification finds a change there all the same."""
    one = house.house.add()
    opens(house, one)
    sign(house)
    opens(house, one)
    with house.database.unit_of_work() as uow:
        let_changes_through(uow.connection)
        uow.connection.exec_driver_sql("UPDATE access_event SET task = 'x' WHERE id = 1")
        uow.commit()
    sign(house)
    report = verify_everything(house.database, house.register.log)
    assert (report.verified, report.problem_count) == (False, 1)
    assert "Access log, 1: it is not what was entered" in report.sentences("en")[2]


@pytest.mark.parametrize("looks_before", [1, 40])
def test_the_work_of_a_sign_off_does_not_grow_with_the_looks_before(
    house: ReviewHouse, looks_before: int
) -> None:
    """As many statements after forty looks that were signed off as after one."""
    for _ in range(looks_before):
        opens(house, house.house.add())
    sign(house)
    opens(house, house.house.add())
    entered(house)
    asked: list[str] = []
    with house.database.reading() as connection:
        event.listen(connection, "before_cursor_execute", lambda *it: asked.append(it[2]))
        since = look_check.reviewed_up_to(connection, house.register.log)
        assert list(look_check.problems(connection, house.register.log, since)) == []
    assert len(asked) <= _STATEMENTS


def test_a_failed_cosignature_leaves_the_review_and_says_why(house: ReviewHouse, tmp_path: Path) -> None:
    """A key whose memory is of a longer log refuses: the entry stands, not cosigned, and the reviewer is told."""
    key_file = tmp_path / "riitta.key"
    Cosigner.create(key_file, "example.fi/riitta")
    log = house.register.log
    remembered = Checkpoint(log.origin, 900, bytes(32))
    WitnessState(state_file(key_file)).remember(remembered)
    house.send(house.house.add())
    done = sign(house, key_file)
    assert done.cosigner is None
    assert isinstance(done.not_cosigned, RegisterError)
    settings = house.register.config.review
    with house.database.reading() as connection:
        told = news(connection, log, settings, house.database.clock.now())
        (signed,) = report(house.register, connection, "en").sections[0].rows
    assert told.last is not None
    assert (told.last.id, told.cosigners) == (done.review.id, ())
    assert signed[4] == "nobody"


def test_a_sample_can_be_drawn_again(house: ReviewHouse) -> None:
    """Seed, range and size are kept, and anybody's SHA-256 gives the same transfers."""
    with house.database.unit_of_work() as uow, pytest.raises(NothingToSample):
        sampling.draw(uow, house.reviewer, 2)
    numbers = [house.send(house.house.add()).number for _ in range(6)]
    with house.database.unit_of_work() as uow:
        sample = sampling.draw(uow, house.reviewer, 2)
        sampling.look_at(uow, house.reviewer, sample, sample.numbers[0])
        uow.commit()
    by_hand = sorted(
        numbers, key=lambda number: hashlib.sha256(f"{sample.seed}:{number}".encode()).hexdigest()
    )
    assert list(sample.numbers) == by_hand[:2]
    assert sign(house).review.sampled == 1
    with house.database.reading() as connection:
        assert sampling.newest(connection) is None


def test_what_is_new_is_counted_since_the_last_review(house: ReviewHouse) -> None:
    """After a sign-off the counts begin anew."""
    settings = house.register.config.review
    house.send(house.house.add(), house.house.add())
    with house.database.reading() as connection:
        before = news(connection, house.register.log, settings, house.database.clock.now())
    assert (before.transfers, before.persons, before.last) == (1, 2, None)
    sign(house)
    house.wait(days=1)
    with house.database.reading() as connection:
        after = news(connection, house.register.log, settings, house.database.clock.now())
    assert (after.transfers, after.persons, after.marks) == (0, 0, ())
    assert after.due_at is not None
