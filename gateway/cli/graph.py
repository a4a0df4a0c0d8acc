"""``muniment graph``: compare the provenance graph of a folder with its journal, or make it anew."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gateway.cli.errors import GraphUnfaithfulError, StoreMissingError

if TYPE_CHECKING:
    from graph.provenance.verify import Report
    from graph.sql.engine import Engine
    from graph.stores import GraphStore

graph = typer.Typer(help="Check or rebuild the provenance graph of a folder.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Option("--folder", metavar="DIR", help="Folder of the store. [default: muniment]")
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings file. [default: muniment.toml of the folder]"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_LISTED: Final = 20


@graph.command("verify")
def verify(*, folder: Folder = None, config: Config = None, as_json: AsJson = False) -> None:
    """Replay the journal beside the graph and name every difference; exits with 1 when there is one. Only reads."""
    import asyncio  # noqa: PLC0415  # cheap at start

    report = asyncio.run(_verify(folder, config))
    findings = [f"{each.difference.value} {each.element}" for each in report.findings]
    if as_json:
        facts = {
            "faithful": report.faithful,
            "watermark": report.watermark,
            "nodes": report.nodes,
            "edges": report.edges,
            "differences": report.differences,
            "findings": findings,
        }
        typer.echo(json.dumps(facts, indent=2))
    else:
        typer.echo(f"compared up to event {report.watermark}: {report.nodes} nodes, {report.edges} edges")
        for finding in findings[:_LISTED]:
            typer.echo(f"  {finding}")
    if not report.faithful:
        raise GraphUnfaithfulError(report.differences)
    if not as_json:
        typer.echo("the graph is what the journal says")


@graph.command("rebuild")
def rebuild(*, folder: Folder = None, config: Config = None, as_json: AsJson = False) -> None:
    """Drop the graph and make it again from the journal; no gateway may run on the folder."""
    import asyncio  # noqa: PLC0415  # cheap at start

    watermark = asyncio.run(_rebuild(folder, config))
    typer.echo(json.dumps({"watermark": watermark}) if as_json else f"rebuilt up to event {watermark}")


async def _verify(folder: Path | None, config: Path | None) -> "Report":
    from gateway.clock import system_clock  # noqa: PLC0415  # cheap at start
    from gateway.main import JOURNAL_KEY  # noqa: PLC0415  # cheap at start
    from graph.journal.heads import HeadFile, HeadSigner  # noqa: PLC0415  # cheap at start
    from graph.journal.journal import ORIGIN, beside  # noqa: PLC0415  # cheap at start
    from graph.journal.stored_events import StoredEvents  # noqa: PLC0415  # cheap at start
    from graph.provenance.verify import verify as compare  # noqa: PLC0415  # cheap at start
    from graph.signing import SigningKey  # noqa: PLC0415  # cheap at start

    async with _opened(folder, config) as (home, engine, store):
        key = SigningKey.load(home / JOURNAL_KEY)
        heads = HeadSigner(key=key, origin=ORIGIN, store=HeadFile(path=beside(engine)))
        events = StoredEvents(engine, clock=system_clock, heads=heads)
        await events.check()
        return await compare(events, store)


async def _rebuild(folder: Path | None, config: Path | None) -> int:
    from gateway.clock import system_clock  # noqa: PLC0415  # cheap at start
    from gateway.folder_lock import locked  # noqa: PLC0415  # cheap at start
    from gateway.main import JOURNAL_KEY  # noqa: PLC0415  # cheap at start
    from graph.journal.journal import Journal  # noqa: PLC0415  # cheap at start
    from graph.provenance.projector import rebuild as project_again  # noqa: PLC0415  # cheap at start
    from graph.signing import SigningKey  # noqa: PLC0415  # cheap at start

    async with _opened(folder, config) as (home, engine, store):
        key = SigningKey.load(home / JOURNAL_KEY)
        with locked(home):
            async with Journal.open(engine, clock=system_clock, key=key) as journal:
                return await project_again(journal, store)


@asynccontextmanager
async def _opened(folder: Path | None, config: Path | None) -> AsyncIterator[tuple[Path, "Engine", "GraphStore"]]:
    """The folder that a gateway made, the database of its journal, and its graph.

    Raises:
        StoreMissingError: no gateway was ever started on it.
    """
    from gateway.main import GRAPH_FILE, JOURNAL_FILE, JOURNAL_KEY  # noqa: PLC0415  # cheap at start
    from gateway.settings import load  # noqa: PLC0415  # cheap at start
    from graph.sql.engine import create_engine  # noqa: PLC0415  # cheap at start
    from graph.stores import open_store  # noqa: PLC0415  # cheap at start

    settings = load(file=config, given={} if folder is None else {"folder": folder})
    home = settings.folder.resolve()
    if not (home / JOURNAL_FILE).exists() or not (home / JOURNAL_KEY).exists():
        raise StoreMissingError(settings.folder)
    engine = create_engine(f"sqlite:///{home / JOURNAL_FILE}")
    store = open_store(settings.graph.text or f"sqlite:///{home / GRAPH_FILE}")
    try:
        yield home, engine, store
    finally:
        await store.close()
        engine.dispose()
