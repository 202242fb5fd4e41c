"""The inventory: for every table either how it holds people's data, or why it holds none of the register's people.

The order of `HOLDINGS` is the order in which erasure may work: a row's dependants stand before it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from core.backup.model import upkeep_table
from core.batches.model import batch_row_table, batch_table
from core.customers import model as customers
from core.customers.web_model import web_file_table, web_registration_table
from core.disclosure import model as disclosure
from core.disclosure.log import model as log
from core.disclosure.review import model as review
from core.keys import data_key_table, master_key_table
from core.notices import model as notices
from core.papers.model import paper_customer_table, paper_opener_table, paper_table
from core.personal_data.types import DataClass, Direct, Fate, Holding, Through
from core.retention import model as retention
from core.rights import model as rights
from core.rights.erasure import model as erasure
from core.rights.rectification import model as rectification
from core.staff import model as staff
from core.updates.model import update_mapping_table

if TYPE_CHECKING:
    from collections.abc import Mapping

_RECORDED: Final = ("recorded_at", "actor_name")
_SOURCED: Final = (*_RECORDED, "source_kind", "source_detail", "batch_id")
_PERIOD: Final = ("since", *_RECORDED, "lifted_on", "lifted_at", "lifted_by_name", "lifted_reason")
_OF_ORDER: Final = Through("order_id", customers.customer_order_table, "id", Direct())
_OF_INVOICE: Final = Through("invoice_number", customers.invoice_table, "number", Direct())
_OF_TRANSFER: Final = Through("transfer_id", disclosure.transfer_line_table, "transfer_id", Direct())
_VALUES: Final = ("first_name", "last_name", "organisation_name", "business_id", "email", "phone", "www")
_ADDRESS: Final = ("street", "postcode", "town", "country")

CUSTOMER: Final = (
    Holding(
        erasure.voucher_table,
        Direct(),
        DataClass.INVOICES,
        # Made by an erasure and taken away by the same case when its period is over.
        Fate.KEEP,
        shown=("made_at", "kept_until"),
        sealed=("sealed",),
        technical=("customer_id", "case_number"),
    ),
    Holding(
        customers.customer_alias_table,
        Direct(),
        DataClass.CUSTOMER,
        Fate.DELETE,
        shown=("number", *_RECORDED),
        technical=("customer_id", "former_id", "actor_id"),
    ),
    Holding(
        customers.customer_sealed_table,
        Direct(),
        DataClass.BANK_DETAILS,
        Fate.DELETE,
        shown=("field", *_SOURCED),
        sealed=("sealed",),
        technical=("id", "customer_id", "actor_id"),
    ),
    Holding(
        customers.customer_change_table,
        Direct(),
        DataClass.HISTORY,
        Fate.DELETE,
        shown=("changes", "article_18_use", *_SOURCED),
        technical=("id", "customer_id", "actor_id", "restores"),
    ),
    Holding(
        customers.customer_ban_table,
        Direct(),
        DataClass.BANS,
        Fate.DELETE,
        shown=("kind", "origin", *_PERIOD, "batch_id"),
        technical=("id", "customer_id", "actor_id", "lifted_by"),
    ),
    Holding(
        customers.customer_restriction_table,
        Direct(),
        DataClass.BANS,
        Fate.DELETE,
        shown=("ground", "detail", "told_on", "told_how", *_PERIOD),
        technical=("id", "customer_id", "actor_id", "lifted_by"),
    ),
    Holding(
        customers.customer_search_table,
        Direct(),
        DataClass.CUSTOMER,
        Fate.DELETE,
        # A folded copy of the customer's own values, kept for finding them.
        shown=(),
        technical=("customer_id", "place", "sort_key", "lead", "words"),
    ),
    Holding(
        customers.order_change_table,
        _OF_ORDER,
        DataClass.ORDERS,
        Fate.DELETE,
        shown=("changes", *_SOURCED),
        technical=("id", "order_id", "actor_id"),
    ),
    Holding(
        customers.order_line_table,
        _OF_ORDER,
        DataClass.ORDERS,
        Fate.EMPTY,
        shown=("position", "product", "description", "quantity", "unit_price", "vat_percent"),
        technical=("order_id",),
        emptied={"description": ""},
    ),
    Holding(
        customers.invoice_change_table,
        _OF_INVOICE,
        DataClass.INVOICES,
        Fate.DELETE,
        shown=("read_at", "changes", *_SOURCED),
        technical=("id", "invoice_number", "actor_id"),
    ),
    Holding(
        customers.invoice_table,
        Direct(),
        DataClass.INVOICES,
        Fate.EMPTY,
        shown=("number", "accounting_key", "date", "due_date", "total", "open_total", "state", "read_at"),
        technical=("order_id", "customer_id"),
        emptied={"accounting_key": None},
    ),
    Holding(
        customers.customer_order_table,
        Direct(),
        DataClass.ORDERS,
        Fate.EMPTY,
        shown=(
            *("number", "state", "placed_on", "due_date", "reference", "currency", "invoice_number"),
            *("total_net", "total_vat"),
        ),
        technical=("id", "customer_id", "version"),
        emptied={"reference": None},
    ),
    Holding(
        customers.customer_table,
        Direct("id"),
        DataClass.CUSTOMER,
        Fate.EMPTY,
        shown=(
            *("number", "kind", *_VALUES, *_ADDRESS, "represents"),
            *("status", "protected_address", "started_on", "ended_on", "contact_on"),
        ),
        technical=("id", "version"),
        # The number and the status are erasure's own to write.
        emptied=dict.fromkeys((*_VALUES, *_ADDRESS, "represents")),
    ),
)

DISCLOSED: Final = (
    Holding(
        disclosure.credit_check_table,
        Direct(),
        DataClass.CREDIT_CHECKS,
        Fate.EMPTY,
        shown=(
            *("kind", "purpose", "staff_name", "asked_at", "informed", "state", "answer_expires_at"),
            *("decision", "decided_at", "decided_by_name"),
        ),
        sealed=("answer", "reasons"),
        technical=("id", "customer_id", "staff_id", "transfer_id", "decided_by"),
        emptied={"customer_id": None, "informed": None, "answer": None, "reasons": None},
    ),
    Holding(
        disclosure.transfer_left_out_table,
        Direct(),
        DataClass.DISCLOSURES,
        Fate.EMPTY,
        shown=("transfer_id", "customer_number", "reason", "detail"),
        technical=("place", "customer_id"),
        emptied={"customer_id": None, "customer_number": None, "detail": []},
    ),
    Holding(
        disclosure.transfer_key_table,
        _OF_TRANSFER,
        DataClass.DISCLOSURES,
        Fate.DELETE,
        shown=(),
        technical=("recipient_code", "key", "transfer_id"),
        whole=False,
    ),
    Holding(
        disclosure.transfer_event_table,
        _OF_TRANSFER,
        DataClass.DISCLOSURES,
        Fate.EMPTY,
        shown=("transfer_id", "at", "kind", "state", "log_index", "staff_name", "reason"),
        technical=("id", "staff_id"),
        emptied={"reason": None},
        whole=False,
    ),
    Holding(
        disclosure.transfer_table,
        Through("id", disclosure.transfer_line_table, "transfer_id", Direct()),
        DataClass.DISCLOSURES,
        Fate.EMPTY,
        shown=(
            *(
                "number",
                "recipient_code",
                "recipient_version",
                "purpose",
                "basis",
                "country",
                "task",
                "reason",
            ),
            *("staff_name", "adapter", "adapter_version", "environment", "fields", "size", "state"),
            *("created_at", "attempted_at", "finished_at"),
        ),
        technical=("id", "staff_id", "payload_digest", "sealed", "owner", "lease_until"),
        emptied={"reason": None},
        whole=False,
    ),
    Holding(
        disclosure.transfer_line_table,
        Direct(),
        DataClass.DISCLOSURES,
        Fate.EMPTY,
        shown=("transfer_id", "number", "key", "state", "reference", "code", "message", "pending"),
        sealed=("sealed",),
        technical=("item_id", "customer_id", "tag", "commitment", "digest"),
        emptied={"customer_id": None, "key": None, "reference": None, "message": None, "sealed": None},
    ),
    Holding(
        review.refusal_table,
        Direct(),
        DataClass.DISCLOSURES,
        Fate.KEEP,
        shown=("recorded_at", "staff_name", "recipient", "purpose", "task", "step", "code"),
        technical=("id", "staff_id", "size", "customer_id"),
    ),
)

LOOKED_AT: Final = (
    Holding(
        review.look_line_table,
        Through("access_id", staff.access_event_table, "id", Direct()),
        DataClass.LOOKS,
        Fate.EMPTY,
        shown=(),
        technical=("look_id", "number", "access_id", "tag", "commitment", "digest", "nonce"),
        emptied={"nonce": None},
    ),
    Holding(
        staff.access_event_table,
        Direct(),
        DataClass.LOOKS,
        Fate.KEEP,
        shown=("recorded_at", "action", "task", "detail"),
        technical=("id", "staff_id", "session_id", "customer_id"),
    ),
)

IN_BATCHES: Final = (
    Holding(
        batch_row_table,
        Direct(),
        DataClass.BATCHES,
        Fate.EMPTY,
        shown=(
            *("batch_id", "line", "key", "meaning", "answered_on", "values", "outcome", "reason"),
            *(
                "matched_by",
                "grade",
                "explanation",
                "decision",
                "decided_at",
                "decided_by_name",
                "cells",
                "problem",
            ),
        ),
        technical=("customer_id", "decided_by"),
        emptied=dict.fromkeys(("key", "customer_id", "values", "explanation", "cells", "problem")),
    ),
)

_OF_CASE: Final = Through("case_number", rights.case_table, "number", Direct())

IN_CASES: Final = (
    Holding(
        rectification.rectification_table,
        _OF_CASE,
        DataClass.CASES,
        Fate.EMPTY,
        shown=("case_number", "field", "proposed_at", "staff_name", "decision", "decided_at", "origin"),
        sealed=("proposed",),
        technical=("id", "evidence", "staff_id"),
        emptied={"proposed": None},
    ),
    Holding(
        retention.hold_table,
        Direct(),
        DataClass.CASES,
        Fate.EMPTY,
        shown=(
            *("kind", "law", "since", "until", "review_on", "owner_name", "recorded_at", "recorded_by_name"),
            *("released_at", "released_by_name"),
        ),
        sealed=("reason", "released_reason"),
        technical=("id", "customer_id", "owner_id", "recorded_by", "released_by"),
        emptied={"customer_id": None, "reason": None, "released_reason": None},
    ),
    Holding(
        rights.case_file_table,
        _OF_CASE,
        DataClass.CASES,
        Fate.EMPTY,
        shown=("case_number", "at", "staff_name", "size"),
        sealed=("name", "content"),
        technical=("id", "staff_id"),
        emptied={"name": None, "content": None},
    ),
    Holding(
        rights.case_event_table,
        _OF_CASE,
        DataClass.CASES,
        Fate.EMPTY,
        shown=("case_number", "at", "staff_name", "kind", "facts"),
        sealed=("words",),
        technical=("id", "staff_id"),
        emptied={"words": None},
    ),
    Holding(
        rights.case_pause_table,
        _OF_CASE,
        DataClass.CASES,
        Fate.KEEP,
        shown=("case_number", "since", "until"),
        technical=("place",),
    ),
    Holding(
        rights.case_table,
        Direct(),
        DataClass.CASES,
        # The case stays as proof that the right was served (GDPR 5(2)); whose it was and every word of it goes.
        Fate.EMPTY,
        shown=(
            *(
                "number",
                "kind",
                "state",
                "received_on",
                "recorded_at",
                "recorded_by_name",
                "channel",
                "signed",
            ),
            *("language", "identity", "due_on", "extended_on", "owner_name", "decision", "decided_at"),
            *("decided_by_name", "due_by_itself_on", "answered_on", "closed_at"),
        ),
        sealed=("request",),
        technical=(
            "customer_id",
            "recorded_by",
            "owner_id",
            "decided_by",
            "wrapped_key",
            "looked_for",
            "version",
        ),
        emptied=dict.fromkeys(("customer_id", "wrapped_key", "request", "looked_for")),
    ),
)

_OF_NOTICE: Final = Through("notice_id", notices.notice_table, "id", Direct())

AFTERWARDS: Final = (
    Holding(
        notices.notice_check_table,
        Direct(),
        DataClass.DISCLOSURES,
        Fate.DELETE,
        shown=(),
        technical=("id", "customer_id", "change_id", "field"),
    ),
    Holding(
        notices.notice_event_table,
        _OF_NOTICE,
        DataClass.DISCLOSURES,
        Fate.EMPTY,
        shown=("at", "actor_name", "state", "detail"),
        technical=("id", "notice_id", "actor_id"),
        emptied={"detail": ""},
    ),
    Holding(
        notices.notice_table,
        Direct(),
        DataClass.DISCLOSURES,
        # That a recipient was told, and has acknowledged, stays (GDPR 19); whom it was about goes.
        Fate.EMPTY,
        shown=(
            *(
                "recipient_code",
                "cause",
                "purpose",
                "fields",
                "batch_id",
                "reference",
                "told",
                "way",
                "state",
            ),
            *("obstacle", "made_at", "due_on", "sent_at", "chase_on", "chases", "closed_at"),
        ),
        technical=("id", "customer_id", "held_by", "transfer_id"),
        emptied={"customer_id": None, "reference": None},
    ),
    Holding(
        web_registration_table,
        Direct(),
        DataClass.WEB,
        Fate.DELETE,
        shown=(
            *("submission", "form", "state", "urgent", "values", "bans", "submitted_at", "received_at"),
            *("visits", "visits_deleted_at", "decided_at", "decided_by_name", "note"),
        ),
        sealed=("sealed",),
        technical=("id", "digest", "file_id", "customer_id", "candidates", "decided_by"),
    ),
)

ON_PAPER: Final = (
    Holding(
        paper_table,
        Through("number", paper_customer_table, "paper_number", Direct()),
        DataClass.PAPERS,
        # A line of the index names nobody; what the paper is about stands with each person it concerns.
        Fate.KEEP,
        shown=("number", "since", "keep_until", "destroyed_on", "destroyed_by_name", "destroyed_how"),
        technical=(
            *("place", "recorded_at", "recorded_by", "recorded_by_name"),
            *("destroyed_at", "destroyed_recorded_by"),
        ),
    ),
    Holding(
        paper_customer_table,
        Direct(),
        DataClass.PAPERS,
        Fate.DELETE,
        shown=("paper_number",),
        sealed=("about",),
        technical=("customer_id",),
    ),
)

HOLDINGS: Final = (*ON_PAPER, *IN_CASES, *AFTERWARDS, *CUSTOMER, *DISCLOSED, *LOOKED_AT, *IN_BATCHES)

_STAFF: Final = "about the register's staff, who are not its customers"
_LOG: Final = "the log holds no personal data and no guessable hash of any"
_COUNTS: Final = "counts and numbers only"
_REVIEW: Final = "about transfers and rules; customers are named by row id alone"

IMPERSONAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{
            table.name: _STAFF
            for table in (
                *(staff.staff_member_table, staff.staff_role_table, staff.staff_change_table),
                *(staff.agreement_table, staff.ssh_key_table, staff.session_table),
                *(staff.sign_in_event_table, staff.sign_in_delay_table, paper_opener_table),
            )
        },
        **{
            table.name: _LOG
            for table in (
                *(log.log_entry, log.log_node, log.log_head, log.log_signed, log.log_checkpoint),
                *(log.log_cosignature, log.log_fault, review.look_table),
            )
        },
        **{
            table.name: _REVIEW
            for table in (
                *(review.finding_table, review.finding_event_table, review.review_table),
                *(review.sample_table, review.sample_item_table),
            )
        },
        **dict.fromkeys(
            ("postal_file", "postal_code", "postal_street"), "the post's own file of codes and streets"
        ),
        customers.number_series_table.name: _COUNTS,
        customers.customer_place_count_table.name: _COUNTS,
        web_file_table.name: _COUNTS,
        upkeep_table.name: "backups, restores and drills: when, by whom, counts",
        update_mapping_table.name: "how a service's files are read: headings and codes, no row of theirs",
        batch_table.name: "a run as a whole: its file, counts and who ran it",
        master_key_table.name: "which master key is in force, by a one-way id",
        data_key_table.name: "a random key, wrapped; erasure destroys it by itself, last of all",
        disclosure.recipient_version_table.name: "about recipients",
        disclosure.transfer_tally_table.name: _COUNTS,
        disclosure.transfer_attempt_table.name: "what was tried and when, with a keyed digest",
        review.approval_table.name: "a sealed request, opened only to approve it; erasure voids those that wait",
    }
)
