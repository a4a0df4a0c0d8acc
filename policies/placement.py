"""Where terms may stand: conditions by their operand's placement, duties by their discharge point."""

from collections.abc import Iterable
from typing import Final

from policies.errors import PolicyMalformedError, PolicyTermMisplacedError, PolicyUnsupportedError
from policies.model import Condition, Constraint, Duty, Logic, LogicalConstraint, Permission, Policy, Prohibition, atoms
from policies.vocabulary import (
    CONSENTING_PARTY,
    DATA_SUBJECT,
    PAY_AMOUNT,
    PROFILE,
    REVENUE_SHARE,
    SETTLE,
    DutyPlace,
    DutyTerm,
    Grain,
    Iri,
    Operator,
    Placement,
    compact,
)
from policies.wellformed import require_wellformed

_LEAST_MEMBERS: Final = 2
_ALONE: Final = frozenset({Grain.CAP, Grain.TRANSFORM, Grain.JOINT})
"""Grains that decide nothing inside `or` and `xone`, nor in a prohibition."""


def require_placed(policy: Policy) -> None:
    """Check every condition and duty of the policy against the place where it stands.

    Raises:
        PolicyTermMisplacedError: a known term stands where it has no meaning.
        PolicyUnsupportedError: logic inside logic.
        PolicyError: a constraint is not well formed by itself.
    """
    for index, permission in enumerate(policy.permissions):
        _permission(permission, f"/permission/{index}")
    for index, prohibition in enumerate(policy.prohibitions):
        _prohibition(prohibition, f"/prohibition/{index}")
    for index, obligation in enumerate(policy.obligations):
        pointer = f"/obligation/{index}"
        if obligation.target is not None and obligation.target.refinements:
            raise PolicyMalformedError("the target of an obligation is not refined", pointer=f"{pointer}/target")
        _duty(obligation, DutyPlace.OBLIGATION, pointer)


def _permission(rule: Permission, pointer: str) -> None:
    _used_action(rule.action.term, pointer)
    _conditions(rule.constraints, Placement.CONSTRAINT, f"{pointer}/constraint")
    _conditions(rule.target.refinements, Placement.TARGET, f"{pointer}/target/refinement")
    _conditions(rule.action.refinements, Placement.ACTION, f"{pointer}/action/refinement")
    for index, duty in enumerate(rule.duties):
        _nested(duty, DutyPlace.DUTY, f"{pointer}/duty/{index}")


def _prohibition(rule: Prohibition, pointer: str) -> None:
    _used_action(rule.action.term, pointer)
    _conditions(rule.constraints, Placement.CONSTRAINT, f"{pointer}/constraint")
    _conditions(rule.target.refinements, Placement.TARGET, f"{pointer}/target/refinement")
    _conditions(rule.action.refinements, Placement.ACTION, f"{pointer}/action/refinement")
    for atom in atoms((*rule.constraints, *rule.target.refinements)):
        if _grain(atom) in _ALONE:
            raise PolicyTermMisplacedError(_told(atom), "a term of a prohibition", pointer=pointer)
    for index, duty in enumerate(rule.remedies):
        _nested(duty, DutyPlace.REMEDY, f"{pointer}/remedy/{index}")


def _used_action(action: Iri, pointer: str) -> None:
    if action in PROFILE.duties:
        raise PolicyTermMisplacedError(compact(action), "action of a permission or prohibition", pointer=pointer)


def _nested(duty: Duty, place: DutyPlace, pointer: str) -> None:
    if duty.assigner is not None or duty.assignee is not None or duty.target is not None:
        raise PolicyMalformedError("a nested duty takes its parties and target from its rule", pointer=pointer)
    if duty.consequences:
        raise PolicyTermMisplacedError("odrl:consequence", f"part of a `{place}`", pointer=pointer)
    _duty(duty, place, pointer)


def _duty(duty: Duty, place: DutyPlace, pointer: str) -> None:
    term = PROFILE.duties.get(duty.action.term)
    if term is None or place not in term.places:
        known = "" if term is None else f"it is discharged {term.discharge.value} the use"
        raise PolicyTermMisplacedError(compact(duty.action.term), f"a `{place}`", pointer=pointer, hint=known)
    _role(duty, term, pointer)
    _conditions(duty.constraints, Placement.OBLIGATION, f"{pointer}/constraint")
    _conditions(duty.action.refinements, Placement.DUTY, f"{pointer}/action/refinement")
    named = {atom.left for atom in atoms(duty.action.refinements)}
    wrong = min(named - term.operands_at(place), default=None)
    if wrong is not None:
        raise PolicyTermMisplacedError(compact(wrong), f"refinement of `{compact(term.action)}`", pointer=pointer)
    missing = min(term.required - named, default=None)
    if missing is not None or (term.action == SETTLE and not named & {PAY_AMOUNT, REVENUE_SHARE}):
        wanted = compact(missing or PAY_AMOUNT)
        raise PolicyMalformedError(f"`{compact(term.action)}` needs `{wanted}`", pointer=pointer)
    for index, consequence in enumerate(duty.consequences):
        _nested(consequence, DutyPlace.CONSEQUENCE, f"{pointer}/consequence/{index}")


def _role(duty: Duty, term: DutyTerm, pointer: str) -> None:
    function = None if duty.role is None else duty.role.function
    if function != term.role:
        wanted = "no party with a function" if term.role is None else f"`{compact(term.role)}`"
        raise PolicyMalformedError(f"`{compact(term.action)}` needs {wanted}", pointer=pointer)
    if duty.role is not None and function == CONSENTING_PARTY and duty.role.party != DATA_SUBJECT:
        raise PolicyMalformedError("consent is given by `rep:dataSubject`", pointer=pointer)


def _conditions(conditions: Iterable[Condition], placement: Placement, pointer: str) -> None:
    for index, condition in enumerate(conditions):
        if isinstance(condition, LogicalConstraint):
            _logical(condition, f"{pointer}/{index}")
        for atom in atoms((condition,)):
            require_wellformed(atom, f"{pointer}/{index}")
            if placement not in PROFILE.operands[atom.left].placements:
                raise PolicyTermMisplacedError(_told(atom), placement.value, pointer=f"{pointer}/{index}")


def _logical(condition: LogicalConstraint, pointer: str) -> None:
    name = compact(condition.logic)
    members = [each for each in condition.members if isinstance(each, Constraint)]
    if len(members) != len(condition.members):
        raise PolicyUnsupportedError(f"logic inside `{name}` is not supported", pointer=pointer)
    if len(members) < _LEAST_MEMBERS:
        raise PolicyMalformedError(f"`{name}` needs at least two members", pointer=pointer)
    if condition.logic is Logic.AND:
        # WHY: the normal form replaces it by its members, which then stand by themselves.
        return
    grains = {_grain(each) for each in members}
    if len(grains) > 1 or grains & _ALONE:
        told = ", ".join(sorted({_told(each) for each in members}))
        raise PolicyTermMisplacedError(told, f"members of one `{name}`", pointer=pointer)


def _grain(constraint: Constraint) -> Grain | None:
    if constraint.operator is Operator.NOT_TOGETHER:
        return Grain.JOINT
    operand = PROFILE.operands.get(constraint.left)
    return None if operand is None else operand.grain


def _told(constraint: Constraint) -> str:
    return compact(Operator.NOT_TOGETHER if constraint.operator is Operator.NOT_TOGETHER else constraint.left)
