"""Every fault of a partner at every request ends in the right class, with no exception and nothing doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.disclosure.exits import Accepted, Item, NotFound, NotSent, Rejected, Unknown
from integrations.sandbox.faults import UNPROCESSED, Fault
from tests.support import partners
from tests.support.partners import deliver, invoicing_item, permit

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from core.disclosure.exits import Exit
    from integrations.sandbox.asiakastieto import AsiakastietoSandbox
    from integrations.sandbox.netvisor import NetvisorSandbox

HARMLESS = frozenset({Fault.DELAY, Fault.DUPLICATE_REPLY})
STEPS = ["/salesinvoicelist.nv", "/customerlist.nv", "/customer.nv", "/salesinvoice.nv"]


@pytest.fixture
def impatient(
    netvisor: NetvisorSandbox, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> Exit:
    """Netvisor with a time limit that a drip of bytes exceeds."""
    partner = partners.netvisor_partner(monkeypatch, netvisor.base_url, timeout_seconds=0.5)
    return partners.hub(tmp_path, clock, netvisor=partner).exit("netvisor")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", list(Fault))
def test_netvisor(netvisor: NetvisorSandbox, impatient: Exit, fault: Fault, step: str) -> None:
    """Before anything of the person has left it is not sent; after that it is unknown, and sending again is safe."""
    netvisor.faults.add(fault, path=step, seconds=0.05)
    outcome = deliver(impatient, invoicing_item())
    if fault in HARMLESS:
        assert outcome == Accepted("1")
    elif step == "/salesinvoicelist.nv":
        # The number alone was asked; a broken line is still no proof against what came before it, and nothing did.
        assert isinstance(outcome, NotSent | Unknown)
        assert not netvisor.customers
    else:
        assert isinstance(outcome, Unknown)
    arrived = impatient.inquire(permit(), [Item("i", "10001", {})])
    reached = outcome == Accepted("1") or (step == "/salesinvoice.nv" and fault not in UNPROCESSED)
    assert arrived == (Accepted("1") if reached else NotFound())
    assert deliver(impatient, invoicing_item()) == Accepted("1")
    assert (len(netvisor.customers), len(netvisor.invoices)) == (1, 1)


@pytest.mark.parametrize("fault", list(Fault))
def test_inquiry(netvisor: NetvisorSandbox, impatient: Exit, fault: Fault) -> None:
    """An inquiry that goes wrong says unknown, never "not found"."""
    netvisor.faults.add(fault, seconds=0.05)
    answer = impatient.inquire(permit(), [Item("i", "10001", {})])
    assert isinstance(answer, NotFound if fault in HARMLESS else Unknown)


@pytest.mark.parametrize("fault", list(Fault))
def test_credit_enquiry(
    asiakastieto: AsiakastietoSandbox,
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
) -> None:
    """A credit enquiry that goes wrong is in doubt, and was made at most once."""
    partner = partners.asiakastieto_partner(monkeypatch, asiakastieto.base_url, timeout_seconds=1)
    exit_ = partners.hub(tmp_path, clock, asiakastieto=partner).exit("asiakastieto")
    asiakastieto.faults.add(fault, seconds=0.05)
    outcome = deliver(exit_, Item("i", "k", {"identity_code": "030388-927Y"}), purpose="credit_check")
    # A DOCTYPE is only there to put into XML.
    harmless = fault in HARMLESS or fault is Fault.DOCTYPE
    assert isinstance(outcome, Accepted if harmless else Unknown)
    assert len(asiakastieto.enquiries) == (0 if fault in UNPROCESSED else 1)


def test_dead_partner(netvisor: NetvisorSandbox, netvisor_exit: Exit) -> None:
    """A partner that does not listen is proved not sent, at once."""
    netvisor.stop()
    assert deliver(netvisor_exit, invoicing_item()) == NotSent("not_reached")
    assert netvisor_exit.inquire(permit(), [Item("i", "10001", {})]) == Unknown("not_reached")


def test_wrong_key_is_refused(
    netvisor: NetvisorSandbox, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a wrong key the first look-up is refused: nothing of the person has left."""
    partner = partners.netvisor_partner(monkeypatch, netvisor.base_url)
    monkeypatch.setenv("TEST_NETVISOR_PARTNER_KEY", "wrong-key-0123456789")
    outcome = deliver(partners.hub(tmp_path, clock, netvisor=partner).exit("netvisor"), invoicing_item())
    assert isinstance(outcome, NotSent | Rejected)
    assert outcome.code == "AUTHENTICATION_FAILED"
    assert not netvisor.customers
