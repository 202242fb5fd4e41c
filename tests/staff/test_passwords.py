from __future__ import annotations

import unicodedata
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.staff import passwords
from core.staff.errors import (
    BadPassword,
    PasswordCommon,
    PasswordNamesContext,
    PasswordTooLong,
    PasswordTooShort,
    PasswordUntypeable,
)


def test_production_parameters_are_t3_m64mib_p1_and_are_read_back_from_the_hash() -> None:
    """Outside the tests' own block a hash says t=3, m=64 MiB, p=1, Argon2id."""
    production = passwords.PRODUCTION
    assert (production.time_cost, production.memory_kib, production.parallelism) == (3, 65536, 1)
    stored = passwords._hasher(passwords.PRODUCTION).hash("x")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert passwords.parameters_of(stored) == passwords.PRODUCTION


@pytest.mark.usefixtures("_cheap_passwords")
def test_the_cheap_parameters_end_with_their_block() -> None:
    """Cheap hashing is on only inside its block, whatever happens in it."""
    outer = passwords._Current.parameters
    with pytest.raises(ZeroDivisionError), passwords.cheap_for_tests():
        raise ZeroDivisionError
    assert passwords._Current.parameters is outer


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_a_password_opens_in_every_unicode_form(password: str) -> None:
    """Composed or decomposed, a password is the same; another one does not open."""
    stored = passwords.hash_password(unicodedata.normalize("NFC", password))
    assert passwords.verify(stored, unicodedata.normalize("NFD", password))
    assert not passwords.verify(stored, password + "x")


def test_a_weaker_hash_is_found_and_an_equal_one_is_left() -> None:
    """Fewer passes, less memory or another kind of Argon2 ask for a new hash."""
    now = passwords.Parameters(3, 65536, 1)
    assert passwords.Parameters(2, 65536, 1).weaker_than(now)
    assert passwords.Parameters(3, 19456, 1).weaker_than(now)
    assert not passwords.Parameters(4, 65536, 1).weaker_than(now)
    assert not now.weaker_than(now)
    argon2i = "$argon2i$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43
    assert passwords.parameters_of(argon2i).weaker_than(now)


def test_the_dummy_hash_costs_what_a_real_one_costs_and_opens_to_nothing() -> None:
    """The hash verified for unknown users has the parameters in use."""
    dummy = passwords.dummy_hash()
    assert passwords.parameters_of(dummy) == passwords.parameters_of(passwords.hash_password("x"))
    assert not passwords.verify(dummy, "")


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("neljätoista123", PasswordTooShort),
        ("x" * 257, PasswordTooLong),
        ("viisitoista\tmerkkiä", PasswordUntypeable),
        ("minä olen paula itse", PasswordNamesContext),
        ("Esimerkki on hieno firma", PasswordNamesContext),
        ("PÄÄLLIKKÖ vanha kunnon", PasswordNamesContext),
        ("passwordpassword", PasswordCommon),
        ("Salasana2026!!!", PasswordCommon),
        ("P4ssw0rd!P4ssw0rd", PasswordCommon),
        ("correct horse battery staple", PasswordCommon),
        ("123456789012345", PasswordCommon),
        ("qwertyuiopåasdfgh", PasswordCommon),
        ("aaaaaaaaaaaaaaaa", PasswordCommon),
        ("!!!!!!!!!!!!!!!!", PasswordCommon),
        ("kesä2026kesä2026", PasswordCommon),
    ],
)
def test_a_password_that_guessers_try_is_refused_with_its_reason(
    password: str, error: type[BadPassword]
) -> None:
    """Each rule of the policy refuses in its own words."""
    with pytest.raises(error):
        passwords.check_policy(password, ["paula", "Paula Päällikkö", "Esimerkki Oy"])


@pytest.mark.parametrize(
    "password",
    [
        "vihreä lamppu juoksee",
        "a8301957203948571",
        "yksi kaksi kolme neljä viisi",
        "kuusi pitkää puuta, 17",
        "Ꝼ" * 4 + "oudompi teksti",
    ],
)
def test_no_kind_of_character_is_demanded(password: str) -> None:
    """Words, digits, spaces and any script will do when they are long enough and not common."""
    passwords.check_policy(password, ["paula"])


@given(st.text(min_size=128, max_size=256))
def test_at_least_128_characters_are_accepted_as_to_length(password: str) -> None:
    """A long password is never refused for its length up to 256 characters after normalisation."""
    try:
        passwords.check_policy(password)
    except BadPassword as refused:
        too_long = isinstance(refused, PasswordTooLong)
    else:
        too_long = False
    assert too_long == (len(passwords.normalised(password)) > 256)


def test_the_bundled_list_is_folded_unique_and_of_the_size_it_says() -> None:
    """The list's header tells its size and how many entries meet the length rule."""
    text = (files("core.staff") / "common_passwords.txt").read_text(encoding="utf-8")
    entries = [line for line in text.splitlines() if line and not line.startswith("#")]
    long = [entry for entry in entries if len(entry) >= passwords.LEAST_LENGTH]
    assert len(set(entries)) == len(entries) == len(passwords.common_passwords())
    assert f"{len(entries)} entries, of which {len(long)} are 15 characters or longer" in text
