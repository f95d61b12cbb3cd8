"""Which errors of the operating system are this machine's own trouble: a full disk, no more open files, no memory.

Knows error numbers. Must not know who met them. Such an error is nobody's mistake: the same work succeeds elsewhere, or
here once the operator has made room, so it is neither told to a caller as his fault nor counted as an attempt.
"""

from __future__ import annotations

import errno

MACHINE_TROUBLE = frozenset(
    {
        errno.ENOSPC,  # the disk is full
        errno.EDQUOT,  # this user's share of it is
        errno.EROFS,  # it was mounted read-only, as kernels do after an error
        errno.EIO,  # it is failing
        errno.EMFILE,  # this process has no more files to open
        errno.ENFILE,  # nor has the machine
        errno.ENOMEM,
        errno.EAGAIN,  # no more processes
        errno.ESTALE,  # a network folder went away
    }
)
"""Numbers that no network peer and no content of a file brings about. Source: errno(3)."""


def is_machine_trouble(error: BaseException) -> bool:
    """Whether it is an OSError the operator must mend, such as a full disk."""
    return isinstance(error, OSError) and error.errno in MACHINE_TROUBLE


def advice_for(error: OSError) -> str:
    """What the operator is to do about it, in one sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Free some space, or move the data folder to a larger disk."
    if error.errno in (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM):
        return "Allow this service more files, processes or memory (ulimit, LimitNOFILE, TasksMax), or fewer slots."
    return "Look after the disk that holds the data folder."
