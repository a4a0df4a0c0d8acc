"""An invitation is used up, the party is put on record, and only then its client can act."""

from typing import Any

from starlette.concurrency import run_in_threadpool

from gateway.auth.errors import InvitationInvalidError
from gateway.auth.invitations import invitation_digest
from gateway.auth.scopes import SCOPES_OF, spelled
from gateway.auth.server.ports import ServerPorts
from gateway.auth.server.registration import Applicant
from graph.journal.entries import Entry
from graph.journal.events import PartyRegistered
from graph.sql.operational import Client


async def enrol(ports: ServerPorts, invitation: str, applicant: Applicant) -> dict[str, Any]:
    """Register a client for the invited party.

    Args:
        ports: where it is kept and recorded.
        invitation: the one-time text that the operator handed over.
        applicant: key and name.

    Returns:
        The client information response (RFC 7591 3.2.1), with the party it acts for.

    Raises:
        InvitationInvalidError: It is unknown, used or over.
    """
    invited = await run_in_threadpool(ports.invitations.take, invitation_digest(invitation))
    if invited is None:
        raise InvitationInvalidError
    client = Client(
        client=ports.ids.new("client"),
        party=invited.party,
        kind=invited.kind,
        name=applicant.name,
        public_jwk=applicant.public_jwk,
        token_lifetime_s=invited.token_lifetime_s,
        active=True,
        at=ports.clock(),
    )
    # INVARIANT: on record before it can act. If the gateway stops in between, the invitation is lost, not the record.
    await ports.journal.append(
        Entry(events=(PartyRegistered(party=client.party, kind=client.kind, client=client.client, key=applicant.key),))
    )
    await run_in_threadpool(ports.clients.add, client)
    answer: dict[str, Any] = {
        "client_id": client.client,
        "client_id_issued_at": int(client.at.timestamp()),
        "party": client.party,
        "kind": client.kind.value,
        "scope": spelled(SCOPES_OF[client.kind]),
        "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["client_credentials"],
        "jwks": {"keys": [{**client.public_jwk, "kid": applicant.key, "use": "sig"}]},
    }
    if client.name:
        answer["client_name"] = client.name
    return answer
