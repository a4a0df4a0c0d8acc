"""Looking around in the record: nodes and lineage of the graph, proofs and heads of the journal.

Auditors see everything. A party sees what is about its own licences: it can start from a licence, an agreement or a
negotiation of its own, and have events proved that name one. What is not the caller's to see looks like what is not
there.
"""

from dataclasses import replace
from typing import Final

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange import lookup
from gateway.exchange.duties.presented import names_of
from gateway.exchange.errors import NotFoundError
from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading, read
from graph.journal.heads import Checkpoint
from graph.journal.proofs import ConsistencyProof, InclusionProof
from graph.provenance.lineage import Lineage, lineage
from graph.provenance.model import Node
from graph.provenance.pages import Direction
from graph.provenance.vocabulary import Label

DEEPEST: Final = 12
"""Levels of one walk at most."""


async def find_node(ports: Ports, principal: Principal, iri: str) -> Node:
    """One node of the graph.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is none that the caller may see.
        GraphUnavailableError: The graph cannot be reached now.
    """
    principal.require(Scope.GRAPH_QUERY)
    await _require_visible(ports, principal, iri)
    nodes = await ports.store.get([iri])
    if not nodes:
        raise NotFoundError("node", iri)
    return nodes[0]


async def walk(ports: Ports, principal: Principal, iri: str, direction: Direction, depth: int) -> Lineage:
    """What a thing rests on, or what rests on it.

    Args:
        ports: The graph is walked, the registers say what the caller may see.
        principal: Who asks.
        iri: Where to start.
        direction: Which way.
        depth: Levels, cut to 0 to 12.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is no such node that the caller may see.
        GraphUnavailableError: The graph cannot be reached now.
    """
    principal.require(Scope.GRAPH_QUERY)
    await _require_visible(ports, principal, iri)
    found = await lineage(ports.store, iri, direction, depth=min(max(depth, 0), DEEPEST))
    if not found.nodes:
        raise NotFoundError("node", iri)
    return await read(ports, principal, lambda reading: _without_foreign_duties(reading, found))


def _without_foreign_duties(reading: Reading, found: Lineage) -> Lineage:
    """A package of several owners leads to what is owed to each: a side sees what is owed under its own licences."""
    if Scope.AUDIT_READ in reading.reader.scopes:
        return found
    foreign: set[str] = set()
    for node in found.nodes:
        row = reading.view.duty(node.id) if node.label is Label.DUTY else None
        if row is not None and not names_of(reading) & {row.assigner, row.assignee, row.raised_by}:
            foreign.add(node.id)
    return replace(
        found,
        nodes=tuple(each for each in found.nodes if each.id not in foreign),
        edges=tuple(each for each in found.edges if not foreign & {each.source, each.target}),
    )


async def prove(ports: Ports, principal: Principal, seq: int) -> tuple[InclusionProof, Checkpoint]:
    """Proof that an event is in the journal, with the signed head it leads to.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is no such event that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)
    recorded = await ports.journal.view(lambda view: view.recorded(seq))
    if recorded is None:
        raise NotFoundError("event", str(seq))
    if Scope.AUDIT_READ not in principal.scopes:
        about = [getattr(recorded.event, name, "") for name in ("licence", "negotiation")]
        try:
            await _require_visible(ports, principal, next(filter(None, about), ""))
        except NotFoundError:
            raise NotFoundError("event", str(seq)) from None
    head = await ports.journal.checkpoint()
    return await ports.journal.proof(seq, head.tree_size), head


async def continues(ports: Ports, principal: Principal, first: int, second: int) -> ConsistencyProof:
    """Proof that a later tree continues an earlier one. It holds hashes only: everybody may have it.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        ProofUnavailableError: There are no such trees.
    """
    principal.require(Scope.GRAPH_QUERY)
    return await ports.journal.consistency(first, second)


async def head(ports: Ports, principal: Principal) -> Checkpoint:
    """The signed head of the journal. Everybody may have it.

    Raises:
        ScopeMissingError: Without ``graph:query``.
    """
    principal.require(Scope.GRAPH_QUERY)
    return await ports.journal.checkpoint()


async def watermark(ports: Ports, principal: Principal) -> int:
    """The last event that the graph holds; -1 when it holds none.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        GraphUnavailableError: The graph cannot be reached now.
    """
    principal.require(Scope.GRAPH_QUERY)
    return await ports.store.watermark()


async def _require_visible(ports: Ports, principal: Principal, iri: str) -> None:
    if Scope.AUDIT_READ in principal.scopes:
        return
    match iri.split(":")[2:3]:
        case ["licence"]:
            await lookup.licence(ports, principal, iri)
        case ["agreement"]:
            await lookup.agreement(ports, principal, iri)
        case ["negotiation"]:
            await lookup.negotiation(ports, principal, iri)
        case _:
            raise NotFoundError("node", iri)
