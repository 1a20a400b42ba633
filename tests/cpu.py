"""CPU seconds of a test run: pytest itself, its workers, and every program that they waited for.

It compiles Python's files once, too: hundreds of programs start in the tests, and
PYTHONDONTWRITEBYTECODE, if it is set, makes each compile all that it imports.
"""

import os
import resource
import sys


def compile_once() -> None:
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def spent_s() -> float:
    """CPU seconds of this process and of its children that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
