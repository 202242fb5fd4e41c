"""What every adapter must hold: declared honestly, pure, narrow, without a way of its own to the world."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import integrations
from core.disclosure.categories import CATEGORY_OF_FIELD
from core.disclosure.exits import Item
from core.disclosure.purposes import PURPOSES
from integrations.protocol import Context, Delivers
from integrations.settings import resolved_settings
from tests.support import partners
from tests.support.partners import catalogue, deliver, invoicing_item

if TYPE_CHECKING:
    from core.disclosure.exits import Exit
    from integrations.sandbox.netvisor import NetvisorSandbox

ROOT = Path(integrations.__file__).parent
ADAPTERS = ("netvisor", "asiakastieto", "ytj")
# Data, text, numbers, time as given, formats; nothing that opens, runs, draws lots or looks at the clock.
ALLOWED = {
    "__future__",
    "collections",
    "core",
    "dataclasses",
    "datetime",
    "decimal",
    "integrations",
    "itertools",
    "re",
    "typing",
    "xml",
    "zoneinfo",
}
FORBIDDEN_NAMES = {
    "open",
    "eval",
    "exec",
    "compile",
    "__import__",
    "input",
    "print",
    "getattr",
    "globals",
    "vars",
}
GIVEN: dict[str, dict[str, Any]] = {
    "netvisor": partners.NETVISOR_SETTINGS | {"vat_code_zero": "NONE"},
    "asiakastieto": {"company_qtype": "SB"},
    "ytj": {},
}
ITEMS = {
    "netvisor": invoicing_item(),
    "asiakastieto": Item("item", "k", {"identity_code": "010690-9434"}),
    "ytj": Item("item", "k", {"organisation.business_id": "0244683-1"}),
}
PURPOSE = {"netvisor": "invoicing", "asiakastieto": "credit_check", "ytj": "legal_obligation"}


def context(name: str, **changes: Any) -> Context:
    """A context that stands still."""
    manifest = catalogue().manifest(name)
    made = Context(
        settings=resolved_settings(name, manifest, GIVEN[name]),
        environment="sandbox",
        base_urls={"api": "http://127.0.0.1:1"},
        now=datetime(2026, 11, 23, tzinfo=UTC),
        new_id=lambda: "id",
        user_name="matti",
    )
    return replace(made, **changes)


def sources(name: str) -> list[Path]:
    return sorted((ROOT / name).glob("*.py"))


@pytest.mark.parametrize("name", ADAPTERS)
def test_folders_look_alike(name: str) -> None:
    """Each adapter folder has its manifest, adapter, formats and a page about what leaves and why."""
    names = {path.name for path in (ROOT / name).iterdir()}
    assert {"__init__.py", "manifest.toml", "adapter.py", "wire.py", "README.md"} <= names


@pytest.mark.parametrize("name", ADAPTERS)
def test_adapters_import_nothing_that_reaches_out(name: str) -> None:
    """An adapter imports formats and our own types only, and uses no name that would get around that."""
    for path in sources(name):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            imported = []
            if isinstance(node, ast.Import):
                imported = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                imported = [node.module or ""]
            assert all(module.partition(".")[0] in ALLOWED for module in imported), (path.name, imported)
            ours = [it for it in imported if it.startswith("integrations.")]
            assert not {"integrations.transport", "integrations.driver", "integrations.hub"}.intersection(
                ours
            )
            if isinstance(node, ast.Name):
                assert node.id not in FORBIDDEN_NAMES, (path.name, node.id)


def test_only_the_transport_knows_the_network() -> None:
    """Sockets, TLS and programs are known to the transport, its SFTP, the sandbox's server, and the typesetter alone.

    The typesetter starts a worker that has given up the network before it reads a byte.
    """
    network = {"httpx", "httpcore", "socket", "ssl", "http", "asyncio", "urllib.request", "subprocess"}
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [it.name for it in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(module in network or module.partition(".")[0] in network for module in modules):
                found.add(str(path.relative_to(ROOT)))
    assert found == {"transport.py", "sftp.py", "sandbox/server.py", "typesetter.py"}


def test_listing_partners_imports_no_adapter() -> None:
    """Manifests are read as files: naming the partners loads neither their code nor the network."""
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from tests.support.partners import catalogue\n"
        "c = catalogue(); [c.manifest(n) for n in c.names()]\n"
        "assert not [m for m in sys.modules if m.endswith('.adapter')], sys.modules\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT.parent, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("name", ADAPTERS)
def test_manifest_is_honest(name: str) -> None:
    """Fields and purposes are the register's own, and no adapter may use bank details, IP or more than its task."""
    manifest = catalogue().manifest(name)
    fields = {*manifest.recipient.requires, *manifest.recipient.may_use}
    assert fields <= CATEGORY_OF_FIELD.keys()
    assert set(manifest.recipient.purposes) <= PURPOSES.keys()
    assert not fields & {"bank.iban", "ip"}
    for purpose in manifest.recipient.purposes:
        assert {CATEGORY_OF_FIELD[field] for field in fields} <= PURPOSES[purpose].categories
    assert all(setting.help.fi and setting.help.en for setting in manifest.settings.values())


@pytest.mark.parametrize("name", ADAPTERS)
def test_render_is_pure(name: str) -> None:
    """The same items give the same bytes, whatever the time, the ids, the asker or the order of the fields."""
    adapter, item = catalogue().adapter(name), ITEMS[name]
    assert isinstance(adapter, Delivers)
    once = adapter.render(context(name), PURPOSE[name], [item])
    shuffled = Item(item.id, item.key, dict(reversed(list(item.fields.items()))))
    later = context(name, now=datetime(2030, 1, 1, tzinfo=UTC), new_id=lambda: "other", user_name="x")
    assert adapter.render(later, PURPOSE[name], [shuffled]) == once


def test_values_of_other_fields_never_reach_the_wire(netvisor: NetvisorSandbox, netvisor_exit: Exit) -> None:
    """Even when an item wrongly held every field, what the manifest does not use is on no byte of the wire."""
    canaries = {
        field: f"canary{number}"
        for number, field in enumerate(sorted(CATEGORY_OF_FIELD))
        if field not in invoicing_item().fields
    }
    item = invoicing_item()
    crowded = Item(item.id, item.key, {**canaries, **item.fields})
    deliver(netvisor_exit, crowded)
    wire = b"".join(request.raw for request in netvisor.requests)
    assert [field for field, value in canaries.items() if value.encode() in wire] == []
    assert len(netvisor.requests) == 4


@pytest.mark.parametrize("name", ADAPTERS)
def test_generator_closed_early_leaves_nothing(name: str) -> None:
    """A delivery stopped after its first effect ends quietly."""
    adapter, item = catalogue().adapter(name), ITEMS[name]
    assert isinstance(adapter, Delivers)
    payloads = adapter.render(context(name), PURPOSE[name], [item])
    exchange = adapter.deliver(context(name), PURPOSE[name], [item], payloads)
    next(exchange)
    exchange.close()


@given(
    st.text(max_size=60), st.text(max_size=20), st.decimals(allow_nan=False, allow_infinity=False, places=2)
)
def test_secrets_are_never_in_what_is_rendered(name: str, town: str, price: object) -> None:
    """Payloads are made without secrets: there is nothing to make them from."""
    from core.errors import InvalidInput

    line = {"description": "x", "quantity": "1", "unit_price": str(price), "vat_percent": "25.5"}
    item = invoicing_item(name__last=name, address__town=town, order__lines=(line,))
    adapter = catalogue().adapter("netvisor")
    assert isinstance(adapter, Delivers)
    try:
        payloads = adapter.render(context("netvisor"), "invoicing", [item])
    except InvalidInput:
        return
    assert len(payloads) == 2
    assert all(partners.NETVISOR_KEYS.customer_key.encode() not in payload.content for payload in payloads)
