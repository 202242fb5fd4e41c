"""What the codes of outcomes mean, in words for staff.  A code that does not stand here is shown as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.messages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS: Final[Mapping[str, str]] = {
    # Of the transport: nothing left, or the answer was lost.
    "address_not_allowed": N_("The address is not one that the partner may be reached at."),
    "address_not_found": N_("The partner's address was not found."),
    "not_reached": N_("The partner could not be reached."),
    "tls_failed": N_("The partner's certificate was not accepted."),
    "not_literal": N_("The request was not as it should be and was not sent."),
    "timeout": N_("The partner did not answer in time."),
    "connection_lost": N_("The connection was lost before the answer came."),
    "answer_too_large": N_("The answer was larger than it may be."),
    "answer_compressed": N_("The answer was compressed, which was not asked for."),
    "answer_broken": N_("The answer was broken."),
    "partner_busy": N_("Another sending to this partner was going on for too long."),
    "name_not_allowed": N_("The file's name is not allowed."),
    "name_taken": N_("There is another file of that name."),
    "disk": N_("The exchange directory could not be written or read."),
    "file_missing": N_("The file is not there."),
    "file_growing": N_("The file was still being written."),
    "server_unknown": N_("The server showed another key than known_hosts has for it."),
    "sign_in_refused": N_("The server did not accept our key or user name."),
    "server_refused": N_(
        "The server did not do what was asked: check its folder, our rights there and its room."
    ),
    "program_missing": N_("The program sftp (OpenSSH) is not installed."),
    # Of the gate and of the export folder.
    "not_signed": N_("The disclosure log could not be signed, so nothing was sent."),
    "no_attempt": N_("It was sent past the record of attempts, so what became of it is not believed."),
    "decided": N_("A person decided."),
    "mixed_selection": N_("The rows were not of one selection."),
    # Of the hub.
    "stopped": N_("It was not tried, since an earlier sending failed."),
    "unreadable": N_("The answer could not be read."),
    "undeclared": N_("The answer was not one that is known."),
    "UNDECLARED": N_("The answer was not one that is known."),
    "ENDUSER_MISSING": N_("Your user name has no letters or digits that the partner could be told."),
    "MANUAL": N_("A person decides: the partner cannot be asked by the program."),
    # Netvisor's.
    "AUTHENTICATION_FAILED": N_("The partner did not accept our keys, signature or clock."),
    "SERVICE_ACCESS_ERROR": N_("The partner's administrator has not allowed this resource."),
    "INVALID_DATA": N_("The partner did not accept the data."),
    "INVALID_DATA_SIZE": N_("The partner did not accept the length of the data."),
    "PERIOD_LOCK": N_("The bookkeeping period is closed."),
    "DUPLICATE_DATA": N_("The partner says that it has this already."),
    "REQUEST_NOT_UNIQUE": N_("The partner says that it had this request before."),
    "SYSTEM_MAINTENANCE": N_("The partner's service is under maintenance."),
    "TECHNICAL_ERROR": N_("The partner's service failed."),
    "CUSTOMER_NOT_UNIQUE": N_("The partner has several customers of this number."),
    "CUSTOMER_NOT_FOUND": N_("The partner does not have this customer."),
    "INVOICE_NUMBER_TWICE": N_("The partner has several invoices of this number."),
    "INVOICE_OF_ANOTHER": N_("The partner has an invoice of this number for another customer."),
    "INVOICE_DIFFERS": N_("The partner has an invoice of this number with another sum."),
    "ENCODING": N_("Letters such as ä and ö do not come back as they were sent."),
    # Asiakastieto's.
    "501": N_("The partner did not accept the checksum: check the key."),
    "505": N_("The partner found our clock wrong: check the time of this machine."),
    "103": N_("The partner did not accept the session."),
    "852": N_("The partner misses something that it needs."),
    "VC6": N_("The partner did not accept the personal identity code."),
    "VX1": N_("The personal identity code is missing."),
    "VA2": N_("The partner did not accept the user id."),
    "VA3": N_("The partner did not accept the password."),
    "VA4": N_("The partner did not accept the user id."),
    "VA5": N_("The partner did not accept the user id."),
    "V01": N_("The partner had a problem with its service or connection."),
    "OTHER_ANSWER": N_("The answer was to another kind of question."),
    # YTJ's, and of any partner over HTTP.
    "TOO_MANY": N_("The partner has been asked too much for now; ask the rest later."),
    "BAD_QUESTION": N_("The partner did not accept the question."),
    "HTTP_429": N_("The partner has been asked too much for now; ask the rest later."),
    "HTTP_500": N_("The partner's service failed."),
    "HTTP_503": N_("The partner's service is under maintenance."),
    "ANOTHER_SUBJECT": N_("The answer was about somebody else."),
}


def in_words(code: str, language: str) -> str:
    """What *code* means in *language*; the code itself when nothing is known of it."""
    return tr(_WORDS[code], language) if code in _WORDS else code


def message_id(code: str) -> str:
    """The message id for *code*; the code itself when nothing is known of it."""
    return _WORDS.get(code, code)
