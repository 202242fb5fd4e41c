"""The package as JSON: everything under the inventory's own names, by a published schema.

`docs/schemas/access-package-v1.schema.json` is made from the inventory (`core.rights.access.schema`), so that a new
table stands in both at once.  Times are UTC, days and amounts as ISO 8601 and decimal text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from core.disclosure.purposes import PURPOSES
from core.disclosure.statement import data as statements
from core.messages import tr
from core.rights.access.rights import authority, rights
from core.rights.access.types import REASON_NAMES

if TYPE_CHECKING:
    from core.config import Config
    from core.retention.types import Hold
    from core.rights.access.types import Package

FORMAT: Final = "access-package/v1"
_ENCODER: Final = msgspec.json.Encoder(decimal_format="string")


def document(package: Package, config: Config) -> dict[str, Any]:
    """The package as plain data; sentences are in the package's language."""
    language, register = package.language, config.register
    return {
        "format": FORMAT,
        "case": package.case_number,
        "made_at": package.made_at,
        "language": language,
        "register": register.name,
        "controller": {
            "name": register.controller.name,
            "business_id": register.controller.business_id,
            "address": register.controller.address,
            "contact_person": register.controller.contact_person,
            "email": register.controller.email,
            "phone": register.controller.phone,
        },
        "person": {"number": package.number, "name": package.name},
        "purposes": [
            {"code": it.code, "name": tr(it.name, language), "bases": [str(basis) for basis in it.bases]}
            for it in PURPOSES.values()
        ],
        "sources": {name: dict(source) for name, source in package.sources.items()},
        "data": {part.holding.name: list(part.rows) for part in package.parts},
        "statement": statements.document(package.statement, language),
        "retention": [
            {"class": it.data_class, "rule": it.rule, "can_go_on": it.can_go_on} for it in package.kept
        ],
        "holds": [_hold(it, language) for it in package.holds],
        "withheld": [
            {
                "table": it.table,
                "column": it.column,
                "reason": str(it.reason),
                "sentence": tr(REASON_NAMES[it.reason], language),
                "count": it.count,
            }
            for it in package.withheld
        ],
        "attachments": [it.name for it in package.attachments],
        "rights": rights(language),
        "authority": authority(config, language),
        "automated_decisions": False,
        "counts": dict(package.counts),
    }


def json_bytes(package: Package, config: Config) -> bytes:
    """The document as a file, in UTF-8, with line breaks for people who look."""
    return msgspec.json.format(_ENCODER.encode(document(package, config)), indent=1) + b"\n"


def _hold(hold: Hold, language: str) -> dict[str, Any]:
    return {
        "kind": str(hold.kind),
        "table": hold.table,
        "key": hold.key,
        "until": hold.until,
        "law": hold.law or None,
        "sentence": hold.words(language),
    }
