"""What can go wrong between us and a partner, each to be switched on."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """A fault of one request.  The first group keeps the request from being processed, the second spoils the reply."""

    CLOSE = "close"
    DROP_REQUEST = "drop_request"
    TOO_MANY = "429"
    UNAVAILABLE = "503"
    REDIRECT = "redirect"

    DELAY = "delay"
    DROP_REPLY = "drop_reply"
    ERROR_AFTER_ACCEPT = "500_after_accept"
    TRUNCATE = "truncate"
    GARBLE = "garble"
    HTML = "html"
    EMPTY = "empty"
    HUGE = "huge"
    DUPLICATE_REPLY = "duplicate_reply"
    GZIP_BOMB = "gzip_bomb"
    SLOW_DRIP = "slow_drip"
    DEEP = "deep"
    DOCTYPE = "doctype"


UNPROCESSED = frozenset({Fault.CLOSE, Fault.DROP_REQUEST, Fault.TOO_MANY, Fault.UNAVAILABLE, Fault.REDIRECT})


@dataclass(slots=True)
class _Planned:
    fault: Fault
    path: str
    times: int
    seconds: float
    after: int


class Faults:
    """The faults to come; thread-safe."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []
        self._lock = threading.Lock()

    def add(
        self, fault: Fault, *, path: str = "", times: int = 1, seconds: float = 1.0, after: int = 0
    ) -> None:
        """Spoil the next *times* requests whose target begins with *path*, *after* that many have passed unharmed.

        *seconds* is how long a delay takes, or a drip between two bytes.
        """
        with self._lock:
            self._planned.append(_Planned(fault, path, times, seconds, after))

    def clear(self) -> None:
        """No faults any more."""
        with self._lock:
            self._planned.clear()

    def next_for(self, target: str) -> tuple[Fault, float] | None:
        """The fault of this request and its seconds, None when it is to go well."""
        with self._lock:
            for planned in self._planned:
                if not target.startswith(planned.path):
                    continue
                if planned.after:
                    planned.after -= 1
                    continue
                planned.times -= 1
                if planned.times <= 0:
                    self._planned.remove(planned)
                return planned.fault, planned.seconds
        return None
