"""Datasets and offers in the catalogue: whose they are, what they say, what they never show."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.kinds import Kind
from connectors.spi import AiUse
from gateway.auth.errors import ScopeMissingError
from gateway.auth.scopes import Scope
from gateway.exchange import commands, discover
from gateway.exchange.errors import (
    DatasetExistsError,
    InputInvalidError,
    NotFoundError,
    PlatformNotYoursError,
    PolicyMisplacedError,
    RoleNotAllowedError,
    VersionConflictError,
)
from gateway.exchange.publish_dataset import publish_dataset
from gateway.exchange.publish_offer import publish_offer
from graph.journal.events import DatasetPublished, OfferPublished, PartyKind, RowScope
from policies.errors import PolicyError
from policies.terms import Rate
from policies.vocabulary import EVALUATE, Iri
from tests.testkit.licensing import COLUMNS, CONSENT, INTEREST, TERMS, Market, a_collection


@pytest.mark.requirement("R19")
async def test_the_catalogue_shows_terms_schema_and_counts(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)

    (view,) = (await discover.catalogue(market.ports, developer.principal, first=10)).items

    assert view.dataset == dataset
    assert view == await discover.dataset(market.ports, developer.principal, dataset)
    assert (view.kind, view.platform, view.licensor.party) == (Kind.RATING, "bazaar", owner.party)
    assert (view.row_count, view.title, view.lawful_basis) == (5, "Ratings", INTEREST)
    assert {each.column.name: each.completeness for each in view.columns} == dict.fromkeys(COLUMNS, 0.5)
    assert view.platform_terms.ai_use is AiUse.ALLOWED
    (offer,) = view.offers
    assert offer.policy.odrl["@type"] == "Offer"
    assert offer.policy.summary
    assert offer == await discover.offer(market.ports, developer.principal, offer.offer)


async def test_the_catalogue_comes_in_pages_and_by_kind(market: Market) -> None:
    await market.owner("bazaar", a_collection())
    owner = await market.owner(
        "grid", a_collection(), a_collection("scores", kind=Kind.REPUTATION_SCORE, columns=("subject", "value"))
    )
    first, second = await market.publish(owner, "grid"), await market.publish(owner, "grid", collection="scores")
    reader = owner.principal

    page = await discover.catalogue(market.ports, reader, first=1)
    rest = await discover.catalogue(market.ports, reader, first=1, after=first)
    scores = await discover.catalogue(market.ports, reader, first=9, kind=Kind.REPUTATION_SCORE)

    assert ([each.dataset for each in page.items], page.has_next) == ([first], True)
    assert ([each.dataset for each in rest.items], rest.has_next) == ([second], False)
    assert [each.dataset for each in scores.items] == [second]


async def test_what_is_not_there_is_not_found(market: Market) -> None:
    reader = (await market.developer()).principal

    for look in (
        discover.catalogue(market.ports, reader, first=1, after="urn:x"),
        discover.dataset(market.ports, reader, "urn:x"),
        discover.offer(market.ports, reader, "urn:x"),
    ):
        with pytest.raises(NotFoundError):
            await look


async def test_the_catalogue_needs_a_scope(market: Market) -> None:
    reader = (await market.developer()).without(Scope.GRAPH_QUERY)

    for look in (
        discover.catalogue(market.ports, reader, first=1),
        discover.dataset(market.ports, reader, "urn:x"),
        discover.offer(market.ports, reader, "urn:x"),
    ):
        with pytest.raises(ScopeMissingError):
            await look


async def test_a_person_publishes_her_own_rows(market: Market) -> None:
    await market.owner()
    dora = await market.join(PartyKind.AVATAR_OWNER, platform="bazaar", account="dora")

    dataset = await market.publish(dora, rows=RowScope.OWN, account="dora")

    (published,) = await market.events(DatasetPublished)
    assert isinstance(published, DatasetPublished)
    assert published.dataset == dataset
    assert published.licensor_subject
    assert "dora" not in repr(published)
    assert market.sources.profiled[-1] == ("bazaar", "ratings", "dora")


async def test_nobody_publishes_what_is_not_theirs(market: Market) -> None:
    await market.owner()
    dora = await market.join(PartyKind.AVATAR_OWNER, platform="bazaar", account="dora")
    forum = await market.owner("forum")

    for member, changes in (
        (dora, {}),
        (dora, {"rows": RowScope.OWN, "account": "eve"}),
        (forum, {}),
        (forum, {"rows": RowScope.OWN, "account": "dora"}),
    ):
        with pytest.raises(PlatformNotYoursError):
            await market.publish(member, **changes)
    assert await market.events(DatasetPublished) == []


async def test_another_licensor_cannot_publish_the_same_rows(market: Market) -> None:
    owner = await market.owner()
    rival = await market.join(PartyKind.BUSINESS, platform="bazaar")
    dataset = await market.publish(owner)

    with pytest.raises(DatasetExistsError) as refused:
        await market.publish(rival)

    assert refused.value.dataset == dataset


async def test_of_two_who_publish_the_same_rows_at_once_one_wins(market: Market) -> None:
    owner = await market.owner()
    rival = await market.join(PartyKind.BUSINESS, platform="bazaar")
    racing = market.racing(lambda: market.publish(owner))
    command = commands.PublishDataset(
        source="bazaar", collection="ratings", rows=RowScope.ALL, lawful_basis=INTEREST, sensitive=False
    )

    with pytest.raises(VersionConflictError):
        await publish_dataset(racing, rival.principal, command)

    (published,) = await market.events(DatasetPublished)
    assert isinstance(published, DatasetPublished)
    assert published.licensor == owner.party
    with pytest.raises(DatasetExistsError):
        await publish_dataset(market.ports, rival.principal, command)


async def test_publishing_again_counts_anew(market: Market) -> None:
    owner = await market.owner()
    dataset = await market.offered(owner)
    market.sources.rows = 9

    again = await market.publish(owner)

    assert again == dataset
    view = await discover.dataset(market.ports, owner.principal, dataset)
    assert view.row_count == 9
    assert len(view.offers) == 1


async def test_a_published_dataset_stays_as_sensitive_as_it_is(market: Market) -> None:
    owner = await market.owner()
    await market.publish(owner)

    with pytest.raises(InputInvalidError) as refused:
        await market.publish(owner, sensitive=True)

    assert refused.value.field == "sensitive"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lawful_basis": "https://w3id.org/dpv#Nothing"}, "lawfulBasis"),
        ({"rows": RowScope.OWN}, "account"),
        ({"account": "ann"}, "account"),
        ({"collection": "places"}, "collection"),
    ],
)
async def test_a_publication_is_complete(market: Market, changes: dict[str, Any], field: str) -> None:
    owner = await market.owner("bazaar", a_collection(), a_collection("places", columns=("value",)))

    with pytest.raises(InputInvalidError) as refused:
        await market.publish(owner, **changes)

    assert refused.value.field == field


async def test_a_collection_must_name_everybody_whom_a_record_is_about(market: Market) -> None:
    columns = ("record_id", "platform", "rater", "value")
    owner = await market.owner("bazaar", a_collection(columns=columns))

    with pytest.raises(InputInvalidError) as refused:
        await market.publish(owner)

    assert "`rated`" in refused.value.message
    assert await market.events(DatasetPublished) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"rows": RowScope.OWN, "account": "ann"}, "rows"), ({"lawful_basis": CONSENT}, "lawfulBasis")],
)
async def test_records_that_nobody_is_in_are_nobodys_own_and_need_nobodys_consent(
    market: Market, changes: dict[str, Any], field: str
) -> None:
    samples = a_collection("samples", kind=Kind.TELEMETRY_SAMPLE, columns=("record_id", "metric", "value"))
    provider = await market.owner("grid", samples)
    person = await market.join(PartyKind.CONTENT_CREATOR, platform="grid", account="ann")

    with pytest.raises(InputInvalidError) as refused:
        await market.publish(person if "account" in changes else provider, "grid", collection="samples", **changes)

    assert refused.value.field == field
    assert await market.events(DatasetPublished) == []


async def test_a_source_or_collection_nobody_has_is_not_found(market: Market) -> None:
    owner = await market.owner()

    for changes in ({"source": "nowhere"}, {"collection": "nothing"}):
        with pytest.raises(NotFoundError):
            await market.publish(owner, **{"source": "bazaar", **changes})


async def test_only_owners_publish(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.publish(owner)
    every = frozenset(Scope)
    disguised = replace(developer, principal=replace(developer.principal, scopes=every))

    with pytest.raises(ScopeMissingError):
        await market.publish(developer)
    with pytest.raises(RoleNotAllowedError):
        await market.publish(disguised)
    with pytest.raises(ScopeMissingError):
        await market.offer(developer, dataset)
    with pytest.raises(RoleNotAllowedError):
        await market.offer(disguised, dataset)
    with pytest.raises(RoleNotAllowedError):
        await market.delegate(disguised, dataset)


async def test_nobody_offers_another_s_dataset(market: Market) -> None:
    owner, other = await market.owner(), await market.owner("forum")
    dataset = await market.publish(owner)

    with pytest.raises(NotFoundError):
        await market.offer(other, dataset)


async def test_a_newer_offer_takes_the_place_of_an_older_one_for_the_same_use(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    evaluation = await market.offer(owner, dataset, replace(TERMS, action=EVALUATE))
    dearer = await market.offer(owner, dataset, replace(TERMS, price=Rate(amount_micro=9, currency="EUR")))

    view = await discover.dataset(market.ports, developer.principal, dataset)

    assert [offer.offer for offer in view.offers] == [dearer, evaluation]


async def test_an_offer_names_columns_that_the_dataset_has(market: Market) -> None:
    owner = await market.owner()
    dataset = await market.publish(owner)

    with pytest.raises(PolicyError):
        await market.offer(owner, dataset, replace(TERMS, columns=frozenset({"metric"})))

    assert await market.events(OfferPublished) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"columns": frozenset()}, "terms.columns"),
        ({"purposes": frozenset()}, "terms.purposes"),
        ({"days": 0}, "terms.days"),
        ({"days": 2_147_483_647}, "terms.days"),
    ],
)
async def test_flat_terms_never_mean_everything_by_saying_nothing(
    market: Market, changes: dict[str, Any], field: str
) -> None:
    owner = await market.owner()
    dataset = await market.publish(owner)

    with pytest.raises(InputInvalidError) as refused:
        await market.offer(owner, dataset, replace(TERMS, **changes))

    assert refused.value.field == field


@pytest.mark.parametrize(
    "changes",
    [
        {"price": Rate(amount_micro=-1, currency="EUR")},
        {"price": Rate(amount_micro=1, currency="XXXX")},
        {"max_records": 0},
        {"purposes": frozenset({Iri("urn:unknown")})},
        {"places": frozenset({Iri("nowhere")})},
    ],
)
async def test_terms_that_cannot_be_enforced_are_refused(market: Market, changes: dict[str, Any]) -> None:
    owner = await market.owner()
    dataset = await market.publish(owner)

    with pytest.raises(PolicyError):
        await market.offer(owner, dataset, replace(TERMS, **changes))

    assert await market.events(OfferPublished) == []


async def test_a_document_may_leave_out_what_its_place_says(market: Market) -> None:
    owner = await market.owner()
    dataset = await market.publish(owner)
    document = {
        "permission": {
            "@type": "Permission",
            "action": "rep:evaluate",
            "constraint": [
                {
                    "@type": "Constraint",
                    "leftOperand": "purpose",
                    "operator": "isA",
                    "rightOperand": {"@id": "https://w3id.org/dpv#ResearchAndDevelopment"},
                }
            ],
        },
        "prohibition": [{"@type": "Prohibition", "action": "odrl:sell"}],
    }

    view = await publish_offer(market.ports, owner.principal, commands.PublishOffer(dataset=dataset, policy=document))

    policy = await market.policy(view.policy.hash)
    assert (policy.assigner, policy.target) == (owner.party, dataset)
    assert len(policy.rules) == 2


@pytest.mark.parametrize(
    ("part", "changes"),
    [("target", {"target": "urn:muniment:dataset:other"}), ("assigner", {"assigner": "urn:muniment:party:other"})],
)
async def test_a_document_about_something_else_is_refused(
    market: Market, part: str, changes: dict[str, object]
) -> None:
    owner = await market.owner()
    dataset = await market.publish(owner)
    rule = {"@type": "Permission", "uid": "urn:x:p", "action": "rep:evaluate", **changes}

    with pytest.raises(PolicyMisplacedError) as refused:
        await publish_offer(
            market.ports,
            owner.principal,
            commands.PublishOffer(dataset=dataset, policy={"uid": "urn:x", "permission": [rule]}),
        )

    assert refused.value.part == part


@pytest.mark.parametrize("rules", ["no rule", ["no rule"], 7, None])
async def test_a_document_that_is_no_policy_is_refused(market: Market, rules: object) -> None:
    owner = await market.owner()
    dataset = await market.publish(owner)

    with pytest.raises(PolicyError):
        await publish_offer(
            market.ports,
            owner.principal,
            commands.PublishOffer(dataset=dataset, policy={"@id": "urn:x", "permission": rules}),
        )


async def test_of_two_offers_at_once_one_gets_a_conflict(market: Market) -> None:
    owner = await market.owner()
    dataset = await market.publish(owner)
    racing = market.racing(lambda: market.offer(owner, dataset))

    with pytest.raises(VersionConflictError):
        await publish_offer(racing, owner.principal, commands.PublishOffer(dataset=dataset, policy=TERMS))

    assert len(await market.events(OfferPublished)) == 1
