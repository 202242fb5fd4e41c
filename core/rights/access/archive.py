"""The package as files: the document, the data, its schema, the attachments, and a manifest with counts and digests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from core.messages import N_, tr
from core.rights.access import document
from core.rights.access.schema import schema_text
from core.rights.handing import MANIFEST, manifest, manifest_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.config import Config
    from core.rights.access.types import Package

DATA: Final = "data.json"
SCHEMA: Final = "schema.json"
PAGES: Final = "package.pdf"
_READ_ME: Final = N_(
    "This archive holds everything that the register {register} holds about you ({controller}).\n\n"
    "package.pdf      the same in words, to be read\n"
    "data.json        for programs, by the schema in schema.json\n"
    "attachments/     files that came with your requests\n"
    "manifest.json    how many rows there are of each kind, and the SHA-256 digest of each file\n"
)


@dataclass(frozen=True, slots=True)
class Archive:
    """The files of a package; ``manifest`` says what is in each."""

    files: Mapping[str, bytes] = field(repr=False)
    manifest: Mapping[str, Any]


def archive(package: Package, config: Config, pdf: bytes) -> Archive:
    """The package's files; *pdf* is what the typesetter made of its pages."""
    language = package.language
    controller = config.register.controller.name
    read_me = tr(_READ_ME, language, register=config.register.name, controller=controller)
    files = {
        "README.txt": read_me.encode(),
        PAGES: pdf,
        DATA: document.json_bytes(package, config),
        SCHEMA: schema_text().encode(),
        **{it.name: it.content for it in package.attachments},
    }
    made = manifest(
        document.FORMAT,
        package.case_number,
        package.made_at,
        files,
        rows=package.counts,
        disclosed=len(package.statement.disclosed),
        not_sent=len(package.statement.not_sent),
        consultations=len(package.statement.consultations),
        withheld=sum(it.count for it in package.withheld),
    )
    return Archive({**files, MANIFEST: manifest_bytes(made)}, made)
