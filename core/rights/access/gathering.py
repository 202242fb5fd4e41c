"""Every row of the inventory about one person, opened, with others' data kept back, nothing cut.

A table that the inventory reaches through another hangs on that one's rows, so that an order has its lines inside it.
Two of a transfer's tables hang the other way round: the person's row of the transfer has the transfer inside it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

from core.keys import Unopenable
from core.personal_data.inventory import HOLDINGS
from core.personal_data.types import DataClass, Through
from core.rights.access.types import Attachment, Part, Reason
from core.rights.access.withheld import STAFF_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from core.personal_data.types import Holding
    from core.rights.access.opening import Opening
    from core.rights.access.types import Record
    from core.rights.access.withheld import Keeper

_CLASSES: Final = list(DataClass)
# Column to whether its words may be about all the persons of the transfer.
_OF_ALL: Final = {("transfer", "reason"), ("transfer_event", "reason")}


class Gathered:
    """The rows of one person: ``parts`` in the order in which they are told, ``counts`` as the tables have them."""

    def __init__(
        self, connection: Connection, opening: Opening, keeper: Keeper, customer_ids: Sequence[int]
    ) -> None:
        self._connection = connection
        self._opening = opening
        self._keeper = keeper
        self._customer_ids = customer_ids
        self.counts: Counter[str] = Counter()
        self.attachments: list[Attachment] = []
        # Table to its rows: the row itself, as it is told, and under which key it is found.
        self._rows: dict[str, list[tuple[RowMapping, Record]]] = {}
        self.parts = self._gather()

    def _gather(self) -> tuple[Part, ...]:
        told = [it for it in HOLDINGS if it.shown or it.sealed]
        for holding in HOLDINGS:
            # Of customers that were merged into this one, an emptied row is left, which says nothing.
            ids = self._customer_ids[:1] if holding.name == "customer" else self._customer_ids
            rows = self._connection.execute(holding.rows(ids)).mappings().all()
            self.counts[holding.name] = len(rows)
            if holding in told:
                self._rows[holding.name] = [(row, {}) for row in rows]
        alone = self._sizes()
        for holding in told:
            for row, record in self._rows[holding.name]:
                record.update(self._record(holding, row, alone=alone))
        top = [it for it in told if not self._hangs(it)]
        for holding in told:
            if self._hangs(holding):
                self._hang(holding)
        # The customer's own row comes first.
        top.sort(key=lambda it: (_CLASSES.index(it.data_class), it.name != "customer"))
        return tuple(Part(it, tuple(record for _, record in self._rows[it.name])) for it in top)

    def _sizes(self) -> frozenset[str]:
        """The transfers that are of this person alone."""
        return frozenset(row["id"] for row, _ in self._rows.get("transfer", ()) if row["size"] == 1)

    @staticmethod
    def _hangs(holding: Holding) -> bool:
        return isinstance(holding.link, Through)

    def _hang(self, holding: Holding) -> None:
        link = holding.link
        assert isinstance(link, Through)
        belonging: defaultdict[Any, list[Record]] = defaultdict(list)
        for row, record in self._rows[holding.name]:
            belonging[row[link.column]].append(record)
        for row, record in self._rows[link.parent.name]:
            # A transfer that has the person twice is told once.
            found = belonging.pop(row[link.parent_column], None)
            if found is not None:
                record[holding.name] = found

    def _record(self, holding: Holding, row: RowMapping, *, alone: frozenset[str]) -> Record:
        record = {column: self._shown(holding.name, column, row, alone=alone) for column in holding.shown}
        for column in holding.sealed:
            record[column] = self._opened(holding.name, column, row)
        return record

    def _shown(self, table: str, column: str, row: RowMapping, *, alone: frozenset[str]) -> Any:
        value, keeper = row[column], self._keeper
        if value is None:
            return None
        if column in STAFF_COLUMNS:
            of = STAFF_COLUMNS[column]
            return keeper.staff(table, column, None if of is None else row[of], value)
        if (table, column) in _OF_ALL and row["id" if table == "transfer" else "transfer_id"] not in alone:
            keeper.note(table, column, Reason.OTHERS_WORDS)
            return None
        if column == "explanation":
            return keeper.explanation(table, column, value)
        if column == "represents":
            return keeper.number_of(value)
        if column == "changes":
            value = self._with_numbers(value)
        return keeper.words(table, column, value)

    def _with_numbers(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Changes with the number of the organisation represented in the place of its row's id."""
        return {
            name: [self._keeper.number_of(it) for it in pair] if name == "represents" else pair
            for name, pair in changes.items()
        }

    def _opened(self, table: str, column: str, row: RowMapping) -> Any:
        try:
            value = self._opening.value(table, column, row)
        except Unopenable:
            self._keeper.note(table, column, Reason.UNOPENABLE)
            return None
        if isinstance(value, bytes):
            name = f"attachments/{row['case_number']}-{row['id']}"
            self.attachments.append(Attachment(name, value))
            return name
        return self._keeper.words(table, column, value)
