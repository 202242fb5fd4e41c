"""The published JSON Schema of a package, made from the inventory: `docs/schemas/access-package-v1.schema.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Boolean, Date, Integer, LargeBinary, String

from core.customers.model import Exact
from core.database import Instant, JsonText, Money
from core.messages import tr
from core.personal_data.inventory import HOLDINGS
from core.personal_data.types import Through
from core.personal_data.words import TABLE_NAMES, column_name
from core.rights.access.document import FORMAT
from core.rights.access.types import Reason

if TYPE_CHECKING:
    from sqlalchemy import Column

    from core.personal_data.types import Holding

SCHEMA_ID: Final = "urn:asiakasrekisteri:access-package:v1"
_TEXT: Final = {"type": "string"}
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_DAY_OR_NULL: Final = {"type": ["string", "null"], "format": "date"}
_MOMENT: Final = {"type": "string", "format": "date-time"}
_COUNTS: Final = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
_PLAIN: Final = (
    (Boolean, {"type": "boolean"}),
    (Instant, _MOMENT),
    (Date, {"type": "string", "format": "date"}),
    ((Exact, Money), {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}),
    ((Integer, BigInteger), {"type": "integer"}),
    (String, _TEXT),
)


def schema() -> dict[str, Any]:
    """The schema (2020-12) as plain data."""
    told = [holding for holding in HOLDINGS if holding.shown or holding.sealed]
    top = [holding for holding in told if not isinstance(holding.link, Through)]
    members: dict[str, Any] = {
        "format": {"const": FORMAT},
        "case": {"type": "integer"},
        "made_at": _MOMENT,
        "language": {"enum": ["fi", "en"]},
        "register": _TEXT,
        "controller": {"type": "object", "additionalProperties": _TEXT_OR_NULL},
        "person": _object({"number": _TEXT, "name": _TEXT}),
        "purposes": _list(_object({"code": _TEXT, "name": _TEXT, "bases": _list(_TEXT)})),
        "sources": {
            "type": "object",
            "description": "Field of the customer that has a value: where that value came from, and when.",
            "additionalProperties": _object(
                {"source_kind": _TEXT, "source_detail": _TEXT_OR_NULL, "recorded_at": _MOMENT}
            ),
        },
        "data": _object({it.name: _list({"$ref": f"#/$defs/{it.name}"}) for it in top}),
        "statement": {
            "type": "object",
            "description": "To whom the data was disclosed and who has looked: disclosure-statement/v1.",
        },
        "retention": _list(_object({"class": _TEXT, "rule": _TEXT, "can_go_on": _DAY_OR_NULL})),
        "holds": _list(
            _object(
                {
                    "kind": _TEXT,
                    "table": _TEXT,
                    "key": _TEXT,
                    "until": _DAY_OR_NULL,
                    "law": _TEXT_OR_NULL,
                    "sentence": _TEXT,
                }
            )
        ),
        "withheld": _list(
            _object(
                {
                    "table": _TEXT,
                    "column": _TEXT,
                    "reason": {"enum": [str(reason) for reason in Reason]},
                    "sentence": _TEXT,
                    "count": {"type": "integer", "minimum": 1},
                }
            )
        ),
        "attachments": _list(_TEXT),
        "rights": _list(_TEXT),
        "authority": {"type": "object", "additionalProperties": _TEXT},
        "automated_decisions": {"const": False},
        "counts": _COUNTS,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Everything that a register holds about one person (GDPR 15)",
        "description": "Keys of data are tables; a table that hangs on another stands inside its rows.",
        **_object(members),
        "$defs": {holding.name: _row(holding, told) for holding in told},
    }


def schema_text() -> str:
    """The published file."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _row(holding: Holding, told: list[Holding]) -> dict[str, Any]:
    columns = {name: _named(holding.name, name, _column(holding.table.c[name])) for name in holding.shown}
    columns |= {name: _named(holding.name, name, {}) for name in holding.sealed}
    hanging = {
        it.name: _list({"$ref": f"#/$defs/{it.name}"})
        for it in told
        if isinstance(it.link, Through) and it.link.parent is holding.table
    }
    return {
        "title": TABLE_NAMES[holding.name],
        "type": "object",
        "properties": columns | hanging,
        "required": sorted(columns),
        "additionalProperties": False,
    }


def _named(table: str, column: str, described: dict[str, Any]) -> dict[str, Any]:
    name = column_name(table, column) or column
    return {"title": f"{name} / {tr(name, 'fi')}", **described}


def _column(column: Column[Any]) -> dict[str, Any]:
    """What a column's value looks like; others' names are pseudonyms, and anything can be kept back as null."""
    if isinstance(column.type, JsonText) or column.name == "represents":
        return {} if isinstance(column.type, JsonText) else _TEXT_OR_NULL
    if isinstance(column.type, LargeBinary):
        return _TEXT_OR_NULL
    for kinds, described in _PLAIN:
        if isinstance(column.type, kinds):
            return {**described, "type": [described["type"], "null"]}
    raise TypeError(f"{column} is of a type that the schema has no words for")


def _object(members: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": members,
        "required": sorted(members),
        "additionalProperties": False,
    }


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}
