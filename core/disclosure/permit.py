"""Permits: proof that a durable, signed intent covers a sending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.disclosure.errors import PermitRefused

if TYPE_CHECKING:
    from core.disclosure.exits import Permit

_TOKEN: Final = object()


class GatePermit:
    """What an exit is shown.  Only `granted` makes one; it ends with the delivery that it was made for."""

    __slots__ = ("_log_index", "_open", "_transfer_id", "_user_name")

    def __init__(self, token: object, transfer_id: str, log_index: int, user_name: str) -> None:
        if token is not _TOKEN:
            raise PermitRefused
        self._transfer_id = transfer_id
        self._log_index = log_index
        self._user_name = user_name
        self._open = True

    @property
    def transfer_id(self) -> str:
        """The transfer that it allows, and no other."""
        return self._transfer_id

    @property
    def log_index(self) -> int:
        """Where the intent stands in the disclosure log."""
        return self._log_index

    @property
    def user_name(self) -> str:
        """The member of staff who sends."""
        return self._user_name

    def end(self) -> None:
        """The delivery is over: nothing more leaves on this permit."""
        self._open = False


def granted(transfer_id: str, log_index: int, signed_size: int, user_name: str) -> GatePermit:
    """A permit for a transfer whose intent the signed checkpoint covers.

    Raises:
        PermitRefused: the log as signed (*signed_size* entries) does not reach the intent.
    """
    if signed_size <= log_index:
        raise PermitRefused
    return GatePermit(_TOKEN, transfer_id, log_index, user_name)


def check_permit(permit: Permit) -> None:
    """For exits, before the first effect: let a permit through that the gate made and that has not ended.

    Raises:
        PermitRefused: it is anything else.
    """
    if type(permit) is not GatePermit or not permit._open:  # noqa: SLF001 - the class is this module's own
        raise PermitRefused
