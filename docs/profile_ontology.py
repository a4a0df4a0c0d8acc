"""The ontology of the licence profile in RDF, made of the vocabulary alone."""

import re
from collections.abc import Iterable
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS, XSD

from docs.markdown import NOTE
from policies.vocabulary import (
    CLOSE_MATCHES,
    DATA_SUBJECT,
    DPV_LICENCE,
    DPV_SOURCE,
    DPV_SUBSET,
    DPV_SUBSET_SHA256,
    INCLUDED_IN,
    MEANINGS,
    ODRL,
    ON_COLUMN_PROPERTY,
    OPERANDS,
    PARAMETER_PROPERTY,
    PREFIXES,
    PROFILE_IRI,
    REP,
    VALUE_CLASSES,
    Iri,
    Operator,
    local,
)

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def ontology() -> str:
    """The ontology in Turtle; the same bytes for the same vocabulary."""
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in {**PREFIXES, "owl": str(OWL), "rdfs": str(RDFS), "skos": str(SKOS)}.items():
        graph.bind(prefix, namespace)
    _head(graph)
    _actions(graph)
    _terms(graph, OPERANDS, "LeftOperand")
    _terms(graph, (Iri(each) for each in Operator), "Operator")
    _terms(graph, (DATA_SUBJECT,), "PartyCollection")
    _values(graph)
    _properties(graph)
    _concepts(graph)
    return f"# {NOTE}\n\n{graph.serialize(format='turtle').strip()}\n"


def _head(graph: Graph) -> None:
    profile = URIRef(PROFILE_IRI)
    graph.add((profile, RDF.type, OWL.Ontology))
    graph.add((profile, RDFS.label, _english("Licences of metaverse data, profile 1")))
    graph.add((profile, OWL.versionInfo, Literal(local(PROFILE_IRI).rpartition("/")[2])))
    graph.add((profile, DCTERMS.source, _english(f"{DPV_SOURCE}, a closed subset; SHA-256 {DPV_SUBSET_SHA256}")))
    graph.add((profile, DCTERMS.rights, URIRef(DPV_LICENCE)))


def _actions(graph: Graph) -> None:
    for action, parent in INCLUDED_IN.items():
        _terms(graph, (action,), "Action")
        if parent is not None:
            graph.add((URIRef(action), URIRef(ODRL + "includedIn"), URIRef(parent)))


def _values(graph: Graph) -> None:
    for owner, values in VALUE_CLASSES.items():
        graph.add((URIRef(owner), RDF.type, RDFS.Class))
        graph.add((URIRef(owner), RDF.type, OWL.Class))
        _defined(graph, owner)
        for value in values:
            graph.add((URIRef(value), RDF.type, URIRef(owner)))
            graph.add((URIRef(value), RDF.type, SKOS.Concept))
            _defined(graph, value)


def _properties(graph: Graph) -> None:
    for property_ in (ON_COLUMN_PROPERTY, PARAMETER_PROPERTY):
        graph.add((URIRef(property_), RDF.type, RDF.Property))
        graph.add((URIRef(property_), RDFS.domain, URIRef(ODRL + "Constraint")))
        _defined(graph, property_)
    graph.add((URIRef(ON_COLUMN_PROPERTY), RDF.type, OWL.DatatypeProperty))
    graph.add((URIRef(ON_COLUMN_PROPERTY), RDFS.range, XSD.string))


def _concepts(graph: Graph) -> None:
    for concept, broader in DPV_SUBSET.broader.items():
        graph.add((URIRef(concept), RDF.type, SKOS.Concept))
        for each in broader:
            graph.add((URIRef(concept), SKOS.broader, URIRef(each)))


def _terms(graph: Graph, terms: Iterable[Iri], owner: str) -> None:
    for term in terms:
        graph.add((URIRef(term), RDF.type, URIRef(ODRL + owner)))
        graph.add((URIRef(term), RDF.type, SKOS.Concept))
        _defined(graph, term)


def _defined(graph: Graph, term: Iri) -> None:
    """What the term means: the definition of an own term, a note on the scope of another's."""
    own = term.startswith(REP)
    if term in MEANINGS:
        graph.add((URIRef(term), SKOS.definition if own else SKOS.scopeNote, _english(MEANINGS[term])))
    if own:
        graph.add((URIRef(term), RDFS.label, _english(_HUMP.sub(" ", local(term)).lower())))
        graph.add((URIRef(term), RDFS.isDefinedBy, URIRef(PROFILE_IRI)))
    for match in CLOSE_MATCHES.get(term, ()):
        if match.iri:
            graph.add((URIRef(term), SKOS.closeMatch, URIRef(match.iri)))
        else:
            graph.add((URIRef(term), SKOS.note, _english(f"Close match: {match.vocabulary}, {match.term}.")))


def _english(text: str) -> Literal:
    return Literal(text, lang="en")
