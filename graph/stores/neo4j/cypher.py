"""Every Cypher statement of the store, as literals: nothing from outside is ever part of a statement's text.

Labels and relationship types cannot be parameters, so there is a statement for each of the closed lists.
"""

from typing import Final, LiteralString

from graph.provenance.pages import Direction
from graph.provenance.vocabulary import EdgeType, Label

SCHEMA: Final[tuple[LiteralString, ...]] = (
    "CREATE CONSTRAINT muniment_node IF NOT EXISTS FOR (n:Node) REQUIRE (n.tenant, n.id) IS UNIQUE",
    "CREATE CONSTRAINT muniment_watermark IF NOT EXISTS FOR (w:Watermark) REQUIRE w.tenant IS UNIQUE",
    "CREATE INDEX muniment_listing IF NOT EXISTS FOR (n:Node) ON (n.tenant, n.label, n.ord)",
    "CREATE INDEX muniment_order IF NOT EXISTS FOR (n:Node) ON (n.tenant, n.ord)",
)

# WHY: SET before the reading: it takes the lock, so the watermark that is read is the last committed one.
TAKE_WATERMARK: Final[LiteralString] = """
    MERGE (w:Watermark {tenant: $tenant}) ON CREATE SET w.seq = -1, w.leaf = ''
    SET w.held = true WITH w RETURN w.seq AS seq"""
MOVE_WATERMARK: Final[LiteralString] = "MATCH (w:Watermark {tenant: $tenant}) SET w.seq = $seq, w.leaf = $leaf"
READ_WATERMARK: Final[LiteralString] = "MATCH (w:Watermark {tenant: $tenant}) RETURN w.seq AS seq, w.leaf AS leaf"

_LABELS: Final[dict[Label, LiteralString]] = {
    Label.OWNER: "Agent:Owner",
    Label.DEVELOPER: "Agent:Developer",
    Label.ETHICS_BOARD: "Agent:EthicsBoard",
    Label.AUDITOR: "Agent:Auditor",
    Label.OPERATOR: "Agent:Operator",
    Label.PLATFORM: "Agent:Platform",
    Label.CONNECTOR: "Agent:Connector",
    Label.SIGNING_KEY: "Agent:SigningKey",
    Label.DATASET: "Entity:Dataset",
    Label.DATASET_VERSION: "Entity:DatasetVersion",
    Label.OFFER: "Entity:Offer",
    Label.TERMS_DECISION: "Entity:TermsDecision",
    Label.DELEGATION: "Entity:Delegation",
    Label.CONSENT_NOTICE: "Entity:ConsentNotice",
    Label.CONSENT_BATCH: "Entity:ConsentBatch",
    Label.REQUEST: "Entity:Request",
    Label.MESSAGE: "Entity:NegotiationMessage",
    Label.AGREEMENT_VERSION: "Entity:AgreementVersion",
    Label.SIGNATURE: "Entity:Signature",
    Label.LICENCE: "Entity:Licence",
    Label.ETHICS_DECISION: "Entity:EthicsDecision",
    Label.NEGOTIATION: "Activity:Negotiation",
    Label.REVIEW: "Activity:Review",
    Label.ETHICS_REVIEW: "Activity:EthicsReview",
    Label.LICENCE_CHANGE: "Activity:LicenceChange",
    Label.CONSENT_CHANGE: "Activity:ConsentChange",
    Label.ACCESS_WINDOW: "Activity:AccessWindow",
    Label.PREPARATION: "Activity:Preparation",
    Label.TRANSFER: "Activity:Transfer",
    Label.DELIVERY: "Entity:Delivery",
    Label.TRAINING_RUN: "Activity:TrainingRun",
    Label.MODEL: "Entity:Model",
    Label.CONCERN: "Entity:Concern",
    Label.DUTY: "Entity:Duty",
}
_TYPES: Final[dict[EdgeType, LiteralString]] = {
    EdgeType.WAS_DERIVED_FROM: "WAS_DERIVED_FROM",
    EdgeType.WAS_GENERATED_BY: "WAS_GENERATED_BY",
    EdgeType.USED: "USED",
    EdgeType.WAS_INFORMED_BY: "WAS_INFORMED_BY",
    EdgeType.WAS_ASSOCIATED_WITH: "WAS_ASSOCIATED_WITH",
    EdgeType.WAS_ATTRIBUTED_TO: "WAS_ATTRIBUTED_TO",
    EdgeType.ACTED_FOR: "ACTED_FOR",
    EdgeType.HAD_MEMBER: "HAD_MEMBER",
    EdgeType.SPECIALIZATION_OF: "SPECIALIZATION_OF",
    EdgeType.INVALIDATED_BY: "INVALIDATED_BY",
    EdgeType.COVERS: "COVERS",
    EdgeType.GRANTED_TO: "GRANTED_TO",
    EdgeType.UNDER: "UNDER",
    EdgeType.PERMITTED_BY: "PERMITTED_BY",
    EdgeType.ABOUT: "ABOUT",
}


def _merge_nodes(labels: LiteralString) -> LiteralString:
    return f"""
    UNWIND $rows AS r MERGE (n:Node {{tenant: $tenant, id: r.id}})
    ON CREATE SET n:{labels}, n += r.own, n += r.properties"""


def _merge_edges(name: LiteralString) -> LiteralString:
    return f"""
    UNWIND $rows AS r
    MATCH (a:Node {{tenant: $tenant, id: r.source}}) MATCH (b:Node {{tenant: $tenant, id: r.target}})
    MERGE (a)-[e:{name}]->(b) ON CREATE SET e.seq = r.seq, e.code = r.code RETURN count(*) AS done"""


MERGE_NODES: Final[dict[Label, LiteralString]] = {label: _merge_nodes(labels) for label, labels in _LABELS.items()}
# WHY: a node made by this batch has the order of its row; only older ones are filled, and what they had wins.
FILL_NODES: Final[LiteralString] = """
    UNWIND $rows AS r MATCH (n:Node {tenant: $tenant, id: r.id}) WHERE n.ord <> r.own.ord
    WITH n, r, properties(n) AS old SET n += r.properties SET n += old
    SET n.changed = CASE WHEN old.changed < r.own.changed THEN r.own.changed ELSE old.changed END"""
MERGE_EDGES: Final[dict[EdgeType, LiteralString]] = {kind: _merge_edges(name) for kind, name in _TYPES.items()}
MARK: Final[LiteralString] = """
    UNWIND $rows AS r MATCH (n:Node {tenant: $tenant, id: r.id})
    SET n += r.properties, n.changed = CASE WHEN n.changed < r.changed THEN r.changed ELSE n.changed END
    RETURN count(*) AS done"""
# INVARIANT: counted once: the watermark moves in the same transaction, and a window never counts an event again.
TALLY: Final[LiteralString] = """
    UNWIND $rows AS r MATCH (n:Node {tenant: $tenant, id: r.id})
    FOREACH (_ IN CASE WHEN coalesce(n.countedTo, -1) < r.first THEN [1] ELSE [] END |
        SET n.accesses = coalesce(n.accesses, 0) + r.counts.accesses,
            n.rows = coalesce(n.rows, 0) + r.counts.rows,
            n.droppedRows = coalesce(n.droppedRows, 0) + r.counts.droppedRows,
            n.units = coalesce(n.units, 0) + r.counts.units,
            n.priceMicro = coalesce(n.priceMicro, 0) + r.counts.priceMicro,
            n.denied = coalesce(n.denied, 0) + r.counts.denied,
            n.withheld = coalesce(n.withheld, 0) + r.counts.withheld,
            n.countedTo = r.last,
            n.changed = CASE WHEN n.changed < r.last THEN r.last ELSE n.changed END)
    RETURN count(*) AS done"""
MISSING: Final[LiteralString] = """
    UNWIND $ids AS id OPTIONAL MATCH (n:Node {tenant: $tenant, id: id}) WITH id, n WHERE n IS NULL
    RETURN id ORDER BY id LIMIT 1"""

GET: Final[LiteralString] = """
    UNWIND $ids AS id MATCH (n:Node {tenant: $tenant, id: id}) RETURN properties(n) AS node ORDER BY n.ord"""
ORDER: Final[LiteralString] = "MATCH (n:Node {tenant: $tenant, id: $id}) RETURN n.ord AS ord"
FIND: Final[LiteralString] = """
    MATCH (n:Node {tenant: $tenant, label: $label})
    WHERE n.ord > $start AND all(key IN keys($where) WHERE n[key] = $where[key])
    RETURN properties(n) AS node ORDER BY n.ord LIMIT $limit"""
SCAN_NODES: Final[LiteralString] = """
    MATCH (n:Node {tenant: $tenant}) WHERE n.ord > $start
    RETURN properties(n) AS node ORDER BY n.ord LIMIT $limit"""
SCAN_EDGES: Final[LiteralString] = """
    UNWIND $ids AS id MATCH (a:Node {tenant: $tenant, id: id})-[e]->(b:Node {tenant: $tenant})
    RETURN a.id AS near, type(e) AS type, b.id AS far, e.seq AS seq"""
# WHY: in rounds, because one transaction that deletes a whole graph outgrows the server's memory.
RESET: Final[LiteralString] = """
    MATCH (n:Node {tenant: $tenant}) WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS done"""
RESET_WATERMARK: Final[LiteralString] = "MATCH (w:Watermark {tenant: $tenant}) DELETE w"


def expand(direction: Direction, types: frozenset[EdgeType]) -> LiteralString:
    """The statement of one page of edges; the same types give the same text, so that the server keeps its plan."""
    names: LiteralString = "|".join([name for kind, name in _TYPES.items() if kind in types])
    pattern: LiteralString = f"-[e:{names}]->" if direction is Direction.BACKWARD else f"<-[e:{names}]-"
    return f"""
    UNWIND $frontier AS id MATCH (a:Node {{tenant: $tenant, id: id}}){pattern}(b:Node {{tenant: $tenant}})
    WHERE e.seq <= $as_of AND (a.ord > $near OR a.ord = $near AND (e.code > $code OR e.code = $code AND b.ord > $far))
    RETURN a.id AS near, type(e) AS type, b.id AS far, e.seq AS seq ORDER BY a.ord, e.code, b.ord LIMIT $limit"""
