"""How requests, refusals, looks, findings and samples look as lines of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure.review.approvals import WHY_NAMES
from core.disclosure.review.findings import FINDING_STATE_NAMES
from core.disclosure.review.rules import RULE_NAMES
from core.disclosure.types import STATE_NAMES
from core.messages import N_, tr
from tui.screens.words import purpose_name, when
from tui.widgets.record_table import Column

if TYPE_CHECKING:
    from core.disclosure.review.approvals import Approval
    from core.disclosure.review.findings import Finding
    from core.disclosure.review.refusals import Refusal
    from core.disclosure.review.snooping import LookMark
    from core.disclosure.transfers import TransferRow


def approval_columns(language: str) -> list[Column[Approval]]:
    """Number, when, who asks, for whom and why."""
    return [
        Column(tr(N_("No."), language), 5, lambda one: str(one.id), "right"),
        Column(tr(N_("When"), language), 16, lambda one: when(one.asked_at)),
        Column(tr(N_("Asked by"), language), 16, lambda one: one.asked_by_name),
        Column(tr(N_("Recipient"), language), 13, lambda one: one.recipient_code),
        Column(tr(N_("Count"), language), 5, lambda one: str(one.size), "right"),
        Column(tr(N_("Why"), language), 0, lambda one: tr(WHY_NAMES[one.why], language)),
    ]


def refusal_columns(language: str) -> list[Column[Refusal]]:
    """When, who, to whom, how many, and the rule."""
    return [
        Column(tr(N_("When"), language), 16, lambda one: when(one.recorded_at)),
        Column(tr(N_("Who"), language), 16, lambda one: one.staff_name),
        Column(tr(N_("Recipient"), language), 13, lambda one: one.recipient),
        Column(tr(N_("Count"), language), 5, lambda one: str(one.size), "right"),
        Column(tr(N_("Why"), language), 0, lambda one: one.reason(language)),
    ]


def look_columns(language: str) -> list[Column[LookMark]]:
    """When, who, whose card, what for, and the rule that marked it."""
    return [
        Column(tr(N_("When"), language), 16, lambda one: when(one.at)),
        Column(tr(N_("Who"), language), 16, lambda one: one.staff_name),
        Column(tr(N_("Customer"), language), 9, lambda one: one.customer_number or ""),
        Column(tr(N_("Task"), language), 15, lambda one: purpose_name(one.task, language)),
        Column(tr(N_("Rule"), language), 0, lambda one: tr(RULE_NAMES[one.rule], language)),
    ]


def finding_columns(language: str) -> list[Column[Finding]]:
    """Number, state, owner, rule, and the words."""
    return [
        Column(tr(N_("No."), language), 4, lambda one: str(one.id), "right"),
        Column(tr(N_("State"), language), 10, lambda one: tr(FINDING_STATE_NAMES[one.state], language)),
        Column(tr(N_("Owner"), language), 14, lambda one: one.owner_name or "–"),
        Column(tr(N_("Rule"), language), 18, lambda one: tr(RULE_NAMES[one.rule], language)),
        Column(tr(N_("What"), language), 0, lambda one: one.words),
    ]


def sample_columns(language: str, looked_at: frozenset[int]) -> list[Column[TransferRow]]:
    """A transfer of the sample, and whether it has been looked at."""
    return [
        Column("✓", 2, lambda one: "✓" if one.number in looked_at else ""),
        Column(tr(N_("No."), language), 6, lambda one: str(one.number), "right"),
        Column(tr(N_("When"), language), 16, lambda one: when(one.created_at)),
        Column(tr(N_("Recipient"), language), 0, lambda one: one.recipient_name),
        Column(tr(N_("Purpose"), language), 14, lambda one: purpose_name(one.purpose, language)),
        Column(tr(N_("Count"), language), 5, lambda one: str(one.size), "right"),
        Column(tr(N_("State"), language), 12, lambda one: tr(STATE_NAMES[one.state], language)),
    ]
