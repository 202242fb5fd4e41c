"""Organisations kept up to date from YTJ: asked through the gate, or from the daily file, and applied like any batch."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.batches.errors import AlreadyUndone
from core.batches.types import BatchState, Progress
from core.customers import bans, restrictions, service
from core.customers.history import provenance
from core.customers.restrictions import Ground
from core.customers.types import Kind, Source, SourceKind
from core.disclosure.errors import NobodyToSend, PurposeNotForDisclosure
from core.disclosure.types import LeftOutReason, TransferState
from core.errors import RegisterError
from core.postal_codes.loading import load
from core.updates import service as updates
from core.updates.companies import CompanyRecord, answer_about, record_of, values_of
from core.updates.company_asking import CompanyCriteria, ask_companies, plan_companies
from core.updates.company_errors import BadCompanyFile, BanSinceShown, NoCompanyRecipient, NoCompanySelected
from core.updates.types import Group, Meaning, Outcome, Reason
from integrations.companies import stage_fetched, stage_file
from integrations.sandbox.faults import Fault
from integrations.sandbox.ytj import YtjSandbox, sample_company
from tests.support import postal
from tests.support.company_house import IDS, open_company_house
from tests.support.company_house import daily_file as written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.actor import Actor
    from core.batches.types import Batch
    from core.clock import FixedClock
    from core.database import Database
    from core.keys import KeyRing
    from core.updates.types import UpdateRow
    from tests.support.company_house import CompanyHouse

NEW = {"organisation_name": "Uusi Oy", "street": "Mannerheimintie 5", "postcode": "00100", "town": "HELSINKI"}
TELEPHONE = Source(SourceKind.STAFF, "telephone")


@pytest.fixture
def ytj() -> Iterator[YtjSandbox]:
    """YTJ, which knows three of our companies under new names and addresses."""
    with YtjSandbox([sample_company(it, "Uusi Oy") for it in IDS[:3]]) as sandbox:
        yield sandbox


@pytest.fixture
def house(
    database: Database, keyring: KeyRing, clock: FixedClock, actor: Actor, tmp_path: Path, ytj: YtjSandbox
) -> CompanyHouse:
    """The register whose recipient for companies is the sandbox."""
    return open_company_house(database, keyring, clock, actor, tmp_path, ytj=ytj)


def ask(house: CompanyHouse, **criteria: Any) -> Batch:
    plan = plan_companies(house.register, house.actor, CompanyCriteria(**criteria))
    batch = ask_companies(house.register, house.actor, plan).batch
    assert batch is not None
    return batch


def rows(house: CompanyHouse, batch: Batch) -> list[UpdateRow]:
    with house.register.database.reading() as connection:
        return updates.rows(connection, batch.id)


def outcomes(house: CompanyHouse, batch: Batch) -> list[tuple[str | None, Outcome, Reason | None]]:
    return sorted((row.number, row.outcome, row.reason) for row in rows(house, batch))


def values(house: CompanyHouse, customer: Any) -> dict[str, Any]:
    now = house.get(customer).values.as_dict()
    return {field: now[field] for field in NEW}


# --- asking one by one


def test_asked_shown_applied(house: CompanyHouse, ytj: YtjSandbox) -> None:
    """Only business ids leave, through the gate; the answers are a batch that is foreseen, then applied with its source."""
    ours = [house.add(f"10{place}", it) for place, it in enumerate(IDS[:2])]
    plan = plan_companies(house.register, house.actor, CompanyCriteria())
    assert [payload.content for payload in plan.preview.payloads] == [
        b"businessId=0112038-9\n",
        b"businessId=2336509-6\n",
    ]
    assert plan.preview.plan.fields == {"organisation.business_id"}
    assert ytj.questions == []
    told: list[Progress] = []
    asked = ask_companies(house.register, house.actor, plan, progress=told.append)
    assert (asked.answered, asked.unanswered, asked.result.state) == (2, 0, TransferState.DELIVERED)
    assert [(it.done, it.total) for it in told] == [(1, 2), (2, 2)]
    assert asked.batch is not None
    assert (asked.batch.state, asked.batch.name) == (BatchState.READY, "ytj")
    assert asked.batch.source_kind is SourceKind.AUTHORITY
    assert values(house, ours[0])["organisation_name"] == "Vanha Oy"
    done = updates.apply(house.register, house.actor, asked.batch.id)
    assert done.batch.counts == {"applied": 2}
    assert all(values(house, it) == NEW for it in ours)
    assert house.get(ours[0]).values.www == "https://www.example.com"


def test_a_run_of_companies_is_undone(house: CompanyHouse) -> None:
    """Names and addresses are as before, with the source of before; what somebody has corrected since is spared."""
    ours = [house.add(f"10{place}", it) for place, it in enumerate(IDS[:2])]
    before = [house.get(it).values for it in ours]
    batch = ask(house)
    updates.apply(house.register, house.actor, batch.id)
    now = house.get(ours[1])
    with house.register.database.unit_of_work() as uow:
        service.change(uow, house.actor, now.id, {"street": "Oma katu 1"}, TELEPHONE, version=now.version)
        uow.commit()
    undone = updates.undo(house.register, house.actor, batch.id)
    assert house.get(ours[0]).values == before[0]
    corrected = house.get(ours[1]).values
    assert (corrected.organisation_name, corrected.street) == (before[1].organisation_name, "Oma katu 1")
    with house.register.database.reading() as connection:
        (spared,) = updates.spared(connection, undone.batch.id)
        assert spared.number == "101"
        known = provenance(connection, ours[0].id)
        assert known["organisation_name"].source.kind is not SourceKind.AUTHORITY
    with pytest.raises(AlreadyUndone):
        updates.undo(house.register, house.actor, batch.id)
    # The same question again is a run of its own.
    again = ask(house)
    updates.apply(house.register, house.actor, again.id)
    assert house.get(ours[0]).values.organisation_name == NEW["organisation_name"]


def test_asked_again_it_is_already_so(house: CompanyHouse) -> None:
    """What has been applied is unchanged the next time."""
    house.add("10", IDS[0])
    updates.apply(house.register, house.actor, ask(house).id)
    assert outcomes(house, ask(house)) == [("10", Outcome.UNCHANGED, None)]


def test_who_is_asked_about(house: CompanyHouse, ytj: YtjSandbox, actor: Actor) -> None:
    """Active organisations with a business id; never who is restricted, has forbidden updates, or has ended; no persons."""
    asked, banned, restricted, ended = (house.add(str(n), it) for n, it in enumerate(IDS[:4], start=1))
    house.add("9", None)
    house.add("8", IDS[4], kind=Kind.PERSON, last_name="Toiminimi", organisation_name="Tmi Toiminimi")
    with house.register.database.unit_of_work() as uow:
        today = uow.now.date()
        bans.forbid(uow, actor, banned.id, bans.BanKind.REGISTER_UPDATE, origin="letter", since=today)
        restrictions.restrict(
            uow, actor, restricted.id, ground=Ground.ACCURACY_CONTESTED, since=today, detail="letter"
        )
        service.end_relationship(
            uow, actor, ended.id, ended_on=today, source=TELEPHONE, version=ended.version
        )
        uow.commit()
    plan = plan_companies(house.register, house.actor, CompanyCriteria())
    assert [subject.customer_id for subject in plan.preview.plan.subjects.values()] == [asked.id]
    assert plan.banned == 1
    assert [left.reason for left in plan.preview.plan.left_out] == [LeftOutReason.RESTRICTION]
    ask_companies(house.register, house.actor, plan)
    assert ytj.questions == [IDS[0]]


def test_chosen_by_criteria(house: CompanyHouse) -> None:
    """By number, by postcode, at most so many."""
    for place, it in enumerate(IDS[:3]):
        house.add(f"10{place}", it, postcode=f"3310{place}")

    def chosen(**criteria: Any) -> int:
        return len(
            plan_companies(house.register, house.actor, CompanyCriteria(**criteria)).preview.plan.items
        )

    assert (chosen(), chosen(limit=2), chosen(numbers=("101", "7")), chosen(postcode="33102")) == (3, 2, 1, 1)
    with pytest.raises(NoCompanySelected):
        chosen(numbers=("7",))


def test_a_ban_after_the_preview_is_obeyed(house: CompanyHouse, ytj: YtjSandbox, actor: Actor) -> None:
    """Who forbids updates between showing and sending is not asked about; nobody is."""
    customer = house.add("10", IDS[0])
    house.add("11", IDS[1])
    plan = plan_companies(house.register, house.actor, CompanyCriteria())
    with house.register.database.unit_of_work() as uow:
        bans.forbid(
            uow, actor, customer.id, bans.BanKind.REGISTER_UPDATE, origin="letter", since=uow.now.date()
        )
        uow.commit()
    with pytest.raises(BanSinceShown):
        ask_companies(house.register, house.actor, plan)
    assert ytj.questions == []


def test_nobody_is_configured(house: CompanyHouse, tmp_path: Path) -> None:
    """Without a recipient nobody is asked; the daily file works all the same."""
    house.configure(recipient=None)
    house.add("10", IDS[0])
    with pytest.raises(NoCompanyRecipient):
        plan_companies(house.register, house.actor, CompanyCriteria())
    batch = stage_file(house.register, house.actor, written(tmp_path / "all.zip", []))
    assert batch.counts == {"no_hit": 1}


def test_a_controller_is_not_asked_for_an_address_update(house: CompanyHouse) -> None:
    """P8: PRH decides for itself, so the purpose of processors does not carry the question."""
    house.configure(purpose="address_update")
    house.add("10", IDS[0])
    with pytest.raises(PurposeNotForDisclosure):
        plan_companies(house.register, house.actor, CompanyCriteria())


def test_everybody_left_out(house: CompanyHouse, actor: Actor) -> None:
    """When the gate leaves everybody out that is said, and nothing is asked."""
    customer = house.add("10", IDS[0])
    with house.register.database.unit_of_work() as uow:
        restrictions.restrict(
            uow, actor, customer.id, ground=Ground.ACCURACY_CONTESTED, since=uow.now.date(), detail="letter"
        )
        uow.commit()
    with pytest.raises(NobodyToSend):
        plan_companies(house.register, house.actor, CompanyCriteria())


def test_too_many_questions(house: CompanyHouse, ytj: YtjSandbox) -> None:
    """After 429 the rest is proved not asked, what was answered is staged, and the rest may be asked at once again."""
    for place, it in enumerate(IDS[:3]):
        house.add(f"10{place}", it)
    ytj.faults.add(Fault.TOO_MANY, after=1)
    plan = plan_companies(house.register, house.actor, CompanyCriteria())
    asked = ask_companies(house.register, house.actor, plan)
    assert (asked.answered, asked.unanswered, asked.code) == (1, 2, "TOO_MANY")
    assert asked.batch is not None
    assert outcomes(house, asked.batch) == [("100", Outcome.APPLIED, None)]
    assert len(rows(house, ask(house))) == 3


def test_a_lost_answer_may_be_asked_again(house: CompanyHouse, ytj: YtjSandbox) -> None:
    """A question in doubt is settled without asking: it left nothing behind."""
    house.add("10", IDS[0])
    ytj.faults.add(Fault.TRUNCATE)
    plan = plan_companies(house.register, house.actor, CompanyCriteria())
    asked = ask_companies(house.register, house.actor, plan)
    assert (asked.batch, asked.result.state) == (None, TransferState.IN_DOUBT)
    settled = house.register.gate.settle(house.actor, asked.result.transfer_id)
    assert settled.state is TransferState.REFUSED
    assert outcomes(house, ask(house)) == [("10", Outcome.APPLIED, None)]


def test_an_unknown_company(house: CompanyHouse) -> None:
    """Not found is a row that changes nothing."""
    house.add("10", IDS[4])
    batch = ask(house)
    assert outcomes(house, batch) == [("10", Outcome.NO_HIT, None)]


def test_a_company_that_has_ended(house: CompanyHouse, ytj: YtjSandbox) -> None:
    """It waits for a person; nothing of it is written, and the relationship goes on."""
    customer = house.add("10", IDS[0])
    ytj.companies[IDS[0]] = sample_company(IDS[0], "Uusi Oy", endDate="2026-10-31")
    batch = ask(house)
    assert outcomes(house, batch) == [("10", Outcome.PROPOSED, Reason.CEASED)]
    updates.apply(house.register, house.actor, batch.id)
    assert house.get(customer) == customer
    assert outcomes(house, batch) == [("10", Outcome.PROPOSED, Reason.CEASED)]


def test_proceedings_are_counted_and_not_kept(house: CompanyHouse, ytj: YtjSandbox) -> None:
    """A bankruptcy is told once; the register has no place for it."""
    house.add("10", IDS[0])
    ytj.companies[IDS[0]] = sample_company(IDS[0], companySituations=[{"type": "KONK"}])
    plan = plan_companies(house.register, house.actor, CompanyCriteria())
    assert ask_companies(house.register, house.actor, plan).in_proceedings == 1


@pytest.mark.parametrize(
    ("since", "outcome"), [("2026-05-01", Outcome.PROPOSED), ("2026-11-24", Outcome.APPLIED)]
)
def test_newer_beats_older(house: CompanyHouse, ytj: YtjSandbox, since: str, outcome: Outcome) -> None:
    """What staff wrote down stands above what YTJ registered before; each value by its own date."""
    house.add("10", IDS[0], TELEPHONE, organisation_name="Uusi Oy", www="https://www.example.com")
    company = sample_company(IDS[0], "Uusi Oy")
    # Modified yesterday for some other reason, which makes no address newer.
    address = {**company["addresses"][1], "registrationDate": since}
    ytj.companies[IDS[0]] = {**company, "addresses": [address], "lastModified": "2026-11-22T10:00:00"}
    (row,) = rows(house, ask(house))
    assert row.outcome is outcome


def test_later_by_ytjs_own_dates(house: CompanyHouse, ytj: YtjSandbox) -> None:
    """A move that YTJ dates before the day of our last run, but after what that run brought, is newer all the same."""
    customer = house.add("10", IDS[0])
    updates.apply(house.register, house.actor, ask(house).id)
    company = sample_company(IDS[0], "Uusi Oy")
    moved = {**company["addresses"][1], "buildingNumber": "9", "registrationDate": "2026-11-20"}
    ytj.companies[IDS[0]] = {**company, "addresses": [moved]}
    updates.apply(house.register, house.actor, ask(house).id)
    assert values(house, customer)["street"] == "Mannerheimintie 9"


def test_two_customers_of_one_business_id(house: CompanyHouse, ytj: YtjSandbox) -> None:
    """Two branches of one company: a person says whether the address is either's."""
    house.add("10", IDS[0])
    house.add("11", IDS[0])
    batch = ask(house)
    assert outcomes(house, batch) == [
        ("10", Outcome.PROPOSED, Reason.SEVERAL),
        ("11", Outcome.PROPOSED, Reason.SEVERAL),
    ]
    updates.apply(house.register, house.actor, batch.id)
    assert [row.outcome for row in rows(house, batch)] == [Outcome.PROPOSED, Outcome.PROPOSED]


def test_a_contradicted_address_waits(house: CompanyHouse, tmp_path: Path) -> None:
    """An address whose town is not the postcode's is proposed, foreseen and applied alike; the name is written."""
    load(
        house.register,
        house.actor,
        postal.write(tmp_path / "PCF.dat", [postal.code_record("00100", "TURKU", "ÅBO")]),
    )
    customer = house.add("10", IDS[0])
    batch = ask(house)
    assert outcomes(house, batch) == [("10", Outcome.PROPOSED, Reason.ADDRESS_DOUBTFUL)]
    updates.apply(house.register, house.actor, batch.id)
    assert outcomes(house, batch) == [("10", Outcome.PROPOSED, Reason.ADDRESS_DOUBTFUL)]
    assert values(house, customer) == {
        "organisation_name": "Uusi Oy",
        "street": "Vanhakatu 1",
        "postcode": "33100",
        "town": "Tampere",
    }


# --- the daily file


def test_the_daily_file(house: CompanyHouse, ytj: YtjSandbox, tmp_path: Path) -> None:
    """Ours are found among all companies, the others passed over; who is not there is not found; nobody was asked."""
    ours = [house.add(f"10{place}", it) for place, it in enumerate((*IDS[:2], IDS[4]))]
    others = [sample_company(f"{n:07}-0", "Muu Oy") for n in range(40)]
    path = written(tmp_path / "all.zip", [*others, *ytj.companies.values(), *others])
    told: list[Progress] = []
    batch = stage_file(house.register, house.actor, path, progress=told.append)
    assert batch.counts == {"applied": 2, "no_hit": 1}
    assert told[-1].done <= told[-1].total
    updates.apply(house.register, house.actor, batch.id)
    assert values(house, ours[0]) == NEW
    assert values(house, ours[2])["organisation_name"] == "Vanha Oy"
    assert ytj.questions == []
    with house.register.database.reading() as connection:
        assert updates.run(connection, batch.id).batch.file == "all.zip"


def test_fetched_and_forgotten(house: CompanyHouse, ytj: YtjSandbox) -> None:
    """The file is fetched, staged and gone; no transfer of anybody's data took place."""
    house.add("10", IDS[0])
    batch = stage_fetched(house.register, house.hub, house.actor)
    assert batch.counts == {"applied": 1}
    assert [request.target for request in ytj.requests] == ["/opendata-ytj-api/v3/all_companies"]


def test_the_same_file_twice(house: CompanyHouse, ytj: YtjSandbox, tmp_path: Path) -> None:
    """Applied once it is refused, unless somebody means it."""
    house.add("10", IDS[0])
    path = written(tmp_path / "all.zip", ytj.companies.values())
    stage_file(house.register, house.actor, path)
    again = stage_file(house.register, house.actor, path)
    with house.register.database.reading() as connection:
        assert [batch.id for batch in updates.runs(connection)] == [again.id]
    updates.apply(house.register, house.actor, again.id)
    with pytest.raises(RegisterError, match="read before"):
        stage_file(house.register, house.actor, path)
    assert stage_file(house.register, house.actor, path, again=True).counts == {"unchanged": 1}


@pytest.mark.parametrize("name", ["all.zip", "all.json"])
def test_a_file_that_is_not_whole(house: CompanyHouse, ytj: YtjSandbox, tmp_path: Path, name: str) -> None:
    """Cut off, it is refused; the batch that was begun is never ready, and nothing is changed."""
    customer = house.add("10", IDS[0])
    path = tmp_path / name
    if name == "all.zip":
        content = written(path, [*ytj.companies.values()] * 500).read_bytes()
    else:
        content = json.dumps(list(ytj.companies.values())).encode()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(RegisterError):
        stage_file(house.register, house.actor, path)
    with house.register.database.reading() as connection:
        assert all(batch.state is BatchState.READING for batch in updates.runs(connection))
    assert house.get(customer) == customer


@pytest.mark.parametrize("content", [b"", b"{}", b"%PDF-1.7", b"PK\x03\x04 nothing"])
def test_some_other_file(house: CompanyHouse, tmp_path: Path, content: bytes) -> None:
    """Something else is refused in a sentence."""
    path = tmp_path / "all.zip"
    path.write_bytes(content)
    with pytest.raises(RegisterError) as refused:
        stage_file(house.register, house.actor, path)
    assert refused.value.explain("fi").sentence
    with pytest.raises(RegisterError):
        stage_file(house.register, house.actor, tmp_path / "not-there.zip")


def test_what_cannot_be_read_is_in_quarantine(house: CompanyHouse, tmp_path: Path) -> None:
    """A company of ours that is not as documented is a row with its reason, and not "not found"."""
    house.add("10", IDS[0])
    house.add("11", IDS[1])
    broken = {**sample_company(IDS[0]), "names": "Oy"}
    batch = stage_file(
        house.register, house.actor, written(tmp_path / "all.zip", [broken, sample_company(IDS[1])])
    )
    assert batch.counts == {"quarantined": 1, "applied": 1}
    done = updates.apply(house.register, house.actor, batch.id)
    assert done.batch.quarantine_file is not None
    assert IDS[0] in Path(done.batch.quarantine_file).read_text(encoding="utf-8-sig")


def test_a_company_told_of_twice(house: CompanyHouse, tmp_path: Path) -> None:
    """The first word counts; a customer is one row of a batch."""
    house.add("10", IDS[0])
    twice = [sample_company(IDS[0], "Eka Oy"), sample_company(IDS[0], "Toka Oy")]
    batch = stage_file(house.register, house.actor, written(tmp_path / "all.zip", twice))
    assert batch.counts == {"applied": 1}
    updates.apply(house.register, house.actor, batch.id)


def test_not_a_file_of_companies(house: CompanyHouse, tmp_path: Path) -> None:
    """An answer to a question is read too, since it has the same shape; a list of numbers is not."""
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"totalResults": 1, "companies": [sample_company(IDS[0])]}))
    assert stage_file(house.register, house.actor, path).counts == {}
    path.write_text("[1, 2]")
    with pytest.raises(BadCompanyFile):
        stage_file(house.register, house.actor, path)


# --- what a record becomes

DAY = date(2026, 5, 1)
RECORD = CompanyRecord(
    IDS[0],
    name="Uusi Oy",
    name_since=date(2019, 2, 1),
    www="www.example.com",
    www_since=None,
    address={"street": "Mannerheimintie 5", "postcode": "00100", "town": "HELSINKI"},
    address_since=DAY,
)


def test_there_and_back() -> None:
    """An enquiry's answer says all that the record does."""
    assert record_of(json.loads(json.dumps(dict(RECORD.as_mapping())))) == RECORD
    assert record_of({"found": False}) is None


def test_only_what_differs_and_the_oldest_of_its_days() -> None:
    """An old name beside a new address makes the answer as old as the name; what is the same has no say."""
    present = {"organisation_name": "Vanha Oy", "www": "https://www.example.com"}
    assert answer_about(RECORD, present).dated == date(2019, 2, 1)
    same_name = {**present, "organisation_name": "UUSI OY"}
    answer = answer_about(RECORD, same_name)
    assert (answer.meaning, answer.dated) == (Meaning.MOVED, DAY)
    assert set(answer.values) == {"street", "postcode", "town"}
    assert answer_about(RECORD, {**same_name, "www": "https://other.example.com"}).dated is None


@pytest.mark.parametrize("www", ["not a site", "ftp://example.com", "http://user@example.com", ""])
def test_a_site_that_the_register_cannot_hold(www: str) -> None:
    """It is left out, and the present one stays; name and address are taken."""
    record = CompanyRecord(IDS[0], name="Uusi Oy", www=www, address=RECORD.address)
    assert set(values_of(record)) == {Group.ORGANISATION, Group.ADDRESS}
