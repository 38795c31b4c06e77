"""How the threads of a process share its interpreter and its memory."""

import ctypes
import sys

SWITCH_SECONDS = 0.001
_M_ARENA_MAX, _ARENAS = -8, 2


def calm() -> None:
    """Few memory arenas, and a quick hand-over between threads.

    A thread that comes back from the database waits for one that computes, at each statement. And glibc
    keeps an arena per thread; two are enough for threads that mostly wait for the interpreter.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, _ARENAS)
    except OSError:
        return  # Another C library.
