"""Keeps the memory that one step frees for the next one.

The C library gives a large block back to the system as soon as it is free. The next step asks for it again, and the
system hands it out page by page, each cleared first: a fifth of the time of a step on images. Here glibc is told to
keep up to ``LIMIT`` bytes. Nothing else has such a setting, and nothing is done where the environment chose one.

Source: https://www.gnu.org/software/libc/manual/html_node/Malloc-Tunable-Parameters.html
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys

from .switch import fast_enabled

__all__ = ["LIMIT", "keep_freed"]

LIMIT = 1 << 30
_SHARE = 8  # and no more than this part of the machine's memory
_LARGEST_MAPPED = 32 << 20  # glibc maps larger blocks one by one whatever it is told
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_CHOSEN_ELSEWHERE = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES")


def keep_freed() -> bool:
    """Tells the C library to keep what is freed, once a process.

    Returns:
        Whether it does.
    """
    return fast_enabled() and _told()


@functools.cache
def _told() -> bool:
    if not sys.platform.startswith("linux") or any(name in os.environ for name in _CHOSEN_ELSEWHERE):
        return False
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return False
    limit = min(LIMIT, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _SHARE)
    return bool(library.mallopt(_M_MMAP_THRESHOLD, _LARGEST_MAPPED) and library.mallopt(_M_TRIM_THRESHOLD, int(limit)))
