"""Neo4j is away while the gateway serves: at its start, killed, hanging. Everything else goes on, and it catches up."""

import asyncio
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.client import Answer, MunimentClient
from gateway.demo.queries import text
from graph.signing import SigningKey
from tests.testkit.crashes import started
from tests.testkit.environment import UNMEASURED
from tests.testkit.neo4j_server import OwnServer

pytestmark = [pytest.mark.slow, pytest.mark.integration]

PURPOSE = "https://w3id.org/dpv#ResearchAndDevelopment"
CATEGORY = "https://w3id.org/dpv/pd#GeneralReputation"
READ = """query ($licences: [ID!]!, $purpose: Iri!) { ratings(licences: $licences, purpose: $purpose, first: 2) {
  nodes { value } sources { status rows receipt { seq } } } }"""
LICENCES = """{ licences(first: 50) { nodes { id state dataset { kind platform } } } }"""
CHECKPOINT = """{ provenance { checkpoint { treeSize } } }"""
LINEAGE = """query ($id: ID!) { provenance { lineage(id: $id) { nodes { id } } } }"""
PATIENCE_S = 60.0
SOON_S = 25.0
"""Longer than any wait for a graph, shorter than the patience of a client."""


def muniment(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=UNMEASURED | environment,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A gateway whose graph is in a Neo4j of our own."""

    folder: Path
    url: str
    graph: OwnServer
    licence: str

    def ask(self, role: str, query: str, variables: Mapping[str, Any] | None = None, *licences: str) -> Answer:
        return asyncio.run(asked(self.folder, self.url, role, query, variables, *licences))

    async def _graph_questions(self) -> tuple[Answer, Answer]:
        return await asyncio.gather(
            asked(self.folder, self.url, "auditor", LINEAGE, {"id": self.licence}),
            asked(self.folder, self.url, "auditor", text("watermark"), None),
        )

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/health/ready", timeout=10) as answer:  # noqa: S310  # our own address
            assert answer.status == 200
            told: dict[str, Any] = json.load(answer)
            return told

    def read(self) -> int:
        """Read under a licence; gives the place of the receipt."""
        answer = self.ask("developer", READ, {"licences": [self.licence], "purpose": PURPOSE}, self.licence).require()
        (report,) = answer["ratings"]["sources"]
        assert (report["status"], report["rows"]) == ("OK", 2)
        return int(report["receipt"]["seq"])

    def consent(self, account: str) -> None:
        """Change something."""
        notice = {"purposes": [PURPOSE], "categories": [CATEGORY], "recipients": [], "text": "The graph is away."}
        given = {"platform": "bazaar", "notice": notice, "accounts": [account], "idempotencyKey": f"outage {account}"}
        answer = self.ask("bazaar-operator", text("record_consents"), {"input": given}).require()
        assert answer["recordConsents"]["userErrors"] == []

    def until(self, holds: Callable[[], bool], claim: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < end, f"{claim}: {self.health()}"
            time.sleep(0.1)

    def caught_up(self) -> None:
        """The graph has everything, says so, and is what the journal says."""
        self.until(lambda: self.health()["graph"]["lag"] == 0, "the graph catches up")
        graph = self.health()["graph"]
        assert graph["status"] == "ok"
        assert self.ask("auditor", text("watermark")).require()["provenance"]["watermark"] == graph["watermark"]
        assert self.ask("auditor", LINEAGE, {"id": self.licence}).require()["provenance"]["lineage"]["nodes"]
        compared = muniment(
            "graph", "verify", "--folder", str(self.folder), "--json", MUNIMENT_GRAPH=self.graph.server.url
        )
        assert compared.returncode == 0, compared.stderr
        assert json.loads(compared.stdout)["watermark"] == graph["watermark"]

    def goes_on_without(self) -> None:
        """Reads and changes go on, the lag is told, and what asks the graph gets one clear error, soon."""
        seq = self.read()
        self.consent(f"outage-{seq}")
        assert self.health()["graph"]["lag"] >= 2
        began = time.monotonic()
        for answer in asyncio.run(self._graph_questions()):
            assert answer.codes == ("GRAPH_UNAVAILABLE",)
        assert time.monotonic() - began < SOON_S
        assert self.ask("auditor", CHECKPOINT).require()["provenance"]["checkpoint"]["treeSize"] > seq
        self.until(lambda: self.health()["graph"]["status"] == "problem", "the outage is told")
        assert self.health()["status"] == "degraded"
        assert self.read() > seq


async def asked(
    folder: Path, url: str, role: str, query: str, variables: Mapping[str, Any] | None, *licences: str
) -> Answer:
    card = json.loads((folder / "parties" / f"{role}.json").read_text(encoding="utf-8"))
    key = SigningKey.load(folder / "parties" / f"{role}.jwk")
    async with MunimentClient(url, client_id=card["client_id"], key=key) as client:
        return await client.execute(query, variables, licences=licences)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, neo4j_of_our_own: OwnServer) -> Iterator[Served]:
    """A gateway on a told story, started while its graph is away."""
    folder = tmp_path_factory.mktemp("outage") / "world"
    told = muniment("demo", "--json", "--keep", str(folder))
    assert told.returncode == 0, told.stderr
    command = ["-m", "gateway.cli", "serve", "--folder", str(folder), "--port", "0"]
    with started(command, "muniment is ready at ", MUNIMENT_GRAPH=neo4j_of_our_own.server.url) as url:
        nodes = asyncio.run(asked(folder, url, "developer", LICENCES, None)).require()["licences"]["nodes"]
        (licence,) = (
            each["id"]
            for each in nodes
            if each["state"] == "ACTIVE" and each["dataset"] == {"kind": "RATING", "platform": "bazaar"}
        )
        yield Served(folder=folder, url=url, graph=neo4j_of_our_own, licence=licence)


@pytest.fixture(scope="module")
def following(served: Served) -> Served:
    """The same, once its graph was there."""
    if not served.graph.running:
        served.graph.start()
    served.caught_up()
    return served


def test_a_gateway_starts_without_its_graph_and_catches_up_when_it_comes(served: Served) -> None:
    served.goes_on_without()

    served.graph.start()

    served.caught_up()


def test_a_graph_that_is_killed_and_comes_back_has_lost_nothing(following: Served) -> None:
    following.graph.send(signal.SIGKILL)
    following.goes_on_without()

    following.graph.start()

    following.caught_up()


def test_a_graph_that_hangs_is_told_like_one_that_is_away(following: Served) -> None:
    following.graph.send(signal.SIGSTOP)
    try:
        following.goes_on_without()
    finally:
        following.graph.send(signal.SIGCONT)

    following.caught_up()
