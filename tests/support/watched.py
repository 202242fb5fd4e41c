"""Runs the main verbs in one process under an audit hook, and tells what was written, connected to and started.

A script, since an audit hook can never be removed again: ``watched.py CONFIG``.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Final

import tomli_w

WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
CONNECTING: Final = (
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.getaddrinfo",
    "socket.gethostbyname",
)
STARTING: Final = (
    "subprocess.Popen",
    "os.exec",
    "os.posix_spawn",
    "os.system",
    "os.fork",
    "os.forkpty",
    "os.spawn",
)
MOVING: Final = ("os.rename", "os.link", "os.symlink")
VERBS: Final = (
    "customer add last_name=Aaltonen first_name=Elli street=Kevätpolku postcode=90520 town=Oulu country=FI",
    "customer search Aaltonen --task watch",
    "customer show 1001 --task watch",
    "transfer list",
    "recipient list",
    "export csv --purpose customer_care --all --yes",
    "export labels --purpose customer_care --all --yes",
    "export letters hello --purpose customer_care --all --yes",
    "export files",
    "log show",
    "log verify",
    "db check",
    "run-due",
)


def watch(told: dict[str, list[str]]) -> None:
    """Note every file opened to write, connection and program from here on.

    A relative name is in a folder that was opened before (the hook is not told which), or in the working directory.
    """

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            writes = bool(flags & WRITING) if isinstance(flags, int) else bool(set(str(mode)) & set("wax+"))
            if writes and isinstance(path, str | bytes):
                told["written"].append(os.fsdecode(path))
        elif event in MOVING:
            told["written"].append(os.fsdecode(arguments[1]))
        elif event in CONNECTING:
            told["connections"].append(event)
        elif event in STARTING:
            told["programs"].append(str(arguments[1] if event == "subprocess.Popen" else arguments))

    sys.addaudithook(hook)


def main(config: Path) -> None:
    """Configure a recipient and a letter, then run `VERBS` as somebody who may do everything."""
    document = tomllib.loads(config.read_text(encoding="utf-8"))
    document["recipients"] = {
        "house": {
            "name": "Oma henkilökunta",
            "role": "staff",
            "agreement": "Salassapito",
            "agreement_from": date(2026, 1, 1),
            "purposes": ["customer_care"],
            "categories": ["customer_number", "name", "postal_address"],
            "adapter": "files",
        }
    }
    # Who sits alone here has nobody to approve a first use.
    document["gate"] = {"approval_first_use": False}
    document["letters"] = {"hello": {"subject": "Hei", "text": "Hei"}}
    config.write_text(tomli_w.dumps(document), encoding="utf-8")
    from core.actor import Actor, Role
    from tui.cli import main as command_line

    someone = Actor(1, "maija", "Maija Meikäläinen", frozenset(Role))
    command_line.Cli.actor = lambda self: someone  # type: ignore[method-assign]
    told: dict[str, list[str]] = {"written": [], "connections": [], "programs": [], "failed": []}
    watch(told)
    for verb in VERBS:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                command_line.main(["--config", str(config), *verb.split()])
            except SystemExit as ended:
                if ended.code != 0:
                    told["failed"].append(f"{verb}: {out.getvalue()}{err.getvalue()}")
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent.parent))
    main(Path(sys.argv[1]))
