"""The gate: nothing leaves without a durable, signed intent, and the outcome is what happened."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.actor import Role
from core.customers import bans, service
from core.customers.bans import BanKind
from core.disclosure import transfers
from core.disclosure.errors import (
    BadSubject,
    ForbiddenValueInPayload,
    KeyInUse,
    NobodyToSend,
    OutcomeNotRecorded,
    PermitRefused,
    PlanOutdated,
    UnreadyPayload,
)
from core.disclosure.exits import NotFound, Partial
from core.disclosure.log import LogFault
from core.disclosure.model import transfer_line_table, transfer_table
from core.disclosure.permit import GatePermit, granted
from core.disclosure.types import ItemState, Subject, TransferState
from core.errors import DatabaseUnavailable, NotPermitted
from tests.support.gate_house import LETTER, MATTI, Stop

if TYPE_CHECKING:
    from core.database import UnitOfWork
    from tests.conftest import MakeActor
    from tests.support.gate_house import House


def kinds(house: House) -> list[str]:
    """The kinds of the log's entries, in order."""
    with house.database.reading() as connection:
        return [entry.kind for entry in house.log.entries(connection)]


def states(house: House) -> list[str]:
    """The states of all transfers, in order."""
    with house.database.reading() as connection:
        query = select(transfer_table.c.state).order_by(transfer_table.c.number)
        return list(connection.execute(query).scalars())


def test_a_delivered_transfer_stands_in_the_log_before_it_arrives(house: House) -> None:
    """The partner gets the bytes under the number of a signed intent, and the outcome follows it in the log."""
    result = house.gate.send(house.actor, house.request(house.add()))
    assert (result.state, result.signed) == (TransferState.DELIVERED, True)
    assert house.partner.arrivals == [("key-1001", result.number)]
    assert kinds(house) == ["genesis", "intent", "outcome"]
    assert house.log.verify(transfers.stored_lines).verified


@pytest.mark.parametrize(
    ("fault", "state", "arrives"),
    [
        ("", TransferState.DELIVERED, True),
        ("refuse", TransferState.REFUSED, False),
        ("no_connection", TransferState.NOT_SENT, False),
        ("raise_before", TransferState.NOT_SENT, False),
        ("lost_request", TransferState.IN_DOUBT, False),
        ("lost_reply", TransferState.IN_DOUBT, True),
        ("raise_after", TransferState.IN_DOUBT, True),
        ("raise_after_lost", TransferState.IN_DOUBT, False),
        ("no_attempt", TransferState.IN_DOUBT, True),
    ],
)
def test_each_ending_is_called_what_it_is(
    house: House, fault: str, state: TransferState, arrives: bool
) -> None:
    """Refused and not sent are said only when the partner provably has nothing; anything unexpected is in doubt."""
    house.partner.fault = fault
    result = house.gate.send(house.actor, house.request(house.add()))
    assert result.state is state
    assert states(house) == [state]
    assert bool(house.partner.records) is arrives
    assert house.log.verify(transfers.stored_lines).verified


def test_a_stopped_program_writes_down_the_doubt_first(house: House) -> None:
    """A stop in the middle of a sending leaves the transfer in doubt, and the stop goes on."""
    house.partner.fault = "stop_after"
    with pytest.raises(Stop):
        house.gate.send(house.actor, house.request(house.add()))
    assert states(house) == ["in_doubt"]


def test_a_batch_fares_item_by_item(house: House) -> None:
    """Items of one transfer may end differently; the transfer is in doubt while one of them is."""
    house.partner.fault = "partial"
    result = house.gate.send(house.actor, house.request(*(house.add() for _ in range(4))))
    assert [it.state for it in result.outcomes.values()] == [
        ItemState.DELIVERED,
        ItemState.REFUSED,
        ItemState.IN_DOUBT,
        ItemState.NOT_SENT,
    ]
    assert result.state is TransferState.IN_DOUBT
    assert list(house.partner.records) == ["key-1001"]
    assert house.log.verify(transfers.stored_lines).verified


@pytest.mark.parametrize("where", ["append", "sign"])
def test_nothing_leaves_when_the_log_fails(house: House, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that cannot be written or signed refuses the transfer before the exit is even asked to deliver."""
    customer = house.add()
    preview = house.gate.preview(house.gate.plan(house.actor, house.request(customer)))

    def broken(*_: object, **__: object) -> None:
        raise LogFault

    with monkeypatch.context() as patch:
        patch.setattr(house.log, where, broken)
        with pytest.raises(LogFault):
            house.gate.release(house.actor, preview)
    assert house.partner.arrivals == []
    house.gate.recover()
    assert set(states(house)) <= {"not_sent"}
    assert house.gate.send(house.actor, house.request(customer)).state is TransferState.DELIVERED


def test_nothing_leaves_when_the_attempt_cannot_be_written(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attempt that is not durable stops the exit, and the transfer is provably not sent."""
    preview = house.gate.preview(house.gate.plan(house.actor, house.request(house.add())))
    real = type(house.database).unit_of_work
    calls = []

    def failing(database: object) -> object:
        calls.append(1)
        # 1 intent, 2 checkpoint, 3 attempt
        if len(calls) == 3:
            raise DatabaseUnavailable(reason="disk is full")
        return real(house.database)

    monkeypatch.setattr(type(house.database), "unit_of_work", failing)
    result = house.gate.release(house.actor, preview)
    assert result.state is TransferState.NOT_SENT
    assert house.partner.arrivals == []


def test_an_outcome_that_cannot_be_written_leaves_doubt_not_a_second_sending(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the outcome cannot be recorded the transfer counts as in doubt, and its key is held."""
    customer = house.add()
    preview = house.gate.preview(house.gate.plan(house.actor, house.request(customer)))
    real = house.log.append

    def failing(uow: UnitOfWork, kind: str, body: dict[str, object]) -> int:
        if kind == "outcome":
            raise LogFault
        return real(uow, kind, body)

    with monkeypatch.context() as patch:
        patch.setattr(house.log, "append", failing)
        with pytest.raises(OutcomeNotRecorded):
            house.gate.release(house.actor, preview)
    assert house.gate.recover().in_doubt == (1,)
    with pytest.raises(KeyInUse):
        house.gate.send(house.actor, house.request(customer))
    assert len(house.partner.arrivals) == 1


def test_a_key_is_sent_once(house: House) -> None:
    """What was delivered is not sent again; the refusal names the transfer."""
    customer = house.add()
    first = house.gate.send(house.actor, house.request(customer))
    with pytest.raises(KeyInUse) as caught:
        house.gate.send(house.actor, house.request(customer))
    assert f"transfer {first.number}, delivered" in str(caught.value)
    assert len(house.partner.arrivals) == 1


@pytest.mark.parametrize("fault", ["refuse", "no_connection"])
def test_what_provably_did_not_arrive_may_be_sent_again(house: House, fault: str) -> None:
    """A refused or unsent key is free again."""
    customer = house.add()
    house.partner.fault = fault
    house.gate.send(house.actor, house.request(customer))
    house.partner.fault = ""
    assert house.gate.send(house.actor, house.request(customer)).state is TransferState.DELIVERED


def test_a_ban_between_preview_and_sending_stops_it(house: House) -> None:
    """Bans are read again in the transaction of the intent."""
    customer = house.add()
    request = house.request(customer, purpose="direct_marketing")
    preview = house.gate.preview(house.gate.plan(house.actor, request))
    with house.database.unit_of_work() as uow:
        bans.forbid(
            uow,
            house.actor,
            customer.id,
            BanKind.DIRECT_MARKETING,
            origin="call",
            since=house.clock.now().date(),
        )
        uow.commit()
    with pytest.raises(PlanOutdated):
        house.gate.release(house.actor, preview)
    assert kinds(house) == ["genesis"]
    assert house.partner.arrivals == []


def test_changed_data_is_not_sent_from_an_old_preview(house: House) -> None:
    """What a person saw in the preview is what leaves, or nothing; `send` looks again by itself."""
    customer = house.add()
    preview = house.gate.preview(house.gate.plan(house.actor, house.request(customer)))
    with house.database.unit_of_work() as uow:
        service.change(
            uow, house.actor, customer.id, {"last_name": "Virtanen"}, LETTER, version=customer.version
        )
        uow.commit()
    with pytest.raises(PlanOutdated):
        house.gate.release(house.actor, preview)
    house.gate.send(house.actor, house.request(customer))
    assert b"Virtanen" in house.partner.records["key-1001"]


def test_only_the_gates_own_previews_are_released(house: House) -> None:
    """A preview that somebody else put together, or changed, is refused."""
    preview = house.gate.preview(house.gate.plan(house.actor, house.request(house.add())))
    forged = dataclasses.replace(preview, payloads=())
    with pytest.raises(PermitRefused):
        house.gate.release(house.actor, forged)
    assert kinds(house) == ["genesis"]


def test_nobody_else_makes_a_permit() -> None:
    """A permit needs the gate's own token and a signed log that reaches the intent."""
    with pytest.raises(PermitRefused):
        GatePermit(object(), "id", 1, "matti")
    with pytest.raises(PermitRefused):
        granted("id", 5, 5, "matti")
    assert granted("id", 4, 5, "matti").log_index == 4


def test_a_permit_ends_with_its_delivery(house: House) -> None:
    """Neither permit nor attempts can be used once the delivery is over."""
    kept: list[object] = []
    real = house.partner.deliver

    def keeping(permit: object, purpose: str, items: object, payloads: object, attempt: object) -> object:
        kept.extend([permit, attempt])
        return real(permit, purpose, items, payloads, attempt)  # type: ignore[arg-type]

    house.partner.deliver = keeping  # type: ignore[method-assign,assignment]
    house.gate.send(house.actor, house.request(house.add()))
    permit, attempt = kept
    with pytest.raises(PermitRefused):
        real(permit, "invoicing", (), (), attempt)  # type: ignore[arg-type]
    with pytest.raises(PermitRefused):
        attempt("again", b"")  # type: ignore[operator]


def test_an_adapter_that_leaks_is_caught_before_the_intent(house: House) -> None:
    """A value that the transfer does not permit is found in the bytes, and nothing is logged or sent."""
    assert MATTI.www is not None
    house.partner.leak = MATTI.www
    with pytest.raises(ForbiddenValueInPayload) as caught:
        house.gate.preview(house.gate.plan(house.actor, house.request(house.add())))
    assert "www" in str(caught.value)
    assert kinds(house) == ["genesis"]


def test_bytes_for_everybody_or_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An adapter that makes no bytes for somebody is at fault; the transfer stops before the intent."""
    plan = house.gate.plan(house.actor, house.request(house.add(), house.add()))
    real = house.partner.render
    monkeypatch.setattr(house.partner, "render", lambda purpose, items: real(purpose, items)[:1])
    with pytest.raises(UnreadyPayload):
        house.gate.preview(plan)


def test_a_reviewer_does_not_send(house: House, make_actor: MakeActor) -> None:
    """Sending is for those whose work it is."""
    with pytest.raises(NotPermitted):
        house.gate.plan(make_actor(Role.REVIEWER), house.request(house.add()))


def test_a_request_names_everybody_once(house: House) -> None:
    """The same customer or key twice, no key, or a register field brought along is refused."""
    customer, other = house.add(), house.add()
    subject = Subject(customer.id, "1")
    for subjects in (
        (),
        (subject, subject),
        (subject, Subject(other.id, "1")),
        (Subject(customer.id, ""),),
        (Subject(customer.id, "1", {"email": "other@example.fi"}),),
    ):
        with pytest.raises(BadSubject):
            house.gate.plan(house.actor, dataclasses.replace(house.request(customer), subjects=subjects))


def test_what_left_is_sealed_and_opens_with_the_key_alone(house: House) -> None:
    """The lines hold no readable value; the content opens for a person who says why, and that is recorded."""
    result = house.gate.send(house.actor, house.request(house.add()))
    with house.database.reading() as connection:
        (line,) = connection.execute(select(transfer_line_table)).all()
    assert "Meikäläinen".encode() not in line.sealed
    assert len(line.sealed) in (12 + 256 + 16, 12 + 512 + 16)
    with house.database.unit_of_work() as uow:
        content = transfers.content_of(
            uow, house.keyring, house.actor, result.transfer_id, line.number, task="complaint"
        )
        uow.commit()
    assert content is not None
    assert content["name.last"] == "Meikäläinen"


def test_everybody_left_out_is_a_refusal_with_the_reason(house: House) -> None:
    """A transfer with nobody in it is refused in words."""
    customer = house.add()
    with house.database.unit_of_work() as uow:
        service.end_relationship(
            uow,
            house.actor,
            customer.id,
            ended_on=house.clock.now().date(),
            source=LETTER,
            version=customer.version,
        )
        uow.commit()
    plan = house.gate.plan(house.actor, house.request(customer, purpose="customer_care"))
    with pytest.raises(NobodyToSend) as caught:
        house.gate.preview(plan)
    assert "no basis for this purpose" in str(caught.value)
    assert house.partner.rendered == 0


@pytest.mark.parametrize("answer", [None, "ok", NotFound(), Partial({}), Partial({"1": NotFound()})])
def test_an_answer_that_is_none_is_doubt(
    house: House, answer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else an exit returns from a delivery says nothing of what arrived."""
    real = house.partner.deliver

    def odd(*arguments: object) -> object:
        real(*arguments)  # type: ignore[arg-type]
        return answer

    monkeypatch.setattr(house.partner, "deliver", odd)
    result = house.gate.send(house.actor, house.request(house.add()))
    assert result.state is TransferState.IN_DOUBT
