"""Asking the gateway: one named document at a time, with every refusal made visible."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.client import Answer, MunimentClient, Token
from gateway.demo.errors import UnexpectedAnswerError
from gateway.demo.queries import text

_PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class UserError:
    """A refusal of a mutation, as the gateway told it."""

    code: str
    message: str


async def ask(
    client: MunimentClient,
    name: str,
    variables: Mapping[str, Any] | None = None,
    *,
    licences: Sequence[str] = (),
    token: Token | None = None,
) -> Mapping[str, Any]:
    """Send the document ``name`` and give what is under ``data``.

    Raises:
        UnexpectedAnswerError: the answer has errors, or no content.
    """
    answer = await raw(client, name, variables, licences=licences, token=token)
    if answer.errors or answer.data is None:
        raise UnexpectedAnswerError(f"`{name}` was answered with status {answer.status}: {told(answer)}")
    return answer.data


async def ask_in_part(
    client: MunimentClient, name: str, variables: Mapping[str, Any], *, licences: Sequence[str]
) -> Mapping[str, Any]:
    """Send the document ``name`` and give what is under ``data``, whatever single datasets refused.

    Raises:
        UnexpectedAnswerError: there is no content, or an error that no source report tells as well.
    """
    answer = await raw(client, name, variables, licences=licences)
    if answer.data is None:
        raise UnexpectedAnswerError(f"`{name}` was answered with status {answer.status}: {told(answer)}")
    problems = [report["problem"]["code"] for report in reports(answer.data) if report["problem"]]
    if sorted(answer.codes) != sorted(problems):
        raise UnexpectedAnswerError(f"`{name}` was answered with errors of its own: {told(answer)}")
    return answer.data


async def raw(
    client: MunimentClient,
    name: str,
    variables: Mapping[str, Any] | None = None,
    *,
    licences: Sequence[str] = (),
    token: Token | None = None,
) -> Answer:
    """Send the document ``name`` and give the answer as it is, errors included."""
    return await client.execute(text(name), variables, licences=licences, token=token)


async def mutate(
    client: MunimentClient, name: str, key: str | None, *, under: Sequence[str] = (), **fields: Any
) -> Mapping[str, Any]:
    """Send a mutation with an idempotency key, under these licences, and give its payload.

    Raises:
        UnexpectedAnswerError: it was refused.
    """
    payload = await _payload(client, name, key, fields, under)
    refused = refusal_of(payload)
    if refused is not None:
        raise UnexpectedAnswerError(f"`{name}` was refused with {refused.code}: {refused.message}")
    return payload


async def mutate_refused(client: MunimentClient, name: str, key: str, **fields: Any) -> UserError:
    """Send a mutation that must be refused, and give the refusal.

    Raises:
        UnexpectedAnswerError: it was not refused.
    """
    refused = refusal_of(await _payload(client, name, key, fields))
    if refused is None:
        raise UnexpectedAnswerError(f"`{name}` was not refused, but had to be")
    return refused


def refusal_of(payload: Mapping[str, Any]) -> UserError | None:
    """The first business refusal in a payload."""
    errors = payload["userErrors"]
    return UserError(code=errors[0]["code"], message=errors[0]["message"]) if errors else None


def told(answer: Answer) -> str:
    """The errors of an answer in one line."""
    found = zip(answer.codes, answer.errors, strict=True)
    return "; ".join(f"{code}: {error.get('message', '')}" for code, error in found) or "no content"


async def pages(
    client: MunimentClient, name: str, field: str, variables: Mapping[str, Any] | None = None
) -> Sequence[Mapping[str, Any]]:
    """Every node of the connection ``field``, over all pages."""
    found: list[Mapping[str, Any]] = []
    async for connection in client.pages(text(name), {**(variables or {}), "first": _PAGE}, field=field):
        found.extend(connection["nodes"] or ())
    return found


def reports(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The source reports of every record field of an answer, in the order of the fields."""
    for connection in content.values():
        if isinstance(connection, Mapping) and "sources" in connection:
            yield from connection["sources"]


def only_report(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The source report of an answer about one dataset.

    Raises:
        UnexpectedAnswerError: there is none, or there are several.
    """
    found = list(reports(content))
    if len(found) != 1:
        raise UnexpectedAnswerError(f"{len(found)} datasets answered where one was asked")
    return found[0]


async def _payload(
    client: MunimentClient, name: str, key: str | None, fields: Mapping[str, Any], under: Sequence[str] = ()
) -> Mapping[str, Any]:
    content = await ask(client, name, {"input": {**fields, "idempotencyKey": key}}, licences=under)
    payload = next(iter(content.values()))
    if payload is None:
        raise UnexpectedAnswerError(f"`{name}` was answered without a payload")
    return dict(payload)
