"""No term that takes something away ever opens anything."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from policies.evaluate import evaluate
from policies.model import Condition, Constraint, Decision, DenialCode, Duty, Permission, Policy, Prohibition, atoms
from policies.vocabulary import ANONYMIZE, COMPENSATE, OPERANDS, TRANSFORM, Grain
from tests.testkit import case_terms
from tests.testkit.case_changes import tighter_policies, wider_prohibitions
from tests.testkit.laws import CASES_PER_LAW, holds, opened
from tests.testkit.policy_cases import Case, a_mandate, a_prohibition, constraints_of

Tell = Callable[[str], None]


def decided(case: Case) -> Decision:
    return evaluate(case.policy, case.request, case.state, case.now, mandates=case.mandates)


def never_opens(wide: Case, *narrower: Case) -> None:
    permitted = decided(wide)
    for each in narrower:
        assert opened(decided(each), permitted, wide.dataset) == []


def with_rule(case: Case, rule: Permission) -> Case:
    permissions = tuple(rule if each.uid == rule.uid else each for each in case.policy.permissions)
    return replace(case, policy=replace(case.policy, permissions=permissions))


def forbidding(case: Case, *more: Prohibition) -> Case:
    return replace(case, policy=replace(case.policy, prohibitions=(*case.policy.prohibitions, *more)))


def is_treated(policy: Policy) -> bool:
    """Whether a duty asks for a measure: a transform that applies it is the one term whose addition can open."""
    return any(duty.action.term == ANONYMIZE for rule in policy.permissions for duty in rule.duties)


def one_more(case: Case) -> Condition:
    tape, world = case.tape, case.world
    lefts = tape.one_of((case_terms.ACCESS, case_terms.ACCESS, case_terms.COLUMNS, case_terms.ROWS, ()))
    if lefts:
        return case_terms.condition(lefts, world)
    if tape.chance(60) and not is_treated(case.policy):
        return case_terms.transform(tape.one_of(world.dataset.columns), world)
    return case_terms.joint(world)


def conjoined(case: Case, condition: Condition) -> Case:
    rule = case.policy.permissions[0]
    if {OPERANDS[each.left].grain for each in atoms((condition,))} <= {Grain.ACCESS, Grain.CAP}:
        return with_rule(case, replace(rule, constraints=(*rule.constraints, condition)))
    target = replace(rule.target, refinements=(*rule.target.refinements, condition))
    return with_rule(case, replace(rule, target=target))


def test_one_more_conjunct_never_opens(tell: Tell) -> None:
    def law(case: Case) -> None:
        uid = case.policy.permissions[0].uid
        cap = case_terms.cap(case.tape.one_of(case_terms.CAPS), uid, case.world)
        never_opens(case, conjoined(case, one_more(case)), conjoined(case, cap))

    holds(law)
    tell(f"laws of policies: each tried on {CASES_PER_LAW:,} cases")


def unpriced(rule: Permission) -> Iterator[Duty]:
    # WHY: a second price is refused at registration; it would deny.
    return (each for each in rule.duties if each.action.term != COMPENSATE)


def test_one_more_duty_never_opens() -> None:
    def law(case: Case) -> None:
        rule, other = case.policy.permissions[0], a_mandate(7, case).permissions[0]
        never_opens(case, with_rule(case, replace(rule, duties=(*rule.duties, *unpriced(other)))))

    holds(law)


def demanded(case: Case) -> list[Constraint]:
    return [one for each in (case.policy, *case.mandates) for one in constraints_of(each) if one.left == TRANSFORM]


def can_settle(case: Case, changed: Case) -> bool:
    """Whether a stronger transform stands where another one clashed with a third, or fell short of a measure."""
    clash = any(each.code == DenialCode.TRANSFORMS_INCOMPARABLE for each in decided(case).reasons)
    short = any(is_treated(each) for each in (case.policy, *case.mandates))
    return (clash or short) and demanded(case) != demanded(changed)


def tighter(case: Case) -> Iterator[Case]:
    for each in tighter_policies(case.policy, validity=True):
        yield replace(case, policy=each)
    for place, mandate in enumerate(case.mandates):
        for each in tighter_policies(mandate, validity=False):
            yield replace(case, mandates=(*case.mandates[:place], each, *case.mandates[place + 1 :]))


def test_a_tighter_bound_never_opens() -> None:
    def law(case: Case) -> None:
        changed = case.tape.shuffled(list(tighter(case)))[:3]
        never_opens(case, *(each for each in changed if not can_settle(case, each)))

    holds(law)


def test_one_more_prohibition_never_opens() -> None:
    def law(case: Case) -> None:
        never_opens(case, forbidding(case, a_prohibition("urn:agreement:1#n9", case)))

    holds(law)


def splits_rows(rule: Prohibition) -> bool:
    """Whether it speaks of columns and rows at once, which registration refuses: those columns go from all rows."""
    return len({OPERANDS[each.left].grain for each in atoms(rule.target.refinements)}) > 1


def test_a_wider_prohibition_never_opens() -> None:
    def law(case: Case) -> None:
        own = a_prohibition("urn:agreement:1#n9", case)
        # WHY: without its terms on columns such a rule takes rows from all columns instead, and gives these back.
        wider = [each for each in wider_prohibitions(own) if each.target == own.target or not splits_rows(own)]
        never_opens(forbidding(case, own), *(forbidding(case, each) for each in case.tape.shuffled(wider)[:2]))

    holds(law)


def test_a_mandate_never_opens() -> None:
    def law(case: Case) -> None:
        never_opens(case, replace(case, mandates=(*case.mandates, a_mandate(7, case))))

    holds(law)
