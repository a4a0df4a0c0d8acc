"""Step 9: the auditor follows one receipt back and one licence forward, and checks a proof offline."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from gateway.client import ProvenEvent, verify_proof
from gateway.demo.auditing import accesses
from gateway.demo.cast import Role
from gateway.demo.catching_up import caught_up
from gateway.demo.facts import Fact, Told
from gateway.demo.metrics import journal_key
from gateway.demo.speak import ask
from gateway.demo.story import Story, require

TITLE: Final = "The auditor: from a receipt to its owner, from a licence to its use"
BUNDLE: Final = "proof.json"
"""File of the folder that ``muniment verify`` can check."""
_DATASET: Final = "posts"


async def tell(story: Story) -> Told:
    """Trace, list, prove."""
    receipt = story.learned.receipts[_DATASET]
    licence = story.learned.licences[_DATASET]
    story.narrator.doing("the graph catches up")
    watermark = await caught_up(story, receipt["seq"])
    backward = await _trace(story, receipt, licence)
    forward = await _accesses(story, licence)
    story.narrator.doing("verifying a proof offline")
    proven = await _proof(story, receipt)
    return Told(
        headline=f"1 receipt traced, {forward['accesses']} accesses under one licence ({forward['by_outcome']}), "
        "1 proof verified offline",
        facts={
            "from_one_receipt": backward,
            "from_one_licence": forward,
            "proof": {
                "event": proven.event["type"],
                "event_number": proven.seq,
                "events_in_the_journal": proven.checkpoint.size,
                "they_are_numbered": f"from 0 to {proven.checkpoint.size - 1:,}",
                "verified_offline": True,
            },
            "graph_has_read_up_to_event_number": watermark,
        },
    )


async def _trace(story: Story, receipt: Mapping[str, Any], licence: str) -> Mapping[str, Fact]:
    content = await ask(story.cast.client(Role.AUDITOR), "receipt_trace", {"receipt": receipt["id"]})
    trace = content["provenance"]["receipt"]
    require(trace, "the auditor can follow the receipt")
    require(trace["licence"] == licence, "it leads to the licence")
    require(trace["owner"] == story.cast.party(Role.FORUM), "it leads to the owner")
    require(trace["developer"] == story.cast.party(Role.DEVELOPER), "it leads to the developer")
    require(trace["platform"] == story.platforms.forum_platform, "it leads to the platform")
    require(trace["consentNotices"], "it leads to the notice that people consented to")
    labels = {each["label"] for each in trace["graph"]["nodes"]}
    require(trace["graph"]["edges"], "the graph shows how")
    return {
        "receipt": receipt["id"],
        "event_number": trace["access"]["seq"],
        "rows": trace["access"]["rows"],
        "dataset": _DATASET,
        "licence": trace["licence"],
        "agreement": trace["agreement"],
        "owner": Role.FORUM.value,
        "party_of_the_owner": trace["owner"],
        "platform": trace["platform"],
        "lawful_basis": trace["lawfulBasis"],
        "consent_notices": len(trace["consentNotices"]),
        "nodes_in_its_graph": len(trace["graph"]["nodes"]),
        "edges_in_its_graph": len(trace["graph"]["edges"]),
        "kinds_of_nodes": sorted(labels),
    }


async def _accesses(story: Story, licence: str) -> Mapping[str, Fact]:
    found = await accesses(story, licence)
    kinds = Counter(str(each["kind"]) for each in found)
    require(kinds["RECORDED"] and kinds["DENIED"], "the log has what was released and what was denied")
    variables = {"id": licence, "direction": "FORWARD", "depth": 3}
    lineage = (await ask(story.cast.client(Role.AUDITOR), "lineage", variables))["provenance"]["lineage"]
    return {
        "licence": licence,
        "dataset": _DATASET,
        "accesses": len(found),
        "by_outcome": ", ".join(f"{count} {kind.lower()}" for kind, count in sorted(kinds.items())),
        "rows_released": sum(each["rows"] for each in found if each["kind"] == "RECORDED"),
        "nodes_in_its_graph": len(lineage["nodes"]),
        "each_access": [
            {
                "event_number": each["seq"],
                "outcome": each["kind"],
                "rows": each["rows"],
                "stage": each["stage"],
                "code": each["code"],
            }
            for each in found
        ],
    }


async def _proof(story: Story, receipt: Mapping[str, Any]) -> ProvenEvent:
    """Take a proof, write the bundle, and verify it without the gateway."""
    content = await ask(story.cast.client(Role.AUDITOR), "proof", {"seq": receipt["seq"]})
    proof = content["provenance"]["proof"]
    origin, public_jwk = await journal_key(story.gateway.url)
    bundle = {"format": "muniment-proof/1", "origin": origin, "key": public_jwk, "proof": proof, "receipt": receipt}
    (story.folder / BUNDLE).write_text(json.dumps(bundle, indent=2) + "\n", encoding="utf-8")
    return verify_proof(proof, origin=origin, public_jwk=public_jwk, receipt=receipt)
