"""Neither the order of what has none, nor the spelling of a document, nor the names of things change a decision."""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import Any

from policies.canonical import policy_hash
from policies.errors import PolicyMalformedError
from policies.evaluate import evaluate
from policies.jsonld import intake, to_document
from policies.model import Decision, Policy
from tests.testkit.case_changes import renamed, shuffled
from tests.testkit.laws import holds
from tests.testkit.policy_cases import Case
from tests.testkit.tape import Tape


def decided(case: Case) -> Decision:
    return evaluate(case.policy, case.request, case.state, case.now, mandates=case.mandates)


def test_order_never_matters() -> None:
    def law(case: Case) -> None:
        policy = shuffled(case.policy, case.tape)
        mandates = shuffled(case.mandates, case.tape)
        state = replace(case.state, evidence=case.tape.shuffled(case.state.evidence))

        assert policy_hash(policy) == policy_hash(case.policy)
        assert decided(replace(case, policy=policy, mandates=mandates, state=state)) == decided(case)

    holds(law)


def respelt(value: Any, tape: Tape) -> Any:
    """The same document with its keys and arrays in another order, and single elements without an array."""
    if isinstance(value, list):
        return list(tape.shuffled([respelt(each, tape) for each in value]))
    if not isinstance(value, dict):
        return value
    return {key: _single(key, respelt(value[key], tape), tape) for key in tape.shuffled(sorted(value))}


def _single(key: str, value: Any, tape: Tape) -> Any:
    alone = isinstance(value, list) and len(value) == 1 and key != "@list"
    return value[0] if alone and tape.chance(50) else value


def taken_in(document: Any) -> Policy | None:
    with suppress(PolicyMalformedError):
        return intake(document)
    return None


def test_another_spelling_has_the_same_hash_and_the_same_decision() -> None:
    tried: Counter[bool] = Counter()

    def law(case: Case) -> None:
        document = to_document(case.policy)
        one = taken_in(document)
        context = document.pop("@context")
        other = taken_in({**respelt(document, case.tape), "@context": context})
        tried.update([one is not None])

        # WHY: a drawn condition may stand both in an ``and`` and beside it; then both spellings are refused.
        assert (one is None) == (other is None)
        if other is not None:
            assert policy_hash(other) == policy_hash(case.policy)
            assert decided(replace(case, policy=other)) == decided(case)

    holds(law)
    assert tried[True] > 0.9 * tried.total()


def test_names_do_not_matter() -> None:
    def law(case: Case) -> None:
        changed = {
            name: renamed(getattr(case, name), "urn:", "urn:other:")
            for name in ("policy", "mandates", "request", "state")
        }
        expected = decided(case)

        found = renamed(decided(replace(case, **changed)), "urn:other:", "urn:")

        assert found._replace(policy=expected.policy) == expected

    holds(law)
