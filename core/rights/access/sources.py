"""Where each present value of a customer comes from (GDPR 15(1)(g)): the latest change that gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.customers.history import provenance
from core.rights.access.words_read import flag_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from core.rights.access.withheld import Keeper


def sources(
    connection: Connection, customer_id: int, keeper: Keeper, withhold: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Field to ``source_kind``, ``source_detail`` and ``recorded_at`` of the change that gave its present value.

    A detail that *withhold* names (`words_read.flag_id`) is left out here as in the history.
    """

    def detail(text: str) -> str | None:
        told: str = keeper.words("customer_change", "source_detail", text)
        return None if flag_id(told) in withhold else told

    return {
        field: {
            "source_kind": str(found.source.kind),
            "source_detail": detail(found.source.detail),
            "recorded_at": found.recorded_at,
        }
        for field, found in provenance(connection, customer_id).items()
    }
