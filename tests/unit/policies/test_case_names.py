"""What a state names is there: counters of caps, duties, columns; of the terms and of the mandates."""

from dataclasses import replace

import pytest

from policies.case_names import require_named
from policies.counters import counted_as, counters_of
from policies.errors import CaseInvalidError
from policies.evaluate import evaluate
from policies.model import Evidence, Policy, PolicyClass, State, Usage
from policies.vocabulary import Iri
from tests.testkit.policies import NOW, a_state, an_access, an_agreement

TERMS = an_agreement(max_records=10, max_queries=2, ethics=True)
MANDATE = replace(
    TERMS,
    uid=Iri("urn:mandate:1"),
    policy_class=PolicyClass.SET,
    permissions=tuple(replace(each, uid=Iri("urn:mandate:1#p1"), duties=()) for each in TERMS.permissions),
)
COLUMNS = ("rater", "value")


def evidence(duty: str) -> tuple[Evidence, ...]:
    return (Evidence(duty=Iri(duty), since=NOW),)


def refusal(state: State, policy: Policy = TERMS, pointer: str = "") -> CaseInvalidError:
    with pytest.raises(CaseInvalidError) as refused:
        require_named(state, (policy, MANDATE), COLUMNS, pointer=pointer)
    return refused.value


def test_counters_are_those_that_a_decision_names() -> None:
    agreed = an_agreement(max_records=10, max_queries=2)
    decision = evaluate(agreed, an_access(), a_state(), NOW)

    assert decision.permitted
    assert {cap.counter for cap in decision.caps} == counters_of([agreed]).keys()
    assert {counted_as(each, agreed.permissions[0].uid) for each in agreed.permissions[0].constraints} == {
        "",
        *counters_of([agreed]),
    }


def test_every_name_of_the_terms_and_of_a_mandate_is_taken() -> None:
    counters = counters_of([TERMS, MANDATE])
    duties = [duty.uid for duty in TERMS.permissions[0].duties]
    owed = [duty.uid for duty in TERMS.obligations]

    assert (len(counters), len(duties), len(owed) > 0) == (4, 1, True)
    require_named(a_state(usage={each: Usage(used=1) for each in counters}), (TERMS, MANDATE), COLUMNS)
    for duty in (*duties, *owed):
        require_named(a_state(evidence=evidence(duty)), (TERMS,), COLUMNS)
    require_named(a_state(released=frozenset(COLUMNS)), (TERMS,), COLUMNS)


@pytest.mark.parametrize(
    ("state", "pointer"),
    [
        (a_state(usage={"urn:x/~#count": Usage(used=1)}), "/usage/urn:x~1~0#count"),
        (a_state(evidence=evidence("urn:duty:other")), "/evidence/0/duty"),
        (a_state(released=frozenset({"rating"})), "/released"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_its_place(state: State, pointer: str) -> None:
    refused = refusal(state, pointer="/state")

    assert refused.pointer == f"/state{pointer}"
    assert refused.hint.startswith("there are `")


def test_those_that_are_there_are_told() -> None:
    refused = refusal(a_state(usage={"recordCount": Usage(used=1000)}))

    assert refused.problem == "no cap of the terms is counted as `recordCount`"
    assert refused.hint == f"there are `{'`, `'.join(counters_of([TERMS, MANDATE]))}`"


def test_where_there_is_none_nothing_can_be_named() -> None:
    with pytest.raises(CaseInvalidError) as refused:
        require_named(a_state(usage={"recordCount": Usage(used=1)}), (an_agreement(),), COLUMNS)

    assert refused.value.hint == "the terms have no cap: leave `usage` out"
