"""YTJ's adapter: one question about one company a request, answered with what the register can hold.

Asking changes nothing at YTJ, so a question may always be asked again; it still tells YTJ which company somebody here
is interested in, which for a sole trader is personal data. Where that is too much, the daily file asks about nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.disclosure.exits import Accepted, InquiryResult, Item, NotFound, Outcome, Payload, Rejected, Unknown
from core.errors import Where
from core.messages import N_
from integrations.answers import UnreadableAnswer, read_json
from integrations.errors import CannotRender
from integrations.protocol import CheckResult, Context, Exchange, HttpRequest
from integrations.ytj import wire
from integrations.ytj.company import company_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.updates.companies import CompanyRecord
    from integrations.answers import Json
    from integrations.protocol import HttpResponse

API: Final = "api"
WHOLE: Final = "whole"
PARTNER: Final = "YTJ"
FIELD: Final = "organisation.business_id"
QUESTION: Final = "question"
HTTP_OK: Final = 200
# Statuses of the manifest's rejected_status, in words of ours.
CODES: Final = {400: "BAD_QUESTION", 429: "TOO_MANY"}
# The register's own authority: its id is published as an example everywhere, and asking about it is about nobody.
TEST_COMPANY: Final = "0244683-1"


class Ytj:
    """Asks what the business register says of one company; knows where the file of them all is."""

    def render(self, context: Context, purpose: str, items: Sequence[Item]) -> tuple[Payload, ...]:
        """The question of each item.

        Raises:
            CannotRender: a business id is not one.
        """
        return tuple(
            Payload((item.id,), wire.question_text(_wanted(item)), "text/plain", QUESTION) for item in items
        )

    def deliver(
        self, context: Context, purpose: str, items: Sequence[Item], payloads: Sequence[Payload]
    ) -> Exchange[Outcome]:
        """Ask once."""
        (item,) = items
        wanted = _wanted(item)
        response = yield _request(wanted)
        return _outcome(response, wanted, str(context.settings["language"]))

    def inquire(self, context: Context, items: Sequence[Item]) -> Exchange[InquiryResult]:
        """A question leaves nothing behind at YTJ, so nothing of ours is there."""
        yield from ()
        return NotFound()

    def check(self, context: Context) -> Exchange[CheckResult]:
        """Ask about a company that everybody knows."""
        response = yield _request(TEST_COMPANY)
        outcome = _outcome(response, TEST_COMPANY, str(context.settings["language"]))
        if isinstance(outcome, Accepted):
            return CheckResult(ok=True, code="OK")
        assert isinstance(outcome, Rejected | Unknown)
        return CheckResult(ok=False, code=outcome.code)

    def sign(self, context: Context, request: HttpRequest) -> Exchange[HttpRequest]:
        """Nothing to sign: the interface is open and knows no keys."""
        yield from ()
        accept = "application/zip" if request.endpoint == WHOLE else "application/json"
        return request.with_headers(("Accept", (accept,)))

    def whole_file(self, context: Context) -> HttpRequest:
        """The request for the file of all companies; it names nobody."""
        return HttpRequest(WHOLE, "GET", wire.ALL_COMPANIES, description="file of all companies")


def _request(wanted: str) -> HttpRequest:
    return HttpRequest(
        API, "GET", wire.COMPANIES, wire.question(wanted), kind="query", description="company by business id"
    )


def _wanted(item: Item) -> str:
    wanted = wire.business_id(str(item.fields.get(FIELD, "")))
    if wanted is None:
        raise CannotRender(
            partner=PARTNER,
            reason=N_("the business id is not of the form 1234567-8"),
            where=Where(field=FIELD, value=str(item.fields.get(FIELD, ""))),
        )
    return wanted


def _outcome(response: HttpResponse, wanted: str, language: str) -> Accepted | Rejected | Unknown:
    if response.status != HTTP_OK:
        return Rejected(CODES.get(response.status, f"HTTP_{response.status}"), fixable=False)
    found = _found(read_json(response.content), language)
    if len(found) > 1 or (found and wire.business_id(found[0].business_id) != wanted):
        return Unknown("ANOTHER_SUBJECT")
    return Accepted(answer=found[0].as_mapping() if found else {"found": False})


def _found(document: dict[str, Json], language: str) -> list[CompanyRecord]:
    """The companies of an answer; an unknown id is an answer too, with none."""
    companies = document.get("companies")
    if not isinstance(companies, list) or not isinstance(document.get("totalResults"), int):
        raise UnreadableAnswer("no list of companies")
    found = []
    for company in companies:
        if not isinstance(company, dict):
            raise UnreadableAnswer("a company is not an object")
        found.append(company_of(company, language))
    return found


ADAPTER: Final = Ytj
