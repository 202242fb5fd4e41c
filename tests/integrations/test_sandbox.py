"""The sandboxes themselves: what they check, keep and let be controlled."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

from core.disclosure.exits import Accepted
from integrations.errors import BadAddress, NoSuchSandbox
from integrations.sandbox.asiakastieto import AsiakastietoSandbox
from integrations.sandbox.configured import configured_sandbox
from integrations.sandbox.netvisor import NetvisorSandbox
from tests.support import partners
from tests.support.partners import deliver, invoicing_item

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock


def control(sandbox: NetvisorSandbox | AsiakastietoSandbox, **asked: object) -> object:
    """What the control path answers."""
    request = Request(f"{sandbox.base_url}/_control", json.dumps(asked).encode(), method="POST")  # noqa: S310
    with urlopen(request, timeout=5) as answer:  # noqa: S310
        return json.load(answer)["result"]


def test_what_was_accepted_outlives_the_process(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a state file a sandbox that ends and begins again has the same customers and invoices."""
    file = tmp_path / "state.jsonl"
    with NetvisorSandbox(partners.NETVISOR_KEYS, state_file=file) as sandbox:
        partner = partners.netvisor_partner(monkeypatch, sandbox.base_url)
        assert isinstance(
            deliver(partners.hub(tmp_path, clock, netvisor=partner).exit("netvisor"), invoicing_item()),
            Accepted,
        )
        sandbox.set_state("10001", "paid")
    with file.open("a") as stream:
        stream.write('{"invoice": {"cut')
    again = NetvisorSandbox(partners.NETVISOR_KEYS, state_file=file)
    assert again.customers == sandbox.customers
    assert again.invoices == sandbox.invoices
    assert again.invoices[1].open_total == Decimal(0)


def test_control_path(netvisor: NetvisorSandbox, asiakastieto: AsiakastietoSandbox) -> None:
    """A sandbox that is a process of its own is controlled over HTTP: faults, time, and what there is."""
    assert control(netvisor, do="invoices") == []
    assert control(netvisor, do="evolve") == 0
    assert control(asiakastieto, do="enquiries") == 0
    control(netvisor, do="fault", name="503", path="/customer.nv")
    assert netvisor.faults.next_for("/customer.nv?method=add") is not None
    assert netvisor.requests == []


@pytest.mark.parametrize("name", ["netvisor", "asiakastieto"])
def test_sandbox_as_configured(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The sandbox that config.toml describes has its port and its secrets."""
    make = {"netvisor": partners.netvisor_partner, "asiakastieto": partners.asiakastieto_partner}[name]
    sandbox = configured_sandbox(name, make(monkeypatch, "http://127.0.0.1:8765"))
    assert sandbox.base_url == "http://127.0.0.1:8765"
    assert isinstance(sandbox, NetvisorSandbox | AsiakastietoSandbox)
    assert (
        sandbox.keys == {"netvisor": partners.NETVISOR_KEYS, "asiakastieto": partners.ASIAKASTIETO_KEYS}[name]
    )
    sandbox.stop()


def test_sandboxes_that_cannot_be_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A partner without a sandbox, or an address without a port of this machine, is refused in a sentence."""
    partner = partners.netvisor_partner(monkeypatch, "http://127.0.0.1:8765")
    with pytest.raises(NoSuchSandbox):
        configured_sandbox("address_file", partner)
    with pytest.raises(BadAddress):
        configured_sandbox("netvisor", partners.netvisor_partner(monkeypatch, "http://127.0.0.1"))
