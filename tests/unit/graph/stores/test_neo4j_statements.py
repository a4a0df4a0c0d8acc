import asyncio
import re
import socket

import pytest
from neo4j.exceptions import ClientError

from graph.provenance.errors import GraphCredentialsRefusedError, GraphUnavailableError
from graph.provenance.pages import Direction
from graph.provenance.vocabulary import Counter, EdgeType, Label
from graph.stores.neo4j import Neo4jGraphStore, cypher
from tests.testkit.graphs import a_batch, links
from tests.testkit.neo4j_server import _free_port


def test_every_label_has_a_statement_with_its_prov_class() -> None:
    assert set(cypher.MERGE_NODES) == set(Label)
    for label, statement in cypher.MERGE_NODES.items():
        assert f"SET n:{label.prov.value}:{label.value}, " in statement


def test_every_edge_type_has_a_statement() -> None:
    assert set(cypher.MERGE_EDGES) == set(EdgeType)
    for kind, statement in cypher.MERGE_EDGES.items():
        assert f"-[e:{kind.value}]->" in statement


def test_every_counter_is_counted() -> None:
    assert set(re.findall(r"coalesce\(n\.(\w+), 0\) \+ r\.counts\.\1", cypher.TALLY)) == {
        each.value for each in Counter
    }


def test_the_same_types_give_the_same_statement() -> None:
    kinds = [EdgeType.ABOUT, EdgeType.USED]

    assert cypher.expand(Direction.BACKWARD, frozenset(kinds)) == cypher.expand(
        Direction.BACKWARD, frozenset(reversed(kinds))
    )
    assert "-[e:USED|ABOUT]->" in cypher.expand(Direction.BACKWARD, frozenset(kinds))
    assert "<-[e:USED|ABOUT]-" in cypher.expand(Direction.FORWARD, frozenset(kinds))


async def test_a_server_that_is_not_there_is_named_as_unavailable() -> None:
    store = Neo4jGraphStore(f"bolt://127.0.0.1:{_free_port()}", user="neo4j", password="secret", connect_s=0.2)

    with pytest.raises(GraphUnavailableError) as refused:
        await store.apply(a_batch(links(("a", "b"))))
    health = await store.health()

    assert (health.reachable, health.detail) == (False, refused.value.problem)
    assert "secret" not in str(refused.value)
    await store.close()


async def test_whoever_waits_for_the_first_connection_gives_up_with_the_others() -> None:
    store = Neo4jGraphStore(f"bolt://127.0.0.1:{_free_port()}", user="neo4j", password="secret", connect_s=0.3)

    async with asyncio.timeout(3):
        refused = await asyncio.gather(*(store.watermark() for _ in range(12)), return_exceptions=True)

    assert {type(each) for each in refused} == {GraphUnavailableError}
    await store.close()


async def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"bolt://127.0.0.1:{silent.getsockname()[1]}"
        store = Neo4jGraphStore(url, user="neo4j", password="secret", read_s=0.1, write_s=0.1)
        async with asyncio.timeout(3):
            with pytest.raises(GraphUnavailableError, match="no answer in time"):
                await store.watermark()
            with pytest.raises(GraphUnavailableError, match="no answer in time"):
                await store.apply(a_batch(links(("a", "b"))))
            health = await store.health()
        await store.close()

    assert (health.reachable, health.detail) == (False, "no answer in time")


class TimedOutError(ClientError):
    code = "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration"


@pytest.mark.parametrize(("raised", "seen"), [(TimedOutError, GraphUnavailableError), (ClientError, ClientError)])
async def test_only_a_transaction_that_took_too_long_is_worth_another_try(
    raised: type[ClientError], seen: type[Exception]
) -> None:
    store = Neo4jGraphStore("bolt://127.0.0.1:1", user="neo4j", password="secret")

    with pytest.raises(seen) as refused:
        async with store._translated():
            raise raised("the server said so")

    assert not isinstance(refused.value, GraphCredentialsRefusedError)
    await store.close()
