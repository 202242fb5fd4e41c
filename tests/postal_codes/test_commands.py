"""What a person types and reads: loading postcodes, the worklist, and the warning where a customer is saved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest

from core.actor import Actor, Role
from core.clock import FixedClock
from core.staff.access_log import Access, recent
from integrations.sandbox.faults import Fault
from integrations.sandbox.ytj import YtjSandbox, sample_company
from tests.conftest import THE_MORNING
from tests.support import postal
from tests.support.company_house import IDS, daily_file
from tests.support.office import open_office, reopen_office
from tests.support.screens import seated
from tui.cli.main import Cli, main
from tui.screens.customers.form import NewCustomerForm
from tui.widgets.form import Form

if TYPE_CHECKING:
    from pathlib import Path

FIRM = ("customer", "add", "kind=organisation", "street=Vanhakatu 1", "postcode=33100")
SETTINGS = """
[recipients.register]
name = "Patentti- ja rekisterihallitus"
role = "controller"
agreement = "Avoin data"
agreement_from = 2026-01-01
purposes = ["legal_obligation"]
categories = ["organisation"]
adapter = "ytj"
[partners.ytj]
environment = "sandbox"
base_url = "{base_url}"
"""


class Said(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


class Run(Protocol):
    """Runs `rekisteri` with arguments."""

    def __call__(self, *arguments: str) -> Said:
        """What came of it."""
        ...


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A founded register."""
    open_office(tmp_path, FixedClock(THE_MORNING)).register.close()
    return tmp_path


@pytest.fixture
def rekisteri(directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line of the register, its administrator signed in."""

    def somebody(cli: Cli) -> Actor:
        return Actor(1, "maija", "Maija Meikäläinen", frozenset(Role), cli.chosen_language or "fi")

    monkeypatch.setattr(Cli, "actor", somebody)

    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(directory / "config.toml"), *arguments])
        printed = capsys.readouterr()
        return Said(int(str(ended.value.code or 0)), printed.out, printed.err)

    return run


@pytest.fixture
def loaded(rekisteri: Run, directory: Path) -> Run:
    """The command line, postcodes and streets loaded."""
    for name, records in (("PCF.dat", postal.CODES), ("BAF.dat", postal.STREETS)):
        assert rekisteri("postal-codes", "load", str(postal.write(directory / name, records))).code == 0
    return rekisteri


def test_before_a_file_is_loaded(rekisteri: Run) -> None:
    """Nothing is claimed, and that is said; the worklist is not empty but unchecked."""
    assert "Postinumeroita ei ole ladattu" in rekisteri("postal-codes", "status").out
    assert rekisteri(*FIRM, "organisation_name=Oy Ab", "town=Turku").out == "Lisättiin asiakas 1001: Oy Ab.\n"
    listed = rekisteri("customer", "check-addresses", "--task", "tarkastus")
    assert (listed.code, "Mitään ei tarkistettu" in listed.out) == (0, True)


def test_loading(rekisteri: Run, directory: Path) -> None:
    """What was loaded is said; a wrong file is a sentence with its row; an older one asks for a word."""
    path = postal.write(directory / "PCF.dat", postal.CODES)
    said = rekisteri("postal-codes", "load", str(path))
    assert said.out == "PCF 21.02.2026: 7 riviä tiedostosta PCF.dat, lataaja Maija Meikäläinen.\n"
    older = postal.write(directory / "older.dat", [postal.code_record("00100", "X", run="20250101")])
    refused = rekisteri("postal-codes", "load", str(older))
    assert (refused.code, "--anyway" in refused.err) == (1, True)
    assert json.loads(rekisteri("--json", "postal-codes", "load", str(older), "--anyway").out)["rows"] == 1
    wrong = rekisteri("postal-codes", "load", str(directory / "config.toml"))
    assert (wrong.code, "rivi 1" in wrong.err) == (1, True)
    assert rekisteri("postal-codes", "load", str(directory / "no-such.dat")).code == 1
    assert json.loads(rekisteri("--json", "postal-codes", "status").out)[0]["layout"] == "PCF"


def test_a_warning_where_a_customer_is_saved(loaded: Run) -> None:
    """The customer is saved all the same, and the doubt is said with what is probably meant, as words and as data."""
    added = loaded(*FIRM, "organisation_name=Oy Ab", "town=Turku")
    assert added.code == 0
    assert "Postinumero 33100 on TAMPERE / TAMMERFORS, ei Turku." in added.out
    changed = loaded("--json", "--language", "en", "customer", "change", "1001", "town=Oulu")
    assert json.loads(changed.out)["address_doubt"].endswith("Probably: Vanhakatu 1, 33100 TAMPERE.")
    right = loaded("--json", "customer", "change", "1001", "street=Hämeenkatu 2", "town=tammerfors")
    assert "address_doubt" not in json.loads(right.out)


def test_the_worklist(loaded: Run, directory: Path) -> None:
    """Customers whose address is doubted, with a suggestion; the look is in the access log."""
    loaded(*FIRM, "organisation_name=Oy Ab", "town=Turku")
    loaded(*FIRM, "organisation_name=Katu Oy", "town=Tampere")
    listed = loaded("customer", "check-addresses", "--task", "tarkastus")
    assert listed.out.splitlines()[0].startswith("    1001  Oy Ab: Postinumero 33100 on")
    assert "Katua ”Vanhakatu 1” ei tunneta" in listed.out
    towns = json.loads(loaded("--json", "customer", "check-addresses", "--task", "t", "--no-streets").out)
    assert [(one["number"], one["likely"]["town"]) for one in towns] == [("1001", "TAMPERE")]
    few = loaded("customer", "check-addresses", "--task", "tarkastus", "--limit", "1")
    assert "--limit" in few.out
    office = reopen_office(directory)
    with office.register.database.reading() as connection:
        looks = [(it.action, it.task, it.detail) for it in recent(connection, limit=3)]
    office.register.close()
    assert (Access.LIST, "tarkastus", "2 rows") in looks


async def test_a_warning_on_the_form(loaded: Run, directory: Path) -> None:
    """The form saves, and its message line says what does not go together."""
    office = reopen_office(directory)
    async with seated(office) as desk:
        await desk.app.open(NewCustomerForm(desk.app))
        await desk.settle()
        form = desk.app.current.active
        assert isinstance(form, Form)
        for field, value in (("last_name", "Mäkelä"), ("postcode", "33100"), ("town", "Turku")):
            form.focus_field(field)
            await desk.type(value)
        await desk.press("f10")
        assert "on tallennettu" in desk.message
        assert "Postinumero 33100 on TAMPERE / TAMMERFORS, ei Turku" in desk.message
    office.register.close()


# --- companies


@pytest.fixture
def companies(rekisteri: Run, directory: Path) -> Run:
    """The command line, YTJ configured but not running, two organisations in the register."""
    config = directory / "config.toml"
    text = config.read_text(encoding="utf-8")
    text = text.replace("[companies]\n", '[companies]\nrecipient = "register"\n')
    text = text.replace("[gate]\n", "[gate]\napproval_first_use = false\n")
    config.write_text(text + SETTINGS.format(base_url="http://127.0.0.1:9"), encoding="utf-8")
    for business_id in IDS[:2]:
        assert (
            rekisteri(
                *FIRM, "organisation_name=Vanha Oy", "--source", "first_load", f"business_id={business_id}"
            ).code
            == 0
        )
    return rekisteri


@pytest.fixture
def running(companies: Run, directory: Path) -> tuple[Run, YtjSandbox]:
    """The same, and YTJ running."""
    ytj = YtjSandbox([sample_company(it, "Uusi Oy") for it in IDS[:2]])
    ytj.start()
    config = directory / "config.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("http://127.0.0.1:9", ytj.base_url), encoding="utf-8"
    )
    return companies, ytj


def test_a_preview_asks_nobody(companies: Run) -> None:
    """What would be asked is shown, in words and as data; without somebody to ask, nothing is asked."""
    shown = companies("update", "companies", "--preview")
    assert shown.code == 0
    assert "2 organisaatiota, pelkkä Y-tunnus. Jätetty pois: 0." in shown.out
    assert "businessId=0112038-9" in shown.out
    data = json.loads(companies("--json", "update", "companies", "--preview").out)
    assert (data["organisations"], data["fields"]) == (2, ["organisation.business_id"])
    assert companies("update", "companies").code == 2


def test_ytj_is_not_there(companies: Run) -> None:
    """Nothing left, and that is certain; the exit code is that of a partner that is not reached."""
    said = companies("update", "companies", "--yes")
    assert said.code == 3
    assert "0 vastausta, 2 jäi ilman" in said.out
    assert companies("update", "companies", "--daily").code == 3


def test_asked_and_applied(running: tuple[Run, YtjSandbox]) -> None:
    """Asked, shown, applied: the run is like any other."""
    rekisteri, ytj = running
    try:
        said = rekisteri("update", "companies", "--yes", "--limit", "1")
        assert said.code == 0
        assert "1 vastausta, 0 jäi ilman" in said.out
        assert "rekisteri update apply 1" in said.out
        assert "1001 Vanha Oy" in said.out
        assert rekisteri("update", "apply", "1").code == 0
        assert "Uusi Oy" in rekisteri("customer", "show", "1001", "--task", "t").out
        ytj.faults.add(Fault.TOO_MANY)
        busy = rekisteri("--json", "update", "companies", "--yes")
        assert (busy.code, json.loads(busy.out)["unanswered"]) == (3, 2)
        assert (
            "2 kysymystä jäi vastaamatta. Kumppanilta on kysytty" in json.loads(busy.err)["error"]["sentence"]
        )
    finally:
        ytj.stop()


def test_the_daily_file(running: tuple[Run, YtjSandbox], directory: Path) -> None:
    """Fetched or from here; other options do not go with it; nobody is asked."""
    rekisteri, ytj = running
    try:
        fetched = json.loads(rekisteri("--json", "update", "companies", "--daily").out)
        assert fetched["outcomes"]["applied"] == 2
    finally:
        ytj.stop()
    assert ytj.questions == []
    path = daily_file(directory / "all.zip", [sample_company(IDS[0], "Toinen Oy")])
    read = rekisteri("update", "companies", "--from-file", str(path))
    assert (read.code, "palvelu ei löytänyt" in read.out) == (0, True)
    assert rekisteri("update", "companies", "--from-file", str(path), "--limit", "1").code == 2
    wrong = rekisteri("update", "companies", "--from-file", str(directory / "config.toml"))
    assert (wrong.code, "YTJ" in wrong.err) == (1, True)
