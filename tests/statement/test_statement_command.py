"""`rekisteri customer statement` as a person types it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from core.disclosure.log import standalone
from core.disclosure.model import transfer_line_table
from tui.cli.main import Cli, main

if TYPE_CHECKING:
    from core.register import Register
    from tests.support.gate_house import House

STATEMENT = ("customer", "statement", "1001")
ASKED = ("--asked", "kirje, allekirjoitettu")


class Run(Protocol):
    """Runs a command; gives the exit code, standard output and standard error."""

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Run ``rekisteri arguments``."""
        ...


@pytest.fixture
def run(
    register: Register, house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """The command line around a register in which customer 1001 was disclosed once."""
    monkeypatch.setattr(Cli, "register", lambda self: register)
    monkeypatch.setattr(Cli, "actor", lambda self: house.actor)
    house.gate.send(house.actor, house.request(house.add()))

    def running(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return running


def test_it_is_shown_in_the_language_of_the_person(run: Run) -> None:
    """The clerk works in one language, the statement is in the other."""
    code, out, _ = run("--language", "en", *STATEMENT, "--language", "fi")
    assert code == 0
    assert "Kenelle tietojanne on luovutettu" in out
    assert "Tilitoimisto Esimerkki Oy" in out
    assert "matti.meikalainen@example.fi" in out
    assert "To whom your data was disclosed" in run(*STATEMENT, "--language", "en")[1]


def test_for_programs_it_is_json(run: Run) -> None:
    """The same members as in the file that the person gets."""
    told = json.loads(run("--json", *STATEMENT)[1])
    assert told["format"] == "disclosure-statement/v1"
    assert [one["state"] for one in told["disclosed"]] == ["delivered"]


def test_it_is_saved_for_somebody_who_asked(run: Run, register: Register) -> None:
    """Without how the person asked nothing is made; with it there is one file, named on the screen."""
    assert run(*STATEMENT, "--save", "zip")[0] == 2
    assert not register.config.files.export_directory.exists()
    code, out, _ = run("--json", *STATEMENT, "--save", "zip", *ASKED)
    (path,) = register.config.files.export_directory.iterdir()
    assert (code, json.loads(out)["file"]) == (0, str(path))


def test_the_receipts_of_a_bundle_check_without_the_register(
    run: Run, register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unpacked, they hold for our own command and for the lone verifier; another line's proof does not."""
    run(*STATEMENT, "--save", "zip", *ASKED)
    (bundle,) = register.config.files.export_directory.iterdir()
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "given")
    proof, look = sorted((tmp_path / "given" / "receipts").glob("*.tlog-proof"))
    lines = proof.with_name(f"{proof.name}.lines")
    monkeypatch.setattr(Cli, "register", lambda self: pytest.fail("the register is not needed"))
    check = ("log", "check-receipt", str(proof), "--vkey", register.log.vkey, "--lines", str(lines))
    assert run(*check)[0] == 0
    code, told_of_look, _ = run(
        "--language", "en", "log", "check-receipt", str(look), "--vkey", register.log.vkey
    )
    assert (code, "1 looks (open), purpose legal_obligation." in told_of_look) == (0, True)
    verifier = Path(standalone.__file__).with_name("verify_log.py")
    alone = [sys.executable, "-I", str(verifier), "--vkey", register.log.vkey, "--receipt", str(proof)]
    assert subprocess.run(alone, capture_output=True, check=False).returncode == 0
    told = lines.read_text(encoding="ascii").split("\n")
    told[2] = f"line {base64.b64encode(bytes([1]) + bytes(84)).decode()}"
    lines.write_text("\n".join(told), encoding="ascii")
    assert run(*check)[0] == 1


@pytest.mark.parametrize("save", [(), ("--save", "json", *ASKED)])
def test_a_statement_that_cannot_be_promised_ends_with_1(
    run: Run, house: House, save: tuple[str, ...]
) -> None:
    """Something was taken out: shown or saved, the statement says so, and so does the exit status."""
    with house.database.unit_of_work() as uow:
        uow.connection.execute(transfer_line_table.update().values(customer_id=None))
        uow.commit()
    code, out, err = run("--language", "en", *STATEMENT, *save)
    assert code == 1
    assert "bears your mark" in (err if save else out)
