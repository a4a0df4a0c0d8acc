"""How owners bring their datasets and offers into the catalogue: only what is missing there."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.demo.cast import Role
from gateway.demo.errors import UnexpectedAnswerError
from gateway.demo.publications import PUBLICATIONS, Publication
from gateway.demo.speak import mutate, mutate_refused, pages
from gateway.demo.story import Story, require
from gateway.demo.terms import ACTION

_REASON: Final = (
    "Members agreed to the licence of their posts and, beyond it, consented to this use one by one; names are "
    "replaced, the licence of each post travels with it, and attribution is a duty."
)


class Published:
    """What publishing comes to, in this run."""

    def __init__(self) -> None:
        self.new_datasets = 0
        self.new_offers = 0
        self.refused_before_decision: str | None = None
        """Code of the refusal of a contested offer; nothing when the decision stood already."""


async def catalogue(story: Story) -> Sequence[Mapping[str, Any]]:
    """Every dataset of the catalogue, as an owner sees it."""
    return await pages(story.cast.client(Role.GRID), "catalogue", "catalogue")


async def publish_datasets(story: Story, published: Published) -> None:
    """Publish what the catalogue does not have yet."""
    nodes = await catalogue(story)
    with story.narrator.progress("publishing datasets", len(PUBLICATIONS)) as advance:
        for each in PUBLICATIONS:
            iri = _found(story, each, nodes)
            if iri is None:
                iri = await _publish(story, each)
                published.new_datasets += 1
            story.learned.datasets[each.name] = iri
            advance(1)


async def publish_offers(story: Story, published: Published) -> None:
    """Offer what is not offered yet; contested platform terms are decided first, with a reason."""
    nodes = {node["id"]: node for node in await catalogue(story)}
    for each in PUBLICATIONS:
        iri = story.learned.datasets[each.name]
        if each.offer is None or nodes[iri]["offers"]:
            continue
        client = story.cast.client(each.role)
        if each.contested and not nodes[iri]["platformTerms"]["decided"]:
            await _decide(story, each, nodes[iri], published)
        await mutate(client, "publish_offer", f"demo:offer:{each.name}", dataset=iri, policy={"terms": each.offer})
        published.new_offers += 1
        if each.bounds is not None:
            await _delegate(story, each, iri)


def _found(story: Story, each: Publication, nodes: Sequence[Mapping[str, Any]]) -> str | None:
    owner = story.cast.party(each.role)
    for node in nodes:
        if (node["licensor"]["id"], node["kind"], node["rows"]) == (owner, each.kind, each.rows):
            return str(node["id"])
    return None


async def _publish(story: Story, each: Publication) -> str:
    own = {"account": story.platforms.avatar} if each.rows == "OWN" else {}
    payload = await mutate(
        story.cast.client(each.role),
        "publish_dataset",
        f"demo:dataset:{each.name}",
        source=each.source,
        collection=each.collection,
        rows=each.rows,
        lawfulBasis=each.lawful_basis,
        sensitive=each.sensitive,
        **own,
    )
    if payload["dataset"] is None:
        raise UnexpectedAnswerError(f"the dataset of {each.name} was not published")
    return str(payload["dataset"]["id"])


async def _decide(story: Story, each: Publication, node: Mapping[str, Any], published: Published) -> None:
    """The offer is refused while the platform's terms are contested; then the operator decides."""
    client, iri = story.cast.client(each.role), node["id"]
    refused = await mutate_refused(
        client, "publish_offer", f"demo:offer:{each.name}:too-early", dataset=iri, policy={"terms": each.offer}
    )
    require(refused.code == "PLATFORM_TERMS_UNDECIDED", "a contested use cannot be offered before it is decided")
    published.refused_before_decision = refused.code
    await mutate(
        client,
        "decide_platform_terms",
        f"demo:decision:{each.name}",
        dataset=iri,
        action=ACTION,
        allowed=True,
        reason=_REASON,
        source=node["platformTerms"]["source"],
    )


async def _delegate(story: Story, each: Publication, iri: str) -> None:
    """The owner signs the bounds within which the gateway's key may sign."""
    client = story.cast.client(each.role)
    prepared = await mutate(
        client, "prepare_signing_key", f"demo:key:{each.name}", dataset=iri, bounds={"terms": each.bounds}
    )
    bounds = prepared["bounds"]
    signature = client.sign_delegation(iri, bounds["odrl"], bounds["hash"], prepared["keyId"])
    await mutate(
        client,
        "delegate_signing",
        f"demo:delegation:{each.name}",
        dataset=iri,
        bounds=bounds["odrl"],
        keyId=prepared["keyId"],
        signature=signature,
    )
