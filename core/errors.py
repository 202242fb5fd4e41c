"""Every refusal is a sentence: what is wrong, where, and what to do next.

::

    RegisterError
    ├── InvalidInput          exit 1   a value, row or file is not as it should be
    ├── Refused               exit 1   a rule forbids it (policy, ban, agreement)
    │   └── NotPermitted               the actor's role forbids it
    ├── NotFound              exit 1   no such record
    ├── Conflict              exit 1   somebody else changed it first
    ├── Fault                 exit 1   log, keys or storage cannot be trusted; nothing leaves until mended
    ├── UsageError            exit 2   the command was not understood
    ├── ConfigError           exit 2   config.toml is not as it should be
    └── Unavailable           exit 3
        ├── PartnerUnavailable         a partner does not answer
        └── DatabaseUnavailable        the database does not answer

A concrete error is a small class in its room's ``errors.py`` with a ``code``, a ``sentence`` and an ``advice``
(message ids; placeholders filled from the keyword arguments).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.messages import N_, tr
from core.text import safe_text, shorten


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a fault: file name, row number (from 1, the header counted), field, and the value itself."""

    file: str | None = None
    row: int | None = None
    field: str | None = None
    value: str | None = None

    def describe(self, language: str) -> str:
        """The place in words, empty when nothing is known; the value is cleaned and shortened."""
        parts = []
        if self.file is not None:
            parts.append(tr(N_("file {file}"), language, file=safe_text(self.file)))
        if self.row is not None:
            parts.append(tr(N_("row {row}"), language, row=self.row))
        if self.field is not None:
            parts.append(tr(N_("field {field}"), language, field=safe_text(self.field)))
        if self.value is not None:
            parts.append(tr(N_("value “{value}”"), language, value=shorten(safe_text(self.value))))
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Explanation:
    """An error as a person reads it; ``where`` may be empty."""

    code: str
    sentence: str
    advice: str
    where: str

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"{self.sentence}{place} {self.advice}".rstrip()


class Words(str):
    """A message id among an error's data: it is said in the reader's language."""

    __slots__ = ()


class RegisterError(Exception):
    """The root: anything that the program refuses or cannot do, explainable in each language."""

    code: ClassVar[str] = "register.error"
    sentence: ClassVar[str] = N_("The register could not do this.")
    advice: ClassVar[str] = ""
    exit_code: ClassVar[int] = 1

    def __init__(self, *, where: Where | None = None, **data: object) -> None:
        self.where = where or Where()
        self.data = data
        super().__init__(self.code)

    def explain(self, language: str) -> Explanation:
        """The error in *language*: every placeholder cleaned for display and shortened."""
        shown = {name: _shown(value, language) for name, value in self.data.items()}
        return Explanation(
            code=self.code,
            sentence=tr(self.sentence, language, **shown),
            advice=tr(self.advice, language, **shown),
            where=self.where.describe(language),
        )

    def __str__(self) -> str:
        return str(self.explain("en"))


def _shown(value: object, language: str) -> object:
    if isinstance(value, RegisterError):
        return value.explain(language).sentence
    if isinstance(value, Words):
        return tr(value, language)
    return shorten(safe_text(value), 200) if isinstance(value, str) else value


class InvalidInput(RegisterError):
    """A value, row or file is not as it should be."""

    code = "register.invalid_input"


class Refused(RegisterError):
    """A rule forbids it."""

    code = "register.refused"


class NotPermitted(Refused):
    """The actor's role does not allow it; ``roles`` names those that do."""

    code = "register.not_permitted"
    sentence = N_("Your role does not allow this.")
    advice = N_("It needs one of these roles: {roles}. Ask an administrator.")


class NotFound(RegisterError):
    """No such record."""

    code = "register.not_found"


class Conflict(RegisterError):
    """Somebody else changed the record first."""

    code = "register.conflict"


class Fault(RegisterError):
    """The log, the keys or the storage cannot be trusted; nothing leaves until a person has mended it."""

    code = "register.fault"


class UsageError(RegisterError):
    """The command was not understood."""

    code = "register.usage"
    exit_code = 2


class ConfigError(RegisterError):
    """The configuration is not as it should be."""

    code = "register.config"
    exit_code = 2


class Unavailable(RegisterError):
    """Something that the program needs does not answer; trying again later may help."""

    code = "register.unavailable"
    exit_code = 3


class PartnerUnavailable(Unavailable):
    """A partner's service does not answer."""

    code = "register.partner_unavailable"


class DatabaseUnavailable(Unavailable):
    """The database does not answer, or is in use by something that does not let go."""

    code = "register.database_unavailable"
    sentence = N_("The database does not answer: {reason}.")
    advice = N_("Check that it is running and that database.url in config.toml is right, then try again.")
