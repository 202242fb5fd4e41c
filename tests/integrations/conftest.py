"""Sandboxes of both partners, and their exits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from integrations.sandbox.asiakastieto import AsiakastietoSandbox
from integrations.sandbox.netvisor import NetvisorSandbox
from tests.support import partners

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.clock import FixedClock
    from core.disclosure.exits import Exit


@pytest.fixture
def netvisor() -> Iterator[NetvisorSandbox]:
    """Netvisor on loopback."""
    with NetvisorSandbox(partners.NETVISOR_KEYS) as sandbox:
        yield sandbox


@pytest.fixture
def asiakastieto(clock: FixedClock) -> Iterator[AsiakastietoSandbox]:
    """Asiakastieto on loopback, with the test's clock."""
    with AsiakastietoSandbox(partners.ASIAKASTIETO_KEYS, now=clock.now) as sandbox:
        yield sandbox


@pytest.fixture
def netvisor_exit(
    netvisor: NetvisorSandbox, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> Exit:
    """Netvisor as the gate knows it."""
    partner = partners.netvisor_partner(monkeypatch, netvisor.base_url)
    return partners.hub(tmp_path, clock, netvisor=partner).exit("netvisor")


@pytest.fixture
def asiakastieto_exit(
    asiakastieto: AsiakastietoSandbox, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> Exit:
    """Asiakastieto as the gate knows it; companies are asked about with the sandbox's own code."""
    partner = partners.asiakastieto_partner(
        monkeypatch, asiakastieto.base_url, company_qtype=asiakastieto.company_qtype
    )
    return partners.hub(tmp_path, clock, asiakastieto=partner).exit("asiakastieto")
