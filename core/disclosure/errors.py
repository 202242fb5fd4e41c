"""What the gate refuses, and why, in words."""

from __future__ import annotations

from core.errors import Conflict, Fault, InvalidInput, NotFound, Refused
from core.messages import N_


class UnknownPurpose(Refused):
    """The notice has no such purpose."""

    code = "disclosure.unknown_purpose"
    sentence = N_("“{purpose}” is not a purpose of the privacy notice.")
    advice = N_("Choose one of the notice's purposes; a new purpose needs a new notice first.")


class UnknownCategory(Refused):
    """The notice has no such data category."""

    code = "disclosure.unknown_category"
    sentence = N_("“{category}” is not a data category of the privacy notice.")
    advice = N_("Choose from the notice's categories; docs/operating.md lists them.")


class UnknownRecipient(Refused):
    """Nobody registered this recipient (P5)."""

    code = "disclosure.unknown_recipient"
    sentence = N_("“{recipient}” is not a registered recipient, so nothing can be sent to it.")
    advice = N_(
        "Add the recipient and its agreement to config.toml, section [recipients]; see rekisteri recipient list."
    )


class NoRecipientForPurpose(Refused):
    """Nobody is registered for the purpose, or several are and none was named."""

    code = "disclosure.no_recipient_for_purpose"
    sentence = N_("There is not exactly one recipient for the purpose {purpose}; registered: {recipients}.")
    advice = N_("Name the recipient, or register one in config.toml, section [recipients].")


class AgreementNotInForce(Refused):
    """The agreement with the recipient has not begun, has ended, or the recipient was withdrawn."""

    code = "disclosure.agreement_not_in_force"
    sentence = N_("The agreement with {recipient} is not in force on {day}.")
    advice = N_("Renew the agreement and record its dates in config.toml, section [recipients].")


class PurposeNotAgreed(Refused):
    """The recipient's agreement does not name the purpose."""

    code = "disclosure.purpose_not_agreed"
    sentence = N_("The agreement with {recipient} does not cover the purpose {purpose}.")
    advice = N_("Its purposes are: {purposes}. Another needs a new agreement first.")


class PurposeNotForDisclosure(Refused):
    """The notice lets data be disclosed to other controllers for four purposes only (P8)."""

    code = "disclosure.purpose_not_for_disclosure"
    sentence = N_(
        "{recipient} is a controller of its own, and the privacy notice does not let data be disclosed for {purpose}."
    )
    advice = N_(
        "Data is disclosed only for a credit application, collection, invoicing or an obligation in law."
    )


class BasisNotAllowed(Refused):
    """The legal basis does not carry the purpose."""

    code = "disclosure.basis_not_allowed"
    sentence = N_("The legal basis “{basis}” does not allow the purpose {purpose}.")
    advice = N_("Allowed bases: {bases}.")


class OutsideEea(Refused):
    """The recipient is outside the EU and EEA without a recorded necessity and safeguard (P9)."""

    code = "disclosure.outside_eea"
    sentence = N_(
        "{recipient} is in {country}, outside the EU and EEA, and no necessity and safeguard is recorded."
    )
    advice = N_(
        "Record both `necessity` and `safeguard` for the recipient in config.toml, or use one in the EEA."
    )


class ExitLacksPurpose(Refused):
    """The adapter does not declare the purpose."""

    code = "disclosure.exit_lacks_purpose"
    sentence = N_("The adapter {adapter} is not made for the purpose {purpose}.")
    advice = N_("Its purposes are: {purposes}.")


class RequiredFieldsNotAgreed(Refused):
    """The adapter cannot do without a field that the agreement or the purpose does not permit."""

    code = "disclosure.required_not_agreed"
    sentence = N_(
        "The adapter {adapter} needs data that may not be sent to {recipient} for {purpose}: {fields}."
    )
    advice = N_("Add the category to the agreement if the task needs it, or use another adapter.")


class BadSubject(Refused):
    """A request names a customer or key twice, no key, or data that is not the gate's to take."""

    code = "disclosure.bad_subject"
    sentence = N_("The transfer was asked for wrongly: {reason}.")
    advice = N_("This is an error in the program; nothing was sent. Please report it.")


class NobodyToSend(Refused):
    """Everybody was left out."""

    code = "disclosure.nobody_to_send"
    sentence = N_("Nothing is sent to {recipient}: {reason}.")
    advice = N_("A ban, a restriction or missing data decides this; the customer's card shows which.")


class ForbiddenValueInPayload(Refused):
    """The rendered bytes hold a value that may not leave; the adapter is at fault."""

    code = "disclosure.forbidden_value"
    sentence = N_(
        "The bytes made for {recipient} hold data that may not be sent: {fields}. Nothing was sent."
    )
    advice = N_(
        "The adapter {adapter} must be corrected, or the value stands in another field too: compare the preview."
    )


class UnreadyPayload(Refused):
    """The adapter made no bytes, or left somebody's out."""

    code = "disclosure.unready_payload"
    sentence = N_(
        "The adapter {adapter} did not make bytes for every person in the transfer. Nothing was sent."
    )
    advice = N_("The adapter must be corrected.")


class PlanOutdated(Conflict):
    """Something about a person or the recipient changed between preview and sending."""

    code = "disclosure.plan_outdated"
    sentence = N_("Data, a ban or the agreement changed since the preview was made. Nothing was sent.")
    advice = N_("Look at the new preview and send again.")


class KeyInUse(Conflict):
    """The same thing has been sent to the recipient, or may have been."""

    code = "disclosure.key_in_use"
    sentence = N_("“{key}” has already gone to {recipient}: transfer {transfer}, {state}.")
    advice = N_(
        "It is not sent twice. A transfer in doubt is settled first: rekisteri transfer settle {transfer}."
    )


class NoSuchTransfer(NotFound):
    """There is no transfer by that id or number."""

    code = "disclosure.no_such_transfer"
    sentence = N_("There is no transfer {transfer}.")
    advice = N_("rekisteri transfer list shows them.")


class NotInDoubt(Conflict):
    """Only a transfer in doubt can be settled."""

    code = "disclosure.not_in_doubt"
    sentence = N_("Transfer {transfer} is not in doubt: {state}.")
    advice = N_("There is nothing to settle.")


class TooEarlyToSettle(Refused):
    """The partner may still be at work on it."""

    code = "disclosure.too_early"
    sentence = N_("It is too early to ask about transfer {transfer}: the partner may still be handling it.")
    advice = N_("Ask again after {time} (UTC).")


class NeedsPerson(Refused):
    """The partner cannot be asked by the program."""

    code = "disclosure.needs_person"
    sentence = N_("The program cannot ask {recipient} about transfer {transfer}; a person has to.")
    advice = N_(
        "Ask {recipient} whether “{key}” arrived, then record it: rekisteri transfer decide {transfer}."
    )


class BadDecision(InvalidInput):
    """A decision needs an outcome and a reason."""

    code = "disclosure.bad_decision"
    sentence = N_("A decision says whether it was delivered, refused or not sent, and why.")
    advice = N_("Give the outcome and a reason in words.")


class TransferTaken(Fault):
    """Another process found this transfer abandoned and closed it before a byte left."""

    code = "disclosure.transfer_taken"
    sentence = N_("Transfer {transfer} was closed by another process before it was sent. Nothing was sent.")
    advice = N_("Send again; if it happens often, the machine's clock or memory is at fault.")


class OutcomeNotRecorded(Fault):
    """The bytes left (or may have), and what came of it could not be written."""

    code = "disclosure.outcome_not_recorded"
    sentence = N_("Transfer {transfer} was begun, but its outcome could not be recorded: {reason}")
    advice = N_(
        "It is treated as in doubt and not sent again. Mend the database, then run: rekisteri run-due"
    )


class PermitRefused(Refused):
    """Somebody tried to make or use a permit that the gate did not give."""

    code = "disclosure.permit_refused"
    sentence = N_("Nothing leaves without a permit, and only the gate makes one.")
    advice = N_("This is an error in the program; nothing was sent. Please report it.")
