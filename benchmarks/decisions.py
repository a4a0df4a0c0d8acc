"""How long one licensing decision takes: a plan and its decision by a stored agreement, over one view of the record."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from gateway.exchange.read.decide import Permitted, decide
from gateway.exchange.read.plan import plan
from graph.journal.view import View
from tests.testkit.reading import a_read, an_exchange

DECISIONS = 2_000
TARGET_MS = 10.0
"""The stated target, of ninety-nine in a hundred decisions."""


async def _timed(folder: Path) -> list[float]:
    """Milliseconds of each decision, in order of size."""
    async with an_exchange(folder) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        ports, principal, command = exchange.ports, exchange.principal(licence), a_read(licence)

        def decided(view: View) -> None:
            (planned,) = plan((command,), principal, view)
            outcome = decide(planned, principal.party, view, ports.policies, ports.clock())
            if not isinstance(outcome, Permitted):
                raise TypeError(outcome.problem.code)

        took = []
        for _ in range(DECISIONS):
            started = time.perf_counter()
            await ports.journal.view(decided)
            took.append(1_000 * (time.perf_counter() - started))
    return sorted(took)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as place:
        took = asyncio.run(_timed(Path(place)))
    slow = took[99 * DECISIONS // 100]
    print(
        f"licensing decision: median {statistics.median(took):.2f} ms, 99 % within {slow:.2f} ms"
        f" (target: {TARGET_MS:.0f} ms)"
    )


if __name__ == "__main__":
    main()
