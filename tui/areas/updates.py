"""What an importer is offered: files and their mapping, runs, and the proposals that wait for a person."""

from __future__ import annotations

from typing import Final

from core.messages import N_
from tui.verbs import IMPORTER, TELLERS, area

_UPDATES: Final = area(
    "updates",
    ("change", N_("Mapping"), N_("Show how the file would be read, correct it and save it."), IMPORTER),
    ("refresh", "", N_("Read the list again.")),
    ("lookup", "", N_("Type the path of a file that is in no service's folder."), IMPORTER),
    ("new", N_("Ask"), N_("Ask an update service about customers.")),
    ("check", N_("Proposals"), N_("Work what waits for a person, of every run."), IMPORTER),
    ("send", N_("To tell"), N_("Whoever has an old value: whom to tell, who has not answered."), TELLERS),
    ("save", N_("Read"), N_("Read the file and show what it would change; nothing is changed yet.")),
    # The menu is one step back from here; the bar has no room to say it twice.
    ("cancel", "", N_("Go back one step without saving.")),
)

_SELECTION: Final = area(
    "selection",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Preview"), N_("Show exactly what would leave, and who is left out.")),
)

_UPDATE_MAPPING: Final = area(
    "update_mapping",
    ("lookup", N_("Choices"), N_("Choose what the column holds or the code means.")),
    ("check", N_("Guess anew"), N_("Guess from the file alone, whatever mapping is in force.")),
    ("save", N_("Save"), N_("Save the mapping for this service's answers and preview the file.")),
    ("choose_1", "", N_("Show the columns and the field that each is read into.")),
    ("choose_2", "", N_("Show the codes found and what each means.")),
    ("choose_3", "", N_("Show the first rows as they would be understood.")),
)

_UPDATE_FILE: Final = area(
    "update_file",
    ("lookup", N_("Choices"), N_("Go through the services.")),
    ("save", N_("Read"), N_("Read the file and show what it would change; nothing is changed yet.")),
)

_UPDATE_CHOICE: Final = area("update_choice", ("enter", "", N_("Take the chosen row.")))

_UPDATE_RUN: Final = area(
    "update_run",
    ("refresh", "", N_("Read the run again.")),
    ("new", "", N_("Write the report as PDF where exports lie; it names no customer."), IMPORTER),
    ("check", N_("Proposals"), N_("Work the run's rows that wait for a person."), IMPORTER),
    ("send", N_("Stop"), N_("Stop after the rows under way; what is applied stays applied and is reported.")),
    (
        "more",
        N_("Undo"),
        N_("Take back everything the run wrote but what was changed since: the same key twice."),
        IMPORTER,
    ),
    ("save", N_("Apply"), N_("Apply the changes shown.")),
)

_PROPOSALS: Final = area(
    "proposals",
    ("next", "", N_("Scroll what is shown of the proposal.")),
    ("previous", "", N_("Scroll back.")),
    ("refresh", N_("Refresh"), N_("Read the list again.")),
    ("choose_1", N_("Accept"), N_("Write what the proposal says, at once."), IMPORTER),
    ("choose_2", N_("Reject"), N_("Leave the customer as it is."), IMPORTER),
    ("choose_3", N_("Other candidate"), N_("The next customer who may be meant."), IMPORTER),
    ("choose_4", N_("Skip"), N_("Leave it waiting and go to the next.")),
    ("choose_5", N_("By rule"), N_("Accept by a rule: counted first, then accepted."), IMPORTER),
)

_PROPOSAL_RULE: Final = area(
    "proposal_rule",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Accept"), N_("Count what fits; the same key again accepts exactly that.")),
)

UPDATES: Final = (
    *_UPDATES,
    *_SELECTION,
    *_UPDATE_MAPPING,
    *_UPDATE_FILE,
    *_UPDATE_CHOICE,
    *_UPDATE_RUN,
    *_PROPOSALS,
    *_PROPOSAL_RULE,
)
