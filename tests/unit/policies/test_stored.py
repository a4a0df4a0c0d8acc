"""Bytes of a normal form stand for one policy, and nothing else is read back."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from policies.canonical import canonical_bytes, policy_hash
from policies.errors import PolicyError, PolicyHashMismatchError, PolicyMalformedError
from policies.model import Action, Duty, Policy, Prohibition, Target, Transform
from policies.stored import MAX_BYTES, stored_policy
from policies.vocabulary import (
    COLUMN,
    CONTESTED,
    DELETE,
    DISTRIBUTE,
    GENERALISE,
    MICRO_RHO,
    PSEUDONYMISE,
    PURPOSE,
    REP,
    RETENTION,
    RHO,
    SPATIAL,
    TRUNCATE_TIME,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ASSET,
    EUROS,
    FRANCE,
    GERMANY,
    LICENCE,
    LICENSEE,
    MARKETING,
    NOW,
    OWNER,
    RESEARCH,
    a_constraint,
    an_agreement,
    an_offer,
    constrained,
    either,
    exactly_one,
    refined,
)

RICH = constrained(
    refined(
        an_agreement(
            max_queries=5,
            days=90,
            valid_until=NOW,
            price=EUROS,
            consent=True,
            ethics=True,
            attribution=True,
            not_together=frozenset({frozenset({"rater", "value"})}),
            transforms={
                "rater": Transform(term=PSEUDONYMISE),
                "observed_at": Transform(term=TRUNCATE_TIME, parameter=Iri(REP + "month")),
                "value": Transform(term=GENERALISE, parameter=2),
            },
        ),
        a_constraint(COLUMN, Operator.GT, Decimal("1.5"), on_column="value"),
        a_constraint(CONTESTED, Operator.EQ, False),  # noqa: FBT003  # the value itself
    ),
    either(a_constraint(PURPOSE, Operator.IS_A, RESEARCH), a_constraint(PURPOSE, Operator.IS_A, MARKETING)),
    exactly_one(a_constraint(SPATIAL, Operator.EQ, GERMANY), a_constraint(SPATIAL, Operator.EQ, FRANCE)),
    a_constraint(RHO, Operator.LTEQ, 100, unit=MICRO_RHO),
)


def with_remedies() -> Policy:
    within = a_constraint(RETENTION, Operator.LTEQ, timedelta(days=30, hours=1))
    erase = Duty(uid=Iri(f"{LICENCE}#erase"), action=Action(term=DELETE, refinements=(within,)))
    first, *others = RICH.obligations
    rule = Prohibition(
        uid=Iri(f"{LICENCE}#n9"),
        assigner=OWNER,
        assignee=LICENSEE,
        target=Target(source=ASSET),
        action=Action(term=DISTRIBUTE),
        remedies=(erase,),
    )
    return replace(
        RICH,
        title='Ümlaut, \u2028 and "quotes"',
        description="For tests.",
        prohibitions=(*RICH.prohibitions, rule),
        obligations=(replace(first, consequences=(replace(erase, uid=Iri(f"{LICENCE}#again")),)), *others),
    )


@pytest.mark.parametrize("policy", [an_offer(), an_agreement(), RICH, with_remedies()])
def test_what_was_stored_is_read_back(policy: Policy) -> None:
    content = canonical_bytes(policy)

    found = stored_policy(content, policy_hash(policy))

    assert canonical_bytes(found) == content
    assert stored_policy(content) == found


def test_any_changed_byte_is_refused_by_the_hash() -> None:
    content, digest = canonical_bytes(with_remedies()), policy_hash(with_remedies())

    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises(PolicyHashMismatchError):
            stored_policy(changed, digest)


def test_without_a_hash_a_changed_byte_is_refused_or_another_policy() -> None:
    content = canonical_bytes(with_remedies())

    for place in range(0, len(content), 11):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        try:
            found = stored_policy(changed)
        except PolicyError:
            continue
        assert canonical_bytes(found) == changed


def test_a_byte_order_mark_is_no_part_of_the_stored_bytes() -> None:
    with pytest.raises(PolicyError, match="not in normal form"):
        stored_policy(b"\xef\xbb\xbf" + canonical_bytes(with_remedies()))


def form() -> Any:
    return json.loads(canonical_bytes(with_remedies()))


def spoilt(change: Any) -> bytes:
    whole = form()
    change(whole)
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: whole.pop("@id"),
        lambda whole: whole.update({"@id": 1}),
        lambda whole: whole.update({"@type": "odrl:Ticket"}),
        lambda whole: whole.update({"dct:title": 5}),
        lambda whole: whole.update({"odrl:profile": "https://muniment.example/profile/2"}),
        lambda whole: whole.update({"odrl:inheritFrom": "urn:p"}),
        lambda whole: whole.update({"odrl:permission": "urn:p"}),
        lambda whole: whole["odrl:permission"][0].update({"odrl:output": "urn:p"}),
        lambda whole: whole["odrl:permission"][0]["odrl:constraint"].append({"odrl:or": [], "odrl:and": []}),
        lambda whole: whole["odrl:permission"][0]["odrl:constraint"].append({"odrl:nand": []}),
        lambda whole: whole["odrl:permission"][0]["odrl:constraint"].reverse(),
        lambda whole: whole["odrl:permission"][0]["odrl:constraint"][0].update({"odrl:operator": "odrl:hasPart"}),
        lambda whole: whole["odrl:obligation"][0]["odrl:action"].update({"odrl:unheard": []}),
        lambda whole: next(
            each for each in whole["odrl:permission"][0]["odrl:target"]["odrl:refinement"] if "rep:parameter" in each
        ).update({"rep:parameter": {"@type": "xsd:double", "@value": "1"}}),
        lambda whole: next(
            each for each in whole["odrl:permission"][0]["odrl:target"]["odrl:refinement"] if "rep:parameter" in each
        ).update({"rep:parameter": {"@type": "xsd:string", "@value": [1]}}),
    ],
)
def test_what_is_not_a_normal_form_is_malformed(change: Any) -> None:
    with pytest.raises(PolicyError) as refused:
        stored_policy(spoilt(change))

    assert refused.value.code in {"POLICY_MALFORMED", "POLICY_TERM_UNKNOWN", "POLICY_VALUE_INVALID"}


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"\xff", b"{", b"[" * 100_000, b'{"@id":"\\ud800"}', b"1", json.dumps({"a": "b"}).encode()],
)
def test_what_is_no_policy_at_all_is_malformed(content: bytes) -> None:
    with pytest.raises(PolicyMalformedError):
        stored_policy(content)


def test_another_spelling_of_the_same_form_is_malformed() -> None:
    content = canonical_bytes(with_remedies())

    for other in (b" " + content, content + b"\n", content.replace(b'","', b'", "', 1)):
        with pytest.raises(PolicyMalformedError):
            stored_policy(other)


def test_what_is_too_large_is_not_read() -> None:
    with pytest.raises(PolicyError) as refused:
        stored_policy(b" " * (MAX_BYTES + 1))

    assert refused.value.code == "POLICY_TOO_LARGE"
