"""Keeping the register safe: backups, and drills that show that what is promised can be done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from core.config.schema.base import Count, Settings


class BackupSettings(Settings, frozen=True, kw_only=True):
    """Encrypted backups (docs/backup.md): whom they are encrypted for needs no secret on this machine."""

    recipients: Annotated[
        tuple[str, ...],
        Meta(
            description="Public keys that each backup is encrypted for; rekisteri backup key makes one and prints it. "
            "Two are wiser than one: the second key lies in a safe.",
            examples=[["age1vhd3kkdqqh3m9ghr3rxhgqe2xhl7a64g973vqq5haknrl02yuuzsvfxckj"]],
        ),
    ] = ()
    key_file: Annotated[
        Path | None,
        Meta(
            description="The secret half, to verify and restore with; it may lie elsewhere and be given with --key.",
            examples=["backup.key"],
        ),
    ] = None
    days: Annotated[
        Count,
        Meta(description="Days after which rekisteri run-due asks for a new backup, once there is a key."),
    ] = 7


class DrillSettings(Settings, frozen=True, kw_only=True):
    """Fire drills: access and erasure of an invented person on a copy (GDPR 32(1)(d); the law names no interval)."""

    days: Annotated[
        Count, Meta(description="Days after which rekisteri run-due asks for the next drill.")
    ] = 180
    directory: Annotated[Path, Meta(description="Where the minutes are filed.")] = Path("drills")
