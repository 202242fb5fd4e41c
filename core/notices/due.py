"""From changes to notices: who holds the old value, and is to be told by the agreement or by law.

Done after the change, in chunks of a transaction each, by whoever comes by: the end of a batch, a look at the list,
``run-due``.  Stopped in between, it goes on where it was.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, insert, select, update

from core.batches.model import batch_table
from core.clock import HELSINKI
from core.customers.model import customer_change_table, customer_table
from core.customers.places import chunks
from core.customers.types import Status
from core.disclosure.policy import ADDRESS_FIELDS
from core.disclosure.recipients import recipients
from core.notices.events import record_many
from core.notices.holders import holdings, not_recipients
from core.notices.model import notice_check_table, notice_table
from core.notices.types import AWAITING, OPEN, Cause, Looked, NoticeState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.database import UnitOfWork
    from core.disclosure.recipients import Recipient
    from core.notices.types import Holding
    from core.register import Register

CHUNK: Final = 2_000
# What the end of a batch looks at by itself; the rest is run-due's.
AT_THE_END: Final = 20_000
SUPERSEDED: Final = "superseded"
SAME_AGAIN: Final = "same_again"
FIELDS_OF_COLUMN: Final[Mapping[str, tuple[str, ...]]] = {
    "first_name": ("name.first",),
    "last_name": ("name.last",),
    "organisation_name": ("organisation.name",),
    "business_id": ("organisation.business_id",),
    "represents": ("organisation.name", "organisation.business_id"),
    "email": ("email",),
    "phone": ("phone",),
    "www": ("www",),
    "street": ("address.street",),
    "postcode": ("address.postcode",),
    "town": ("address.town",),
    "country": ("address.country",),
}
_check: Final = notice_check_table.c
_notice: Final = notice_table.c


def catch_up(
    register: Register,
    actor: Actor,
    *,
    limit: int | None = None,
    progress: Callable[[Looked], object] | None = None,
) -> Looked:
    """Look for the holders of everything that has changed and was not looked at yet, *limit* changes at most."""
    done = Looked()
    while limit is None or done.checked < limit:
        with register.database.unit_of_work() as uow:
            rows = _next(uow.connection, CHUNK if limit is None else min(CHUNK, limit - done.checked))
            if not rows:
                break
            done += _Chunk(uow, register, actor).look(rows)
            _forget(uow, [row.id for row in rows])
            uow.commit()
        if progress is not None:
            progress(done)
    with register.database.reading() as connection:
        left = connection.execute(select(func.count()).select_from(notice_check_table)).scalar_one()
    return done + Looked(left=int(left))


def _forget(uow: UnitOfWork, ids: Sequence[int]) -> None:
    for some in chunks(ids):
        uow.connection.execute(delete(notice_check_table).where(_check.id.in_(some)))


def _next(connection: Connection, limit: int) -> Sequence[Any]:
    change = customer_change_table.c
    query = (
        select(_check.id, _check.customer_id, _check.field, change.changes, change.batch_id)
        .join(customer_change_table, change.id == _check.change_id, isouter=True)
        .order_by(_check.id)
        .limit(limit)
        .with_for_update(of=notice_check_table)
    )
    return connection.execute(query).all()


@dataclass(frozen=True, slots=True)
class _Changed:
    """What changed of one customer: field to the recipient whom it came from (None: nobody of them), and the batch."""

    fields: dict[str, str | None]
    batch_id: int | None


@dataclass(frozen=True, slots=True)
class _Chunk:
    """One chunk of changes in its transaction."""

    uow: UnitOfWork
    register: Register
    actor: Actor

    def look(self, rows: Sequence[Any]) -> Looked:
        changed = self._changed(rows)
        connection = self.uow.connection
        found = holdings(
            connection,
            self.register.keyring,
            {who: frozenset(it.fields) for who, it in changed.items()},
            without=not_recipients(connection),
        )
        parties = {it.code: it for it in recipients(connection)}
        held = _Held.of(connection, list(changed))
        today = self.uow.now.astimezone(HELSINKI).date()
        made: list[dict[str, object]] = []
        fallen: list[int] = []
        untold = 0
        for holding in found:
            of, party = changed[holding.customer_id], parties.get(holding.recipient)
            stale = {
                name
                for name in set(holding.stale) - held.by_law(holding)
                if of.fields[name] != holding.recipient
            }
            before = held.due.get((holding.customer_id, holding.recipient))
            if stale and not _is_told(party, today):
                untold += 1
            elif before is not None:
                if not self._adjust(before, stale, set(holding.fields), of, holding):
                    fallen.append(before.id)
            elif stale and party is not None:
                made.append(self._new(holding, party, stale, of.batch_id))
        self._supersede(made)
        if made:
            self.uow.connection.execute(insert(notice_table), made)
        self._fall(fallen)
        return Looked(len(rows), len(made), len(fallen), untold)

    def _changed(self, rows: Sequence[Any]) -> dict[int, _Changed]:
        connection = self.uow.connection
        services = _services(connection, self.register, {row.batch_id for row in rows if row.batch_id})
        found: dict[int, _Changed] = {}
        for row in rows:
            names = (
                [row.field] if row.field else [f for c in row.changes for f in FIELDS_OF_COLUMN.get(c, ())]
            )
            before = found.get(row.customer_id, _Changed({}, None))
            fields = before.fields | dict.fromkeys(names, services.get(row.batch_id))
            found[row.customer_id] = _Changed(fields, row.batch_id or before.batch_id)
        hidden = _hidden(connection, list(found))
        for who, protected in hidden.items():
            # That an address is protected is for a person to tell, or not to tell.
            kept = {n: s for n, s in found[who].fields.items() if protected and n not in ADDRESS_FIELDS}
            found[who] = _Changed(kept, found[who].batch_id)
        return {who: it for who, it in found.items() if it.fields}

    def _adjust(
        self, before: Any, stale: set[str], looked_at: set[str], of: _Changed, holding: Holding
    ) -> bool:
        """Bring a notice that has not been told yet up to date; False when nothing is left of it."""
        fields = (set(before.fields) - looked_at) | stale
        if not fields:
            return False
        self.uow.connection.execute(
            update(notice_table)
            .where(_notice.id == before.id)
            .values(fields=sorted(fields), batch_id=of.batch_id, held_by=holding.number)
        )
        return True

    def _new(
        self, holding: Holding, party: Recipient, stale: Iterable[str], batch_id: int | None
    ) -> dict[str, object]:
        return new_notice(
            self.uow,
            self.register,
            holding,
            cause=Cause.CHANGE,
            purpose=holding.purpose,
            fields=stale,
            batch_id=batch_id,
            told=party.told_of_changes,
            way=party.told_by,
        )

    def _supersede(self, made: Sequence[Mapping[str, object]]) -> None:
        """What was told before and not acknowledged is told anew by these."""
        pairs = {(row["customer_id"], row["recipient_code"]) for row in made}
        older: list[int] = []
        for ids in chunks(sorted({int(str(who)) for who, _ in pairs})):
            rows = self.uow.connection.execute(
                select(_notice.id, _notice.customer_id, _notice.recipient_code).where(
                    _notice.customer_id.in_(ids), _notice.cause == Cause.CHANGE, _notice.state.in_(AWAITING)
                )
            )
            older += [row.id for row in rows if (row.customer_id, row.recipient_code) in pairs]
        close(self.uow, self.actor, older, NoticeState.NOT_NEEDED, SUPERSEDED)

    def _fall(self, ids: Sequence[int]) -> None:
        close(self.uow, self.actor, ids, NoticeState.NOT_NEEDED, SAME_AGAIN)


@dataclass(frozen=True, slots=True)
class _Held:
    """The notices that there are already: those to be told, and the fields of those that the law demands."""

    due: Mapping[tuple[int, str], Any]
    demanded: Mapping[tuple[int, str], set[str]]

    @classmethod
    def of(cls, connection: Connection, customer_ids: Sequence[int]) -> _Held:
        due: dict[tuple[int, str], Any] = {}
        demanded: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
        columns = (_notice.id, _notice.customer_id, _notice.recipient_code, _notice.cause, _notice.fields)
        for ids in chunks(customer_ids):
            rows = connection.execute(
                select(*columns, _notice.state).where(_notice.customer_id.in_(ids), _notice.state.in_(OPEN))
            )
            for row in rows:
                key = (row.customer_id, row.recipient_code)
                if row.cause == Cause.CHANGE and row.state == NoticeState.DUE:
                    due[key] = row
                elif row.cause == Cause.RECTIFICATION:
                    demanded[key].update(row.fields)
        return cls(due, demanded)

    def by_law(self, holding: Holding) -> set[str]:
        """The fields that the recipient is told of by law anyhow."""
        return self.demanded.get((holding.customer_id, holding.recipient), set())


def new_notice(
    uow: UnitOfWork,
    register: Register,
    holding: Holding,
    *,
    cause: Cause,
    purpose: str,
    fields: Iterable[str],
    told: str,
    way: str,
    batch_id: int | None = None,
    reference: str | None = None,
) -> dict[str, object]:
    """The row of a notice that is due from now on."""
    today = uow.now.astimezone(HELSINKI).date()
    return {
        "customer_id": holding.customer_id,
        "recipient_code": holding.recipient,
        "cause": cause,
        "purpose": purpose,
        "fields": sorted(fields),
        "batch_id": batch_id,
        "reference": reference,
        "told": told,
        "way": way,
        "state": NoticeState.DUE,
        "held_by": holding.number,
        "made_at": uow.now,
        "due_on": today + timedelta(days=register.config.notices.tell_days),
        "chases": 0,
    }


def close(uow: UnitOfWork, actor: Actor, ids: Sequence[int], state: NoticeState, detail: str) -> None:
    """End notices, with *detail* in their history: a code of ours, or a person's words."""
    for some in chunks(ids):
        uow.connection.execute(
            update(notice_table).where(_notice.id.in_(some)).values(state=state, closed_at=uow.now)
        )
    record_many(uow, actor, ids, state, detail)


def _is_told(party: Recipient | None, today: Any) -> bool:
    return party is not None and party.told_of_changes != "no" and party.in_force(today)


def _services(connection: Connection, register: Register, batch_ids: Iterable[int]) -> dict[int | None, str]:
    """Batch to the recipient that it came from: a service that told us of a move need not be told of it."""
    updates = register.config.updates
    rows = connection.execute(
        select(batch_table.c.id, batch_table.c.name).where(batch_table.c.id.in_(list(batch_ids)))
    )
    return {row.id: updates[row.name].recipient for row in rows if row.name in updates}


def _hidden(connection: Connection, customer_ids: Sequence[int]) -> dict[int, bool]:
    """Those of whom less is told: True for a protected address, False for the erased, of whom nothing is."""
    found: dict[int, bool] = {}
    columns = customer_table.c
    for ids in chunks(customer_ids):
        rows = connection.execute(
            select(columns.id, columns.status, columns.protected_address).where(columns.id.in_(ids))
        )
        for row in rows:
            if row.status == Status.ERASED or row.protected_address:
                found[row.id] = row.status != Status.ERASED
    return found
