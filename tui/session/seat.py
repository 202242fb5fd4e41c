"""Who sits at this terminal: sign-in, session checks, the language, and the access log entries that follow from both.

No screen and no Textual here; the screens ask and tell.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from core.messages import LANGUAGES
from core.staff import access_log, sign_in
from core.staff import service as staff
from core.staff.members import member
from core.staff.sessions import EndReason, SessionLimits, check_session, end_session, lock_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from core.actor import Actor, Role
    from core.database import UnitOfWork
    from core.disclosure.log.findings import VerifyReport
    from core.register import Register
    from core.staff.sessions import Session
    from core.staff.sign_in import KeyHolder
    from integrations.hub import Hub


class Seat:
    """The register, the person, and the language between them."""

    def __init__(self, register: Register, *, origin: str, key: KeyHolder | None = None) -> None:
        self.register = register
        self.origin = origin
        self.key = key
        self.session: Session | None = None
        self.language: str = register.config.register.language
        self.key_user_name: str | None = None
        if key is not None:
            with self.reading() as connection:
                owner = member(connection, key.staff_id)
            self.language, self.key_user_name = owner.language, owner.user_name
        # What the person works on, as the access log will tell whoever asks: a purpose of the notice.
        self.task = "customer_care"

    @cached_property
    def hub(self) -> Hub:
        """The partners, for what they bring; adapters and the network load when this is first asked for."""
        from integrations.hub import Hub

        return Hub(self.register.config, self.register.database, self.register.clock)

    # --- who

    @property
    def actor(self) -> Actor:
        """Who acts.  Asked for only on screens that need a session."""
        assert self.session is not None
        return self.session.actor

    @property
    def roles(self) -> frozenset[Role]:
        """What the person may; nothing before sign-in."""
        return self.session.actor.roles if self.session else frozenset()

    @property
    def environment(self) -> str:
        """``SANDBOX`` or ``TEST`` while a partner is not the real one; empty in production."""
        environments = {partner.environment for partner in self.register.config.partners.values()}
        return next((name.upper() for name in ("sandbox", "test") if name in environments), "")

    def change_language(self) -> None:
        """Speak the other language, now and the next time this person signs in."""
        self.language = self.other_language()
        with self.writing() as uow:
            staff.set_language(uow, self.actor, self.actor.staff_id or 0, self.language)

    def other_language(self) -> str:
        """The language to change to."""
        return LANGUAGES[(LANGUAGES.index(self.language) + 1) % len(LANGUAGES)]

    # --- the session

    def begin(self, session: Session) -> None:
        """A session has been opened."""
        self.session = session
        self.language = session.actor.language

    def sign_in(self, user_name: str, password: str) -> Session:
        """Check name and password; slow on purpose, so called in a thread.

        Raises:
            SignInRefused: wrong, too soon, disabled, or without a confidentiality agreement.
        """
        return sign_in.sign_in(
            self.register.database,
            user_name,
            password,
            origin=self.origin,
            limits=SessionLimits.configured(self.register.config.staff),
            key=self.key,
        )

    def check(self) -> None:
        """The session is still good, which each action asks anew.

        Raises:
            SessionLocked: nobody used it for a while.
            SessionEnded: too long, disabled, or ended elsewhere.
        """
        if self.session is not None:
            self.session = check_session(self.register.database, self.session)

    def unlock(self, password: str) -> None:
        """Open a locked session again.

        Raises:
            SignInRefused: the password is wrong, or it is too soon after a wrong one.
            SessionEnded: it is over.
        """
        assert self.session is not None
        sign_in.unlock(self.register.database, self.session, password)

    def change_password(self, current: str, new: str) -> None:
        """Change one's own password; a wrong present one counts as a failed sign-in.

        Raises:
            WrongPresentPassword, SignInDelayed: the present one is wrong, or it is too soon after a wrong one.
            BadPassword: the policy refuses the new one.
        """
        assert self.session is not None
        settings = self.register.config.register
        sign_in.confirm_password(self.register.database, self.session, current)
        with self.writing() as uow:
            staff.change_password(
                uow, self.actor, self.actor.staff_id or 0, password=new, current=current,
                context=(settings.name, settings.controller.name),
            )  # fmt: skip

    def lock(self) -> None:
        """Lock now; only the password opens it again."""
        if self.session is not None:
            lock_session(self.register.database, self.session)

    def end(self, reason: EndReason) -> None:
        """End the session, saying why; does nothing when there is none."""
        session, self.session = self.session, None
        if session is not None:
            end_session(self.register.database, session, reason)

    # --- the database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with."""
        with self.register.database.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """A unit of work that is committed when the block ends well, and rolled back when it does not."""
        with self.register.database.unit_of_work() as uow:
            yield uow
            uow.commit()

    def recover(self) -> bool:
        """Close the transfers that ended processes left open; whether there were any."""
        found = self.register.gate.recover()
        return bool(found.not_sent or found.in_doubt)

    def verify_log(self) -> VerifyReport:
        """Verify the whole disclosure log, each line against the transfers and looks; may take a while."""
        from core.disclosure.review.look_check import verify_everything

        return verify_everything(self.register.database, self.register.log)

    def record_access(
        self, action: str, customer_id: int | None, task: str, detail: str | None = None
    ) -> None:
        """Write to the access log who looked at whom, for what."""
        with self.writing() as uow:
            access_log.record_access(
                uow, self.actor, action=action, customer_id=customer_id, task=task, detail=detail
            )
