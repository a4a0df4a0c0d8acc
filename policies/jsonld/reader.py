"""From the expanded document to the model; a closed set of properties, types and terms."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from policies.canonical import canonical, condition_form
from policies.errors import (
    PolicyMalformedError,
    PolicyTermMisplacedError,
    PolicyTermUnknownError,
    PolicyUnsupportedError,
)
from policies.jsonld.node import Node
from policies.model import (
    Action,
    Condition,
    Constraint,
    Duty,
    Logic,
    LogicalConstraint,
    Permission,
    Policy,
    PolicyClass,
    Prohibition,
    Role,
    Target,
    Value,
    flat,
)
from policies.registering.left_out import unknown
from policies.registering.wellformed import require_wellformed
from policies.vocabulary import (
    ATTRIBUTED_PARTY,
    COMPENSATED_PARTY,
    CONSENTING_PARTY,
    DCT,
    INFORMED_PARTY,
    ODRL,
    PROFILE,
    RDF,
    REP,
    SET_OPERATORS,
    Iri,
    Operator,
    ValueKind,
    compact,
)

ROLES: Final = (ATTRIBUTED_PARTY, COMPENSATED_PARTY, CONSENTING_PARTY, INFORMED_PARTY)
_PARTIES: Final = (ODRL + "assigner", ODRL + "assignee")
_OWN: Final = (*_PARTIES, ODRL + "target")
_LOGIC: Final = tuple(Logic)
_RIGHT: Final = ODRL + "rightOperand"
_ONE_OF_SEVERAL: Final = 'give one value, or use `isAnyOf` with several as `{"@list": [ … ]}`'


def read_policy(node: Node) -> Policy:
    """The policy that the node is.

    Raises:
        PolicyError: anything that the profile does not have.
    """
    node.allow(
        *(ODRL + name for name in ("profile", "conflict", "permission", "prohibition", "obligation")),
        DCT + "title",
        DCT + "description",
    )
    kind = node.require_type(*(each.removeprefix(ODRL) for each in PolicyClass))
    if node.reference(ODRL + "profile") != PROFILE.profile:
        raise PolicyTermUnknownError(
            "profile",
            node.reference(ODRL + "profile"),
            rule=4,
            known=(PROFILE.profile,),
            pointer=node.pointer(ODRL + "profile"),
        )
    if node.reference(ODRL + "conflict") != ODRL + "prohibit":
        raise PolicyUnsupportedError(
            "`conflict` must be `prohibit`",
            rule=5,
            hint="write `prohibit`: a prohibition always wins over a permission",
            pointer=node.pointer(ODRL + "conflict"),
        )
    return Policy(
        uid=node.uid,
        policy_class=PolicyClass(ODRL + kind),
        title=node.text(DCT + "title"),
        description=node.text(DCT + "description"),
        permissions=tuple(_permission(each) for each in node.nodes(ODRL + "permission")),
        prohibitions=tuple(_prohibition(each) for each in node.nodes(ODRL + "prohibition")),
        obligations=tuple(_duty(each, nested=False) for each in node.nodes(ODRL + "obligation")),
    )


def _permission(node: Node) -> Permission:
    node.require_type("Permission")
    node.allow(*_PARTIES, *(ODRL + name for name in ("target", "action", "constraint", "duty")))
    return Permission(
        uid=node.uid,
        assigner=node.optional_reference(ODRL + "assigner"),
        assignee=node.optional_reference(ODRL + "assignee"),
        target=_target(node),
        action=_action(node),
        constraints=_conditions(node, "constraint"),
        duties=tuple(_duty(each, nested=True) for each in node.nodes(ODRL + "duty")),
    )


def _prohibition(node: Node) -> Prohibition:
    node.require_type("Prohibition")
    node.allow(*_PARTIES, *(ODRL + name for name in ("target", "action", "constraint", "remedy")))
    return Prohibition(
        uid=node.uid,
        assigner=node.optional_reference(ODRL + "assigner"),
        assignee=node.optional_reference(ODRL + "assignee"),
        target=_target(node),
        action=_action(node),
        constraints=_conditions(node, "constraint"),
        remedies=tuple(_duty(each, nested=True) for each in node.nodes(ODRL + "remedy")),
    )


def _duty(node: Node, *, nested: bool) -> Duty:
    node.require_type("Duty")
    own = () if nested else _OWN
    inherited = next((each for each in _OWN if nested and node.has(each)), None)
    if inherited is not None:
        raise PolicyTermMisplacedError(
            compact(inherited),
            "a property of a nested duty",
            rule=33,
            hint="leave it out; the rule that holds the duty names it",
            pointer=node.pointer(inherited),
        )
    node.allow(*own, *ROLES, *(ODRL + name for name in ("action", "constraint", "consequence")))
    roles = [function for function in ROLES if node.has(function)]
    if len(roles) > 1:
        raise PolicyMalformedError(
            "a duty names one party with a function",
            rule=15,
            hint="keep the function that the duty term asks for",
            pointer=node.pointer(roles[1]),
        )
    return Duty(
        uid=node.uid,
        action=_action(node),
        role=Role(function=roles[0], party=node.reference(roles[0])) if roles else None,
        constraints=_conditions(node, "constraint"),
        consequences=tuple(_duty(each, nested=True) for each in node.nodes(ODRL + "consequence")),
        assigner=node.optional_reference(ODRL + "assigner"),
        assignee=node.optional_reference(ODRL + "assignee"),
        target=None if nested else _target(node),
    )


def _target(rule: Node) -> Target:
    """A target by its IRI, as an Asset with a uid, or as the refined collection of a source."""
    node = rule.node(ODRL + "target")
    if not node.type:
        return Target(source=rule.reference(ODRL + "target"))
    if node.require_type("Asset", "AssetCollection") == "Asset":
        node.allow()
        return Target(source=node.uid)
    node.allow(ODRL + "source", ODRL + "refinement")
    node.forbid("@id", rule=1, hint="`source` names the asset; a refined part has no name of its own")
    return Target(source=node.reference(ODRL + "source"), refinements=_conditions(node, "refinement"))


def _action(rule: Node) -> Action:
    node = rule.node(ODRL + "action")
    node.forbid("@type", rule=34, hint="write the action as `rdf:value`, without `@type`")
    if not node.has(RDF + "value"):
        node.allow()
        return Action(term=_known_action(rule, ODRL + "action"))
    node.allow(RDF + "value", ODRL + "refinement")
    node.forbid("@id", rule=1, hint="`rdf:value` names the action; a refined one has no name of its own")
    return Action(term=_known_action(node, RDF + "value"), refinements=_conditions(node, "refinement"))


def _known_action(node: Node, property_: str) -> Iri:
    term = node.reference(property_)
    if term not in PROFILE.actions:
        raise unknown("action", term, rule=10, known=PROFILE.actions, pointer=node.pointer(property_))
    return term


def _conditions(node: Node, name: str) -> tuple[Condition, ...]:
    nodes = list(node.nodes(ODRL + name))
    conditions = tuple(_condition(each) for each in nodes)
    # WHY: the members of an `and` stand in the set that holds it.
    _require_distinct((each, node) for top, node in zip(conditions, nodes, strict=True) for each in flat((top,)))
    return conditions


def _require_distinct(placed: Iterable[tuple[Condition, Node]]) -> None:
    seen: set[bytes] = set()
    for condition, node in placed:
        form = canonical(condition_form(condition))
        if form in seen:
            raise PolicyMalformedError(
                "the same condition stands twice in one set", rule=5, hint="keep one of the two", pointer=node.pointer()
            )
        seen.add(form)


def _condition(node: Node) -> Condition:
    node.forbid("@id", rule=1, hint="a condition has no name of its own; the policy is a tree")
    if node.require_type("Constraint", "LogicalConstraint") == "Constraint":
        return _constraint(node)
    node.allow(*_LOGIC)
    present = [logic for logic in Logic if node.has(logic)]
    if len(present) != 1:
        raise PolicyMalformedError(
            "a logical constraint has one of `and`, `or`, `xone`",
            rule=5,
            hint="use one logical constraint for each",
            pointer=node.pointer(),
        )
    nodes = list(node.listed_nodes(present[0]))
    members = tuple(_condition(each) for each in nodes)
    _require_distinct(zip(members, nodes, strict=True))
    return LogicalConstraint(logic=present[0], members=members)


def _constraint(node: Node) -> Constraint:
    node.allow(
        *(ODRL + name for name in ("leftOperand", "operator", "rightOperand", "unit")),
        REP + "onColumn",
        REP + "parameter",
    )
    left = node.reference(ODRL + "leftOperand")
    operand = PROFILE.operands.get(left)
    if operand is None:
        place = node.pointer(ODRL + "leftOperand")
        raise unknown("left operand", left, rule=2, known=PROFILE.operands, pointer=place)
    term = node.reference(ODRL + "operator")
    if term not in {str(each) for each in Operator}:
        raise unknown("operator", term, rule=8, known=tuple(Operator), pointer=node.pointer(ODRL + "operator"))
    operator = Operator(term)
    constraint = Constraint(
        left=left,
        operator=operator,
        right=tuple(_right(node, operator, operand.kind)),
        unit=node.optional_reference(ODRL + "unit"),
        on_column=node.text(REP + "onColumn"),
        parameter=_parameter(node),
    )
    require_wellformed(constraint, node)
    return constraint


def _right(node: Node, operator: Operator, kind: ValueKind) -> Iterator[Value]:
    if operator not in SET_OPERATORS:
        given = node.only(_RIGHT, rule=8, hint=_ONE_OF_SEVERAL)
        if "@list" in given:
            raise PolicyMalformedError(
                f"`{compact(operator)}` takes one value, not a list",
                rule=8,
                hint=_ONE_OF_SEVERAL,
                pointer=node.pointer(_RIGHT),
            )
        yield _value(node, given, kind)
        return
    for index, each in enumerate(node.listed(_RIGHT)):
        yield _value(node, each, kind, "@list", index)


def _value(node: Node, given: dict[str, object], kind: ValueKind, *steps: str | int) -> Value:
    if kind is ValueKind.IRI:
        return node.iri_of(given, _RIGHT, *steps)
    value = node.literal_of(given, _RIGHT, *steps)
    # WHY: a whole number is a decimal too; both spellings of one amount must have one hash.
    return Decimal(value) if kind is ValueKind.DECIMAL and type(value) is int else value


def _parameter(node: Node) -> Iri | int | None:
    property_ = REP + "parameter"
    if not node.has(property_):
        return None
    given = node.only(property_)
    if "@id" in given:
        return node.iri_of(given, property_)
    value = node.literal_of(given, property_)
    if type(value) is not int:
        raise PolicyMalformedError(
            "a parameter is an IRI or a whole number",
            rule=28,
            hint='write a level or a width as a number, a unit of time as in `{"@id": "rep:month"}`',
            pointer=node.pointer(property_),
        )
    return value
