"""Where terms may stand: conditions by their operand's placement, duties by their discharge point."""

from collections.abc import Iterable
from typing import Final, assert_never

from policies.errors import PolicyMalformedError, PolicyTermMisplacedError, PolicyUnsupportedError
from policies.model import Condition, Constraint, Duty, Logic, LogicalConstraint, Permission, Policy, Prohibition, atoms
from policies.registering.parts import conjuncts, leaves, nested_duties, top_rules
from policies.registering.places import Written
from policies.registering.wellformed import require_wellformed
from policies.vocabulary import (
    CONSENTING_PARTY,
    DATA_SUBJECT,
    PAY_AMOUNT,
    PROFILE,
    REVENUE_SHARE,
    SETTLE,
    Discharge,
    DutyPlace,
    DutyTerm,
    Grain,
    Iri,
    Operator,
    Placement,
    compact,
    local,
)

_LEAST_MEMBERS: Final = 2
_ALONE: Final = frozenset({Grain.CAP, Grain.TRANSFORM, Grain.JOINT})
"""Grains that decide nothing inside `or` and `xone`, nor in a prohibition."""
_OWED: Final = frozenset({Placement.DUTY, Placement.OBLIGATION})
_RULES: Final = {
    Grain.ACCESS: 18,
    Grain.CAP: 19,
    Grain.COLUMN: 11,
    Grain.ROW: 12,
    Grain.JOINT: 11,
    Grain.TRANSFORM: 13,
    Grain.DUTY: 15,
}
"""The rule of the semantics about the terms of each grain."""


def require_placed(policy: Policy) -> None:
    """Check every condition and duty of the policy against the place where it stands.

    Raises:
        PolicyTermMisplacedError: a known term stands where it has no meaning.
        PolicyUnsupportedError: logic inside logic.
        PolicyError: a constraint is not well formed by itself.
    """
    for rule, place in top_rules(policy):
        match rule:
            case Permission() | Prohibition():
                _use(rule, place)
            case Duty():
                _obligation(rule, place)
            case _:
                assert_never(rule)


def _use(rule: Permission | Prohibition, place: Written) -> None:
    if rule.action.term in PROFILE.duties:
        raise PolicyTermMisplacedError(
            compact(rule.action.term),
            "action of a permission or prohibition",
            rule=15,
            hint="this is the action of a duty; name what may be done with the data, such as `rep:fineTune`",
            pointer=place.pointer("action"),
        )
    _conditions(rule.constraints, Placement.CONSTRAINT, place.at("constraint"))
    _conditions(rule.target.refinements, Placement.TARGET, place.at("target", "refinement"))
    _conditions(rule.action.refinements, Placement.ACTION, place.at("action", "refinement"))
    if isinstance(rule, Prohibition):
        _forbidding(rule, place)
    for duty, where in nested_duties(rule, place):
        _nested(duty, DutyPlace.DUTY if isinstance(rule, Permission) else DutyPlace.REMEDY, where)


def _forbidding(rule: Prohibition, place: Written) -> None:
    for conditions, where in (
        (rule.constraints, place.at("constraint")),
        (rule.target.refinements, place.at("target", "refinement")),
    ):
        for condition, here in conjuncts(conditions, where):
            for atom, exactly in leaves(condition, here):
                if _grain(atom) in _ALONE:
                    raise PolicyTermMisplacedError(
                        _told(atom),
                        "a term of a prohibition",
                        rule=_rule_of(atom),
                        hint="limits, transforms and joint sets belong to a permission",
                        pointer=exactly.pointer(),
                    )
    _columns_or_rows(rule, place.at("target", "refinement"))


def _columns_or_rows(rule: Prohibition, place: Written) -> None:
    """A prohibition takes whole columns or whole rows; single values cannot be left out of a row."""
    named = list(atoms(rule.target.refinements))
    if {Grain.COLUMN, Grain.ROW} <= {_grain(each) for each in named}:
        raise PolicyTermMisplacedError(
            ", ".join(sorted({_told(each) for each in named})),
            "refinements of one prohibition",
            rule=12,
            hint="name columns, which then go from all rows, or rows, which then go with all their columns; "
            "for both, write two prohibitions",
            pointer=place.pointer(),
        )


def _obligation(duty: Duty, place: Written) -> None:
    if duty.target is not None and duty.target.refinements:
        raise PolicyMalformedError(
            "the target of an obligation is not refined",
            rule=15,
            hint="an obligation is owed for the asset as a whole",
            pointer=place.pointer("target"),
        )
    _duty(duty, DutyPlace.OBLIGATION, place)


def _nested(duty: Duty, where: DutyPlace, place: Written) -> None:
    for name, named in (("assigner", duty.assigner), ("assignee", duty.assignee), ("target", duty.target)):
        if named is not None:
            raise PolicyMalformedError(
                "a nested duty takes its parties and target from its rule",
                rule=33,
                hint="leave them out; the rule that holds the duty names them",
                pointer=place.pointer(name),
            )
    if duty.consequences:
        raise PolicyTermMisplacedError(
            "odrl:consequence",
            f"part of a `{where}`",
            rule=15,
            hint="a consequence follows an obligation",
            pointer=place.pointer("consequence"),
        )
    _duty(duty, where, place)


def _duty(duty: Duty, where: DutyPlace, place: Written) -> None:
    term = PROFILE.duties.get(duty.action.term)
    if term is None or where not in term.places:
        fitting = sorted(compact(each.action) for each in PROFILE.duties.values() if where in each.places)
        raise PolicyTermMisplacedError(
            compact(duty.action.term),
            f"{_a(where)} `{where}`",
            rule=15,
            hint=f"{_discharged(term)}{_a(where)} `{where}` is one of `{'`, `'.join(fitting)}`",
            pointer=place.pointer("action"),
        )
    _role(duty, term, place)
    _conditions(duty.constraints, Placement.OBLIGATION, place.at("constraint"))
    _conditions(duty.action.refinements, Placement.DUTY, place.at("action", "refinement"))
    _operands(duty, term, where, place)
    for consequence, here in nested_duties(duty, place):
        _nested(consequence, DutyPlace.CONSEQUENCE, here)


def _a(place: DutyPlace) -> str:
    return "an" if place is DutyPlace.OBLIGATION else "a"


def _discharged(term: DutyTerm | None) -> str:
    if term is None:
        return ""
    when = {
        Discharge.BEFORE: "before the use, in a `duty`",
        Discharge.GATEWAY: "by the gateway, in a `duty`",
        Discharge.AFTER: "after the use",
    }[term.discharge]
    return f"`{compact(term.action)}` is discharged {when}; "


def _operands(duty: Duty, term: DutyTerm, where: DutyPlace, place: Written) -> None:
    """Its refinements are those that its term knows, and none is missing without which it cannot be discharged."""
    named: set[Iri] = set()
    fitting = term.operands_at(where)
    for condition, here in conjuncts(duty.action.refinements, place.at("action", "refinement")):
        for atom, exactly in leaves(condition, here):
            named.add(atom.left)
            if atom.left not in fitting:
                known = ", ".join(f"`{compact(each)}`" for each in sorted(fitting))
                raise PolicyTermMisplacedError(
                    compact(atom.left),
                    f"refinement of `{compact(term.action)}`",
                    rule=15,
                    hint=f"it takes {known}" if known else "it takes no refinement",
                    pointer=exactly.pointer(),
                )
    missing = min(term.required - named, default=None)
    if missing is not None or (term.action == SETTLE and not named & {PAY_AMOUNT, REVENUE_SHARE}):
        wanted = compact(missing or PAY_AMOUNT)
        raise PolicyMalformedError(
            f"`{compact(term.action)}` needs `{wanted}`",
            rule=27,
            hint=f"refine the action by `{wanted}`" + ("" if missing else " or `rep:revenueShare`"),
            pointer=place.pointer("action"),
        )


def _role(duty: Duty, term: DutyTerm, place: Written) -> None:
    function = None if duty.role is None else duty.role.function
    if function != term.role:
        wanted = "no party with a function" if term.role is None else f"`{compact(term.role)}`"
        raise PolicyMalformedError(
            f"`{compact(term.action)}` needs {wanted}",
            rule=15,
            hint="leave the party out" if term.role is None else f"name the party as `{local(term.role)}`",
            pointer=place.pointer() if function is None else place.pointer(local(function)),
        )
    if duty.role is not None and function == CONSENTING_PARTY and duty.role.party != DATA_SUBJECT:
        raise PolicyMalformedError(
            "consent is given by `rep:dataSubject`",
            rule=15,
            hint="write `rep:dataSubject`; the gateway asks the register of consents for every subject",
            pointer=place.pointer(local(CONSENTING_PARTY)),
        )


def _conditions(conditions: Iterable[Condition], placement: Placement, place: Written) -> None:
    for condition, here in conjuncts(conditions, place):
        if isinstance(condition, LogicalConstraint):
            _logical(condition, here)
        for atom, exactly in leaves(condition, here):
            require_wellformed(atom, exactly)
            fitting = PROFILE.operands[atom.left].placements
            if placement not in fitting:
                raise PolicyTermMisplacedError(
                    _told(atom),
                    placement.value,
                    rule=16 if placement in _OWED and _grain(atom) is Grain.ACCESS else _rule_of(atom),
                    hint=f"it stands as {' or '.join(sorted(fitting))}",
                    pointer=exactly.pointer(),
                )


def _logical(condition: LogicalConstraint, place: Written) -> None:
    name = compact(condition.logic)
    for index, member in enumerate(condition.members):
        if isinstance(member, LogicalConstraint):
            raise PolicyUnsupportedError(
                f"logic inside `{name}` is not supported",
                rule=5,
                hint="combine atomic constraints only; conditions of one set hold together anyway",
                pointer=place.pointer(local(condition.logic), "@list", index),
            )
    if len(condition.members) < _LEAST_MEMBERS:
        raise PolicyMalformedError(
            f"`{name}` needs at least two members",
            rule=5,
            hint="write a single condition by itself",
            pointer=place.pointer(),
        )
    if condition.logic is Logic.AND:
        # WHY: the normal form replaces it by its members, which then stand by themselves.
        return
    members = list(atoms((condition,)))
    grains = {_grain(each) for each in members}
    if len(grains) > 1 or grains & _ALONE:
        told = ", ".join(sorted({_told(each) for each in members}))
        raise PolicyTermMisplacedError(
            told,
            f"members of one `{name}`",
            rule=next((_rule_of(each) for each in members if _grain(each) in _ALONE), 12),
            hint="alternatives speak of one thing: the access, columns, or rows; limits stand by themselves",
            pointer=place.pointer(),
        )


def _grain(constraint: Constraint) -> Grain | None:
    if constraint.operator is Operator.NOT_TOGETHER:
        return Grain.JOINT
    operand = PROFILE.operands.get(constraint.left)
    return None if operand is None else operand.grain


def _told(constraint: Constraint) -> str:
    return compact(Operator.NOT_TOGETHER if constraint.operator is Operator.NOT_TOGETHER else constraint.left)


def _rule_of(constraint: Constraint) -> int:
    """The rule that says where a term of this kind stands."""
    grain = _grain(constraint)
    return _RULES[grain] if grain is not None else 2
