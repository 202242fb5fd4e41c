"""The process that sets pages: it gives up the network, other programs and writing, and only then loads Typst.

Run as a script by `integrations.typesetter`, never imported: an order on standard input, the PDF on standard output.
seccomp refuses the system calls in the kernel, so it holds for Typst's own (Rust) code, which no hook in Python sees.
Ends with 0 and the PDF (or HTML, for a preview), or 1 and a last line on standard error: ``cannot_set: reason``,
``broken: file TAB line TAB reason`` or ``not_apart: reason``.
"""

from __future__ import annotations

import ctypes
import json
import platform
import re
import resource
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any, Final, NoReturn

# System calls by machine: (audit architecture, numbers).  socket connect accept sendto sendmsg bind listen socketpair
# execve execveat ptrace io_uring_setup sendmmsg accept4 (linux: asm/unistd_64.h, asm-generic/unistd.h).
_MACHINES: Final = {
    "x86_64": (0xC000003E, (41, 42, 43, 44, 46, 49, 50, 53, 59, 322, 101, 425, 307, 288)),
    "aarch64": (0xC00000B7, (198, 203, 202, 206, 211, 200, 201, 199, 221, 281, 117, 425, 269, 242)),
}
# asm-generic/prctl, linux/seccomp.h, linux/bpf_common.h.
_NO_NEW_PRIVS: Final = 38
_SET_SECCOMP: Final = 22
_FILTER: Final = 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | 13
_X32: Final = 0x40000000
# Where a diagnostic says that the fault is; a template without a name of its own has none.
_PLACE: Final = re.compile(r"┌─ (?:.*/)?(?P<file>[^/\n]+\.typ):(?P<line>[0-9]+):")


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def give_up_the_world() -> None:
    """From here on: no sockets, no other program, no byte written to a file, memory and time within bounds.

    Raises:
        OSError: this machine or kernel cannot promise that.
    """
    if platform.system() != "Linux" or platform.machine() not in _MACHINES:
        raise OSError(f"{platform.system()} {platform.machine()}")
    for limit, most in ((resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, 240)):
        resource.setrlimit(limit, (most, most))
    code = _filter(*_MACHINES[platform.machine()])
    libc = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(code) // 8, code)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        _SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0
    ):
        raise OSError(ctypes.get_errno(), "seccomp")


def _filter(architecture: int, calls: tuple[int, ...]) -> bytes:
    """A seccomp filter that refuses *calls* (EACCES), and kills what speaks for another architecture."""
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _REFUSE),
    ]
    for number in calls:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _set_pages(order: dict[str, Any], root: str) -> bytes:
    import typst

    pages = typst.compile(
        f"{root}/{order['name']}" if order["parts"] else order["template"].encode(),
        root=root,
        format=order["form"],
        ignore_system_fonts=True,
        sys_inputs={"data": order["data"]},
        pdf_standards=["ua-1"] if order["form"] == "pdf" else [],
        timestamp=order["timestamp"],
        package_path=root,
        package_cache_path=root,
    )
    assert isinstance(pages, bytes)
    return pages


def _lay_out(order: dict[str, Any], root: str) -> None:
    """The template and its parts as files, for their imports; only names that stand in the folder itself."""
    for name, text in (order["parts"] | {order["name"]: order["template"]}).items() if order["parts"] else ():
        if Path(name).name != name:
            raise OSError(name)
        (Path(root) / name).write_text(text, encoding="utf-8")


def _explain(order: dict[str, Any], error: RuntimeError) -> tuple[str, str]:
    """Typst's diagnostics: what is wrong and in which file and line, without the values it was given."""
    reason = str(getattr(error, "message", error))
    place = _PLACE.search(str(getattr(error, "diagnostic", "")))
    if place is None or not order["parts"]:
        return "cannot_set", reason
    return "broken", "\t".join((place["file"], place["line"], reason.replace("\t", " ")))


def _end(fault: str, reason: object) -> NoReturn:
    sys.stderr.write(f"{fault}: {reason}\n".replace("\n", " ").rstrip() + "\n")
    sys.exit(1)


def main() -> None:
    """Read the order, set the pages, write the PDF."""
    order = json.load(sys.stdin.buffer)
    # A folder with the template's own parts, or nothing, is all of the file system that a template can name.
    with tempfile.TemporaryDirectory(prefix="rekisteri-") as root:
        try:
            _lay_out(order, root)
            give_up_the_world()
        except (OSError, ValueError) as error:
            _end("not_apart", error)
        try:
            pdf = _set_pages(order, str(Path(root)))
        except RuntimeError as error:
            _end(*_explain(order, error))
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
