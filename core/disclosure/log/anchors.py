"""Anchors: checkpoints given to people outside, so that nobody can tell another past from there on.

A mail is a file for the house's own mail system, a page is printed and signed by hand, a directory is somebody else's.
Each is an entry of the log; a log that was not anchored for longer than agreed is an alarm, also when nothing happened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.disclosure.log.errors import NothingSigned
from core.disclosure.log.events import Anchor
from core.disclosure.log.high_water import replace_file, sync_directory
from core.disclosure.log.keeping_errors import AnchorUnwritable, NoAnchorConfigured
from core.disclosure.log.model import log_entry
from core.disclosure.log.store import milliseconds
from core.messages import N_, tr
from core.reasons import reason_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from core.disclosure.log.service import DisclosureLog
    from core.disclosure.log.store import SignedCheckpoint

# A timer that runs each hour renews an anchor before it is overdue.
_EARLY: Final = timedelta(hours=2)
_LATEST: Final = (
    select(log_entry.c.recorded_at)
    .where(log_entry.c.kind == "anchor")
    .order_by(log_entry.c.entry_index.desc())
    .limit(1)
)
_FIRST: Final = select(log_entry.c.recorded_at).where(log_entry.c.entry_index == 0)
_PAGE: Final = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<style>@page {{ size: A4; margin: 25mm }} body {{ font-family: serif }} pre {{ font-size: 9pt; white-space: pre-wrap;
overflow-wrap: anywhere }} svg {{ width: 60mm; height: 60mm }} .line {{ margin-top: 18mm; border-top: 1px solid }}</style>
</head><body><h1>{title}</h1><p>{what}</p><pre>{note}</pre>{code}<p>{key}</p><pre>{vkey}</pre>
<p class="line">{signature}</p></body></html>
"""


@dataclass(frozen=True, slots=True)
class Channels:
    """Where checkpoints go by themselves: the mail folder with its recipients, and the directory; None: nowhere."""

    mail_directory: Path | None = None
    mail_to: tuple[str, ...] = ()
    mail_from: str = ""
    directory: Path | None = None

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return self.directory is not None or (self.mail_directory is not None and bool(self.mail_to))


@dataclass(frozen=True, slots=True)
class AnchorState:
    """When the log was last anchored; ``due``: time for the next; ``overdue``: an alarm."""

    last: datetime | None
    due: bool
    overdue: bool


def anchor_state(connection: Connection, now: datetime, days: int) -> AnchorState:
    """How the log's anchors stand; for one that was never anchored the time runs from its beginning."""
    last = connection.execute(_LATEST).scalar_one_or_none()
    since = last or connection.execute(_FIRST).scalar_one_or_none()
    if since is None:
        return AnchorState(None, due=False, overdue=False)
    longest = timedelta(days=days)
    due = last is None or now - since >= longest - _EARLY
    return AnchorState(last, due=due, overdue=now - since > longest)


def anchor(log: DisclosureLog, channels: Channels, language: str) -> list[Path]:
    """Give the newest checkpoint away on every channel, and write so into the log; the files that were written.

    Raises:
        NoAnchorConfigured: there is no channel.
        AnchorUnwritable: a file cannot be written; what was written before stands in the log.
        LogFault: the log cannot be signed.
    """
    if not channels.any:
        raise NoAnchorConfigured
    signed = log.sign()
    written = []
    if channels.directory is not None:
        path = channels.directory / f"{_plain(log.origin)}-{signed.size}.checkpoint"
        written.append(_given(log, signed, "directory", path, signed.note.encode()))
    if channels.mail_directory is not None and channels.mail_to:
        path = channels.mail_directory / f"{_plain(log.origin)}-{signed.size}.eml"
        content = _mail(log, signed, channels, language)
        written.append(_given(log, signed, "mail", path, content))
    log.sign()
    return written


def anchor_page(log: DisclosureLog, path: Path, language: str) -> SignedCheckpoint:
    """A page to print, sign by hand and keep in the minutes: the checkpoint as text and as a QR code.

    Raises:
        AnchorUnwritable: it cannot be written.
        LogFault: the log cannot be signed.
    """
    signed = log.sign()
    _given(log, signed, "page", path, _page(log, signed, language).encode())
    log.sign()
    return signed


def _plain(origin: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]", "_", origin)


def _given(log: DisclosureLog, signed: SignedCheckpoint, channel: str, path: Path, content: bytes) -> Path:
    if not signed.size:
        raise NothingSigned
    try:
        replace_file(path, content)
        sync_directory(path.parent)
    except OSError as error:
        raise AnchorUnwritable(path=str(path), reason=reason_of(error)) from error
    with log.database.unit_of_work() as uow:
        told = Anchor(ts=milliseconds(uow.now), channel=channel, size=signed.size, root=signed.root.hex())
        log.append(uow, "anchor", told)
        uow.commit()
    return path


def _mail(log: DisclosureLog, signed: SignedCheckpoint, channels: Channels, language: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = tr(
        N_("Checkpoint of {origin}, {size} entries"), language, origin=log.origin, size=signed.size
    )
    message["From"] = channels.mail_from
    message["To"] = ", ".join(channels.mail_to)
    message["Date"] = format_datetime(signed.signed_at)
    message["Message-ID"] = f"<{signed.root.hex()[:32]}.{signed.size}@{_plain(log.origin)}>"
    message.set_content(
        f"{_keep(language)}\n\n{signed.note}\n{_key_words(language)}\n{log.vkey}\n", cte="8bit"
    )
    # Mail systems may fold or quote a text; the attachment arrives as it is.
    message.add_attachment(
        signed.note.encode(), maintype="application", subtype="octet-stream", filename="checkpoint"
    )
    return message.as_bytes()


def _keep(language: str) -> str:
    return tr(
        N_(
            "Keep this. Whoever has it can show that nothing in the disclosure log was changed or removed before it."
        ),
        language,
    )


def _key_words(language: str) -> str:
    return tr(N_("The key to verify it with, which you also have from elsewhere:"), language)


def _page(log: DisclosureLog, signed: SignedCheckpoint, language: str) -> str:
    import segno

    code = segno.make_qr(signed.note, error="m").svg_inline(omitsize=True)
    title = tr(N_("Checkpoint of {origin}, {size} entries"), language, origin=log.origin, size=signed.size)
    return _PAGE.format(
        language=language,
        title=escape(title),
        what=escape(_keep(language)),
        note=escape(signed.note),
        code=code,
        key=escape(_key_words(language)),
        vkey=escape(log.vkey),
        signature=escape(tr(N_("Date, signature, name in block letters"), language)),
    )


def addresses(to: Sequence[str]) -> tuple[str, ...]:
    """The recipients, without what could begin another header."""
    return tuple(re.sub(r"[\r\n]", " ", one).strip() for one in to)
