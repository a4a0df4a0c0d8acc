"""Builders of policies, requests and states: each gives something whole, and takes what a test wants to differ."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from policies.model import (
    AccessRequest,
    Action,
    ColumnFacts,
    Condition,
    Constraint,
    DatasetFacts,
    Evidence,
    LicenceStatus,
    Logic,
    LogicalConstraint,
    Permission,
    Policy,
    Prohibition,
    Quantity,
    State,
    Target,
    Value,
)
from policies.registering.abilities import Abilities
from policies.terms import Rate, Terms, agreement
from policies.vocabulary import (
    APPROVED,
    DPV,
    DUTY_TERMS,
    ETHICS_DECISION,
    FINE_TUNE,
    ISO3166,
    MODEL_RELEASE,
    OPERANDS,
    PD,
    PER_QUERY,
    PER_RECORD,
    PRODUCT,
    PURPOSE,
    RECIPIENT,
    SPATIAL,
    STORAGE_JURISDICTION,
    TRANSFORMS,
    Iri,
    Operator,
    ValueKind,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
OWNER = Iri("urn:party:owner")
LICENSEE = Iri("urn:party:licensee")
ASSET = Iri("urn:dataset:reviews")
OFFER = Iri("urn:offer:1")
LICENCE = Iri("urn:agreement:1")

RESEARCH = Iri(DPV + "ResearchAndDevelopment")
ACADEMIC = Iri(DPV + "AcademicResearch")
MARKETING = Iri(DPV + "Marketing")
CONSENT = Iri(DPV + "Consent")
GERMANY = Iri(ISO3166 + "DE")
FRANCE = Iri(ISO3166 + "FR")
REPUTATION = Iri(PD + "GeneralReputation")
IDENTIFYING = Iri(PD + "Identifying")

COLUMNS = {
    name: ColumnFacts(name=name, type=kind, category=category, sensitivity=sensitivity)
    for name, kind, category, sensitivity in (
        ("record_id", ValueKind.TEXT, IDENTIFYING, "pseudonym"),
        ("rater", ValueKind.TEXT, IDENTIFYING, "direct_identifier"),
        ("value", ValueKind.INTEGER, REPUTATION, "quasi_identifier"),
        ("observed_at", ValueKind.DATE_TIME, Iri(PD + "Behavioural"), "quasi_identifier"),
        ("licence_hint", ValueKind.TEXT, Iri(DPV + "NonPersonalData"), "none"),
    )
}

EVERYTHING = Abilities(
    operands=frozenset(OPERANDS),
    transforms=frozenset(TRANSFORMS),
    duties=frozenset(DUTY_TERMS),
    units=frozenset({PER_RECORD, PER_QUERY}),
)
"""As if all that the profile knows could be enforced."""


def some_terms(**changes: Any) -> Terms:
    """Research on two columns, nothing else limited."""
    given = {"action": FINE_TUNE, "purposes": frozenset({RESEARCH}), "columns": frozenset({"rater", "value"})}
    return Terms(**(given | changes))


def an_offer(**changes: Any) -> Policy:
    """The offer of ``some_terms``."""
    return some_terms(**changes).offer(uid=OFFER, assigner=OWNER, target=ASSET, title="Reviews")


def an_agreement(**changes: Any) -> Policy:
    """The agreement on ``an_offer``."""
    return agreement(an_offer(**changes), uid=LICENCE, assignee=LICENSEE)


_OPERANDS = {
    "purpose": PURPOSE,
    "place": SPATIAL,
    "storage": STORAGE_JURISDICTION,
    "recipient": RECIPIENT,
    "model": PRODUCT,
    "model_release": MODEL_RELEASE,
}


def the_dataset(**changes: Any) -> DatasetFacts:
    """What the dataset declares."""
    given: dict[str, Any] = {"columns": COLUMNS, "platform": "bazaar", "lawful_basis": CONSENT}
    return DatasetFacts(**(given | changes))


def declaring(request: AccessRequest, **values: Iri | None) -> AccessRequest:
    """The request, with other values of what it declares; ``None`` when it declares nothing."""
    changed = {
        _OPERANDS[name]: frozenset[Value | Quantity](() if value is None else (value,))
        for name, value in values.items()
    }
    return replace(request, values={**request.values, **changed})


def an_access(**changes: Any) -> AccessRequest:
    """A read of ``value`` that ``an_agreement`` permits; takes what is declared and the dataset's facts by name."""
    declared = {name: changes.pop(name) for name in _OPERANDS.keys() & changes.keys()}
    facts = {name: changes.pop(name) for name in {"columns", "platform", "lawful_basis"} & changes.keys()}
    given: dict[str, Any] = {
        "party": LICENSEE,
        "action": FINE_TUNE,
        "target": ASSET,
        "selected": frozenset({"value"}),
        "dataset": the_dataset(**facts),
        "rows": 100,
    }
    return declaring(AccessRequest(**(given | changes)), **({"purpose": ACADEMIC} | declared))


def a_state(**changes: Any) -> State:
    """A licence in force under which nothing has happened yet."""
    given: dict[str, Any] = {"status": LicenceStatus.ACTIVE}
    return State(**(given | changes))


def approval(duty: str, **changes: Any) -> Evidence:
    """The board's approval, on record for the duty."""
    given: dict[str, Any] = {"values": {ETHICS_DECISION: frozenset({APPROVED})}, "since": NOW - timedelta(7)}
    return Evidence(duty=Iri(duty), **(given | changes))


def a_constraint(left: Iri, operator: Operator, *right: Value, **more: Any) -> Constraint:
    """One constraint."""
    return Constraint(left=left, operator=operator, right=right, **more)


def a_prohibition(*constraints: Condition, **more: Any) -> Prohibition:
    """The licensee must not use the dataset as it is licensed for."""
    given: dict[str, Any] = {
        "uid": Iri(f"{LICENCE}#n9"),
        "assigner": OWNER,
        "assignee": LICENSEE,
        "target": Target(source=ASSET),
        "action": Action(term=FINE_TUNE),
        "constraints": constraints,
    }
    return Prohibition(**(given | more))


def either(*members: Condition) -> LogicalConstraint:
    """``or``."""
    return LogicalConstraint(logic=Logic.OR, members=members)


def all_together(*members: Condition) -> LogicalConstraint:
    """``and``."""
    return LogicalConstraint(logic=Logic.AND, members=members)


def exactly_one(*members: Condition) -> LogicalConstraint:
    """``xone``."""
    return LogicalConstraint(logic=Logic.XONE, members=members)


def permitting(policy: Policy, **changes: Any) -> Policy:
    """The policy, with parts of its one permission replaced."""
    return replace(policy, permissions=(replace(policy.permissions[0], **changes),))


def constrained(policy: Policy, *conditions: Condition) -> Policy:
    """The policy, with more constraints on its permission."""
    permission = policy.permissions[0]
    return permitting(policy, constraints=(*permission.constraints, *conditions))


def refined(policy: Policy, *conditions: Condition) -> Policy:
    """The policy, with more refinements of its permission's target."""
    target = policy.permissions[0].target
    return permitting(policy, target=replace(target, refinements=(*target.refinements, *conditions)))


def the_permission(policy: Policy) -> Permission:
    """Its one permission."""
    return policy.permissions[0]


EUROS = Rate(amount_micro=2_000, currency="EUR")
