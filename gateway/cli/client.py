"""``muniment client``: register a key with a gateway, and send it queries."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gateway.cli.files import card_of, json_object, made_key, signing_key, text_of, write_text

if TYPE_CHECKING:
    from gateway.client import Answer, Registration
    from graph.signing import SigningKey

client = typer.Typer(help="Act as a client of a gateway.", no_args_is_help=True)

_URL: Final = "http://127.0.0.1:8040"


@client.command("register")
def register(
    *,
    invitation: Annotated[str, typer.Option(help="The invitation that the operator handed over; good once.")],
    key: Annotated[Path, typer.Option(metavar="FILE", help="Your private key (JWK); made when it is not there.")],
    url: Annotated[str, typer.Option(help="Address of the gateway.")] = _URL,
    name: Annotated[str, typer.Option(help="What people call this client.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Register your key; prints the client id, which stands in FILE with the suffix .json from then on."""
    import asyncio  # noqa: PLC0415  # cheap at start

    from gateway.client import MunimentClient  # noqa: PLC0415  # cheap at start
    from gateway.client.errors import (  # noqa: PLC0415  # cheap at start
        AddressInvalidError,
        GatewayUnreachableError,
        RegistrationRefusedError,
    )

    had = key.exists()
    signing_key = made_key(key)
    try:
        registered: Registration = asyncio.run(MunimentClient.register(url, invitation, signing_key, name=name))
    except (AddressInvalidError, GatewayUnreachableError, RegistrationRefusedError) as problem:
        # WHY: a key goes only when it certainly was not registered; of a lost answer nobody knows.
        if not had and not getattr(problem, "lost", False):
            key.unlink()
        raise
    card = {"client_id": registered.client_id, "party": registered.party}
    write_text(key.with_suffix(".json"), json.dumps(card, indent=2) + "\n")
    if as_json:
        typer.echo(json.dumps({**card, "kind": registered.kind, "scopes": sorted(registered.scopes)}, indent=2))
        return
    typer.echo(f"client {registered.client_id}")
    typer.echo(f"party  {registered.party} ({registered.kind})")
    typer.echo(f"scopes {' '.join(sorted(registered.scopes))}")


@client.command("query")
def query(
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A GraphQL document with one operation.")],
    party: Annotated[
        Path, typer.Option(metavar="JSON", help="The file that `register` wrote; the key stands beside it as .jwk.")
    ],
    variables: Annotated[
        Path | None,
        typer.Option(metavar="JSON", help="Variables. [default: FILE with the suffix .json, if it is there]"),
    ] = None,
    licence: Annotated[
        list[str] | None,
        typer.Option(metavar="IRI", help="Licences of the token. [default: those of the variable `licences`]"),
    ] = None,
    url: Annotated[str, typer.Option(help="Address of the gateway.")] = _URL,
) -> None:
    """Send a query and print the answer as JSON; exits with 1 when the answer has errors or `userErrors`."""
    import asyncio  # noqa: PLC0415  # cheap at start

    document = text_of(file)
    beside = file.with_suffix(".json")
    named = variables or (beside if beside.exists() else None)
    given = json_object(named) if named is not None else {}
    client_id = card_of(party)
    key = signing_key(party.with_suffix(".jwk"))
    licences = tuple(licence or ()) or tuple(given.get("licences") or ())
    answer = asyncio.run(_execute(url, client_id, key, document, given, licences))
    typer.echo(json.dumps({"data": answer.data, "errors": list(answer.errors)}, indent=2, ensure_ascii=False))
    if answer.errors or _mistakes(answer.data):
        raise typer.Exit(1)


async def _execute(
    url: str,
    client_id: str,
    key: "SigningKey",
    document: str,
    variables: Mapping[str, Any],
    licences: tuple[str, ...],
) -> "Answer":
    from gateway.client import MunimentClient  # noqa: PLC0415  # cheap at start

    async with MunimentClient(url, client_id=client_id, key=key) as opened:
        return await opened.execute(document, variables, licences=licences)


def _mistakes(data: object) -> bool:
    """Whether a mutation answered with mistakes of its caller."""
    fields = data.values() if isinstance(data, dict) else ()
    return any(isinstance(each, dict) and each.get("userErrors") for each in fields)
