"""What the hub and its adapters refuse, each in a sentence with advice."""

from __future__ import annotations

from core.errors import (
    ConfigError,
    Explanation,
    Fault,
    InvalidInput,
    NotFound,
    PartnerUnavailable,
    RegisterError,
)
from core.messages import N_, tr


class Reasoned(RegisterError):
    """An error whose ``reason`` is itself a message id, filled from the same data."""

    def explain(self, language: str) -> Explanation:
        """The error in *language*, its reason too."""
        others = {name: value for name, value in self.data.items() if name != "reason"}
        reason = tr(str(self.data["reason"]), language, **others)
        translated = type(self)(where=self.where, reason=reason, **others)
        return RegisterError.explain(translated, language)


class NoSuchPartner(NotFound):
    """No adapter of that name is installed."""

    code = "integrations.no_such_partner"
    sentence = N_("There is no partner adapter “{partner}”.")
    advice = N_("Installed are: {installed}. “rekisteri partner list” shows them.")


class PartnerNotConfigured(ConfigError):
    """The adapter is installed, but config.toml says nothing of it."""

    code = "integrations.not_configured"
    sentence = N_("Partner {partner} has no settings in config.toml.")
    advice = N_("Add a section [partners.{partner}]; config.example.toml shows one.")


class BadManifest(Reasoned, Fault):
    """An installed adapter's manifest cannot be trusted, so the adapter is not used."""

    code = "integrations.bad_manifest"
    sentence = N_("The manifest of partner adapter {partner} cannot be used: {reason}.")
    advice = N_("Install the adapter again, or ask its maker.")


class BadSetting(Reasoned, ConfigError):
    """A setting of a partner is missing or not as it should be."""

    code = "integrations.bad_setting"
    sentence = N_("Setting {setting} of partner {partner} is not right: {reason}.")
    advice = N_("Correct it in config.toml; the adapter's README says what it means.")


class BadAddress(Reasoned, ConfigError):
    """``base_url`` is not an address that the manifest and the environment allow."""

    code = "integrations.bad_address"
    sentence = N_("base_url of partner {partner} is not allowed: {reason}.")
    advice = N_("Allowed in this environment: {allowed}.")


class BadServer(Reasoned, ConfigError):
    """An SFTP server cannot be used as config.toml has it."""

    code = "integrations.bad_server"
    sentence = N_("The SFTP server {host} cannot be used as it stands in config.toml: {reason}.")
    advice = N_("Correct its table in [sftp].")


class BadSecret(Reasoned, ConfigError):
    """A secret is missing or cannot be used; its value is never shown."""

    code = "integrations.bad_secret"
    sentence = N_("Secret {secret} of partner {partner} cannot be used: {reason}.")
    advice = N_("Give it in config.toml as file:PATH, env:NAME or credential:NAME.")


class CannotRender(Reasoned, InvalidInput):
    """An item cannot be said in the partner's format; nothing has left."""

    code = "integrations.cannot_render"
    sentence = N_("This cannot be sent to {partner}: {reason}.")
    advice = N_("Correct the value, then send again. Nothing was sent.")


class PartnerSilent(Reasoned, PartnerUnavailable):
    """A partner could not be reached, or did not answer as it should."""

    code = "integrations.partner_silent"
    sentence = N_("{partner} could not be read. {reason}")
    advice = N_("Try again later. If it goes on, “rekisteri partner check {partner}” says more.")


class NoSuchFile(NotFound):
    """The exchange directory has no such file."""

    code = "integrations.no_such_file"
    sentence = N_("There is no file “{name}” from {partner} in the exchange directory.")
    advice = N_("Ask the partner whether it has been sent, then look again.")


class NotACapability(ConfigError):
    """The adapter cannot do what it is asked for."""

    code = "integrations.not_a_capability"
    sentence = N_("Partner adapter {partner} does not do this ({capability}).")
    advice = N_("Choose another adapter for it in config.toml; “rekisteri partner list” says what each does.")


class NoSuchSandbox(NotFound):
    """There is no sandbox to run under that name."""

    code = "integrations.no_such_sandbox"
    sentence = N_("There is no sandbox of {partner} to run.")
    advice = N_(
        'There are sandboxes of: {names}; the partner\'s environment in config.toml must be "sandbox".'
    )


class PortTaken(PartnerUnavailable):
    """Something else listens where the sandbox should."""

    code = "integrations.port_taken"
    sentence = N_("The sandbox of {partner} cannot listen at {address}.")
    advice = N_("Something else listens there: stop it, or choose another port in config.toml.")
