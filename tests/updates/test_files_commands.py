"""`rekisteri update map`, `fetch` and `send` as typed: a file nobody described, a folder, a partner's SFTP server."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import pytest
import tomli_w

from core.actor import Actor, Role
from core.config import load_config
from core.customers import service as customers
from core.customers.types import CustomerValues, Source, SourceKind
from core.disclosure.log import LogSigner
from core.disclosure.recipients import sync_recipients
from tests.support.sftp_server import SftpPartner, sftp_partner
from tests.support.workbooks import ordinary_workbook
from tui.bootstrap import Workplace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.updates.conftest import Run

HEADINGS = ("Asiakasnumero", "Uusi katuosoite", "Uusi postinumero", "Uusi postitoimipaikka", "Vastauskoodi")
SOMEBODY = Actor(1, "tuoja", "Tuula Tuoja", frozenset(Role))


@pytest.fixture
def site(rekisteri: Run, tmp_path: Path) -> Path:
    """The folder of a register with three customers, its log and its recipients."""
    config = load_config(tmp_path / "config.toml")
    LogSigner.create(config.keys.log_key_file, config.log.origin)
    place = Workplace(tmp_path / "config.toml")
    register = place.register
    register.log.create(policy="1", software="0.1.0")
    with register.database.unit_of_work() as uow:
        sync_recipients(uow, SOMEBODY, config.recipients)
        for number in ("1", "2", "3"):
            values = CustomerValues(last_name="Aho", street="Tie 1", postcode="00100", town="Helsinki")
            customers.add(uow, SOMEBODY, values, Source(SourceKind.FIRST_LOAD, "x"), number=number)
        uow.commit()
    place.close()
    return tmp_path


def set_up(site: Path, old: str, new: str) -> None:
    """Change the configuration's text."""
    config = site / "config.toml"
    text = config.read_text(encoding="utf-8")
    assert old in text
    config.write_text(text.replace(old, new), encoding="utf-8")


def workbook(path: Path, code: str = "muuttanut") -> Path:
    return ordinary_workbook(
        path, [HEADINGS, (1, "Kuja 2", 120, "Helsinki", code), (2, None, None, None, "Z")]
    )


def test_a_mapping_is_seen_corrected_and_saved(rekisteri: Run, site: Path) -> None:
    """The proposal shows columns, codes and rows as understood; corrections count at once; saved, it reads the file."""
    path = str(workbook(site / "vastaus.xlsx"))
    refused = rekisteri("--language", "en", "update", "preview", "posti", path)
    assert (refused.code, "lacks these columns" in refused.err) == (1, True)
    seen = rekisteri("update", "map", "posti", path)
    assert seen.code == 0
    for words in (
        "Ehdotus, päätelty tiedostosta",
        "koodi Z: ?",
        "1 · moved · street: Kuja 2 | postcode: 00120",
    ):
        assert words in seen.out
    assert "pudonnut nollia" in seen.out
    data = json.loads(rekisteri("--json", "update", "map", "posti", path, "--set", "Z:no_hit").out)
    assert (data["quarantined"], data["saved"], data["answer"]["codes"]["Z"]) == (0, False, "no_hit")
    toml = rekisteri("update", "map", "posti", path, "--set", "Z:no_hit", "--toml").out
    assert "[updates.posti.answer.codes]" in toml
    saved = rekisteri("update", "map", "posti", path, "--set", "Z:no_hit", "--save")
    assert (saved.code, "Tallennettu" in saved.out) == (0, True)
    assert "Luettu voimassa olevalla kuvauksella" in rekisteri("update", "map", "posti", path).out
    run = json.loads(rekisteri("--json", "update", "preview", "posti", path).out)
    assert (run["outcomes"]["applied"], run["outcomes"]["no_hit"]) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "roskaa"), "This is not understood: roskaa"),
        (("--set", "iban=X"), "This is not understood: iban=X"),
        (("--set", "M:gone"), "gone is not known here"),
        (("--fixed", "A=x"), "This is not a column of fixed places: A=x"),
        (("--sheet", "Ei ole"), "The workbook has no sheet called Ei ole"),
        (("--format", "jsonl"), "This is not a text file"),
    ],
)
def test_corrections_that_mean_nothing(
    rekisteri: Run, site: Path, arguments: tuple[str, ...], words: str
) -> None:
    """Each ends in a sentence and a code, and nothing is saved."""
    path = str(workbook(site / "vastaus.xlsx"))
    said = rekisteri("--language", "en", "update", "map", "posti", path, *arguments, "--save")
    assert said.code in (1, 2)
    assert words in said.err
    assert "Traceback" not in said.err
    assert "voimassa" not in rekisteri("update", "map", "posti", path).out


def test_answers_are_fetched_from_a_folder(rekisteri: Run, site: Path) -> None:
    """What lies there is listed; each new answer becomes a run, a bad one a sentence; what was read is known."""
    folder = site / "answers"
    folder.mkdir()
    set_up(
        site,
        '[updates.posti]\nrecipient = "addresses"',
        '[updates.posti]\nrecipient = "addresses"\nfolder = "answers"',
    )
    assert "Vastauksia ei ole odottamassa" in rekisteri("update", "fetch", "posti").out
    for name in ("a.xlsx", "b.xlsx"):
        workbook(folder / name, name)
        os.utime(folder / name, (time.time() - 500, time.time() - 500))
    (folder / "c.xlsx").write_bytes(b"half")
    rekisteri("update", "map", "posti", str(folder / "a.xlsx"), "--set", "Z:no_hit", "--save")
    listed = rekisteri("update", "fetch", "posti").out
    assert (listed.count("uusi"), listed.count("kirjoitetaan vielä")) == (2, 1)
    os.utime(folder / "c.xlsx", (time.time() - 400, time.time() - 400))
    fetched = rekisteri("update", "fetch", "posti", "--each")
    assert fetched.code == 1
    assert "tiedosto c.xlsx" in fetched.err
    assert (fetched.out.count("Ajo 1"), fetched.out.count("Ajo 2")) == (1, 1)
    data = json.loads(rekisteri("--json", "update", "fetch", "posti").out)
    assert [(each["name"], each["run"]) for each in data] == [("a.xlsx", 1), ("b.xlsx", 2), ("c.xlsx", None)]
    again = rekisteri("update", "preview", "posti", "--answer", "a.xlsx")
    assert again.code == 0


@pytest.fixture
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpPartner]:
    """The service's SFTP server."""
    with sftp_partner(tmp_path_factory.mktemp("sftp")) as served:
        yield served


def use_sftp(site: Path, partner: SftpPartner, **changes: object) -> None:
    """Let the address service be reached by SFTP."""
    server = partner.server
    table = {
        name: str(value) if not isinstance(value, int) else value
        for name, value in ((name, getattr(server, name)) for name in server.__struct_fields__)
    }
    set_up(
        site,
        "[partners.address_file]",
        tomli_w.dumps({"sftp": {"posti": {**table, **changes}}}) + '[partners.address_file]\nsftp = "posti"',
    )


def test_a_selection_goes_by_sftp_and_the_answer_comes_back(
    rekisteri: Run, site: Path, partner: SftpPartner
) -> None:
    """Preview, transfer through the gate, receipt; the answer is listed, fetched, foreseen and known again."""
    use_sftp(site, partner)
    assert rekisteri("partner", "check", "address_file").code == 0
    preview = rekisteri("update", "send", "posti", "--number", "1", "--number", "2", "--preview")
    assert "Aho" in preview.out
    assert list((partner.remote / "out").iterdir()) == []
    receipt = site / "kuitti.tlog-proof"
    sent = rekisteri(
        "update",
        "send",
        "posti",
        "--no-orders-since",
        "2026-01-01",
        "--limit",
        "2",
        "--yes",
        "--receipt",
        str(receipt),
    )
    assert (sent.code, sent.err) == (0, "")
    (out,) = (partner.remote / "out").iterdir()
    assert out.read_bytes().decode("iso-8859-15").splitlines()[1:] == [
        "1;Aho;;Tie 1;00100;Helsinki",
        "2;Aho;;Tie 1;00100;Helsinki",
    ]
    assert receipt.read_bytes().startswith(b"c2sp.org/tlog-proof@v1")
    answer = workbook(partner.remote / "in" / "vastaus.xlsx")
    rekisteri("update", "map", "posti", str(answer), "--set", "Z:no_hit", "--save")
    assert "vastaus.xlsx  uusi" in rekisteri("update", "fetch", "posti").out
    run = json.loads(rekisteri("--json", "update", "fetch", "posti", "--newest").out)
    assert (run["file"], run["outcomes"]["applied"]) == ("vastaus.xlsx", 1)
    assert "luettu, ajo 1" in rekisteri("update", "fetch", "posti").out
    assert rekisteri("update", "apply", "1").code == 0
    assert rekisteri("update", "preview", "posti", "--answer", "vastaus.xlsx").code == 1


def test_sftp_refusals_are_sentences(rekisteri: Run, site: Path, partner: SftpPartner) -> None:
    """A server of another key, a key others can read, a missing known_hosts and a bad folder are told before a byte leaves."""
    use_sftp(site, partner)
    good = partner.server.known_hosts.read_text(encoding="utf-8")
    partner.server.known_hosts.write_text("", encoding="utf-8")
    said = rekisteri("--language", "en", "update", "send", "posti", "--yes")
    assert said.code == 3
    assert "another key than known_hosts" in said.err
    assert rekisteri("update", "fetch", "posti").code == 3
    partner.server.known_hosts.write_text(good, encoding="utf-8")
    partner.server.key_file.chmod(0o644)
    said = rekisteri("--language", "en", "update", "send", "posti", "--yes")
    assert (said.code, "our.key" in said.err, "0644" in said.err) == (2, True, True)
    checked = rekisteri("--language", "en", "config", "check")
    assert (checked.code, "our.key" in checked.out + checked.err) == (2, True)
    partner.server.key_file.chmod(0o600)
    assert "our.key" not in "".join(map(str, rekisteri("--language", "en", "config", "check")))
    set_up(site, f'out_directory = "{partner.remote}/out"', 'out_directory = "a b; !ls"')
    said = rekisteri("--language", "en", "update", "send", "posti", "--yes")
    assert (said.code, "a folder may have letters" in said.err) == (2, True)
    assert list((partner.remote / "out").iterdir()) == []
