"""Two spellings have one hash, documents come back as they went, and no corruption gets in."""

import copy
import json
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.canonical import canonical_bytes, normal_form, policy_hash
from policies.difference import Wider, difference
from policies.errors import PolicyError
from policies.jsonld import intake, to_document
from policies.match import ContainmentVerdict, contain
from policies.model import Condition, Policy
from policies.stored import stored_policy
from policies.terms import Terms, agreement, same_terms, terms_of
from tests.testkit.policies import ASSET, LICENCE, LICENSEE, OFFER, OWNER, constrained, refined
from tests.testkit.policy_strategies import ACCESS_CONDITIONS, TARGET_CONDITIONS, TERMS

LAW = settings(max_examples=100, deadline=None)


def offered(terms: Terms, constraints: list[Condition], refinements: list[Condition]) -> Policy:
    return refined(constrained(terms.offer(uid=OFFER, assigner=OWNER, target=ASSET), *constraints), *refinements)


OFFERS = st.builds(offered, TERMS, ACCESS_CONDITIONS, TARGET_CONDITIONS)


@given(TERMS)
@LAW
def test_terms_survive_the_round_trip(terms: Terms) -> None:
    offer = terms.offer(uid=OFFER, assigner=OWNER, target=ASSET, title="Any")
    again = intake(json.dumps(to_document(offer)).encode())

    assert again == offer
    assert policy_hash(again) == policy_hash(offer)
    assert terms_of(again) == terms


@given(OFFERS)
@LAW
def test_the_bytes_of_a_policy_are_those_of_rfc_8785_and_read_back(policy: Policy) -> None:
    content = canonical_bytes(policy)

    assert content == rfc8785.dumps(cast("Any", normal_form(policy)))
    assert canonical_bytes(stored_policy(content)) == content


def taken_in(document: dict[str, Any]) -> Policy | None:
    """The policy, or nothing when it was refused; any other error is one."""
    with suppress(PolicyError):
        return intake(document)
    return None


def respelt(value: Any, random: Any) -> Any:
    """The same document with shuffled keys and arrays, single elements without array, and prefixed properties."""
    if isinstance(value, list):
        several = [respelt(each, random) for each in value]
        random.shuffle(several)
        return several
    if not isinstance(value, dict):
        return value
    keys = random.sample(sorted(value), len(value))
    return {_key(key, random): _single(key, respelt(value[key], random), random) for key in keys}


def _key(key: str, random: Any) -> str:
    return f"odrl:{key}" if key in {"permission", "constraint", "duty"} and random.random() < 0.3 else key


def _single(key: str, value: Any, random: Any) -> Any:
    alone = isinstance(value, list) and len(value) == 1 and key != "@list"
    return value[0] if alone and random.random() < 0.5 else value


@given(OFFERS, st.randoms(use_true_random=False))
@LAW
def test_two_spellings_of_one_policy_have_one_hash(policy: Policy, random: Any) -> None:
    document = to_document(policy)
    context = document.pop("@context")
    other = {**respelt(document, random), "@context": context}

    # WHY: a drawn conjunct may repeat a term of the offer; then both spellings are refused.
    one, two = taken_in(to_document(policy)), taken_in(other)
    assert (one is None) == (two is None)
    assert one is None or two is None or canonical_bytes(one) == canonical_bytes(two)


@given(TERMS, TERMS)
@LAW
def test_one_hash_means_one_meaning(first: Terms, second: Terms) -> None:
    one, two = (each.offer(uid=OFFER, assigner=OWNER, target=ASSET) for each in (first, second))

    assert (policy_hash(one) == policy_hash(two)) is (first == second)
    assert same_terms(one, two) is (first == second)
    assert bool(difference(one, two)) is (first != second)


@given(OFFERS)
@LAW
def test_an_agreement_has_the_terms_of_its_offer(policy: Policy) -> None:
    agreed = agreement(policy, uid=LICENCE, assignee=LICENSEE)

    assert same_terms(agreed, policy)
    assert difference(policy, agreed) == ()
    assert contain(agreed, policy).verdict is ContainmentVerdict.COMPATIBLE
    assert agreement(agreed, uid=LICENCE, assignee=LICENSEE) == agreed


@given(OFFERS, st.data())
@LAW
def test_dropping_a_condition_is_named_as_wider(policy: Policy, data: st.DataObject) -> None:
    permission = policy.permissions[0]
    if not permission.constraints:
        return
    dropped = data.draw(st.sampled_from(permission.constraints))
    left = tuple(each for each in permission.constraints if each != dropped)
    looser = replace(policy, permissions=(replace(permission, constraints=left),))

    changes = difference(policy, looser)

    assert changes
    assert Wider.BEFORE not in {change.wider for change in changes}


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, child in children for each in paths(child, (*path, key)))]


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(["", "_:b", "rep:field", "odrl:use", "http://[", "../x", "@id", "#", "//host", "\ud800"]),
    st.just([]),
    st.just({}),
    st.dictionaries(
        st.sampled_from(["@id", "@value", "@list", "@type", "@set", "uid"]), st.text(max_size=3), min_size=1
    ),
)


@given(TERMS, st.data())
@settings(max_examples=150, deadline=None)
def test_a_corrupted_document_is_refused_or_another_policy(terms: Terms, data: st.DataObject) -> None:
    policy = terms.offer(uid=OFFER, assigner=OWNER, target=ASSET)
    document = json.loads(json.dumps(to_document(policy)))
    *way, last = data.draw(st.sampled_from([path for path in paths(document) if path]))
    corrupted = copy.deepcopy(document)
    place = corrupted
    for step in way:
        place = place[step]
    if data.draw(st.booleans()) and isinstance(place, dict):
        place[data.draw(st.text(max_size=6)) or "x"] = place.pop(last)
    else:
        place[last] = data.draw(JUNK)
    if corrupted == document:
        return

    found = taken_in(corrupted)
    assert found is None or policy_hash(found) != policy_hash(policy)
