"""Asiakastieto's adapter: one enquiry a permit, never repeated by itself.

A credit enquiry leaves a trace at the bureau and costs money.  Where the answer is lost the transfer is in doubt, and
a member of staff decides whether to ask again (``in_doubt = manual``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from core.disclosure.exits import Accepted, InquiryResult, Item, NotSent, Outcome, Payload, Rejected, Unknown
from core.errors import Where
from core.messages import N_
from integrations.asiakastieto import wire
from integrations.asiakastieto.answers import FIXABLE, REFUSED, Failure, read_answer
from integrations.errors import CannotRender
from integrations.protocol import CheckResult, Context, Digest, Exchange, HttpRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

API: Final = "api"
PARTNER: Final = "Asiakastieto"
HTTP_OK: Final = 200
CONSUMER: Final = "consumer"
COMPANY: Final = "company"
PATHS: Final = {CONSUMER: "/services/consumer5/REST", COMPANY: "/services/company5/REST"}
# Published by Asiakastieto for trying the test service: a person without payment defaults.
TEST_PERSON: Final = "010690-9434"

# Known to be the service's test and production; a sandbox of ours takes any.
_TARGETS: Final = {"sandbox": "TAP1", "test": "TAP1", "production": "PAP1"}
_IDENTITY_CODE: Final = re.compile(r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]")
_BUSINESS_ID: Final = re.compile(r"([0-9]{7})-?([0-9])")


class Asiakastieto:
    """Asks for the credit information of one person or company."""

    def render(self, context: Context, purpose: str, items: Sequence[Item]) -> tuple[Payload, ...]:
        """The query of each item, secrets and the identity code left as names.

        Raises:
            CannotRender: no identity code or business id, or a setting that the contract gives is not set.
        """
        return tuple(_rendered(context, purpose, item) for item in items)

    def deliver(
        self, context: Context, purpose: str, items: Sequence[Item], payloads: Sequence[Payload]
    ) -> Exchange[Outcome]:
        """Ask once."""
        (item,), (payload,) = items, payloads
        if not wire.enduser(context.user_name):
            return NotSent("ENDUSER_MISSING")
        code = str(item.fields.get("identity_code", ""))
        query = tuple(
            (name, code if value == wire.IDENTITY_CODE else value)
            for name, value in wire.pairs_of(payload.content)
        )
        response = yield HttpRequest(
            API,
            "GET",
            PATHS[payload.label],
            query,
            kind="command",
            description=f"{payload.label} credit enquiry",
        )
        if response.status != HTTP_OK:
            return Unknown(f"HTTP_{response.status}")
        return _outcome(response.content, payload.label, _asked_for(query))

    def inquire(self, context: Context, items: Sequence[Item]) -> Exchange[InquiryResult]:
        """Never by itself: asking again is a new enquiry, with a person's reason."""
        yield from ()
        return Unknown("MANUAL")

    def check(self, context: Context) -> Exchange[CheckResult]:
        """A published test person at the test service; in production nothing is asked, since there is no invented one."""
        if not wire.enduser(context.user_name):
            return CheckResult(ok=False, code="ENDUSER_MISSING")
        if context.environment == "production":
            note = N_("Settings and secrets are complete. In production no enquiry is made as a test.")
            return CheckResult(ok=True, code="OK", notes=((note, {}),))
        pairs = wire.consumer_query(**_common(context, "credit_check"))
        query = tuple((name, TEST_PERSON if value == wire.IDENTITY_CODE else value) for name, value in pairs)
        response = yield HttpRequest(
            API, "GET", PATHS[CONSUMER], query, kind="auth", description="connection test"
        )
        answer = read_answer(response.content)
        if isinstance(answer, Failure):
            note = N_("Asiakastieto answers {code}: {message}")
            return CheckResult(
                ok=False, code=answer.code, notes=((note, {"code": answer.code, "message": answer.text}),)
            )
        return CheckResult(ok=True, code="OK")

    def sign(self, context: Context, request: HttpRequest) -> Exchange[HttpRequest]:
        """User, password, timestamp and checksum, anew for each attempt."""
        enduser = wire.enduser(context.user_name)
        sent_at = wire.timestamp(context.now, str(context.settings["clock"]))
        checksum = yield Digest("sha512", wire.checksum_parts(enduser, sent_at), encoding="HEX")
        signed = request.with_query(
            ("userid", wire.USER_ID),
            ("passwd", wire.PASSWORD),
            ("enduser", enduser),
            ("timestamp", sent_at),
            ("checksum", checksum),
        )
        return signed.with_headers(("Accept", ("application/json",)))


def _common(context: Context, purpose: str) -> dict[str, str]:
    settings = context.settings
    codes: Mapping[str, object] = settings["purpose_codes"]
    code = codes.get(purpose)
    if not isinstance(code, str) or not code:
        raise CannotRender(
            partner=PARTNER,
            reason=N_("the setting purpose_codes has no code for the purpose {purpose}"),
            purpose=purpose,
            where=Where(field="purpose_codes"),
        )
    target = str(settings["target"]) or _TARGETS[context.environment]
    return {"language": str(settings["language"]), "purpose": code, "target": target}


def _rendered(context: Context, purpose: str, item: Item) -> Payload:
    common = _common(context, purpose)
    if item.fields.get("identity_code"):
        if not _IDENTITY_CODE.fullmatch(str(item.fields["identity_code"])):
            # The value itself is not repeated anywhere.
            raise CannotRender(
                partner=PARTNER,
                reason=N_("the personal identity code is not of the form 010190-123A"),
                where=Where(field="identity_code"),
            )
        return Payload((item.id,), wire.pairs_text(wire.consumer_query(**common)), "text/plain", CONSUMER)
    business_id = _BUSINESS_ID.fullmatch(str(item.fields.get("organisation.business_id", "")))
    if business_id is None:
        raise CannotRender(
            partner=PARTNER,
            reason=N_("a person needs a personal identity code, a company a business id"),
            where=Where(field="organisation.business_id"),
        )
    qtype = str(context.settings["company_qtype"])
    if not qtype:
        raise CannotRender(
            partner=PARTNER,
            reason=N_(
                "the setting company_qtype is not set; the contract with Asiakastieto says which code it is"
            ),
            where=Where(field="company_qtype"),
        )
    query = wire.company_query(**common, qtype=qtype, business_id="".join(business_id.groups()))
    return Payload((item.id,), wire.pairs_text(query), "text/plain", COMPANY)


def _asked_for(query: Sequence[tuple[str, str]]) -> str:
    return next(value for name, value in query if name in {"idnumber", "businessid"})


def _outcome(content: bytes, kind: str, asked_for: str) -> Outcome:
    answer = read_answer(content)
    if isinstance(answer, Failure):
        if answer.code in REFUSED:
            return Rejected(answer.code, answer.text, fixable=answer.code in FIXABLE)
        return Unknown(
            "UNDECLARED" if answer.code != "V01" else "V01", f"{answer.code} {answer.text}".strip()
        )
    if answer.kind != kind:
        return Unknown("OTHER_ANSWER")
    if answer.subject_id and answer.subject_id.replace("-", "") != asked_for.replace("-", ""):
        return Unknown("ANOTHER_SUBJECT")
    return Accepted(answer=answer.as_mapping())


ADAPTER: Final = Asiakastieto
