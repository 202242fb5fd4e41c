"""Asiakastieto's query, timestamp and checksum.

Source: developerportal.enento.com as worked out in the project's reference.  Secrets and the identity code travel in
the query, so a URL of this partner is never logged.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from core.text import fold
from integrations.protocol import Part, SecretRef

USER_ID: Final = SecretRef("userid")
PASSWORD: Final = SecretRef("passwd")
CHECKSUM_KEY: Final = SecretRef("checksum_key")

# Stands for the identity code in a payload, which may be shown and kept; the code itself is neither.
IDENTITY_CODE: Final = "{identity_code}"
ENDUSER_LENGTH: Final = 12
# The running number at the end; a fixed one is documented to work.
RUNNING_NUMBER: Final = "00000"

_NORMAL_TIME: Final = timezone(timedelta(hours=2))
_HELSINKI: Final = ZoneInfo("Europe/Helsinki")
_NOT_ENDUSER: Final = re.compile(r"[^a-z0-9._-]")


def timestamp(now: datetime, clock: str) -> str:
    """``YYYYMMDDHHMMSSXX`` + offset + running number, e.g. ``2026010112000000+0200000``.

    *clock* ``normal_time`` is UTC+2 the whole year, as Enento's text has it; ``local_time`` follows summer time, as one
    public client does.  Clock reading and offset always agree.
    """
    local = now.astimezone(_NORMAL_TIME if clock == "normal_time" else _HELSINKI)
    offset = local.strftime("%z")[:3]
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 10_000:02d}{offset}{RUNNING_NUMBER}"


def checksum_parts(enduser: str, sent_at: str) -> tuple[Part, ...]:
    """What SHA-512 is computed over; the last ``&`` belongs to it, and ``+`` of the timestamp is raw."""
    return (USER_ID, "&", enduser, "&", sent_at, "&", CHECKSUM_KEY, "&")


def enduser(user_name: str) -> str:
    """Who asks: at most 12 ASCII characters from a staff user name; empty when nothing remains of it."""
    return _NOT_ENDUSER.sub("", fold(user_name))[:ENDUSER_LENGTH]


def consumer_query(*, language: str, purpose: str, target: str) -> tuple[tuple[str, str], ...]:
    """q41, credit information of a person, without who asks, secrets and checksum."""
    return (
        ("version", "2018"),
        ("lang", language),
        ("reqmsg", "CONSUMER"),
        ("qtype", "41"),
        ("request", "H"),
        ("purpose", purpose),
        ("level", "1"),
        ("idnumber", IDENTITY_CODE),
        ("format", "json"),
        ("target", target),
    )


def company_query(
    *, language: str, purpose: str, target: str, qtype: str, business_id: str
) -> tuple[tuple[str, str], ...]:
    """A company's report by business id (8 digits, no dash), without who asks, secrets and checksum."""
    return (
        ("version", "5.01"),
        ("lang", language),
        ("reqmsg", "COMPANY"),
        ("qtype", qtype),
        ("request", "H"),
        ("purpose", purpose),
        ("level", "1"),
        ("businessid", business_id),
        ("format", "json"),
        ("target", target),
    )


def pairs_text(pairs: tuple[tuple[str, str], ...]) -> bytes:
    """The pairs as a payload: one ``name=value`` a line, so that a person can read what will be asked."""
    return "".join(f"{name}={value}\n" for name, value in pairs).encode("ascii")


def pairs_of(content: bytes) -> tuple[tuple[str, str], ...]:
    """The pairs that `pairs_text` wrote."""
    lines = content.decode("ascii").splitlines()
    return tuple((name, value) for name, _, value in (line.partition("=") for line in lines))
