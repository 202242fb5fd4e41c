"""What to look for when an erasure is read back: the person's own values in every form in which they may lie in a file.

A value is looked for when it tells somebody: long enough, and no other customer's too (a household's street would be
found for ever).  How many were left out for that is counted, and stands in the certificate.
"""

from __future__ import annotations

import base64
import contextlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, case, func, select

from core.batches.model import batch_row_table
from core.customers.aliases import former_numbers, same_person
from core.customers.model import customer_change_table, customer_table
from core.customers.sealed import values_of
from core.customers.types import SEALED_FIELDS, Status
from core.customers.web_model import web_registration_table
from core.disclosure.model import transfer_line_table
from core.documents.folder import day_of
from core.rights.erasure.finder import Finder
from core.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from core.keys import KeyRing

SHORTEST: Final = 6
# Folding may shorten a value.
_SHORTEST_FORM: Final = 4
_c = customer_table.c
_PLAIN: Final = ("organisation_name", "business_id", "email", "phone", "www", "street")
_NAMES: Final = ("first_name", "last_name")
_FINLAND: Final = "+358"

States = list["Mapping[str, str | None]"]
# The fields of which a value is made, each with its part of it.
_Parts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Needles:
    """*forms* are the byte strings to look for, by the value that they stand for; *shared* how many values were left out
    because another customer has the same or they are too short to tell anybody.  *keys* are the data keys as they were
    wrapped (more than one when customers were merged into this one), looked for once they are destroyed; *selections*
    name the exports that the person was in.
    """

    forms: tuple[tuple[bytes, ...], ...]
    keys: tuple[bytes, ...]
    shared: int
    selections: tuple[str, ...] = ()

    @property
    def values(self) -> int:
        """How many values are looked for."""
        return len(self.forms)

    @property
    def finder(self) -> Finder:
        """What finds any of it."""
        return Finder([*(form for forms in self.forms for form in forms), *self.keys])

    def without_key(self, kept: bytes | None) -> Needles:
        """What to look for while the key that is wrapped as *kept* still has something to open."""
        return replace(self, keys=tuple(key for key in self.keys if key != kept))

    def without(self, others: Collection[bytes]) -> Needles:
        """All but the values of which a form is among *others*, which somebody else's rows hold too."""
        own = tuple(forms for forms in self.forms if not set(forms) & set(others))
        return replace(self, forms=own, shared=self.shared + len(self.forms) - len(own))

    def as_bytes(self) -> bytes:
        """For keeping them until the scan is clean."""
        kept = {
            "forms": [[_text(form) for form in forms] for forms in self.forms],
            "keys": [_text(key) for key in self.keys],
            "shared": self.shared,
            "selections": self.selections,
        }
        return json.dumps(kept).encode()

    @classmethod
    def from_bytes(cls, kept: bytes) -> Needles:
        """What `as_bytes` made."""
        found = json.loads(kept)
        return cls(
            tuple(tuple(base64.b64decode(form) for form in forms) for forms in found["forms"]),
            tuple(base64.b64decode(key) for key in found["keys"]),
            found["shared"],
            tuple(found["selections"]),
        )


def gather(connection: Connection, keyring: KeyRing, customer_id: int) -> Needles:
    """Everything distinctive that the register knows of a person, now and in its history, and the wrapped keys."""
    ids = same_person(connection, customer_id)
    states = [*known_states(connection, customer_id), *_said_elsewhere(connection, ids)]
    found = of_states(connection, keyring, ids, states)
    return replace(found, selections=_selections(connection, ids))


def of_states(
    connection: Connection,
    keyring: KeyRing,
    ids: Sequence[int],
    states: Iterable[Mapping[str, str | None]],
) -> Needles:
    """What is distinctive of a person in *states*, in what is sealed about them now, and the wrapped keys."""
    values: dict[str, set[_Parts]] = {}
    for state in states:
        for value, parts in _telling(state):
            values.setdefault(value, set()).add(parts)
    for field in SEALED_FIELDS:
        for value in values_of(connection, keyring, ids, field).values():
            values.setdefault(value.strip(), set())
    telling = {value: said for value, said in values.items() if len(value) >= SHORTEST}
    own = telling.keys() - _of_others(connection, ids, telling)
    forms = tuple(tuple(sorted(_forms(value))) for value in sorted(own))
    wrapped = (keyring.wrapped(connection, one) for one in ids)
    return Needles(forms, tuple(key for key in wrapped if key), len(values) - len(own))


def known_states(connection: Connection, customer_id: int) -> States:
    """The person's values as they are and as they were after each earlier change, each with ``number``.

    Whoever was merged into the customer is the same person, and goes by the old numbers too.
    """
    states: States = []
    for one in same_person(connection, customer_id):
        states += _states_of(connection, one)
    present = states[0]
    for number in former_numbers(connection, [customer_id]).get(customer_id, ()):
        states.append({**present, "number": number})
    return states


def _states_of(connection: Connection, customer_id: int) -> States:
    columns = [_c[name] for name in ("number", *_NAMES, *_PLAIN, "postcode")]
    row = connection.execute(select(*columns).where(_c.id == customer_id)).mappings().one()
    present = dict(row)
    states: States = [dict(present)]
    change = customer_change_table.c
    for changes in connection.execute(
        select(change.changes).where(change.customer_id == customer_id).order_by(change.id.desc())
    ).scalars():
        before = {name: pair[0] for name, pair in changes.items() if name in present}
        if before:
            present |= before
            states.append(dict(present))
    return states


def _said_elsewhere(connection: Connection, ids: Sequence[int]) -> Iterable[Mapping[str, str | None]]:
    """What address services and the site said of the person and nobody has taken over yet."""
    for table in (batch_row_table, web_registration_table):
        said = select(table.c["values"]).where(table.c.customer_id.in_(ids), table.c["values"].is_not(None))
        # What waits for a person is sealed, and is looked into by `core.rights.erasure.loose`.
        for values in (it for it in connection.execute(said).scalars() if isinstance(it, dict)):
            yield {name: values.get(name) for name in (*_NAMES, *_PLAIN)}


def _telling(state: Mapping[str, str | None]) -> Iterable[tuple[str, _Parts]]:
    """Each value, and the fields that it is made of; names alone and together, in either order."""
    given = {name: (state.get(name) or "").strip() for name in (*_NAMES, *_PLAIN)}
    for name, value in given.items():
        if value:
            yield value, ((name, value),)
    first, last = given["first_name"], given["last_name"]
    if first and last:
        parts = (("first_name", first), ("last_name", last))
        yield f"{first} {last}", parts
        yield f"{last} {first}", parts


def _selections(connection: Connection, ids: Sequence[int]) -> tuple[str, ...]:
    """What the names of the export files that the person was in have in common with their keys there."""
    line = transfer_line_table.c
    keys = connection.execute(
        select(line.key).where(line.customer_id.in_(ids), line.key.is_not(None))
    ).scalars()
    selections = {key.partition("/")[0] for key in keys}
    return tuple(sorted(selection for selection in selections if day_of(selection) is not None))


def _of_others(connection: Connection, ids: Sequence[int], values: Mapping[str, set[_Parts]]) -> set[str]:
    """Those of *values* that another customer has now, found in one pass over the customers."""
    asked = [(value, parts) for value, several in values.items() for parts in sorted(several)]
    if not asked:
        return set()
    had = [
        func.max(case((and_(*(_c[name] == part for name, part in parts)), 1), else_=0)) for _, parts in asked
    ]
    row = connection.execute(select(*had).where(_c.id.not_in(ids), _c.status != Status.ERASED)).one()
    return {value for (value, _), shared in zip(asked, row, strict=True) if shared}


def _forms(value: str) -> set[bytes]:
    """The bytes in which a value may lie: as it is, folded for search, in capitals, escaped in JSON, in other encodings."""
    # A Finnish number without its code is in it as it is dialled at home and from abroad.
    value = value.removeprefix(_FINLAND)
    forms: set[bytes] = set()
    for text in {value, fold(value), value.casefold(), value.upper()}:
        forms |= {text.encode(), text.encode("utf-16-le"), json.dumps(text)[1:-1].encode()}
        with contextlib.suppress(UnicodeEncodeError):
            forms.add(text.encode("latin-1"))
    return {form for form in forms if len(form) >= _SHORTEST_FORM}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
