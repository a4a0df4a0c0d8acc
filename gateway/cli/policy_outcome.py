"""What ``muniment policy simulate`` says of each outcome, on one line."""

from collections.abc import Iterable, Iterator

from policies.deciding.grants import denied
from policies.lexical import literal
from policies.model import DenialCode, Premise, Reason, Report, RuleKind, Verdict
from policies.record import Record


def outcome_line(record: Record, report: Report, state: str) -> str:
    """The moment, what was decided and by which rule, what leaves, and the file of the state when there are several."""
    decision = record.decision
    reason = decision.reasons[0]
    parts = [
        literal(record.time)[1],
        f"{decision.effect:6}",
        f"{reason.code}: {reason.text}{' (not stated)' if is_unstated(reason, report) else ''}",
        f"rule: {reason.clause or 'none'}",
        f"columns: {', '.join(sorted(decision.columns)) or 'none'}",
        f"limit: {decision.limit}",
        *([f"state: {state}"] if state else []),
    ]
    return "  ".join(parts)


def is_unstated(reason: Reason, report: Report) -> bool:
    """Whether the reason is that nobody says a value: of the condition that is not met, or of one of a prohibition."""
    for rule in report.rules:
        unstated = [each for each in _every((*rule.action_premises, *rule.premises)) if _nobody_says(each)]
        if rule.rule != reason.clause or not unstated:
            continue
        if rule.kind is RuleKind.PROHIBITION:
            return True
        if reason.text in {denied(DenialCode.CONSTRAINT_NOT_MET, rule.rule, each.condition).text for each in unstated}:
            return True
    return False


def _every(premises: Iterable[Premise]) -> Iterator[Premise]:
    for premise in premises:
        yield premise
        yield from _every(premise.members)


def _nobody_says(premise: Premise) -> bool:
    """Whether it is unknown because of values that nobody says, and of nothing else."""
    if premise.result is not Verdict.UNKNOWN:
        return False
    unknown = [each for each in premise.members if each.result is Verdict.UNKNOWN]
    return all(_nobody_says(each) for each in unknown) if premise.members else not premise.actual
