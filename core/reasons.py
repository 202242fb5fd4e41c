"""Why the operating system refused, in the reader's language: its own words are English, or the machine's."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, BinaryIO, Final

from core.errors import Words
from core.messages import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FULL: Final = N_("the disk is full")
_REASONS: Final[Mapping[int, str]] = {
    errno.ENOENT: N_("there is no such file or folder"),
    errno.ENOTDIR: N_("a part of the path is a file, not a folder"),
    errno.EISDIR: N_("it is a folder, not a file"),
    errno.EACCES: N_("the user who runs this has no right to it"),
    errno.EPERM: N_("the user who runs this has no right to it"),
    errno.EROFS: N_("its disk can only be read"),
    errno.ENOSPC: _FULL,
    errno.EDQUOT: N_("the space allowed to this user is full"),
    errno.EFBIG: N_("the file would be larger than allowed"),
    errno.EIO: N_("the disk has a fault"),
    errno.ELOOP: N_("its links lead round in a circle"),
    errno.ENAMETOOLONG: N_("the name is too long"),
    errno.EEXIST: N_("something of that name is there already"),
    errno.EMFILE: N_("too many files are open"),
    errno.ENXIO: N_("it is a device or a pipe, not a file"),
}


def reason_of(error: OSError) -> str:
    """Why *error* came, as words to put into a sentence; the system's own when it is a rare one."""
    known = _REASONS.get(error.errno or 0)
    return Words(known) if known else os.strerror(error.errno or 0)


def open_file(path: Path) -> BinaryIO:
    """Open an ordinary file to read; a pipe or a device, which may never end or never begin, is refused at once.

    Raises:
        OSError: it is not there, not readable, or not an ordinary file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError as error:
        # A NUL in the path.
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT)) from error
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    code = errno.EISDIR if stat.S_ISDIR(mode) else errno.ENXIO
    raise (IsADirectoryError if stat.S_ISDIR(mode) else OSError)(code, os.strerror(code))
