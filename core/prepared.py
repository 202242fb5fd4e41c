"""Statements that each transfer runs: written in Core, compiled once for each database, run on the driver's cursor.

SQLAlchemy makes a cache key, parameters and a result object anew at each execution, which costs a statement of a few
microseconds many times itself.  Here that is done once; what is left at each run are the types' own conversions.  Rows
are plain tuples, and errors are SQLAlchemy's, so that callers above cannot tell the difference.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import Select
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import ClauseElement, Connection, Dialect
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.types import TypeEngine

    Convert = Callable[[Any], Any]

NO_PARAMETERS: Final[Mapping[str, object]] = MappingProxyType({})
_ROWS_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement for one database: its text, each parameter's name with its fixed value and conversion, and columns."""

    text: str
    positional: bool
    parameters: tuple[tuple[str, bool, Any, Convert | None], ...]
    converts: tuple[tuple[int, Convert], ...]

    def bound(self, given: Mapping[str, object]) -> Any:
        """The parameters as the driver takes them."""
        values = [
            fixed if is_fixed else given[name] if convert is None else convert(given[name])
            for name, is_fixed, fixed, convert in self.parameters
        ]
        if self.positional:
            return values
        return dict(zip([name for name, *_ in self.parameters], values, strict=True))

    def converted(self, rows: Sequence[tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
        """The rows with each column in its own type."""
        if not self.converts:
            return rows
        changed = []
        for row in rows:
            values = list(row)
            for place, convert in self.converts:
                values[place] = convert(values[place])
            changed.append(tuple(values))
        return changed


class Prepared:
    """A statement to be run often.

    Its bound parameters are named (`sqlalchemy.bindparam`); of an insert, *columns* are what it is given.  It is run
    inside a unit of work or a reading, which have begun the transaction.
    """

    __slots__ = ("_columns", "_made", "_statement")

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._made: dict[str, _Made] = {}

    def rows(
        self, connection: Connection, given: Mapping[str, object] = NO_PARAMETERS
    ) -> Sequence[tuple[Any, ...]]:
        """Every row that it finds."""
        made = self._for(connection.dialect)
        cursor = _cursor(connection)
        try:
            cursor.execute(made.text, made.bound(given))
            return made.converted(cursor.fetchall())
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, made, error) from error
        finally:
            cursor.close()

    def row(
        self, connection: Connection, given: Mapping[str, object] = NO_PARAMETERS
    ) -> tuple[Any, ...] | None:
        """The first row, or None."""
        found = self.rows(connection, given)
        return found[0] if found else None

    def run(self, connection: Connection, given: Mapping[str, object] = NO_PARAMETERS) -> int:
        """Run what finds nothing; how many rows it touched."""
        made = self._for(connection.dialect)
        cursor = _cursor(connection)
        try:
            cursor.execute(made.text, made.bound(given))
            return int(cursor.rowcount)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, made, error) from error
        finally:
            cursor.close()

    def many(self, connection: Connection, given: Iterable[Mapping[str, object]]) -> None:
        """Run what finds nothing once for each of *given*."""
        made = self._for(connection.dialect)
        cursor = _cursor(connection)
        try:
            cursor.executemany(made.text, map(made.bound, given))
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, made, error) from error
        finally:
            cursor.close()

    def stream(
        self, connection: Connection, given: Mapping[str, object] = NO_PARAMETERS
    ) -> Iterator[tuple[Any, ...]]:
        """The rows one after another, some thousand of them in memory at a time (on SQLite)."""
        made = self._for(connection.dialect)
        cursor = _cursor(connection)
        try:
            cursor.execute(made.text, made.bound(given))
            while some := cursor.fetchmany(_ROWS_AT_ONCE):
                yield from made.converted(some)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, made, error) from error
        finally:
            # Left in the middle, it may be closed by the garbage collector after its connection: then there is nothing
            # left to close.
            with suppress(connection.dialect.loaded_dbapi.Error):
                cursor.close()

    def text(self, connection: Connection) -> str:
        """The statement as the database gets it."""
        return self._for(connection.dialect).text

    def _for(self, dialect: Dialect) -> _Made:
        made = self._made.get(dialect.name)
        if made is None:
            made = self._made[dialect.name] = _make(self._statement, self._columns, dialect)
        return made


def _cursor(connection: Connection) -> Any:
    try:
        return connection.connection.cursor()
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, None, error) from error


def _told(connection: Connection, made: _Made | None, error: Any) -> BaseException:
    """The driver's error as SQLAlchemy tells it; never with the parameters, which may hold personal data."""
    dialect = connection.dialect
    gone = not connection.invalidated and dialect.is_disconnect(
        error, connection.connection.dbapi_connection, None
    )
    if gone:
        connection.invalidate(error)
    told: BaseException = DBAPIError.instance(
        None if made is None else made.text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=gone,
        dialect=dialect,
    )
    return told


def _make(statement: ClauseElement, columns: Sequence[str] | None, dialect: Dialect) -> _Made:
    compiled = cast("SQLCompiler", statement.compile(dialect=dialect, column_keys=columns))
    if compiled.post_compile_params or compiled.literal_execute_params:
        raise ValueError("a list whose length is known only when it is run cannot be prepared")
    fixed = compiled.params
    named = {name: bound for bound, name in compiled.bind_names.items()}
    parameters = []
    for name in (compiled.positiontup or ()) if compiled.positional else named:
        bound = named[name]
        convert = bound.type.dialect_impl(dialect).bind_processor(dialect)
        is_fixed = not bound.required
        value = fixed[name] if is_fixed else None
        parameters.append(
            (name, is_fixed, value if convert is None or not is_fixed else convert(value), convert)
        )
    types = [column.type for column in statement.selected_columns] if isinstance(statement, Select) else []
    return _Made(str(compiled), bool(compiled.positional), tuple(parameters), _converts(types, dialect))


def _converts(types: Sequence[TypeEngine[Any]], dialect: Dialect) -> tuple[tuple[int, Convert], ...]:
    found = [
        (place, it.dialect_impl(dialect).result_processor(dialect, None)) for place, it in enumerate(types)
    ]
    return tuple((place, convert) for place, convert in found if convert is not None)
