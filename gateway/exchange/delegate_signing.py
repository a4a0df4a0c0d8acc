"""Let the gateway sign for an owner, within bounds that the owner signed: prepare the key, then delegate to it."""

import asyncio

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import Draft, recorded_once, require_same, the
from gateway.exchange.commands import DelegateSigning, PrepareSigningKey
from gateway.exchange.errors import SignatureRefusedError, SigningKeyUnknownError
from gateway.exchange.own_dataset import own_dataset, placement
from gateway.exchange.policy_documents import policy_document
from gateway.exchange.policy_input import policy_from
from gateway.exchange.ports import Ports
from gateway.exchange.presented import policy_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.registered_keys import registered_key
from gateway.exchange.roles import OWNERS, require_kind
from gateway.exchange.views import PreparedKeyView
from graph.errors import SignatureInvalidError
from graph.journal.events import SigningDelegated
from graph.journal.guards import ExpectedVersion
from graph.signing import DELEGATION_TYP, verify
from policies.canonical import policy_hash
from policies.model import Policy


async def prepare_signing_key(ports: Ports, principal: Principal, command: PrepareSigningKey) -> PreparedKeyView:
    """Make the key for one of the caller's datasets, and the bounds as a document to sign. Nothing is delegated yet.

    The bounds are an offer: what a request may ask for at most, and pay at least. They stay private.

    Raises:
        ScopeMissingError: Without ``licence:decide``.
        RoleNotAllowedError: The caller is no owner.
        NotFoundError: No dataset of the caller's has this IRI.
        PolicyMisplacedError: The bounds are about another dataset or another owner.
        PolicyError: The bounds make no valid policy.
    """
    principal.require(Scope.LICENCE_DECIDE)
    require_kind(principal, OWNERS, "delegate signing")

    def bounds(reading: Reading) -> Policy:
        return policy_from(command.bounds, placement(ports, reading, own_dataset(reading, command.dataset)), reading)

    policy = await read(ports, principal, bounds)
    key = await asyncio.to_thread(ports.keys.held, principal.party, command.dataset)
    return PreparedKeyView(key_id=key.thumbprint, bounds=policy_view(policy, policy_hash(policy)))


async def delegate_signing(ports: Ports, principal: Principal, command: DelegateSigning) -> str:
    """Delegate to the prepared key: from now on requests within the bounds are accepted and signed at once.

    Returns:
        The id of the key.

    Raises:
        ScopeMissingError: Without ``licence:decide``.
        RoleNotAllowedError: The caller is no owner.
        NotFoundError: No dataset of the caller's has this IRI.
        PolicyMisplacedError: The bounds are about another dataset or another owner.
        PolicyError: The bounds make no valid policy.
        SigningKeyUnknownError: No such key was prepared for the dataset.
        SignatureRefusedError: It does not verify with the caller's registered key, or covers something else.
        VersionConflictError: The dataset's terms changed meanwhile.
    """
    principal.require(Scope.LICENCE_DECIDE)
    require_kind(principal, OWNERS, "delegate signing")
    recorded = await recorded_once(ports, principal, command, lambda reading: _delegated(ports, reading, command))
    delegated = the(recorded, SigningDelegated, command)
    require_same(command.dataset, delegated.dataset, command)
    return delegated.key


def _delegated(ports: Ports, reading: Reading, command: DelegateSigning) -> Draft:
    owner = reading.reader
    dataset = own_dataset(reading, command.dataset)
    bounds = policy_from(command.bounds, placement(ports, reading, dataset), reading)
    digest = policy_hash(bounds)
    key = ports.keys.find(owner.party, dataset.dataset)
    if key is None or key.thumbprint != command.key_id:
        raise SigningKeyUnknownError(dataset.dataset, command.key_id)
    try:
        payload = verify(command.signature, registered_key(ports, owner), typ=DELEGATION_TYP)
    except SignatureInvalidError as error:
        raise SignatureRefusedError(digest, error.message) from error
    if payload != {"bounds": digest, "dataset": dataset.dataset, "key": key.thumbprint}:
        raise SignatureRefusedError(digest, "it covers other bounds, another dataset or another key")
    delegated = SigningDelegated(
        owner=owner.party,
        dataset=dataset.dataset,
        bounds=digest,
        key=key.thumbprint,
        signature=command.signature,
    )
    return Draft(
        events=(delegated,),
        expected=(ExpectedVersion(stream=dataset.dataset, version=dataset.version),),
        documents=(policy_document(bounds),),
    )
