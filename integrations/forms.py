"""An adapter's other form, spoken to as if it were an adapter of its own.

Whether the recipient has it cannot be asked, so a doubt waits for a person; sending it again does no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.disclosure.exits import Unknown

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from typing import Any

    from core.disclosure.exits import InquiryResult, Item, Outcome, Payload
    from integrations.manifest import FormProposal
    from integrations.protocol import CheckResult, Context, DeliversForms, Exchange, HttpRequest

MANUAL = "MANUAL"


class OfForm:
    """`Delivers` in one form of an adapter; ``proposal`` is what the manifest says of the form."""

    def __init__(self, adapter: DeliversForms, form: str, proposal: FormProposal) -> None:
        self._adapter = adapter
        self.form = form
        self.proposal = proposal

    def render(self, context: Context, purpose: str, items: Sequence[Item]) -> tuple[Payload, ...]:
        """The form's bytes."""
        return self._adapter.render_form(context, self.form, items)

    def deliver(
        self, context: Context, purpose: str, items: Sequence[Item], payloads: Sequence[Payload]
    ) -> Exchange[Outcome]:
        """Send them."""
        return self._adapter.deliver_form(context, self.form, items, payloads)

    def inquire(self, context: Context, items: Sequence[Item]) -> Exchange[InquiryResult]:
        """A person asks."""
        return _answered(Unknown(MANUAL))

    def check(self, context: Context) -> Exchange[CheckResult]:
        """The adapter's own test."""
        return self._adapter.check(context)

    def sign(self, context: Context, request: HttpRequest) -> Exchange[HttpRequest]:
        """The adapter's own signature."""
        return self._adapter.sign(context, request)


def _answered(answer: InquiryResult) -> Generator[Any, Any, InquiryResult]:
    """An exchange that asks for nothing."""
    yield from ()
    return answer
