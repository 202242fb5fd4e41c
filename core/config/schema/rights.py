"""People's rights: deadlines, reminders, and the authority that every decision names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from core.config.schema.base import Count, Days, Line, Settings


class Authority(Settings, frozen=True, kw_only=True):
    """The supervisory authority to which a data subject may complain (GDPR 77), and the court (GDPR 79)."""

    name: Annotated[Line, Meta(description="Its name in Finnish.")] = "Tietosuojavaltuutetun toimisto"
    name_en: Annotated[Line, Meta(description="Its name in English.")] = (
        "Office of the Data Protection Ombudsman"
    )
    postal_address: Annotated[Line, Meta(description="Its postal address, on one line.")] = (
        "PL 800, 00531 Helsinki"
    )
    www: Annotated[Line, Meta(description="Its site.")] = "tietosuoja.fi"
    email: Annotated[Line, Meta(description="Its e-mail address.")] = "tietosuoja@om.fi"
    phone: Annotated[Line, Meta(description="Its switchboard.")] = "029 566 6700"
    court: Annotated[
        Line, Meta(description="In Finnish: the court that the person may go to, as letters say it.")
    ] = "asuinpaikkanne tai rekisterinpitäjän kotipaikan käräjäoikeus"
    court_en: Annotated[Line, Meta(description="The same in English.")] = (
        "the district court of your place of residence or of the controller's domicile"
    )


class RightsSettings(Settings, frozen=True, kw_only=True):
    """Requests of data subjects: GDPR 12(3), counted by Regulation 1182/71."""

    eves_are_free: Annotated[
        bool,
        Meta(
            description="Whether Midsummer Eve and Christmas Eve move a last day onwards (Act 150/1930 § 5)."
        ),
    ] = False
    remind_days: Annotated[
        Days, Meta(description="Days before the last day from which a case is on the list as urgent.")
    ] = 7
    repeated_days: Annotated[
        Count,
        Meta(description="Days within which an earlier case of the same person and kind is pointed out."),
    ] = 365
    letter_templates: Annotated[
        Path | None,
        Meta(
            description="Folder with your own templates of the letters (docs/letters.md); ours for what is not in it.",
            examples=["letters"],
        ),
    ] = None
    authority: Authority = Authority()
