"""Text from data never commands the terminal: control sequences and markup in a name, written past the door."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.support.site import SIGN_IN, open_site
from tests.support.sitting import sit_down

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.site import Site

# OSC 52 (clipboard), OSC 0 (title), OSC 8 (link), CSI, C1 CSI and OSC, DCS, APC, bidi, line break, markup.
POISONS = (
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b]0;retitled\x07",
    "\x1b]8;;http://evil.example\x1b\\",
    "\x1b[2J\x1b[31m",
    "\x9b31m\x9d0;c1\x9c",
    "\x90qdcs\x1b\\\x1b_apc\x1b\\",
    "\u202egnitsop\u2066",
    "x\r\ny\tz",
    "[/foo][@click=app.quit]x[/]",
)
# All that the program itself may write: moves, erasing, looks, and the modes that Textual sets and asks for.
OWN = re.compile(
    r"\x1b\[(?:\d+(?:;\d+)*)?[HKm]|\x1b\[\?\d+(?:;\d+)*[hl]|\x1b\[\?\d+\$p|\x1b\[[<>]\d*u|\x1b\[\d* ?q"
)


def poison(site: Site, number: str, words: str) -> None:
    """Write *words* into every text that the screens show of a customer, past every service."""
    statements = (
        "UPDATE customer SET first_name = :words, street = :words, town = :words, email = :words WHERE number = :number",
        "UPDATE order_line SET product = :words, description = :words",
        "UPDATE customer_order SET reference = :words",
        "UPDATE transfer SET staff_name = :words, reason = :words, task = :words",
        "UPDATE transfer_line SET message = :words, reference = :words",
        "UPDATE transfer_event SET staff_name = :words, reason = :words",
        "UPDATE staff_member SET name = :words",
        "UPDATE customer_change SET actor_name = :words",
    )
    with site.register.database.unit_of_work() as uow:
        for statement in statements:
            uow.connection.execute(
                text(statement),
                {"words": words, "number": number} if ":number" in statement else {"words": words},
            )
        uow.commit()


@pytest.mark.timeout(180)
def test_nothing_of_it_reaches_the_terminal(tmp_path: Path) -> None:
    """Through list, card with all its views, order, messages and log: the bytes hold our own sequences alone."""
    with open_site(tmp_path / "site", size=60) as site:
        customer, _ = site.someone()
        name = customer.last_name
        with sit_down(site.config) as terminal:
            terminal.send(*SIGN_IN)
            terminal.send(
                "1", customer.number, "enter", "f6", "Huolto", "tab", "tab", "tab", "1", "f10", "f8", "f10"
            )
            terminal.wait_for("toimitettu")
            for words in POISONS:
                poison(site, customer.number, words)
                terminal.send("f3", "1", customer.number)
                terminal.wait_for(f"{name} ")
                terminal.quiet(0.1)
                terminal.send("enter")
                terminal.wait_for("1 Tiedot")
                for view in "12345":
                    terminal.send(view)
                    terminal.quiet(0.1)
                    assert terminal.row(24).startswith(" F1 Ohje"), terminal.text()
                    assert "[" in terminal.row(3)
                terminal.send("2", "f6", "Uusi", "tab", "tab", "tab", "1", "f10")
                terminal.wait_for("✓")
                terminal.send("enter")
                terminal.quiet(0.1)
                terminal.send("f3", "f3", "5", "enter")
                terminal.wait_for("1 Luovutus")
                for view in "1234":
                    terminal.send(view)
                    terminal.quiet(0.1)
                    assert terminal.row(24).startswith(" F1 Ohje"), terminal.text()
            written = bytes(terminal.written).decode("utf-8")
    foreign = [char for char in OWN.sub("", written) if ord(char) < 32 or 0x7F <= ord(char) < 0xA0]
    assert set(foreign) <= {"\r", "\n"}
    assert "evil" in written or "ZXZpbA" in written
    assert not set(written) & set("\u202e\u2066")
