"""What is offered on registrations from the site."""

from __future__ import annotations

from typing import Final

from core.messages import N_
from tui.verbs import CARER, area

WEB: Final = area(
    "web",
    ("next", "", N_("Scroll what is shown of the registration.")),
    ("previous", "", N_("Scroll back.")),
    ("refresh", N_("Refresh"), N_("Read the list again.")),
    ("choose_1", N_("Accept"), N_("Take what it says into the data of the customer marked."), CARER),
    ("choose_2", N_("Reject"), N_("Take nothing of it, with a reason; what it said is forgotten."), CARER),
    ("choose_3", N_("Other candidate"), N_("The next customer who may be meant."), CARER),
    ("choose_4", N_("Skip"), N_("Leave it waiting and go to the next.")),
    ("choose_5", N_("Somebody new"), N_("Make a new customer of it."), CARER),
)
