"""What did not reach the recipient is an error with its reason and what to do, not a line that reads like success."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure import transfers
from core.disclosure.types import TransferState
from core.errors import PartnerUnavailable, Refused, Words
from core.messages import N_
from integrations.words import message_id

if TYPE_CHECKING:
    from core.register import Register


class NotDelivered(PartnerUnavailable):
    """Nothing left, and that is certain."""

    code = "cli.not_delivered"
    sentence = N_("Transfer {transfer}: nothing was sent. {reason}")
    advice = N_(
        "Give the same command again when the cause is gone; rekisteri partner check tries the connection."
    )


class DeliveryInDoubt(PartnerUnavailable):
    """It may have arrived or not."""

    code = "cli.in_doubt"
    sentence = N_("Transfer {transfer}: nobody knows yet whether the recipient got it. {reason}")
    advice = N_("Do not send it again. Ask the recipient with: rekisteri transfer settle {transfer}")


class DeliveryRefused(Refused):
    """The recipient said no."""

    code = "cli.delivery_refused"
    sentence = N_("Transfer {transfer}: the recipient refused it. {reason}")
    advice = N_("Correct what the recipient names, then give the same command again.")


_ERRORS = {
    TransferState.NOT_SENT: NotDelivered,
    TransferState.IN_DOUBT: DeliveryInDoubt,
    TransferState.REFUSED: DeliveryRefused,
}


def require_delivered(register: Register, transfer: int) -> None:
    """Make sure that transfer number *transfer* arrived.

    Raises:
        NotDelivered, DeliveryInDoubt, DeliveryRefused: it did not, for all that is known.
    """
    with register.database.reading() as connection:
        found = transfers.detail(connection, transfers.find_id(connection, str(transfer)))
    error = _ERRORS.get(found.row.state)
    if error is not None:
        code = next((line.code for line in found.lines if line.code), "")
        raise error(transfer=transfer, reason=Words(message_id(code)) if code else "")
