"""A line of a customer list, read the same way by the list and by both search indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from core.customers.naming import display_name
from core.customers.types import CustomerRow, Kind, Status

if TYPE_CHECKING:
    from sqlalchemy import Row

# Of customer AS c.  A protected address is not even read.
ROW_COLUMNS: Final = (
    "c.id, c.number, c.kind, c.first_name, c.last_name, c.organisation_name,"
    " CASE WHEN c.protected_address THEN NULL ELSE c.street END AS street,"
    " CASE WHEN c.protected_address THEN NULL ELSE c.postcode END AS postcode,"
    " CASE WHEN c.protected_address THEN NULL ELSE c.town END AS town,"
    " c.status, c.protected_address,"
    " EXISTS (SELECT 1 FROM customer_restriction AS r WHERE r.customer_id = c.id AND r.lifted_at IS NULL) AS restricted"
)

# Looking a word up costs a third of making an enum of it, and a page has fifty.
_KINDS: Final = {str(kind): kind for kind in Kind}
_STATUSES: Final = {str(status): status for status in Status}


def row_of(row: Row[Any]) -> CustomerRow:
    """The line that a row of `ROW_COLUMNS` stands for."""
    (
        customer_id, number, kind, first_name, last_name, organisation_name,
        street, postcode, town, status, protected_address, restricted,
    ) = tuple(row)  # fmt: skip
    return CustomerRow(
        id=customer_id,
        number=number,
        display_name=display_name(first_name, last_name, organisation_name),
        kind=_KINDS[kind],
        organisation_name=organisation_name,
        street=street,
        postcode=postcode,
        town=town,
        status=_STATUSES[status],
        protected_address=bool(protected_address),
        restricted=bool(restricted),
    )
