"""Many writers at once, and one that is killed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from graph.journal.events import AccessRecorded, AccessWithheld
from graph.journal.guards import LicenceLive, QuotaAtMost
from graph.journal.journal import Appended, Entry, Outcome
from graph.signing import SigningKey
from policies.model import Usage
from tests.testkit.events import a_withholding
from tests.testkit.record import LICENCE, a_journal, a_licence, an_access, record

WRITERS, EACH, UNITS, BOUND = 64, 4, 7, 700

VICTIM = """
import asyncio, json, sys
from pathlib import Path
from graph.journal.journal import Entry
from graph.signing import SigningKey
from tests.testkit.record import a_journal, a_party

async def main() -> None:
    async with a_journal(Path(sys.argv[1]), key=SigningKey.from_jwk(json.loads(sys.argv[2]))) as journal:
        async def write(writer: int) -> None:
            for number in range(100_000):
                (outcome,) = await journal.append(Entry(events=(a_party(f"urn:party:{writer}:{number}"),)))
                print(outcome.recorded[0].seq, outcome.recorded[0].leaf.hex(), flush=True)
        await asyncio.gather(*(write(writer) for writer in range(8)))

asyncio.run(main())
"""


@pytest.mark.slow
async def test_many_writers_never_overrun_a_quota(tmp_path: Path) -> None:
    """64 writers want 256 times 7 units of 700: exactly 100 accesses are let through."""
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())

        async def write(writer: int) -> list[Outcome]:
            outcomes: list[Outcome] = []
            for number in range(EACH):
                entry = Entry(
                    events=(an_access(writer * EACH + number, rows=UNITS),),
                    guards=(
                        LicenceLive(licence=LICENCE, version=1),
                        QuotaAtMost(licence=LICENCE, counter="p1#count", units=UNITS, bound=BOUND),
                    ),
                    otherwise=(a_withholding(),),
                )
                outcomes += await journal.append(entry)
            return outcomes

        outcomes = [each for part in await asyncio.gather(*map(write, range(WRITERS))) for each in part]

        recorded = await journal.events(after=7, limit=1_000)
        assert sum(isinstance(outcome, Appended) for outcome in outcomes) == BOUND // UNITS
        assert await journal.view(lambda view: view.usage(LICENCE)) == {"p1#count": Usage(used=BOUND)}
        assert sum(isinstance(each.event, AccessRecorded) for each in recorded) == BOUND // UNITS
        assert sum(isinstance(each.event, AccessWithheld) for each in recorded) == WRITERS * EACH - BOUND // UNITS
        assert sorted(each.recorded[0].seq for each in outcomes) == [each.seq for each in recorded]


def acknowledged_until_killed(folder: Path, key: SigningKey) -> list[list[str]]:
    """Place and leaf of every event that a process acknowledged before it was killed in the middle of its work."""
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, str(folder), json.dumps(key.private_jwk())],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )
    assert victim.stdout is not None
    acknowledged = [victim.stdout.readline() for _ in range(60)]
    victim.send_signal(signal.SIGKILL)
    acknowledged += victim.stdout.read().splitlines(keepends=True)
    victim.stdout.close()
    victim.wait()
    return [line.split() for line in acknowledged if line.endswith("\n")]


@pytest.mark.slow
async def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    key = SigningKey.generate()
    acknowledged = await asyncio.to_thread(acknowledged_until_killed, tmp_path, key)

    async with a_journal(tmp_path, key=key) as journal:
        stored = {each.seq: each.leaf.hex() for each in await journal.events(limit=1_000_000)}

        assert len(acknowledged) >= 60
        assert all(stored[int(seq)] == leaf for seq, leaf in acknowledged)
        assert len(await record(journal, *a_licence())) == 8
