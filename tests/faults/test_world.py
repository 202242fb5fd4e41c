"""The world around: partners dead, slow, broken or false, and rules in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.disclosure.types import TransferState
from integrations.sandbox.faults import Fault
from tests.support.awkward import (
    LANGUAGES,
    UNFORESEEN,
    credit_check,
    move_to,
    states,
    type_in,
)
from tui.demo import setting

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.awkward import World
    from tui.demo.setting import Partners

# The second reply is nobody's, and the bureau's answers have no root where a document type would go.
HARMLESS = (Fault.DUPLICATE_REPLY, Fault.DOCTYPE)
CHECK = credit_check()
SEND = ("update", "send", "addresses", "--yes")


def test_a_dead_partner_is_told_and_the_same_command_goes_through_later(world: World) -> None:
    """Nothing listens: exit code 3, the reason, nothing in doubt; when it is back the same command succeeds."""
    for language, words in zip(LANGUAGES, ("ei tavoitettu", "could not be reached"), strict=True):
        type_in(world)
        world.run(*CHECK, language=language).refuses(3, words)
        said = world.run("partner", "check", "netvisor", language=language)
        assert (said.code, words in said.out) == (3, True)
    assert states(world) == [TransferState.NOT_SENT] * 2
    with setting.partners(setting.Folder(world.folder)) as listening:
        move_to(world, listening)
        type_in(world)
        assert world.run(*CHECK).code == 0


@pytest.mark.parametrize("fault", Fault)
def test_a_partner_that_answers_badly_is_told(world: World, partners: Partners, fault: Fault) -> None:
    """Whatever comes instead of an answer: a sentence in each language, exit code 3, and a log that verifies."""
    for language in LANGUAGES:
        seconds = 3.0 if fault is Fault.DELAY else 0.5
        partners.bureau.faults.add(fault, times=9, seconds=seconds)
        type_in(world)
        said = world.run(*CHECK, language=language)
        if fault in HARMLESS:
            assert (said.code, said.err) == (0, "")
        else:
            said.refuses(3, "Siirto" if language == "fi" else "Transfer")
        partners.bureau.faults.clear()
    partners.accountant.faults.add(fault, times=9, seconds=3.0 if fault is Fault.DELAY else 0.5)
    checked = world.run("partner", "check", "netvisor")
    assert checked.code == (0 if fault is Fault.DUPLICATE_REPLY else 3)
    assert not any(word in checked.err for word in UNFORESEEN)
    assert set(states(world)) <= {TransferState.NOT_SENT, TransferState.IN_DOUBT, TransferState.DELIVERED}


@pytest.mark.parametrize("secret", ["userid", "passwd", "checksum_key"])
def test_wrong_secrets_are_told(world: World, partners: Partners, secret: str) -> None:
    """The partner's refusal of our secrets is passed on in words, and the secret itself is nowhere in them."""
    path = world.folder / f"asiakastieto.{secret}"
    path.chmod(0o600)
    path.write_text("W" * 20)
    for language in LANGUAGES:
        type_in(world)
        said = world.run(*CHECK, language=language)
        assert said.code in {1, 3}
        said.refuses(said.code, "Siirto" if language == "fi" else "Transfer")
        assert "WWW" not in said.err + said.out


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda path: path.unlink(), "userid"),
        (lambda path: path.chmod(0o644), "userid"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "userid"),
        (lambda path: path.write_bytes(b""), "userid"),
    ],
)
def test_secrets_that_cannot_be_used_are_configuration(
    world: World, partners: Partners, spoil: Callable[[object], object], word: str
) -> None:
    """A secret that is missing, seen by others or no text is named with its file; exit code 2; nothing left."""
    spoil(world.folder / "asiakastieto.userid")
    for _ in LANGUAGES:
        type_in(world)
        world.run(*CHECK).refuses(2, word)
    assert not partners.bureau.requests


RULES: dict[str, tuple[str, str, str, str]] = {
    "agreement to come": (
        'agreement = "DPA 2026-03"\nagreement_from = 2026-01-01',
        'agreement = "DPA 2026-03"\nagreement_from = 2999-01-01',
        "sopimus",
        "agreement",
    ),
    "agreement that ended": (
        'agreement = "DPA 2026-03"\nagreement_from = 2026-01-01',
        'agreement = "DPA 2026-03"\nagreement_from = 2020-01-01\nagreement_to = 2020-12-31',
        "sopimus",
        "agreement",
    ),
    "outside the EEA": (
        'name = "Osoitepalvelu Esimerkki Oy"',
        'name = "Osoitepalvelu Esimerkki Oy"\ncountry = "US"',
        "ETA",
        "EEA",
    ),
    "undeclared purpose": ('"address_update",\n]', '"customer_care",\n]', "osoitepäivitys", "address update"),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_in_the_way_is_told_before_anything_is_rendered(world: World, name: str) -> None:
    """The rule is named, exit code 1, no transfer begins and no file is written."""
    old, new, *words = RULES[name]
    world.edit(old, new)
    for language, word in zip(LANGUAGES, words, strict=True):
        world.run(*SEND, language=language).refuses(1, word)
    assert not states(world)
    assert not list((world.folder / "exchange" / "address_file").glob("out/*"))
