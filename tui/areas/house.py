"""What is offered everywhere, at the door, in the menu, and about one's own account and task."""

from __future__ import annotations

from typing import Final

from core.messages import N_
from tui.verbs import CARER, CLERK, DECIDERS, EVERYWHERE, IMPORTER, LOG_READERS, REVIEWERS, SENDERS, area

_COMMON: Final = area(
    EVERYWHERE,
    ("help", N_("Help"), N_("Explain this screen, its keys and the message shown.")),
    ("exit", N_("Menu"), N_("Leave everything on the way and go back to the main menu.")),
    ("cancel", N_("Back"), N_("Go back one step without saving.")),
    ("enter", "", N_("Open the chosen row, or go to the next field.")),
    ("next", "", N_("Go to the next field.")),
    ("previous", "", N_("Go to the field before.")),
    ("redraw", "", N_("Draw the screen again.")),
    ("leave", "", N_("Say how to leave; nothing is lost.")),
)

_SIGN_IN: Final = area(
    "sign_in",
    ("change", N_("Suomi/English"), N_("Change the language.")),
    ("lookup", N_("Choices"), N_("Go through the tasks to choose from.")),
    ("exit", N_("Leave"), N_("Leave the program.")),
    ("save", N_("Sign in"), N_("Sign in with the name and password given.")),
    ("cancel", "", N_("Leave the program.")),
)

_LOCK: Final = area(
    "lock",
    ("exit", N_("Sign out"), N_("End the session instead of unlocking it.")),
    ("save", N_("Unlock"), N_("Open the session again with your password.")),
    ("cancel", "", N_("Stay locked.")),
)

_MENU: Final = area(
    "menu",
    ("choose_1", N_("Customers"), N_("Find a customer, open the card.")),
    ("choose_2", N_("New order"), N_("Choose a customer and take an order."), CLERK),
    ("choose_3", N_("Orders"), N_("Send to accounting, what is open, cancel."), CLERK),
    ("choose_4", N_("Address updates"), N_("Read the address service's answer, apply it."), IMPORTER),
    ("choose_5", N_("Disclosure log"), N_("What has left: to whom, why, when."), LOG_READERS),
    ("choose_6", N_("Transfers in doubt"), N_("Transfers that wait for a decision."), DECIDERS),
    ("choose_7", N_("Review"), N_("What is new, what waits, signing off."), REVIEWERS),
    ("choose_8", N_("Suomi/English"), N_("Change the language.")),
    ("choose_9", N_("Sign out"), N_("End the session.")),
    ("choose_0", N_("Exports and letters"), N_("Tables, labels, directories, letters."), SENDERS),
    ("people", N_("People's requests"), N_("Access, erasure, bans: from letter to answer."), CARER),
    ("site", N_("From the site"), N_("Registrations that wait for a person."), CARER),
    ("change", N_("Password"), N_("Change your own password.")),
    ("lookup", N_("Task"), N_("Choose the task that your looks at customers are recorded under.")),
    ("new", N_("New order"), N_("Choose a customer and take an order."), CLERK),
    ("exit", "", N_("You are in the main menu.")),
    ("cancel", "", N_("You are in the main menu.")),
)

_TASK: Final = area(
    "task", *((f"choose_{place}", "", N_("Choose the task with this number.")) for place in range(1, 8))
)

_PASSWORD: Final = area("password", ("save", N_("Change"), N_("Change the password.")))

HOUSE: Final = (*_COMMON, *_SIGN_IN, *_LOCK, *_MENU, *_TASK, *_PASSWORD)
