"""``muniment pull``: fetch a package, resumed where an earlier call stopped, verify it, and sign for it."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gateway.cli.errors import FileUnwritableError
from gateway.cli.files import card_of, signing_key
from gateway.cli.trusted_keys import comes_with, given_key, key_told

if TYPE_CHECKING:
    from gateway.client import Pulled
    from graph.signing import SigningKey

_URL: Final = "http://127.0.0.1:8040"
_STOPPED: Final = 130
"""Exit status after Ctrl-C."""


def pull(
    *,
    delivery: Annotated[str, typer.Argument(metavar="DELIVERY", help="IRI of the delivery.")],
    party: Annotated[
        Path, typer.Option(metavar="JSON", help="The file that `register` wrote; the key stands beside it as .jwk.")
    ],
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the package goes. [default: the last part of DELIVERY]")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="JWK", help="The gateway's public key as you learnt it before.")
    ] = None,
    url: Annotated[str, typer.Option(help="Address of the gateway.")] = _URL,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Fetch a package, verify it offline, and sign the receipt; run again, it goes on where it stopped."""
    folder = to or Path(delivery.rsplit(":", 1)[-1])
    client_id = card_of(party)
    own = signing_key(party.with_suffix(".jwk"))
    trusted = None if key is None else given_key(key)
    try:
        with _progress(shown=not as_json) as told:
            pulled: Pulled = asyncio.run(_pull(url, client_id, own, delivery, folder, trusted, told))
    except KeyboardInterrupt:
        typer.echo(f"stopped; what came is in {folder}, and the same command goes on from here", err=True)
        raise typer.Exit(_STOPPED) from None
    except OSError as problem:
        raise FileUnwritableError(
            Path(problem.filename or folder), problem.strerror or "it cannot be written"
        ) from problem
    package = pulled.package
    facts = {
        "folder": str(folder),
        "delivery": package.delivery,
        "manifest": package.manifest,
        "rows": package.rows,
        "files": package.files,
        "fetched_bytes": pulled.fetched,
        "verified": True,
        "receipt_given": pulled.acknowledged,
        "key": package.key,
        "key_from": "package" if comes_with(key, folder) else "file",
    }
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    typer.echo(f"{package.rows:,} rows in {package.files} files, verified, in {folder}")
    typer.echo(f"sealed by key {package.key}")
    source = key_told(key, folder, "package")
    if source:
        typer.echo(source)
    typer.echo("the receipt is given" if pulled.acknowledged else "the gateway did not take the receipt")


async def _pull(
    url: str,
    client_id: str,
    key: "SigningKey",
    delivery: str,
    folder: Path,
    trusted: Mapping[str, Any] | None,
    told: Callable[[int, int], None],
) -> "Pulled":
    from gateway.client import MunimentClient  # noqa: PLC0415  # cheap at start

    async with MunimentClient(url, client_id=client_id, key=key) as opened:
        return await opened.pull(delivery, folder, public_jwk=trusted, told=told)


@contextmanager
def _progress(*, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; nothing elsewhere."""
    from rich.console import Console  # noqa: PLC0415  # cheap at start
    from rich.progress import (  # noqa: PLC0415  # cheap at start
        BarColumn,
        DownloadColumn,
        Progress,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    console = Console(stderr=True)
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not (shown and console.is_terminal)) as bar:
        task = bar.add_task("fetching")
        yield lambda done, total: bar.update(task, completed=done, total=total)
