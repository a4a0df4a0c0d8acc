"""Audit bundles: what a thing rests on, or what rests on it, with a proof of every event that says so.

A bundle is verified without the gateway: every event in it stands in the journal under a signed head, every node and
edge names such an event, and every agreement has the hash that both sides signed. ``muniment verify`` draws the graph
again from the events as well, by the rules of the gateway, and compares.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from gateway.client.agreements import verify_agreement
from gateway.client.answers import Answer
from gateway.client.errors import AgreementAlteredError, AuditInvalidError, ProofInvalidError, ThingUnknownError
from gateway.client.proofs import ProvenEvent, verify_proof
from policies.errors import CodedError
from policies.render import summary

FORMAT: Final = "muniment-audit/1"
"""``{format, origin, key, about, direction, lineage: {asOfSeq, truncated, nodes, edges}, proofs, agreements}``."""
DEPTH: Final = 12
_AT_ONCE: Final = 8
_OWN: Final = frozenset(
    {"access", "agreement", "concern", "dataset", "delivery", "duty", "licence", "negotiation", "offer", "party", "run"}
)
"""Types of things whose IRIs stand in events; the others get theirs from what identifies them."""

_IN_FORCE: Final = frozenset({"LicenceFinalised", "LicenceRenewed"})

_LINEAGE: Final = """query ($id: ID!, $direction: Direction!, $depth: Int!) { provenance {
  lineage(id: $id, direction: $direction, depth: $depth) {
    asOfSeq truncated nodes { id label seq } edges { source target type seq } } } }"""
_PROOF: Final = """query ($seq: Int!) { provenance {
  proof(seq: $seq) { seq leaf event path treeSize root checkpoint } } }"""
_AGREEMENT: Final = """query ($id: ID!) { node(id: $id) { ... on Agreement { id policy { odrl } } } }"""


class Asking(Protocol):
    """What exporting needs of a client."""

    async def execute(self, query: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """See ``MunimentClient.execute``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedAudit:
    """What a bundle shows."""

    about: str
    direction: str
    events: int
    nodes: Mapping[str, int]
    """How many nodes, by label."""
    edges: int
    truncated: bool
    """True when there was more than one answer of the gateway holds."""
    terms: Mapping[str, Sequence[str]]
    """By agreement: its terms in plain words, made from the policy whose hash was signed."""
    in_force: frozenset[str]
    """The agreements that came into force; of the others one side's signature is shown."""
    seqs: Sequence[int]
    """Places of the events in the journal."""


async def export_audit(client: Asking, journal: Mapping[str, Any], about: str, direction: str) -> dict[str, Any]:
    """Ask for a part of the graph and for the proof of every event that it rests on.

    Args:
        client: of an auditor, or of a side of the licences.
        journal: ``{origin, key}``, as the gateway publishes them.
        about: IRI to begin at: of a run, a model, a licence, a delivery, a notice, …
        direction: ``BACKWARD`` to what it rests on, ``FORWARD`` to what rests on it.

    Raises:
        ThingUnknownError: the graph has no such thing that the client may see.
        ClientError: the gateway could not be asked.
    """
    variables = {"id": about, "direction": direction, "depth": DEPTH}
    lineage = (await client.execute(_LINEAGE, variables)).require()["provenance"]["lineage"]
    if lineage is None:
        raise ThingUnknownError(about)
    limit = asyncio.Semaphore(_AT_ONCE)

    async def proof(seq: int) -> Mapping[str, Any]:
        async with limit:
            proven: Mapping[str, Any] = (await client.execute(_PROOF, {"seq": seq})).require()["provenance"]["proof"]
            return proven

    async def agreement(iri: str) -> Mapping[str, Any] | None:
        async with limit:
            node: Mapping[str, Any] | None = (await client.execute(_AGREEMENT, {"id": iri})).require()["node"]
            return node

    proofs = await asyncio.gather(*(proof(seq) for seq in _seqs(lineage)))
    named = [each["id"] for each in lineage["nodes"] if each["label"] == "AgreementVersion"]
    agreements = await asyncio.gather(*(agreement(iri) for iri in named))
    return {
        "format": FORMAT,
        "origin": journal["origin"],
        "key": journal["key"],
        "about": about,
        "direction": direction,
        "lineage": lineage,
        "proofs": [each for each in proofs if each],
        "agreements": [each for each in agreements if each],
    }


def verify_audit(bundle: Mapping[str, Any], *, public_jwk: Mapping[str, Any]) -> VerifiedAudit:
    """Check an audit bundle without asking anybody.

    Args:
        bundle: as ``export_audit`` made it.
        public_jwk: the journal's public Ed25519 key, learnt beforehand.

    Raises:
        AuditInvalidError: something in it is not proven, is missing, or was altered; ``finding`` says what.
    """
    try:
        return _verified(bundle, public_jwk)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        raise AuditInvalidError("it has not the form of an audit bundle") from None


def _verified(bundle: Mapping[str, Any], public_jwk: Mapping[str, Any]) -> VerifiedAudit:
    events = _proven(bundle, public_jwk)
    lineage = bundle["lineage"]
    ids = {each["id"] for each in lineage["nodes"]}
    if len(ids) < len(lineage["nodes"]):
        raise AuditInvalidError("a thing stands in it twice")
    if bundle["about"] not in ids:
        raise AuditInvalidError(f"the thing it is about, `{bundle['about']}`, is not in it")
    for seq in _seqs(lineage):
        if seq not in events:
            raise AuditInvalidError(f"event {seq}, which the graph names, is not proven")
    for edge in lineage["edges"]:
        if not {edge["source"], edge["target"]} <= ids:
            raise AuditInvalidError(f"an edge of `{edge['source']}` leads out of the bundle")
    counts: dict[str, int] = {}
    for each in lineage["nodes"]:
        _check_named(each, events[each["seq"]])
        counts[each["label"]] = counts.get(each["label"], 0) + 1
    return VerifiedAudit(
        about=bundle["about"],
        direction=bundle["direction"],
        events=len(events),
        nodes=dict(sorted(counts.items())),
        edges=len(lineage["edges"]),
        truncated=bool(lineage["truncated"]),
        terms=dict(_terms(bundle, events, lineage)),
        in_force=frozenset(
            str(each.event["agreement"]) for each in events.values() if each.event.get("type") in _IN_FORCE
        ),
        seqs=sorted(events),
    )


def _proven(bundle: Mapping[str, Any], public_jwk: Mapping[str, Any]) -> Mapping[int, ProvenEvent]:
    events: dict[int, ProvenEvent] = {}
    for proof in bundle["proofs"]:
        try:
            proven = verify_proof(proof, origin=bundle["origin"], public_jwk=public_jwk)
        except ProofInvalidError as problem:
            raise AuditInvalidError(f"the proof of event {proof.get('seq')}: {problem.finding}") from None
        events[proven.seq] = proven
    return events


def _check_named(node: Mapping[str, Any], proven: ProvenEvent) -> None:
    """A thing with an IRI of its own is named by the very event that it is said to begin with."""
    own = str(node["id"]).split(":")[2:3]
    if own and own[0] in _OWN and json.dumps(node["id"]) not in json.dumps(proven.event):
        raise AuditInvalidError(f"event {proven.seq} does not name `{node['id']}`")


def _terms(
    bundle: Mapping[str, Any], events: Mapping[int, ProvenEvent], lineage: Mapping[str, Any]
) -> Sequence[tuple[str, Sequence[str]]]:
    signed = {
        each.event["agreement"]: each.event["policy"]
        for each in events.values()
        if each.event.get("type") == "AgreementSigned"
    }
    documents = {each["id"]: each["policy"] for each in bundle["agreements"]}
    found: list[tuple[str, Sequence[str]]] = []
    for node in lineage["nodes"]:
        if node["label"] != "AgreementVersion":
            continue
        iri = node["id"]
        if iri not in documents or iri not in signed:
            raise AuditInvalidError(f"the agreement `{iri}`, or the event in which it was signed, is missing")
        try:
            policy = verify_agreement(documents[iri]["odrl"], signed[iri])
        except AgreementAlteredError:
            raise AuditInvalidError(f"the agreement `{iri}` is not the one that was signed") from None
        except CodedError as problem:
            raise AuditInvalidError(f"the agreement `{iri}` cannot be read: {problem.message}") from None
        found.append((iri, summary(policy)))
    return found


def _seqs(lineage: Mapping[str, Any]) -> Sequence[int]:
    """Places of the events that named its nodes and edges first."""
    return sorted({each["seq"] for each in (*lineage["nodes"], *lineage["edges"])})
