"""Provenance over GraphQL: traces, proofs that hold offline, and nothing of other parties."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.auth.principal import Principal
from gateway.exchange.read.pipeline import run
from graph.journal import merkle
from graph.journal.events import AccessRecorded
from graph.provenance.projector import batch_of
from tests.testkit.api import Served, a_principal, served
from tests.testkit.reading import CONSENT, DEVELOPER, OWNER, RESEARCH, Exchange, an_exchange

STRANGER = "urn:muniment:party:stranger"
READ = """query ($l: [ID!]!, $p: Iri!) { ratings(licences: $l, purpose: $p) {
  nodes { value } sources { receipt { id seq leaf treeSize } } } }"""
TRACE = """query ($id: ID!) { provenance { receipt(id: $id) {
  access { id seq kind rows columns purpose charged { amountMicro } receipt { seq } code stage clause }
  licence agreement owner developer platform dataset lawfulBasis consentNotices
  graph { nodes { id label prov seq at properties } edges { source target type seq } asOfSeq truncated } } } }"""
LINEAGE = """query ($id: ID!, $direction: Direction! = BACKWARD) { provenance {
  node(id: $id) { id label prov } lineage(id: $id, direction: $direction) { nodes { id label } edges { type } } } }"""
PROOF = """query ($seq: Int!) { provenance { watermark checkpoint { origin treeSize root note }
  proof(seq: $seq) { seq leaf event path treeSize root checkpoint } } }"""


class Told:
    """An exchange in which one read was released and everything was projected."""

    def __init__(self, exchange: Exchange, app: Served) -> None:
        self.exchange = exchange
        self.app = app
        self.licence = ""
        self.receipt: dict[str, Any] = {}

    async def ask(self, token: str, text: str, **variables: Any) -> dict[str, Any]:
        return dict((await self.app.query(text, variables, token=token)).json())


def principals(exchange: Exchange, *licences: str) -> dict[str, Principal]:
    return {
        "developer": exchange.principal(*licences),
        "owner": exchange.principal(party=OWNER),
        "stranger": a_principal(party=STRANGER),
    }


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT))
        await exchange.consent("ann", "bob", "cid")
        app = served(ports=exchange.ports, engine_read=run, principals=principals(exchange, licence))
        story = Told(exchange, app)
        story.licence = licence
        answer = await story.ask("developer", READ, l=[licence], p=RESEARCH)
        story.receipt = answer["data"]["ratings"]["sources"][0]["receipt"]
        events = await exchange.ports.journal.events(after=-1, limit=10_000)
        await exchange.ports.store.apply(batch_of(events, exchange.ports.store.tenant))
        yield story


@pytest.mark.parametrize("token", ["auditor", "developer", "owner"])
async def test_a_receipt_leads_back_to_owner_platform_and_consent(told: Told, token: str) -> None:
    trace = (await told.ask(token, TRACE, id=told.receipt["id"]))["data"]["provenance"]["receipt"]

    assert trace["access"]["id"] == told.receipt["id"]
    assert trace["access"]["kind"] == "RECORDED"
    assert trace["access"]["receipt"] == {"seq": told.receipt["seq"]}
    assert (trace["licence"], trace["owner"], trace["developer"]) == (told.licence, OWNER, DEVELOPER)
    assert trace["lawfulBasis"] == CONSENT
    assert len(trace["consentNotices"]) == 1
    labels = {node["label"] for node in trace["graph"]["nodes"]}
    assert {"AccessWindow", "AgreementVersion", "Dataset"} <= labels


async def test_a_stranger_sees_nothing_of_it(told: Told) -> None:
    licence = told.exchange.licences[told.licence]

    trace = await told.ask("stranger", TRACE, id=told.receipt["id"])
    proof = await told.ask("stranger", PROOF, seq=told.receipt["seq"])
    walks = [
        await told.ask("stranger", LINEAGE, id=each)
        for each in (licence.licence, licence.agreement, licence.negotiation, licence.dataset, OWNER, "x")
    ]

    assert trace["data"]["provenance"]["receipt"] is None
    assert proof["data"]["provenance"]["proof"] is None
    assert [each["data"]["provenance"] for each in walks] == [{"node": None, "lineage": None}] * 6


@pytest.mark.parametrize(("token", "datasets"), [("auditor", True), ("developer", False)])
async def test_lineage_starts_from_what_is_the_callers_own(told: Told, token: str, datasets: bool) -> None:
    licence = told.exchange.licences[told.licence]

    back = await told.ask(token, LINEAGE, id=licence.agreement)
    forth = await told.ask(token, LINEAGE, id=told.licence, direction="FORWARD")
    dataset = await told.ask(token, LINEAGE, id=licence.dataset)

    assert back["data"]["provenance"]["node"]["label"] == "AgreementVersion"
    assert {"Dataset", "Owner"} <= {node["label"] for node in back["data"]["provenance"]["lineage"]["nodes"]}
    assert "AccessWindow" in {node["label"] for node in forth["data"]["provenance"]["lineage"]["nodes"]}
    assert (dataset["data"]["provenance"]["node"] is not None) is datasets


@pytest.mark.parametrize("token", ["auditor", "developer"])
async def test_a_proof_holds_offline(told: Told, token: str) -> None:
    given = (await told.ask(token, PROOF, seq=told.receipt["seq"]))["data"]["provenance"]
    proof = given["proof"]

    leaf = base64.b64decode(proof["leaf"])
    assert leaf == merkle.leaf_hash(proof["event"].encode())
    assert proof["leaf"] == told.receipt["leaf"]
    assert merkle.verify_inclusion(
        leaf=leaf,
        index=proof["seq"],
        size=proof["treeSize"],
        proof=tuple(base64.b64decode(each) for each in proof["path"]),
        root=base64.b64decode(proof["root"]),
    )
    assert proof["root"] in proof["checkpoint"]
    assert given["checkpoint"]["root"] == proof["root"]
    assert given["watermark"] == told.receipt["seq"]


async def test_trees_continue_each_other_and_impossible_ones_have_no_proof(told: Told) -> None:
    text = "query ($a: Int!, $b: Int!) { provenance { consistency(from: $a, to: $b) } }"

    given = await told.ask("developer", text, a=1, b=told.receipt["treeSize"])
    impossible = await told.ask("developer", text, a=5, b=2)

    assert given["data"]["provenance"]["consistency"] != []
    assert impossible["errors"][0]["extensions"]["code"] == "PROOF_UNAVAILABLE"


async def test_the_access_log_is_for_sides_and_auditors(told: Told) -> None:
    text = "query ($l: ID!) { accessLog(licence: $l) { nodes { id kind rows columns developer { id } } } }"

    sides = ("owner", "developer", "auditor")
    logs = {token: await told.ask(token, text, l=told.licence) for token in (*sides, "stranger")}

    for token in sides:
        (access,) = logs[token]["data"]["accessLog"]["nodes"]
        assert (access["id"], access["kind"]) == (told.receipt["id"], "RECORDED")
    assert logs["stranger"]["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert isinstance(await told.exchange.last(), AccessRecorded)


async def test_an_event_that_names_no_licence_is_proven_to_auditors_only(told: Told) -> None:
    for_auditor = await told.ask("auditor", PROOF, seq=0)
    for_developer = await told.ask("developer", PROOF, seq=0)
    beyond = await told.ask("auditor", PROOF, seq=10_000)

    assert "PartyInvited" in for_auditor["data"]["provenance"]["proof"]["event"]
    assert for_developer["data"]["provenance"]["proof"] is None
    assert beyond["data"]["provenance"]["proof"] is None
