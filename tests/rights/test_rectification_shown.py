"""The rectification that issue 5 shows: an address went to accounting and credit; exactly those two are told, and answer."""

from __future__ import annotations

import json
import subprocess
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from core.config import Recipient
from core.customers import service as customers
from core.customers.history import provenance
from core.customers.types import SourceKind
from core.disclosure.types import Subject, TransferRequest
from core.documents.folder import new_selection
from core.notices import due, sending
from core.notices import service as notices
from core.notices.rights import notices_of_case
from core.notices.service import NoticeFilter
from core.notices.types import Cause, NoticeState
from core.rights import intake
from core.rights.letters.service import hand_over, preview_text
from core.rights.letters.types import LetterKind
from core.rights.rectification.reading import proposals
from core.rights.rectification.service import decide, propose
from core.rights.types import CaseDecision, CaseKind
from integrations.sandbox.netvisor import NetvisorSandbox
from integrations.typesetter import Typst
from tests.letters.conftest import Desk
from tests.support.notice_house import open_notices
from tui.cli.main import Cli, main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.actor import Actor
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing
    from core.notices.types import Notice
    from core.rights.types import Case

# A credit company that was never given anybody's number: only name and address are in its agreement.
CREDIT = Recipient(
    name="Luottotieto Esimerkki Oy",
    role="controller",
    purposes=("legal_obligation",),
    categories=("name", "postal_address"),
    adapter="files",
    agreement="DPA 2",
    agreement_from=date(2026, 1, 1),
)


@pytest.fixture
def desk(
    database: Database,
    keyring: KeyRing,
    clock: FixedClock,
    actor: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    """A register that gives data to an accountant, whose service is Netvisor's sandbox, and to a credit company."""
    with NetvisorSandbox() as netvisor:
        house = open_notices(
            database, keyring, clock, actor, tmp_path, netvisor, monkeypatch, more={"credit": CREDIT}
        )
        yield Desk(house, Typst())


@pytest.fixture
def maija(desk: Desk) -> Case:
    """Maija's request to rectify her address, which accounting and credit were given; the print house has only her name."""
    person = desk.house.add()
    desk.house.invoice(person.id)
    subject = Subject(person.id, f"{new_selection(desk.house.clock.now())}/1")
    to_credit = TransferRequest("credit", "legal_obligation", (subject,), "export", form="csv")
    desk.register.gate.send(desk.actor, to_credit)
    desk.house.export("printer", person.id, only=frozenset({"name"}))
    return desk.receive(CaseKind.RECTIFICATION, customer_id=person.id, identified_how="signature")


def told_of(desk: Desk, case: Case) -> dict[str, Notice]:
    """The case's notices by recipient."""
    with desk.register.database.reading() as connection:
        return {it.recipient: it for it in notices_of_case(connection, case)}


def test_an_address_that_went_to_accounting_and_credit(desk: Desk, maija: Case) -> None:
    """Exactly those two are told: one by its own interface, one by a letter; both acknowledge, one after a reminder."""
    register, actor, keyring = desk.register, desk.actor, desk.register.keyring
    with register.database.unit_of_work() as uow:
        bill = intake.attach(uow, keyring, actor, maija.number, name="lasku.pdf", content=b"%PDF-1.7")
        asked = {"street": "Haapakuja 2 A 14"}
        (proposal,) = propose(uow, keyring, actor, maija.number, asked, evidence=bill)
        assert (proposal.old, proposal.new, proposal.evidence) == ("Koivukatu 1", "Haapakuja 2 A 14", bill)
        done = decide(uow, register, actor, maija.number, ["street"], reasons="", version=maija.version)
        uow.commit()
    assert done.case.decision is CaseDecision.GRANTED
    with register.database.reading() as connection:
        known = provenance(connection, maija.customer_id or 0)["street"]
        value = customers.get(connection, maija.customer_id or 0).values.street
    assert (value, known.source.kind, known.source.detail) == ("Haapakuja 2 A 14", SourceKind.SELF, "case 1")

    # Looked for by the disclosure log, and by nothing that comes by later.
    assert set(told_of(desk, maija)) == {"accountant", "credit"}
    due.catch_up(register, actor)
    assert {it.recipient: it.cause for it in desk.house.all()} == {
        "accountant": Cause.RECTIFICATION,
        "credit": Cause.RECTIFICATION,
    }

    # Sent through the sandbox over HTTP, and printed.
    bundles = sending.plan(register, actor, NoticeFilter(numbers=done.notices))
    assert {it.recipient: it.way for it in bundles} == {"accountant": "adapter", "credit": "letter"}
    for bundle in bundles:
        sending.release(register, actor, bundle)
    (customer,) = desk.house.netvisor.customers.values()
    assert customer.fields["streetaddress"] == "Haapakuja 2 A 14"
    (paper,) = desk.house.exports.glob("notice-rectification-*.pdf")
    words = subprocess.run(
        ["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True
    ).stdout
    for said in (
        "Luottotieto Esimerkki Oy",
        "Maija Mäkelä",
        "Haapakuja 2 A 14",
        "annettu teille: 23.11.2026",
    ):
        assert said in words
    # Who was never given our number is not told it by the letter either.
    with register.database.reading() as connection:
        number = customers.get(connection, maija.customer_id or 0).number
    assert number not in words

    # The accountant's answer is its acknowledgement; the credit company is reminded, and then answers.
    assert {code: it.state for code, it in told_of(desk, maija).items()} == {
        "accountant": NoticeState.ACKNOWLEDGED,
        "credit": NoticeState.PRINTED,
    }
    desk.house.clock.advance(timedelta(days=60).total_seconds())
    with register.database.unit_of_work() as uow:
        assert notices.chase(uow, actor, answer_days=14) == 1
        credit = told_of(desk, maija)["credit"]
        notices.acknowledge(uow, actor, [credit.id], how="letter of 22.1., Liisa Luotto")
        uow.commit()
    assert told_of(desk, maija)["credit"].state is NoticeState.ACKNOWLEDGED
    assert told_of(desk, maija)["credit"].chases == 1

    # The answer to the person names what was changed and who is told, and is a transfer of its own.
    answer = preview_text(register, desk.typesetter, actor, maija.number, LetterKind.RECTIFIED)
    for said in ("Koivukatu 1", "Haapakuja 2 A 14", "Tilitoimisto Esimerkki Oy", "Luottotieto Esimerkki Oy"):
        assert said in answer
    assert (
        hand_over(register, desk.typesetter, actor, maija.number, LetterKind.RECTIFIED).transfer is not None
    )


def test_the_same_on_the_command_line(
    desk: Desk,
    maija: Case,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """From proposal to acknowledgement, as a person types it."""
    monkeypatch.setattr(Cli, "register", lambda self: desk.register)
    monkeypatch.setattr(Cli, "actor", lambda self: desk.actor)
    papers = tmp_path_factory.mktemp("words")
    (papers / "values").write_text("street: Haapakuja 2 A 14\n", encoding="utf-8")
    (papers / "none").write_text("", encoding="utf-8")

    def run(*arguments: str) -> object:
        with pytest.raises(SystemExit) as ended:
            main(["--json", *arguments])
        told = capsys.readouterr()
        assert ended.value.code == 0, told.err
        return json.loads(told.out)

    number = str(maija.number)
    run("rectification", "propose", number, "--values", str(papers / "values"))
    decided = run("rectification", "decide", number, "--grant-all", "--words", str(papers / "none"))
    assert isinstance(decided, dict)
    assert decided["changed"] == ["street"]
    to_accounting, to_credit = map(str, decided["notices"])
    run("notices", "send", to_accounting, "--yes")
    run("notices", "print", to_credit, "--yes")
    run("notices", "acknowledge", to_credit, "--how", "letter, Liisa Luotto")
    listed = run("rectification", "notices", number)
    assert listed == [
        {
            "number": decided["notices"][0],
            "recipient": "accountant",
            "state": "acknowledged",
            "way": "adapter",
        },
        {"number": decided["notices"][1], "recipient": "credit", "state": "acknowledged", "way": "letter"},
    ]
    with desk.register.database.reading() as connection:
        (proposal,) = proposals(connection, desk.register.keyring, maija.number)
    assert proposal.decision == "granted"
