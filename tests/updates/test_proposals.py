"""Proposals: worked urgent first, seen side by side, accepted at once or rejected, each decision with who and when."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import select

from core.actor import Actor, Role
from core.batches import service as batches
from core.batches.model import batch_row_table
from core.batches.types import BatchKind
from core.customers import bans, restrictions
from core.customers.bans import BanKind
from core.customers.history import changes_of, provenance
from core.customers.reading import by_number
from core.customers.restrictions import Ground
from core.customers.service import change, protect_address
from core.customers.types import CustomerValues, Source, SourceKind, Status
from core.customers.view import standing
from core.disclosure.policy import decide_person
from core.disclosure.purposes import PURPOSES
from core.errors import NotPermitted
from core.staff.access_log import Access, accesses_of, recent
from core.updates import judging, proposals, service
from core.updates.bulk_judging import accept_fitting, count_fitting
from core.updates.explaining import in_words
from core.updates.proposal_errors import (
    AlreadyDecided,
    CannotAccept,
    ChooseFirst,
    CountChanged,
    MeantAlready,
    NoSuchProposal,
    NotInBulk,
)
from core.updates.proposals import Which
from core.updates.types import Group, MatchedBy, Meaning, Outcome, Reason
from tests.support.update_house import SERVICE

if TYPE_CHECKING:
    from pathlib import Path

    from core.register import Register
    from core.updates.proposals import Proposal
    from tests.updates.conftest import Add, WriteAnswer

MOVE = ("M", "Mäntytie 2", "33100", "Tampere", "15.11.2026")
SELF = Source(SourceKind.SELF, "call")
MATTI = CustomerValues(
    first_name="Matti",
    last_name="Virtanen",
    street="Koivukatu 1 A 5",
    postcode="00100",
    town="Helsinki",
    country="FI",
)
KEYLESS = {
    "old_first_name": "Etunimi",
    "old_last_name": "Sukunimi",
    "old_street": "Vanha katu",
    "old_postcode": "Vanha postinumero",
    "code": "Tulos",
    "street": "Uusi katu",
    "postcode": "Uusi postinumero",
    "town": "Uusi paikka",
    "date": "Päivä",
}


def applied(register: Register, actor: Actor, path: Path, name: str = SERVICE) -> int:
    """The number of a run whose file has been read and applied."""
    return service.apply(register, actor, service.prepare(register, actor, name, path).id).id


def accept(register: Register, actor: Actor, run: int, line: int, customer_id: int | None = None) -> None:
    """Accept a proposal."""
    with register.database.unit_of_work() as uow:
        judging.accept(uow, actor, run, line, customer_id=customer_id)
        uow.commit()


def reject(register: Register, actor: Actor, run: int, line: int) -> None:
    """Reject a proposal."""
    with register.database.unit_of_work() as uow:
        judging.reject(uow, actor, run, line)
        uow.commit()


def waiting(register: Register, which: Which | None = None) -> list[tuple[int, Reason]]:
    """The rows that wait, in the order of the list, and why."""
    with register.database.reading() as connection:
        found = proposals.listed(connection, which or Which())
        assert proposals.count(connection, which or Which()) == len(found)
    return [(one.line, one.reason) for one in found]


def seen(register: Register, run: int, line: int) -> Proposal:
    """A proposal, whole."""
    with register.database.reading() as connection:
        return proposals.one(connection, run, line)


def counts(register: Register, run: int) -> dict[str, int]:
    """What became of the rows of a run."""
    with register.database.reading() as connection:
        return dict(batches.get(connection, run, BatchKind.UPDATE).counts)


@pytest.fixture
def keyless(register: Register, tmp_path: Path) -> Register:
    """A register whose service answers without customer numbers."""
    columns = {name: heading for name, heading in KEYLESS.items() if name != "code"}
    old = register.config.updates[SERVICE]
    answer = msgspec.structs.replace(old.answer, key=None, columns=columns)
    updates = {SERVICE: msgspec.structs.replace(old, answer=answer)}
    register.config = msgspec.structs.replace(register.config, updates=updates)
    return register


def nameless(directory: Path, *rows: tuple[str, ...]) -> Path:
    """An answer without numbers: first name, last name, old street and postcode, code and what is new."""
    path = directory / "nimet.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, delimiter=";")
        out.writerow(KEYLESS.values())
        out.writerows(rows)
    return path


ROW = ("Matti", "Virtanen", "Koivukatu 1 A 5", "00100", *MOVE)


def test_urgent_proposals_stand_first(
    register: Register, importer: Actor, actor: Actor, add: Add, answer: WriteAnswer
) -> None:
    """A reported turvakielto about somebody untouchable comes before a death, and both before any move."""
    add("1", SELF)
    add("2")
    restricted = add("3")
    with register.database.unit_of_work() as uow:
        ground = Ground.ACCURACY_CONTESTED
        restrictions.restrict(uow, actor, restricted.id, ground=ground, since=date(2026, 11, 1))
        uow.commit()
    run = applied(register, importer, answer(("1", *MOVE), ("2", "KU"), ("3", "T")))
    assert waiting(register) == [(4, Reason.RESTRICTED), (3, Reason.DECEASED), (2, Reason.OWN_NOTICE)]
    assert waiting(register, Which(run, Reason.DECEASED)) == [(3, Reason.DECEASED)]
    assert waiting(register, Which(run, group=Group.ADDRESS)) == [(2, Reason.OWN_NOTICE)]
    assert waiting(register, Which(run, group=Group.NAME)) == []
    with register.database.reading() as connection:
        second = proposals.listed(connection, Which(run), offset=1, limit=1)
    assert [(one.line, one.urgent) for one in second] == [(3, True)]


def test_a_proposal_is_seen_side_by_side(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Before and after of each field, and how the present value is known."""
    customer = add("1", SELF)
    found = seen(register, applied(register, importer, answer(("1", *MOVE))), 2)
    assert [(side.field, side.before, side.after, side.changes) for side in found.sides] == [
        ("street", "Koivukatu 1", "Mäntytie 2", True),
        ("postcode", "00100", "33100", True),
        ("town", "Helsinki", "Tampere", True),
        ("country", "FI", "FI", False),
    ]
    known = found.sides[0].known
    assert known is not None
    assert known.source == SELF
    assert found.line.matched_by is MatchedBy.NUMBER
    assert [one.customer.id for one in found.candidates] == [customer.id]


def test_accepting_writes_at_once_with_history_and_who(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """An accepted row is written under the run's number and source and the person's name, and its values go."""
    customer = add("1", SELF)
    run = applied(register, importer, answer(("1", *MOVE)))
    accept(register, importer, run, 2)
    with register.database.reading() as connection:
        assert by_number(connection, "1").values.street == "Mäntytie 2"
        known = provenance(connection, customer.id)["street"]
        row = connection.execute(select(batch_row_table)).one()._mapping
        looks = [event.task for event in accesses_of(connection, customer.id)]
    assert (known.source.kind, known.batch_id, known.actor_name) == (
        SourceKind.ADDRESS_SERVICE,
        run,
        "Tuula Tuoja",
    )
    assert (row["outcome"], row["decision"], row["decided_by"], row["decided_by_name"]) == (
        "accepted",
        "accepted",
        1,
        "Tuula Tuoja",
    )
    assert row["decided_at"]
    assert row["values"] is None
    assert f"address update {run}, proposal accepted" in looks
    assert counts(register, run) == {"accepted:own_notice": 1}
    assert waiting(register) == []


def test_rejecting_leaves_everything_as_it_is(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """A rejected row changes nobody; that it was rejected, by whom and when, is kept, its values are not."""
    customer = add("1", SELF)
    run = applied(register, importer, answer(("1", *MOVE)))
    reject(register, importer, run, 2)
    with register.database.reading() as connection:
        assert by_number(connection, "1") == customer
        row = connection.execute(select(batch_row_table)).one()._mapping
    assert (row["decision"], row["decided_by_name"], row["values"]) == ("rejected", "Tuula Tuoja", None)
    assert counts(register, run) == {"rejected:own_notice": 1}


def test_a_proposal_is_decided_on_once(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Whoever comes second is told who was first; a row that never waited is not a proposal."""
    add("1", SELF)
    add("2")
    run = applied(register, importer, answer(("1", *MOVE), ("2", *MOVE)))
    reject(register, importer, run, 2)
    with pytest.raises(AlreadyDecided, match="Tuula Tuoja"):
        accept(register, importer, run, 2)
    with pytest.raises(NoSuchProposal):
        accept(register, importer, run, 3)
    with pytest.raises(AlreadyDecided):
        seen(register, run, 2)


def test_only_an_importer_decides(register: Register, importer: Actor, add: Add, answer: WriteAnswer) -> None:
    """A reviewer may look, and nothing more; a clerk not even that."""
    add("1", SELF)
    run = applied(register, importer, answer(("1", *MOVE)))
    reviewer = Actor(2, "katsoja", "Kalle Katsoja", frozenset({Role.REVIEWER}))
    with register.database.unit_of_work() as uow:
        assert proposals.open_list(uow, reviewer, Which(run))
        for decide in (judging.accept, judging.reject):
            with pytest.raises(NotPermitted):
                decide(uow, reviewer, run, 2)
        with pytest.raises(NotPermitted):
            proposals.open_one(uow, Actor(3, "m", "M", frozenset({Role.CLERK})), run, 2)


def test_looks_are_recorded(register: Register, importer: Actor, add: Add, answer: WriteAnswer) -> None:
    """The list is one look, a proposal one at each customer that it shows."""
    customer = add("1", SELF)
    run = applied(register, importer, answer(("1", *MOVE)))
    with register.database.unit_of_work() as uow:
        proposals.open_list(uow, importer, Which())
        proposals.open_one(uow, importer, run, 2)
        uow.commit()
    with register.database.reading() as connection:
        one, listed = recent(connection, limit=2)
    assert (listed.action, listed.task, listed.detail) == (Access.LIST, "address update, proposals", "1 rows")
    assert (one.action, one.customer_id) == (Access.OPEN, customer.id)


def test_a_protected_address_is_not_shown(
    keyless: Register, importer: Actor, actor: Actor, add: Add, tmp_path: Path
) -> None:
    """Neither the present nor the new address of somebody with turvakielto, who cannot be given one this way."""
    matti = add("1", values=MATTI)
    with keyless.database.unit_of_work() as uow:
        source = Source(SourceKind.AUTHORITY)
        protect_address(uow, actor, matti.id, source, protected=True, version=matti.version)
        uow.commit()
    run = applied(keyless, importer, nameless(tmp_path, ROW))
    found = seen(keyless, run, 2)
    assert {side.field for side in found.sides if side.hidden} == {"street", "postcode", "town", "country"}
    assert "Mäntytie" not in str(found)
    assert "Koivukatu" not in str(found)
    with pytest.raises(CannotAccept, match="the address is protected"):
        accept(keyless, importer, run, 2)


def test_a_death_ends_the_relationship_and_every_mailing(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Accepted: ended on the reported day, with the reason; every ban on marketing in force; nothing is sent to them."""
    customer = add("1")
    run = applied(register, importer, answer(("1", "KU", "", "", "", "1.11.2026")))
    accept(register, importer, run, 2)
    with register.database.reading() as connection:
        after = by_number(connection, "1")
        found = bans.bans_of(connection, customer.id)
        stands = standing(connection, [customer.id])[customer.id]
        last = changes_of(connection, customer.id)[-1]
    assert (after.status, after.ended_on) == (Status.ENDED, date(2026, 11, 1))
    assert last.batch_id == run
    assert {ban.kind for ban in found} == set(BanKind) - {BanKind.REGISTER_UPDATE}
    assert {ban.origin for ban in found} == {"posti, vastaus.csv: ilmoitettu kuolleeksi"}
    for code in ("customer_care", "address_update", "direct_marketing", "publication", "distance_selling"):
        left = decide_person(PURPOSES[code], None, frozenset(), stands, "a reason").left_out  # type: ignore[arg-type]
        assert left is not None, code


def test_a_report_about_somebody_restricted_can_be_accepted(
    register: Register, importer: Actor, actor: Actor, add: Add, answer: WriteAnswer
) -> None:
    """What only narrows, a person may record for somebody restricted; a row writes it for nobody by itself."""
    customer = add("1")
    with register.database.unit_of_work() as uow:
        ground = Ground.UNLAWFUL
        restrictions.restrict(uow, actor, customer.id, ground=ground, since=date(2026, 11, 1))
        uow.commit()
    run = applied(register, importer, answer(("1", "T")))
    with register.database.reading() as connection:
        assert not by_number(connection, "1").protected_address
    accept(register, importer, run, 2)
    with register.database.reading() as connection:
        assert by_number(connection, "1").protected_address


def test_a_restriction_that_comes_later_forbids_accepting(
    register: Register, importer: Actor, actor: Actor, add: Add, answer: WriteAnswer
) -> None:
    """What was proposed before is not written any more; the proposal goes on waiting."""
    customer = add("1", SELF)
    run = applied(register, importer, answer(("1", *MOVE)))
    with register.database.unit_of_work() as uow:
        ground = Ground.UNLAWFUL
        restrictions.restrict(uow, actor, customer.id, ground=ground, since=date(2026, 11, 1))
        uow.commit()
    with pytest.raises(CannotAccept, match="restricted"):
        accept(register, importer, run, 2)
    assert waiting(register) == [(2, Reason.OWN_NOTICE)]


def test_of_several_a_person_chooses(keyless: Register, importer: Actor, add: Add, tmp_path: Path) -> None:
    """Two of one name at one address: nobody is taken until a person says who, and that they did is kept."""
    father, son = add("1", values=MATTI), add("2", values=MATTI)
    run = applied(keyless, importer, nameless(tmp_path, ROW))
    found = seen(keyless, run, 2)
    assert (found.line.reason, found.line.customer_id) == (Reason.SEVERAL, None)
    assert {one.customer.id for one in found.candidates} == {father.id, son.id}
    with pytest.raises(ChooseFirst):
        accept(keyless, importer, run, 2)
    with keyless.database.unit_of_work() as uow:
        judging.choose(uow, importer, run, 2, son.id)
        uow.commit()
    chosen = seen(keyless, run, 2)
    assert (chosen.line.number, chosen.line.matched_by) == ("2", MatchedBy.PERSON)
    assert chosen.sides[0].before == "Koivukatu 1 A 5"
    assert in_words(chosen.explanation, son.id, "en")[0].startswith("the same: last name, first name")
    accept(keyless, importer, run, 2)
    with keyless.database.reading() as connection:
        assert by_number(connection, "1").values.street == "Koivukatu 1 A 5"
        assert by_number(connection, "2").values.street == "Mäntytie 2"


def test_two_rows_are_not_written_to_one_customer(
    keyless: Register, importer: Actor, add: Add, tmp_path: Path
) -> None:
    """Whoever has been written to by one row of a run is not written to by another."""
    matti = add("1", values=MATTI)
    add(
        "2",
        values=CustomerValues(
            first_name="Martti", last_name="Virtanen", street="Koivukatu 1 A 5", postcode="00100"
        ),
    )
    other = ("Mrtti", *ROW[1:])
    run = applied(keyless, importer, nameless(tmp_path, ROW, other))
    with pytest.raises(MeantAlready):
        accept(keyless, importer, run, 3, matti.id)


def test_a_decision_before_applying_is_kept(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Proposals may be worked before the run is applied; applying it leaves them as they were decided."""
    add("1", SELF)
    add("2", SELF)
    add("3")
    run = service.prepare(register, importer, SERVICE, answer(("1", *MOVE), ("2", *MOVE), ("3", *MOVE))).id
    accept(register, importer, run, 2)
    reject(register, importer, run, 3)
    assert counts(register, run) == {"accepted:own_notice": 1, "rejected:own_notice": 1, "applied": 1}
    service.apply(register, importer, run)
    assert counts(register, run) == {"accepted:own_notice": 1, "rejected:own_notice": 1, "applied": 1}
    with register.database.reading() as connection:
        streets = [by_number(connection, number).values.street for number in "123"]
    assert streets == ["Mäntytie 2", "Koivukatu 1", "Mäntytie 2"]


def test_a_run_with_decisions_is_not_read_anew(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """The same file read again before it is applied gives the run with its decisions, not a fresh one."""
    add("1", SELF)
    path = answer(("1", *MOVE))
    run = service.prepare(register, importer, SERVICE, path).id
    accept(register, importer, run, 2)
    assert service.prepare(register, importer, SERVICE, path).id == run
    assert counts(register, run) == {"accepted:own_notice": 1}
    with pytest.raises(AlreadyDecided):
        seen(register, run, 2)


def test_a_doubtful_row_is_in_nobodys_way(
    keyless: Register, importer: Actor, add: Add, tmp_path: Path
) -> None:
    """A row that is only thought to mean somebody does not send the one that surely does to quarantine."""
    matti = add("1", values=MATTI)
    doubtful = ("Mtti", *ROW[1:])
    run = applied(keyless, importer, nameless(tmp_path, doubtful, ROW))
    assert counts(keyless, run) == {"proposed:below_line": 1, "applied": 1}
    assert seen(keyless, run, 2).line.customer_id == matti.id


def test_a_rule_accepts_what_was_counted(
    register: Register, importer: Actor, actor: Actor, add: Add, answer: WriteAnswer
) -> None:
    """All that fit one reason are accepted after they have been counted; what cannot be goes on waiting."""
    people = [add(str(number), SELF) for number in range(1, 5)]
    add("5")
    rows = [(str(number), *MOVE) for number in range(1, 5)]
    run = applied(register, importer, answer(*rows, ("5", "KU")))
    which = Which(run, Reason.OWN_NOTICE, group=Group.ADDRESS, least_grade=90)
    with register.database.reading() as connection:
        assert count_fitting(connection, which) == 4
    with register.database.unit_of_work() as uow:
        bans.forbid(
            uow, actor, people[2].id, BanKind.REGISTER_UPDATE, origin="letter", since=date(2026, 11, 1)
        )
        uow.commit()
    with pytest.raises(CountChanged):
        accept_fitting(register, importer, which, expected=3)
    done = accept_fitting(register, importer, which, expected=4)
    assert (done.accepted, done.left) == (3, ((run, 4),))
    assert waiting(register) == [(6, Reason.DECEASED), (4, Reason.OWN_NOTICE)]
    assert counts(register, run) == {
        "accepted:own_notice": 3,
        "proposed:own_notice": 1,
        "proposed:deceased": 1,
    }


@pytest.mark.parametrize("reason", [None, Reason.DECEASED, Reason.SEVERAL, Reason.RESTRICTED])
def test_some_decisions_are_never_made_by_a_rule(register: Register, reason: Reason | None) -> None:
    """Deaths, several candidates and people who may not be touched are looked at one by one."""
    with register.database.reading() as connection, pytest.raises(NotInBulk):
        count_fitting(connection, Which(1, reason))


def test_an_undone_answer_is_as_if_it_had_never_come(
    register: Register, importer: Actor, add: Add, answer: WriteAnswer
) -> None:
    """What an undo brought back from the first load gives way to an older answer than the one that was undone."""
    add("1")
    undone = applied(register, importer, answer(("1", *MOVE)))
    service.undo(register, importer, undone)
    older = answer(("1", "M", "Toinentie 3", "33100", "Tampere", "1.11.2026"), name="vanhempi.csv")
    assert counts(register, applied(register, importer, older)) == {"applied": 1}


def test_a_later_word_of_the_customer_is_seen_when_deciding(
    register: Register, importer: Actor, actor: Actor, add: Add, answer: WriteAnswer
) -> None:
    """Before is what is true when the proposal is opened, not when it was made."""
    customer = add("1", SELF)
    run = applied(register, importer, answer(("1", *MOVE)))
    with register.database.unit_of_work() as uow:
        change(uow, actor, customer.id, {"street": "Kotikuja 3"}, SELF, version=customer.version)
        uow.commit()
    assert seen(register, run, 2).sides[0].before == "Kotikuja 3"
    assert seen(register, run, 2).line.meaning is Meaning.MOVED
    assert seen(register, run, 2).line.dated == date(2026, 11, 15)
    accept(register, importer, run, 2)
    assert counts(register, run) == {f"{Outcome.ACCEPTED}:{Reason.OWN_NOTICE}": 1}
