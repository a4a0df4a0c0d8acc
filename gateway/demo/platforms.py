"""The three platforms of the story: written or taken once, named in the folder's settings, the forum as a program."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import aiohttp

from gateway.demo.errors import ProcessFailedError, WorldMismatchError
from gateway.demo.facts import Fact
from gateway.demo.processes import Program
from gateway.demo.world.forum import READY, STATS
from gateway.demo.world.grid import write_grid
from gateway.demo.world.ledger import write_ledger

_CARD: Final = "world.json"
_GRID: Final = "grid.db"
_LEDGER: Final = "bazaar.csv"
"""Relative to the folder of the settings, so that a kept world can be moved."""
_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_PAGE: Final = 1000
_TERMS: Final = "the terms that its operator signed for this demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the platforms are made of; kept in the folder, so that a second run plays in the same world."""

    seed: int
    forum: str | None = None
    """Folder of a published forum; nothing when the forum is generated."""
    ratings: str | None = None
    """File of a published ledger; nothing when it is generated."""
    avatar: str = ""
    """Account of the avatar owner on the grid."""
    forum_port: int = 0
    """Where the forum was served last."""

    @classmethod
    def kept(cls, folder: Path) -> Self | None:
        """The world of an earlier run."""
        path = folder / _CARD
        return cls(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None

    def keep(self, folder: Path) -> None:
        """Write it down."""
        card = {
            "seed": self.seed,
            "forum": self.forum,
            "ratings": self.ratings,
            "avatar": self.avatar,
            "forum_port": self.forum_port,
        }
        (folder / _CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")

    def same_records(self, other: "World") -> bool:
        """Whether both hold the same records."""
        return (self.seed, self.forum, self.ratings) == (other.seed, other.forum, other.ratings)


class Platforms:
    """The platforms as the story uses them; only the forum is a program of its own."""

    grid_platform: Final = "grid"
    forum_platform: Final = "forum"
    bazaar_platform: Final = "bazaar"

    def __init__(self, folder: Path, world: World) -> None:
        self._folder = folder
        self._world = world
        self._forum: Program | None = None
        self._port = world.forum_port

    @classmethod
    def build(cls, folder: Path, wished: World) -> Self:
        """Write what is missing in the folder.

        Raises:
            WorldMismatchError: the folder holds another world than the one wished for.
        """
        kept = World.kept(folder)
        if kept is not None and not kept.same_records(wished):
            raise WorldMismatchError(folder)
        if kept is None:
            grid = write_grid(folder / _GRID, wished.seed)
            if wished.ratings is None:
                write_ledger(folder / _LEDGER, wished.seed)
            kept = World(seed=wished.seed, forum=wished.forum, ratings=wished.ratings, avatar=grid.accounts[0])
            kept.keep(folder)
        return cls(folder, kept)

    @property
    def avatar(self) -> str:
        """The avatar owner's account on the grid."""
        return self._world.avatar

    def facts(self) -> Mapping[str, Fact]:
        """Which platforms, of which technology, with which records."""
        return {
            "platforms": [
                {"source": "grid", "technology": "tables over SQL", "records": "generated"},
                {"source": "forum", "technology": "paginated REST API", "records": _origin(self._world.forum)},
                {
                    "source": "bazaar",
                    "technology": "trust ledger in a CSV file",
                    "records": _origin(self._world.ratings),
                },
            ],
            "citation": _CITATION if self._world.ratings else None,
        }

    async def start_forum(self) -> None:
        """Serve the forum, on the port of the last time if it is free; the folder's settings say where it is."""
        self._forum = await self._serve_forum()
        self._port = int(self._forum.url.rpartition(":")[2])
        # WHY: each time, since the port may be another's meanwhile; a gateway on the folder must find the forum later.
        self._write_settings()

    async def stop_forum(self) -> None:
        """End the forum's program."""
        if self._forum is not None:
            await self._forum.stop()
            self._forum = None

    def forum_command(self) -> str:
        """How to serve the forum by hand, where the folder's settings expect it."""
        rows = f"--data {shlex.quote(self._world.forum)}" if self._world.forum else f"--generated {self._world.seed}"
        return f"python -m gateway.demo.world.forum --port {self._port} {rows}"

    async def forum_requests(self) -> int:
        """How often the forum's API was asked since it was started."""
        return int((await self._ask(STATS))["requests"])

    async def forum_accounts(self) -> Sequence[str]:
        """Every account of the forum in the platform's order, as its operator knows them."""
        accounts: list[str] = []
        page = 1
        while True:
            answer = await self._ask("/users", fields="user_id", pagesize=str(_PAGE), page=str(page))
            accounts.extend(str(each["user_id"]) for each in answer["items"])
            if not answer["has_more"]:
                return accounts
            page += 1

    @property
    def _forum_url(self) -> str:
        if self._forum is None:
            raise ProcessFailedError("forum", "is not running")
        return self._forum.url

    async def _ask(self, path: str, **parameters: str) -> Mapping[str, Any]:
        url = f"{self._forum_url}{path}"
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.get(url, params=parameters) as answer,
        ):
            answer.raise_for_status()
            content: Mapping[str, Any] = await answer.json()
            return content

    def _write_settings(self) -> None:
        """Name the sources in the folder's settings, and keep the forum's port."""
        ledger = self._world.ratings or _LEDGER
        sources = (
            ("grid", "opensim", {"path": _GRID, "platform": self.grid_platform}, True),
            ("forum", "forum", {"base_url": self._forum_url, "platform": self.forum_platform}, False),
            ("bazaar", "trust_ledger", {"path": ledger, "platform": self.bazaar_platform}, True),
        )
        text = "".join(
            _source(name, connector, config, settled=settled) for name, connector, config, settled in sources
        )
        (self._folder / "muniment.toml").write_text(text, encoding="utf-8")
        World(
            seed=self._world.seed,
            forum=self._world.forum,
            ratings=self._world.ratings,
            avatar=self._world.avatar,
            forum_port=self._port,
        ).keep(self._folder)

    async def _serve_forum(self) -> Program:
        rows = ["--data", self._world.forum] if self._world.forum else ["--generated", str(self._world.seed)]
        ports = [self._port, 0] if self._port else [0]
        for port in ports:
            try:
                return await Program.start(
                    "forum",
                    "gateway.demo.world.forum",
                    ["--port", str(port), *rows],
                    log=self._folder / "forum.log",
                    ready=READY,
                )
            except ProcessFailedError:
                if port == ports[-1]:
                    raise
        raise AssertionError


_CITATION: Final = (
    "Bitcoin OTC trust network: S. Kumar, F. Spezzano, V. S. Subrahmanian, C. Faloutsos, "
    "Edge Weight Prediction in Weighted Signed Networks, IEEE ICDM 2016"
)


def _origin(path: str | None) -> str:
    return "generated" if path is None else "real, published"


def _source(name: str, connector: str, config: Mapping[str, str], *, settled: bool) -> str:
    lines = ["[[sources]]", f"id = {json.dumps(name)}", f"connector = {json.dumps(connector)}"]
    if "base_url" in config:
        # WHY: the forum is on loopback, where sources are refused unless the operator allows it.
        lines.append("private = true")
    lines += ["", "[sources.config]"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in config.items()]
    if settled:
        lines += ["", "[sources.config.terms]", 'ai_use = "allowed"', f"source = {json.dumps(_TERMS)}"]
    return "\n".join([*lines, "", ""])
