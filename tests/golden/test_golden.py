"""The published cases: same bytes, same hash, same decision."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from policies.canonical import canonical_bytes, policy_hash
from policies.evaluate import evaluate
from policies.jsonld import intake, to_document
from policies.lexical import literal
from policies.model import (
    AccessRequest,
    ColumnFacts,
    ColumnMode,
    DatasetFacts,
    Decision,
    Evidence,
    LicenceStatus,
    State,
    Transform,
    Usage,
)
from policies.predicate import EVERYTHING, And, AnyOf, Compare, IsNull, Not, Or, Predicate, Scalar, Unknown
from policies.vocabulary import (
    MODEL_RELEASE,
    PREFIXES,
    PRODUCT,
    PURPOSE,
    RECIPIENT,
    SPATIAL,
    STORAGE_JURISDICTION,
    Iri,
    compact,
)

HERE = Path(__file__).parent
CASES = sorted(folder.name for folder in HERE.iterdir() if (folder / "policy.jsonld").is_file())


def absolute(term: str) -> Iri:
    """The IRI of a term under a fixed prefix."""
    prefix, _, rest = term.partition(":")
    return Iri(PREFIXES[prefix] + rest if prefix in PREFIXES else term)


OPERANDS = {
    "purpose": PURPOSE,
    "place": SPATIAL,
    "storage": STORAGE_JURISDICTION,
    "recipient": RECIPIENT,
    "model": PRODUCT,
    "model_release": MODEL_RELEASE,
}


def a_request(given: dict[str, Any]) -> AccessRequest:
    columns = {
        name: ColumnFacts(name=name, category=absolute(facts["category"]), sensitivity=facts["sensitivity"])
        for name, facts in given["columns"].items()
    }
    return AccessRequest(
        party=Iri(given["party"]),
        action=absolute(given["action"]),
        target=Iri(given["target"]),
        selected=frozenset(given["selected"]),
        filtered=frozenset(given.get("filtered", ())),
        ordered=frozenset(given.get("ordered", ())),
        dataset=DatasetFacts(columns=columns, platform=given["platform"], lawful_basis=absolute(given["lawful_basis"])),
        values={left: frozenset({absolute(given[key])}) for key, left in OPERANDS.items() if key in given},
        rows=given["rows"],
        mode=ColumnMode(given.get("mode", "refuse")),
    )


def a_state(given: dict[str, Any]) -> State:
    first = given.get("first_delivery")
    return State(
        status=LicenceStatus(given["status"]),
        usage={counter: Usage(**usage) for counter, usage in given.get("usage", {}).items()},
        first_delivery=None if first is None else datetime.fromisoformat(first),
        evidence=tuple(an_evidence(each) for each in given.get("evidence", ())),
        released=frozenset(given.get("released", ())),
    )


def an_evidence(given: dict[str, Any]) -> Evidence:
    return Evidence(
        duty=Iri(given["duty"]),
        values={absolute(left): frozenset(map(absolute, values)) for left, values in given["values"].items()},
        since=datetime.fromisoformat(given["since"]),
    )


def rows(predicate: Predicate) -> Any:  # noqa: PLR0911  # one case per kind
    """The filter on rows as JSON."""
    match predicate:
        case Compare(column=column, comparator=comparator, value=value):
            return {comparator.value: [column, shown(value)]}
        case AnyOf(column=column, values=values):
            return {"anyOf": [column, [shown(value) for value in values]]}
        case IsNull(column=column):
            return {"isNull": column}
        case And(parts=parts):
            return "all" if predicate == EVERYTHING else {"and": [rows(part) for part in parts]}
        case Or(parts=parts):
            return {"or": [rows(part) for part in parts]}
        case Not(part=part):
            return {"not": rows(part)}
        case Unknown():
            return "unknown"


def shown(value: Scalar) -> str:
    return literal(value)[1]


def transform(given: Transform) -> dict[str, Any]:
    parameter = given.parameter
    short = compact(parameter) if isinstance(parameter, str) else parameter
    return {"term": compact(given.term)} | ({} if parameter is None else {"parameter": short})


def told(decision: Decision) -> dict[str, Any]:
    """The decision as JSON, without the wording of its reasons."""
    reasons = [{"code": str(reason.code), "clause": reason.clause} for reason in decision.reasons]
    if not decision.permitted:
        return {"effect": "deny", "reasons": reasons}
    price = decision.price
    return {
        "effect": "permit",
        "columns": sorted(decision.columns),
        "rows": rows(decision.rows),
        "transforms": {name: transform(each) for name, each in sorted(decision.transforms.items())},
        "limit": decision.limit,
        "caps": [
            {"counter": cap.counter, "bound": cap.bound, "unit": "row" if cap.per_row else "use"}
            for cap in decision.caps
        ],
        "consentRequired": decision.consent_required,
        "obligations": [{"clause": each.clause, "action": compact(each.action)} for each in decision.obligations],
        "price": None
        if price is None
        else {"amountMicro": price.amount_micro, "currency": price.currency, "unit": compact(price.unit)},
        "reasons": reasons,
    }


def outcome(folder: Path) -> dict[str, Any]:
    """What this implementation makes of the case."""
    policy = intake((folder / "policy.jsonld").read_bytes())
    given = cast("dict[str, Any]", json.loads((folder / "request.json").read_text("utf-8")))
    decision = evaluate(
        policy, a_request(given["request"]), a_state(given["state"]), datetime.fromisoformat(given["now"])
    )
    assert decision.policy == policy_hash(policy)
    return {"hash": policy_hash(policy), "decision": told(decision)}


@pytest.mark.parametrize("case", CASES)
def test_the_decision_is_the_published_one(case: str) -> None:
    expected = json.loads((HERE / case / "expected.json").read_text("utf-8"))

    assert outcome(HERE / case) == expected


@pytest.mark.parametrize("case", CASES)
def test_the_bytes_are_the_published_ones(case: str) -> None:
    policy = intake((HERE / case / "policy.jsonld").read_bytes())
    published = (HERE / case / "normal-form.json").read_bytes()
    expected = json.loads((HERE / case / "expected.json").read_text("utf-8"))

    assert canonical_bytes(policy) == published
    assert "sha-256:" + hashlib.sha256(published).hexdigest() == expected["hash"]
    assert canonical_bytes(intake(to_document(policy))) == published


def test_there_are_cases_that_permit_and_cases_that_deny() -> None:
    effects = [json.loads((HERE / case / "expected.json").read_text("utf-8"))["decision"]["effect"] for case in CASES]

    assert effects.count("permit") >= 4
    assert effects.count("deny") >= 6


def test_two_spellings_share_their_bytes() -> None:
    one, two = (HERE / case / "normal-form.json" for case in ("full-licence", "full-licence-respelt"))

    assert one.read_bytes() == two.read_bytes()
