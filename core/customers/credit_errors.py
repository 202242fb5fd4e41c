"""What a credit check refuses, and why, in words.  None of these ever holds an identity code."""

from __future__ import annotations

from core.errors import Conflict, InvalidInput, NotFound, Refused
from core.messages import N_


class CashOrder(Refused):
    """Credit data may be asked for granting credit only (Credit Information Act § 19)."""

    code = "credit.cash_order"
    sentence = N_("A cash order is not credit: the payment term is 0 days, so credit data may not be asked.")
    advice = N_("Give the order a payment term first, or take it against cash without a check.")


class ApplicantNotInformed(Refused):
    """Every applicant must be told that credit data is asked, and from whom."""

    code = "credit.not_informed"
    sentence = N_("The applicant has not been told that credit data is asked, and from whom.")
    advice = N_("Tell the applicant, and record how and when: for example “told by phone before the order”.")


class IdentityCodeNeeded(InvalidInput):
    """A person's credit data is asked by the identity code."""

    code = "credit.identity_code_needed"
    sentence = N_("A personal identity code is needed to ask about a person.")
    advice = N_("Ask the applicant for it. It is used for this check and not stored.")


class IdentityCodeInvalid(InvalidInput):
    """Not a personal identity code, or its check character is wrong; the code itself is never repeated."""

    code = "credit.identity_code_invalid"
    sentence = N_("That is not a personal identity code: its form or its check character is wrong.")
    advice = N_(
        "Read it again from the applicant, like 131052-308T. Codes of test persons work only with a test service."
    )


class IdentityCodeNotForFirms(InvalidInput):
    """A firm is asked about by its business id."""

    code = "credit.identity_code_not_for_firms"
    sentence = N_("An organisation is asked about by its business id, not by a person's identity code.")
    advice = N_("Leave the identity code empty.")


class UnknownCreditPurpose(Refused):
    """The Credit Information Act names the purposes that credit data may be asked for."""

    code = "credit.unknown_purpose"
    sentence = N_("Credit data may not be asked for the purpose “{purpose}”.")
    advice = N_("Choose one of: {purposes}.")


class NoSuchCheck(NotFound):
    """There is no credit check by that number."""

    code = "credit.no_such_check"
    sentence = N_("There is no credit check {check}.")
    advice = N_("rekisteri credit list shows those of a customer.")


class NothingToDecide(Conflict):
    """A decision rests on an answer, and is made once."""

    code = "credit.nothing_to_decide"
    sentence = N_("Credit check {check} has no answer to decide on, or is decided already.")
    advice = N_("Open the check: it says where it stands.")


class ReasonsMissing(InvalidInput):
    """A person decides, and says why (P16)."""

    code = "credit.reasons_missing"
    sentence = N_("A credit decision needs its reasons, in words.")
    advice = N_("Write what the decision rests on. The register never decides.")
