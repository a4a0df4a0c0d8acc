"""The gateway is killed at random moments of preparing and fetching: nothing is lost, nothing doubled.

So many kills as ``MUNIMENT_KILLS`` says; what was done is printed.
"""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gateway.client import MunimentClient, verify_package
from gateway.client.errors import ClientError
from graph.signing import SigningKey

pytestmark = [pytest.mark.slow]

KILLS = int(os.environ.get("MUNIMENT_KILLS", "8"))
ROWS = 3_000
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("MUNIMENT_")}
SLOW = {"MUNIMENT_BATCH_ROWS": "100", "MUNIMENT_DELIVERY_SHARD_ROWS": "500"}
"""Small steps, so that there are many moments to be killed at."""

PREPARE = """mutation ($input: PrepareDeliveryInput!) {
  prepareDelivery(input: $input) { delivery { id } userErrors { code message } } }"""
STATE = """query ($id: ID!) { delivery(id: $id) { state code items { licence rows access } } }"""
USAGE = """query ($id: ID!) { licence(id: $id) { usage { used bound } } }"""
LICENCES = """{ licences(first: 50) { nodes { id state dataset { kind platform } } } }"""
PURPOSE = "https://w3id.org/dpv#ResearchAndDevelopment"


class Killed:
    """A gateway on one port that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._serving: subprocess.Popen[str] | None = None
        self._port = "0"
        self.kills = 0

    def start(self) -> str:
        """Start it, on the port of the first time; gives its address."""
        self._serving = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli", "serve", "--folder", str(self._folder), "--port", self._port],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=CLEAN | SLOW,
        )
        assert self._serving.stdout is not None
        line = self._serving.stdout.readline().strip()
        assert line.startswith("muniment is ready at "), line
        url = line.removeprefix("muniment is ready at ")
        self._port = url.rpartition(":")[2]
        return url

    def kill(self) -> None:
        """End it as a power cut ends a process."""
        assert self._serving is not None
        self._serving.kill()
        self._serving.communicate(timeout=20)
        self.kills += 1

    def stop(self) -> None:
        """End it in order."""
        if self._serving is not None and self._serving.poll() is None:
            self._serving.send_signal(signal.SIGTERM)
            self._serving.communicate(timeout=20)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli", *arguments], check=False, capture_output=True, text=True, env=CLEAN
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with licences in force."""
    folder = tmp_path_factory.mktemp("crash") / "world"
    told = command("demo", "--json", "--keep", str(folder))
    assert told.returncode == 0, told.stderr
    return folder


@contextmanager
def a_gateway(world: Path) -> Iterator[Killed]:
    gateway = Killed(world)
    try:
        yield gateway
    finally:
        gateway.stop()


class Story:
    """Deliveries under one licence, while the gateway is killed."""

    def __init__(self, world: Path, gateway: Killed) -> None:
        self._world = world
        self._gateway = gateway
        self._chance = random.Random(4)  # noqa: S311  # moments to be killed at, the same in every run
        self._url = gateway.start()
        self.done: Counter[str] = Counter()
        self._before = 0
        self._licence = ""

    async def ask(self, query: str, variables: Mapping[str, Any], *licences: str) -> Any:
        async with self._client() as client:
            answer = await client.execute(query, variables, licences=licences)
        assert not answer.errors, answer.errors
        return next(iter((answer.data or {}).values()))

    async def begin(self) -> None:
        """Find the licence over the ledger, and what was used of it."""
        nodes = (await self.ask(LICENCES, {}))["nodes"]
        (self._licence,) = [
            each["id"]
            for each in nodes
            if each["state"] == "ACTIVE" and each["dataset"] == {"kind": "RATING", "platform": "bazaar"}
        ]
        self._before = await self._used()

    async def prepared(self, *, kills: int) -> str:
        """Order a delivery, and wait until it is sealed; the gateway is killed meanwhile."""
        key = f"crash {self.done['deliveries']}"
        order = {"licences": [self._licence], "purpose": PURPOSE, "rows": ROWS, "idempotencyKey": key}
        delivery = str((await self.ask(PREPARE, {"input": order}, self._licence))["delivery"]["id"])
        for _ in range(kills):
            await asyncio.sleep(self._chance.uniform(0.0, 0.4))
            self._gateway.kill()
            self._gateway.start()
            self.done["kills while preparing"] += 1
        found = await self._until_ready(delivery)
        assert (found["state"], found["code"], found["items"][0]["rows"]) == ("READY", None, ROWS)
        assert (await self.ask(PREPARE, {"input": order}, self._licence))["delivery"]["id"] == delivery
        return delivery

    async def fetched(self, delivery: str, folder: Path, *, kill: bool) -> list[dict[str, Any]]:
        """Fetch it; the gateway is killed on the way, and the same call goes on with what is there."""
        if kill:
            fetching = asyncio.create_task(self._pull(delivery, folder))
            await asyncio.sleep(self._chance.uniform(0.0, 0.2))
            self._gateway.kill()
            self.done["kills while fetching"] += 1
            with suppress(ClientError):
                await fetching
            self._gateway.start()
        await self._pull(delivery, folder)
        package = verify_package(folder)
        rows = [row for path in sorted((folder / "data").rglob("*.parquet")) for row in pq.read_table(path).to_pylist()]
        assert (package.rows, len(rows)) == (ROWS, ROWS)
        self.done["deliveries"] += 1
        assert await self._used() == self._before + self.done["deliveries"] * ROWS
        return rows

    async def _used(self) -> int:
        return int((await self.ask(USAGE, {"id": self._licence}))["usage"][0]["used"])

    async def _pull(self, delivery: str, folder: Path) -> None:
        async with self._client() as client:
            await client.pull(delivery, folder)

    async def _until_ready(self, delivery: str) -> Mapping[str, Any]:
        for _ in range(600):
            found: Mapping[str, Any] = await self.ask(STATE, {"id": delivery})
            if found["state"] != "PREPARING":
                return found
            await asyncio.sleep(0.1)
        raise AssertionError("it was not prepared in a minute")

    def _client(self) -> MunimentClient:
        parties = self._world / "parties"
        client_id = json.loads((parties / "developer.json").read_text(encoding="utf-8"))["client_id"]
        return MunimentClient(self._url, client_id=client_id, key=SigningKey.load(parties / "developer.jwk"))


async def told(world: Path, folder: Path) -> Counter[str]:
    """As many deliveries as it takes for all kills; all of them hold the same rows."""
    with a_gateway(world) as gateway:
        story = Story(world, gateway)
        await story.begin()
        first = await story.fetched(await story.prepared(kills=0), folder / "first", kill=False)
        while gateway.kills < KILLS:
            delivery = await story.prepared(kills=2)
            package = folder / delivery.rsplit(":", 1)[-1]
            assert await story.fetched(delivery, package, kill=True) == first
            shutil.rmtree(package)
        return story.done


def test_a_gateway_that_is_killed_loses_and_doubles_nothing(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = asyncio.run(told(world, tmp_path))

    rebuilt = command("graph", "rebuild", "--folder", str(world))
    compared = command("graph", "verify", "--folder", str(world))
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert compared.returncode == 0, compared.stderr
    assert done["kills while preparing"] + done["kills while fetching"] >= KILLS
    with capsys.disabled():
        sys.stdout.write(f"\ncrash test: {dict(done)}, each of {ROWS:,} rows, whole, and booked once\n")
