"""What only a server can get wrong."""

from collections.abc import AsyncIterator
from typing import LiteralString
from urllib.parse import urlsplit

import pytest
from neo4j import AsyncManagedTransaction
from neo4j.exceptions import Neo4jError

from graph.provenance.errors import GraphAlteredError, GraphCredentialsRefusedError
from graph.stores.neo4j import Neo4jGraphStore, writing
from tests.conformance.graph_store.conftest import NEO4J
from tests.testkit.graphs import a_batch, everything, links
from tests.testkit.neo4j_server import Server

pytestmark = list(NEO4J)


@pytest.fixture(params=["neo4j_long_term", "neo4j_current"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    found.wipe()
    return found


def _open(server: Server, password: str | None = None) -> Neo4jGraphStore:
    address = urlsplit(server.url)
    return Neo4jGraphStore(
        f"bolt://{address.hostname}:{address.port}",
        user=address.username or "",
        password=password or address.password or "",
    )


@pytest.fixture
async def store(server: Server) -> AsyncIterator[Neo4jGraphStore]:
    opened = _open(server)
    yield opened
    await opened.close()


async def test_a_wrong_password_is_named(server: Server) -> None:
    store = _open(server, "not the password")

    with pytest.raises(GraphCredentialsRefusedError):
        await store.watermark()
    health = await store.health()

    assert (health.reachable, health.detail) == (False, "the user or the password was refused")
    await store.close()


async def test_the_server_refuses_to_write_where_we_read(store: Neo4jGraphStore) -> None:
    async def write(tx: AsyncManagedTransaction) -> None:
        await (await tx.run("CREATE (:Node {tenant: 'main', id: 'x'})")).consume()

    with pytest.raises(Neo4jError, match=r"[Aa]ccess mode|read access"):
        await store._read(write)

    assert await store.get(["x"]) == ()


async def test_nodes_carry_their_labels_for_whoever_asks_in_cypher(server: Server, store: Neo4jGraphStore) -> None:
    await store.apply(a_batch(links(("a", "b"))))

    with server.driver() as driver, driver.session(database="neo4j") as session:
        record = session.run(
            "MATCH (n:Entity:Dataset {id: 'a'})-[e:USED]->(m) RETURN labels(n) AS labels, e.seq AS seq"
        )
        found = record.single(strict=True)

    assert (set(found["labels"]), found["seq"]) == ({"Node", "Entity", "Dataset"}, 0)


async def test_a_large_graph_is_removed_in_rounds(store: Neo4jGraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_WIPE", 40)
    await store.apply(a_batch(links(*((f"n{number}", "hub") for number in range(100)))))

    await store.reset()

    assert await store.watermark() == -1
    assert await everything(store) == ({}, set())


@pytest.mark.parametrize(
    "statement",
    [
        "MATCH (n:Node {id: 'a'}) SET n.label = 'Evil'",
        "MATCH (n:Node {id: 'a'}) REMOVE n.seq",
        "MATCH (n:Node {id: 'a'}), (m:Node {id: 'b'}) CREATE (n)-[:EATS {seq: 0}]->(m)",
    ],
)
async def test_what_no_projection_can_write_is_named(
    server: Server, store: Neo4jGraphStore, statement: LiteralString
) -> None:
    await store.apply(a_batch(links(("a", "b"))))
    with server.driver() as driver, driver.session(database="neo4j") as session:
        session.run(statement).consume()

    with pytest.raises(GraphAlteredError) as found:
        await everything(store)

    assert found.value.node == "a"
