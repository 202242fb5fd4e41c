"""What can be wrong with a configuration; each names the file and the key."""

from __future__ import annotations

from core.errors import ConfigError, Explanation
from core.messages import N_, tr


class ConfigNotFound(ConfigError):
    """No configuration in any of the places looked at."""

    code = "config.not_found"
    sentence = N_("There is no configuration: looked for {places}.")
    advice = N_("Make one with: rekisteri config init — or name one with --config.")


class ConfigUnreadable(ConfigError):
    """The file is there but cannot be read."""

    code = "config.unreadable"
    sentence = N_("The configuration file {file} cannot be read: {reason}.")
    advice = N_("Check that the file exists and that this user may read it.")


class ConfigIsDirectory(ConfigError):
    """A folder stands where the file should."""

    code = "config.is_directory"
    sentence = N_("{file} is a folder, not a configuration file.")
    advice = N_("Name the file itself, for example {file}/config.toml.")


class ConfigSyntax(ConfigError):
    """The file is not TOML."""

    code = "config.syntax"
    sentence = N_("The configuration file {file} is not understood at line {line}: {reason}.")
    advice = N_("Texts are written in quotes, tables in brackets; compare with config.example.toml.")


class ConfigExists(ConfigError):
    """`config init` would overwrite a configuration."""

    code = "config.exists"
    sentence = N_("There is already a file {file}.")
    advice = N_("It is left as it was. Choose another place with --config.")


class ConfigUnwritable(ConfigError):
    """A new register's files cannot be made."""

    code = "config.unwritable"
    sentence = N_("{file} cannot be made: {reason}.")
    advice = N_("Nothing was left half-made. Choose a folder that this user may write to, with --config.")


class ConfigProblem(ConfigError):
    """One setting is wrong; ``key`` is its dotted name."""

    code = "config.problem"


class UnknownSetting(ConfigProblem):
    """The key means nothing."""

    code = "config.unknown_setting"
    sentence = N_("{file}: there is no setting {key}.")
    advice = N_("Every setting stands in config.example.toml.")


class MisspeltSetting(ConfigProblem):
    """The key means nothing but resembles one that does."""

    code = "config.misspelt_setting"
    sentence = N_("{file}: there is no setting {key}.")
    advice = N_("Did you mean {nearest}?")


class MissingSetting(ConfigProblem):
    """A setting without a default is not there."""

    code = "config.missing_setting"
    sentence = N_("{file}: the setting {key} is missing.")
    advice = N_("Write it as config.example.toml shows.")


class WrongValue(ConfigProblem):
    """A value is not what its setting needs; ``expected`` is a message id."""

    code = "config.wrong_value"
    sentence = N_("{file}: {key} should be {expected}, but is {found}.")
    advice = N_("Correct the value; config.example.toml shows how it is written.")

    def explain(self, language: str) -> Explanation:
        """The error in *language*, what was expected too."""
        untranslated = self.data
        expected = tr(str(untranslated["expected"]), language)
        self.data = {
            **untranslated,
            "expected": expected.format(choices=untranslated.get("choices", "")),
        }
        try:
            return super().explain(language)
        finally:
            self.data = untranslated


class UnknownReference(ConfigProblem):
    """A setting refers to a table that is not there."""

    code = "config.unknown_reference"
    sentence = N_("{file}: {key} refers to {value}, and there is no {table}.{value}.")
    advice = N_("Add the table or correct the name.")


class EndsBeforeStart(ConfigProblem):
    """An agreement that ends before it begins."""

    code = "config.ends_before_start"
    sentence = N_("{file}: {key} is before agreement_from.")
    advice = N_("Correct the agreement's dates.")


class UnknownAdapter(ConfigProblem):
    """No installed package offers an adapter of this name."""

    code = "config.unknown_adapter"
    sentence = N_("{file}: {key} names the adapter {value}, which is not installed.")
    advice = N_("Installed are: {installed}.")


class NotACode(ConfigProblem):
    """A name that the disclosure log does not take, so that nothing could ever leave under it."""

    code = "config.not_a_code"
    sentence = N_("{file}: {key}: the name {value} cannot stand in the disclosure log.")
    advice = N_(
        "Take at most {most} characters: small letters a to z, digits, - and _; recipients and adapters begin with a letter."
    )


class ReservedCode(ConfigProblem):
    """The program's own recipient cannot be configured."""

    code = "config.reserved_code"
    sentence = N_("{file}: {key} is the program's own name for the person whom a statement is about.")
    advice = N_("Give the recipient another name.")


class PasswordInUrl(ConfigProblem):
    """A password would stand in the configuration in plain text."""

    code = "config.password_in_url"
    sentence = N_("{file}: database.url holds a password.")
    advice = N_('Take it out of the address and write database.password = "file:database.password".')


class SecretMissing(ConfigError):
    """There is no secret where a reference says."""

    code = "config.secret_missing"
    sentence = N_("The secret {reference} cannot be read, or is empty.")
    advice = N_("Write it to that file with mode 0600, or set the variable, then try again.")


class SecretExposed(ConfigError):
    """Others may read or replace a secret."""

    code = "config.secret_exposed"
    sentence = N_("The secret file {path} may be read by others, or belongs to another user (mode {mode}).")
    advice = N_(
        "Run: chmod 600 {path} — make it your own file, and consider the secret known: ask for a new one."
    )
