"""Every action as data: what it is called, which keys start it, where, and for whom.

The key bar, the main menu, the help screen, `docs/keys.md` and the dispatch of keys are all made from these tables,
so they cannot disagree.  A verb has the same keys on every screen, as on a green screen (CUA, 5250); each F-key has a
twin with Ctrl for terminals that keep F-keys to themselves, and nothing is on Shift+F-keys or Esc, which slow
terminals cannot tell apart from other sequences.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from core.actor import Role
from core.messages import N_

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "help": ("f1", "ctrl+g"),
    "change": ("f2", "ctrl+o"),
    "exit": ("f3", "ctrl+x"),
    "lookup": ("f4", "ctrl+p"),
    "refresh": ("f5", "ctrl+r"),
    "new": ("f6", "ctrl+n"),
    "check": ("f7", "ctrl+f"),
    "send": ("f8", "ctrl+d"),
    "more": ("f9", "ctrl+b"),
    "save": ("f10", "ctrl+s"),
    "cancel": ("f12", "ctrl+w"),
    "enter": ("enter",),
    "next": ("tab",),
    "previous": ("shift+tab",),
    "redraw": ("ctrl+l",),
    "leave": ("ctrl+c", "ctrl+q"),
    **{f"choose_{number}": (str(number),) for number in (*range(1, 10), 0)},
}
"""Which keys start a verb; the first is the one shown."""

EVERYWHERE: Final = "everywhere"


@dataclass(frozen=True, slots=True)
class Action:
    """A verb in an area: ``label`` stands in the key bar (empty: not shown there), ``words`` in help and docs.

    ``roles`` are those that may; empty means everyone who is signed in.
    """

    area: str
    verb: str
    label: str
    words: str
    roles: frozenset[Role] = frozenset()

    @property
    def id(self) -> str:
        """``area.verb``, unique."""
        return f"{self.area}.{self.verb}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that start it."""
        return KEYS[self.verb]

    @property
    def is_letter(self) -> bool:
        """Whether its key is a character that a text field would take."""
        return len(self.keys[0]) == 1

    def allowed(self, roles: frozenset[Role]) -> bool:
        """Whether somebody with *roles* may."""
        return not self.roles or bool(self.roles & roles)


def _area(
    area: str, *rows: tuple[str, str, str] | tuple[str, str, str, frozenset[Role]]
) -> tuple[Action, ...]:
    return tuple(Action(area, *row) for row in rows)


# As the services require them; what is not offered here would only be refused there.
_CLERK: Final = frozenset({Role.CLERK})
_CARER: Final = frozenset({Role.CLERK, Role.CONTACT_PERSON})
_EDITORS: Final = frozenset({Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON})
_IMPORTER: Final = frozenset({Role.IMPORTER})
_TELLERS: Final = frozenset({Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON})
_LOG_READERS: Final = frozenset({Role.CLERK, Role.CONTACT_PERSON, Role.REVIEWER, Role.ADMINISTRATOR})
_REVIEWERS: Final = frozenset({Role.REVIEWER, Role.CONTACT_PERSON, Role.ADMINISTRATOR})
_SENDERS: Final = frozenset({Role.CLERK, Role.IMPORTER, Role.CONTACT_PERSON, Role.ADMINISTRATOR})
_DECIDERS: Final = frozenset({Role.CLERK, Role.CONTACT_PERSON, Role.ADMINISTRATOR})

_COMMON: Final = _area(
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

_SIGN_IN: Final = _area(
    "sign_in",
    ("change", N_("Suomi/English"), N_("Change the language.")),
    ("lookup", N_("Choices"), N_("Go through the tasks to choose from.")),
    ("exit", N_("Leave"), N_("Leave the program.")),
    ("save", N_("Sign in"), N_("Sign in with the name and password given.")),
    ("cancel", "", N_("Leave the program.")),
)

_LOCK: Final = _area(
    "lock",
    ("exit", N_("Sign out"), N_("End the session instead of unlocking it.")),
    ("save", N_("Unlock"), N_("Open the session again with your password.")),
    ("cancel", "", N_("Stay locked.")),
)

_MENU: Final = _area(
    "menu",
    ("choose_1", N_("Customers"), N_("Find a customer, open the card.")),
    ("choose_2", N_("New order"), N_("Choose a customer and take an order."), _CLERK),
    ("choose_3", N_("Orders"), N_("Send to accounting, what is open, cancel."), _CLERK),
    ("choose_4", N_("Address updates"), N_("Read the address service's answer, apply it."), _IMPORTER),
    ("choose_5", N_("Disclosure log"), N_("What has left: to whom, why, when."), _LOG_READERS),
    ("choose_6", N_("Transfers in doubt"), N_("Transfers that wait for a decision."), _DECIDERS),
    ("choose_7", N_("Review"), N_("What is new, what waits, signing off."), _REVIEWERS),
    ("choose_8", N_("Suomi/English"), N_("Change the language.")),
    ("choose_9", N_("Sign out"), N_("End the session.")),
    ("choose_0", N_("Exports and letters"), N_("Tables, labels, directories, letters."), _SENDERS),
    ("change", N_("Password"), N_("Change your own password.")),
    ("lookup", N_("Task"), N_("Choose the task that your looks at customers are recorded under.")),
    ("new", N_("New order"), N_("Choose a customer and take an order."), _CLERK),
    ("exit", "", N_("You are in the main menu.")),
    ("cancel", "", N_("You are in the main menu.")),
)

_CUSTOMERS: Final = _area(
    "customers",
    ("lookup", N_("Task"), N_("Choose the task that your looks at customers are recorded under.")),
    ("refresh", "", N_("Read the list again.")),
    ("new", N_("New customer"), N_("Add a customer."), _CARER),
    ("check", N_("Clear"), N_("Empty the search and show everyone.")),
)

_PICKER: Final = _area(
    "picker",
    ("refresh", N_("Refresh"), N_("Read the list again.")),
    ("check", N_("Clear"), N_("Empty the search and show everyone.")),
)

_CARD: Final = _area(
    "card",
    ("change", N_("Change"), N_("Change the customer's details."), _CARER),
    # As everywhere, but the bar has no room for it.
    ("exit", "", N_("Leave everything on the way and go back to the main menu.")),
    ("lookup", "", N_("Choose the task that your looks at customers are recorded under.")),
    ("refresh", "", N_("Read the card again.")),
    ("new", N_("Order"), N_("Take an order from this customer."), _CLERK),
    ("check", N_("Credit"), N_("Make a credit check for this customer."), _CARER),
    ("send", N_("Send"), N_("Send the chosen order to accounting."), _CLERK),
    (
        "more",
        N_("Statement"),
        N_("Make the person's statement: every disclosure and every look."),
        _LOG_READERS,
    ),
    ("choose_1", "", N_("Show the details and where each came from.")),
    ("choose_2", "", N_("Show the orders.")),
    ("choose_3", "", N_("Show the invoices.")),
    ("choose_4", "", N_("Show what has been disclosed about this customer.")),
    ("choose_5", "", N_("Show who has opened this card, and for what task.")),
    ("choose_6", N_("Bans"), N_("Set and lift bans: lists, advertising, marketing, research."), _EDITORS),
    ("choose_7", N_("Restriction"), N_("Restrict processing, or lift a restriction."), _CARER),
    ("choose_8", N_("Protected address"), N_("Note a protected address, or lift it."), _EDITORS),
    ("choose_9", N_("Bank account"), N_("Show the bank account whole, set it, take it away."), _CARER),
    ("choose_0", N_("End"), N_("End the relationship, or begin an ended one anew."), _CARER),
)

_STATEMENT: Final = _area(
    "statement",
    ("change", N_("Suomi/English"), N_("Change the statement's language to the person's.")),
    ("refresh", N_("Refresh"), N_("Make the statement again.")),
    (
        "save",
        N_("Hand over"),
        N_("Save the statement for the person: a disclosure to the person, in the log."),
    ),
)

_HANDOVER: Final = _area(
    "handover",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Hand over"), N_("Put the file into the export folder, through the gate.")),
)

_CUSTOMER_FORM: Final = _area(
    "customer_form",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Save"), N_("Save the customer.")),
)

_STANDING: Final = _area(
    "standing",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Save"), N_("Save what was changed; it holds at once.")),
)

_BANK_ACCOUNT: Final = _area(
    "bank_account",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("check", N_("Show whole"), N_("Show the bank account whole, or masked again; the look is recorded.")),
    ("save", N_("Save"), N_("Save the bank account, or take it away.")),
)

_TASK: Final = _area(
    "task", *((f"choose_{place}", "", N_("Choose the task with this number.")) for place in range(1, 8))
)

_PASSWORD: Final = _area("password", ("save", N_("Change"), N_("Change the password.")))

_ORDER: Final = _area(
    "order",
    ("exit", "", N_("Leave everything on the way and go back to the main menu.")),
    ("check", N_("Cancel/archive"), N_("Cancel the order, or archive it."), _CLERK),
    ("more", N_("Copy row"), N_("Copy the row above into this one.")),
    ("save", N_("Save"), N_("Place the order.")),
)

_ORDER_VIEW: Final = _area(
    "order_view", ("check", N_("Cancel/archive"), N_("Cancel the order, or archive it."), _CLERK)
)

_ORDERS: Final = _area(
    "orders",
    ("exit", "", N_("Leave everything on the way and go back to the main menu.")),
    ("refresh", "", N_("Read the list again.")),
    ("lookup", N_("Mark all"), N_("Mark all orders, or none; the space bar marks one."), _CLERK),
    ("check", N_("Cancel/archive"), N_("Cancel or archive the marked orders, or the chosen one."), _CLERK),
    ("send", N_("Send"), N_("Show what would leave of the marked or chosen orders, then send."), _CLERK),
    ("more", N_("Read states"), N_("Read the states of the invoices from accounting.")),
    ("choose_1", "", N_("Show the orders that wait to be sent, drafts first.")),
    ("choose_2", "", N_("Show the invoices that are open, first due first.")),
    ("choose_3", "", N_("Show the newest orders, whatever has become of them.")),
)

_SEND_ORDERS: Final = _area(
    "send_orders",
    ("send", N_("Stop"), N_("Stop after the order under way; what has been sent stays sent.")),
    ("save", N_("Send"), N_("Send exactly what is shown, one transfer for each order.")),
)

_PUT_AWAY: Final = _area(
    "put_away",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Do it"), N_("Cancel or archive the orders shown, all of them or none.")),
)

_PREVIEW: Final = _area("preview", ("save", N_("Send"), N_("Send exactly what is shown.")))

_CREDIT: Final = _area(
    "credit",
    ("save", N_("Ask"), N_("Make the enquiry.")),
)

_UPDATES: Final = _area(
    "updates",
    ("refresh", "", N_("Read the list again.")),
    ("new", N_("Ask"), N_("Ask an update service about customers.")),
    ("send", N_("To tell"), N_("Whoever has an old value: whom to tell, who has not answered."), _TELLERS),
    ("save", N_("Preview"), N_("Read the file and show what it would change; nothing is changed yet.")),
)

_SELECTION: Final = _area(
    "selection",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Preview"), N_("Show exactly what would leave, and who is left out.")),
)

_EXPORTS: Final = _area(
    "exports",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("more", N_("Files"), N_("List the files that lie in the export folder.")),
    ("save", N_("Preview"), N_("Show exactly what would leave, and who is left out.")),
)

_EXPORT_PREVIEW: Final = _area(
    "export_preview",
    ("save", N_("Export"), N_("Let exactly what is shown leave, through the log into the export folder.")),
    ("choose_1", "", N_("Show what leaves, to whom and why.")),
    ("choose_2", "", N_("Show whose data leaves; Enter shows one person's share.")),
    ("choose_3", "", N_("Show who is left out, and why; Enter says the whole reason.")),
    ("choose_4", "", N_("Show the file itself; of pages, what they say.")),
)

_EXPORT_SHARE: Final = _area("export_share", ("enter", "", N_("Go back to the list.")))

_EXPORT_RESULT: Final = _area(
    "export_result",
    ("enter", "", N_("Go back to the form.")),
    ("more", N_("Transfer"), N_("Show the transfer as the log has it."), _LOG_READERS),
)

_EXPORT_FILES: Final = _area(
    "export_files",
    ("refresh", N_("Refresh"), N_("Read the folder again.")),
    ("more", N_("Remove"), N_("Remove the chosen file before its time: the same key twice.")),
)

_UPDATE_RUN: Final = _area(
    "update_run",
    ("send", N_("Stop"), N_("Stop after the rows under way; what is applied stays applied and is reported.")),
    ("save", N_("Apply"), N_("Apply the changes shown.")),
)

_LOG: Final = _area(
    "log",
    ("lookup", N_("Filter"), N_("Go to the filters, or through the choices of a filter.")),
    ("refresh", "", N_("Read the log again.")),
    ("check", N_("Clear"), N_("Empty all filters.")),
    ("send", N_("To tell"), N_("Whoever has an old value: whom to tell, who has not answered."), _TELLERS),
    ("more", N_("Verify"), N_("Verify the whole log: each entry, each checkpoint.")),
)

_ENTRY: Final = _area(
    "entry",
    ("refresh", N_("Refresh"), N_("Read the transfer again.")),
    ("choose_1", "", N_("Show the transfer.")),
    ("choose_2", "", N_("Show whom it concerned; Enter shows what exactly left.")),
    ("choose_3", "", N_("Show who was left out, and why.")),
    ("choose_4", "", N_("Show what has happened to it.")),
)

_DOUBT: Final = _area(
    "doubt",
    ("refresh", N_("Refresh"), N_("Read the list again.")),
    ("check", N_("Ask partner"), N_("Ask the partner whether it received the transfer.")),
    ("more", N_("Decide"), N_("Record what the partner says, with a reason.")),
)

_DECISION: Final = _area(
    "decision",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Record"), N_("Record the decision.")),
)

_NOTICES: Final = _area(
    "notices",
    ("change", N_("Not needed"), N_("Record why the recipient need not be told."), _TELLERS),
    ("exit", "", N_("Leave everything on the way and go back to the main menu.")),
    ("refresh", "", N_("Look for what has changed and read the list again.")),
    (
        "check",
        N_("Letter"),
        N_("Show the letter to this recipient for this cause, then make it to be printed."),
        _TELLERS,
    ),
    (
        "send",
        N_("Tell"),
        N_("Show what this recipient would be told for this cause, then tell it."),
        _TELLERS,
    ),
    ("more", N_("Acknowledged"), N_("Record that the recipient has acknowledged."), _TELLERS),
    ("choose_1", "", N_("Show what is to be told.")),
    ("choose_2", "", N_("Show what waits for an answer.")),
    ("choose_3", "", N_("Show who has not answered in time.")),
    ("choose_4", "", N_("Show what is done with.")),
)

_NOTICE_SETTLING: Final = _area("notice_settling", ("save", N_("Record"), N_("Record it with your words.")))

_REVIEW: Final = _area(
    "review",
    ("refresh", "", N_("Do what is due and read everything again.")),
    ("new", N_("Finding"), N_("Make a finding, about the chosen transfer where there is one.")),
    ("check", N_("List"), N_("List transfers by any filter, those that the rules mark among them.")),
    ("more", N_("Sample"), N_("Draw a random sample of the transfers since the last review.")),
    ("save", N_("Sign off"), N_("Sign the review off: an entry in the log and your own signature.")),
    ("choose_1", "", N_("Show what is new since the last review.")),
    ("choose_2", "", N_("Show requests that wait for a second person; Enter shows what would leave.")),
    ("choose_3", "", N_("Show what the gate has refused.")),
    ("choose_4", "", N_("Show looks at customers that the rules mark; Enter says why.")),
    ("choose_5", "", N_("Show charts of transfers and persons a week.")),
    ("choose_6", "", N_("Show findings; Enter goes on with one.")),
    ("choose_7", "", N_("Show the sample; Enter looks at a transfer of it.")),
)

_APPROVAL: Final = _area(
    "approval",
    ("send", N_("Refuse"), N_("Refuse the request, with a reason.")),
    ("save", N_("Approve"), N_("Approve exactly what is shown.")),
)

_FINDING: Final = _area(
    "finding",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Record"), N_("Record the finding.")),
)

_SIGN_OFF: Final = _area("sign_off", ("save", N_("Sign off"), N_("Sign off what is covered.")))

ACTIONS: Final[tuple[Action, ...]] = (
    *_COMMON, *_SIGN_IN, *_LOCK, *_MENU, *_CUSTOMERS, *_PICKER, *_CARD, *_STATEMENT, *_HANDOVER, *_CUSTOMER_FORM,
    *_STANDING, *_BANK_ACCOUNT, *_TASK, *_PASSWORD, *_ORDER, *_ORDER_VIEW, *_ORDERS, *_SEND_ORDERS, *_PUT_AWAY, *_PREVIEW, *_CREDIT, *_UPDATES, *_SELECTION, *_EXPORTS,
    *_EXPORT_PREVIEW, *_EXPORT_SHARE, *_EXPORT_RESULT, *_EXPORT_FILES, *_UPDATE_RUN, *_LOG, *_ENTRY, *_DOUBT, *_DECISION, *_NOTICES, *_NOTICE_SETTLING, *_REVIEW,
    *_APPROVAL, *_FINDING, *_SIGN_OFF,
)  # fmt: skip


@cache
def actions_in(area: str) -> tuple[Action, ...]:
    """The actions of *area* and those that work everywhere, in the order of their keys."""
    own = [action for action in ACTIONS if action.area == area]
    verbs = {action.verb for action in own}
    shared = [action for action in ACTIONS if action.area == EVERYWHERE and action.verb not in verbs]
    order = list(KEYS)
    return tuple(sorted([*own, *shared], key=lambda action: order.index(action.verb)))


def shown_key(key: str) -> str:
    """A key as a person reads it: ``f1`` → ``F1``, ``ctrl+s`` → ``Ctrl+S``."""
    return "+".join(part.capitalize() for part in key.split("+"))
