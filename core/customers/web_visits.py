"""What a visitor left besides the form (P15): sealed, seen with the person's data, gone when its time is over.

While nobody has decided whose a registration is, its trail is sealed under a key of the registration's own; from then
on under the customer's, so that erasing the customer destroys it too.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, update

from core.actor import Role, require
from core.customers.places import chunks
from core.customers.restrictions import unrestricted
from core.customers.web_model import web_registration_table
from core.customers.web_types import Trail, Visit
from core.keys import DataKey
from core.staff.access_log import Access, record_access

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection

    from core.actor import Actor
    from core.config.schema import WebSettings
    from core.customers.web_types import Submission
    from core.database import UnitOfWork
    from core.keys import KeyRing

TASK: Final = "web_visits"
_web: Final = web_registration_table.c


def trail_of(submission: Submission) -> Trail | None:
    """What *submission* brought besides the form; None when it brought nothing."""
    trail = Trail(submission.ip, submission.browser, submission.visits)
    return trail if trail.ip or trail.browser or trail.visits else None


def own_key(keyring: KeyRing, submission_id: str) -> DataKey:
    """The key of a registration that nobody's customer is known for yet."""
    return DataKey(keyring.keyed_digest(b"web-registration", submission_id.encode()))


def sealed_trail(key: DataKey, submission_id: str, trail: Trail | None) -> bytes | None:
    """The trail as it is stored."""
    if trail is None:
        return None
    content = {
        "ip": trail.ip,
        "browser": trail.browser,
        "visits": [[it.at.isoformat(), it.page, it.seconds] for it in trail.visits],
    }
    return key.seal(json.dumps(content, ensure_ascii=False).encode(), _context(submission_id))


def sealed_words(keyring: KeyRing, submission_id: str, values: Mapping[str, str | int | None]) -> str:
    """What a registration says of the person, as it waits: nobody reads it but whoever decides."""
    content = json.dumps(dict(values), ensure_ascii=False).encode()
    sealed = own_key(keyring, submission_id).seal(content, _words_context(submission_id))
    return base64.b64encode(sealed).decode()


def opened_words(
    keyring: KeyRing, submission_id: str, waiting: str | Mapping[str, str] | None
) -> Mapping[str, str] | None:
    """What `sealed_words` made, opened; what came before they were sealed is as it is.

    Raises:
        Unopenable: the key is another's or the bytes were changed.
    """
    if not isinstance(waiting, str):
        return waiting
    key = own_key(keyring, submission_id)
    opened: dict[str, str] = json.loads(key.unseal(base64.b64decode(waiting), _words_context(submission_id)))
    return opened


def seal_waiting(uow: UnitOfWork, keyring: KeyRing) -> int:
    """Seal what waits in the clear since before it was sealed; returns how many."""
    waiting = select(_web.id, _web.submission, _web["values"].label("said")).where(
        _web.customer_id.is_(None), _web["values"].is_not(None)
    )
    clear = [row for row in uow.connection.execute(waiting) if isinstance(row.said, dict)]
    for row in clear:
        sealed = sealed_words(keyring, row.submission, row.said)
        uow.connection.execute(update(web_registration_table).where(_web.id == row.id).values(values=sealed))
    return len(clear)


def opened_trail(key: DataKey, submission_id: str, sealed: bytes) -> Trail:
    """The trail as it was.

    Raises:
        Unopenable: the key is another's or the bytes were changed.
    """
    content: dict[str, Any] = json.loads(key.unseal(sealed, _context(submission_id)))
    visits = tuple(
        Visit(datetime.fromisoformat(at), page, seconds) for at, page, seconds in content["visits"]
    )
    return Trail(content["ip"], content["browser"], visits)


def trail(connection: Connection, keyring: KeyRing, registration_id: int) -> Trail | None:
    """What is still kept of a registration's trail; whoever shows it has recorded the look."""
    row = connection.execute(
        select(_web.submission, _web.customer_id, _web.sealed).where(_web.id == registration_id)
    ).one()
    if row.sealed is None:
        return None
    key = own_key(keyring, row.submission)
    if row.customer_id is not None:
        found = keyring.existing_data_key(connection, row.customer_id)
        if found is None:
            return None
        key = found
    return opened_trail(key, row.submission, row.sealed)


def joined(
    uow: UnitOfWork, keyring: KeyRing, submission_id: str, sealed: bytes | None, customer_id: int
) -> bytes | None:
    """A trail that waited, sealed anew under the key of the customer whose it is."""
    if sealed is None:
        return None
    waiting = opened_trail(own_key(keyring, submission_id), submission_id, sealed)
    return sealed_trail(keyring.data_key(uow, customer_id), submission_id, waiting)


def overdue(connection: Connection, now: datetime, settings: WebSettings) -> int:
    """How many registrations have visits whose time is over; those of the restricted stay (Article 18)."""
    query = select(func.count()).where(*_overdue(now, settings))
    return int(connection.execute(query).scalar_one())


def delete_overdue(uow: UnitOfWork, actor: Actor, settings: WebSettings) -> int:
    """Delete the visits whose time is over; that there were so many, and when they went, stays.  Returns how many.

    By a person who has seen how many they are, or under the standing approval that the settings record (P11).

    Raises:
        NotPermitted: the actor's role does not delete.
    """
    require(actor, Role.CONTACT_PERSON, Role.ADMINISTRATOR)
    query = select(_web.id).where(*_overdue(uow.now, settings))
    ids = list(uow.connection.execute(query.order_by(_web.id).with_for_update()).scalars())
    for some in chunks(ids):
        uow.connection.execute(
            update(web_registration_table)
            .where(_web.id.in_(some))
            .values(sealed=None, visits_deleted_at=uow.now)
        )
    if ids:
        # The person who deletes approves; the standing approval is the program's alone.
        standing = settings.visits_deletion_approved if actor.staff_id is None else None
        approved = standing or actor.name
        detail = f"{len(ids)} registrations, {settings.visit_days} days; {approved}"
        record_access(uow, actor, action=Access.CHANGE, customer_id=None, task=TASK, detail=detail[:200])
    return len(ids)


def delete_if_approved(uow: UnitOfWork, actor: Actor, settings: WebSettings) -> int:
    """What ``run-due`` does: delete them when the settings say who approved it, otherwise nothing."""
    return delete_overdue(uow, actor, settings) if settings.visits_deletion_approved else 0


def _overdue(now: datetime, settings: WebSettings) -> tuple[ColumnElement[bool], ...]:
    over = _web.submitted_at < _limit(now, settings)
    return (_web.sealed.is_not(None), over, unrestricted(_web.customer_id))


def _limit(now: datetime, settings: WebSettings) -> datetime:
    return now - timedelta(days=settings.visit_days)


def _words_context(submission_id: str) -> bytes:
    return f"web-registration-words/1/{submission_id}".encode()


def _context(submission_id: str) -> bytes:
    return f"web-registration/1/{submission_id}".encode()
