"""A document held against a JSON Schema, as far as our published ones use the language; formats aren't looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}


def violations(document: Any, schema: dict[str, Any]) -> list[str]:
    """Where *document* is not as *schema* says; empty when it is."""
    return list(_Judge(schema).look(document, schema, "$"))


class _Judge:
    def __init__(self, root: dict[str, Any]) -> None:
        self._definitions = root.get("$defs", {})

    def look(self, value: Any, schema: dict[str, Any], at: str) -> Iterator[str]:
        if "$ref" in schema:
            yield from self.look(value, self._definitions[schema["$ref"].removeprefix("#/$defs/")], at)
        if "anyOf" in schema and all(list(self.look(value, one, at)) for one in schema["anyOf"]):
            yield f"{at}: none of anyOf"
        kinds = schema.get("type", ())
        kinds = (kinds,) if isinstance(kinds, str) else kinds
        if kinds and not any(_is(value, kind) for kind in kinds):
            yield f"{at}: {type(value).__name__} is none of {kinds}"
        elif value != schema.get("const", value) or value not in schema.get("enum", [value]):
            yield f"{at}: {value!r} is no such value"
        elif isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
            yield f"{at}: {value!r} is not of the pattern"
        elif isinstance(value, dict):
            yield from self._members(value, schema, at)
        elif isinstance(value, list):
            for place, one in enumerate(value):
                yield from self.look(one, schema.get("items", {}), f"{at}[{place}]")

    def _members(self, value: dict[str, Any], schema: dict[str, Any], at: str) -> Iterator[str]:
        known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        yield from (f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value)
        for name, one in value.items():
            if name not in known and others is False:
                yield f"{at}: {name} is not known"
            else:
                described = known.get(name, others if isinstance(others, dict) else {})
                yield from self.look(one, described, f"{at}.{name}")


def _is(value: Any, kind: str) -> bool:
    """Whether *value* is of a kind; a truth is no number."""
    return isinstance(value, _KINDS[kind]) and not (isinstance(value, bool) and kind != "boolean")
