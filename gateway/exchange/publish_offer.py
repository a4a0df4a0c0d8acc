"""Offer a dataset under terms."""

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import Draft, recorded_once, require_same, the
from gateway.exchange.commands import PublishOffer
from gateway.exchange.existing import existing_offer
from gateway.exchange.own_dataset import own_dataset, placement
from gateway.exchange.platform_terms import require_uses
from gateway.exchange.policy_documents import policy_document
from gateway.exchange.policy_input import policy_from
from gateway.exchange.ports import Ports
from gateway.exchange.presented import offer_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.roles import OWNERS, require_kind
from gateway.exchange.views import OfferView
from graph.journal.events import OfferPublished
from graph.journal.guards import ExpectedVersion
from policies.canonical import policy_hash


async def publish_offer(ports: Ports, principal: Principal, command: PublishOffer) -> OfferView:
    """Offer one's own dataset under terms; a newer offer takes the place of an older one for the same use.

    Raises:
        ScopeMissingError: Without ``licence:decide``.
        RoleNotAllowedError: The caller is no owner.
        NotFoundError: No dataset of the caller's has this IRI.
        PolicyMisplacedError: The policy is about another dataset or another owner.
        PolicyError: The terms make no valid policy.
        PlatformTermsUndecidedError: The platform's own terms leave the use open.
        PlatformTermsForbidError: The platform's own terms forbid the use.
        VersionConflictError: The dataset's terms changed meanwhile.
    """
    principal.require(Scope.LICENCE_DECIDE)
    require_kind(principal, OWNERS, "offer datasets")
    recorded = await recorded_once(ports, principal, command, lambda reading: _offered(ports, reading, command))
    published = the(recorded, OfferPublished, command)
    require_same(command.dataset, published.dataset, command)
    return await read(ports, principal, lambda reading: _offer_view(reading, published.offer))


def _offered(ports: Ports, reading: Reading, command: PublishOffer) -> Draft:
    dataset = own_dataset(reading, command.dataset)
    policy = policy_from(command.policy, placement(ports, reading, dataset), reading)
    require_uses(reading, dataset, policy)
    published = OfferPublished(
        offer=ports.ids.new("offer"),
        dataset=dataset.dataset,
        assigner=dataset.licensor,
        policy=policy_hash(policy),
    )
    return Draft(
        events=(published,),
        expected=(ExpectedVersion(stream=dataset.dataset, version=dataset.version),),
        documents=(policy_document(policy),),
    )


def _offer_view(reading: Reading, offer: str) -> OfferView:
    row = existing_offer(reading, offer)
    return offer_view(row, reading.policy(row.policy))
