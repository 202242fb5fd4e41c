"""The index of papers as it stands: one, those of a customer, those whose day has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.papers.errors import NoSuchPaper
from core.papers.model import paper_customer_table, paper_opener_table, paper_table
from core.papers.types import Destruction, Paper

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection, Row

    from core.keys import KeyRing

_p, _of, _o = paper_table.c, paper_customer_table.c, paper_opener_table.c


def paper(connection: Connection, number: int, keyring: KeyRing | None = None) -> Paper:
    """Paper *number*; what it is about is opened with the *keyring*.

    Raises:
        NoSuchPaper: there is none.
    """
    row = connection.execute(select(paper_table).where(_p.number == number)).first()
    if row is None:
        raise NoSuchPaper(number=number)
    (found,) = _papers(connection, [row], keyring)
    return found


def papers_of(connection: Connection, customer_id: int, keyring: KeyRing | None = None) -> list[Paper]:
    """The papers that concern a customer, destroyed ones too, oldest first; ``about`` is opened with the *keyring*."""
    rows = connection.execute(
        select(paper_table)
        .join(paper_customer_table, _of.paper_number == _p.number)
        .where(_of.customer_id == customer_id)
        .order_by(_p.since, _p.number)
    ).all()
    return _papers(connection, rows, keyring, customer_id)


def papers(
    connection: Connection, *, offset: int = 0, limit: int = 50, keyring: KeyRing | None = None
) -> list[Paper]:
    """Papers that are there, newest line of the index first."""
    rows = connection.execute(
        select(paper_table)
        .where(_p.destroyed_on.is_(None))
        .order_by(_p.number.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    return _papers(connection, rows, keyring)


def to_destroy(connection: Connection, today: date) -> list[Paper]:
    """Papers kept until a day that is over, the longest over first: somebody destroys them now."""
    rows = connection.execute(
        select(paper_table)
        .where(_p.destroyed_on.is_(None), _p.keep_until < today)
        .order_by(_p.keep_until, _p.number)
    ).all()
    return _papers(connection, rows, None)


def context(number: int) -> bytes:
    """What the sealed words of a paper are bound to."""
    return f"paper/{number}".encode()


def _papers(
    connection: Connection, rows: Sequence[Row[Any]], keyring: KeyRing | None, customer_id: int | None = None
) -> list[Paper]:
    numbers = [row.number for row in rows]
    concerned: dict[int, list[Row[Any]]] = {number: [] for number in numbers}
    for link in connection.execute(
        select(paper_customer_table).where(_of.paper_number.in_(numbers)).order_by(_of.customer_id)
    ):
        concerned[link.paper_number].append(link)
    openers: dict[int, list[str]] = {number: [] for number in numbers}
    for opener in connection.execute(
        select(_o.paper_number, _o.staff_name)
        .where(_o.paper_number.in_(numbers), _o.until.is_(None))
        .order_by(_o.id)
    ):
        openers[opener.paper_number].append(opener.staff_name)
    return [
        Paper(
            number=row.number,
            about=_about(connection, keyring, concerned[row.number], customer_id),
            place=row.place,
            since=row.since,
            customer_ids=tuple(link.customer_id for link in concerned[row.number]),
            openers=tuple(openers[row.number]),
            keep_until=row.keep_until,
            destroyed_on=row.destroyed_on,
            destroyed_by=row.destroyed_by_name,
            destroyed_how=None if row.destroyed_how is None else Destruction(row.destroyed_how),
        )
        for row in rows
    ]


def _about(
    connection: Connection, keyring: KeyRing | None, links: Sequence[Row[Any]], customer_id: int | None
) -> str | None:
    if keyring is None:
        return None
    chosen = [link for link in links if customer_id is None or link.customer_id == customer_id]
    keys = keyring.existing_data_keys(connection, [link.customer_id for link in chosen])
    for link in chosen:
        key = keys.get(link.customer_id)
        if key is not None:
            return key.unseal(link.about, context(link.paper_number)).decode()
    return None
