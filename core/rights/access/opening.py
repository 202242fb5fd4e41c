"""Opening what is sealed: for each sealed column of the inventory the one way to read it.

A column without its way stops the package: what is left out without a word would be worse than no package.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from core.customers import credit, sealed
from core.customers.web_visits import opened_trail
from core.disclosure.sealing import opened_line
from core.keys import Unopenable
from core.papers import reading as papers
from core.retention.service import REASON, RELEASE
from core.rights import reading as cases
from core.rights.erasure import voucher
from core.rights.rectification import reading as rectification

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from core.keys import DataKey, KeyRing

    Opener = Callable[["Opening", RowMapping, bytes], Any]


class Opening:
    """Opens the sealed columns of one person's rows, under each id that the person has had."""

    def __init__(self, connection: Connection, keyring: KeyRing, customer_ids: Sequence[int]) -> None:
        self._connection = connection
        self._keyring = keyring
        self._keys = keyring.existing_data_keys(connection, customer_ids)
        self._of_cases: dict[int, DataKey | None] = {}

    def key_of(self, row: RowMapping) -> DataKey:
        """The person's own key, or that of the customer merged into it, under whose id the row stands.

        Raises:
            Unopenable: there is none any more.
        """
        found = self._keys.get(row["customer_id"])
        if found is None:
            raise Unopenable
        return found

    def key_of_case(self, number: int) -> DataKey:
        """The key of a case.

        Raises:
            Unopenable: it was destroyed.
        """
        if number not in self._of_cases:
            self._of_cases[number] = cases.key_of(self._connection, self._keyring, number)
        found = self._of_cases[number]
        if found is None:
            raise Unopenable
        return found

    def value(self, table: str, column: str, row: RowMapping) -> Any:
        """What a sealed column of *row* holds, as plain data; None where it is empty.

        Raises:
            Unopenable: its key is gone, or the bytes were changed.
        """
        content = row[column]
        return None if content is None else OPENERS[table, column](self, row, content)


def _case(number_column: str, what: str) -> Callable[[Opening, RowMapping, bytes], bytes]:
    def opened(opening: Opening, row: RowMapping, content: bytes) -> bytes:
        number = row[number_column]
        return opening.key_of_case(number).unseal(content, cases.context(number, what))

    return opened


_REQUEST: Final = _case("number", cases.REQUEST)
_WORDS: Final = _case("case_number", cases.WORDS)
_NAME: Final = _case("case_number", cases.NAME)
_CONTENT: Final = _case("case_number", cases.CONTENT)


def _trail(opening: Opening, row: RowMapping, content: bytes) -> dict[str, Any]:
    found = opened_trail(opening.key_of(row), row["submission"], content)
    return {
        "ip": found.ip,
        "browser": found.browser,
        "visits": [{"at": it.at, "page": it.page, "seconds": it.seconds} for it in found.visits],
    }


OPENERS: Final[Mapping[tuple[str, str], Opener]] = {
    ("credit_check", "answer"): lambda it, row, content: credit.answer_in(
        it.key_of(row), row["transfer_id"], content
    ),
    ("credit_check", "reasons"): lambda it, row, content: credit.reasons_in(
        it.key_of(row), row["transfer_id"], content
    ),
    ("customer_sealed", "sealed"): lambda it, row, content: sealed.unsealed(
        it.key_of(row), row["customer_id"], row["field"], content
    ),
    ("paper_customer", "about"): lambda it, row, content: (
        it.key_of(row).unseal(content, papers.context(row["paper_number"])).decode()
    ),
    ("retention_hold", "reason"): lambda it, row, content: it.key_of(row).unseal(content, REASON).decode(),
    ("retention_hold", "released_reason"): lambda it, row, content: (
        it.key_of(row).unseal(content, RELEASE).decode()
    ),
    ("retention_voucher", "sealed"): lambda it, row, content: voucher.opened(it.key_of(row), content),
    ("rights_case", "request"): lambda it, row, content: json.loads(_REQUEST(it, row, content)),
    ("rights_case_event", "words"): lambda it, row, content: _WORDS(it, row, content).decode(),
    ("rights_case_file", "name"): lambda it, row, content: _NAME(it, row, content).decode(),
    ("rights_case_file", "content"): _CONTENT,
    ("rights_rectification", "proposed"): lambda it, row, content: json.loads(
        it.key_of_case(row["case_number"]).unseal(
            content, rectification.place(row["case_number"], row["field"])
        )
    ),
    ("transfer_line", "sealed"): lambda it, row, content: opened_line(
        it.key_of(row), row["transfer_id"], row["number"], content
    ),
    ("web_registration", "sealed"): _trail,
}
