"""``muniment verify``: check an exported proof without asking anybody."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gateway.cli.errors import BundleInvalidError, FileUnreadableError

FORMAT: Final = "muniment-proof/1"
"""What a bundle calls itself: ``{format, origin, key, proof, receipt}``."""


def verify(
    *,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Bundle of a proof, as the demo and auditors export it.")
    ],
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="JWK", help="The journal's public key as you learnt it before. [default: the bundle's own]"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Verify that an event is in the journal, under a signed head, and that its receipt promised it."""
    from gateway.client import verify_proof  # noqa: PLC0415  # cheap at start
    from graph.signing import thumbprint  # noqa: PLC0415  # cheap at start

    bundle = _read(file)
    match bundle:
        case {"format": str(found), "origin": str(origin), "key": dict(own), "proof": dict(proof), **rest} if (
            found == FORMAT
        ):
            receipt = rest.get("receipt")
        case _:
            raise BundleInvalidError(file)
    trusted = own if key is None else _read(key)
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


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise FileUnreadableError(path, problem.strerror or "it cannot be opened") from None
    except ValueError:
        raise FileUnreadableError(path, "it is not JSON") from None
    if not isinstance(content, dict):
        raise FileUnreadableError(path, "it is not a JSON object")
    return content
