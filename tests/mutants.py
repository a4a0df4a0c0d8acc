"""Reads the results of ``mutmut`` from standard input: killed mutants of each module, and whether they are enough.

Survivors that change nothing anybody could notice are listed in ``docs/reference/mutants.md``.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

LEAST: Final = 0.9
"""Share of the mutants of every module that must be killed."""

_KILLED: Final = frozenset({"killed", "timeout", "segfault"})


def shares(lines: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """Each module with the number of its mutants that were killed, and of all."""
    killed, total = Counter[str](), Counter[str]()
    for line in lines:
        mutant, found, outcome = line.strip().rpartition(": ")
        if found:
            module = mutant.rpartition(".")[0]
            total[module] += 1
            killed[module] += outcome in _KILLED
    for module in sorted(total):
        yield module, killed[module], total[module]


def main() -> int:
    """Print, and answer with the exit code."""
    found = list(shares(sys.stdin))
    for module, killed, total in found:
        sys.stdout.write(f"{module}: {killed}/{total} mutants killed ({killed / total:.1%}; least: {LEAST:.0%})\n")
    return 0 if found and all(killed >= LEAST * total for _, killed, total in found) else 1


if __name__ == "__main__":
    sys.exit(main())
