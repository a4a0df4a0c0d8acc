"""The compiled plan, the interpreter and a naive reading of the semantics come to one decision."""

import ast
from collections import Counter
from collections.abc import Callable
from typing import Any

from policies.access_plan import access_plan
from policies.evaluate import evaluate
from policies.model import Decision
from policies.vocabulary import OPERANDS, Iri, compact
from tests.architecture.packages import ROOT
from tests.testkit.laws import CASES_PER_LAW, holds, kept
from tests.testkit.naive_policies import Opinion, opinion
from tests.testkit.policy_cases import Case, operands_of


def given_by(decision: Decision, case: Case) -> dict[str, Any]:
    return {
        "columns": decision.columns,
        "transforms": decision.transforms,
        "limit": decision.limit,
        "caps": Counter(decision.caps),
        "joint sets": set(decision.not_together),
        "consent": decision.consent_required,
        "price": decision.price,
        "obligations": {(each.clause, each.action) for each in decision.obligations},
        "rows": kept(decision, case.dataset),
    }


def thought(naive: Opinion) -> dict[str, Any]:
    return {
        "columns": naive.columns,
        "transforms": naive.transforms,
        "limit": naive.limit,
        "caps": Counter(naive.caps),
        "joint sets": naive.joints,
        "consent": naive.consent,
        "price": naive.price,
        "obligations": naive.owed,
        "rows": naive.kept,
    }


def test_plan_interpreter_and_naive_reading_decide_alike(tell: Callable[[str], None]) -> None:
    met: Counter[Iri] = Counter()
    tried: Counter[str] = Counter()

    def law(case: Case) -> None:
        interpreted = evaluate(case.policy, case.request, case.state, case.now, mandates=case.mandates)
        plan = access_plan(case.policy, case.request.dataset, mandates=case.mandates)
        naive = opinion(case)
        tried.update(["cases", str(interpreted.effect)])
        met.update(operands_of(case))

        assert plan.decide(case.request, case.state, case.now) == interpreted
        # WHY: where no row whatever can leave, denying says so at once; permitting gives nothing either.
        assert interpreted.permitted == naive.permits or (naive.futile and not interpreted.permitted)
        if interpreted.permitted:
            assert given_by(interpreted, case) == thought(naive)

    holds(law)
    permits = tried["permit"] / tried["cases"]
    rarest = min(OPERANDS, key=lambda operand: met[operand])
    share = met[rarest] / tried["cases"]
    tell(
        f"laws of policies: of {tried['cases']:,} cases {permits:.0%} permit;"
        f" the rarest of {len(OPERANDS)} operands is `{compact(rarest)}`, in {share:.1%}"
    )
    assert tried["cases"] >= CASES_PER_LAW
    assert permits >= 0.2
    assert share >= 0.01


def test_the_naive_reading_uses_nothing_of_what_decides() -> None:
    readings = sorted((ROOT / "tests/testkit").glob("naive_*.py"))
    imported = {
        node.module
        for path in readings
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module is not None
    }

    assert len(readings) == 3
    assert {each for each in imported if each.startswith("policies")} == {"policies.model", "policies.vocabulary"}
