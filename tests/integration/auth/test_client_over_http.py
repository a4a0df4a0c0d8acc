"""Client and gateway over real HTTP on loopback: register, get tokens, call, and check what the journal proves."""

import asyncio
import base64
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.auth.bearer import Verifier, challenge
from gateway.auth.errors import TokenExpiredError, UnauthenticatedError
from gateway.auth.invitations import invitation_digest, new_invitation
from gateway.auth.profile import audience_of, issuer_of
from gateway.auth.server import authorization_server, bootstrap, load_or_create, public
from gateway.auth.server.ports import ServerPorts
from gateway.client import MunimentClient, verify_proof
from gateway.client.errors import ProofInvalidError, RegistrationRefusedError, TokenRefusedError
from graph.journal.entries import Appended, Entry
from graph.journal.events import PartyInvited, PartyKind
from graph.journal.journal import Journal
from graph.signing import SigningKey
from graph.sql.operational import Invitation
from graph.times import instant_text
from tests.integration.auth.opening import open_ports
from tests.testkit.events import a_denial


def present() -> datetime:
    """The real time: the client reads it too."""
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(slots=True)
class AheadClock:
    """The real time, or later."""

    ahead_s: float = 0

    def __call__(self) -> datetime:
        return present() + timedelta(seconds=self.ahead_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A gateway that runs on loopback."""

    clock: AheadClock
    url: str
    folder: Path
    ports: ServerPorts
    journal: Journal
    journal_key: SigningKey

    async def invitation(self, kind: PartyKind, *, lifetime_s: int = 600) -> str:
        """An invitation for somebody new."""
        party, text = self.ports.ids.new("party"), new_invitation()
        await self.journal.append(Entry(events=(PartyInvited(party=party, kind=kind, invited_by="urn:operator"),)))
        self.ports.invitations.add(
            invitation_digest(text),
            Invitation(
                party=party,
                kind=kind,
                token_lifetime_s=lifetime_s,
                subject="",
                platform="",
                invited_by="urn:operator",
                expires_at=present() + timedelta(hours=1),
            ),
        )
        return text


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    clock, journal_key, keys = AheadClock(), SigningKey.generate(), load_or_create(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        verifier = Verifier(issuer=issuer_of(url), audience=audience_of(url), keys=public(keys), clock=clock)

        async def graphql(request: Request) -> Response:
            try:
                principal = await verifier.verify(request.headers.getlist("authorization"))
            except UnauthenticatedError as error:
                extensions: dict[str, Any] = {"code": error.code, "reason": error.reason}
                if isinstance(error, TokenExpiredError):
                    extensions["party"] = error.principal.party
                return JSONResponse(
                    {"errors": [{"message": error.message, "extensions": extensions}]},
                    status_code=error.http_status,
                    headers={"WWW-Authenticate": challenge(error, url + "/.well-known/oauth-protected-resource")},
                )
            return JSONResponse({"data": {"party": principal.party, "scopes": sorted(principal.scopes)}})

        async with open_ports(tmp_path, clock, journal_key) as (ports, journal):
            routes = authorization_server(ports, public_url=url, keys=keys)
            app = Starlette(routes=[*routes, Route("/graphql", graphql, methods=["POST"])])
            server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield Served(
                    clock=clock, url=url, folder=tmp_path, ports=ports, journal=journal, journal_key=journal_key
                )
            finally:
                server.should_exit = True
                await serving


async def test_an_invited_party_registers_and_calls(served: Served) -> None:
    key = SigningKey.generate()
    registered = await MunimentClient.register(
        served.url, await served.invitation(PartyKind.LLM_DEVELOPER), key, name="trainer"
    )

    async with MunimentClient(served.url, client_id=registered.client_id, key=key) as client:
        answer = await client.execute("{ viewer { id } }")

    assert answer.require() == {"party": registered.party, "scopes": sorted(registered.scopes)}


async def test_the_first_operator_calls_with_the_key_of_the_folder(served: Served) -> None:
    operator = await bootstrap(served.ports, served.folder)
    key = SigningKey.load(operator.key_file)

    async with MunimentClient(served.url, client_id=operator.client, key=key) as client:
        answer = await client.execute("{ viewer { id } }")

    assert answer.require() == {"party": operator.party, "scopes": ["graph:query", "platform:operate"]}


async def test_an_invitation_that_was_used_is_refused_with_its_code(served: Served) -> None:
    invitation = await served.invitation(PartyKind.AUDITOR)
    await MunimentClient.register(served.url, invitation, SigningKey.generate())

    with pytest.raises(RegistrationRefusedError) as refused:
        await MunimentClient.register(served.url, invitation, SigningKey.generate())

    assert refused.value.reason == "INVITATION_INVALID"


async def test_another_key_gets_no_token(served: Served) -> None:
    registered = await MunimentClient.register(
        served.url, await served.invitation(PartyKind.AUDITOR), SigningKey.generate()
    )

    async with MunimentClient(served.url, client_id=registered.client_id, key=SigningKey.generate()) as client:
        with pytest.raises(TokenRefusedError) as refused:
            await client.token()

    assert (refused.value.error, refused.value.reason) == ("invalid_client", "CLIENT_UNAUTHENTICATED")


async def test_a_licence_that_is_not_there_gets_no_token(served: Served) -> None:
    key = SigningKey.generate()
    registered = await MunimentClient.register(served.url, await served.invitation(PartyKind.LLM_DEVELOPER), key)

    async with MunimentClient(served.url, client_id=registered.client_id, key=key) as client:
        with pytest.raises(TokenRefusedError) as refused:
            await client.execute("{ a }", licences=["urn:muniment:licence:none"])

    assert refused.value.reason == "AUTHORIZATION_DETAILS_INVALID"


async def test_an_expired_token_is_refused_and_the_record_can_tell_whose_it_was(served: Served) -> None:
    key = SigningKey.generate()
    registered = await MunimentClient.register(
        served.url, await served.invitation(PartyKind.LLM_DEVELOPER, lifetime_s=1), key
    )
    async with MunimentClient(served.url, client_id=registered.client_id, key=key) as client:
        token = await client.token()

        served.clock.ahead_s = 1

        answer = await client.execute("{ a }", token=token)

    assert answer.status == 401
    assert answer.errors[0]["extensions"] == {"code": "UNAUTHENTICATED", "reason": "expired", "party": registered.party}


async def test_what_the_journal_proves_is_verified_offline(served: Served) -> None:
    denials = [replace(a_denial(), access=f"urn:muniment:access:{number}") for number in range(5)]
    (outcome, *_) = await served.journal.append(*(Entry(events=(denial,)) for denial in denials))
    assert isinstance(outcome, Appended)
    receipt = served.journal.receipt(outcome.recorded[0])
    checkpoint = await served.journal.checkpoint()
    found = await served.journal.proof(receipt.seq, checkpoint.tree_size)
    proof: dict[str, Any] = {
        "seq": found.seq,
        "leaf": base64.b64encode(found.leaf).decode(),
        "event": found.canonical.decode(),
        "path": [base64.b64encode(each).decode() for each in found.path],
        "treeSize": found.tree_size,
        "root": base64.b64encode(found.root).decode(),
        "checkpoint": checkpoint.note,
    }
    promise = {
        "id": receipt.id,
        "seq": receipt.seq,
        "leaf": base64.b64encode(bytes.fromhex(receipt.leaf)).decode(),
        "at": instant_text(receipt.at),
        "treeSize": receipt.tree_size,
        "signature": receipt.signature,
    }
    known: dict[str, Any] = {"origin": served.journal.origin, "public_jwk": served.journal_key.public_jwk}

    proven = verify_proof(proof, **known, receipt=promise)

    assert proven.event["type"] == "AccessDenied"
    with pytest.raises(ProofInvalidError):
        MunimentClient.verify_proof({**proof, "event": proof["event"].replace("0", "1")}, **known, receipt=promise)
