"""What erasure refuses, and what it could not prove."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from core.errors import Explanation, Fault, Refused
from core.messages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.retention.types import Hold


class NotAnErasure(Refused):
    """The case asks for something else, or was not granted."""

    code = "erasure.not_granted"
    sentence = N_("Case {number} is not an erasure that has been granted.")
    advice = N_("Decide the case first: rekisteri case decide {number}.")


class Held(Refused):
    """Something prevents it; the sentence names what blocks first, and what must be kept longest with its day."""

    code = "erasure.held"
    sentence = N_("The person of case {number} cannot be erased now: {hold}.")
    advice = N_("Tell the person so, with the reason; it is done by itself as soon as nothing prevents it.")

    def __init__(self, *, number: int, holds: Sequence[Hold]) -> None:
        super().__init__(number=number)
        dated = [hold for hold in holds if hold.until is not None]
        longest = max(dated, key=lambda hold: hold.until or date.min, default=holds[0])
        self.holds = tuple(dict.fromkeys((holds[0], longest)))

    def explain(self, language: str) -> Explanation:
        """The holds in the reader's language too."""
        told = "; ".join(hold.words(language) for hold in self.holds)
        return Explanation(
            code=self.code,
            sentence=tr(self.sentence, language, hold=told, **self.data),
            advice=tr(self.advice, language),
            where=self.where.describe(language),
        )


class RecipientsFirst(Refused):
    """Recipients have to be told while there is still something to tell of (GDPR 19)."""

    code = "erasure.recipients_first"
    sentence = N_("Recipients of case {number} have not been told yet: {recipients}.")
    advice = N_("Send or print their notices first: rekisteri notices list.")


class StillThere(Fault):
    """The person was found again after erasure."""

    code = "erasure.still_there"
    sentence = N_("Case {number}: after the erasure something of the person was still found: {places}.")
    advice = N_("The case stays open. Remove what is named, then: rekisteri erasure carry-out {number}.")


class JournalInUse(Refused):
    """Somebody goes on reading from the database's journal."""

    code = "erasure.journal_in_use"
    sentence = N_("The database's journal cannot be emptied now: somebody goes on reading from it.")
    advice = N_("Give the command again; until the journal is empty the case stays open.")


class NoCertificate(Refused):
    """There is nothing to certify."""

    code = "erasure.no_certificate"
    sentence = N_("Nobody has been erased by case {number} yet.")
    advice = N_("Carry it out first: rekisteri erasure carry-out {number}.")
