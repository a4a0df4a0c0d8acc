"""Every kind of owner: what it has is connected, offered and licensed by itself, and read under that licence alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.kinds import PROFILING, Kind
from connectors.platforms.memory import MemoryTable
from gateway.auth.scopes import SCOPES_OF, Scope
from gateway.exchange import commands, discover
from gateway.exchange.consents import record_consents, withdraw_consent
from gateway.exchange.errors import PlatformNotYoursError, RoleNotAllowedError
from gateway.exchange.publish_offer import publish_offer
from gateway.exchange.read.model import DATASET, ReadResult, SourceStatus
from gateway.exchange.roles import OWNERS
from gateway.exchange.views import NegotiationView
from graph.journal.events import DatasetPublished, LicenceRequested, PartyKind, RowScope
from policies.model import ColumnMode
from policies.terms import Terms
from policies.vocabulary import DPV, FINE_TUNE
from tests.testkit.licensing import ACADEMIC, CONSENT, RESEARCH, Member
from tests.testkit.reading import table
from tests.testkit.whole import World, a_constraint, a_permission, a_world, licence_of

MORNING = datetime(2026, 3, 14, 9, tzinfo=UTC)
TERMS_OF_ALL = """{ catalogue { nodes { id licensor { id kind }
  offers { id policy { hash odrl summary } } } } }"""


def records(kind: Kind, /, **columns: Sequence[Any]) -> MemoryTable:
    """Records of a kind, with ids."""
    (length,) = {len(values) for values in columns.values()}
    ids = [f"{kind.lower()}-{number}" for number in range(length)]
    return MemoryTable(kind=kind, rows=table(kind, {"record_id": ids, **columns}))


def values(result: ReadResult, column: str) -> list[Any]:
    found: list[Any] = result.rows[column].to_pylist()
    return found


def refusal(result: ReadResult) -> str:
    """Why a read of one dataset was refused; no row came with it."""
    (report,) = result.sources
    assert report.status is SourceStatus.REFUSED
    assert report.problem is not None
    assert result.rows.num_rows == 0
    return report.problem.code


def free(*columns: str) -> Terms:
    return Terms(action=FINE_TUNE, purposes=frozenset({RESEARCH}), columns=frozenset(columns))


async def licensed_by_itself(
    world: World, owner: Member, developer: Member, source: str, wanted: Mapping[str, tuple[str, ...]], **changes: Any
) -> dict[str, NegotiationView]:
    """License columns of several collections of different kinds, each by itself: none gives anything of another."""
    views = {}
    for collection, columns in wanted.items():
        dataset = await world.market.offered(owner, source, free(*columns), collection=collection, **changes)
        views[collection] = await world.agreed(owner, developer, dataset, columns)
    for name, view in views.items():
        for other, foreign in views.items():
            given = await world.rows(developer, view, wanted[other], kind=foreign.dataset.kind)
            assert set(values(given, DATASET)) == ({view.dataset.dataset} if name == other else set()), (name, other)
    return views


@pytest.mark.requirement("R3")
async def test_terms_can_be_read_by_everybody_who_may_browse_before_anybody_asked(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        owner = await world.speaker("bazaar")
        dataset = await world.market.offered(owner)
        readers = [await world.market.join(kind) for kind in PartyKind if kind is not PartyKind.DATA_SUBJECT]
        readers.append(await world.market.join(PartyKind.DATA_SUBJECT, platform="bazaar", account="ann"))
        app = world.over(*readers)

        shown = [(await app.query(TERMS_OF_ALL, token=each.party)).json() for each in readers]

        (first,) = shown[0]["data"]["catalogue"]["nodes"]
        (offer,) = first["offers"]
        assert {each.principal.kind for each in readers} == set(PartyKind)
        assert all(Scope.GRAPH_QUERY in SCOPES_OF[kind] for kind in PartyKind)
        assert all(each == shown[0] for each in shown)
        assert (first["id"], first["licensor"]) == (dataset, {"id": owner.party, "kind": owner.principal.kind.name})
        assert {rule["assigner"] for rule in offer["policy"]["odrl"]["permission"]} == {owner.party}
        assert any("research" in sentence for sentence in offer["policy"]["summary"])
        assert await world.market.events(LicenceRequested) == []


@pytest.mark.requirement("R3")
@pytest.mark.parametrize("kind", sorted(PartyKind))
async def test_what_nobody_owns_cannot_be_published(tmp_path: Path, kind: PartyKind) -> None:
    """Nobody speaks for the platform, and nobody is the person whose rows they would be."""
    platforms = {"bazaar": {"habits": records(Kind.INTERACTION, actor=["ann"], verb=["dance"])}}
    async with a_world(tmp_path, platforms) as world:
        elsewhere = {"platform": "forum", "account": "ann"} if kind is PartyKind.DATA_SUBJECT else {}
        somebody = await world.market.join(kind, **elsewhere)

        for changes in ({}, {"rows": RowScope.OWN, "account": "ann"}):
            with pytest.raises((PlatformNotYoursError, RoleNotAllowedError)) as refused:
                await world.market.publish(everything(somebody), "bazaar", collection="habits", **changes)
            assert isinstance(refused.value, PlatformNotYoursError) is (kind in OWNERS)

        assert await world.market.events(DatasetPublished) == []


def everything(member: Member) -> Member:
    """The member with a token for all scopes, so that who it is decides."""
    return Member(principal=replace(member.principal, scopes=frozenset(Scope)), key=member.key)


AVATAR = {
    "looks": records(Kind.PROFILE, subject=["dora", "ann"], appearance=["tall, red cloak", "small, blue hat"]),
    "habits": records(
        Kind.PREFERENCE,
        subject=["dora", "ann"],
        topic=["comes at night", "builds"],
        source=["observed", "observed"],
        derived=[True, True],
    ),
    "encounters": records(Kind.INTERACTION, actor=["dora", "ann", "dora"], verb=["dance", "trade", "greet"]),
}


@pytest.mark.requirement("R10")
async def test_an_avatars_looks_habits_and_encounters_are_licensed_each_by_itself(tmp_path: Path) -> None:
    async with a_world(tmp_path, {"grid": AVATAR}) as world:
        dora = await world.market.join(PartyKind.AVATAR_OWNER, platform="grid", account="dora")
        developer = await world.market.developer()
        wanted = {"looks": ("appearance",), "habits": ("topic", "source"), "encounters": ("verb",)}
        own: dict[str, Any] = {"rows": RowScope.OWN, "account": "dora"}

        views = await licensed_by_itself(world, dora, developer, "grid", wanted, **own)

        looks = await world.rows(developer, views["looks"], ("appearance",))
        habits = await world.rows(developer, views["habits"], ("topic",))
        encounters = await world.rows(developer, views["encounters"], ("verb",))
        assert values(looks, "appearance") == ["tall, red cloak"]
        assert values(habits, "topic") == ["comes at night"]
        assert values(encounters, "verb") == ["dance", "greet"]


LICENCE_OF_ART = "https://creativecommons.org/licenses/by/4.0/"
WORKS = records(
    Kind.ASSET,
    owner=["eve", "eve", "eve", "ann"],
    creator=["eve", "eve", "eve", "ann"],
    asset_kind=["place", "item", "experience", "item"],
    name=["The island", "Blue horse", "Night walk", "A chair"],
    media_type=["model/gltf-binary", "image/png", "application/x-scene", "image/png"],
    created_at=[MORNING] * 4,
    licence_hint=[LICENCE_OF_ART, LICENCE_OF_ART, None, None],
)


@pytest.mark.requirement("R11")
async def test_works_go_with_their_facts_and_licences_from_the_connector_to_a_licence(tmp_path: Path) -> None:
    async with a_world(tmp_path, {"gallery": {"works": WORKS}}) as world:
        eve = await world.market.join(PartyKind.CONTENT_CREATOR, platform="gallery", account="eve")
        developer = await world.market.developer()
        facts = ("asset_kind", "name", "media_type", "created_at", "licence_hint")
        dataset = await world.market.offered(
            eve, "gallery", free(*facts), collection="works", rows=RowScope.OWN, account="eve"
        )
        (shown,) = (await discover.catalogue(world.market.ports, developer.principal, first=2)).items

        view = await world.agreed(eve, developer, dataset, facts)
        given = await world.rows(developer, view, facts)

        assert shown.kind is Kind.ASSET
        assert set(facts) <= {each.column.name for each in shown.columns}
        assert any("`licence_hint`" in sentence for sentence in shown.offers[0].policy.summary)
        assert values(given, "asset_kind") == ["place", "item", "experience"]
        assert values(given, "name") == ["The island", "Blue horse", "Night walk"]
        assert values(given, "media_type") == ["model/gltf-binary", "image/png", "application/x-scene"]
        assert values(given, "licence_hint") == [LICENCE_OF_ART, LICENCE_OF_ART, None]
        assert set(values(given, "created_at")) == {MORNING}


SHOP = {
    "visits": records(Kind.INTERACTION, actor=["ann", "bob", "cid"], verb=["look", "try", "look"]),
    "purchases": records(
        Kind.TRANSACTION,
        from_subject=["ann", "ann", "bob", "cid"],
        to_subject=["cid", "bob", "ann", "ann"],
        kind=["sale"] * 4,
        amount=[Decimal(5), Decimal(7), Decimal(9), Decimal(11)],
        currency=["EUR"] * 4,
    ),
    "conclusions": records(
        Kind.PREFERENCE,
        subject=["ann", "bob", "cid"],
        topic=["hats", "boats", "cloaks"],
        source=["inferred"] * 3,
        derived=[True] * 3,
        score=[Decimal(1), Decimal(2), Decimal(3)],
    ),
}


@pytest.mark.requirement("R12")
async def test_other_people_in_the_records_of_a_business_are_asked_for_consent_of_their_own(tmp_path: Path) -> None:
    """What customers did, bought, and what is concluded from it; of two people in a record both are asked."""
    async with a_world(tmp_path, {"shop": SHOP}) as world:
        shop = await world.speaker("shop", PartyKind.BUSINESS)
        cid = await world.market.join(PartyKind.DATA_SUBJECT, platform="shop", account="cid")
        developer = await world.market.developer()
        wanted = {"visits": ("verb",), "purchases": ("amount",), "conclusions": ("topic", "score")}
        views = {}
        for collection, columns in wanted.items():
            dataset = await world.market.offered(
                shop, "shop", free(*columns), collection=collection, lawful_basis=CONSENT
            )
            views[collection] = await world.agreed(shop, developer, dataset, columns)

        async def seen() -> tuple[list[Any], ...]:
            reads = {name: await world.rows(developer, view, wanted[name]) for name, view in views.items()}
            return (
                values(reads["visits"], "verb"),
                values(reads["purchases"], "amount"),
                values(reads["conclusions"], "topic"),
            )

        without = await seen()
        notice = commands.Notice(
            purposes=(RESEARCH,), categories=(DPV + "PersonalData",), text="We share what you do here."
        )
        given = commands.RecordConsents(platform="shop", notice=notice, accounts=("ann", "cid"))
        await record_consents(world.market.ports, shop.principal, given)
        consented = await seen()
        await withdraw_consent(world.market.ports, cid.principal, commands.WithdrawConsent())
        withdrawn = await seen()

        assert without == ([], [], [])
        assert consented == (["look", "look"], [5, 11], ["hats", "cloaks"])
        assert withdrawn == (["look"], [], ["hats"])


AUDIENCE = {
    "behaviour": records(Kind.INTERACTION, actor=["ann", "bob"], verb=["look", "skip"]),
    "tastes": records(
        Kind.PREFERENCE,
        subject=["ann", "bob", "cid"],
        topic=["hats", "boats", "cloaks"],
        source=["stated", "inferred", "inferred"],
        derived=[False, True, True],
        score=[Decimal(1), Decimal(2), Decimal(3)],
    ),
    "encounters": records(
        Kind.SOCIAL_EDGE, from_subject=["ann", "bob"], to_subject=["bob", "cid"], kind=["follow", "follow"]
    ),
}


@pytest.mark.requirement("R13")
async def test_an_advertisers_behaviour_preferences_and_interactions_are_licensed(tmp_path: Path) -> None:
    async with a_world(tmp_path, {"billboard": AUDIENCE}) as world:
        owner = await world.speaker("billboard", PartyKind.ADVERTISER)
        developer = await world.market.developer()
        wanted = {"behaviour": ("verb",), "tastes": ("topic",), "encounters": ("kind",)}

        views = await licensed_by_itself(world, owner, developer, "billboard", wanted)

        given = [values(await world.rows(developer, views[name], wanted[name]), wanted[name][0]) for name in wanted]
        assert given == [["look", "skip"], ["hats", "boats", "cloaks"], ["follow", "follow"]]


@pytest.mark.requirement("R13")
async def test_what_profiles_people_is_marked_and_a_term_lets_it_out_or_keeps_it_in(tmp_path: Path) -> None:
    async with a_world(tmp_path, {"billboard": AUDIENCE}) as world:
        owner = await world.speaker("billboard", PartyKind.ADVERTISER)
        both = ("topic", "score", "derived")

        async def under(condition: dict[str, Any], forbidden: dict[str, Any] | None = None) -> Reader:
            dataset = await world.market.publish(owner, "billboard", collection="tastes")
            target = {"@type": "AssetCollection", "source": dataset, "refinement": [condition]}
            document: dict[str, Any] = {"permission": [a_permission("rep:fineTune", RESEARCH, target=target)]}
            if forbidden is not None:
                kept = {"@type": "AssetCollection", "source": dataset, "refinement": [forbidden]}
                document["prohibition"] = [{"@type": "Prohibition", "action": "rep:fineTune", "target": kept}]
            command = commands.PublishOffer(dataset=dataset, policy=document)
            await publish_offer(world.market.ports, owner.principal, command)
            developer = await world.market.developer()
            return Reader(world, developer, await world.agreed(owner, developer, dataset, both))

        any_data = a_constraint("rep:dataCategory", "isA", DPV + "Data")
        profiling = a_constraint("rep:dataCategory", "isA", PROFILING)
        marked = await under(any_data)
        without = await under(any_data, profiling)
        only = await under(profiling)
        column = {
            "@type": "Constraint",
            "leftOperand": "rep:column",
            "rep:onColumn": "derived",
            "operator": "eq",
            "rightOperand": False,
        }
        stated = await under({**column})

        shown = {each.column.name: each.column.category for each in marked.view.dataset.columns}
        assert shown["score"] == PROFILING
        assert [name for name, category in shown.items() if category == PROFILING] == ["score"]
        assert [len(values(await marked.read(name), name)) for name in both] == [3, 3, 3]
        assert refusal(await without.read("topic", "score")) == "COLUMN_NOT_LICENSED"
        left = await without.read("topic", "score", mode=ColumnMode.OMIT)
        assert (values(left, "topic"), values(left, "score")) == (["hats", "boats", "cloaks"], [None] * 3)
        assert values(await only.read("score"), "score") == [1, 2, 3]
        assert refusal(await only.read("topic")) == "COLUMN_NOT_LICENSED"
        assert values(await stated.read("topic"), "topic") == ["hats"]


@dataclass(frozen=True, slots=True)
class Reader:
    """A developer with one licence."""

    world: World
    developer: Member
    view: NegotiationView

    async def read(self, *columns: str, **changes: Any) -> ReadResult:
        return await self.world.rows(self.developer, self.view, columns, **changes)


NETWORK = {
    "usage": records(
        Kind.TELEMETRY_SAMPLE,
        metric=["bytes out", "bytes out"],
        value=[Decimal(1200), Decimal(1500)],
        unit=["MB", "MB"],
        window_start=[MORNING, MORNING],
        window_end=[MORNING, MORNING],
        count=[60, 60],
        aggregate=[True, True],
    ),
    "telemetry": records(
        Kind.TELEMETRY_SAMPLE, metric=["frame time"], value=[Decimal(16)], unit=["ms"], place_ref=["region-1"]
    ),
}


@pytest.mark.requirement("R15")
async def test_network_usage_and_telemetry_are_offered_licensed_and_read_like_everything_else(tmp_path: Path) -> None:
    text = """query ($l: [ID!]!, $p: Iri!) { telemetrySamples(licences: $l, purpose: $p, onUnlicensed: OMIT) {
      nodes { metric value unit count aggregate placeRef } sources { status receipt { id } } } }"""
    async with a_world(tmp_path, {"network": NETWORK}) as world:
        provider = await world.speaker("network", PartyKind.INFRASTRUCTURE_PROVIDER)
        developer = await world.market.developer()
        wanted = {"usage": ("metric", "value", "unit", "count"), "telemetry": ("metric", "value", "place_ref")}
        views = {}
        for collection, columns in wanted.items():
            dataset = await world.market.offered(provider, "network", free(*columns), collection=collection)
            views[collection] = await world.agreed(provider, developer, dataset, columns)
        holder = world.holding(developer, *views.values())
        app = world.over(holders={"token": holder})

        answers = {
            name: (await app.query(text, {"l": [licence_of(view)], "p": ACADEMIC}, token="token")).json()
            for name, view in views.items()
        }

        usage, telemetry = (answers[name]["data"]["telemetrySamples"] for name in wanted)
        assert [(each["value"], each["unit"], each["count"]) for each in usage["nodes"]] == [
            ("1200", "MB", "60"),
            ("1500", "MB", "60"),
        ]
        assert [(each["metric"], each["value"], each["placeRef"]) for each in telemetry["nodes"]] == [
            ("frame time", "16", "region-1")
        ]
        assert {each["aggregate"] for each in usage["nodes"]} == {None}
        for answer in (usage, telemetry):
            assert [each["status"] for each in answer["sources"]] == ["OK"]
            assert answer["sources"][0]["receipt"] is not None
