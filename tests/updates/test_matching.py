"""Matching: key, business id, likeness; rivals, namesakes and protected addresses; the same on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, update

from core.customers.model import customer_table
from core.customers.service import protect_address
from core.customers.types import CustomerValues, Kind, Source, SourceKind
from core.updates.blocking import street_words
from core.updates.explaining import candidates_in
from core.updates.matching import match
from core.updates.types import Match, MatchedBy, Reason, Sought
from tests.updates.conftest import OLD_FILE

if TYPE_CHECKING:
    from core.actor import Actor
    from core.database import Database
    from tests.updates.conftest import Add

MATTI = CustomerValues(
    first_name="Matti",
    last_name="Virtanen",
    street="Koivukatu 1 A 5",
    postcode="00100",
    town="Helsinki",
    country="FI",
)
ROW = Sought(
    1, first_name="Matti", last_name="Virtanen", street="Koivukatu 1 A 5", postcode="00100", town="Helsinki"
)


def matched(database: Database, *rows: Sought) -> list[Match]:
    """What is found for *rows*."""
    with database.reading() as connection:
        return match(connection, rows)


def only(database: Database, row: Sought) -> Match:
    """What is found for one row."""
    (found,) = matched(database, row)
    return found


def candidates(found: Match) -> set[int]:
    """The customers among whom a person would choose."""
    return {one["customer"] for one in candidates_in(found.explanation)}


def test_a_number_settles_it(database: Database, add: Add) -> None:
    """The customer number alone counts, whatever name stands beside it; one that nobody has matches nobody."""
    one, _ = add("1", values=MATTI), add("2", values=replace(MATTI, first_name="Pekka"))
    found, none = matched(
        database, replace(ROW, number="1", first_name="Pekka"), replace(ROW, line=2, number="9")
    )
    assert (found.customer_id, found.matched_by, found.grade, found.doubt) == (
        one.id,
        MatchedBy.NUMBER,
        100,
        None,
    )
    assert none.nobody


def test_a_business_id_settles_it(database: Database, add: Add) -> None:
    """A business id matches the organisation that has it; two that have it are put before a person."""
    firm = CustomerValues(
        kind=Kind.ORGANISATION, organisation_name="Rakennus Savo Oy", business_id="9000001-1"
    )
    first = add("1", values=firm)
    row = Sought(1, business_id="9000001-1")
    found = only(database, row)
    assert (found.customer_id, found.matched_by, found.doubt) == (first.id, MatchedBy.BUSINESS_ID, None)
    second = add("2", values=firm)
    twice = only(database, row)
    assert (twice.customer_id, twice.doubt, candidates(twice)) == (
        None,
        Reason.SEVERAL,
        {first.id, second.id},
    )
    other = add("3", values=MATTI)
    crossed = only(database, replace(row, number="3"))
    assert crossed.doubt is Reason.SEVERAL
    assert candidates(crossed) == {other.id, first.id, second.id}


@pytest.mark.parametrize(
    "row",
    [
        ROW,
        replace(ROW, first_name="MATTI", last_name="VIRTANEN"),
        replace(ROW, street="Koivuk. 1 A 5"),
        replace(ROW, street="Koivukaatu 1 A 5"),
        replace(ROW, last_name="Virtane"),
        replace(ROW, postcode=None),
        replace(ROW, postcode="00101"),
        replace(ROW, town=None),
        replace(ROW, street="Koivukatu 1"),
        replace(ROW, first_name=None, last_name="Virtanen Matti"),
        replace(ROW, first_name=None, last_name="Matti Virtanen"),
    ],
)
def test_somebody_alike_is_found(database: Database, add: Add, row: Sought) -> None:
    """The same person written another way is found and needs nobody's eye; whoever else lives near does not matter."""
    matti = add("1", values=MATTI)
    add("2", values=replace(MATTI, first_name="Liisa"))
    add("3", values=replace(MATTI, last_name="Korhonen", street="Koivukatu 3"))
    add("4", values=replace(MATTI, street="Mäntytie 9", postcode="33100", town="Tampere"))
    found = only(database, row)
    assert (found.customer_id, found.matched_by, found.doubt) == (matti.id, MatchedBy.LIKENESS, None)
    assert found.grade >= 95


@pytest.mark.parametrize(
    "row",
    [
        replace(ROW, first_name="Martti"),
        replace(ROW, first_name="Virtanen", last_name="Matti"),
        replace(ROW, street="Koivukatu 1 B 7"),
        replace(ROW, street="Vanhatie 3", postcode="90100", town="Oulu"),
        replace(ROW, street=None, postcode=None, town=None),
    ],
)
def test_somebody_nearly_alike_is_proposed(database: Database, add: Add, row: Sought) -> None:
    """A relative, swapped names, another flat, an address that we never had: a person decides, the best stands first."""
    matti = add("1", values=MATTI)
    found = only(database, row)
    assert (found.customer_id, found.doubt) == (matti.id, Reason.BELOW_LINE)
    assert candidates(found) == {matti.id}


def test_nobody_alike_is_nobody(database: Database, add: Add) -> None:
    """Where nobody is alike there is no match and nothing to choose from."""
    add("1", values=MATTI)
    assert only(database, replace(ROW, first_name="Sirpa", last_name="Äijälä", street="Rantatie 4")).nobody
    assert only(database, Sought(1)).nobody


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(
    "row", [ROW, replace(ROW, street="Koivuk. 1 as 5"), replace(ROW, last_name="Virtane")]
)
def test_two_of_one_name_at_one_address_are_never_taken_by_likeness(
    database: Database, actor: Actor, add: Add, row: Sought, *, hidden: bool
) -> None:
    """Father and son of one name: a person chooses, even where one of them is in no index for a protected address."""
    father, son = add("1", values=MATTI), add("2", values=MATTI)
    if hidden:
        with database.unit_of_work() as uow:
            source = Source(SourceKind.AUTHORITY)
            protect_address(uow, actor, father.id, source, protected=True, version=father.version)
            uow.commit()
    found = only(database, row)
    assert (found.customer_id, found.doubt) == (None, Reason.SEVERAL)
    assert candidates(found) == {father.id, son.id}


def test_another_flat_tells_two_of_one_name_apart(database: Database, add: Add) -> None:
    """Of two namesakes in one building the one in the row's flat is meant; without the flat nobody knows."""
    add("1", values=MATTI)
    other = add("2", values=replace(MATTI, street="Koivukatu 1 B 12"))
    assert only(database, replace(ROW, street="Koivukatu 1 B 12")).customer_id == other.id
    assert only(database, replace(ROW, street="Koivukatu 1")).doubt is Reason.SEVERAL


def test_a_protected_address_is_never_matched_by_itself(database: Database, actor: Actor, add: Add) -> None:
    """Somebody whose address is protected is proposed by name, with nothing told about the address."""
    matti = add("1", values=MATTI)
    with database.unit_of_work() as uow:
        protect_address(
            uow, actor, matti.id, Source(SourceKind.AUTHORITY), protected=True, version=matti.version
        )
        uow.commit()
    found = only(database, ROW)
    assert (found.customer_id, found.doubt) == (matti.id, Reason.BELOW_LINE)
    (candidate,) = candidates_in(found.explanation)
    assert {name for name, *_ in candidate["parts"]} == {"last_name", "first_name"}


def test_a_common_name_needs_the_whole_address(database: Database, add: Add) -> None:
    """What a rare name may leave out, one that many bear may not."""
    matti = add("1", values=MATTI)
    for number in range(2, 6):
        add(str(number), values=replace(MATTI, street=f"Toinenkatu {number}", postcode="33100"))
    assert only(database, ROW).doubt is None
    without_flat = only(database, replace(ROW, street="Koivukatu 1"))
    assert (without_flat.customer_id, without_flat.doubt) == (matti.id, Reason.BELOW_LINE)


def test_two_rows_like_one_customer_are_both_put_before_a_person(database: Database, add: Add) -> None:
    """Only one of them can be right, and the file does not say which; a row with the number stays as it is."""
    matti = add("1", values=MATTI)
    keyed, first, second = matched(
        database,
        Sought(1, number="1"),
        replace(ROW, line=2),
        replace(ROW, line=3, street="Koivuk. 1 A 5"),
    )
    assert keyed.doubt is None
    assert {first.doubt, second.doubt} == {Reason.TWICE}
    assert {first.customer_id, second.customer_id} == {matti.id}


def test_an_unknown_business_id_forbids_likeness_alone(database: Database, add: Add) -> None:
    """A new business id with an old name at an old address may be a new enterprise."""
    firm = CustomerValues(
        kind=Kind.ORGANISATION, organisation_name="Rakennus Savo Oy", street="Tehtaankatu 3", postcode="70100"
    )
    add("1", values=firm)
    row = Sought(1, organisation_name="Rakennus Savo Oy", street="Tehtaankatu 3", postcode="70100")
    assert only(database, row).doubt is None
    assert only(database, replace(row, business_id="9000001-1")).doubt is Reason.BELOW_LINE


def test_persons_and_organisations_are_not_confused(database: Database, add: Add) -> None:
    """A firm that bears a person's name at the same address is somebody else."""
    add("1", values=replace(MATTI, kind=Kind.ORGANISATION, first_name=None, last_name=None,
                            organisation_name="Virtanen Matti"))  # fmt: skip
    assert only(database, ROW).nobody


def test_the_erased_are_nobody(database: Database, actor: Actor, add: Add) -> None:
    """An erased customer left in a table by mistake is still not brought together with a row by a business id."""
    firm = CustomerValues(kind=Kind.ORGANISATION, organisation_name="Savo Oy", business_id="9000001-1")
    one = add("1", values=firm)
    with database.unit_of_work() as uow:
        uow.connection.execute(
            update(customer_table).where(customer_table.c.id == one.id).values(status="erased")
        )
        uow.commit()
    assert only(database, Sought(1, business_id="9000001-1")).nobody


def test_the_register_is_not_walked_through(database: Database, actor: Actor, add: Add) -> None:
    """However many rows and customers there are, a chunk takes a handful of statements."""
    for number in range(1, 8):
        add(str(number), OLD_FILE, replace(MATTI, first_name=f"Matti{'abcdefgh'[number]}"))
    statements: list[str] = []
    with database.reading() as connection:

        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            statements.append(statement)

        event.listen(connection, "before_cursor_execute", note)
        match(connection, [replace(ROW, line=line) for line in range(1, 300)])
    assert len(statements) <= 8
    assert not [one for one in statements if "FROM customer WHERE" in one and " IN " not in one]


@pytest.mark.parametrize(
    ("street", "words"),
    [
        (("koivukatu",), {"koivukatu", "koivuk"}),
        (("koivuk.",), {"koivuk", "koivukatu", "koivukuja", "koivukaari"}),
        (("itainen", "pitkakatu"), {"pitkakatu", "pitkak"}),
        ((), set()),
    ],
)
def test_a_street_is_looked_for_as_it_may_be_written(street: tuple[str, ...], words: set[str]) -> None:
    """Written out, written shorter, and both ways round."""
    assert set(street_words(street)) == words
