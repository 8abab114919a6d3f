"""Become another program that ends when the process that started us ends.

Run as a script by `supervisor.py`, never imported: setting these things between fork and
exec (a `preexec_fn`) can deadlock in a process with threads, so they happen here, after exec.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h
UNCHANGED = -1


def main(arguments: list[str]) -> None:
    """Drop privileges, tie our life to the parent's, and exec the program.

    `arguments` are: signal to get when the parent dies, uid, gid (-1 leaves both as they are),
    the parent's pid, then the program's absolute path and its arguments.
    """
    death_signal, uid, gid, parent = (int(argument) for argument in arguments[:4])
    program = arguments[4:]
    if uid != UNCHANGED:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After setuid: a change of credentials clears the setting (prctl(2)).
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal) != 0:
        sys.exit(f"prctl failed with errno {ctypes.get_errno()}")
    if os.getppid() != parent:
        sys.exit("the supervisor ended before this program was started")
    # Python ignores SIGPIPE, and exec keeps ignored signals ignored.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execv(program[0], program)  # noqa: S606  a fixed program, no shell wanted


if __name__ == "__main__":
    main(sys.argv[1:])
