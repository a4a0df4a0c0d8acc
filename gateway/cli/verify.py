"""``muniment verify``: check an exported proof, two heads of the journal, or a package, without asking anybody."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gateway.cli.errors import BundleInvalidError
from gateway.cli.files import json_object
from gateway.cli.trusted_keys import comes_with, key_told, trusted_key
from gateway.cli.verify_package import verify_folder
from gateway.errors import printable

FORMAT: Final = "muniment-proof/1"
"""What a bundle with an event calls itself: ``{format, origin, key, proof, receipt}``."""
AUDIT: Final = "muniment-audit/1"
"""What a bundle of a part of the graph calls itself; see ``gateway.client.audits``."""
HEADS: Final = "muniment-heads/1"
"""What a bundle with two heads calls itself: ``{format, origin, key, heads: [older, newer], consistency}``."""


def verify(
    *,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="PATH", help="Bundle of a proof, of two heads or of an audit; or the folder of a package."
        ),
    ],
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="JWK", help="The gateway's public key as you learnt it before. [default: what PATH names]"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Verify offline that an event is in the journal, that one head continues another, or that a package is whole."""
    if file.is_dir():
        verify_folder(file, key, as_json=as_json)
        return
    bundle = json_object(file)
    match bundle:
        case {"format": str(found), "origin": str(origin), "key": dict(own), "proof": dict(proof), **rest} if (
            found == FORMAT
        ):
            facts = _event(origin, trusted_key(key, own, file), proof, rest.get("receipt"))
        case {
            "format": str(found),
            "origin": str(origin),
            "key": dict(own),
            "heads": [str(older), str(newer)],
            "consistency": list(path),
        } if found == HEADS:
            facts = _heads(origin, trusted_key(key, own, file), older, newer, path)
        case {"format": str(found), "key": dict(own)} if found == AUDIT:
            facts = _audit(bundle, trusted_key(key, own, file))
        case _:
            raise BundleInvalidError(file)
    facts["key_from"] = "bundle" if comes_with(key, file) else "file"
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    _tell(facts)
    told = key_told(key, file, "bundle")
    if told:
        typer.echo(told)


def _tell_audit(facts: Mapping[str, Any]) -> None:
    way = "rests on" if facts["direction"] == "BACKWARD" else "is rested on by"
    lines = [
        f"verified: {facts['events']} events show what `{facts['about']}` {way}, by {facts['edges']} edges:",
        *(f"  {count} {label}" for label, count in facts["nodes"].items()),
    ]
    for iri, told in facts["terms"].items():
        sides = "both sides" if iri in facts["in_force"] else "one side"
        lines += [f"terms of `{iri}`, as {sides} signed them:", *(f"  {sentence}" for sentence in told)]
    if facts["truncated"]:
        lines.append("there is more than the bundle holds")
    lines.append("what the gateway left out of its journal no bundle can show")
    for line in lines:
        typer.echo(printable(line))


def _event(
    origin: str, key: Mapping[str, Any], proof: Mapping[str, Any], receipt: Mapping[str, Any] | None
) -> dict[str, object]:
    from gateway.client import verify_proof  # noqa: PLC0415  # cheap at start
    from graph.signing import thumbprint  # noqa: PLC0415  # cheap at start

    proven = verify_proof(proof, origin=origin, public_jwk=key, receipt=receipt)
    return {
        "verified": True,
        "event": proven.event.get("type"),
        "seq": proven.seq,
        "journal": proven.checkpoint.origin,
        "journal_size": proven.checkpoint.size,
        "receipt": receipt is not None,
        "key": thumbprint(key),
    }


def _audit(bundle: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, object]:
    from gateway.client import verify_audit  # noqa: PLC0415  # cheap at start
    from gateway.client.errors import AuditInvalidError  # noqa: PLC0415  # cheap at start
    from graph.provenance.drawing import undrawn  # noqa: PLC0415  # cheap at start
    from graph.signing import thumbprint  # noqa: PLC0415  # cheap at start

    audit = verify_audit(bundle, public_jwk=key)
    lineage = bundle["lineage"]
    canonical = (str(each["event"]).encode() for each in bundle["proofs"])
    finding = next(undrawn(canonical, lineage, about=audit.about, direction=audit.direction), None)
    if finding is not None:
        raise AuditInvalidError(finding)
    return {
        "verified": True,
        "about": audit.about,
        "direction": audit.direction,
        "events": audit.events,
        "nodes": dict(audit.nodes),
        "edges": audit.edges,
        "truncated": audit.truncated,
        "in_force": sorted(audit.in_force),
        "terms": {iri: list(told) for iri, told in audit.terms.items()},
        "key": thumbprint(key),
    }


def _heads(origin: str, key: Mapping[str, Any], older: str, newer: str, path: list[Any]) -> dict[str, object]:
    from gateway.client import verify_checkpoint, verify_consistency  # noqa: PLC0415  # cheap at start
    from graph.signing import thumbprint  # noqa: PLC0415  # cheap at start

    first = verify_checkpoint(older, origin=origin, public_jwk=key)
    second = verify_checkpoint(newer, origin=origin, public_jwk=key)
    verify_consistency(first, second, path)
    return {
        "verified": True,
        "journal": second.origin,
        "earlier_size": first.size,
        "journal_size": second.size,
        "key": thumbprint(key),
    }


def _tell(facts: Mapping[str, object]) -> None:
    if "about" in facts:
        _tell_audit(facts)
    elif "event" in facts:
        typer.echo(
            f"verified: {printable(str(facts['event']))}, place {facts['seq']} in {printable(str(facts['journal']))},"
            f" which had {facts['journal_size']} events then (places count from 0)"
        )
        if facts["receipt"]:
            typer.echo("its receipt is good")
    else:
        typer.echo(
            f"verified: {printable(str(facts['journal']))} with {facts['journal_size']} events begins with the"
            f" {facts['earlier_size']} events of the earlier head, unchanged"
        )
    typer.echo(f"under key {facts['key']}")
