from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from core.customers import bans, invoices, restrictions, sealed, service, view
from core.customers.bans import BanKind
from core.customers.restrictions import Ground
from core.customers.types import Status
from core.customers.view import FIELDS, Standing, disclosure_view
from core.disclosure.categories import CATEGORY_OF_FIELD, fields_of
from tests.customers.conftest import FIRM, LETTER, MATTI
from tests.customers.test_invoices import invoiced

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import Database
    from core.keys import KeyRing
    from tests.customers.conftest import AddCustomer

COLUMNS = {
    "customer.number": ["number"],
    "name.first": ["first_name"],
    "name.last": ["last_name"],
    "organisation.name": ["organisation_name"],
    "organisation.business_id": ["business_id"],
    "address.street": ["street"],
    "address.postcode": ["postcode"],
    "address.town": ["town"],
    "address.country": ["country"],
    "bank.iban": ["sealed"],
    "ip": ["sealed"],
}
EVERY_COLUMN = {name for names in COLUMNS.values() for name in names} | {"email", "phone", "www"}


def test_the_gate_reads_every_category_but_orders_and_identity_codes() -> None:
    """Each field of the notice's categories comes from the customer, or travels with the request."""
    assert fields_of(["orders", "identity_code"]) | FIELDS == CATEGORY_OF_FIELD.keys()
    assert not fields_of(["orders", "identity_code"]) & FIELDS


def test_what_is_permitted_is_read(
    database: Database, keyring: KeyRing, actor: Actor, add: AddCustomer
) -> None:
    """Each permitted field has its value; who represents an organisation in the register brings its name along."""
    firm = add(FIRM)
    matti = add(replace(MATTI, represents=firm.id))
    with database.unit_of_work() as uow:
        sealed.set_iban(uow, keyring, actor, matti.id, "FI2112345600000785", source=LETTER)
        fields = frozenset(
            {"name.first", "organisation.name", "organisation.business_id", "bank.iban", "www"}
        )
        assert disclosure_view(uow.connection, keyring, [matti.id, firm.id], fields) == {
            matti.id: {
                "name.first": "Matti",
                "organisation.name": "Åkerin Leipä Oy",
                "organisation.business_id": "2077474-0",
                "bank.iban": "FI2112345600000785",
            },
            firm.id: {"organisation.name": "Åkerin Leipä Oy", "organisation.business_id": "2077474-0"},
        }
        with pytest.raises(ValueError, match=r"order\.number"):
            disclosure_view(uow.connection, keyring, [matti.id], frozenset({"order.number"}))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(fields=st.frozensets(st.sampled_from(sorted(FIELDS))))
def test_no_other_column_is_even_read(database: Database, keyring: KeyRing, fields: frozenset[str]) -> None:
    """No statement names a column of a field that is not permitted."""
    statements: list[str] = []

    def listen(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    class Noting:
        """The driver's cursor, and what it was given."""

        def __init__(self, connection: Connection) -> None:
            self._cursor: Any = connection.connection.cursor()

        def execute(self, statement: str, parameters: Any) -> None:
            statements.append(statement)
            self._cursor.execute(statement, parameters)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._cursor, name)

    with database.reading() as connection, patch("core.prepared._cursor", Noting):
        event.listen(database.engine, "before_cursor_execute", listen)
        try:
            disclosure_view(connection, keyring, [1, 2, 3], fields)
        finally:
            event.remove(database.engine, "before_cursor_execute", listen)
    assert bool(statements) == bool(fields)
    allowed = {name for field in fields for name in COLUMNS.get(field, [field])}
    read = " ".join(statements)
    for column in EVERY_COLUMN - allowed:
        assert f".{column}" not in read


def test_how_somebody_stands(database: Database, actor: Actor, add: AddCustomer) -> None:
    """Bans, restriction, protection, the end of the relationship and open invoices, for those who exist."""
    matti, other = add(), add(protected_address=True)
    with database.unit_of_work() as uow:
        bans.forbid(uow, actor, matti.id, BanKind.PUBLICATION, origin="letter", since=date(2026, 11, 1))
        invoices.record_states(uow, actor, [invoiced(uow, actor, matti.id)])
        restrictions.restrict(uow, actor, matti.id, ground=Ground.LEGAL_CLAIM, since=date(2026, 11, 1))
        service.end_relationship(uow, actor, other.id, ended_on=date(2026, 11, 2), source=LETTER, version=1)
        assert view.standing(uow.connection, [matti.id, other.id, 99]) == {
            matti.id: Standing(Status.ACTIVE, frozenset({BanKind.PUBLICATION}), True, False, None, True),
            other.id: Standing(Status.ENDED, frozenset(), False, True, date(2026, 11, 2), False),
        }
