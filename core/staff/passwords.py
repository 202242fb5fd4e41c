"""Passwords: the policy for new ones, and Argon2id for all.

Policy after OWASP ASVS 5.0 chapter 6.2: length decides, no rules about kinds of characters, common passwords and
context words refused, Unicode normalised (NFKC) so that every keyboard gives the same password.
Parameters: t=3, m=64 MiB, p=1, above ASVS appendix C (t>=3: m>=12 MiB).
"""

from __future__ import annotations

import base64
import re
import secrets
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from core.staff.errors import (
    PasswordCommon,
    PasswordNamesContext,
    PasswordTooLong,
    PasswordTooShort,
    PasswordUntypeable,
)
from core.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LEAST_LENGTH: Final = 15
MOST_LENGTH: Final = 256
# A shorter name (Bo, Ida) would forbid too many innocent sentences.
_LEAST_CONTEXT: Final = 4
_LONGEST_REPEATED: Final = 3
_LONGEST_NUMBER: Final = 4
# As they read after folding (å, ä → a, ö → o).
_KEYBOARD_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "abcdefghijklmnopqrstuvwxyzaao",
    "qwertyuiopaasdfghjkloazxcvbnm",
    "qwertyuiopasdfghjklzxcvbnm",
    "0123456789",
    "1234567890",
)
_LEET: Final = str.maketrans("@430157$!", "aaeoistsi")
_CHUNKS: Final = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class Parameters:
    """The cost of one hash: passes, memory in KiB, lanes."""

    time_cost: int
    memory_kib: int
    parallelism: int

    def weaker_than(self, other: Parameters) -> bool:
        """Whether this costs a guesser less than *other* in passes or memory, or was made with other lanes."""
        return (
            self.time_cost < other.time_cost
            or self.memory_kib < other.memory_kib
            or self.parallelism != other.parallelism
        )


PRODUCTION: Final = Parameters(time_cost=3, memory_kib=64 * 1024, parallelism=1)
CHEAP: Final = Parameters(time_cost=1, memory_kib=8, parallelism=1)


class _Current:
    """The parameters in use; nothing but `cheap_for_tests` changes them."""

    parameters: Parameters = PRODUCTION


@contextmanager
def cheap_for_tests() -> Iterator[None]:
    """Hash cheaply inside the block.  Called by tests alone: no setting, variable or command reaches it."""
    before, _Current.parameters = _Current.parameters, CHEAP
    try:
        yield
    finally:
        _Current.parameters = before


def normalised(password: str) -> str:
    """The one form of a password that is hashed (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """The Argon2id hash in PHC form, parameters and 16-byte salt included."""
    return _hasher(_Current.parameters).hash(normalised(password))


def verify(stored_hash: str, password: str) -> bool:
    """Whether *password* is the one hashed; costs what the parameters inside *stored_hash* say."""
    if len(password) > MOST_LENGTH:
        password = password[:MOST_LENGTH] + "\0"  # can match nothing, costs the same
    try:
        return _hasher(_Current.parameters).verify(stored_hash, normalised(password))
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored_hash: str) -> bool:
    """Whether the parameters read back from *stored_hash* are weaker than those in use now."""
    return parameters_of(stored_hash).weaker_than(_Current.parameters)


def parameters_of(stored_hash: str) -> Parameters:
    """What *stored_hash* says it was made with; anything but Argon2id counts as the weakest there is."""
    found = extract_parameters(stored_hash)
    if found.type is not Type.ID:
        return Parameters(0, 0, 0)
    return Parameters(found.time_cost, found.memory_cost, found.parallelism)


def dummy_hash() -> str:
    """A hash that no password matches, verified for unknown users so that they cost the same work.

    Put together without hashing: a process that lives for one sign-in must not do double work for a wrong name.
    """
    cost = _Current.parameters
    salt, digest = (base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={cost.memory_kib},t={cost.time_cost},p={cost.parallelism}${salt}${digest}"


@cache
def _hasher(parameters: Parameters) -> PasswordHasher:
    return PasswordHasher(
        time_cost=parameters.time_cost,
        memory_cost=parameters.memory_kib,
        parallelism=parameters.parallelism,
        type=Type.ID,
    )


def check_policy(password: str, context: Iterable[str] = ()) -> None:
    """Let *password* be chosen, or say why not.  *context*: user name, own name, names of company and register.

    Raises:
        BadPassword: one of its subclasses.
    """
    password = normalised(password)
    if len(password) < LEAST_LENGTH:
        raise PasswordTooShort(length=len(password), least=LEAST_LENGTH)
    if len(password) > MOST_LENGTH:
        raise PasswordTooLong(length=len(password), most=MOST_LENGTH)
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in password):
        raise PasswordUntypeable
    folded = fold(password)
    for word in _context_words(context):
        if word in folded:
            raise PasswordNamesContext(word=word)
    if _is_common(folded):
        raise PasswordCommon


def _context_words(context: Iterable[str]) -> Iterator[str]:
    for phrase in context:
        parts = "".join(char if char.isalnum() else " " for char in fold(phrase)).split()
        yield from (word for word in [fold(phrase).strip(), *parts] if len(word) >= _LEAST_CONTEXT)


def _is_common(folded: str) -> bool:
    """Whether all of it is what guessers try: common words, keyboard runs, repetition, short numbers."""
    readings = [folded]
    if sum(map(str.isalpha, folded)) * 2 >= len(folded):
        readings.append(folded.translate(_LEET))
    return any(_nothing_strong(_CHUNKS.findall(reading)) for reading in readings)


def _nothing_strong(chunks: list[str]) -> bool:
    return "".join(chunks) in common_passwords() or all(map(_is_weak, chunks))


def _is_weak(chunk: str) -> bool:
    unit = _unit(chunk)
    return (
        unit in common_passwords()
        or len(unit) <= _LONGEST_REPEATED
        or (chunk.isdecimal() and len(chunk) <= _LONGEST_NUMBER)
        or any(chunk in row * 3 or chunk in row[::-1] * 3 for row in _KEYBOARD_ROWS)
    )


def _unit(text: str) -> str:
    """The shortest piece that *text* repeats: ``abcabcab`` → ``abc``."""
    for length in range(1, len(text) + 1):
        piece = text[:length]
        if (piece * (len(text) // length + 1)).startswith(text):
            return piece
    return text


@cache
def common_passwords() -> frozenset[str]:
    """The bundled list, folded (``common_passwords.txt`` tells where it comes from)."""
    lines = (files("core.staff") / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(fold(line) for line in lines if line and not line.startswith("#"))
