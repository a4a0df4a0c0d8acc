"""The profile against the vocabulary of ODRL 2.2 and against the reference's own minimal ontology."""

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from policies.vocabulary import (
    CLOSE_MATCHES,
    DPV_SUBSET,
    DUTY_TERMS,
    INCLUDED_IN,
    MEANINGS,
    ODRL,
    OPERANDS,
    REP,
    VALUE_CLASSES,
    Iri,
    Operator,
)
from tests.architecture.packages import ROOT
from tests.testkit.shared import shared

CORE = Graph().parse(shared("suites", "odrl-w3c", "vocab", "ODRL22.ttl"))
REFERENCE = Graph().parse(shared("reference", "profile.ttl"))
ONTOLOGY = Graph().parse(ROOT / "docs" / "profile" / "1" / "ontology.ttl")
DEPRECATED = {
    *CORE.objects(URIRef(ODRL + "#deprecatedTerms"), SKOS.member),
    *(term for term, flag in CORE.subject_objects(OWL.deprecated) if str(flag) == "true"),
}
INCLUDED = URIRef(ODRL + "includedIn")


def of_the_core(kind: str) -> set[str]:
    found = set(CORE.subjects(RDF.type, URIRef(ODRL + kind))) - DEPRECATED
    return {str(term) for term in found if str(term).startswith(ODRL)}


def test_actions_of_the_core_are_those_that_are_not_deprecated_where_the_core_puts_them() -> None:
    known = {action: parent for action, parent in INCLUDED_IN.items() if action.startswith(ODRL)}

    assert set(known) == of_the_core("Action")
    assert {action: str(parent) for action, parent in known.items() if parent is not None} == {
        str(action): str(parent) for action, parent in CORE.subject_objects(INCLUDED) if str(action) in known
    }


@pytest.mark.parametrize(("terms", "kind"), [(OPERANDS, "LeftOperand"), (list(Operator), "Operator")])
def test_operands_and_operators_of_the_core_are_its_own_and_not_deprecated(terms: list[Iri], kind: str) -> None:
    assert {str(term) for term in terms if term.startswith(ODRL)} <= of_the_core(kind)


def test_parties_of_duties_are_functions_of_the_core() -> None:
    functions = {str(term) for term in CORE.subjects(RDFS.subPropertyOf, URIRef(ODRL + "function"))}

    assert {term.role for term in DUTY_TERMS.values()} - {None} <= functions


def test_the_ontology_says_all_that_the_reference_says() -> None:
    """Definitions are in words of their own; the classes, the hierarchy and the domains are facts."""
    facts = (RDF.type, INCLUDED, RDFS.domain)

    missing = {(term, about, said) for term, about, said in REFERENCE if about in facts} - set(ONTOLOGY)

    assert missing == set()


def test_the_ontology_defines_every_term_of_the_profile() -> None:
    own = {
        *(action for action in INCLUDED_IN if action.startswith(REP)),
        *(iri for iri in OPERANDS if iri.startswith(REP)),
        *VALUE_CLASSES,
        *(value for values in VALUE_CLASSES.values() for value in values),
    }

    defined = {str(term): str(text) for term, text in ONTOLOGY.subject_objects(SKOS.definition)}

    assert own <= defined.keys()
    assert all(MEANINGS[Iri(term)] == text for term, text in defined.items())


def test_the_ontology_names_close_matches_as_notes() -> None:
    named = {(str(term), str(match)) for term, match in ONTOLOGY.subject_objects(SKOS.closeMatch)}

    assert named == {(term, match.iri) for term, several in CLOSE_MATCHES.items() for match in several if match.iri}
    assert not {match for _, match in named} & {str(term) for term in ONTOLOGY.subjects()}


def test_the_ontology_has_the_concepts_in_use() -> None:
    broader = {(str(one), str(other)) for one, other in ONTOLOGY.subject_objects(SKOS.broader)}

    assert broader == {(one, other) for one, several in DPV_SUBSET.broader.items() for other in several}
