"""Of every transaction there is evidence: of rights, of security, and of its trace. Checked without the gateway."""

from pathlib import Path
from typing import Any

import pytest

from gateway.client.agreements import verify_agreement, verify_agreement_signature
from gateway.client.proofs import verify_proof
from graph.journal.events import AccessRecorded, PartyKind
from graph.provenance.projector import Projector
from graph.signing import thumbprint
from tests.testkit.story import PLATFORMS, Story, a_story
from tests.testkit.whole import a_world

TRACE = """query ($id: ID!, $seq: Int!) { provenance {
  receipt(id: $id) { licence agreement owner developer dataset platform
    access { id seq kind rows receipt { id seq leaf at treeSize signature } decision { effect clause } }
    graph { nodes { id label } edges { source target type } truncated } }
  proof(seq: $seq) { seq leaf event path treeSize root checkpoint } } }"""
AGREEMENT = """query ($id: ID!) { licence(id: $id) {
  agreement { id policy { hash odrl } signatures { by { id } keyId jws } } } }"""


@pytest.mark.requirement("R40")
async def test_every_access_has_evidence_of_rights_security_and_trace(tmp_path: Path) -> None:
    """Of what left in an answer, and of both datasets that left in one package."""
    async with a_world(tmp_path, PLATFORMS) as world:
        story = await a_story(world)
        await Projector(world.exchange.ports.journal, world.exchange.ports.store).catch_up()
        accesses = [each for each in await world.exchange.ports.journal.events(limit=10_000) if is_access(each.event)]
        auditor = await world.market.join(PartyKind.AUDITOR)
        app = world.over(auditor)

        assert len(accesses) == 3
        for recorded in accesses:
            assert isinstance(recorded.event, AccessRecorded)
            asked = {"id": recorded.event.access, "seq": recorded.seq}
            told = (await app.query(TRACE, asked, token=auditor.party)).json()["data"]["provenance"]
            licence = {"id": told["receipt"]["licence"]}
            agreed = (await app.query(AGREEMENT, licence, token=auditor.party)).json()["data"]["licence"]

            check_rights(story, told["receipt"], agreed)
            check_security(story, told, recorded.event.access)
            check_trace(told["receipt"])


def is_access(event: object) -> bool:
    return isinstance(event, AccessRecorded)


def check_rights(story: Story, trace: dict[str, Any], agreed: dict[str, Any]) -> None:
    """An agreement over this dataset, signed by owner and developer with keys of their own; a rule of it decided."""
    agreement = agreed["agreement"]
    policy = verify_agreement(agreement["policy"]["odrl"], agreement["policy"]["hash"])
    keys = {each.party: each.key.public_jwk for each in (*story.owners.values(), story.developer)}

    assert agreement["id"] == trace["agreement"] == policy.uid
    assert {each["by"]["id"] for each in agreement["signatures"]} == {trace["owner"], trace["developer"]}
    for each in agreement["signatures"]:
        key = keys[each["by"]["id"]]
        assert thumbprint(key) == each["keyId"]
        verify_agreement_signature(each["jws"], key, agreement=agreement["id"], policy=agreement["policy"]["hash"])
    assert {rule.target.source for rule in policy.permissions} == {trace["dataset"]}
    decision = trace["access"]["decision"]
    assert decision["effect"] == "PERMIT"
    assert decision["clause"] in {rule.uid for rule in policy.permissions}


def check_security(story: Story, told: dict[str, Any], access: str) -> None:
    """The receipt is signed, and what it promises is in the journal, under a signed head."""
    exchange = story.world.exchange

    proven = verify_proof(
        told["proof"],
        origin=exchange.ports.journal.origin,
        public_jwk=exchange.journal_key,
        receipt=told["receipt"]["access"]["receipt"],
    )

    assert proven.event["access"] == access
    assert proven.event["type"] == "AccessRecorded"


def check_trace(trace: dict[str, Any]) -> None:
    """In the graph a way leads from the access to its agreement, its dataset and its owner."""
    graph = trace["graph"]
    label = {node["id"]: node["label"] for node in graph["nodes"]}
    (start,) = [name for name, kind in label.items() if kind == "AccessWindow"]
    reached, found = {start}, {start}
    while found:
        found = {edge["target"] for edge in graph["edges"] if edge["source"] in found} - reached
        reached |= found

    assert {trace["dataset"], trace["owner"]} <= reached
    assert {"AgreementVersion", "Dataset", "Owner"} <= {label[name] for name in reached}
