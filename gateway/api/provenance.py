"""Provenance: what rests on what, and proofs that the journal was not altered."""

import base64
from datetime import datetime
from typing import Annotated, Self

import strawberry

from gateway.api.context import Context
from gateway.api.enums import Direction
from gateway.api.oversight import Access
from gateway.api.queries import found
from gateway.api.scalars import Json
from gateway.exchange import explore
from gateway.exchange.errors import NotFoundError
from gateway.exchange.trace import trace_receipt
from gateway.exchange.views import TraceView
from graph.journal import heads, proofs
from graph.provenance import model, pages
from graph.provenance.lineage import DEPTH, Lineage
from policies.vocabulary import Iri

Info = strawberry.Info[Context, None]


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


@strawberry.type(description="One thing of the record: an entity, an activity or an agent in the sense of W3C PROV.")
class ProvenanceNode:
    """One thing of the record."""

    id: strawberry.ID = strawberry.field(description="Its IRI.")
    label: str = strawberry.field(description="What it stands for, such as `Licence`.")
    prov: str = strawberry.field(description="Its class in PROV: `Entity`, `Activity` or `Agent`.")
    seq: int = strawberry.field(description="The event that named it first.")
    at: datetime = strawberry.field(description="When that event was recorded.")
    properties: Json = strawberry.field(description="What else is known of it; nothing personal.")

    @classmethod
    def of(cls, node: model.Node) -> Self:
        """The node as the schema shows it."""
        return cls(
            id=strawberry.ID(node.id),
            label=node.label.value,
            prov=node.label.prov.value,
            seq=node.seq,
            at=node.at,
            properties=Json(
                {name: list(value) if isinstance(value, tuple) else value for name, value in node.properties.items()}
            ),
        )


@strawberry.type(description="One thing rests on another.")
class ProvenanceEdge:
    """One thing rests on another."""

    source: strawberry.ID = strawberry.field(description="The later thing.")
    target: strawberry.ID = strawberry.field(description="What it rests on.")
    type: str = strawberry.field(description="How.")
    seq: int = strawberry.field(description="The first event that said so.")

    @classmethod
    def of(cls, edge: model.Edge) -> Self:
        """The edge as the schema shows it."""
        return cls(
            source=strawberry.ID(edge.source), target=strawberry.ID(edge.target), type=edge.type.value, seq=edge.seq
        )


@strawberry.type(description="A part of the provenance graph.")
class ProvenanceGraph:
    """A part of the provenance graph."""

    nodes: list[ProvenanceNode] = strawberry.field(description="What was reached, the start first.")
    edges: list[ProvenanceEdge] = strawberry.field(description="What was walked along.")
    as_of_seq: int = strawberry.field(description="Edges of later events are not in it.")
    truncated: bool = strawberry.field(description="True when there is more than one answer holds.")

    @classmethod
    def of(cls, part: Lineage) -> Self:
        """The part as the schema shows it."""
        return cls(
            nodes=[ProvenanceNode.of(each) for each in part.nodes],
            edges=[ProvenanceEdge.of(each) for each in part.edges],
            as_of_seq=part.as_of,
            truncated=part.truncated,
        )


@strawberry.type(description="From one receipt back to whoever let it happen.")
class ReceiptTrace:
    """From one receipt back to whoever let it happen."""

    access: Access = strawberry.field(description="What the receipt proves.")
    licence: strawberry.ID = strawberry.field(description="The licence.")
    agreement: strawberry.ID = strawberry.field(description="The agreement it rests on.")
    owner: strawberry.ID = strawberry.field(description="The licensor.")
    developer: strawberry.ID = strawberry.field(description="The licensee.")
    platform: str = strawberry.field(description="Where the records come from.")
    dataset: strawberry.ID = strawberry.field(description="The dataset.")
    lawful_basis: Iri = strawberry.field(description="Lawful basis at the time.")
    consent_notices: list[str] = strawberry.field(description="Digests of the consent notices that covered it.")
    graph: ProvenanceGraph = strawberry.field(description="The graph around it.")

    @classmethod
    def of(cls, view: TraceView) -> Self:
        """The trace as the schema shows it."""
        return cls(
            access=Access.of(view.access),
            licence=strawberry.ID(view.licence),
            agreement=strawberry.ID(view.agreement),
            owner=strawberry.ID(view.owner),
            developer=strawberry.ID(view.developer),
            platform=view.platform,
            dataset=strawberry.ID(view.dataset),
            lawful_basis=Iri(view.lawful_basis),
            consent_notices=list(view.notices),
            graph=ProvenanceGraph.of(view.graph),
        )


@strawberry.type(description="Proof that an event stands in the journal (RFC 9162). Hashes are base64.")
class InclusionProof:
    """Proof that an event stands in the journal."""

    seq: int = strawberry.field(description="Its place.")
    leaf: str = strawberry.field(description="SHA-256 of a zero byte and the event.")
    event: str = strawberry.field(description="The event: the very text that was hashed.")
    path: list[str] = strawberry.field(description="Hashes from the leaf to the root.")
    tree_size: int = strawberry.field(description="Size of the tree.")
    root: str = strawberry.field(description="Hash of its root.")
    checkpoint: str = strawberry.field(description="The signed head (C2SP note) of a tree of this size.")

    @classmethod
    def of(cls, proof: proofs.InclusionProof, head: heads.Checkpoint) -> Self:
        """The proof as the schema shows it."""
        return cls(
            seq=proof.seq,
            leaf=_text(proof.leaf),
            event=proof.canonical.decode(),
            path=[_text(each) for each in proof.path],
            tree_size=proof.tree_size,
            root=_text(proof.root),
            checkpoint=head.note,
        )


@strawberry.type(description="A signed head of the journal.")
class Checkpoint:
    """A signed head of the journal."""

    origin: str = strawberry.field(description="Name of the journal.")
    tree_size: int = strawberry.field(description="How many events it holds.")
    root: str = strawberry.field(description="Hash of the tree's root, base64.")
    note: str = strawberry.field(description="The signed note (C2SP).")

    @classmethod
    def of(cls, head: heads.Checkpoint) -> Self:
        """The head as the schema shows it."""
        return cls(origin=head.origin, tree_size=head.tree_size, root=_text(head.root), note=head.note)


_Thing = Annotated[strawberry.ID, strawberry.argument(description="Its IRI.")]


@strawberry.type(
    description="The record of what rests on what. Auditors see all of it; a party what is about its own licences."
)
class Provenance:
    """The record of what rests on what."""

    @strawberry.field(description="One node of the graph.")
    async def node(self, info: Info, id: _Thing) -> ProvenanceNode | None:  # noqa: A002  # name of the argument
        """One node."""
        node = await found(info, explore.find_node, id)
        return None if node is None else ProvenanceNode.of(node)

    @strawberry.field(
        description="What a thing rests on, or what rests on it. A party starts from a licence of its own."
    )
    async def lineage(
        self,
        info: Info,
        id: _Thing,  # noqa: A002  # name of the argument
        direction: Annotated[Direction, strawberry.argument(description="Which way.")] = Direction.BACKWARD,
        depth: Annotated[int, strawberry.argument(description="Levels, from 0 to 12.")] = DEPTH,
    ) -> ProvenanceGraph | None:
        """A walk through the graph."""
        context = info.context
        try:
            part = await explore.walk(context.ports, context.principal, id, pages.Direction[direction.name], depth)
        except NotFoundError:
            return None
        return ProvenanceGraph.of(part)

    @strawberry.field(description="From one receipt to agreement, owner, platform and consent basis.")
    async def receipt(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id: IRI of the access.")],  # noqa: A002  # its name
    ) -> ReceiptTrace | None:
        """A receipt traced."""
        view = await found(info, trace_receipt, id)
        return None if view is None else ReceiptTrace.of(view)

    @strawberry.field(description="Proof that an event is in the journal; it can be verified offline.")
    async def proof(
        self, info: Info, seq: Annotated[int, strawberry.argument(description="Place of the event.")]
    ) -> InclusionProof | None:
        """An inclusion proof."""
        try:
            return InclusionProof.of(*await explore.prove(info.context.ports, info.context.principal, seq))
        except NotFoundError:
            return None

    @strawberry.field(description="Proof that a later tree continues an earlier one: hashes, base64.")
    async def consistency(
        self,
        info: Info,
        from_: Annotated[int, strawberry.argument(name="from", description="Size of the earlier tree.")],
        to: Annotated[int, strawberry.argument(description="Size of the later tree.")],
    ) -> list[str] | None:
        """A consistency proof."""
        proof = await explore.continues(info.context.ports, info.context.principal, from_, to)
        return [_text(each) for each in proof.path]

    @strawberry.field(description="The signed head of the journal.")
    async def checkpoint(self, info: Info) -> Checkpoint | None:
        """The signed head."""
        return Checkpoint.of(await explore.head(info.context.ports, info.context.principal))

    @strawberry.field(description="The last event that the graph holds; -1 when it holds none.")
    async def watermark(self, info: Info) -> int | None:
        """How far the graph has got."""
        return await explore.watermark(info.context.ports, info.context.principal)


@strawberry.type(description="The root field of provenance.")
class ProvenanceQuery:
    """The root field of provenance."""

    @strawberry.field(description="What rests on what, and proofs that nothing was altered.")
    def provenance(self) -> Provenance | None:
        """The provenance of everything the caller may see."""
        return Provenance()
