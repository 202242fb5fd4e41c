"""What is offered about customers: lists, card, forms, standing, statement, credit, notices to recipients."""

from __future__ import annotations

from typing import Final

from core.messages import N_
from tui.verbs import CARER, CLERK, EDITORS, LOG_READERS, TELLERS, area

_CUSTOMERS: Final = area(
    "customers",
    ("lookup", N_("Task"), N_("Choose the task that your looks at customers are recorded under.")),
    ("refresh", "", N_("Read the list again.")),
    ("new", N_("New customer"), N_("Add a customer."), CARER),
    ("check", N_("Clear"), N_("Empty the search and show everyone.")),
)

_PICKER: Final = area(
    "picker",
    ("refresh", N_("Refresh"), N_("Read the list again.")),
    ("check", N_("Clear"), N_("Empty the search and show everyone.")),
)

_CARD: Final = area(
    "card",
    ("change", N_("Change"), N_("Change the customer's details."), CARER),
    # As everywhere, but the bar has no room for it.
    ("exit", "", N_("Leave everything on the way and go back to the main menu.")),
    ("lookup", "", N_("Choose the task that your looks at customers are recorded under.")),
    ("refresh", "", N_("Read the card again.")),
    ("new", N_("Order"), N_("Take an order from this customer."), CLERK),
    ("check", N_("Credit"), N_("Make a credit check for this customer."), CARER),
    ("send", N_("Send"), N_("Send the chosen order to accounting."), CLERK),
    (
        "more",
        N_("Statement"),
        N_("Make the person's statement: every disclosure and every look."),
        LOG_READERS,
    ),
    ("choose_1", "", N_("Show the details and where each came from.")),
    ("choose_2", "", N_("Show the orders.")),
    ("choose_3", "", N_("Show the invoices.")),
    ("choose_4", "", N_("Show what has been disclosed about this customer.")),
    ("choose_5", "", N_("Show who has opened this card, and for what task.")),
    ("choose_6", N_("Bans"), N_("Set and lift bans: lists, advertising, marketing, research."), EDITORS),
    ("choose_7", N_("Restriction"), N_("Restrict processing, or lift a restriction."), CARER),
    ("choose_8", N_("Protected address"), N_("Note a protected address, or lift it."), EDITORS),
    ("choose_9", N_("Bank account"), N_("Show the bank account whole, set it, take it away."), CARER),
    ("choose_0", N_("End"), N_("End the relationship, or begin an ended one anew."), CARER),
)

_STATEMENT: Final = area(
    "statement",
    ("change", N_("Suomi/English"), N_("Change the statement's language to the person's.")),
    ("refresh", N_("Refresh"), N_("Make the statement again.")),
    (
        "save",
        N_("Hand over"),
        N_("Save the statement for the person: a disclosure to the person, in the log."),
    ),
)

_HANDOVER: Final = area(
    "handover",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Hand over"), N_("Put the file into the export folder, through the gate.")),
)

_CUSTOMER_FORM: Final = area(
    "customer_form",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Save"), N_("Save the customer.")),
)

_STANDING: Final = area(
    "standing",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Save"), N_("Save what was changed; it holds at once.")),
)

_BANK_ACCOUNT: Final = area(
    "bank_account",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("check", N_("Show whole"), N_("Show the bank account whole, or masked again; the look is recorded.")),
    ("save", N_("Save"), N_("Save the bank account, or take it away.")),
)

_CREDIT: Final = area(
    "credit",
    ("save", N_("Ask"), N_("Make the enquiry.")),
)

_NOTICES: Final = area(
    "notices",
    ("change", N_("Not needed"), N_("Record why the recipient need not be told."), TELLERS),
    ("exit", "", N_("Leave everything on the way and go back to the main menu.")),
    ("refresh", "", N_("Look for what has changed and read the list again.")),
    (
        "check",
        N_("Letter"),
        N_("Show the letter to this recipient for this cause, then make it to be printed."),
        TELLERS,
    ),
    (
        "send",
        N_("Tell"),
        N_("Show what this recipient would be told for this cause, then tell it."),
        TELLERS,
    ),
    ("more", N_("Acknowledged"), N_("Record that the recipient has acknowledged."), TELLERS),
    ("choose_1", "", N_("Show what is to be told.")),
    ("choose_2", "", N_("Show what waits for an answer.")),
    ("choose_3", "", N_("Show who has not answered in time.")),
    ("choose_4", "", N_("Show what is done with.")),
)

_NOTICE_SETTLING: Final = area("notice_settling", ("save", N_("Record"), N_("Record it with your words.")))

CUSTOMERS: Final = (
    *_CUSTOMERS,
    *_PICKER,
    *_CARD,
    *_STATEMENT,
    *_HANDOVER,
    *_CUSTOMER_FORM,
    *_STANDING,
    *_BANK_ACCOUNT,
    *_CREDIT,
    *_NOTICES,
    *_NOTICE_SETTLING,
)
