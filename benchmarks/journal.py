"""Journal commits per second with 64 writers, beside a bare loop of durable INSERTs into the same kind of database."""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from graph.journal.entries import Entry
from graph.journal.events import PartyInvited, PartyKind
from graph.journal.journal import Journal
from graph.signing import SigningKey
from graph.sql.engine import create_engine

WRITERS = 64
EACH = 20
INSERTS = 200
RUNS = 5


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # a benchmark runs in real time


async def _write(journal: Journal, writer: int) -> None:
    for number in range(EACH):
        party = f"urn:muniment:party:{writer}-{number}-{time.monotonic_ns()}"
        await journal.append(
            Entry(events=(PartyInvited(party=party, kind=PartyKind.LLM_DEVELOPER, invited_by="urn:muniment:party:0"),))
        )


async def _journal(folder: Path) -> float:
    """Acknowledged, durable entries per second, each an entry of its own."""
    engine = create_engine(f"sqlite:///{folder / 'journal.db'}")
    async with Journal.open(engine, clock=_now, key=SigningKey.generate()) as journal:
        started = time.monotonic()
        await asyncio.gather(*(_write(journal, writer) for writer in range(WRITERS)))
        took = time.monotonic() - started
    engine.dispose()
    return WRITERS * EACH / took


def _bare(folder: Path) -> float:
    """Durable INSERTs per second, one transaction each, one after the other."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, leaf BLOB, content BLOB)")
    content = b"x" * 300
    started = time.monotonic()
    for number in range(INSERTS):
        connection.execute("INSERT INTO event VALUES (?, ?, ?)", (number, content[:32], content))
    took = time.monotonic() - started
    connection.close()
    return INSERTS / took


def measure() -> tuple[float, float]:
    """Medians of paired runs: journal, bare loop; per second."""
    ours, theirs = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as place:
            ours.append(asyncio.run(_journal(Path(place))))
            theirs.append(_bare(Path(place)))
    return statistics.median(ours), statistics.median(theirs)


def main() -> None:
    """Measure and print."""
    ours, theirs = measure()
    print(f"journal, {WRITERS} writers: {ours:,.0f} durable commits/s (guards, registers, tree; median of {RUNS})")
    print(f"bare INSERT loop, one writer, same durability: {theirs:,.0f} commits/s; ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
