"""What follows a change, and what comes from the site: notices to recipients, web registrations."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from core.config.schema.base import Count, Days, Settings


class NoticeSettings(Settings, frozen=True, kw_only=True):
    """Telling recipients of values that have changed since they were given them (docs/notices.md).

    The law says "without undue delay" and names no days (GDPR 5, 12, 16 and 19), so these are the company's own.
    """

    tell_days: Annotated[Count, Meta(description="Days within which a recipient is to be told.")] = 14
    answer_days: Annotated[
        Count, Meta(description="Days after which a recipient that has not acknowledged is chased.")
    ] = 14
    at_once: Annotated[
        Days,
        Meta(
            description="Notices that rekisteri run-due sends by itself at a time, to recipients with told_of_changes "
            "= yes; 0: none."
        ),
    ] = 200


class WebSettings(Settings, frozen=True, kw_only=True):
    """Registrations that came through a form of the company's site (docs/web-registrations.md)."""

    visit_days: Annotated[
        Count,
        Meta(description="Days that visits, browser and IP address of a registration are kept with it."),
    ] = 90
    visit_days_source: Annotated[
        str | None,
        Meta(
            description="Where that time is from: the decision or the paragraph of the privacy notice.",
            examples=["Retention plan 2026, section 4"],
        ),
    ] = None
    visits_deletion_approved: Annotated[
        str | None,
        Meta(
            description="Who approved, and when, that rekisteri run-due deletes visits whose time is over. Without it "
            "nothing is deleted unseen: they are listed, and a person deletes them with rekisteri web delete-visits.",
            examples=["Maija Meikäläinen, 2026-11-01"],
        ),
    ] = None
