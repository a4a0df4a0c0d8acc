"""The client that people use: one object per party and gateway."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Self

import orjson

from gateway.client.agreements import sign_agreement, sign_delegation, verify_agreement
from gateway.client.answers import Answer
from gateway.client.audits import export_audit
from gateway.client.duties import sign_duty
from gateway.client.errors import GatewayAnswerError, PagingStuckError
from gateway.client.proofs import ProvenEvent, verify_proof
from gateway.client.pulling import Pulled, pull
from gateway.client.registration import Registration, register
from gateway.client.tokens import Token, TokenSource
from gateway.client.transport import Transport, checked_address
from graph.signing import SigningKey
from policies.model import Policy

_PATH: Final = "/graphql"
_JOURNAL: Final = "/.well-known/muniment-journal"
_ACCEPT: Final = "application/graphql-response+json, application/json;q=0.9"
_TIMEOUT_S: Final = 30.0
_MAX_BYTES: Final = 64 * 1024 * 1024


class MunimentClient:
    """Talks to one gateway as one registered client; an asynchronous context manager.

    Example:
        >>> async def whoami(base_url, client_id, key):
        ...     async with MunimentClient(base_url, client_id=client_id, key=key) as client:
        ...         answer = await client.execute("{ viewer { id kind } }")
        ...         return answer.require()["viewer"]
    """

    def __init__(
        self,
        base_url: str,
        *,
        client_id: str,
        key: SigningKey,
        timeout_s: float = _TIMEOUT_S,
        max_bytes: int = _MAX_BYTES,
    ) -> None:
        """Prepare a client; nothing is sent before the first call.

        Args:
            base_url: address of the gateway: https, or http on this machine.
            client_id: as ``register`` gave it.
            key: whose public part was registered; it authenticates and signs.
            timeout_s: for one request.
            max_bytes: of one answer.

        Raises:
            AddressInvalidError: Tokens must not be sent there.
        """
        self._base_url = checked_address(base_url)
        self._client_id = client_id
        self._key = key
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._opened: tuple[Transport, TokenSource] | None = None

    @classmethod
    async def register(cls, base_url: str, invitation: str, key: SigningKey, *, name: str = "") -> Registration:
        """Use an invitation: register the public part of ``key`` for the invited party.

        Args:
            base_url: address of the gateway.
            invitation: as the operator handed it over; good once.
            key: of the party; keep it, and the client id that comes back.
            name: for people; may be empty.

        Raises:
            RegistrationRefusedError: The invitation or the key is refused.
            ClientError: The gateway could not be asked.

        Example:
            >>> async def enter(base_url, invitation, path):
            ...     key = SigningKey.generate()
            ...     key.save(path)
            ...     return await MunimentClient.register(base_url, invitation, key, name="trainer 1")
        """
        async with Transport(base_url, timeout_s=_TIMEOUT_S, max_bytes=_MAX_BYTES) as transport:
            return await register(transport, invitation, key, name=name)

    async def __aenter__(self) -> Self:
        self._open()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections and forget the tokens; the client can be used again afterwards."""
        if self._opened is not None:
            transport, _ = self._opened
            self._opened = None
            await transport.close()

    async def token(self, scopes: Iterable[str] = (), licences: Iterable[str] = ()) -> Token:
        """An access token, new or kept.

        Args:
            scopes: what it must open, as ``graph:query``; nothing means all that the party may hold.
            licences: IRIs of the licences it must be bound to. Queries under a licence need a token that names it.

        Raises:
            TokenRefusedError: The server refused; ``reason`` is its code.
            ClientError: The gateway could not be asked.
        """
        _, source = self._open()
        return await source.token(scopes, licences)

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        licences: Iterable[str] = (),
        token: Token | None = None,
    ) -> Answer:
        """Run one GraphQL operation.

        Args:
            query: the document; it must hold one operation.
            variables: of the operation.
            licences: IRIs that the token must be bound to.
            token: to be used as it is, good or not; without one, a fitting one is got or kept.

        Returns:
            Data and errors, as they came. ``require`` gives the data of an answer without errors.

        Raises:
            TokenRefusedError: No token could be got.
            ClientError: The gateway could not be asked, or did not answer as a gateway.
        """
        transport, source = self._open()
        chosen = token or await source.token((), licences)
        body: dict[str, Any] = {"query": query}
        if variables is not None:
            body["variables"] = variables
        reply = await transport.post(
            _PATH,
            orjson.dumps(body),
            {"Content-Type": "application/json", "Accept": _ACCEPT, "Authorization": chosen.authorization},
        )
        content = reply.content
        data, errors = content.get("data"), content.get("errors") or []
        formed = (data is None or isinstance(data, dict)) and isinstance(errors, list)
        if not formed or ("data" not in content and not errors) or not all(isinstance(each, dict) for each in errors):
            raise GatewayAnswerError(transport.base_url + _PATH, reply.status, "the answer is no GraphQL response")
        return Answer(
            status=reply.status,
            data=data,
            errors=tuple(errors),
            extensions=content.get("extensions") or {},
        )

    async def pages(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        field: str,
        licences: Iterable[str] = (),
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Run a query for one page after the other, and give the connection of each.

        Args:
            query: declares ``$after: String``, passes it on, and selects ``pageInfo { hasNextPage endCursor }``.
            variables: the others; ``after`` of them is where to begin.
            field: response key of the connection, at the top of the answer.
            licences: IRIs that the token must be bound to.

        Raises:
            OperationFailedError: A page came with errors.
            PagingStuckError: The cursors do not go on.
            ClientError: The gateway could not be asked.

        Example:
            >>> async def values(client, query, licence):
            ...     async for page in client.pages(query, {"licences": [licence]}, field="ratings", licences=[licence]):
            ...         for node in page["nodes"]:
            ...             yield node["value"]
        """
        named = tuple(licences)
        position = dict(variables or {})
        seen: set[str] = set()
        while True:
            data = (await self.execute(query, position, licences=named)).require()
            connection = data.get(field)
            if not isinstance(connection, dict):
                raise PagingStuckError(field, position.get("after"))
            yield connection
            info = connection.get("pageInfo") or {}
            if not info.get("hasNextPage"):
                return
            cursor = info.get("endCursor")
            if not isinstance(cursor, str) or cursor in seen:
                raise PagingStuckError(field, cursor)
            seen.add(cursor)
            position["after"] = cursor

    async def pull(
        self,
        delivery: str,
        folder: Path,
        *,
        public_jwk: Mapping[str, Any] | None = None,
        told: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Pulled:
        """Fetch a package into a folder, verify it, sign for it; see ``gateway.client.pulling``.

        Args:
            delivery: IRI.
            folder: made when it is not there; an earlier, broken download in it is gone on with.
            public_jwk: the gateway's key as learnt beforehand; without it the one in the package.
            told: is told bytes that are here, and bytes of the whole.

        Raises:
            ClientError: It did not arrive, or is not what was sealed.
        """
        transport, _ = self._open()
        return await pull(self, transport, self._key, delivery, folder, public_jwk=public_jwk, told=told)

    async def export_audit(self, about: str, *, direction: str = "BACKWARD") -> Mapping[str, Any]:
        """What a thing rests on, or what rests on it, with every proof; see ``gateway.client.audits``.

        Args:
            about: IRI to begin at.
            direction: ``BACKWARD`` or ``FORWARD``.

        Raises:
            ThingUnknownError: The graph has no such thing that this client may see.
            ClientError: The gateway could not be asked.

        Example:
            >>> async def saved(client, run, path):
            ...     path.write_text(json.dumps(await client.export_audit(run)))
        """
        transport, _ = self._open()
        journal = (await transport.get(_JOURNAL)).content
        return await export_audit(self, journal, about, direction)

    def forget_tokens(self) -> None:
        """Drop the kept tokens, so that the next one names the present versions of its licences."""
        if self._opened is not None:
            self._opened[1].forget()

    def verify_agreement(self, odrl: bytes | Mapping[str, object], stated: str) -> Policy:
        """Read a policy and compare it with its stated hash; see ``gateway.client.agreements``.

        Raises:
            AgreementAlteredError: The policy has another hash.
        """
        return verify_agreement(odrl, stated)

    def sign_agreement(self, agreement: str, odrl: bytes | Mapping[str, object], stated: str) -> str:
        """Sign an agreement with this client's key, after reading it.

        Raises:
            AgreementAlteredError: It is not what its IRI and hash state. Nothing was signed.
        """
        return sign_agreement(self._key, agreement, odrl, stated)

    def sign_delegation(self, dataset: str, bounds: bytes | Mapping[str, object], stated: str, key_id: str) -> str:
        """Let a gateway-held key sign within ``bounds``, after reading them.

        Raises:
            AgreementAlteredError: The bounds are not what their hash states. Nothing was signed.
        """
        return sign_delegation(self._key, dataset, bounds, stated, key_id)

    def sign_duty(self, duty: str, statement: str) -> str:
        """Say that a duty is fulfilled: sign its statement, after reading it.

        Raises:
            StatementOtherError: It is the statement of another duty. Nothing was signed.
        """
        return sign_duty(self._key, duty, statement)

    @staticmethod
    def verify_proof(
        proof: Mapping[str, Any],
        *,
        origin: str,
        public_jwk: Mapping[str, Any],
        receipt: Mapping[str, Any] | None = None,
    ) -> ProvenEvent:
        """Check offline that an event is in the journal; see ``gateway.client.proofs``.

        Raises:
            ProofInvalidError: It is not shown.
        """
        return verify_proof(proof, origin=origin, public_jwk=public_jwk, receipt=receipt)

    def _open(self) -> tuple[Transport, TokenSource]:
        if self._opened is None:
            transport = Transport(self._base_url, timeout_s=self._timeout_s, max_bytes=self._max_bytes)
            self._opened = (transport, TokenSource(transport, client_id=self._client_id, key=self._key))
        return self._opened
