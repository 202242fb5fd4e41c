"""Lists of ids or words of any length as one parameter, so that a statement stays the same for one person and for 100,000."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Dialect
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.operators import OperatorType
    from sqlalchemy.types import TypeEngine


class _List(TypeDecorator["Collection[int] | Collection[str]"]):
    """Whole numbers, or texts: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, *, texts: bool) -> None:
        self.texts = texts
        super().__init__()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that the database has for it."""
        return dialect.type_descriptor(
            Text() if dialect.name == "sqlite" else ARRAY(Text() if self.texts else BigInteger())
        )

    def process_bind_param(self, value: Collection[int] | Collection[str] | None, dialect: Dialect) -> Any:
        """As the driver takes it."""
        return json.dumps(list(value or ())) if dialect.name == "sqlite" else list(value or ())


class _Among(FunctionElement[Any]):
    name = "among"
    # Not Boolean: SQLAlchemy would write "= 1" behind it for SQLite, which then finds no index and reads every row.
    type = NullType()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> _Among:
        """As it is: with the ``= 1`` that SQLite's conditions get, no index would be used."""
        return self


@compiles(_Among, "sqlite")
def _among_on_sqlite(element: _Among, compiler: SQLCompiler, **named: Any) -> str:
    column, ids = element.clauses
    each = f"SELECT value FROM json_each({compiler.process(ids, **named)})"  # noqa: S608 - a parameter's place
    return f"{compiler.process(column, **named)} IN ({each})"


@compiles(_Among, "postgresql")
def _among_on_postgresql(element: _Among, compiler: SQLCompiler, **named: Any) -> str:
    column, ids = element.clauses
    return f"{compiler.process(column, **named)} = ANY ({compiler.process(ids, **named)})"


def among(column: ColumnElement[int] | ColumnElement[str], parameter: str) -> ColumnElement[bool]:
    """Whether *column* is one of the ids or texts that are given as *parameter* when the statement is run."""
    return _Among(column, bindparam(parameter, type_=_List(texts=isinstance(column.type, Text))))
