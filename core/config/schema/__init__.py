"""The settings: what each is called, means and may be.

`config.example.toml` and `rekisteri config init` are written from these structs, so a description here is the
documentation.  Unknown keys, wrong types and missing values are refused by `core.config.reading`.
"""

from __future__ import annotations

from msgspec import field

from core.config.schema.aftermath import NoticeSettings, WebSettings
from core.config.schema.base import Language, Settings
from core.config.schema.batches import LoadMapping, SftpServer, UpdateAnswer, UpdateService
from core.config.schema.companies import CompanySettings
from core.config.schema.disclosure import GateSettings, Partner, Recipient, ReviewSettings
from core.config.schema.papers import FileSettings, LabelSheet, Letter
from core.config.schema.register import (
    Controller,
    DatabaseSettings,
    KeySettings,
    LogSettings,
    RegisterSettings,
)
from core.config.schema.retention import RetentionSettings
from core.config.schema.rights import Authority, RightsSettings
from core.config.schema.upkeep import BackupSettings, DrillSettings
from core.config.schema.work import CreditSettings, OrderSettings, StaffSettings

__all__ = [
    "Authority",
    "BackupSettings",
    "CompanySettings",
    "Config",
    "Controller",
    "CreditSettings",
    "DatabaseSettings",
    "DrillSettings",
    "FileSettings",
    "GateSettings",
    "KeySettings",
    "LabelSheet",
    "Language",
    "Letter",
    "LoadMapping",
    "LogSettings",
    "NoticeSettings",
    "OrderSettings",
    "Partner",
    "Recipient",
    "RegisterSettings",
    "RetentionSettings",
    "ReviewSettings",
    "RightsSettings",
    "Settings",
    "SftpServer",
    "StaffSettings",
    "UpdateAnswer",
    "UpdateService",
    "WebSettings",
]


class Config(Settings, frozen=True, kw_only=True):
    """One register's settings."""

    register: RegisterSettings
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    keys: KeySettings = field(default_factory=KeySettings)
    log: LogSettings
    staff: StaffSettings = field(default_factory=StaffSettings)
    orders: OrderSettings = field(default_factory=OrderSettings)
    files: FileSettings = field(default_factory=FileSettings)
    credit: CreditSettings = field(default_factory=CreditSettings)
    gate: GateSettings = field(default_factory=GateSettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    web: WebSettings = field(default_factory=WebSettings)
    rights: RightsSettings = field(default_factory=RightsSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    backup: BackupSettings = field(default_factory=BackupSettings)
    drill: DrillSettings = field(default_factory=DrillSettings)
    recipients: dict[str, Recipient] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)
    sftp: dict[str, SftpServer] = field(default_factory=dict)
    labels: LabelSheet = field(default_factory=LabelSheet)
    letters: dict[str, Letter] = field(default_factory=dict)
    loads: dict[str, LoadMapping] = field(default_factory=dict)
    updates: dict[str, UpdateService] = field(default_factory=dict)
    companies: CompanySettings = field(default_factory=CompanySettings)
