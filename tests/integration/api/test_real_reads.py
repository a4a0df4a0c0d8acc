"""Records over GraphQL from the real read path: journal, policies and engine, with sources in memory."""

from pathlib import Path
from typing import Any

from gateway.exchange.read.pipeline import run
from graph.journal.events import AccessDenied, AccessRecorded
from policies.terms import Terms
from policies.vocabulary import FINE_TUNE, Iri
from tests.testkit.api import Served, served
from tests.testkit.reading import MARKETING, PLATFORM, RESEARCH, Exchange, a_read, an_exchange, ratings

READ = """query ($licences: [ID!]!, $purpose: Iri!, $first: Int! = 20, $after: String, $mode: OnUnlicensed! = REFUSE) {
  ratings(licences: $licences, purpose: $purpose, first: $first, after: $after, onUnlicensed: $mode) {
    nodes { id rater value dataset licence }
    pageInfo { hasNextPage endCursor }
    sources { status rows licence problem { code stage clause } receipt { seq } }
  }
}"""


def over(exchange: Exchange, *licences: str) -> Served:
    return served(ports=exchange.ports, engine_read=run, principals={"developer": exchange.principal(*licences)})


def asked(*licences: str, **more: Any) -> dict[str, Any]:
    return {"licences": list(licences), "purpose": RESEARCH, **more}


async def test_released_records_come_with_a_receipt_of_the_journal(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        dataset = await exchange.dataset()
        licence = await exchange.licence(dataset)

        answer = (await over(exchange, licence).query(READ, asked(licence))).json()

        page = answer["data"]["ratings"]
        assert "errors" not in answer
        assert sorted((node["rater"] or "", node["value"]) for node in page["nodes"]) == [
            ("ann", "1"),
            ("ann", "3"),
            ("bob", "-2"),
            ("cid", "10"),
        ]
        assert {node["dataset"] for node in page["nodes"]} == {dataset}
        assert len({node["id"] for node in page["nodes"]}) == 4
        recorded = (await exchange.ports.journal.events(after=-1, limit=1000))[-1]
        assert isinstance(recorded.event, AccessRecorded)
        assert page["sources"][0]["receipt"] == {"seq": recorded.seq}


async def test_pages_over_graphql_give_every_row_once(tmp_path: Path) -> None:
    many = ratings(*((f"p{index}", "bob", index) for index in range(23)))
    async with an_exchange(tmp_path, {PLATFORM: {"ratings": many}}) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        app, seen, after = over(exchange, licence), [], None

        for _ in range(10):
            page = (await app.query(READ, asked(licence, first=5, after=after))).json()["data"]["ratings"]
            seen += [node["rater"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break

        assert seen == [f"p{index}" for index in range(23)]


async def test_a_refusal_names_stage_and_clause_is_recorded_and_never_reaches_the_source(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())

        answer = (await over(exchange, licence).query(READ, asked(licence, purpose=MARKETING))).json()

        (error,) = answer["errors"]
        assert error["path"] == ["ratings"]
        assert error["extensions"]["code"] == "PURPOSE_NOT_LICENSED"
        assert error["extensions"]["stage"] == "decide"
        assert error["extensions"]["clause"]
        denied = await exchange.last()
        assert isinstance(denied, AccessDenied)
        assert error["extensions"]["decisionId"] == denied.access
        assert answer["data"]["ratings"]["nodes"] == []
        assert answer["data"]["ratings"]["sources"][0]["status"] == "REFUSED"
        assert exchange.sources.reads == []


async def test_an_unlicensed_column_refuses_or_is_left_out(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        terms = Terms(action=FINE_TUNE, purposes=frozenset({Iri(RESEARCH)}), columns=frozenset({"value"}))
        licence = await exchange.licence(await exchange.dataset(), terms)
        app = over(exchange, licence)

        refused = (await app.query(READ, asked(licence))).json()
        omitted = (await app.query(READ, asked(licence, mode="OMIT"))).json()

        assert refused["errors"][0]["extensions"]["code"] == "COLUMN_NOT_LICENSED"
        assert {node["rater"] for node in omitted["data"]["ratings"]["nodes"]} == {None}
        assert {node["value"] for node in omitted["data"]["ratings"]["nodes"]} == {"3", "-2", "10", "1"}


async def test_the_real_read_path_is_what_the_engine_calls(tmp_path: Path) -> None:
    """The same command gives over GraphQL what it gives directly."""
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())

        direct = await exchange.one(a_read(licence, columns=("rater", "value"), with_id=True))
        answer = (await over(exchange, licence).query(READ, asked(licence))).json()

        assert [node["rater"] for node in answer["data"]["ratings"]["nodes"]] == direct.rows["rater"].to_pylist()
        assert [node["id"] for node in answer["data"]["ratings"]["nodes"]] == direct.rows["_id"].to_pylist()
