"""``muniment export``: what a thing rests on, or what rests on it, with every proof, in one file."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gateway.cli.files import card_of, signing_key, write_text

if TYPE_CHECKING:
    from graph.signing import SigningKey

_URL: Final = "http://127.0.0.1:8040"


def export(
    *,
    about: Annotated[str, typer.Argument(metavar="IRI", help="Of a run, a model, a licence, a delivery, a notice, …")],
    party: Annotated[
        Path, typer.Option(metavar="JSON", help="The file that `register` wrote; the key stands beside it as .jwk.")
    ],
    to: Annotated[Path, typer.Option(metavar="FILE", help="Where the bundle goes.")],
    forward: Annotated[bool, typer.Option("--forward", help="What rests on it. [default: what it rests on]")] = False,
    url: Annotated[str, typer.Option(help="Address of the gateway.")] = _URL,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Export an audit bundle; `muniment verify FILE` checks it without the gateway."""
    client_id = card_of(party)
    key = signing_key(party.with_suffix(".jwk"))
    bundle = asyncio.run(_export(url, client_id, key, about, "FORWARD" if forward else "BACKWARD"))
    write_text(to, json.dumps(bundle, indent=2, ensure_ascii=False) + "\n")
    facts = {
        "file": str(to),
        "about": about,
        "nodes": len(bundle["lineage"]["nodes"]),
        "edges": len(bundle["lineage"]["edges"]),
        "proofs": len(bundle["proofs"]),
        "agreements": len(bundle["agreements"]),
        "truncated": bundle["lineage"]["truncated"],
    }
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    typer.echo(
        f"{facts['nodes']} nodes, {facts['edges']} edges, {facts['agreements']} agreements and the proofs of"
        f" {facts['proofs']} events, in {to}"
    )
    if facts["truncated"]:
        typer.echo("there is more than one answer holds: begin nearer to what you look for")
    typer.echo(f"check it with `muniment verify {to}`")


async def _export(url: str, client_id: str, key: "SigningKey", about: str, direction: str) -> Mapping[str, Any]:
    from gateway.client import MunimentClient  # noqa: PLC0415  # cheap at start

    async with MunimentClient(url, client_id=client_id, key=key) as opened:
        return await opened.export_audit(about, direction=direction)
