"""The published cases: same bytes, same hash, same decision."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from policies.canonical import canonical_bytes, policy_hash
from policies.cases import case_of
from policies.evaluate import evaluate
from policies.jsonld import intake, to_document
from policies.model import Decision
from policies.results import decision_value

HERE = Path(__file__).parent
CASES = sorted(folder.name for folder in HERE.iterdir() if (folder / "policy.jsonld").is_file())


def told(decision: Decision) -> dict[str, Any]:
    """The decision as it is published: without the wording of its reasons."""
    value = decision_value(decision)
    published = {name: each for name, each in value.items() if name not in {"notTogether", "sources"}}
    return published | {"reasons": [{"code": each["code"], "clause": each["clause"]} for each in value["reasons"]]}


def outcome(folder: Path) -> dict[str, Any]:
    """What this implementation makes of the case."""
    policy = intake((folder / "policy.jsonld").read_bytes())
    case = case_of(json.loads((folder / "request.json").read_text("utf-8")))
    decision = evaluate(policy, case.request, case.state, case.now)
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
