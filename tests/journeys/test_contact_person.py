"""The contact person's day at eighty columns by the keyboard alone: three requests from the letter to the answer.

The letters are looked at as a printer would have them: every page is drawn, is not blank, and says what it should.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from core.clock import HELSINKI
from core.customers.invoices import State
from core.customers.reading import get
from core.customers.types import CustomerValues, Kind, NewCustomer, Status
from core.rights import reading
from core.rights.erasure.service import complete_due
from core.rights.types import CaseState
from tests.support.invoicing import lay_invoice, pay_everything
from tests.support.office import open_office
from tests.support.sitting import SIGN_IN, sit_down

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from core.rights.types import Case
    from tests.support.office import Office
    from tests.support.terminal import Terminal

_PEOPLE: Final = (("Virtanen", "Maija"), ("Åkerlund", "Lasse"), ("Öhman", "Siv"))
_MAIJA, _LASSE, _SIV = 1, 2, 3
# The share of a page that ink covers: less is a blank sheet, more a black one.
_INK: Final = (0.002, 0.25)


@dataclass
class Day:
    """An office in the morning, and the terminal in it."""

    office: Office
    terminal: Terminal
    seen: set[str]

    @property
    def today(self) -> date:
        """The day in Finland."""
        return datetime.now(UTC).astimezone(HELSINKI).date()

    def case(self, number: int) -> Case:
        """The case as it is now."""
        with self.office.register.database.reading() as connection:
            return reading.case(connection, number)

    def new_file(self, suffix: str = ".pdf") -> Path:
        """The file that has come into the export folder since the last one was taken."""
        folder = self.office.register.config.files.export_directory
        (name,) = {it.name for it in folder.iterdir() if it.suffix == suffix} - self.seen
        self.seen.add(name)
        return folder / name


def lay(office: Office) -> None:
    """Three people; Siv has been sent an invoice that she hasn't paid."""
    office.add_rows(
        [
            NewCustomer(
                CustomerValues(
                    Kind.PERSON,
                    first,
                    last,
                    street="Koulukatu 19",
                    postcode="74120",
                    town="Iisalmi",
                    country="FI",
                )
            )
            for last, first in _PEOPLE
        ]
    )
    lay_invoice(office, _SIV, state=State.OPEN)


def looked_at(file: Path, folder: Path) -> str:
    """The words of a PDF whose every page has been drawn and found neither blank nor black."""
    folder.mkdir(parents=True, exist_ok=True)
    for drawn in (["-png", "-r", "60"], ["-gray", "-r", "60"]):
        subprocess.run(["pdftoppm", *drawn, file, folder / "page"], check=True)
    pages = sorted(folder.glob("page-*.pgm"))
    assert pages
    assert len(pages) == len(list(folder.glob("page-*.png")))
    for page in pages:
        assert _INK[0] < ink(page) < _INK[1], page.name
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


def ink(page: Path) -> float:
    """The share of a grey picture (PGM) that is darker than its middle."""
    content = page.read_bytes()
    _, size, _, pixels = content.split(b"\n", 3)
    width, height = map(int, size.split())
    assert len(pixels) == width * height
    return sum(pixel < 128 for pixel in pixels) / len(pixels)


def receive(terminal: Terminal, kind: int, name: str) -> None:
    """F6: a signed letter of today, the person found by name; *kind* steps along the list of kinds."""
    terminal.send("f6", *["right"] * kind, "tab", "tab", "tab", "x", "tab", name, "f4")
    terminal.wait_for("rivi 1 / 1")
    terminal.send("enter", "tab", "allekirjoitus ja osoite kuten rekisterissä")


def hand_over(day_: Day, words: str) -> Path:
    """9, read it, F10: the letter in the export folder."""
    day_.terminal.send("9")
    day_.terminal.wait_for(words)
    day_.terminal.send("f10")
    day_.terminal.wait_for("Tulostettava ja postitettava")
    return day_.new_file()


def access(day_: Day, folder: Path) -> None:
    """Received, the package handed over as an encrypted file, the cover letter, closed."""
    terminal = day_.terminal
    receive(terminal, 0, "Virtanen Maija")
    terminal.send("tab", "Haluan tietää, mitä tietoja minusta on.", "f10")
    terminal.wait_for("Asia 1 on otettu vastaan")
    terminal.wait_for("6 Lisäaika")
    terminal.send("8")
    terminal.wait_for("Rivejä henkilöstä")
    terminal.send("f10")
    terminal.wait_for("Salalause")
    assert day_.new_file(".zip").read_bytes().startswith(b"PK")
    told = looked_at(hand_over(day_, "Tietonne asiakasrekisterissämme"), folder / "access")
    for words in ("Maija Virtanen", "Koulukatu 19", "74120 IISALMI", "Asianumero 1", "Tietosuojavaltuutetun"):
        assert words in told
    terminal.send("0")
    terminal.wait_for("Asia 1 on suljettu.")
    terminal.send("f12")


def rectification(day_: Day, folder: Path) -> None:
    """Received with the right value, decided value by value, changed, the letter, closed."""
    terminal = day_.terminal
    receive(terminal, 1, "Åkerlund Lasse")
    terminal.send(*["tab"] * 7, "Rantatie 3 B", "f10")
    terminal.wait_for("Asia 2 on otettu vastaan")
    terminal.send("7")
    terminal.wait_for("nyt: Koulukatu 19")
    terminal.send("f10")
    terminal.wait_for("Muutettu: katuosoite.")
    told = looked_at(hand_over(day_, "Olemme oikaisseet"), folder / "rectification")
    for words in ("Lasse Åkerlund", "Rantatie 3 B", "Koulukatu 19"):
        assert words in told
    terminal.send("0")
    terminal.wait_for("Asia 2 on suljettu.")
    terminal.send("f12")
    with day_.office.register.database.reading() as connection:
        assert get(connection, _LASSE).values.street == "Rantatie 3 B"


def erasure(day_: Day, folder: Path) -> None:
    """Refused for now by an open invoice, which the screens and the letter name; done by itself once it is paid."""
    terminal = day_.terminal
    receive(terminal, 2, "Öhman Siv")
    terminal.send("tab", "Poistakaa tietoni.", "f10")
    terminal.wait_for("Asia 3 on otettu vastaan")
    terminal.send("3")
    terminal.wait_for("lasku on avoin (9001)")
    terminal.send("7", "f10")
    terminal.wait_for("Päätetty: myönnetty")
    terminal.send("8", "f10", "f10")
    terminal.wait_for("!!")
    assert "9001" in terminal.text()
    assert day_.case(3).state is CaseState.WAITING_HOLD
    terminal.send("f12")
    told = looked_at(hand_over(day_, "myöhemmin"), folder / "erasure")
    for words in ("Siv Öhman", "Lasku on avoin (9001)", "Poistamme tiedot heti, kun este on poistunut."):
        assert words in told
    terminal.send("f12", "2")
    terminal.wait_for("Öhman")


@pytest.mark.timeout(180)
def test_a_contact_persons_day(tmp_path: Path) -> None:
    """Access, rectification, an erasure that an invoice prevents: received, decided, answered on paper."""
    office = open_office(tmp_path / "office")
    lay(office)
    with sit_down(office.file) as terminal:
        day_ = Day(office, terminal, set())
        terminal.send(*SIGN_IN)
        terminal.wait_for("Päävalikko")
        terminal.send("p")
        terminal.wait_for("F6 ottaa pyynnön vastaan")
        access(day_, tmp_path)
        rectification(day_, tmp_path)
        erasure(day_, tmp_path)
        terminal.send("f3", "9")
        terminal.wait_for("Salasana")
        assert "Öhman" not in terminal.text()
    pay_everything(office)
    # Paid: done by itself, on the strength of the decision; what vouchers need stays sealed until its day.
    (done,) = complete_due(office.register, office.actor)
    assert done.kept_until is not None
    assert day_.case(3).due_by_itself_on == done.kept_until
    with office.register.database.reading() as connection:
        assert get(connection, _SIV).status is Status.ERASED
    office.register.close()
