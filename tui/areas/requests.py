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
    ("check", N_("Due to go"), N_("List whose period is over, and approve who goes."), HANDLER),
    ("send", N_("To tell"), N_("Whoever has an old value: whom to tell, who has not answered."), TELLERS),
    ("more", N_("Papers"), N_("The index of papers: where each lies, who may open it.")),
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
    ("lookup", N_("Papers"), N_("Papers of the person, and what was done with each for this case.")),
    ("refresh", "", N_("Read the case again.")),
    ("check", "", N_("Open the customer's card.")),
    ("send", "", N_("Whoever has an old value: whom to tell, who has not answered."), TELLERS),
    ("more", N_("Withdrawn"), N_("Record that the person takes the request back."), HANDLER),
    (
        "save",
        N_("Answered"),
        N_("Record how the person was answered, when not by a letter from here."),
        HANDLER,
    ),
    ("enter", "", N_("Say record by record what prevents erasure, place a hold or release it.")),
    ("choose_1", "", N_("Show what was asked and where the case stands.")),
    ("choose_2", "", N_("Show what has happened.")),
    ("choose_3", "", N_("Show what prevents erasure, why, and until when.")),
    ("choose_4", N_("Identity"), N_("Record how the person is known; a stopped clock goes on."), HANDLER),
    ("choose_5", N_("Clock"), N_("Stop the clock while identity is unclear, or let it go on."), HANDLER),
    ("choose_6", N_("Extend"), N_("Extend the time by two months, once, with reasons."), HANDLER),
    ("choose_7", N_("Decide"), N_("Decide, with reasons where something is refused."), HANDLER),
    ("choose_8", N_("Carry out"), N_("See exactly what would be done for the request, then do it."), HANDLER),
    ("choose_9", N_("Letter"), N_("Read a letter to the person as text, then hand it over."), HANDLER),
    ("choose_0", N_("Close"), N_("Close the case, which the person has been answered in."), HANDLER),
)

_REQUEST_STEP: Final = area(
    "request_step",
    ("lookup", N_("Choices"), N_("Go through the choices of the field, or find the customer by name.")),
    ("save", N_("Record"), N_("Record the step in the case.")),
)

_REQUEST_LETTER: Final = area(
    "request_letter",
    ("exit", "", N_("Leave everything on the way and go back to the main menu.")),
    ("change", N_("Suomi/English"), N_("Change the letter's language to the person's.")),
    ("lookup", N_("Next one"), N_("Show the next letter that fits the case as it stands.")),
    ("new", N_("Words"), N_("Write words of your own into the letter, and name what is enclosed.")),
    ("save", N_("Hand over"), N_("Put the letter into the export folder, through the gate."), HANDLER),
)

_REQUEST_ERASURE: Final = area(
    "request_erasure",
    ("refresh", "", N_("Look again what the erasure would meet.")),
    (
        "check",
        N_("Tell first"),
        N_("Make the notices to whoever holds the data, and use it for nothing else meanwhile."),
        HANDLER,
    ),
    ("send", N_("To tell"), N_("Whoever has an old value: whom to tell, who has not answered."), TELLERS),
    (
        "save",
        N_("Erase"),
        N_("Erase the person and read everything back, or let the case wait: the same key twice."),
        HANDLER,
    ),
)

_REQUEST_PAPERS: Final = area(
    "request_papers", ("enter", "", N_("Write down what was done with the chosen paper for this case."))
)

_REQUEST_ACCESS: Final = area(
    "request_access",
    ("change", N_("Suomi/English"), N_("Change the package's language to the person's.")),
    ("exit", "", N_("Leave everything on the way and go back to the main menu.")),
    ("refresh", "", N_("Read the view again.")),
    ("send", N_("Print"), N_("Hand it over as pages to be printed here, in the log."), HANDLER),
    ("save", N_("Hand over"), N_("Hand it over as an encrypted file, in the log."), HANDLER),
    ("choose_1", "", N_("Show what goes into the package.")),
    ("choose_2", "", N_("Show words that may tell of somebody else, to be read before they leave.")),
    ("choose_3", N_("Goes along"), N_("The chosen words tell of nobody else: they go along."), HANDLER),
    ("choose_4", N_("Keep back"), N_("The chosen words tell of somebody else: they are kept back."), HANDLER),
)

_DUE_LIST: Final = area(
    "due_list",
    ("refresh", N_("Refresh"), N_("Read the list again; nobody is picked then.")),
    ("enter", "", N_("Say why the chosen person's data can't go, and when it can, record by record.")),
    ("save", N_("Approve"), N_("Approve that those who are picked go, with reasons."), HANDLER),
    ("choose_1", N_("Pick"), N_("Pick the chosen person, or put back, and go to the next."), HANDLER),
    ("choose_2", N_("Pick all"), N_("Pick everybody shown whom nothing holds."), HANDLER),
)

_PAPERS: Final = area(
    "papers",
    ("refresh", N_("Refresh"), N_("Read the index again.")),
    ("new", N_("Enter"), N_("Enter a paper into the index."), CARER),
    ("more", N_("Destroyed"), N_("Record that the chosen paper was destroyed.")),
)

_WHY: Final = area(
    "why",
    ("new", N_("Hold"), N_("Hold the person's data, with reasons and a day to look at it again."), HANDLER),
    ("more", N_("Release"), N_("Release a hold that a person has placed."), HANDLER),
    ("enter", "", N_("Go back to the list.")),
)

_REQUEST_PORTABILITY: Final = area(
    "request_portability",
    ("save", N_("Hand over"), N_("Hand it over as an encrypted file, in the log."), HANDLER),
)

REQUESTS: Final = (
    *_REQUESTS,
    *_REQUEST_FORM,
    *_REQUEST,
    *_REQUEST_STEP,
    *_REQUEST_LETTER,
    *_REQUEST_ERASURE,
    *_REQUEST_PAPERS,
    *_REQUEST_ACCESS,
    *_REQUEST_PORTABILITY,
    *_DUE_LIST,
    *_WHY,
    *_PAPERS,
)
