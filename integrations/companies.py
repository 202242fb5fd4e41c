"""The daily file of all companies into a batch of updates: from a file that is here, or fetched for it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from core.archives import opened
from core.batches.types import Origin
from core.errors import Where
from core.reasons import open_file, reason_of
from core.tabular.errors import Unreadable
from core.updates.companies import HEADING, SERVICE
from core.updates.company_errors import BadCompanyFile
from core.updates.company_staging import held_ids, stage_companies
from integrations.answers import UnreadableAnswer
from integrations.ytj.whole import MAX_FILE, told_from

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.actor import Actor
    from core.batches.types import Batch, Watcher
    from core.register import Register
    from integrations.hub import Hub

_NAME: Final = "all_companies.zip"


def stage_file(
    register: Register, actor: Actor, path: Path, *, again: bool = False, progress: Watcher | None = None
) -> Batch:
    """Stage the daily file at *path*, a ZIP as it comes or the JSON in it; constant memory whatever its size.

    Raises:
        Unreadable, BadArchive, BadCompanyFile: it is not that file, or not whole; no customer was changed.
        AlreadyDone: it has been applied before, and *again* doesn't say that this is meant.
    """
    try:
        with open_file(path) as file:
            # A BinaryIO that open gives has readinto, which its type leaves out.
            digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        with opened(path, MAX_FILE) as content:
            return stage_companies(
                register,
                actor,
                Origin(path.name, digest, path.stat().st_size, (HEADING,)),
                told_from(content.stream, _ours(register), _language(register)),
                again=again,
                whole=True,
                total=content.size,
                progress=progress,
            )
    except UnreadableAnswer as unreadable:
        raise BadCompanyFile(where=Where(file=path.name), reason=unreadable.reason) from None
    except OSError as error:
        raise Unreadable(where=Where(file=str(path)), reason=reason_of(error)) from error


def stage_fetched(
    register: Register,
    hub: Hub,
    actor: Actor,
    *,
    again: bool = False,
    fetching: Watcher | None = None,
    progress: Watcher | None = None,
) -> Batch:
    """Fetch today's file into a private folder, stage it, and forget it: it names nobody of ours.

    Raises:
        ConfigError, PartnerSilent, CannotWrite: it could not be fetched.
        as `stage_file`.
    """
    with TemporaryDirectory(prefix="rekisteri-") as folder:
        path = Path(folder) / _NAME
        hub.fetch_whole(SERVICE, path, fetching)
        return stage_file(register, actor, path, again=again, progress=progress)


def _ours(register: Register) -> Callable[[Sequence[str]], frozenset[str]]:
    def ours(business_ids: Sequence[str]) -> frozenset[str]:
        with register.database.reading() as connection:
            return held_ids(connection, business_ids)

    return ours


def _language(register: Register) -> str:
    partner = register.config.partners.get(SERVICE)
    return str(partner.settings.get("language", "fi")) if partner else "fi"
