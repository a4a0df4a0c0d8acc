"""The whole story under ``kill -9``: its gateway, its preparation, its download, at random moments of every step.

Nothing that was acknowledged is lost, nothing is doubled, and what came of it is what comes of a story that nobody
disturbs. So many kills as ``MUNIMENT_KILLS`` says, spread over stories; ``MUNIMENT_KILLS_SEED`` gives other moments.
"""

import asyncio
import json
import math
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.testkit.crashes import MOST, Crashing, Told, undisturbed
from tests.testkit.environment import UNMEASURED
from tests.testkit.stored import Stored

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the gateway of a story is found in /proc"),
]

KILLS = int(os.environ.get("MUNIMENT_KILLS", "15"))
STORIES = math.ceil(KILLS / MOST)
SEED = os.environ.get("MUNIMENT_KILLS_SEED", "1")

TOLD_AGAIN = {"AccessRecorded", "AccessDenied", "AccessWithheld"}
"""A story that begins again reads again, and is refused again."""
ENTERED = {"PartyInvited", "PartyRegistered"}
"""Nobody learnt of an invitation whose answer was lost, so another is asked for."""
_OF_THIS_WORLD = re.compile(r'urn:muniment:[a-z-]+:[0-9a-f-]{36}|"[^" ]{32,}"|"\d{4}-\d\d-\d\dT[\d:.]+Z"|\b\d+\b')
"""Names, keys, hashes, signatures, times and figures."""
_SEVERAL = re.compile(r'("?…"?)(, "?…"?)+')
"""A list of them: who reads more often has more of them to name."""


def lasting(stored: Stored) -> Counter[str]:
    """What happened, up to names, times and figures."""
    return Counter(
        _SEVERAL.sub(r"\1", _OF_THIS_WORLD.sub("…", json.dumps(event, sort_keys=True)))
        for event in stored.events()
        if event["type"] not in TOLD_AGAIN | ENTERED
    )


def delivered(stored: Stored) -> Counter[str]:
    """What left in packages."""
    named = ("source", "columns", "rows", "withheld", "units", "price_micro")
    return Counter(json.dumps([event[name] for name in named]) for event in accesses_of(stored) if event["delivery"])


def accesses_of(stored: Stored) -> list[dict[str, Any]]:
    return [event for event in stored.events() if event["type"] == "AccessRecorded"]


def check_acknowledged(stored: Stored, notes: Path) -> Counter[str]:
    """Every answer that arrived is on record, once; gives how many there were of each sort."""
    events, once = stored.events(), stored.once()
    answered: dict[tuple[str, str], list[str]] = {}
    accesses = Counter(event["access"] for event in events if "access" in event)
    registered = Counter((e["party"], e["client"]) for e in events if e["type"] == "PartyRegistered")
    assert max(accesses.values()) == 1
    seen: Counter[str] = Counter()
    for line in notes.read_text(encoding="utf-8").splitlines():
        match json.loads(line):
            case {"registered": party, "client": client}:
                assert registered[party, client] == 1, line
                seen["registrations"] += 1
            case {"mutation": "prepareSigningKey", "ids": ids}:
                assert set(ids) <= set(stored.held_keys()), line
                seen["mutations"] += 1
            case {"key": key, "actor": actor, "ids": ids}:
                first, count = once[actor, key]
                assert len(events) >= first + count > first, line
                # INVARIANT: who asks again is told what was told at first.
                assert answered.setdefault((actor, key), ids) == ids, line
                seen["mutations"] += 1
            case {"receipt": access, "seq": seq, "leaf": leaf}:
                event = events[seq]
                assert (event["type"], event["access"], event["leaf"]) == ("AccessRecorded", access, leaf), line
                seen["receipts"] += 1
            case {"denial": access}:
                assert accesses[access] == 1, line
                seen["denials"] += 1
            case other:
                raise AssertionError(other)
    return seen


def check_units(stored: Stored) -> None:
    """Units used are the sum of what the accesses booked, to the unit; a package is booked once."""
    accesses = accesses_of(stored)
    booked: Counter[tuple[str, str]] = Counter()
    for access in accesses:
        booked.update({(access["licence"], each["counter"]): each["units"] for each in access["booked"]})
    assert {counter: used for counter, (used, _) in stored.used().items() if used} == booked
    parts = Counter((access["delivery"], access["licence"]) for access in accesses if access["delivery"])
    assert set(parts.values()) == {1}


def check_projections(stored: Stored, beside: Path) -> None:
    """Registers and graph are what the events alone make of them."""
    made = stored.replayed(beside)
    assert len(made) > 10
    assert stored.registers(frozenset(made)) == made
    verified = muniment("graph", "verify", "--folder", str(stored.folder), "--json")
    assert verified.returncode == 0, verified.stderr
    assert json.loads(verified.stdout)["watermark"] <= stored.size() - 1
    followed = asyncio.run(stored.graph())
    rebuilt = muniment("graph", "rebuild", "--folder", str(stored.folder))
    assert rebuilt.returncode == 0, rebuilt.stderr
    again = asyncio.run(stored.graph())
    assert len(again) > 100
    assert followed == again


def muniment(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli", *arguments], check=False, capture_output=True, text=True, env=UNMEASURED
    )


def check(told: Told, calm: Path) -> Mapping[str, int]:
    """Hold a story that was killed against the one that nobody disturbed."""
    stored, undisturbed_one = Stored(told.folder), Stored(calm)
    assert lasting(stored) == lasting(undisturbed_one)
    assert delivered(stored) == delivered(undisturbed_one)
    seen = check_acknowledged(stored, told.notes)
    assert min(seen[sort] for sort in ("registrations", "mutations", "receipts", "denials")) > 0
    check_units(stored)
    check_projections(stored, told.notes.with_name("replayed.db"))
    assert told.sealed
    assert told.again == told.sealed
    assert told.fetched == told.sealed
    return {"acknowledged answers": seen.total(), "events": stored.size(), "runs": told.runs}


def test_a_story_that_is_killed_again_and_again_loses_and_doubles_nothing(
    tmp_path: Path, tell: Callable[[str], None]
) -> None:
    pace = undisturbed(tmp_path / "calm", tmp_path / "calm.jsonl")
    check_acknowledged(Stored(pace.folder), tmp_path / "calm.jsonl")
    kills, steps, sums = Counter[str](), Counter[int](), Counter[str]()

    for story in range(STORIES):
        name = f"{SEED}.{story}"
        told = Crashing(tmp_path / name, pace, name, math.ceil(KILLS / STORIES)).tell()
        sums += Counter(check(told, pace.folder))
        kills, steps = kills + told.kills, steps + told.steps

    assert kills.total() >= KILLS
    tell(
        f"crash test: {kills.total()} kills in {STORIES} stories (seed {SEED}): {dict(kills)},"
        f" by step {dict(sorted(steps.items()))}; {dict(sums)};"
        " nothing acknowledged lost, nothing doubled, packages byte for byte the same"
    )
