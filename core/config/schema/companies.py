"""Company data from the business register."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from core.config.schema.base import Days, Line, Settings


class CompanySettings(Settings, frozen=True, kw_only=True):
    """Names and addresses of organisations from YTJ, the business register."""

    recipient: Annotated[
        Line | None,
        Meta(
            description="The recipient's table in [recipients] that is asked about one organisation at a time, by "
            "business id. Without it nobody is asked: the daily file of all companies tells nobody whom we look for.",
            examples=["business_register"],
        ),
    ] = None
    purpose: Annotated[
        str,
        Meta(
            description="Purpose of the privacy notice under which it is asked. The business register decides for "
            "itself, so the notice allows disclosures to it for an obligation in law alone (docs/partners.md)."
        ),
    ] = "legal_obligation"
    own_notice_days: Annotated[
        Days,
        Meta(
            description="The business register beats the organisation's own notice when its date is later by more "
            "days than this."
        ),
    ] = 0
