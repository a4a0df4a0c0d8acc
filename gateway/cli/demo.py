"""``muniment demo``: the whole story on this machine."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gateway.cli.version import product_version

if TYPE_CHECKING:
    from gateway.demo.narrator import Narrator

_SEED: Final = 7


def demo(
    *,
    forum: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of a published forum dump. [default: generated]")
    ] = None,
    ratings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV file of a published trust ledger. [default: generated]")
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep the store here; a second run does only what is missing."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the facts as one JSON document, and nothing else.")
    ] = False,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of everything that is generated.", min=0)] = _SEED,
) -> None:
    """License, query across three platforms, refuse, revoke: step by step over HTTP against a gateway of its own."""
    import asyncio  # noqa: PLC0415  # cheap at start

    from gateway.demo.ending import EndedEarlyError  # noqa: PLC0415  # cheap at start
    from gateway.demo.narrator import SilentNarrator  # noqa: PLC0415  # cheap at start
    from gateway.demo.performance import Wishes, perform  # noqa: PLC0415  # cheap at start

    narrator = SilentNarrator() if as_json else _narrator()
    wishes = Wishes(version=product_version(), seed=seed, forum=forum, ratings=ratings, keep=keep)
    try:
        document, failure = asyncio.run(perform(wishes, narrator))
    except EndedEarlyError as ended:
        typer.echo(f"muniment: {ended}", err=True)
        raise typer.Exit(ended.status) from None
    if as_json:
        typer.echo(json.dumps(document.value(), indent=2, ensure_ascii=False))
    if failure is not None:
        raise failure


def _narrator() -> "Narrator":
    import sys  # noqa: PLC0415  # cheap at start

    if not sys.stdout.isatty():
        from gateway.demo.plain import PlainNarrator  # noqa: PLC0415  # cheap at start

        return PlainNarrator(sys.stdout)
    from rich.console import Console  # noqa: PLC0415  # cheap at start

    from gateway.demo.terminal import TerminalNarrator  # noqa: PLC0415  # cheap at start

    return TerminalNarrator(Console())
