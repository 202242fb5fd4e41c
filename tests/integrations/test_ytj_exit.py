"""YTJ over real HTTP against the sandbox: what leaves, what comes back, and every fault."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import msgspec
import pytest

from core.disclosure.exits import Accepted, Item, NotFound, NotSent, Partial, Rejected, Unknown
from core.tabular import CannotWrite
from core.updates.companies import record_of
from integrations.catalogue import Catalogue
from integrations.errors import CannotRender, NotACapability, PartnerSilent
from integrations.sandbox.faults import Fault
from integrations.sandbox.ytj import YtjSandbox, sample_company
from tests.support import partners
from tests.support.partners import Attempts, permit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.batches.types import Progress
    from core.clock import FixedClock
    from core.disclosure.exits import Exit, Outcome
    from integrations.hub import Hub

NOKIA, SUPERCELL, NOBODY = "0112038-9", "2336509-6", "0244683-1"
HARMLESS = frozenset({Fault.DELAY, Fault.DUPLICATE_REPLY, Fault.DOCTYPE})
# A definite answer that nothing was looked up.
REFUSED = {Fault.TOO_MANY: "TOO_MANY", Fault.UNAVAILABLE: "HTTP_503", Fault.ERROR_AFTER_ACCEPT: "HTTP_500"}
NEVER_ARRIVED = frozenset({Fault.CLOSE})


@pytest.fixture
def ytj() -> Iterator[YtjSandbox]:
    """YTJ on loopback, knowing two companies."""
    with YtjSandbox(
        [sample_company(NOKIA, "Nokia Oyj"), sample_company(SUPERCELL, "Supercell Oy")]
    ) as sandbox:
        yield sandbox


@pytest.fixture
def hub(ytj: YtjSandbox, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub whose YTJ is the sandbox, impatient with slow answers."""
    honest = Catalogue.manifest

    def impatient(self: Catalogue, name: str) -> object:
        manifest = honest(self, name)
        endpoints = {
            key: msgspec.structs.replace(endpoint, seconds=0.5)
            for key, endpoint in manifest.endpoints.items()
        }
        return msgspec.structs.replace(manifest, endpoints=endpoints)

    monkeypatch.setattr(Catalogue, "manifest", impatient)
    return partners.hub(tmp_path, clock, ytj=partners.ytj_partner(ytj.base_url))


@pytest.fixture
def ytj_exit(hub: Hub) -> Exit:
    """YTJ as the gate knows it."""
    return hub.exit("ytj")


def item(business_id: str, number: str = "1") -> Item:
    return Item(number, f"key-{number}", {"organisation.business_id": business_id})


def ask(exit_: Exit, *business_ids: str, attempts: Attempts | None = None) -> Outcome:
    """The questions of one transfer."""
    items = [item(business_id, str(place)) for place, business_id in enumerate(business_ids, start=1)]
    payloads = exit_.render("legal_obligation", items)
    return exit_.deliver(permit(), "legal_obligation", items, payloads, attempts or Attempts())


def test_what_leaves(ytj: YtjSandbox, ytj_exit: Exit) -> None:
    """The business id, and nothing else of ours: no name, no key, no user."""
    (payload,) = ytj_exit.render("legal_obligation", [item("01120389")])
    assert payload.content == b"businessId=0112038-9\n"
    attempts = Attempts()
    ask(ytj_exit, NOKIA, attempts=attempts)
    (request,) = ytj.requests
    assert request.raw.decode("ascii") == (
        "GET /opendata-ytj-api/v3/companies?businessId=0112038-9 HTTP/1.1\r\n"
        f"Host: {ytj.base_url.removeprefix('http://')}\r\nAccept: application/json\r\n"
        "Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )
    assert len(attempts.made) == 1


def test_a_company(ytj_exit: Exit) -> None:
    """A company that is known comes back as the register can hold it."""
    outcome = ask(ytj_exit, NOKIA)
    assert isinstance(outcome, Accepted)
    record = record_of(outcome.answer)
    assert record is not None
    assert (record.business_id, record.name) == (NOKIA, "Nokia Oyj")
    assert record.address == {"street": "Mannerheimintie 5", "postcode": "00100", "town": "HELSINKI"}


def test_an_unknown_company(ytj_exit: Exit) -> None:
    """An id that YTJ does not know is an answer with HTTP 200."""
    outcome = ask(ytj_exit, NOBODY)
    assert isinstance(outcome, Accepted)
    assert record_of(outcome.answer) is None


@pytest.mark.parametrize("business_id", ["", "123", "0112038-99", "0112038 9", "ABCDEFG-H"])
def test_no_business_id(ytj_exit: Exit, business_id: str) -> None:
    """What is no business id is refused before anything leaves."""
    with pytest.raises(CannotRender):
        ytj_exit.render("legal_obligation", [item(business_id)])


def test_an_answer_about_another(ytj: YtjSandbox, ytj_exit: Exit) -> None:
    """An answer about another company, or several, is not believed."""
    ytj.companies[NOBODY] = sample_company(NOKIA)
    assert ask(ytj_exit, NOBODY) == Unknown("ANOTHER_SUBJECT")


@pytest.mark.parametrize("fault", list(Fault))
def test_faults(ytj: YtjSandbox, ytj_exit: Exit, fault: Fault) -> None:
    """Whatever goes wrong the outcome is the right class, and the same question may be asked again."""
    ytj.faults.add(fault, seconds=0.05)
    outcome = ask(ytj_exit, NOKIA)
    if fault in HARMLESS:
        assert isinstance(outcome, Accepted)
    elif fault in REFUSED:
        assert isinstance(outcome, Rejected)
        assert outcome.code == REFUSED[fault]
    else:
        assert isinstance(outcome, Unknown)
    # A question left nothing behind; what was in doubt is not there.
    assert ytj_exit.inquire(permit(), [item(NOKIA)]) == NotFound()
    assert isinstance(ask(ytj_exit, NOKIA), Accepted)


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.UNAVAILABLE])
def test_a_busy_partner_is_left_alone(ytj: YtjSandbox, ytj_exit: Exit, fault: Fault) -> None:
    """After 429 or 503 the questions that are left are not asked, and that is proved."""
    ytj.faults.add(fault, after=1)
    outcome = ask(ytj_exit, NOKIA, SUPERCELL, NOBODY, NOBODY)
    assert isinstance(outcome, Partial)
    first, second, *rest = outcome.items.values()
    assert isinstance(first, Accepted)
    assert isinstance(second, Rejected)
    assert rest == [NotSent("stopped"), NotSent("stopped")]
    assert len(ytj.requests) == 2


def test_a_server_error_stops_nobody_else(ytj: YtjSandbox, ytj_exit: Exit) -> None:
    """One company that YTJ stumbles over does not keep the others from being asked about."""
    ytj.faults.add(Fault.ERROR_AFTER_ACCEPT)
    outcome = ask(ytj_exit, NOKIA, SUPERCELL)
    assert isinstance(outcome, Partial)
    assert [type(it) for it in outcome.items.values()] == [Rejected, Accepted]


def test_check(ytj: YtjSandbox, hub: Hub) -> None:
    """The connection is tried with a company that everybody knows, and faults are told."""
    assert hub.check("ytj").ok
    ytj.faults.add(Fault.TOO_MANY)
    report = hub.check("ytj")
    assert (report.ok, report.code) == (False, "TOO_MANY")
    assert report.sentences("fi")[0].startswith("Kumppanilta on kysytty")


def test_the_daily_file(ytj: YtjSandbox, hub: Hub, tmp_path: Path) -> None:
    """It comes to a file that only we read, whole; the request names nobody."""
    path = tmp_path / "all.zip"
    told: list[Progress] = []
    size = hub.fetch_whole("ytj", path, told.append)
    assert (path.stat().st_size, path.stat().st_mode & 0o777) == (size, 0o600)
    assert told[-1].done == size
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 1
    (request,) = ytj.requests
    assert request.target == "/opendata-ytj-api/v3/all_companies"
    assert request.body == b""


@pytest.mark.parametrize(
    "fault",
    [
        Fault.CLOSE,
        Fault.TOO_MANY,
        Fault.UNAVAILABLE,
        Fault.REDIRECT,
        Fault.ERROR_AFTER_ACCEPT,
        Fault.TRUNCATE,
        Fault.SLOW_DRIP,
        Fault.GZIP_BOMB,
        Fault.DROP_REPLY,
    ],
)
def test_the_daily_file_in_trouble(ytj: YtjSandbox, hub: Hub, tmp_path: Path, fault: Fault) -> None:
    """A file that did not come whole is not kept."""
    ytj.faults.add(fault, seconds=0.05)
    with pytest.raises(PartnerSilent) as silent:
        hub.fetch_whole("ytj", tmp_path / "all.zip")
    assert silent.value.explain("fi").sentence
    assert not (tmp_path / "all.zip").exists()


def test_the_daily_file_is_too_large(
    ytj: YtjSandbox, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than such a file can be is cut off."""
    honest = Catalogue.manifest

    def narrow(self: Catalogue, name: str) -> object:
        manifest = honest(self, name)
        whole = msgspec.structs.replace(manifest.endpoints["whole"], response_bytes=100)
        return msgspec.structs.replace(manifest, endpoints={**manifest.endpoints, "whole": whole})

    monkeypatch.setattr(Catalogue, "manifest", narrow)
    with pytest.raises(PartnerSilent):
        hub.fetch_whole("ytj", tmp_path / "all.zip")
    assert not (tmp_path / "all.zip").exists()


def test_no_room_for_the_daily_file(hub: Hub, tmp_path: Path) -> None:
    """Where the file cannot be written that is said, not that the partner was silent; nothing is overwritten."""
    with pytest.raises(CannotWrite):
        hub.fetch_whole("ytj", tmp_path / "no" / "such" / "folder")
    there = tmp_path / "there"
    there.write_text("mine")
    with pytest.raises(CannotWrite):
        hub.fetch_whole("ytj", there)
    assert there.read_text() == "mine"


def test_other_partners_have_no_daily_file(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partner without one says so."""
    partner = partners.asiakastieto_partner(monkeypatch, "http://127.0.0.1:1")
    with pytest.raises(NotACapability):
        partners.hub(tmp_path, clock, asiakastieto=partner).fetch_whole("asiakastieto", tmp_path / "x")
