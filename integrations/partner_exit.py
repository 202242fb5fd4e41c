"""A partner's adapter as the gate knows it: an `Exit`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias
from uuid import uuid4

from core.disclosure.exits import (
    Accepted,
    ExitManifest,
    NotFound,
    NotSent,
    Partial,
    Rejected,
    Unknown,
)
from core.disclosure.permit import check_permit
from integrations.answers import UnreadableAnswer
from integrations.driver import Driver, Exposure, personal_values
from integrations.forms import OfForm
from integrations.transport import ProvedNotSent, TransportFailure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.clock import Clock
    from core.disclosure.exits import Attempt, InquiryResult, Item, Outcome, Payload, Permit
    from integrations.connection import Connection
    from integrations.protocol import Delivers, Exchange

SETTLE_AT_ONCE: Final = 0
# Used once and never kept, so not in a partner's quoted words either.
_TRANSIENT: Final = "identity_code"
_One: TypeAlias = Accepted | Rejected | NotSent | Unknown
_Any: TypeAlias = Accepted | Rejected | NotSent | NotFound | Unknown


def new_id() -> str:
    """An id that nobody else has: 32 hexadecimal digits."""
    return uuid4().hex


class PartnerExit:
    """Renders, delivers and inquires through one adapter."""

    def __init__(self, adapter: Delivers, connection: Connection, clock: Clock) -> None:
        self._adapter = adapter
        self._connection = connection
        self._clock = clock

    @property
    def manifest(self) -> ExitManifest:
        """What the adapter declares, narrowed by the settings: a field whose switch is off is not even read."""
        declared, connection = self._connection.manifest, self._connection
        off = {field for field, switch in declared.recipient.when.items() if not connection.settings[switch]}
        sandbox = connection.environment == "sandbox"
        form = self._adapter if isinstance(self._adapter, OfForm) else None
        takes = declared.recipient if form is None else form.proposal
        return ExitManifest(
            name=connection.partner if form is None else f"{connection.partner}-{form.form}",
            version=declared.version,
            purposes=frozenset(takes.purposes),
            requires=frozenset(takes.requires) - off,
            may_use=frozenset(takes.may_use) - off,
            in_doubt=declared.in_doubt.strategy if form is None else "manual",
            settle_seconds=SETTLE_AT_ONCE if sandbox else declared.in_doubt.settle_seconds,
            environment=connection.environment,
            destinations=connection.destinations(),
        )

    def render(self, purpose: str, items: Sequence[Item]) -> tuple[Payload, ...]:
        """The bytes that would leave.

        Raises:
            InvalidInput: an item cannot be rendered.
            ConfigError: a secret that sending needs cannot be used; said now, while nothing is recorded yet.
        """
        self._connection.check_secrets()
        return self._adapter.render(self._driver("").context(), purpose, items)

    def deliver(
        self,
        permit: Permit,
        purpose: str,
        items: Sequence[Item],
        payloads: Sequence[Payload],
        attempt: Attempt,
    ) -> Outcome:
        """Send what was rendered; after a failed sending, or when the partner is busy, the items that are left are not tried."""
        check_permit(permit)
        driver = self._driver(permit.user_name)
        if self._connection.manifest.mode == "batch":
            exchange = self._adapter.deliver(driver.context(), purpose, items, payloads)
            return self._delivered(driver, exchange, Exposure(attempt, personal_values(items)), items)
        outcomes: dict[str, _One] = {}
        broken = False
        for item in items:
            if broken:
                outcomes[item.id] = NotSent("stopped")
                continue
            exposure = Exposure(attempt, personal_values([item]))
            mine = [payload for payload in payloads if payload.item_ids == (item.id,)]
            exchange = self._adapter.deliver(driver.context(), purpose, [item], mine)
            outcomes[item.id] = _one(self._delivered(driver, exchange, exposure, [item]))
            broken = exposure.broken or exposure.status in self._connection.manifest.responses.busy_status
        return next(iter(outcomes.values())) if len(outcomes) == 1 else Partial(dict(outcomes))

    def inquire(self, permit: Permit, items: Sequence[Item]) -> InquiryResult:
        """Ask about each item by its key."""
        check_permit(permit)
        driver = self._driver(permit.user_name)
        if self._connection.manifest.mode == "batch":
            return self._asked(driver, self._adapter.inquire(driver.context(), items))
        answers: dict[str, InquiryResult] = {}
        for item in items:
            answers[item.id] = self._asked(driver, self._adapter.inquire(driver.context(), [item]))
        if len(answers) == 1:
            return next(iter(answers.values()))
        return Partial(
            {
                name: it if not isinstance(it, Partial) else Unknown("undeclared")
                for name, it in answers.items()
            }
        )

    def _driver(self, user_name: str) -> Driver:
        return Driver(self._adapter, self._connection, self._clock, new_id, user_name)

    def _delivered(
        self, driver: Driver, exchange: Exchange[Outcome], exposure: Exposure, items: Sequence[Item]
    ) -> Outcome:
        """The adapter's outcome as far as it can be believed."""
        try:
            outcome = driver.run(exchange, exposure)
        except TransportFailure as failure:
            exposure.broken = True
            proved = isinstance(failure, ProvedNotSent) and not exposure.left
            return NotSent(failure.reason) if proved else Unknown(failure.reason)
        except UnreadableAnswer as unreadable:
            return (
                Unknown("unreadable", unreadable.reason)
                if exposure.left
                else NotSent("unreadable", unreadable.reason)
            )
        codes = [str(item.fields[_TRANSIENT]) for item in items if item.fields.get(_TRANSIENT)]
        if isinstance(outcome, Partial):
            return Partial(
                {name: self._masked(self._judged(it, exposure), codes) for name, it in outcome.items.items()}
            )
        return _one(self._masked(self._judged(outcome, exposure), codes))

    def _asked(self, driver: Driver, exchange: Exchange[InquiryResult]) -> InquiryResult:
        try:
            answer = driver.run(exchange, Exposure())
        except TransportFailure as failure:
            return Unknown(failure.reason)
        except UnreadableAnswer as unreadable:
            return Unknown("unreadable", unreadable.reason)
        if isinstance(answer, Partial):
            return answer
        masked = self._masked(answer)
        return Unknown(masked.code, masked.message) if isinstance(masked, NotSent) else masked

    def _judged(self, outcome: _Any, exposure: Exposure) -> _Any:
        """An answer that does not go with its HTTP status, or a *not sent* after something left, is unknown."""
        declared = self._connection.manifest.responses
        status = exposure.status
        if isinstance(outcome, NotSent) and exposure.left:
            return Unknown(outcome.code, outcome.message)
        if status is not None and (
            (isinstance(outcome, Accepted) and status not in declared.accepted_status)
            or (isinstance(outcome, Rejected) and status not in declared.rejected_status)
        ):
            return Unknown(f"HTTP_{status}")
        return outcome

    def _masked(self, outcome: _Any, transient: Sequence[str] = ()) -> _Any:
        """Partners quote what they were sent: a secret or an identity code in their words is replaced by its name."""
        if isinstance(outcome, Accepted | NotFound):
            return outcome
        message = self._connection.secrets.masked(outcome.message)
        for code in transient:
            message = message.replace(code, f"‹{_TRANSIENT}›")
        return replace(outcome, message=message)


def _one(outcome: _Any | Partial) -> _One:
    """What a delivery of one item may end in; anything else that an adapter says is unknown."""
    return Unknown("undeclared") if isinstance(outcome, Partial | NotFound) else outcome
