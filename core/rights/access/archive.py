"""The package as files: the document, the data, its schema, the attachments, and a manifest with counts and digests.

What leaves as a file is encrypted: a ZIP with AES-256 (the WinZip AE-2 format), which 7-Zip, WinZip, WinRAR, Keka and
the like open on every system, so that the person needs no program of ours.  Its weak point is how it makes a key of a
passphrase (PBKDF2, a thousand rounds), so the program draws the passphrase: 99 bits, which no rounds have to protect.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pyzipper

from core.messages import N_, tr
from core.rights.access import document
from core.rights.access.schema import schema_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.config import Config
    from core.rights.access.types import Package

MANIFEST: Final = "manifest.json"
DATA: Final = "data.json"
SCHEMA: Final = "schema.json"
PAGES: Final = "package.pdf"
# Without 0, 1, I, L and O, which are mistaken for each other when they are read out.
_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_GROUPS: Final = 4
_IN_GROUP: Final = 5
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

    def encrypted(self, passphrase: str) -> bytes:
        """One file, which opens with *passphrase* alone."""
        target = io.BytesIO()
        with pyzipper.AESZipFile(
            target, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
        ) as archive:
            archive.setpassword(passphrase.encode())
            for name, content in self.files.items():
                archive.writestr(name, content)
        return target.getvalue()


def new_passphrase() -> str:
    """A passphrase that can be read out on the telephone: ``7KQ2M-9PTXA-…``, 99 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


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
    manifest = {
        "format": document.FORMAT,
        "case": package.case_number,
        "made_at": package.made_at.isoformat(),
        "rows": dict(package.counts),
        "disclosed": len(package.statement.disclosed),
        "not_sent": len(package.statement.not_sent),
        "consultations": len(package.statement.consultations),
        "withheld": sum(it.count for it in package.withheld),
        "files": {
            name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        },
    }
    content = (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()
    return Archive({**files, MANIFEST: content}, manifest)
