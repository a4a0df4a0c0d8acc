"""``muniment verify``: check an exported proof without asking anybody."""

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from gateway.cli.errors import BundleInvalidError
from gateway.cli.files import json_object
from gateway.cli.verify_package import verify_folder

FORMAT: Final = "muniment-proof/1"
"""What a bundle calls itself: ``{format, origin, key, proof, receipt}``."""


def verify(
    *,
    file: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="Bundle of a proof, as auditors export it; or the folder of a package."),
    ],
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="JWK", help="The journal's public key as you learnt it before. [default: the bundle's own]"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Verify offline that an event is in the journal and its receipt promised it; or that a package is as sealed."""
    if file.is_dir():
        verify_folder(file, key, as_json=as_json)
        return
    from gateway.client import verify_proof  # noqa: PLC0415  # cheap at start
    from graph.signing import thumbprint  # noqa: PLC0415  # cheap at start

    bundle = json_object(file)
    match bundle:
        case {"format": str(found), "origin": str(origin), "key": dict(own), "proof": dict(proof), **rest} if (
            found == FORMAT
        ):
            receipt = rest.get("receipt")
        case _:
            raise BundleInvalidError(file)
    trusted = own if key is None else json_object(key)
    proven = verify_proof(proof, origin=origin, public_jwk=trusted, receipt=receipt)
    facts = {
        "verified": True,
        "event": proven.event.get("type"),
        "seq": proven.seq,
        "journal": proven.checkpoint.origin,
        "journal_size": proven.checkpoint.size,
        "receipt": receipt is not None,
        "key": thumbprint(trusted),
        "key_from": "bundle" if key is None else "file",
    }
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    typer.echo(f"verified: {facts['event']}, event {facts['seq']} of {facts['journal_size']} in {facts['journal']}")
    if receipt is not None:
        typer.echo("its receipt is good")
    typer.echo(f"under key {facts['key']}")
    if key is None:
        typer.echo("the key came with the bundle: compare it with the one you know, or give yours with --key")
