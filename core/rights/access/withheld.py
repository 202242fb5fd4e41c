"""Others' data kept back (GDPR 15(4)), and each keeping back counted, so that the package can say so."""

from __future__ import annotations

import base64
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from core.actor import SYSTEM
from core.customers.model import customer_table
from core.rights.access.types import Reason, Withheld
from core.staff.model import staff_member_table
from core.updates.explaining import candidates_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from sqlalchemy import Connection

    from core.keys import DataKey

# A column that names a member of staff, to the column with the member's id.
STAFF_COLUMNS: Final = {
    "actor_name": "actor_id",
    "decided_by_name": "decided_by",
    "destroyed_by_name": None,
    "lifted_by_name": "lifted_by",
    "owner_name": "owner_id",
    "recorded_by_name": "recorded_by",
    "released_by_name": "released_by",
    "staff_name": "staff_id",
}
_SHORTEST: Final = 5


class Keeper:
    """Keeps back what is others' in one person's rows; ``counted`` says how much."""

    def __init__(
        self,
        connection: Connection,
        key: DataKey,
        customer_ids: Collection[int],
        pseudonym: Callable[[int | None], str | None],
        own: Collection[str],
    ) -> None:
        self._connection = connection
        self._key = key
        self._customer_ids = frozenset(customer_ids)
        self._pseudonym = pseudonym
        self._counted: Counter[tuple[str, str, Reason]] = Counter()
        self._staff = dict(self._names(own))
        names = sorted(self._staff, key=len, reverse=True)
        self._names_of_staff = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b") if names else None
        self._numbers: dict[int, str | None] = {}

    @property
    def counted(self) -> tuple[Withheld, ...]:
        """What was kept back, by table and column."""
        return tuple(Withheld(*what, count) for what, count in sorted(self._counted.items()))

    def note(self, table: str, column: str, reason: Reason) -> None:
        """One value is not shown as it stands."""
        self._counted[table, column, reason] += 1

    def staff(self, table: str, column: str, staff_id: int | None, name: str) -> str | None:
        """The pseudonym of whoever is named; None for the program itself."""
        if name == SYSTEM.name and staff_id is None:
            return None
        self.note(table, column, Reason.STAFF)
        return self._pseudonym(staff_id) or self._of_name(name)

    def words(self, table: str, column: str, value: Any) -> Any:
        """*value* with each member of staff who is named in its texts under the pseudonym."""
        if self._names_of_staff is None:
            return value
        if isinstance(value, str):
            return self._text(table, column, value)
        if isinstance(value, dict):
            return {name: self.words(table, column, one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.words(table, column, one) for one in value]
        return value

    def explanation(self, table: str, column: str, value: Any) -> Any:
        """Why a row was thought to be the person's: only what it says of this person."""
        kept = [it for it in candidates_in(value) if it.get("customer") in self._customer_ids]
        if len(kept) < len(candidates_in(value)):
            self.note(table, column, Reason.OTHERS_ROWS)
        return {
            name: [{key: item for key, item in it.items() if key != "customer"} for it in kept]
            if name == "candidates"
            else one
            for name, one in (value or {}).items()
        }

    def number_of(self, customer_id: int | None) -> str | None:
        """The customer number of the organisation that the person represents; None for none."""
        if customer_id is None:
            return None
        if customer_id not in self._numbers:
            chosen = select(customer_table.c.number).where(customer_table.c.id == customer_id)
            self._numbers[customer_id] = self._connection.execute(chosen).scalar()
        return self._numbers[customer_id]

    def _text(self, table: str, column: str, text: str) -> str:
        assert self._names_of_staff is not None
        changed, many = self._names_of_staff.subn(lambda found: self._staff[found[0]], text)
        if many:
            self.note(table, column, Reason.STAFF)
        return changed

    def _names(self, own: Collection[str]) -> Iterable[tuple[str, str]]:
        """The names of members of staff, in both orders, to their pseudonyms; not one that is the person's own too."""
        member = staff_member_table.c
        for row in self._connection.execute(select(member.id, member.name)):
            pseudonym = self._pseudonym(row.id) or ""
            first, _, last = row.name.rpartition(" ")
            for name in {row.name, f"{last} {first}".strip()} - set(own):
                if len(name) >= _SHORTEST:
                    yield name, pseudonym

    def _of_name(self, name: str) -> str:
        """The pseudonym of somebody who has no account, such as whoever destroyed a paper."""
        text = base64.b32encode(self._key.pseudonym(b"name/" + name.encode())[:5]).decode()
        return f"{text[:4]}-{text[4:]}"
