"""What the contact person is offered: the worklist of people's requests, a case and its steps."""

from __future__ import annotations

from typing import Final

from core.messages import N_
from tui.verbs import CARER, HANDLER, TELLERS, area

_REQUESTS: Final = area(
    "requests",
    ("exit", "", N_("Leave everything on the way and go back to the main menu.")),
    ("refresh", "", N_("Read the list again.")),
    ("new", N_("Receive"), N_("Record a request that has reached the company."), CARER),
    ("send", N_("To tell"), N_("Whoever has an old value: whom to tell, who has not answered."), TELLERS),
    ("choose_1", "", N_("Show what is to be answered, the one that is due first on top.")),
    ("choose_2", "", N_("Show what is decided and waits for its day.")),
    ("choose_3", "", N_("Show what has ended, newest first.")),
)

_REQUEST_FORM: Final = area(
    "request_form",
    ("lookup", N_("Choices"), N_("Go through the choices of the field, or find the customer by name.")),
    ("save", N_("Receive"), N_("Record the request; a ban or an objection is in force at once.")),
)

_REQUEST: Final = area(
    "request",
    ("change", N_("Note"), N_("Write something down in the case."), HANDLER),
    ("exit", "", N_("Leave everything on the way and go back to the main menu.")),
    ("refresh", "", N_("Read the case again.")),
    ("check", N_("Card"), N_("Open the customer's card.")),
    ("send", N_("To tell"), N_("Whoever has an old value: whom to tell, who has not answered."), TELLERS),
    ("more", N_("Withdrawn"), N_("Record that the person takes the request back."), HANDLER),
    (
        "save",
        N_("Answered"),
        N_("Record how the person was answered, when not by a letter from here."),
        HANDLER,
    ),
    ("choose_1", "", N_("Show what was asked and where the case stands.")),
    ("choose_2", "", N_("Show what has happened.")),
    ("choose_3", "", N_("Show what prevents erasure, why, and until when.")),
    ("choose_4", N_("Identity"), N_("Record how the person is known; a stopped clock goes on."), HANDLER),
    ("choose_5", N_("Clock"), N_("Stop the clock while identity is unclear, or let it go on."), HANDLER),
    ("choose_6", N_("Extend"), N_("Extend the time by two months, once, with reasons."), HANDLER),
    ("choose_7", N_("Decide"), N_("Decide, with reasons where something is refused."), HANDLER),
    ("choose_0", N_("Close"), N_("Close the case, which the person has been answered in."), HANDLER),
)

_REQUEST_STEP: Final = area(
    "request_step",
    ("lookup", N_("Choices"), N_("Go through the choices of the field, or find the customer by name.")),
    ("save", N_("Record"), N_("Record the step in the case.")),
)

REQUESTS: Final = (*_REQUESTS, *_REQUEST_FORM, *_REQUEST, *_REQUEST_STEP)
