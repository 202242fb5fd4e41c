"""Any two customers: whatever was known is still found, whatever was forbidden still is, and both logs are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.customers import bans, history, orders, restrictions, sealed, service
from core.customers.bans import BanKind
from core.customers.money import OrderLine
from core.customers.restrictions import Ground
from core.customers.search import search
from core.customers.types import ADDRESS_FIELDS, VALUE_FIELDS, Source, SourceKind
from core.disclosure import transfers
from core.merging.types import Part
from core.retention import service as retention
from core.retention.types import HoldKind
from core.staff.access_log import accesses_of
from tests.merging.pairs import DAY

if TYPE_CHECKING:
    from core.customers.types import Customer
    from tests.erasure.conftest import House
    from tests.merging.pairs import Pairs

EXAMPLES = 15
_LINE = OrderLine("A1", "tuote", Decimal(1), Decimal(10), Decimal("25.5"))


@dataclass(frozen=True)
class Somebody:
    """What is drawn for one of the two."""

    values: dict[str, str | None]
    source: SourceKind
    protected: bool
    bans: dict[BanKind, date]
    restrictions: set[Ground]
    iban: str | None
    held: bool
    orders: int
    sent: bool


def _some(*values: str | None) -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, *values))


_VALUES = st.fixed_dictionaries(
    {
        "first_name": st.sampled_from(("Maija", "Maija-Liisa")),
        "last_name": st.sampled_from(("Kaksoinen", "Toinen")),
        "email": _some("a@example.fi", "b@example.fi"),
        "phone": _some("+358401111111", "+358402222222"),
        "street": _some("Koivukatu 1", "Uusi tie 3"),
        "town": _some("Helsinki"),
    }
)
SOMEBODY = st.builds(
    Somebody,
    values=_VALUES,
    source=st.sampled_from(SourceKind),
    protected=st.booleans(),
    bans=st.dictionaries(st.sampled_from(BanKind), st.dates(date(2020, 1, 1), DAY), max_size=3),
    restrictions=st.sets(st.sampled_from(Ground), max_size=1),
    iban=_some("FI2112345600000785", "FI1410093000123458"),
    held=st.booleans(),
    orders=st.integers(0, 2),
    sent=st.booleans(),
)


# Not shrunk: an example takes half a second, and says enough as it is.
@settings(
    phases=[Phase.explicit, Phase.generate],
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(one=SOMEBODY, other=SOMEBODY, take=st.sets(st.sampled_from(Part), max_size=3))
def test_nothing_is_lost_and_nothing_is_loosened(
    house: House, pairs: Pairs, one: Somebody, other: Somebody, take: set[Part]
) -> None:
    """Values now or in the history; bans, restrictions, protection and holds at least as strict; both logs."""
    first, second = (_made(house, pairs, it) for it in (one, other))
    before = [_looks(house, it.id) for it in (first, second)]
    done = pairs.merge(first.id, second.id, take=take).survivor
    with house.register.database.reading() as connection:
        assert service.by_number(connection, second.number).id == first.id
        assert [it.id for it in search(connection, second.number)] == [first.id]
        known = {
            value
            for it in history.changes_of(connection, first.id)
            for pair in it.values.values()
            for value in pair
        }
        for somebody in (one, other):
            assert {it for it in somebody.values.values() if it} <= known
        assert done.protected_address == (one.protected or other.protected)
        in_force = {it.kind: it.since for it in bans.bans_of(connection, first.id) if it.lifted_on is None}
        assert in_force == {
            kind: min(it.bans[kind] for it in (one, other) if kind in it.bans)
            for kind in {*one.bans, *other.bans}
        }
        grounds = {it.ground for it in restrictions.restrictions_of(connection, first.id) if not it.lifted_on}
        assert grounds == one.restrictions | other.restrictions
        keyring = house.register.keyring
        holds = retention.manual_holds_of(connection, keyring, first.id)
        assert [it.reason for it in holds] == ["riita"] * (one.held + other.held)
        assert len(orders.orders_of(connection, first.id)) == one.orders + other.orders
        assert len(transfers.of_customer(connection, first.id)) == before[0][1] + before[1][1]
        assert len(accesses_of(connection, first.id)) >= before[0][0] + before[1][0]
        seals = sealed.history_of(connection, keyring, first.id, "iban")
        assert {it.iban[-3:] for it in (one, other) if it.iban} == {str(it.masked)[-3:] for it in seals}
    if one.restrictions | other.restrictions:
        assert done.values == first.values
    # An address is somebody's whole address, never half of each.
    address = [getattr(done.values, name) for name in ADDRESS_FIELDS]
    assert address in [[getattr(it.values, name) for name in ADDRESS_FIELDS] for it in (first, second)]
    for name in VALUE_FIELDS:
        assert getattr(done.values, name) in {getattr(it.values, name) for it in (first, second)}


def _made(house: House, pairs: Pairs, drawn: Somebody) -> Customer:
    values: dict[str, Any] = {"postcode": None, "country": None, **drawn.values}
    customer = pairs.add(Source(drawn.source, "drawn"), protected=drawn.protected, **values)
    actor, keyring = house.actor, house.register.keyring
    with house.register.database.unit_of_work() as uow:
        if drawn.iban:
            source = Source(SourceKind.SELF, "call")
            sealed.set_iban(uow, keyring, actor, customer.id, drawn.iban, source=source)
        for _ in range(drawn.orders):
            orders.place(uow, actor, customer.id, [_LINE], placed_on=DAY, payment_term_days=14)
        if drawn.held:
            review = date(2027, 1, 1)
            retention.place(
                uow, keyring, actor, customer.id, HoldKind.DISPUTE, reason="riita", law="", review_on=review
            )
        uow.commit()
    if drawn.sent:
        house.notices.export("collector", customer.id)
    with house.register.database.unit_of_work() as uow:
        for kind, since in drawn.bans.items():
            bans.forbid(uow, actor, customer.id, kind, origin="letter", since=since)
        for ground in drawn.restrictions:
            restrictions.restrict(uow, actor, customer.id, ground=ground, since=DAY)
        uow.commit()
    return pairs.get(customer.id)


def _looks(house: House, customer_id: int) -> tuple[int, int]:
    with house.register.database.reading() as connection:
        return len(accesses_of(connection, customer_id)), len(transfers.of_customer(connection, customer_id))
