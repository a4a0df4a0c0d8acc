"""``python -m tests.testkit.packed_ledger ROWS FOLDER``: pack a ledger of so many rows, and say what it took."""

import asyncio
import json
import random
import re
import sys
from dataclasses import replace
from pathlib import Path

from connectors.engine import EngineContext, HttpSession, Limits, load
from gateway.exchange.sources import ConnectedSources, Source
from tests.testkit.delivering import LICENSED, prepared
from tests.testkit.reading import PLATFORM, an_exchange

_MEMBERS = 5_881


def write_ledger(path: Path, rows: int) -> None:
    """A ledger in the form of the published one."""
    chance = random.Random(1)  # noqa: S311  # the same ledger in every run
    with path.open("w", encoding="ascii") as file:
        for number in range(rows):
            # WHY: a pair is the key of a rating, so none may come twice.
            turn, rater = divmod(number, _MEMBERS)
            rated = (rater + 1 + turn) % _MEMBERS
            file.write(f"{rater + 1},{rated + 1},{chance.choice((-10, 1, 2, 9))},{1_289_241_911 + number}.0\n")


def peak_mb() -> int:
    """The most memory this process ever held, in megabytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) // 1_000 if found else 0


async def packed(rows: int, folder: Path) -> int:
    """Pack it; gives how many rows are in the package."""
    write_ledger(folder / "ledger.csv", rows)
    async with (
        HttpSession() as session,
        an_exchange(
            folder, wrap=lambda ports: replace(ports, packing=replace(ports.packing, patience_s=600.0))
        ) as exchange,
    ):
        context = EngineContext.of(session, hosts=frozenset(), clock=exchange.clock, limits=Limits(batch_rows=8_192))
        ledger = load("trust_ledger", {"path": str(folder / "ledger.csv"), "platform": PLATFORM})
        exchange.sources.real = ConnectedSources(
            {PLATFORM: Source(id=PLATFORM, connector=ledger, context=context)}, deadline_s=600
        )
        licence = await exchange.licence(await exchange.dataset(), replace(LICENSED, max_records=10_000_000))
        view = await prepared(exchange, licence, rows=rows)
        return view.items[0].rows


if __name__ == "__main__":
    count = asyncio.run(packed(int(sys.argv[1]), Path(sys.argv[2])))
    sys.stdout.write(json.dumps({"rows": count, "peak_mb": peak_mb()}) + "\n")
