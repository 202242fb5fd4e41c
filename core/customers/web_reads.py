"""Reading registrations: those that wait, those of a customer, files that were read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from core.customers.aliases import of_person
from core.customers.bans import BanKind
from core.customers.web_errors import NoSuchRegistration
from core.customers.web_model import web_file_table, web_registration_table
from core.customers.web_types import Candidate, WebFile, WebRegistration, WebState
from core.customers.web_visits import opened_words

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from core.keys import KeyRing

_web: Final = web_registration_table.c
_KEPT: Final = tuple(
    name
    for name in WebRegistration.__slots__
    if name not in ("state", "candidates", "bans", "values") and name in _web
)


def registrations(
    connection: Connection,
    keyring: KeyRing,
    state: WebState | None = WebState.PROPOSED,
    *,
    limit: int = 50,
) -> list[WebRegistration]:
    """Registrations in *state* (None: any), urgent ones first, then the oldest, with what they say while they wait."""
    query = select(web_registration_table).order_by(_web.urgent.desc(), _web.id).limit(limit)
    if state is not None:
        query = query.where(_web.state == state)
    return [registration_of(row, keyring) for row in connection.execute(query).mappings()]


def count(connection: Connection, state: WebState) -> int:
    """How many there are in *state*."""
    return int(connection.execute(select(func.count()).where(_web.state == state)).scalar_one())


def of_customer(connection: Connection, customer_id: int) -> list[WebRegistration]:
    """A customer's registrations, the oldest first."""
    query = select(web_registration_table).where(of_person(_web.customer_id, customer_id)).order_by(_web.id)
    return [registration_of(row) for row in connection.execute(query).mappings()]


def get(connection: Connection, keyring: KeyRing, number: int) -> WebRegistration:
    """Registration *number*, with what it says while it waits.

    Raises:
        NoSuchRegistration: there is none.
    """
    row = connection.execute(select(web_registration_table).where(_web.id == number)).mappings().first()
    if row is None:
        raise NoSuchRegistration(number=number)
    return registration_of(row, keyring)


def files(connection: Connection, *, limit: int = 50) -> list[WebFile]:
    """The latest files, newest first."""
    table = web_file_table
    rows = connection.execute(select(table).order_by(table.c.id.desc()).limit(limit))
    return [file_of(row) for row in rows.mappings()]


def registration_of(row: RowMapping, keyring: KeyRing | None = None) -> WebRegistration:
    """A whole row as it is handed out; what waits in it is opened with the *keyring*."""
    waiting = None if keyring is None else opened_words(keyring, row["submission"], row["values"])
    return WebRegistration(
        **{name: row[name] for name in _KEPT},
        values=waiting,
        state=WebState(row["state"]),
        candidates=tuple(Candidate(who, tuple(by)) for who, by in row["candidates"]),
        bans=tuple(BanKind(ban) for ban in row["bans"]),
    )


def file_of(row: RowMapping, **more: Any) -> WebFile:
    """A whole row as it is handed out."""
    fields = {name: row[name] for name in WebFile.__slots__ if name in web_file_table.c}
    return WebFile(**fields, **more)
