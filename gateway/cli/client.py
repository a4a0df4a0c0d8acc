"""``muniment client``: register a key with a gateway, and send it queries."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gateway.cli.errors import FileUnreadableError, FileUnwritableError

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

    signing_key = _key(key)
    registered: Registration = asyncio.run(MunimentClient.register(url, invitation, signing_key, name=name))
    card = {"client_id": registered.client_id, "party": registered.party}
    _write(key.with_suffix(".json"), json.dumps(card, indent=2) + "\n")
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
    """Send a query and print the answer as JSON; exits with 1 when the answer has errors."""
    import asyncio  # noqa: PLC0415  # cheap at start

    document = _text(file)
    beside = file.with_suffix(".json")
    named = variables or (beside if beside.exists() else None)
    given = _object(named) if named is not None else {}
    card = _object(party)
    key = _key(party.with_suffix(".jwk"), make=False)
    licences = tuple(licence or ()) or tuple(given.get("licences") or ())
    answer = asyncio.run(_execute(url, str(card.get("client_id", "")), key, document, given, licences))
    typer.echo(json.dumps({"data": answer.data, "errors": list(answer.errors)}, indent=2, ensure_ascii=False))
    if answer.errors:
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


def _key(path: Path, *, make: bool = True) -> "SigningKey":
    from graph.signing import SigningKey  # noqa: PLC0415  # cheap at start

    if path.exists() or not make:
        try:
            return SigningKey.load(path)
        except OSError as problem:
            raise FileUnreadableError(path, problem.strerror or "it cannot be opened") from None
    made = SigningKey.generate()
    try:
        made.save(path)
    except OSError as problem:
        raise FileUnwritableError(path, problem.strerror or "it cannot be made") from None
    return made


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise FileUnreadableError(path, problem.strerror or "it cannot be opened") from None
    except UnicodeDecodeError:
        raise FileUnreadableError(path, "it is not text in UTF-8") from None


def _object(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(_text(path))
    except ValueError:
        raise FileUnreadableError(path, "it is not JSON") from None
    if not isinstance(content, dict):
        raise FileUnreadableError(path, "it is not a JSON object")
    return content


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise FileUnwritableError(path, problem.strerror or "it cannot be made") from None
