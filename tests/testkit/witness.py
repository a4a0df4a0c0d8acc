"""``python -m tests.testkit.witness FILE COMMAND…``: a ``muniment`` command that writes down what it was answered.

Every answer of the gateway is noted once it is here as a whole, one JSON line each: what was acknowledged, nothing
else. The command itself runs as it is.
"""

import base64
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

import gateway.client.client
from gateway.cli.app import main
from gateway.client.transport import Reply, Transport


def noted(path: str, body: bytes, headers: Mapping[str, str], reply: Reply) -> Iterator[dict[str, Any]]:
    """What of an answer has to be on record."""
    if path == "/as/register" and reply.status == 201:
        yield {"registered": reply.content["party"], "client": reply.content["client_id"]}
    if path != "/graphql":
        return
    given = json.loads(body).get("variables") or {}
    content = reply.content.get("data") or {}
    key = given.get("input", {}).get("idempotencyKey")
    if key is not None:
        for mutation, payload in content.items():
            if payload and not payload.get("userErrors"):
                yield {"key": key, "actor": _actor(headers), "mutation": mutation, "ids": sorted(_ids(payload))}
    for each in _objects(content):
        if {"id", "seq", "leaf"} <= each.keys():
            yield {"receipt": each["id"], "seq": each["seq"], "leaf": each["leaf"]}
        if each.get("decisionId"):
            yield {"denial": each["decisionId"]}


def _actor(headers: Mapping[str, str]) -> str:
    """The party that a token was made for."""
    claims = headers["Authorization"].split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"])


def _ids(payload: Mapping[str, Any]) -> set[str]:
    return {str(each[name]) for each in _objects(payload) for name in ("id", "keyId") if name in each}


def _objects(found: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(found, dict):
        yield found
        found = list(found.values())
    if isinstance(found, list):
        for each in found:
            yield from _objects(each)


def witnessed(file: Path) -> type[Transport]:
    """The client's way to the gateway, and beside it a file of what came back."""

    class Witnessed(Transport):
        @override
        async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
            reply = await super().post(path, body, headers)
            with file.open("a", encoding="utf-8") as notes:
                notes.writelines(json.dumps(each) + "\n" for each in noted(path, body, headers, reply))
            return reply

    return Witnessed


if __name__ == "__main__":
    _, notes, *command = sys.argv
    pytest.MonkeyPatch().setattr(gateway.client.client, "Transport", witnessed(Path(notes)))
    main(command)
