"""Where a value came from that turns out to be wrong: whoever gave it to us is told of the rectification (P20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.batches.model import batch_table
from core.customers.history import provenance
from core.customers.types import SourceKind
from core.notices.types import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from core.config import Config

# Neither the person nor we need to be told, and what the first load brought was ours.
_OURS = frozenset({SourceKind.SELF, SourceKind.STAFF, SourceKind.FIRST_LOAD})


def origins(
    connection: Connection, config: Config, customer_id: int, fields: Iterable[str]
) -> Mapping[str, str]:
    """Field to whoever gave the value that the register has now; those that came from the person or us are absent.

    A service of address updates is known as a recipient, by its code; another source by `SOURCE` and its kind.
    """
    found: dict[str, str] = {}
    known = provenance(connection, customer_id)
    for name in fields:
        given = known.get(name)
        if given is None or given.source.kind in _OURS:
            continue
        service = _service(connection, config, given.batch_id)
        found[name] = service or f"{SOURCE}{given.source.kind}"
    return found


def _service(connection: Connection, config: Config, batch_id: int | None) -> str | None:
    if batch_id is None:
        return None
    name = connection.execute(select(batch_table.c.name).where(batch_table.c.id == batch_id)).scalar()
    service = config.updates.get(name or "")
    return None if service is None else service.recipient
