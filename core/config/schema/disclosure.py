"""What leaves: recipients, partners, the gate, the review."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from core.config.schema.base import BusinessId, Count, Country, Days, Hour, Line, Settings
from core.config.secret import Secret


class GateSettings(Settings, frozen=True, kw_only=True):
    """When a second person must approve a transfer before it leaves (docs/review.md)."""

    approval_persons: Annotated[
        Days,
        Meta(description="A transfer of more persons than this waits for a second person; 0: none does."),
    ] = 1000
    approval_first_use: Annotated[
        bool,
        Meta(
            description="Whether the first transfer under a recipient's record, new or changed, waits for one. "
            "Where one person works alone nobody else can approve: then false."
        ),
    ] = True
    approval_days: Annotated[Count, Meta(description="Days after which an approval not used is void.")] = 7


class ReviewSettings(Settings, frozen=True, kw_only=True):
    """What the rules of the review mark.  They mark transfers and looks; they never score people."""

    days: Annotated[Count, Meta(description="Days after which the next review is due.")] = 7
    sample_size: Annotated[Count, Meta(description="Transfers in a random sample.")] = 10
    unusual_persons: Annotated[Count, Meta(description="A transfer of more persons than this is marked.")] = (
        500
    )
    unusual_times: Annotated[
        Count,
        Meta(description="A recipient's week of so many times its median week (of eight before) is marked."),
    ] = 3
    unusual_week_persons: Annotated[
        Count, Meta(description="A week of fewer persons than this is never marked.")
    ] = 20
    hours_from: Annotated[Hour, Meta(description="Hour from which work is usual, in Finnish time.")] = 6
    hours_to: Annotated[Hour, Meta(description="Hour until which work is usual.")] = 20
    weekends: Annotated[bool, Meta(description="Whether work on Saturdays and Sundays is usual.")] = False
    own_record: Annotated[bool, Meta(description="Whether looking at one's own record is marked.")] = True
    same_family_name: Annotated[
        bool, Meta(description="Whether looking at a customer of one's own family name is marked.")
    ] = True
    no_task: Annotated[
        bool, Meta(description="Whether opening a card with which nothing was being done is marked.")
    ] = True
    task_days: Annotated[
        Count,
        Meta(description="An order, a change or a transfer this many days before or after is a task."),
    ] = 14
    openings_a_day: Annotated[
        Count, Meta(description="More cards than this opened by one person in a day are marked.")
    ] = 100


class Recipient(Settings, frozen=True, kw_only=True):
    """A registered party to whom data may go: nobody else can be sent to.

    A change here becomes a new version of the recipient's record, with who and when.
    """

    name: Annotated[Line, Meta(description="Who it is.", examples=["Tilitoimisto Esimerkki Oy"])]
    business_id: Annotated[
        BusinessId | None, Meta(description="Its business id.", examples=["7654321-3"])
    ] = None
    role: Annotated[
        Literal["processor", "controller", "staff"],
        Meta(
            description="processor: acts for us under our instructions. controller: decides for itself. "
            "staff: our own, for use in the house.",
            examples=["processor"],
        ),
    ]
    country: Annotated[Country, Meta(description="Where the data goes: two letters.", examples=["FI"])] = "FI"
    agreement: Annotated[
        Line, Meta(description="The agreement that allows it: its name or number.", examples=["DPA 2026-04"])
    ]
    agreement_from: Annotated[
        date, Meta(description="First day of the agreement.", examples=[date(2026, 1, 1)])
    ]
    agreement_to: Annotated[
        date | None, Meta(description="Last day, if it ends.", examples=[date(2028, 12, 31)])
    ] = None
    purposes: Annotated[
        tuple[str, ...],
        Meta(description="Purposes of the privacy notice that it serves.", examples=[["invoicing"]]),
    ]
    categories: Annotated[
        tuple[str, ...],
        Meta(
            description="Data categories that the agreement covers; nothing else is even read.",
            examples=[["customer_number", "name", "organisation", "contact", "postal_address", "orders"]],
        ),
    ]
    adapter: Annotated[
        Line,
        Meta(
            description="The adapter that sends: see rekisteri partner list; files: gets exports, labels and letters.",
            examples=["netvisor"],
        ),
    ]
    told_of_changes: Annotated[
        Literal["yes", "ask", "no"],
        Meta(
            description="Whether it is told of values that have changed since it was given them. yes: by itself. ask: "
            "when a person says so. no: only what the law demands (rectification, erasure, restriction)."
        ),
    ] = "ask"
    told_by: Annotated[
        Literal["adapter", "letter"],
        Meta(description="adapter: by the adapter, where it can. letter: by a letter to be printed."),
    ] = "letter"
    necessity: Annotated[
        str | None,
        Meta(
            description="Outside the EU/EEA only: why the transfer is necessary.",
            examples=["The only carrier to the customer's country"],
        ),
    ] = None
    safeguard: Annotated[
        str | None,
        Meta(
            description="Outside the EU/EEA only: what protects the data (GDPR 46).",
            examples=["Standard contractual clauses 2021/914, module 2"],
        ),
    ] = None


class Partner(Settings, frozen=True, kw_only=True):
    """How a partner's service is reached; the table's name is the adapter's."""

    environment: Annotated[
        Literal["sandbox", "test", "production"],
        Meta(description="Which of the partner's services is meant."),
    ] = "sandbox"
    base_url: Annotated[
        str | None,
        Meta(
            description="Address of the service, when it is not the manifest's.",
            examples=["http://127.0.0.1:8401"],
        ),
    ] = None
    base_urls: Annotated[
        dict[str, str],
        Meta(
            description="Addresses by endpoint, for a partner that has several.",
            examples=[{"api": "http://127.0.0.1:8401"}],
        ),
    ] = field(default_factory=dict)
    sftp: Annotated[
        str | None,
        Meta(
            description="For a partner of files: the server in [sftp] where they go and come; without it, "
            "files.exchange_directory.",
            examples=["addresses"],
        ),
    ] = None
    settings: Annotated[
        dict[str, Any],
        Meta(
            description="The adapter's own settings: see its README.",
            examples=[{"organisation_id": "1234567-1", "product_identifier": "1"}],
        ),
    ] = field(default_factory=dict)
    secrets: Annotated[
        dict[str, Secret],
        Meta(
            description="Where its secrets are: file:PATH (mode 0600), env:NAME or credential:NAME.",
            examples=[
                {
                    "customer_id": "file:netvisor.customer-id",
                    "customer_key": "file:netvisor.customer-key",
                    "partner_id": "file:netvisor.partner-id",
                    "partner_key": "file:netvisor.partner-key",
                }
            ],
        ),
    ] = field(default_factory=dict)
