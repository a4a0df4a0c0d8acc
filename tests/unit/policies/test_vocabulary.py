import hashlib
from typing import Any

import pytest
import rfc8785

from policies.vocabulary import (
    CLOSE_MATCHES,
    DPV,
    DPV_SUBSET,
    DPV_SUBSET_SHA256,
    DUTY_TERMS,
    FINE_TUNE,
    INCLUDED_IN,
    ISO3166,
    MEANINGS,
    OPERANDS,
    PD,
    PROFILE,
    PURPOSE,
    PURPOSE_ROOT,
    REP,
    SELL,
    SOURCE_PLATFORM,
    SPATIAL,
    TRANSFER,
    TRANSFORMS,
    USE,
    VALUE_CLASSES,
    Grain,
    Iri,
    Supplier,
    absolute,
    compact,
    local,
)
from tests.testkit.policies import ACADEMIC, GERMANY, MARKETING, RESEARCH


def test_every_broader_concept_is_known() -> None:
    broader = PROFILE.taxonomy.broader

    assert all(each in broader for several in broader.values() for each in several)


def test_taxonomy_is_acyclic() -> None:
    broader = PROFILE.taxonomy.broader

    assert all(concept not in PROFILE.taxonomy.ancestors(each) for concept in broader for each in broader[concept])


@pytest.mark.parametrize(
    ("child", "parent", "expected"),
    [
        (ACADEMIC, ACADEMIC, True),
        (ACADEMIC, RESEARCH, True),
        (Iri(DPV + "TargetedAdvertising"), MARKETING, True),
        (Iri(DPV + "CommercialResearch"), Iri(DPV + "CommercialPurpose"), True),
        (ACADEMIC, MARKETING, False),
        (RESEARCH, ACADEMIC, False),
        (Iri(PD + "Friend"), Iri(PD + "SocialNetwork"), True),
        (Iri("urn:unheard"), RESEARCH, None),
        (RESEARCH, Iri("urn:unheard"), None),
    ],
)
def test_is_a(child: Iri, parent: Iri, expected: bool | None) -> None:
    assert PROFILE.is_a(child, parent) is expected


def test_actions_reach_use_or_transfer() -> None:
    assert all(PROFILE.includes(USE, each) or PROFILE.includes(TRANSFER, each) for each in INCLUDED_IN)


def test_actions_of_the_profile_are_directly_under_use_or_transfer() -> None:
    assert {parent for action, parent in INCLUDED_IN.items() if action.startswith(REP)} == {USE, TRANSFER}


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [(USE, FINE_TUNE, True), (FINE_TUNE, USE, False), (TRANSFER, SELL, True), (USE, Iri("urn:x"), None)],
)
def test_includes(outer: Iri, inner: Iri, expected: bool | None) -> None:
    assert PROFILE.includes(outer, inner) is expected


def test_every_duty_term_has_an_action_and_known_operands() -> None:
    assert all(term.action in INCLUDED_IN for term in DUTY_TERMS.values())
    assert all(term.required <= term.operands <= OPERANDS.keys() for term in DUTY_TERMS.values())


@pytest.mark.parametrize(
    ("operand", "value", "expected"),
    [
        (PURPOSE, RESEARCH, True),
        (PURPOSE, PURPOSE_ROOT, True),
        (PURPOSE, "urn:x", False),
        (SPATIAL, GERMANY, True),
        (SPATIAL, GERMANY + "X", False),
        (SPATIAL, "urn:DE", False),
        (SPATIAL, "DE", False),
        (SPATIAL, ISO3166 + "GB", True),
        (SPATIAL, ISO3166 + "UK", False),
        (SPATIAL, ISO3166 + "ZZ", False),
        (SOURCE_PLATFORM, "anything", True),
        (Iri(REP + "modelRelease"), REP + "openWeights", True),
        (Iri(REP + "modelRelease"), REP + "elsewhere", False),
    ],
)
def test_closed_values(operand: Iri, value: str, *, expected: bool) -> None:
    assert PROFILE.knows(OPERANDS[operand], value) is expected


@pytest.mark.parametrize(
    ("iri", "short", "last"),
    [
        (FINE_TUNE, "rep:fineTune", "fineTune"),
        (GERMANY, "iso3166:DE", "DE"),
        ("urn:dataset:1", "urn:dataset:1", "urn:dataset:1"),
        (REP, REP, REP),
    ],
)
def test_compact_and_local(iri: str, short: str, last: str) -> None:
    assert compact(iri) == short
    assert local(iri) == last


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("urn:x:1", True),
        ("https://a.example/b#c", True),
        ("did:example:owner", True),
        ("relative/path", False),
        ("rep:fineTune", False),
        ("rep://host/x", False),
        ("urn:with space", False),
        ("https://exämple.example/ü", True),
        ("urn:a\u200bb", False),
        ("urn:a\u202eb", False),
        ("urn:a\u00a0b", False),
        ("urn:" + "x" * 2044, True),
        ("urn:" + "x" * 2045, False),
        ("", False),
    ],
)
def test_absolute(text: str, *, expected: bool) -> None:
    assert absolute(text) is expected


def test_every_term_of_the_profile_has_a_meaning() -> None:
    terms = {
        *(operand.iri for operand in OPERANDS.values()),
        *(operator.value for operand in OPERANDS.values() for operator in operand.operators),
        *(action for action in INCLUDED_IN if action.startswith(REP)),
        *DUTY_TERMS,
        *VALUE_CLASSES,
        *(value for values in VALUE_CLASSES.values() for value in values),
    }

    assert terms <= MEANINGS.keys()
    assert all(meaning.endswith(".") and meaning[0].isupper() for meaning in MEANINGS.values())


def test_every_operand_and_duty_says_what_it_means() -> None:
    assert all(operand.meaning == MEANINGS[iri] for iri, operand in OPERANDS.items())
    assert all(term.meaning == MEANINGS[action] for action, term in DUTY_TERMS.items())
    assert all(term.meaning == MEANINGS[iri] for iri, term in TRANSFORMS.items())


def test_every_operand_has_a_supplier() -> None:
    assert all(operand.suppliers for operand in OPERANDS.values())


def test_what_counts_is_taken_from_the_state() -> None:
    assert all(Supplier.STATE in operand.suppliers for operand in OPERANDS.values() if operand.counts)
    assert all(operand.counts for operand in OPERANDS.values() if operand.grain is Grain.CAP)


def test_operands_on_rows_are_read_from_a_column_of_the_row() -> None:
    rows = {iri: operand for iri, operand in OPERANDS.items() if operand.grain is Grain.ROW}

    assert all(operand.suppliers[0] is Supplier.ROW for operand in rows.values())
    assert {compact(iri): operand.column for iri, operand in rows.items()} == {
        "rep:subjectRegion": "subject_region",
        "rep:lawfulBasis": "",
        "rep:subjectAge": "subject_age",
        "rep:contested": "contested",
        "rep:optOut": "opt_out",
        "rep:observedAt": "observed_at",
        "rep:recordLicence": "licence_hint",
        "rep:sourcePlatform": "platform",
        "rep:column": "",
    }
    assert not any(operand.column for iri, operand in OPERANDS.items() if iri not in rows)


def test_close_matches_are_terms_of_others() -> None:
    assert CLOSE_MATCHES.keys() <= MEANINGS.keys()
    assert not {match.iri for several in CLOSE_MATCHES.values() for match in several} & PROFILE.actions.keys()


def test_the_published_hash_is_that_of_the_vendored_concepts() -> None:
    facts: dict[str, Any] = {concept: sorted(broader) for concept, broader in DPV_SUBSET.broader.items()}

    assert hashlib.sha256(rfc8785.dumps(facts)).hexdigest() == DPV_SUBSET_SHA256
