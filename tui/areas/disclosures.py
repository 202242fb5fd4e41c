"""What is offered about what leaves and comes back: previews, exports, the log, review."""

from __future__ import annotations

from typing import Final

from core.messages import N_
from tui.verbs import LOG_READERS, TELLERS, area

_PREVIEW: Final = area("preview", ("save", N_("Send"), N_("Send exactly what is shown.")))

_EXPORTS: Final = area(
    "exports",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("more", N_("Files"), N_("List the files that lie in the export folder.")),
    ("save", N_("Preview"), N_("Show exactly what would leave, and who is left out.")),
)

_EXPORT_PREVIEW: Final = area(
    "export_preview",
    ("save", N_("Export"), N_("Let exactly what is shown leave, through the log into the export folder.")),
    ("choose_1", "", N_("Show what leaves, to whom and why.")),
    ("choose_2", "", N_("Show whose data leaves; Enter shows one person's share.")),
    ("choose_3", "", N_("Show who is left out, and why; Enter says the whole reason.")),
    ("choose_4", "", N_("Show the file itself; of pages, what they say.")),
)

_EXPORT_SHARE: Final = area("export_share", ("enter", "", N_("Go back to the list.")))

_EXPORT_RESULT: Final = area(
    "export_result",
    ("enter", "", N_("Go back to the form.")),
    ("more", N_("Transfer"), N_("Show the transfer as the log has it."), LOG_READERS),
)

_EXPORT_FILES: Final = area(
    "export_files",
    ("refresh", N_("Refresh"), N_("Read the folder again.")),
    ("more", N_("Remove"), N_("Remove the chosen file before its time: the same key twice.")),
)

_LOG: Final = area(
    "log",
    ("lookup", N_("Filter"), N_("Go to the filters, or through the choices of a filter.")),
    ("refresh", "", N_("Read the log again.")),
    ("check", N_("Clear"), N_("Empty all filters.")),
    ("send", N_("To tell"), N_("Whoever has an old value: whom to tell, who has not answered."), TELLERS),
    ("more", N_("Verify"), N_("Verify the whole log: each entry, each checkpoint.")),
)

_ENTRY: Final = area(
    "entry",
    ("refresh", N_("Refresh"), N_("Read the transfer again.")),
    ("choose_1", "", N_("Show the transfer.")),
    ("choose_2", "", N_("Show whom it concerned; Enter shows what exactly left.")),
    ("choose_3", "", N_("Show who was left out, and why.")),
    ("choose_4", "", N_("Show what has happened to it.")),
)

_DOUBT: Final = area(
    "doubt",
    ("refresh", N_("Refresh"), N_("Read the list again.")),
    ("check", N_("Ask partner"), N_("Ask the partner whether it received the transfer.")),
    ("more", N_("Decide"), N_("Record what the partner says, with a reason.")),
)

_DECISION: Final = area(
    "decision",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Record"), N_("Record the decision.")),
)

_REVIEW: Final = area(
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

_APPROVAL: Final = area(
    "approval",
    ("send", N_("Refuse"), N_("Refuse the request, with a reason.")),
    ("save", N_("Approve"), N_("Approve exactly what is shown.")),
)

_FINDING: Final = area(
    "finding",
    ("lookup", N_("Choices"), N_("Go through the choices of the field.")),
    ("save", N_("Record"), N_("Record the finding.")),
)

_SIGN_OFF: Final = area("sign_off", ("save", N_("Sign off"), N_("Sign off what is covered.")))

DISCLOSURES: Final = (
    *_PREVIEW,
    *_EXPORTS,
    *_EXPORT_PREVIEW,
    *_EXPORT_SHARE,
    *_EXPORT_RESULT,
    *_EXPORT_FILES,
    *_LOG,
    *_ENTRY,
    *_DOUBT,
    *_DECISION,
    *_REVIEW,
    *_APPROVAL,
    *_FINDING,
    *_SIGN_OFF,
)
