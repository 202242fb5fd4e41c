"""What the forms of an export are called."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.documents.forms import LETTER
from core.messages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "csv": N_("table for a spreadsheet (CSV)"),
        "jsonl": N_("table for programs (JSON Lines)"),
        "vcard": N_("contact cards (vCard)"),
        "labels": N_("address labels (PDF)"),
        "labels-csv": N_("address labels as a table (CSV)"),
        "directory": N_("directory for publication (PDF)"),
    }
)


def form_name(form: str, language: str) -> str:
    """What *form* is called; a letter by its name in the configuration."""
    if form.startswith(LETTER):
        return tr(N_("letter: {name} (PDF)"), language, name=form.removeprefix(LETTER))
    return tr(FORM_NAMES[form], language)
