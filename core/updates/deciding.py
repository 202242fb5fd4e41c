"""Deciding on many rows at once: what decides about their customers is read in a few statements, the rest is policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from core.customers.types import SourceKind
from core.postal_codes.knowledge import knowledge
from core.updates.companies import SERVICE as COMPANIES
from core.updates.policy import decide
from core.updates.standing import standings
from core.updates.types import GROUP_FIELDS, Answer, Decided, Reason, Rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from core.batches.types import Batch
    from core.config import Config
    from core.customers.changing import Before

# What makes it uncertain whom a row means: found when it was matched, and so not to be found out again.
DOUBTS: Final = frozenset({Reason.BELOW_LINE, Reason.SEVERAL, Reason.TWICE})


class Asked(Struct, frozen=True):
    """A row to be decided on; `customer_id` is None where it might mean any of several."""

    line: int
    customer_id: int | None
    answer: Answer
    doubt: Reason | None = None


def rules_of(config: Config, batch: Batch) -> Rules:
    """What beats what in *batch*, as the settings of its service have it today."""
    by = SourceKind(batch.source_kind)
    if batch.name == COMPANIES:
        return Rules(own_notice_days=config.companies.own_notice_days, by=by)
    service = config.updates.get(batch.name)
    if service is None:
        return Rules(by=by)
    return Rules(service.own_notice_days, service.verified_days, service.line, by)


def decided_of(
    connection: Connection,
    asked: Sequence[Asked],
    rules: Rules,
    *,
    held: Mapping[int, Before] | None = None,
) -> list[Decided]:
    """What becomes of each row of *asked*, in order; *held* are the customers where they have been read already."""
    fields = {field for one in asked for field in one.answer.values}
    groups = [group for group, members in GROUP_FIELDS.items() if not fields.isdisjoint(members)]
    ids = {one.customer_id for one in asked if one.customer_id is not None}
    standing = standings(connection, ids, held=held, groups=groups)
    # Made only when it is asked for: mostly no postcodes have been loaded.
    addresses = (address for one in asked if (address := one.answer.address) is not None)
    places = knowledge(connection, addresses, streets=False)
    decided: list[Decided] = []
    for one in asked:
        stands = None if one.customer_id is None else standing[one.customer_id]
        decided.append(
            Decided(
                line=one.line,
                customer_id=one.customer_id,
                version=0 if stands is None else stands.version,
                meaning=one.answer.meaning,
                dated=one.answer.dated,
                decision=decide(one.answer, stands, rules, one.doubt, places),
            )
        )
    return decided
