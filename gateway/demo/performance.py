"""One run of the demo: a folder, the platforms, a gateway, the whole story; everything that was started is ended."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gateway.demo.cast import Cast
from gateway.demo.ending import EndedEarlyError, ended_gently
from gateway.demo.errors import WorldMissingError
from gateway.demo.facts import Command, Document, Fact, StepFacts
from gateway.demo.going_on import commands, write_queries
from gateway.demo.narrator import Narrator
from gateway.demo.platforms import Platforms, World
from gateway.demo.served import ServedGateway
from gateway.demo.story import Learned, Story
from gateway.demo.tale import tell
from policies.errors import CodedError

_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for on the command line."""

    version: str
    seed: int
    forum: Path | None = None
    ratings: Path | None = None
    keep: Path | None = None

    def world(self) -> World:
        """The world to play in.

        Raises:
            WorldMissingError: a named folder or file is not there.
        """
        if self.forum is not None and not self.forum.is_dir():
            raise WorldMissingError("--forum", self.forum)
        if self.ratings is not None and not self.ratings.is_file():
            raise WorldMissingError("--ratings", self.ratings)
        return World(seed=self.seed, forum=_absolute(self.forum), ratings=_absolute(self.ratings))


@dataclass(slots=True)
class _Run:
    """What is known of a run so far."""

    world: Mapping[str, Fact] = field(default_factory=dict)
    done: list[StepFacts] = field(default_factory=list)
    measured: dict[str, Fact] = field(default_factory=dict)
    go_on: tuple[Command, ...] = ()


async def perform(wishes: Wishes, narrator: Narrator) -> tuple[Document, CodedError | None]:
    """Tell the whole story.

    Returns:
        The document of facts, and what made the story break off, if something did.

    Raises:
        EndedEarlyError: a signal asked for the end; everything that was started is ended.
    """
    run = _Run()
    failure: CodedError | None = None
    began = time.perf_counter()
    try:
        with ended_gently(wishes.keep), _folder(wishes.keep) as folder:
            await _tell_in(folder, wishes, narrator, run)
    except CodedError as problem:
        failure = problem
    except EndedEarlyError:
        narrator.ended_early()
        raise
    run.measured["elapsed_s"] = round(time.perf_counter() - began, 1)
    document = Document(
        version=wishes.version,
        seed=wishes.seed,
        world=run.world,
        steps=tuple(run.done),
        measured=run.measured,
        summary=tuple({"step": each.number, "came_to": each.told.headline, "ms": each.elapsed_ms} for each in run.done),
        go_on=run.go_on,
        failure=None if failure is None else {"code": failure.code, "message": failure.message},
    )
    narrator.closing(document)
    return document, failure


async def _tell_in(folder: Path, wishes: Wishes, narrator: Narrator, run: _Run) -> None:
    platforms = Platforms.build(folder, wishes.world())
    run.world = platforms.facts()
    narrator.opening(run.world)
    async with AsyncExitStack() as closing:
        closing.push_async_callback(platforms.stop_forum)
        await platforms.start_forum()
        gateway = ServedGateway(folder)
        closing.push_async_callback(gateway.stop)
        run.measured["gateway_ready_ms"] = round(await gateway.start())
        cast = Cast(gateway.url, folder, closing)
        story = Story(
            folder=folder, narrator=narrator, gateway=gateway, platforms=platforms, cast=cast, learned=Learned()
        )
        try:
            await tell(story, run.done)
        finally:
            peak = gateway.peak_memory_bytes
            run.measured["gateway_peak_memory_mb"] = None if peak is None else round(peak / _MEGABYTE, 1)
        run.measured.update(story.learned.measured)
        if wishes.keep is not None:
            write_queries(story)
        run.go_on = commands(story, kept=wishes.keep is not None)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """The named folder, or one that is removed at the end."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="muniment-demo-") as name:
            yield Path(name)
        return
    keep.mkdir(mode=0o700, parents=True, exist_ok=True)
    yield keep.resolve()


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.resolve())
