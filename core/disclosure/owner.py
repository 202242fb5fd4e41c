"""Whose hands a transfer is in: told apart so that two live processes never take each other's work.

A transfer under way carries its process (boot, process namespace, pid, start time) and a lease.  On the same machine
the kernel is asked whether the process still lives; for another machine (several hosts on one PostgreSQL) the lease
decides.  Closing an abandoned transfer fences its process: `attempts` refuses it from then on, so a process that was
only asleep cannot send what another has declared not sent.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

# Longer than any partner's time limit between two attempts (Netvisor: 130 s), with room for a slow machine.
LEASE: Final = timedelta(minutes=15)
_START_TIME_FIELD: Final = 19

_in_hand: set[str] = set()


@lru_cache(maxsize=2)
def _process(pid: int) -> str:
    return f"{_machine()} {pid} {_started(pid)}"


def this_process() -> str:
    """This process, so that no other is ever called the same, not even after a restart or a reused pid."""
    return _process(os.getpid())


def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink().name}"
    except OSError:
        return "- -"


def _started(pid: int) -> str:
    """When the process began, in the kernel's ticks; empty when there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The command's name stands in parentheses and may hold anything, also spaces and parentheses.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[_START_TIME_FIELD]


@contextmanager
def in_hand(transfer_id: str) -> Iterator[None]:
    """While the block runs, this process is at work on the transfer."""
    _in_hand.add(transfer_id)
    try:
        yield
    finally:
        _in_hand.discard(transfer_id)


def is_abandoned(transfer_id: str, owner: str, lease_until: datetime, now: datetime) -> bool:
    """Whether nobody is at work on the transfer any more."""
    if owner == this_process():
        return transfer_id not in _in_hand
    machine, _, process = owner.partition(" ")
    namespace, pid, started = [*process.split(" "), "", ""][:3]
    if machine == "-" or f"{machine} {namespace}" != _machine() or not pid.isdigit():
        return lease_until < now
    return _started(int(pid)) != started
