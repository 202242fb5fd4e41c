"""Walks the program's source for everything that could take data out of the process: files, network, programs."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import core

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(core.__file__).parent.parent
ROOMS: Final = ("core", "integrations", "tui")
_NETWORK: Final = {
    "aiohttp", "ftplib", "http", "httpcore", "httpx", "imaplib", "poplib", "psycopg", "requests", "smtplib", "socket",
    "socketserver", "ssl", "syslog", "telnetlib", "xmlrpc",
}  # fmt: skip
_PROGRAMS: Final = {"ctypes", "multiprocessing", "pty", "subprocess", "webbrowser"}
_FILES: Final = {"dbm", "mmap", "shelve", "sqlite3", "tempfile"}
_FILE_CALLS: Final = {
    "os.link", "os.rename", "os.replace", "os.symlink", "os.write", "os.mkfifo", "os.sendfile", "shutil.copy",
    "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move", "shutil.make_archive",
}  # fmt: skip
_PROGRAM_CALLS: Final = re.compile(r"os\.(system|popen|fork|forkpty|exec\w+|spawn\w+|posix_spawnp?)")
_FILE_METHODS: Final = {"write_text", "write_bytes", "touch", "symlink_to", "hardlink_to"}
_NETWORK_CALLS: Final = {
    "create_engine",
    "sa.create_engine",
    "asyncio.open_connection",
    "asyncio.start_server",
}
_CLOSED: Final = {
    "copy_to_clipboard", "open_url", "deliver_text", "deliver_binary", "deliver_screenshot", "save_screenshot",
    "export_screenshot", "action_screenshot", "action_suspend_process", "suspend",
}  # fmt: skip
_WRITING: Final = re.compile(r"O_(WRONLY|RDWR|CREAT|APPEND|TRUNC)|\bflags\b")


def ways_out() -> dict[str, set[str]]:
    """Module (path from the root) to what it could do: ``file``, ``network``, ``program``, ``screen``."""
    found: dict[str, set[str]] = {}
    for path in (each for room in ROOMS for each in sorted((ROOT / room).rglob("*.py"))):
        kinds = set(kinds_in(path.read_text(encoding="utf-8")))
        if kinds:
            found[str(path.relative_to(ROOT))] = kinds
    return found


def kinds_in(source: str) -> Iterator[str]:
    """What a module's source could do, once for each place that does it."""
    if "\\x1b]52" in source or "\\033]52" in source or "\x1b]52" in source:
        yield "screen"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (kind for name in node.names for kind in _of_module(name.name))
        elif isinstance(node, ast.ImportFrom):
            yield from _of_module(node.module or "")
        elif isinstance(node, ast.Call):
            yield from _of_call(node)


def _of_module(name: str) -> Iterator[str]:
    top = name.partition(".")[0]
    if top in _NETWORK or name == "urllib.request":
        yield "network"
    if top in _PROGRAMS:
        yield "program"
    if top in _FILES:
        yield "file"


def _of_call(node: ast.Call) -> Iterator[str]:
    name, method = ast.unparse(node.func), getattr(node.func, "attr", "")
    if name in _FILE_CALLS or method in _FILE_METHODS or _opens_to_write(node, name, method):
        yield "file"
    if _PROGRAM_CALLS.fullmatch(name):
        yield "program"
    if name in _NETWORK_CALLS:
        yield "network"
    if method in _CLOSED:
        yield "screen"


def _opens_to_write(node: ast.Call, name: str, method: str) -> bool:
    if name == "os.open":
        return bool(_WRITING.search(ast.unparse(node)))
    if name not in ("open", "io.open", "os.fdopen") and method != "open":
        return False
    modes = [it.value for it in node.keywords if it.arg == "mode"]
    # `open(path, mode)` and `os.fdopen(number, mode)`, but `path.open(mode)`.
    modes += node.args[1:2] if name in ("open", "io.open", "os.fdopen") else node.args[:1]
    return any(_may_write(mode) for mode in modes)


def _may_write(mode: ast.expr) -> bool:
    if isinstance(mode, ast.Constant):
        return (
            isinstance(mode.value, str)
            and bool(re.fullmatch(r"[rwaxbt+]{1,4}", mode.value))
            and bool(set(mode.value) & set("wax+"))
        )
    # A mode that is worked out at run time is taken for writing.
    return isinstance(mode, ast.Name) and mode.id == "mode"
