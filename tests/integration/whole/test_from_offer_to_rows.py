"""From an owner's offer to the rows that leave: licensed by the use cases, read under the licence that came of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.kinds import Kind
from connectors.platforms.memory import MemoryTable
from gateway.exchange import commands
from gateway.exchange.publish_offer import publish_offer
from gateway.exchange.read.model import ReadResult, SourceStatus
from gateway.exchange.revoke import revoke_licence
from gateway.exchange.views import NegotiationView
from graph.journal.events import (
    AccessDenied,
    AccessRecorded,
    AgreementSigned,
    LicenceFinalised,
    LicenceRequested,
    OfferAccepted,
    TermReason,
)
from policies.model import Transform
from policies.terms import Terms
from policies.vocabulary import DROP, FINE_TUNE, PD, PSEUDONYMISE, TIME_UNITS, TRUNCATE_TIME
from tests.testkit.licensing import ACADEMIC, MARKETING, RESEARCH, TERMS, Member
from tests.testkit.reading import a_read, table
from tests.testkit.whole import World, a_constraint, a_permission, a_world, licence_of

REPUTATION = PD + "GeneralReputation"
IDENTIFYING = PD + "Identifying"
FREE = Terms(action=FINE_TUNE, purposes=frozenset({RESEARCH}), columns=frozenset({"rater", "rated", "value"}))
EVERYTHING = """query ($l: [ID!]!, $p: Iri!) {
  ratings(licences: $l, purpose: $p, onUnlicensed: OMIT) {
    nodes { id rater rated value sourceId recordId observedAt dataset licence }
    edges { cursor node { id } }
    pageInfo { endCursor }
    sources { source platform status rows problem { message } receipt { id seq leaf signature } }
  }
}"""
CATALOGUE = """{ catalogue { nodes {
  id kind title description source platform licensor { id kind } rows lawfulBasis rowCount sensitive
  completeness { column share } columns { name field type description sensitivity category }
  platformTerms { aiUse attribution source decided { allowed } } offers { id policy { hash odrl summary } } } } }"""


async def read(world: World, developer: Member, view: NegotiationView, **changes: Any) -> ReadResult:
    return await world.exchange.one(
        a_read(licence_of(view), **{"purpose": ACADEMIC, **changes}), world.holding(developer, view)
    )


async def assert_refused(world: World, result: ReadResult, code: str, reads: int) -> None:
    """Refused with the code, on record, with no row and no further call to the source."""
    (report,) = result.sources
    assert report.status is SourceStatus.REFUSED
    assert report.problem is not None
    assert report.problem.code == code
    assert result.rows.num_rows == 0
    assert len(world.exchange.sources.reads) == reads
    denied = await world.exchange.last()
    assert isinstance(denied, AccessDenied)
    assert (denied.code, denied.access) == (code, report.problem.decision)


@pytest.mark.requirement("R1")
@pytest.mark.parametrize(
    ("category", "inside", "outside"), [(REPUTATION, "value", "rater"), (IDENTIFYING, "rater", "value")]
)
async def test_a_licence_of_one_category_gives_no_column_of_another(
    tmp_path: Path, category: str, inside: str, outside: str
) -> None:
    async with a_world(tmp_path) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        dataset = await world.market.publish(owner)
        refined = {
            "@type": "AssetCollection",
            "source": dataset,
            "refinement": [a_constraint("rep:dataCategory", "isA", category)],
        }
        document = {"permission": [a_permission("rep:fineTune", RESEARCH, target=refined)]}
        await publish_offer(
            world.market.ports, owner.principal, commands.PublishOffer(dataset=dataset, policy=document)
        )
        asked = await world.market.ask_one(developer, dataset, columns=("rater", "value"), price=None)
        view = await both_sign(world, owner, developer, asked)

        permitted = await read(world, developer, view, columns=(inside,))
        refused = await read(world, developer, view, columns=(inside, outside))

        shown = {each.column.name: each.column.category for each in view.dataset.columns}
        assert (shown["value"], shown["rater"]) == (REPUTATION, IDENTIFYING)
        assert permitted.rows.num_rows == 4
        await assert_refused(world, refused, "COLUMN_NOT_LICENSED", reads=1)


async def both_sign(world: World, owner: Member, developer: Member, asked: NegotiationView) -> NegotiationView:
    accepted = await world.market.accept(owner, asked)
    await world.market.sign(owner, accepted)
    return await world.market.sign(developer, accepted)


def planted(*people: str) -> MemoryTable:
    """Ratings among people whose every identifier begins with `planted`."""
    rows = [(rater, rated) for rater in people for rated in people if rater != rated]
    columns: dict[str, Sequence[Any]] = {
        "record_id": [f"planted-record-{number}" for number, _ in enumerate(rows)],
        "source_id": [f"planted-key-{number}" for number, _ in enumerate(rows)],
        "observed_at": [datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC) for _ in rows],
        "rater": [f"planted-{rater}" for rater, _ in rows],
        "rated": [f"planted-{rated}" for _, rated in rows],
        "value": list(range(len(rows))),
    }
    return MemoryTable(kind=Kind.RATING, rows=table(Kind.RATING, columns))


@pytest.mark.requirement("R7")
async def test_of_identifiers_planted_at_the_source_none_is_delivered(tmp_path: Path) -> None:
    async with a_world(tmp_path, {"bazaar": {"ratings": planted("ann", "bob", "cid")}}) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        transforms = {
            "rater": Transform(term=PSEUDONYMISE),
            "rated": Transform(term=PSEUDONYMISE),
            "record_id": Transform(term=PSEUDONYMISE),
            "source_id": Transform(term=DROP),
            "observed_at": Transform(term=TRUNCATE_TIME, parameter=TIME_UNITS[4]),
        }
        names = ("record_id", "source_id", "observed_at", "rater", "rated", "value")
        terms = replace(FREE, columns=frozenset(names), transforms=transforms)
        dataset = await world.market.offered(owner, terms=terms)
        asked = await world.market.ask_one(developer, dataset, columns=names, price=None)
        view = await both_sign(world, owner, developer, asked)
        app = world.over(holders={"token": world.holding(developer, view)})

        answer = await app.query(EVERYTHING, {"l": [licence_of(view)], "p": ACADEMIC}, token="token")

        nodes = answer.json()["data"]["ratings"]["nodes"]
        assert "errors" not in answer.json()
        assert len(nodes) == 6
        assert len({node["rater"] for node in nodes}) == len({node["rated"] for node in nodes}) == 3
        assert {node["observedAt"] for node in nodes} == {"2026-03-01T00:00:00Z"}
        assert {node["sourceId"] for node in nodes} == {None}
        assert "planted" not in answer.text


@pytest.mark.requirement("R8")
async def test_after_the_owner_revoked_the_next_read_is_refused(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        view = await world.market.licensed(owner, developer, await world.market.offered(owner))
        before = await read(world, developer, view, columns=("rated", "value"))

        await revoke_licence(
            world.market.ports, owner.principal, commands.RevokeLicence(licence=licence_of(view), code="ENOUGH")
        )
        after = await read(world, developer, view, columns=("rated", "value"))

        assert before.rows.num_rows == 4
        await assert_refused(world, after, "LICENCE_TERMINATED", reads=1)


@pytest.mark.requirement("R19")
async def test_one_look_into_the_catalogue_shows_all_platforms_and_no_value(tmp_path: Path) -> None:
    platforms = {"bazaar": {"ratings": planted("ann", "bob")}, "forum": {"ratings": planted("cid", "dee", "eve")}}
    async with a_world(tmp_path, platforms) as world:
        developer = await world.market.developer()
        owners = {name: await world.speaker(name) for name in platforms}
        for name, owner in owners.items():
            await world.market.offered(owner, name, replace(TERMS, columns=frozenset({"rated", "value"})))

        answer = await world.over(developer).query(CATALOGUE, token=developer.party)

        shown = {each["platform"]: each for each in answer.json()["data"]["catalogue"]["nodes"]}
        assert "errors" not in answer.json()
        assert {name: each["licensor"]["id"] for name, each in shown.items()} == {
            name: owner.party for name, owner in owners.items()
        }
        assert {name: each["rowCount"] for name, each in shown.items()} == {"bazaar": 2, "forum": 6}
        for each in shown.values():
            assert {"rater", "rated", "value", "source_id"} <= {column["name"] for column in each["columns"]}
            (offer,) = each["offers"]
            assert offer["policy"]["odrl"]["@type"] == "Offer"
            assert any("`rated` or `value`" in sentence for sentence in offer["policy"]["summary"])
        assert "planted" not in answer.text
        assert "2026-03-14" not in answer.text


@pytest.mark.requirement("R54")
async def test_open_use_is_licensed_and_read_like_paid_use(tmp_path: Path) -> None:
    """Free of charge, for research, with attribution."""
    async with a_world(tmp_path) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        dataset = await world.market.offered(owner, terms=replace(FREE, attribution=True))
        asked = await world.market.ask_one(developer, dataset, price=None, max_records=None, days=None)
        view = await both_sign(world, owner, developer, asked)

        given = await read(world, developer, view, columns=("rated", "value"))
        refused = await read(world, developer, view, columns=("rated", "value"), purpose=MARKETING)

        (report,) = given.sources
        assert (given.rows.num_rows, report.price_micro) == (4, 0)
        assert report.receipt is not None
        assert view.licence is not None
        said = view.licence.agreement.policy.summary
        assert any(sentence.startswith("Owed afterwards") and "name the source" in sentence for sentence in said), said
        assert not any("pay" in sentence for sentence in said)
        await assert_refused(world, refused, "PURPOSE_NOT_LICENSED", reads=1)


@pytest.mark.requirement("R60")
async def test_inside_the_bounds_nobody_but_the_developer_acts_between_request_and_rows(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        dataset = await world.market.offered(owner)
        await world.market.delegate(owner, dataset)
        before = len(await world.exchange.events())

        view = await world.market.sign(developer, await world.market.ask_one(developer, dataset))
        given = await read(world, developer, view, columns=("rated", "value"))

        assert given.rows.num_rows == 4
        happened = (await world.exchange.events())[before:]
        assert [type(event) for event in happened] == [
            LicenceRequested,
            OfferAccepted,
            AgreementSigned,
            AgreementSigned,
            LicenceFinalised,
            AccessRecorded,
        ]
        (accepted,) = [event for event in happened if isinstance(event, OfferAccepted)]
        by_rule, by_developer = [event for event in happened if isinstance(event, AgreementSigned)]
        assert accepted.answered_by == "STANDING_RULES"
        assert (by_rule.by, by_rule.delegated) == (owner.party, True)
        assert (by_developer.by, by_developer.delegated) == (developer.party, False)


@pytest.mark.requirement("R70")
@pytest.mark.parametrize("action", ["SELL", "DISTRIBUTE", "READ", "MARKETING", "REIDENTIFY"])
async def test_a_use_other_than_for_language_models_cannot_even_be_declared(tmp_path: Path, action: str) -> None:
    async with a_world(tmp_path) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        view = await world.market.licensed(owner, developer, await world.market.offered(owner))
        app = world.over(holders={"token": world.holding(developer, view)})
        text = "query ($l: [ID!]!, $p: Iri!) { ratings(licences: $l, purpose: $p, action: %s) { nodes { value } } }"

        refused = await app.query(text % action, {"l": [licence_of(view)], "p": ACADEMIC}, token="token")
        allowed = await app.query(text % "FINE_TUNE", {"l": [licence_of(view)], "p": ACADEMIC}, token="token")

        assert refused.status_code == 400
        assert "data" not in refused.json()
        assert len(allowed.json()["data"]["ratings"]["nodes"]) == 4
        assert len(world.exchange.sources.reads) == 1


@pytest.mark.requirement("R70", "R72")
@pytest.mark.parametrize("authorization", [None, "Bearer forged", "Basic YTpi"])
async def test_who_has_no_token_of_a_registered_key_reads_nothing(tmp_path: Path, authorization: str | None) -> None:
    async with a_world(tmp_path) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        view = await world.market.licensed(owner, developer, await world.market.offered(owner))
        before = len(await world.exchange.events())
        asked = {"query": EVERYTHING, "variables": {"l": [licence_of(view)], "p": ACADEMIC}}
        headers = {} if authorization is None else {"authorization": authorization}

        answer = await world.over(developer).http.post("/graphql", json=asked, headers=headers)

        assert answer.status_code == 401
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert answer.json().get("data") is None
        assert world.exchange.sources.reads == []
        assert len(await world.exchange.events()) == before


@pytest.mark.requirement("R31")
async def test_a_rejected_developer_finds_another_source_in_the_catalogue(tmp_path: Path) -> None:
    text = """query ($r: ID!) { alternatives(request: $r) { nodes { id } pageInfo { hasNextPage } }
      catalogue { nodes { id licensor { id } } } }"""
    platforms = {"bazaar": {"ratings": planted("ann", "bob")}, "forum": {"ratings": planted("cid", "dee")}}
    async with a_world(tmp_path, platforms) as world:
        developer = await world.market.developer()
        owner, other = await world.speaker("bazaar"), await world.speaker("forum")
        dataset, same = await world.market.offered(owner), await world.market.offered(other, "forum")
        asked = await world.market.ask_one(developer, dataset)
        await world.market.reject(owner, asked, (TermReason(term="odrl:purpose", code="NOT_WANTED"),))

        answer = (await world.over(developer).query(text, {"r": asked.negotiation}, token=developer.party)).json()

        (proposed,) = answer["data"]["alternatives"]["nodes"]
        licensors = {each["id"]: each["licensor"]["id"] for each in answer["data"]["catalogue"]["nodes"]}
        assert proposed["id"] == same
        assert licensors[proposed["id"]] == other.party != owner.party
