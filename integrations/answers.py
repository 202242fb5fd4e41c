"""Strict readers for what partners answer: XML and JSON as small, inert data.

An answer is hostile until read: a DOCTYPE, deep nesting, a huge number of elements, a repeated key or a number
of a thousand digits is refused as `UnreadableAnswer`, and nothing else ever escapes.  The caller turns that into
the outcome *unknown*, never *rejected*.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_DEPTH: Final = 100
MAX_ELEMENTS: Final = 200_000
MAX_NUMBER_DIGITS: Final = 30

Json: TypeAlias = bool | int | Decimal | str | list["Json"] | dict[str, "Json"] | None


class UnreadableAnswer(Exception):
    """The answer is not what the partner's documents describe; ``reason`` says why, without quoting the answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Node:
    """An XML element: names in lower case (partners mix letter cases), text stripped, children in order."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, name: str) -> list[Node]:
        """Every child of that name: a repeating element is always a list, also when there is one."""
        return [child for child in self.children if child.name == name]

    def one(self, name: str) -> Node:
        """The only child of that name.

        Raises:
            UnreadableAnswer: there is none, or more than one.
        """
        found = self.all(name)
        if len(found) != 1:
            raise UnreadableAnswer(f"{len(found)} elements {name} in {self.name}, 1 expected")
        return found[0]

    def value(self, name: str, default: str = "") -> str:
        """The text of the child of that name, *default* when it is absent.

        Raises:
            UnreadableAnswer: the child occurs more than once.
        """
        found = self.all(name)
        if len(found) > 1:
            raise UnreadableAnswer(f"{len(found)} elements {name} in {self.name}, at most 1 expected")
        return found[0].text if found else default


class _Builder:
    """Collects expat's events into nodes, within the limits."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise UnreadableAnswer("too many elements")
        if len(self._open) >= MAX_DEPTH:
            raise UnreadableAnswer("nested too deep")
        node = Node(name.casefold(), {key.casefold(): value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _name: str) -> None:
        node = self._open.pop()
        node.text = node.text.strip()

    def data(self, text: str) -> None:
        self._open[-1].text += text

    @staticmethod
    def doctype(*_: object) -> None:
        raise UnreadableAnswer("it has a DOCTYPE")


def read_xml(content: bytes, *, max_bytes: int = MAX_BYTES) -> Node:
    """The root element of *content*.

    Raises:
        UnreadableAnswer: not well-formed, over a limit, or with a DOCTYPE (the door to entity attacks).
    """
    if len(content) > max_bytes:
        raise UnreadableAnswer("too large")
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = builder.doctype
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise UnreadableAnswer("not well-formed XML") from error
    if builder.root is None:
        raise UnreadableAnswer("no root element")
    return builder.root


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise UnreadableAnswer("a key occurs twice in one object")
    return result


def _number(text: str) -> Decimal:
    if len(text) > MAX_NUMBER_DIGITS:
        raise UnreadableAnswer("a number is too long")
    return Decimal(text)


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER_DIGITS:
        raise UnreadableAnswer("a number is too long")
    return int(text)


def _constant(text: str) -> Json:
    raise UnreadableAnswer(f"{text} is not JSON")


def _check_nesting(content: str) -> None:
    """Brackets outside strings, counted before parsing, so that the parser's own recursion is never in play."""
    depth, in_string, escaped = 0, False, False
    for char in content:
        if in_string:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_string = False
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise UnreadableAnswer("nested too deep")
        elif char in "]}":
            depth -= 1


def read_json(content: bytes, *, max_bytes: int = MAX_BYTES) -> dict[str, Json]:
    """The object that *content* holds (UTF-8; a byte order mark is tolerated).

    Raises:
        UnreadableAnswer: not a JSON object, over a limit, or with a repeated key.
    """
    if len(content) > max_bytes:
        raise UnreadableAnswer("too large")
    try:
        text = content.decode("utf-8-sig")
        _check_nesting(text)
        value = json.loads(
            text, object_pairs_hook=_object, parse_float=_number, parse_int=_integer, parse_constant=_constant
        )
    except ValueError as error:
        raise UnreadableAnswer("not JSON in UTF-8") from error
    if not isinstance(value, dict):
        raise UnreadableAnswer("not a JSON object")
    return value
