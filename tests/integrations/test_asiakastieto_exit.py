"""Asiakastieto from render to the answer, over real HTTP against the sandbox; its timestamp and checksum."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from core.disclosure.exits import Accepted, Item, NotSent, Rejected, Unknown
from integrations.asiakastieto import wire
from integrations.errors import CannotRender
from integrations.sandbox.server import Reply
from tests.support import partners
from tests.support.partners import Attempts, permit

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import FixedClock
    from core.disclosure.exits import Exit, Outcome
    from integrations.sandbox.asiakastieto import AsiakastietoSandbox
    from integrations.sandbox.server import Received

ANOTHER = (
    b'{"consumerResponse": {"responseHeader": {"responseStatus": "0"}, "personIdentification":'
    b' {"personId": "120255-970U"}, "noRegisteredMessage": {"EIR": "1"}}}'
)
CLEAN, WITH_DEFAULTS = "010690-9434", "030388-927Y"


def ask(exit_: Exit, *, user_name: str = "matti", attempts: Attempts | None = None, **fields: str) -> Outcome:
    """One enquiry, as the gate makes it."""
    item = Item("item", "credit-1", {name.replace("__", "."): value for name, value in fields.items()})
    payloads = exit_.render("credit_check", [item])
    return exit_.deliver(permit(user_name), "credit_check", [item], payloads, attempts or Attempts())


def answering(
    monkeypatch: pytest.MonkeyPatch, sandbox: AsiakastietoSandbox, content: bytes, status: int = 200
) -> None:
    def process(self: AsiakastietoSandbox, received: Received) -> Reply:
        return Reply(status, "application/json", content)

    monkeypatch.setattr(type(sandbox), "process", process)


@pytest.mark.parametrize(
    ("now", "clock", "expected"),
    [
        (datetime(2026, 1, 1, 10, 0, tzinfo=UTC), "normal_time", "2026010112000000+0200000"),
        (datetime(2026, 7, 1, 10, 0, 1, 230000, tzinfo=UTC), "normal_time", "2026070112000123+0200000"),
        (datetime(2026, 7, 1, 10, 0, 1, 239999, tzinfo=UTC), "local_time", "2026070113000123+0300000"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "local_time", "2027010101000000+0200000"),
    ],
)
def test_timestamp(now: datetime, clock: str, expected: str) -> None:
    """Normal time is UTC+2 the whole year; local time follows summer time; reading and offset agree."""
    assert wire.timestamp(now, clock) == expected


@pytest.mark.parametrize(
    ("user_name", "told"),
    [
        ("matti", "matti"),
        ("Åke.Öberg", "ake.oberg"),
        ("maija-liisa.meikäläinen", "maija-liisa."),
        ("日本", ""),
        ("a b", "ab"),
    ],
)
def test_who_asks(user_name: str, told: str) -> None:
    """The bureau is told at most 12 ASCII characters of the user name."""
    assert wire.enduser(user_name) == told


def test_wire_bytes_of_an_enquiry(asiakastieto: AsiakastietoSandbox, asiakastieto_exit: Exit) -> None:
    """The query stands on the wire as documented: + as %2B in the URL, raw in the hash, the last & hashed too."""
    ask(asiakastieto_exit, identity_code=WITH_DEFAULTS)
    (request,) = asiakastieto.requests
    keys = asiakastieto.keys
    message = f"{keys.userid}&matti&2026112310000000+0200000&{keys.checksum_key}&"
    checksum = hashlib.sha512(message.encode()).hexdigest().upper()
    host = urlsplit(asiakastieto.base_url).netloc
    assert request.raw.decode("ascii") == (
        "GET /services/consumer5/REST?version=2018&lang=FI&reqmsg=CONSUMER&qtype=41&request=H&purpose=1&level=1"
        f"&idnumber={WITH_DEFAULTS}&format=json&target=TAP1&userid={keys.userid}&passwd={keys.passwd}&enduser=matti"
        f"&timestamp=2026112310000000%2B0200000&checksum={checksum} HTTP/1.1\r\n"
        f"Host: {host}\r\nAccept: application/json\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )


def test_person_with_payment_defaults(asiakastieto_exit: Exit) -> None:
    """The answer's counts and the bureau's sentence come back, its kind first."""
    outcome = ask(asiakastieto_exit, identity_code=WITH_DEFAULTS)
    assert isinstance(outcome, Accepted)
    assert outcome.answer["kind"] == "consumer"
    assert outcome.answer["registered"] is True
    assert outcome.answer["payment_defaults"] == 2
    assert outcome.answer["text"] == "Maksuhäiriömerkintöjä 2 kpl."


def test_person_not_found_is_a_good_answer(asiakastieto_exit: Exit) -> None:
    """A person whom the register does not have is a good answer, not an error."""
    outcome = ask(asiakastieto_exit, identity_code=CLEAN)
    assert isinstance(outcome, Accepted)
    assert outcome.answer["registered"] is False
    assert outcome.answer["payment_defaults"] == 0


def test_company(asiakastieto: AsiakastietoSandbox, asiakastieto_exit: Exit) -> None:
    """A company goes by its business id without the dash, with the code that the setting has."""
    outcome = ask(asiakastieto_exit, organisation__business_id="1967543-8")
    assert isinstance(outcome, Accepted)
    assert outcome.answer["kind"] == "company"
    query = dict(parse_qsl(urlsplit(asiakastieto.requests[0].target).query))
    assert (query["version"], query["reqmsg"], query["qtype"], query["businessid"]) == (
        "5.01",
        "COMPANY",
        "SB",
        "19675438",
    )
    assert asiakastieto.requests[0].target.startswith("/services/company5/REST?")


def test_preview_holds_no_identity_code(asiakastieto_exit: Exit) -> None:
    """What is shown and may be kept says {identity_code}; the code is filled in only on its way out."""
    item = Item("item", "credit-1", {"identity_code": WITH_DEFAULTS})
    (payload,) = asiakastieto_exit.render("credit_check", [item])
    assert b"idnumber={identity_code}\n" in payload.content
    assert WITH_DEFAULTS.encode() not in payload.content
    assert WITH_DEFAULTS not in repr(item) + repr(payload)


@pytest.mark.parametrize(
    ("fields", "settings", "words"),
    [
        ({"organisation__business_id": "1967543-8"}, {"company_qtype": ""}, "company_qtype is not set"),
        ({"identity_code": "131152-12"}, {}, "not of the form"),
        ({"identity_code": "131152-123G"}, {}, "not of the form"),
        ({"organisation__business_id": "19675"}, {}, "a company a business id"),
        ({}, {}, "a person needs a personal identity code"),
        ({"identity_code": CLEAN}, {"purpose_codes": {}}, "no code for the purpose credit_check"),
    ],
)
def test_refused_before_anything_leaves(
    asiakastieto: AsiakastietoSandbox,
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    fields: dict[str, Any],
    settings: dict[str, Any],
    words: str,
) -> None:
    """Without a code that only the contract gives, or without whom to ask about, nothing is sent, and a sentence says why."""
    partner = partners.asiakastieto_partner(monkeypatch, asiakastieto.base_url, **settings)
    exit_ = partners.hub(tmp_path, clock, asiakastieto=partner).exit("asiakastieto")
    with pytest.raises(CannotRender) as refusal:
        ask(exit_, **fields)
    assert words in str(refusal.value)
    assert fields.get("identity_code", "none") not in str(refusal.value)
    assert asiakastieto.requests == []


def test_user_name_that_cannot_be_told(asiakastieto: AsiakastietoSandbox, asiakastieto_exit: Exit) -> None:
    """A user name of which nothing remains in ASCII is not sent as an empty one, which the bureau refuses."""
    assert ask(asiakastieto_exit, user_name="日本", identity_code=CLEAN) == NotSent("ENDUSER_MISSING")
    assert asiakastieto.requests == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("501", Rejected("501", "text", fixable=False)),
        ("505", Rejected("505", "text", fixable=False)),
        ("VC6", Rejected("VC6", "text", fixable=True)),
        ("V01", Unknown("V01", "V01 text")),
        ("999", Unknown("UNDECLARED", "999 text")),
    ],
)
def test_errors_inside_http_200(
    asiakastieto: AsiakastietoSandbox,
    asiakastieto_exit: Exit,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    expected: object,
) -> None:
    """A declared error code refuses; a connection problem of theirs or a code that is not declared is unknown."""
    content = (
        '{"consumerResponse": {"responseHeader": {"responseStatus": "1"},'
        f' "errorMessage": {{"errorCode": "{code}", "errorText": "text"}}}}}}'
    )
    answering(monkeypatch, asiakastieto, content.encode())
    assert ask(asiakastieto_exit, identity_code=CLEAN) == expected


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{}", 200, "unreadable"),
        (b"", 200, "unreadable"),
        (b"{}", 500, "HTTP_500"),
        (b"{}", 429, "HTTP_429"),
        (
            ANOTHER,
            200,
            "ANOTHER_SUBJECT",
        ),
        (b'{"companyResponse": {"responseHeader": {"responseStatus": "0"}, "a": "b"}}', 200, "OTHER_ANSWER"),
    ],
)
def test_answers_that_settle_nothing(
    asiakastieto: AsiakastietoSandbox,
    asiakastieto_exit: Exit,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    status: int,
    code: str,
) -> None:
    """An unreadable answer, another status, another person's or another kind of answer leaves the enquiry in doubt."""
    answering(monkeypatch, asiakastieto, content, status)
    outcome = ask(asiakastieto_exit, identity_code=CLEAN)
    assert isinstance(outcome, Unknown)
    assert outcome.code == code


def test_what_the_partner_quotes_is_masked(
    asiakastieto: AsiakastietoSandbox, asiakastieto_exit: Exit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the bureau quotes the identity code or a secret in its error, what is kept of its words does not."""
    content = (
        '{"consumerResponse": {"responseHeader": {"responseStatus": "1"}, "errorMessage":'
        f' {{"errorCode": "VC6", "errorText": "bad {CLEAN} {asiakastieto.keys.passwd}"}}}}}}'
    )
    answering(monkeypatch, asiakastieto, content.encode())
    outcome = ask(asiakastieto_exit, identity_code=CLEAN)
    assert outcome == Rejected("VC6", "bad ‹identity_code› ‹passwd›", fixable=True)


def test_wrong_clock(
    asiakastieto: AsiakastietoSandbox, asiakastieto_exit: Exit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock an hour off is refused as 505, which is for the administrator to mend."""
    real = asiakastieto._now
    monkeypatch.setattr(asiakastieto, "_now", lambda: real().replace(hour=9))
    outcome = ask(asiakastieto_exit, identity_code=CLEAN)
    assert outcome == Rejected("505", "MAC checksum too old", fixable=False)


def test_wrong_key(
    asiakastieto: AsiakastietoSandbox, asiakastieto_exit: Exit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong checksum key is refused as 501."""
    monkeypatch.setenv("TEST_ASIAKASTIETO_CHECKSUM_KEY", "another-key")
    outcome = ask(asiakastieto_exit, identity_code=CLEAN)
    assert outcome == Rejected("501", "MAC checksum invalid", fixable=False)


def test_never_asked_again_by_itself(asiakastieto: AsiakastietoSandbox, asiakastieto_exit: Exit) -> None:
    """Doubt is for a person: the manifest says so, and an inquiry sends nothing."""
    assert asiakastieto_exit.manifest.in_doubt == "manual"
    assert asiakastieto_exit.inquire(permit(), [Item("item", "credit-1", {})]) == Unknown("MANUAL")
    assert asiakastieto.requests == []
