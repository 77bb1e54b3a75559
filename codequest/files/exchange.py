"""The exchange of two names in one step, where the system can: at every moment each of them is there."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

_AT_FDCWD = -100  # paths are relative to the working directory
_RENAME_EXCHANGE = _RENAME_SWAP = 2
_NOT_HERE = {errno.EINVAL, errno.ENOSYS, errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP}
"""Said by file systems and kernels that cannot, and by sandboxes that do not allow it."""


def exchange(first: Path, second: Path) -> bool:
    """Give two folders on one file system each other's name.

    Returns:
        Whether it was done; False where the system or the file system cannot.

    Raises:
        OSError: It can, and it failed; nothing was changed.
    """
    call = _system_call()
    if call is None:
        return False
    if call(os.fsencode(first), os.fsencode(second)) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_HERE:
        return False
    raise OSError(code, os.strerror(code), str(first), None, str(second))


def _system_call() -> Callable[[bytes, bytes], int] | None:
    """The system's call for it: man 2 renameat2, man 2 renamex_np."""
    if sys.platform == "win32":
        return None
    library = ctypes.CDLL(None, use_errno=True)
    try:
        if sys.platform == "darwin":
            swap = library.renamex_np
            return lambda first, second: int(swap(first, second, _RENAME_SWAP))
        exchange_at = library.renameat2
    except AttributeError:  # an old C library
        return None
    return lambda first, second: int(exchange_at(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE))
