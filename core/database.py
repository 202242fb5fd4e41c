"""The engine and the unit of work: the only place that knows SQLite from PostgreSQL.

Durability is set on connect *and read back*: a database that would forget an acknowledged commit in a power cut is
refused (SQLite: WAL, ``synchronous=FULL``; PostgreSQL: ``synchronous_commit``, ``fsync``, ``full_page_writes``).
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Integer, MetaData, Text, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator

from core.clock import Clock, SystemClock
from core.database_errors import unavailable
from core.errors import ConfigError, Fault
from core.messages import N_
from core.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Dialect, Engine

    from core.fence import Fence
    from core.narrowing import Narrowed, Narrowings

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: Final = MetaData(naming_convention=NAMING)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BUSY_SECONDS: Final = 10
_BEGIN_TO_WRITE: Final = Prepared(text("BEGIN IMMEDIATE"))
_BEGIN_TO_READ: Final = Prepared(text("BEGIN"))
_SEE_ONE_MOMENT: Final = Prepared(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))

# SQLite gives out row ids only for INTEGER; PostgreSQL needs eight bytes for a million customers' histories.
Identity: Final = BigInteger().with_variant(Integer(), "sqlite")


def milliseconds(moment: datetime) -> int:
    """What an `Instant` column holds for *moment*: whole milliseconds since 1970."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC `datetime`, kept as whole milliseconds since 1970 so that both databases sort and compare alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To milliseconds."""
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From milliseconds."""
        return None if value is None else _EPOCH + timedelta(milliseconds=value)


class Money(TypeDecorator[Decimal]):
    """Euros as `Decimal`, kept as whole cents: SQLite has no exact decimals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """To cents; a value with parts of a cent is a programming error."""
        if value is None:
            return None
        cents = value * 100
        if cents != cents.to_integral_value():
            raise ValueError("money has parts of a cent")
        return int(cents)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """From cents, always with two decimals."""
        return None if value is None else Decimal(value).scaleb(-2)


class JsonText(TypeDecorator[Any]):
    """A JSON value kept as text, keys sorted."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To text."""
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """From text."""
        return None if value is None else json.loads(value)


class NotDurable(Fault):
    """The database would forget acknowledged work in a power cut."""

    code = "database.not_durable"
    sentence = N_("The database is not durable: {setting} is {found}, it must be {wanted}.")
    advice = N_("Nothing is read or sent until the setting is corrected; see docs/operating.md, Database.")


class BadDatabaseUrl(ConfigError):
    """``database.url`` cannot be understood."""

    code = "database.bad_url"
    sentence = N_("database.url in the configuration is not an address of SQLite or PostgreSQL.")
    advice = N_("Write sqlite:///register.db or postgresql+psycopg://user@host/name.")


@dataclass(slots=True)
class UnitOfWork:
    """One transaction that writes.  Leaving the block without `commit` rolls everything back."""

    connection: Connection
    now: datetime
    database: Database
    committed: bool = field(default=False, init=False)
    # Noted outside the database with the commit (`core.narrowing`).
    narrowed: list[Narrowed] = field(default_factory=list, init=False)

    def commit(self) -> None:
        """Make the work durable; when this returns, a power cut does not undo it."""
        noted, self.narrowed = self.narrowed, []
        journal = self.database.narrowings
        if journal is not None:
            journal.note([it for it in noted if it.since is not None])
        self.connection.commit()
        self.committed = True
        if journal is not None:
            journal.note([it for it in noted if it.since is None])


class TwoSteps:
    """A look and then a write on one connection of SQLite, which has one writer at a time: the look holds nobody up."""

    def __init__(self, connection: Connection, database: Database) -> None:
        self._connection = connection
        self._database = database
        self._seen: int | None = None

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """One moment of the database, to work out what will be written."""
        with self._connection.begin():
            _BEGIN_TO_READ.run(self._connection)
            yield self._connection
            self._seen = self._version()

    @contextmanager
    def write(self) -> Iterator[tuple[UnitOfWork, bool]]:
        """The unit of work, and whether all is still as the look saw it: then it need not be read again."""
        with self._connection.begin() as transaction:
            _BEGIN_TO_WRITE.run(self._connection)
            same = self._seen is not None and self._seen == self._version()
            self._seen = None
            uow = UnitOfWork(self._connection, self._database.clock.now(), self._database)
            yield uow, same
            if not uow.committed:
                transaction.rollback()

    def _version(self) -> int:
        """Changes when anybody else has committed; one's own commits don't count."""
        return int(self._connection.exec_driver_sql("PRAGMA data_version").scalar_one())


class Database:
    """The register's database, SQLite or PostgreSQL."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock
        # Who was erased and must not be added again; every unit of work leads here, so no way in goes round it.
        self.fence: Fence | None = None
        # Bans, restrictions and protected addresses, for whoever restores an older backup.
        self.narrowings: Narrowings | None = None

    @classmethod
    def open(cls, url: str, clock: Clock | None = None) -> Database:
        """Make ready to use the database at *url* (``sqlite:///path`` or ``postgresql+psycopg://…``).

        No connection is made before the first use.

        Raises:
            BadDatabaseUrl: *url* names neither database.
        """
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError) as error:
            # ValueError: a port that is no number.
            raise BadDatabaseUrl from error
        if "\0" in url:
            raise BadDatabaseUrl
        if parsed.get_backend_name() == "sqlite":
            engine = _sqlite_engine(parsed)
        elif parsed.get_backend_name() == "postgresql":
            engine = _postgresql_engine(parsed)
        else:
            raise BadDatabaseUrl
        return cls(engine, clock or SystemClock())

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """Begin a transaction that writes; on SQLite it takes the write lock at once, so it never fails half-way.

        Raises:
            DatabaseUnavailable: the database does not answer or stays locked.
        """
        with self._connected() as connection:
            if self.dialect == "sqlite":
                _BEGIN_TO_WRITE.run(connection)
            yield UnitOfWork(connection, self.clock.now(), self)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with; what it sees does not change while it is open.

        Raises:
            DatabaseUnavailable: the database does not answer.
        """
        with self._connected() as connection:
            (_BEGIN_TO_READ if self.dialect == "sqlite" else _SEE_ONE_MOMENT).run(connection)
            yield connection

    @contextmanager
    def outside_transactions(self) -> Iterator[Connection]:
        """A connection for what a database does only outside transactions: checkpoints of its journal, VACUUM.

        Raises:
            DatabaseUnavailable: the database does not answer.
        """
        with self._connected() as connection:
            # SQLite's connections begin no transaction by themselves (`_prepare`): as they are, they are outside one.
            if self.dialect != "sqlite":
                connection.rollback()
                connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    @contextmanager
    def two_steps(self) -> Iterator[TwoSteps]:
        """On SQLite: look first and write afterwards on one connection, so that nobody waits while much is worked out.

        Raises:
            DatabaseUnavailable: the database does not answer or stays locked.
        """
        with self._connected() as connection:
            connection.rollback()
            yield TwoSteps(connection, self)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                # What runs on the driver's own cursor (`Prepared`) begins nothing by itself.
                connection.begin()
                try:
                    yield connection
                finally:
                    if not connection.closed:
                        connection.rollback()
        except DatabaseError as error:
            # The bare class is what SQLite's driver raises for a file that is no database; its SQLITE_ERROR is a
            # statement of ours that is wrong.
            ours = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
            if (isinstance(error, OperationalError) and not ours) or type(error) is DatabaseError:
                raise unavailable(error) from error
            raise
        except InterfaceError as error:
            raise unavailable(error) from error
        except NoSuchModuleError as error:
            raise BadDatabaseUrl from error

    def close(self) -> None:
        """Let every connection go."""
        self.engine.dispose()


def _read_back(cursor: Any, statement: str, wanted: str, setting: str) -> None:
    cursor.execute(statement)
    row = cursor.fetchone()
    found = str(row[0]) if row else "?"
    if found.lower() != wanted:
        raise NotDurable(setting=setting, found=found, wanted=wanted)


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=5,
        max_overflow=20,
        # The connection used last: what another one wrote would make it forget all its pages at each turn.
        pool_use_lifo=True,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # Transactions are begun by us alone: the driver's own BEGIN is deferred and fails on upgrade.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "fullfsync=ON",
            "foreign_keys=ON",
            "secure_delete=ON",
            "temp_store=MEMORY",
            "cache_size=-32768",
            "trusted_schema=OFF",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        _read_back(cursor, "PRAGMA journal_mode", "wal", "journal_mode")
        _read_back(cursor, "PRAGMA synchronous", "2", "synchronous")
        _read_back(cursor, "PRAGMA foreign_keys", "1", "foreign_keys")
        _read_back(cursor, "PRAGMA secure_delete", "1", "secure_delete")
        cursor.close()

    return engine


def _postgresql_engine(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=5,
        max_overflow=20,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": _BUSY_SECONDS,
            # Compiling a plan takes PostgreSQL 80 ms, running one of ours two: jit never pays.
            "options": "-c synchronous_commit=on -c lock_timeout=10s -c jit=off",
        },
    )

    @event.listens_for(engine, "connect")
    def check(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for setting, wanted in (
            ("synchronous_commit", "on"),
            ("fsync", "on"),
            ("full_page_writes", "on"),
            ("data_sync_retry", "off"),
        ):
            _read_back(cursor, f"SHOW {setting}", wanted, setting)
        cursor.close()
        connection.rollback()

    return engine
