"""A week of a reviewer's work at eighty columns by keyboard alone, ending in a review that the lone verifier shows."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from core.disclosure.review import findings
from core.disclosure.review.signed import last_review
from core.disclosure.transfers import stored_lines
from tests.support.reviewed_site import ReviewedSite, open_reviewed_site
from tests.support.sitting import SIGN_IN, sit_down

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.terminal import Terminal


@pytest.fixture
def site(tmp_path: Path) -> ReviewedSite:
    """Nine weeks of a clerk's work."""
    return open_reviewed_site(tmp_path / "site")


def approve(terminal: Terminal) -> None:
    """From the reviewer's home: the one request, seen and approved."""
    terminal.send("2")
    terminal.wait_for("Kalle Virtanen")
    terminal.send("enter")
    terminal.wait_for("Åkerlund")
    terminal.send("f10")
    terminal.wait_for("voi nyt lähettää")


@pytest.mark.timeout(180)
def test_a_week(site: ReviewedSite, tmp_path: Path) -> None:
    """Sign in, approve, look at refusals, looks, charts and a sample, find, sign off; outsiders see it all hold."""
    with sit_down(site.config) as terminal:
        terminal.send(*SIGN_IN)
        terminal.wait_for("Pyyntöjä ja havaintoja: 1 (7).")
        terminal.send("7")
        terminal.wait_for("ei vielä yhtään")
        terminal.wait_for("outo viikko")
        approve(terminal)
        assert site.send(5).state == "delivered"

        terminal.send("f5", "3")
        terminal.wait_for("tarkoitus ei ole")
        terminal.send("4", "enter")
        terminal.wait_for("review.same_family_name")
        terminal.send("5")
        terminal.wait_for("█")
        assert "!" in [row.strip() for row in terminal.text().splitlines()]

        terminal.send("f9")
        terminal.wait_for("siemen")
        terminal.send("enter")
        terminal.wait_for("› Luovutus ")
        terminal.send("f12")
        terminal.wait_for("✓")
        terminal.send("f6", "Viikon vientejä on kolme, syy puuttuu", "f10")
        terminal.wait_for("Havainto 1 on tehty")

        terminal.send("f7", "f4", "shift+tab", "space", "enter")
        terminal.wait_for("luovutusta.")
        terminal.send("f12", "6", "enter", "tab", "tab", "Kalle selvittää perjantaiksi", "f10")
        terminal.wait_for("on kirjattu")

        terminal.send("f10", "Viikko 47 katsottu, yksi havainto.", "tab", str(site.key_file), "f10")
        terminal.wait_for("vahvistettu avaimellasi")
        terminal.send("1")
        terminal.wait_for("Maija Meikäläinen")
        terminal.send("f3", "9")
        terminal.wait_for("Salasana")
        assert "Åkerlund" not in terminal.text()

    with site.register() as register:
        assert register.log.verify(stored_lines).verified
        register.log.export(tmp_path / "export")
        vkey = register.log.vkey
        with register.database.reading() as connection:
            review = last_review(connection)
            (found,) = findings.findings(connection)
    assert review is not None
    assert (review.verdict, review.sampled, review.findings, review.still_open) == ("findings", 1, 1, 1)
    assert found.owner_name == "Maija Meikäläinen"

    told = lone(tmp_path / "export", "--vkey", vkey, "--cosigner", site.vkey, "--list", "--language", "fi")
    (line,) = [line for line in told.splitlines() if "katselmus" in line and "loppuun" in line]
    assert f"loppuun {review.end_size}" in line
    assert review.root.hex() in line
    assert "havaintoja 1" in line
    assert "hyväksyntä" in told
    assert "katselu" in told
    assert "example.fi/maija" in told


def lone(directory: Path, *arguments: str) -> str:
    """What the export's own verifier says, isolated from this checkout; it must be satisfied."""
    command = [sys.executable, "-I", str(directory / "verify_log.py"), str(directory), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
