"""The register itself: whose it is, where its data, keys and log are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from core.config.schema.base import BusinessId, Count, Language, Line, Origin, Settings
from core.config.secret import Secret


class Controller(Settings, frozen=True, kw_only=True):
    """The controller: who answers for the register (GDPR 4(7))."""

    name: Annotated[
        Line, Meta(description="The company or person who keeps the register.", examples=["Esimerkki Oy"])
    ]
    business_id: Annotated[
        BusinessId | None, Meta(description="Its business id.", examples=["1234567-1"])
    ] = None
    address: Annotated[
        Line,
        Meta(description="Its postal address, on one line.", examples=["Esimerkkikatu 1, 00100 Helsinki"]),
    ]
    contact_person: Annotated[
        Line, Meta(description="Who answers questions about the register.", examples=["Maija Meikäläinen"])
    ]
    email: Annotated[Line, Meta(description="Where to write to.", examples=["rekisteri@example.fi"])]
    phone: Annotated[str | None, Meta(description="Where to call.", examples=["+358 9 123 4567"])] = None


class RegisterSettings(Settings, frozen=True, kw_only=True):
    """The register itself."""

    name: Annotated[
        Line,
        Meta(
            description="What the register is called in notices and on screen.", examples=["Asiakasrekisteri"]
        ),
    ]
    language: Annotated[
        Language, Meta(description="Language of the interface until a person chooses: fi or en.")
    ] = "fi"
    controller: Controller


class DatabaseSettings(Settings, frozen=True, kw_only=True):
    """Where customers, orders and the log are kept."""

    url: Annotated[
        Line,
        Meta(
            description="SQLite: sqlite:///register.db (a path from this file). PostgreSQL: "
            "postgresql+psycopg://user@host/name, without the password."
        ),
    ] = "sqlite:///register.db"
    password: Annotated[
        Secret | None, Meta(description="The database user's password.", examples=["file:database.password"])
    ] = None

    def file(self) -> Path | None:
        """The SQLite file; None for a server."""
        path = self.url.removeprefix("sqlite:///")
        return Path(path) if path != self.url else None

    def address(self) -> str:
        """The address with its password, for the driver alone.

        Raises:
            SecretMissing, SecretExposed: the password cannot be read.
        """
        if self.password is None:
            return self.url
        from sqlalchemy import make_url

        return make_url(self.url).set(password=self.password.reveal()).render_as_string(hide_password=False)


class KeySettings(Settings, frozen=True, kw_only=True):
    """Key files: mode 0600, ours, backed up apart from the database (docs/operating.md, Keys)."""

    master_key_file: Annotated[
        Path,
        Meta(description="Opens every sealed value. credential:NAME reads a systemd credential."),
    ] = Path("master.key")
    master_key_months: Annotated[
        Count,
        Meta(description="Months after which rekisteri run-due says that the master key should be changed."),
    ] = 12
    log_key_file: Annotated[Path, Meta(description="Signs the disclosure log. credential:NAME as above.")] = (
        Path("log.key")
    )
    erasure_fence_file: Annotated[
        Path,
        Meta(
            description="Keyed fingerprints of erased persons, outside the database, so that no import or restore "
            "brings anybody back."
        ),
    ] = Path("erasure.fence")

    def narrowings_file(self) -> Path:
        """Bans, restrictions and protected addresses, beside the fence and under its key (`core.narrowing`)."""
        return self.erasure_fence_file.with_name(f"{self.erasure_fence_file.name}.narrowings")


class LogSettings(Settings, frozen=True, kw_only=True):
    """The disclosure log."""

    origin: Annotated[
        Origin,
        Meta(
            description="The log's name in its signed checkpoints; it never changes afterwards.",
            examples=["example.fi/asiakasrekisteri"],
        ),
    ]
    high_water_file: Annotated[
        Path,
        Meta(
            description="Remembers the log's size outside the database: a log that went back in time is refused."
        ),
    ] = Path("log.high-water")
    mirror_directory: Annotated[
        Path | None,
        Meta(
            description="A copy of the signed log, kept up to date at each signing; on another disk if possible.",
            examples=["/mnt/other-disk/log-mirror"],
        ),
    ] = None
    mirror_required: Annotated[
        bool, Meta(description="Whether nothing leaves while the mirror cannot be written.")
    ] = False
    anchor_days: Annotated[
        Count, Meta(description="Days after which a checkpoint must have been given to somebody outside.")
    ] = 1
    anchor_mail_directory: Annotated[
        Path | None,
        Meta(
            description="Where run-due puts an e-mail with the checkpoint, for your mail system to send.",
            examples=["/var/spool/rekisteri/outgoing"],
        ),
    ] = None
    anchor_mail_to: Annotated[
        tuple[str, ...],
        Meta(
            description="Outside parties who keep the checkpoints; two at least.",
            examples=[["tietosuoja@example.com", "tilintarkastaja@example.org"]],
        ),
    ] = ()
    anchor_directory: Annotated[
        Path | None,
        Meta(
            description="A folder of somebody else's where run-due puts each checkpoint.",
            examples=["/mnt/auditor/checkpoints"],
        ),
    ] = None

    def fault_file(self) -> Path:
        """What keeps the log closed after a fault, beside the high-water mark."""
        return self.high_water_file.with_name(f"{self.high_water_file.name}.fault")
