"""The register as the front ends get it: everything wired together, nothing opened before it is used."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import select

from core import migrations
from core.clock import Clock, SystemClock
from core.database import Database
from core.errors import RegisterError
from core.fence import Fence
from core.keys import KeyFileExists, KeyRing, data_key_table
from core.narrowing import Narrowings

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.config import Config
    from core.disclosure.exits import Exit
    from core.disclosure.gate import Gate
    from core.disclosure.log import DisclosureLog

    # Finds a way out by its adapter's name; given by the front end, since core does not know the network.
    Exits = Callable[[str], Exit]


@dataclass
class Register:
    """One company's register: its configuration, database, keys, log and gate."""

    config: Config
    exits: Exits
    clock: Clock

    @cached_property
    def database(self) -> Database:
        """The database, its shape checked.

        Raises:
            OldSchema, NewerSchema: it was made by another version of the program.
            NoRegister: nothing was made in it.
        """
        database = Database.open(self.config.database.address(), self.clock)
        database.fence = self.fence
        database.narrowings = Narrowings(self.config.keys.narrowings_file(), self.fence)
        try:
            migrations.check(database)
            self._begin_fence(database)
        except RegisterError:
            database.close()
            raise
        return database

    def _begin_fence(self, database: Database) -> None:
        """A register from before there was a fence gets one, unless somebody was erased: then one has been lost."""
        path = self.config.keys.erasure_fence_file
        if path.exists():
            return
        erased = (
            select(data_key_table.c.customer_id).where(data_key_table.c.shredded_at.is_not(None)).limit(1)
        )
        with database.reading() as connection:
            if connection.execute(erased).first() is None:
                with suppress(KeyFileExists):
                    Fence.create(path)

    @cached_property
    def keyring(self) -> KeyRing:
        """The master key and what it unwraps."""
        return KeyRing.load(self.config.keys.master_key_file)

    @cached_property
    def fence(self) -> Fence:
        """Who was erased and must not be brought back."""
        return Fence(self.config.keys.erasure_fence_file)

    @cached_property
    def log(self) -> DisclosureLog:
        """The disclosure log."""
        from core.disclosure.log import DisclosureLog, LogSigner
        from core.disclosure.log.faults import FaultLatch
        from core.disclosure.log.mirror import Mirror

        settings = self.config.log
        directory = settings.mirror_directory
        return DisclosureLog(
            self.database,
            LogSigner.load(self.config.keys.log_key_file),
            self.clock,
            settings.high_water_file,
            latch=FaultLatch(settings.fault_file()),
            mirror=Mirror(directory, required=settings.mirror_required) if directory else None,
        )

    @cached_property
    def gate(self) -> Gate:
        """The only way out; the recipients' records follow the configuration first."""
        from core.customers.credit import CreditListener
        from core.customers.invoicing import OrderListener
        from core.disclosure.gate import Gate
        from core.disclosure.recipients import follow_configuration
        from core.disclosure.review.approvals import ApprovalRules
        from core.notices.sending import NoticeListener
        from core.rights.answering import CaseListener

        follow_configuration(self.database, self.config.recipients)
        listeners = (
            OrderListener(),
            CreditListener(self.keyring, self.config.credit.answer_days),
            NoticeListener(self.config.notices.answer_days),
            CaseListener(),
        )
        wanted = self.config.gate
        rules = ApprovalRules(wanted.approval_persons, wanted.approval_first_use, wanted.approval_days)
        return Gate(self.database, self.keyring, self.log, self.exits, listeners, rules=rules)

    def close(self) -> None:
        """Let the database go."""
        if "database" in self.__dict__:
            self.database.close()


def open_register(config: Config, exits: Exits, clock: Clock | None = None) -> Register:
    """The register that *config* describes, with *exits* as its ways out."""
    return Register(config, exits, clock or SystemClock())
