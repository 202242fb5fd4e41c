"""The words of the inventory: a holding, how its rows lead to a person, its class, its fate."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Select, Table


class DataClass(StrEnum):
    """Classes of data that are kept for one reason and one period each."""

    CUSTOMER = "customer"
    BANK_DETAILS = "bank_details"
    HISTORY = "history"
    BANS = "bans"
    ORDERS = "orders"
    INVOICES = "invoices"
    CREDIT_CHECKS = "credit_checks"
    DISCLOSURES = "disclosures"
    LOOKS = "looks"
    BATCHES = "batches"
    CASES = "cases"
    WEB = "web"
    PAPERS = "papers"


DATA_CLASS_NAMES: Final[Mapping[DataClass, str]] = MappingProxyType(
    {
        DataClass.CUSTOMER: N_("customer data"),
        DataClass.BANK_DETAILS: N_("bank details and IP addresses"),
        DataClass.HISTORY: N_("history of changes"),
        DataClass.BANS: N_("bans and restrictions"),
        DataClass.ORDERS: N_("orders"),
        DataClass.INVOICES: N_("invoices"),
        DataClass.CREDIT_CHECKS: N_("credit checks"),
        DataClass.DISCLOSURES: N_("disclosures"),
        DataClass.LOOKS: N_("who looked at the data"),
        DataClass.BATCHES: N_("rows of loads and address updates"),
        DataClass.CASES: N_("requests and their handling"),
        DataClass.WEB: N_("registrations and visits on the site"),
        DataClass.PAPERS: N_("paper documents"),
    }
)


class Fate(StrEnum):
    """What erasure does to a row."""

    DELETE = "delete"
    # The row stays, for counts and for the log; what leads to the person goes.
    EMPTY = "empty"
    # The row stays as it is: it names the person by a row id alone, which then leads to an empty customer.
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Direct:
    """The row's own *column* is the customer's id."""

    column: str = "customer_id"

    def condition(self, table: Table, customer_ids: Sequence[int]) -> ColumnElement[bool]:
        """Rows of *table* about these customers."""
        return table.c[self.column].in_(customer_ids)


@dataclass(frozen=True, slots=True)
class Through:
    """The row's *column* is the *parent_column* of a row of *parent*, which leads to the customer by *link*."""

    column: str
    parent: Table
    parent_column: str
    link: Direct | Through

    def condition(self, table: Table, customer_ids: Sequence[int]) -> ColumnElement[bool]:
        """Rows of *table* about these customers."""
        found = select(self.parent.c[self.parent_column]).where(
            self.link.condition(self.parent, customer_ids)
        )
        return table.c[self.column].in_(found)


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows of one table about a person.

    Every column is in exactly one of: *shown* to the person as it stands; *sealed* under the person's data key (shown
    when opened, unreadable once the key is destroyed); *technical*, which says nothing of the person.  *emptied* are
    the values that columns get when the fate is to empty; *whole* is False where a row tells of others too, so that
    only the person's own part of it may be shown.
    """

    table: Table
    link: Direct | Through
    data_class: DataClass
    fate: Fate
    shown: tuple[str, ...]
    sealed: tuple[str, ...] = ()
    technical: tuple[str, ...] = ()
    emptied: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = True

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.table.name)

    def rows(self, customer_ids: Sequence[int]) -> Select[Any]:
        """Select the whole rows about these customers, in the order of the table's key."""
        key = self.table.primary_key.columns
        return select(self.table).where(self.link.condition(self.table, customer_ids)).order_by(*key)
