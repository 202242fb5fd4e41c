"""`rekisteri customer duplicates` and `merge`: found, looked at side by side, merged, and found by the old number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.merging.errors import OtherKind
from tests.customers.test_cli import run

if TYPE_CHECKING:
    from tests.customers.test_cli import Run

__all__ = ["run"]

HOME = ("street=Koivukatu 1", "postcode=00100", "town=Helsinki")


def test_two_are_found_shown_and_merged(run: Run) -> None:
    """What is shown is what is done; without a reason nothing is."""
    one = run("customer", "add", "first_name=Maija", "last_name=Kaksoinen", *HOME)["number"]
    other = run("customer", "add", "first_name=Maija", "last_name=Kaksoinnen", "phone=040 123 4567", *HOME)[
        "number"
    ]
    run("customer", "ban", other, "publication", "--origin", "letter")
    (pair,) = run("customer", "duplicates", "--task", "test")
    assert (pair["one"], pair["other"]) == (one, other)
    assert run("customer", "duplicates", "--of", other, "--task", "test") == [pair]
    shown = run("customer", "merge", one, other, text=True)
    assert "telephone: – → +358401234567  (only one has it)" in shown
    assert "name: Maija, Kaksoinen = Maija, Kaksoinnen" in shown
    assert "Nothing was changed." in shown
    data = run("customer", "merge", one, other)
    assert (data["bans"], data["conflicts"]) == (["publication"], [])
    done = run("customer", "merge", one, other, "--reason", "called, both are hers", "--take", "name")
    assert (done["survivor"], done["former_number"]) == (one, other)
    assert done["taken"] == ["name", "phone"]
    card = run("customer", "show", other, "--task", "test")
    assert (card["number"], card["former_numbers"]) == (one, [other])
    assert card["values"]["last_name"]["value"] == "Kaksoinnen"
    assert (
        run("customer", "duplicates", "--task", "test", text=True).strip()
        == "Nobody seems to be there twice."
    )


def test_a_refusal_is_shown_before_anybody_tries(run: Run) -> None:
    """The preview names what speaks against it; a protected address is never shown."""
    one = run("customer", "add", "last_name=Kaksoinen", *HOME, "--protected-address")["number"]
    firm = run("customer", "add", "kind=organisation", "organisation_name=Kaksoinen Oy", *HOME)["number"]
    shown = run("customer", "merge", one, firm, text=True)
    assert "Not possible: One is a person, the other an organisation." in shown
    assert "Koivukatu" not in shown
    assert "Koivukatu" not in str(run("customer", "merge", one, firm))
    with pytest.raises(OtherKind):
        run("customer", "merge", one, firm, "--reason", "same")
