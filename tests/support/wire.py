"""What came over the wire to a partner's sandbox, told by its bytes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from integrations.sandbox.server import Received, Sandbox


def taken(sandbox: Sandbox) -> list[Received]:
    """What has come since the last time."""
    with sandbox.lock:
        taken, sandbox.requests = sandbox.requests, []
    return taken


def query(received: Received) -> dict[str, list[str]]:
    """What the request's target asks, from its bytes."""
    return parse_qs(urlsplit(received.raw.split(b" ", 2)[1].decode()).query)


def in_netvisor(received: Received) -> Iterator[tuple[str, frozenset[str]]]:
    """The customers that a request names, and the values it tells of them."""
    for codes in query(received).get("customercodelist", []):
        yield from ((code, frozenset()) for code in codes.split(","))
    body = received.raw.partition(b"\r\n\r\n")[2]
    if body:
        document = ET.fromstring(body)  # noqa: S314 - our own adapter's bytes
        texts = {element.tag: element.text or "" for element in document.iter()}
        number = texts.get("internalidentifier") or texts["invoicingcustomeridentifier"]
        told = {texts.get(name, "") for name in ("streetaddress", "postnumber", "city")}
        yield number, frozenset(filter(None, told))
