"""What to look for when an erasure is read back: the person's own values in every form in which they may lie in a file.

A value is looked for when it tells somebody: long enough, and no other customer's too (a household's street would be
found for ever).  How many were left out for that is counted, and stands in the certificate.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select

from core.customers.model import customer_change_table, customer_table
from core.customers.sealed import values_of
from core.customers.types import SEALED_FIELDS, Status
from core.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from core.keys import KeyRing

SHORTEST: Final = 6
_c = customer_table.c
_PLAIN: Final = ("business_id", "email", "phone", "www", "street")
_NAMES: Final = ("first_name", "last_name")


@dataclass(frozen=True, slots=True)
class Needles:
    """``forms`` are the byte strings to look for; ``values`` how many values they stand for, ``shared`` how many were
    left out because another customer has the same or they are too short to tell anybody.  ``key`` is the data key as it
    was wrapped, looked for once it is destroyed.
    """

    forms: tuple[bytes, ...]
    key: bytes
    values: int
    shared: int

    def without_key(self) -> Needles:
        """What to look for while the key still has something to open."""
        return replace(self, key=b"")

    @property
    def all(self) -> tuple[bytes, ...]:
        """Every byte string to look for."""
        return (*self.forms, self.key) if self.key else self.forms

    def as_bytes(self) -> bytes:
        """For keeping them until the scan is clean."""
        forms = [base64.b64encode(form).decode() for form in self.forms]
        key = base64.b64encode(self.key).decode()
        kept = {"forms": forms, "key": key, "values": self.values, "shared": self.shared}
        return json.dumps(kept).encode()

    @classmethod
    def from_bytes(cls, kept: bytes) -> Needles:
        """What `as_bytes` made."""
        found = json.loads(kept)
        return cls(
            tuple(base64.b64decode(form) for form in found["forms"]),
            base64.b64decode(found["key"]),
            found["values"],
            found["shared"],
        )


def gather(connection: Connection, keyring: KeyRing, customer_id: int) -> Needles:
    """Everything distinctive that the register knows of a person, now and in its history, and the wrapped key."""
    states = known_states(connection, customer_id)
    values = {state[name] or "" for state in states for name in _PLAIN}
    values |= {f"{state['first_name'] or ''} {state['last_name'] or ''}" for state in states}
    for field in SEALED_FIELDS:
        values |= set(values_of(connection, keyring, [customer_id], field).values())
    wanted = {value.strip() for value in values if value.strip()}
    telling = {value for value in wanted if len(value) >= SHORTEST}
    own = telling - _of_others(connection, customer_id, telling)
    forms = {form for value in own for form in _forms(value)}
    wrapped = keyring.wrapped(connection, customer_id) or b""
    return Needles(tuple(sorted(forms)), wrapped, len(own), len(wanted) - len(own))


def known_states(connection: Connection, customer_id: int) -> list[Mapping[str, str | None]]:
    """The person's values as they are and as they were after each earlier change, each with ``number``."""
    columns = [_c[name] for name in ("number", *_NAMES, *_PLAIN, "postcode")]
    row = connection.execute(select(*columns).where(_c.id == customer_id)).mappings().one()
    present = dict(row)
    states: list[Mapping[str, str | None]] = [dict(present)]
    change = customer_change_table.c
    for changes in connection.execute(
        select(change.changes).where(change.customer_id == customer_id).order_by(change.id.desc())
    ).scalars():
        before = {name: pair[0] for name, pair in changes.items() if name in present}
        if before:
            present |= before
            states.append(dict(present))
    return states


def _of_others(connection: Connection, customer_id: int, values: Iterable[str]) -> set[str]:
    """Those of *values* that another customer has now."""
    shared: set[str] = set()
    for value in values:
        first, _, last = value.partition(" ")
        same = or_(*(_c[name] == value for name in _PLAIN), (_c.first_name == first) & (_c.last_name == last))
        found = connection.execute(
            select(_c.id).where(_c.id != customer_id, _c.status != Status.ERASED, same).limit(1)
        )
        if found.first() is not None:
            shared.add(value)
    return shared


def _forms(value: str) -> Iterable[bytes]:
    """The bytes in which a value may lie: as it is, folded for search, escaped in JSON, in other encodings."""
    for text in {value, fold(value)}:
        yield text.encode()
    if not value.isascii():
        yield json.dumps(value)[1:-1].encode()
        yield value.encode("latin-1", "ignore")
    yield value.encode("utf-16-le")
