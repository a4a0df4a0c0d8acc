"""The corruption law: no slip gets in, no changed byte is taken for the agreement, no change widens silently."""

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import pytest

from gateway.exchange.agreements import AgreementPolicies
from graph.journal.view import View
from policies.canonical import canonical_bytes, policy_hash
from policies.difference import Wider, difference
from policies.errors import PolicyError
from policies.jsonld import intake
from policies.jsonld.expansion import expand
from policies.jsonld.limits import read
from policies.jsonld.node import Node
from policies.jsonld.reader import read_policy
from policies.model import ColumnFacts, Policy
from policies.registering.places import path_of
from policies.stored import stored_policy
from policies.terms import same_terms
from policies.validate import validate
from policies.vocabulary import PREFIXES, Iri, ValueKind
from tests.testkit.mutants import Cut, Document, Mutant, cuts, slips
from tests.testkit.policies import EVERYTHING
from tests.testkit.probes import NOW, decisions, permits_more, probes
from tests.testkit.variants import variants

GOLDEN: Final = Path(__file__).parents[1] / "golden"
AGREEMENTS: Final = ("every-safeguard", "two-uses", "full-licence")


@cache
def whole(name: str) -> Document:
    return cast("Document", json.loads((GOLDEN / name / "policy.jsonld").read_bytes()))


def absolute(term: str) -> Iri:
    prefix, _, rest = term.partition(":")
    return Iri(PREFIXES[prefix] + rest)


@cache
def columns() -> dict[str, ColumnFacts]:
    """The columns of the richest dataset; every agreement speaks of some of them."""
    request = json.loads((GOLDEN / "every-safeguard" / "request.json").read_bytes())["request"]
    return {
        name: ColumnFacts(
            name=name,
            type=ValueKind(facts["type"]),
            category=absolute(facts["category"]),
            sensitivity=facts["sensitivity"],
        )
        for name, facts in request["columns"].items()
    }


def register(policy: Policy) -> Policy:
    validate(policy, now=NOW, columns=columns(), abilities=EVERYTHING)
    return policy


def refusal(mutant: Mutant) -> PolicyError | None:
    try:
        register(intake(mutant.document))
    except PolicyError as refused:
        return refused
    return None


def near(mutant: Mutant, refused: PolicyError) -> bool:
    """Whether the refusal points at the slip, at what holds it, or at what stands directly in it."""
    found, path = path_of(refused.pointer), mutant.path
    return found == path or found == path[:-1] or found[:-1] == path


@pytest.mark.slow
@pytest.mark.parametrize("name", AGREEMENTS)
def test_no_slip_gets_in(name: str, tell: Callable[[str], None]) -> None:
    """Class (i): every slip at every place is refused, with a rule, a hint, and a pointer to the place."""
    made, placed, taken = Counter[str](), 0, []
    for cut in cuts(whole(name), single=True):
        register(intake(cut.document))
        for mutant in slips(cut):
            refused = refusal(mutant)
            if refused is None:
                taken.append((mutant.slip, mutant.path))
                continue
            assert refused.rule in range(1, 35)
            assert refused.hint
            made[mutant.slip] += 1
            placed += near(mutant, refused)

    assert taken == []
    assert placed / made.total() > 0.98
    shown = ", ".join(f"{number} {slip}" for slip, number in made.most_common())
    tell(f"corruption (i) of `{name}`: {made.total()} slips refused, {placed} at their place: {shown}")


class OneDocument:
    """A store of documents that holds one, whatever it is asked for."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def document(self, _digest: str) -> bytes:
        return self.content


def load(content: bytes, digest: str) -> Policy:
    return AgreementPolicies().load(digest, cast("View", OneDocument(content)))


@pytest.mark.slow
@pytest.mark.parametrize("name", AGREEMENTS)
def test_no_changed_byte_is_taken_for_the_agreement(name: str, tell: Callable[[str], None]) -> None:
    """Class (ii): every byte of the stored document in seven ways, refused by the hash before anything is read."""
    policy = intake(json.dumps(whole(name)).encode())
    content, digest = canonical_bytes(policy), policy_hash(policy)
    assert load(content, digest) == stored_policy(content)
    flipped = 0
    for index, byte in enumerate(content):
        for other in {byte ^ 1, byte ^ 4, byte ^ 16, byte ^ 32, byte ^ 128, 0x20, 0x22} - {byte}:
            changed = bytearray(content)
            changed[index] = other
            with pytest.raises(PolicyError) as refused:
                load(bytes(changed), digest)
            assert refused.value.code == "POLICY_HASH_MISMATCH"
            flipped += 1

    tell(f"corruption (ii) of `{name}`: {flipped} changed bytes of {len(content)} refused by the hash")


def registered(expanded: Any, source: Document) -> Policy | None:
    try:
        return register(read_policy(Node(expanded, source)))
    except PolicyError:
        return None


def check(cut: Cut, counted: Counter[str]) -> None:
    """Every other policy that one change makes of the cut."""
    source = read(cut.document)
    expanded = expand(source)
    before = register(read_policy(Node(expanded, source)))
    asked = probes(before, columns())
    first, digest = decisions(before, asked), policy_hash(before)
    for variant in variants(expanded, cut.focus, frozenset(columns())):
        after = registered(variant.expanded, source)
        counted["refused" if after is None else "another policy"] += 1
        if after is None:
            continue
        assert policy_hash(after) != digest
        changes = difference(before, after)
        assert bool(changes) is not same_terms(before, after), variant.path
        if same_terms(before, after):
            # WHY: another name or another licensee is another agreement on the same terms.
            counted["the same terms"] += 1
            continue
        pairs = list(zip(first, decisions(after, asked), strict=True))
        wider = {permits_more(new, old) for old, new in pairs} - {""}
        narrower = {permits_more(old, new) for old, new in pairs} - {""}
        assert not wider or any(each.wider is not Wider.BEFORE for each in changes), (variant.path, wider, changes)
        assert not narrower or any(each.wider is not Wider.AFTER for each in changes), (variant.path, narrower, changes)
        counted["permits more"] += bool(wider)
        counted["permits less"] += bool(narrower)


@pytest.mark.slow
@pytest.mark.parametrize("name", AGREEMENTS)
def test_no_change_widens_silently(name: str, tell: Callable[[str], None]) -> None:
    """Class (iii): another hash, the changed term named, and nothing more permitted without a term that says so."""
    counted = Counter[str]()
    for cut in cuts(whole(name), single=True):
        check(cut, counted)

    assert counted["permits more"] > 20
    tell(f"corruption (iii) of `{name}`: " + ", ".join(f"{number} {what}" for what, number in counted.items()))
