"""The whole story under kills: its gateway in every step, its preparation, its download; again and again, to the end.

Killed with SIGKILL, as a power cut ends a process. After each kill the same command is given again on the same folder.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.demo import step_10_prepare, step_11_deliver
from gateway.demo.tale import STEPS
from tests.testkit.environment import UNMEASURED
from tests.testkit.stored import Stored, hashes
from tests.testkit.telling import Telling

GATEWAY, PREPARATION, DELIVERY, DOWNLOAD = (
    "gateway",
    "gateway while it prepares",
    "gateway while it delivers",
    "download",
)
PREPARING = "PREPARING"
PULLS = 2
"""Downloads that are killed in one story."""
PREPARATIONS = 2
"""Kills while the one preparation of a story is under way."""
_PREPARE, _DELIVER = (
    next(step.number for step in STEPS if step.tell is module.tell) for module in (step_10_prepare, step_11_deliver)
)
_OTHERS = tuple(step for step in range(len(STEPS) + 1) if step not in {_PREPARE, _DELIVER})
_FEWEST = PREPARATIONS + 1 + PULLS
MOST = len(_OTHERS) + _FEWEST
"""Kills in one story at most: in its start, in every step, again and again in the preparation, in the download."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a story goes that nobody disturbs."""

    folder: Path
    began: Mapping[int, float]
    """When its gateway was started (0), when every step began, and when all was over."""
    sizes: Mapping[int, int]
    """Events in the journal then."""
    package_bytes: int
    """Size of its package."""


@dataclass(slots=True)
class Told:
    """What was done to one story."""

    folder: Path
    notes: Path
    """What was acknowledged."""
    kills: Counter[str] = field(default_factory=Counter)
    steps: Counter[int] = field(default_factory=Counter)
    runs: int = 0
    sealed: Mapping[str, str] = field(default_factory=dict)
    """The package as it was sealed."""
    fetched: Mapping[str, str] = field(default_factory=dict)
    """The package as it arrived, by a command that was killed on the way."""
    again: Mapping[str, str] = field(default_factory=dict)
    """The package prepared from the same plan in a copy of the store, without a kill."""


def undisturbed(folder: Path, notes: Path) -> Pace:
    """Tell the story once as it goes by itself."""
    telling = Telling(folder, notes)
    try:
        assert telling.wait(telling.gateway)
        start = time.monotonic()
        telling.wait(lambda: False)
        status, _, said = telling.ended()
        assert status == 0, said
    finally:
        telling.stop()
    over = len(STEPS) + 1
    began = {0: start} | telling.began | {over: time.monotonic()}
    assert sorted(began) == list(range(over + 1))
    events = Stored(folder).events()
    size = next(event["size"] for event in events if event["type"] == "DeliveryPrepared")
    return Pace(folder=folder, began=began, sizes={0: 0} | telling.sizes | {over: len(events)}, package_bytes=int(size))


class Crashing:
    """One story, killed at moments that chance names."""

    def __init__(self, folder: Path, pace: Pace, seed: str, kills: int) -> None:
        """A story in a new folder.

        Args:
            folder: made here.
            pace: of the story that nobody disturbed.
            seed: of chance.
            kills: how many, ``MOST`` at most; preparation, delivery and download are always among them.
        """
        folder.mkdir()
        self._kills = kills
        self.told = Told(folder=folder / "world", notes=folder / "notes.jsonl")
        self._arriving = self.told.folder / step_11_deliver.FOLDER
        self._stored = Stored(self.told.folder)
        self._copy = folder / "copy"
        self._pace = pace
        self._chance = random.Random(seed)  # noqa: S311  # moments to be killed at, the same in every run

    def tell(self) -> Told:
        """Kill it in one step after the other; then let it come to its end."""
        chosen = self._chance.sample(_OTHERS, max(self._kills - _FEWEST, 0))
        for step in sorted((*chosen, _PREPARE, _DELIVER)):
            if step == _PREPARE:
                self._run(step, while_preparing=True)
                while self.told.kills[PREPARATION] < PREPARATIONS and self._preparing():
                    # WHY: a preparation that was broken off goes on as soon as the gateway is there again.
                    self._run(1, while_preparing=True)
            else:
                self._run(step)
            if step == _DELIVER:
                self._download()
        while self.told.kills.total() < self._kills:
            self._run(self._chance.randrange(len(STEPS) + 1))
        status, _ = self._telling(None)
        assert status == 0
        return self.told

    def _run(self, step: int, *, while_preparing: bool = False) -> None:
        """Tell the story until its gateway is killed at a moment of a step."""
        status, _ = self._telling(step, while_preparing=while_preparing)
        # WHY: the kill may come when the last word is said; the story is whole then, and nothing was killed.
        assert status in {0, 1}

    def _telling(self, step: int | None, *, while_preparing: bool = False) -> tuple[int, int]:
        self.told.runs += 1
        telling = Telling(self.told.folder, self.told.notes)
        killed, preparing = False, False
        try:
            if step is not None and self._reached(telling, step, while_preparing=while_preparing):
                preparing = self._preparing()
                killed = telling.wait(telling.kill_gateway)
            status, failed, said = telling.ended()
        finally:
            telling.stop()
        assert status == 0 or killed, said
        assert "Traceback" not in said
        if status:
            self.told.steps[failed] += 1
            self.told.kills[PREPARATION if preparing else DELIVERY if failed == _DELIVER else GATEWAY] += 1
        if killed and self._preparing() and not self._copy.exists():
            shutil.copytree(self.told.folder, self._copy, ignore=shutil.ignore_patterns("deliveries"))
        return status, failed

    def _reached(self, telling: Telling, step: int, *, while_preparing: bool) -> bool:
        """Wait for a moment of the step: after a while, or as soon as the journal has grown."""
        there = (lambda: step in telling.began) if step else telling.gateway
        if not telling.wait(there):
            return False
        if while_preparing:
            return telling.wait(self._preparing) and self._grown(
                telling, self.told.folder / "deliveries", 0.7, lambda: not self._preparing()
            )
        if step == _DELIVER:
            return self._grown(telling, self._arriving, 1.0, lambda: step + 1 in telling.began)
        grows = self._pace.sizes[step + 1] - self._pace.sizes[step]
        end = time.monotonic() + self._chance.uniform(0, self._pace.began[step + 1] - self._pace.began[step])
        wanted = self._stored.size() + self._chance.randint(1, max(1, grows))
        if grows and self._chance.random() < 0.5:
            return telling.wait(lambda: self._stored.size() >= wanted or step + 1 in telling.began)
        return telling.wait(lambda: time.monotonic() >= end or step + 1 in telling.began)

    def _grown(self, telling: Telling, folder: Path, share: float, over: Callable[[], bool]) -> bool:
        """Wait until so much of what is missing of the package is in the folder, or it is over."""
        here = _bytes(folder)
        wanted = here + self._chance.uniform(0, share) * max(self._pace.package_bytes - here, 0)
        return telling.wait(lambda: _bytes(folder) > wanted or over())

    def _preparing(self) -> bool:
        return PREPARING in self._stored.deliveries().values()

    def _download(self) -> None:
        """Fetch the package with the command, which is killed on the way and goes on with what is there."""
        (delivery,) = self._stored.deliveries()
        self.told.sealed = self._stored.sealed(delivery)
        if hashes(self._arriving) == self.told.sealed:
            shutil.rmtree(self._arriving)
        size = _bytes(self._stored.package(delivery))
        with serving(self.told.folder) as url:
            for _ in range(20):
                if self.told.kills[DOWNLOAD] == PULLS:
                    break
                self.told.kills[DOWNLOAD] += self._pull_killed(delivery, url, size)
            fetched = self._pull(delivery, url)
            _, said = fetched.communicate(timeout=60)
            assert fetched.returncode == 0, said
        self.told.fetched = hashes(self._arriving)
        self.told.again = self._prepared_again(delivery)

    def _pull(self, delivery: str, url: str) -> subprocess.Popen[str]:
        card = self.told.folder / "parties" / "developer.json"
        command = ["pull", delivery, "--party", str(card), "--to", str(self._arriving), "--url", url, "--json"]
        return subprocess.Popen(
            [sys.executable, "-m", "gateway.cli", *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=UNMEASURED,
        )

    def _pull_killed(self, delivery: str, url: str, size: int) -> bool:
        """Begin a download, and kill it when so many bytes are here; false when it was too quick."""
        folder = self._arriving
        here = _bytes(folder)
        wanted = here + self._chance.uniform(0, 1) * max(size - here, 1)
        pulling = self._pull(delivery, url)
        while pulling.poll() is None and _bytes(folder) < wanted:
            time.sleep(0.0005)
        pulling.kill()
        pulling.communicate(timeout=30)
        return pulling.returncode == -signal.SIGKILL

    def _prepared_again(self, delivery: str) -> dict[str, str]:
        """The package from the same plan, made in one go in a copy of the store from before it was ready."""
        assert self._copy.exists(), "no kill met the preparation"
        described = json.loads((self._stored.package(delivery) / "croissant.json").read_text(encoding="utf-8"))
        address = re.match(r"http://[^/]+", described["url"])
        assert address is not None
        copied = Stored(self._copy)
        assert copied.deliveries() == {delivery: PREPARING}
        seed = json.loads((self._copy / "world.json").read_text(encoding="utf-8"))["seed"]
        forum = ["-m", "gateway.demo.world.forum", "--generated", str(seed)]
        with started(forum, "forum ready at ") as there:
            settings = (self._copy / "muniment.toml").read_text(encoding="utf-8")
            settings = re.sub(r'base_url = "[^"]*"', f'base_url = "{there}"', settings)
            (self._copy / "muniment.toml").write_text(settings, encoding="utf-8")
            # WHY: a package names the address under which it is fetched.
            with serving(self._copy, public_url=address[0]):
                end = time.monotonic() + 120
                while copied.deliveries()[delivery] == PREPARING:
                    assert time.monotonic() < end, "it was not prepared again"
                    time.sleep(0.05)
        assert copied.deliveries()[delivery] == "READY"
        return copied.sealed(delivery)


def _bytes(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        try:
            size += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            # WHY: a part gets its name meanwhile.
            continue
    return size


@contextmanager
def started(arguments: Sequence[str], ready: str, **environment: str) -> Iterator[str]:
    """A program of ours that told its address."""
    running = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=UNMEASURED | environment,
    )
    try:
        assert running.stdout is not None
        line = running.stdout.readline().strip()
        assert line.startswith(ready), line
        yield line.removeprefix(ready)
    finally:
        os.kill(running.pid, signal.SIGTERM)
        running.communicate(timeout=30)


def serving(folder: Path, *, public_url: str = "") -> AbstractContextManager[str]:
    """A gateway on a folder, on a free port."""
    environment = {"MUNIMENT_PUBLIC_URL": public_url} if public_url else {}
    return started(
        ["-m", "gateway.cli", "serve", "--folder", str(folder), "--port", "0"], "muniment is ready at ", **environment
    )
