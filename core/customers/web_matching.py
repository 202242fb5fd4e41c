"""Whether a registration is about somebody the register has: by number, e-mail, or name and address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.customers import search
from core.customers.model import customer_table
from core.customers.places import chunks
from core.customers.reading import customer_of, ids_of_numbers
from core.customers.types import Status
from core.customers.web_types import Candidate
from core.text import fold

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.customers.types import Customer, CustomerValues
    from core.customers.web_types import Submission

_MOST: Final = 500
_SHOWN: Final = 10


def candidates(connection: Connection, submission: Submission) -> list[Candidate]:
    """The customers it may be about, the surest first; a shared name alone makes nobody a candidate."""
    found = []
    # Somebody may give the number that they had before two customers were merged.
    numbers = [] if submission.number is None else [submission.number]
    numbered = set(ids_of_numbers(connection, numbers).values())
    for customer in _near(connection, submission):
        by = _by(submission, customer) | ({"number"} if customer.id in numbered else set())
        if by & {"number", "email", "name_address"}:
            found.append(Candidate(customer.id, tuple(sorted(by))))
    return sorted(found, key=lambda it: (not it.sure, -len(it.by), it.customer_id))[:_SHOWN]


def adds_nothing(submission: Submission, customer: Customer) -> bool:
    """Whether everything that it gives stands with the customer already."""
    given, known = submission.values.as_dict(), customer.values.as_dict()
    return all(given[name] == known[name] for name in submission.given)


def _near(connection: Connection, submission: Submission) -> list[Customer]:
    values = submission.values
    typed = [values.email, submission.number]
    if values.street:
        typed.append(" ".join(filter(None, (_name(values), values.street, values.postcode))))
    ids = {row.id for text in typed if text for row in search.search(connection, text, _MOST)}
    table = customer_table
    near: list[Customer] = []
    for some in chunks(sorted(ids)):
        rows = connection.execute(
            select(table).where(table.c.id.in_(some), table.c.status != Status.ERASED).order_by(table.c.id)
        )
        near += [customer_of(row) for row in rows]
    return near


def _by(submission: Submission, customer: Customer) -> set[str]:
    given, known = submission.values, customer.values
    same_name = fold(_name(given)) == fold(_name(known))
    found = {"name"} if same_name else set()
    if given.email and known.email and given.email.casefold() == known.email.casefold():
        found.add("email")
    if same_name and given.street and _address(given) == _address(known):
        found.add("name_address")
    return found


def _name(values: CustomerValues) -> str:
    person = " ".join(filter(None, (values.first_name, values.last_name)))
    return person or values.organisation_name or ""


def _address(values: CustomerValues) -> tuple[str, str | None]:
    return " ".join(fold(values.street or "").split()), values.postcode
