"""Why two customers are not merged, and what to do about it."""

from __future__ import annotations

from core.errors import Conflict, InvalidInput, Refused
from core.messages import N_


class CannotMerge(Refused):
    """The two cannot become one as they are; the subclasses say why."""

    code = "merging.refused"


class SameCustomer(CannotMerge):
    """A customer and itself."""

    code = "merging.same"
    sentence = N_("Both are customer {number}.")
    advice = N_("Give two different customers; an old number stands for the one that is left.")


class OtherKind(CannotMerge):
    """A person and an organisation."""

    code = "merging.other_kind"
    sentence = N_("One is a person, the other an organisation.")
    advice = N_("A person who stands for an organisation is its contact person: set the field represents.")


class ErasureOpen(CannotMerge):
    """One of them has asked to be erased."""

    code = "merging.erasure_open"
    sentence = N_("Customer {number} has asked to be erased (case {case}), and that is not finished.")
    advice = N_("Finish or withdraw the case first: what is to be erased must not get mixed with other data.")


class TransferUnfinished(CannotMerge):
    """What left about one of them is not settled."""

    code = "merging.transfer_unfinished"
    sentence = N_("Transfer {transfer} about customer {number} is under way or in doubt.")
    advice = N_("Settle it first: rekisteri transfer show {transfer}")


class RunUnfinished(CannotMerge):
    """A file's rows about one of them are being worked on."""

    code = "merging.run_unfinished"
    sentence = N_("Run {run} has rows about these customers and is not finished.")
    advice = N_("Apply it, discard it, or finish taking it back first.")


class TwoBusinessIds(CannotMerge):
    """Two enterprises by their business ids."""

    code = "merging.two_business_ids"
    sentence = N_("They have different business ids, {one} and {other}: by them these are two enterprises.")
    advice = N_("If one of the ids is wrong, correct it on the customer first.")


class TwoOrganisations(CannotMerge):
    """A contact person of two organisations."""

    code = "merging.two_organisations"
    sentence = N_("They represent different organisations, {one} and {other}.")
    advice = N_("A customer represents one: take one of the two away first, or leave two customers.")


class OneHasEnded(CannotMerge):
    """Whether the relationship goes on isn't told by the two."""

    code = "merging.one_has_ended"
    sentence = N_("Customer {ended}'s relationship has ended, customer {active}'s goes on.")
    advice = N_("Say first which is so: end the one, or resume the other.")


class WhyMissing(InvalidInput):
    """A merging without a reason."""

    code = "merging.why_missing"
    sentence = N_("It does not say why these two are one.")
    advice = N_("Say by what you know it: it stays in the history, for the person to see.")


class SeenOtherwise(Conflict):
    """What was looked at is not what stands now."""

    code = "merging.seen_otherwise"
    sentence = N_("Customer {number} has changed since the two were looked at.")
    advice = N_("Look at the two again.")
