"""Files and paper: where files go, label sheets, letters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from core.config.schema.base import Count, Days, Distance, Extent, Language, Line, Settings


class FileSettings(Settings, frozen=True, kw_only=True):
    """Folders for files that come and go."""

    quarantine_directory: Annotated[
        Path, Meta(description="Rows that could not be loaded, each with its reason.")
    ] = Path("quarantine")
    exchange_directory: Annotated[Path, Meta(description="Files exchanged with recipients.")] = Path(
        "exchange"
    )
    export_directory: Annotated[
        Path, Meta(description="Exports, labels, lists and letters; the one folder they are written to.")
    ] = Path("exports")
    export_days: Annotated[
        Days, Meta(description="Days that a file stays there; rekisteri run-due removes it then.")
    ] = 14


class LabelSheet(Settings, frozen=True, kw_only=True):
    """A sheet of address labels: A4 with 3 x 8 labels of 70 x 37 mm unless said otherwise."""

    page_width_mm: Annotated[Extent, Meta(description="Width of the sheet.")] = 210.0
    page_height_mm: Annotated[Extent, Meta(description="Height of the sheet.")] = 297.0
    columns: Annotated[Count, Meta(description="Labels side by side.")] = 3
    rows: Annotated[Count, Meta(description="Labels from top to bottom.")] = 8
    width_mm: Annotated[Extent, Meta(description="Width of a label.")] = 70.0
    height_mm: Annotated[Extent, Meta(description="Height of a label.")] = 37.0
    left_mm: Annotated[Distance, Meta(description="From the sheet's left edge to the labels.")] = 0.0
    top_mm: Annotated[Distance, Meta(description="From the sheet's top edge to the labels.")] = 0.5
    gap_x_mm: Annotated[Distance, Meta(description="Between labels side by side.")] = 0.0
    gap_y_mm: Annotated[Distance, Meta(description="Between labels above each other.")] = 0.0
    inset_mm: Annotated[Distance, Meta(description="From a label's edge to its text.")] = 5.0


class Letter(Settings, frozen=True, kw_only=True):
    """A letter that can be written to a selection of customers: rekisteri export letters NAME."""

    subject: Annotated[Line, Meta(description="Its heading.", examples=["Tervetuloa asiakkaaksi"])]
    text: Annotated[
        Line,
        Meta(
            description="Its text; an empty line begins a new paragraph. It is text, not markup.",
            examples=["Hyvä asiakas\n\nKiitos luottamuksestanne. Autamme mielellämme."],
        ),
    ]
    signature: Annotated[
        str | None, Meta(description="Who signs, below the text.", examples=["Maija Meikäläinen"])
    ] = None
    language: Annotated[Language, Meta(description="Language of the letter: fi or en.")] = "fi"
    template: Annotated[
        Path | None,
        Meta(
            description="A Typst template of your own (docs/exits.md, Letters); ours when left out.",
            examples=["letters/own.typ"],
        ),
    ] = None
