"""Hostile policies: whatever is sent ends in a policy or in a refusal with a code, after bounded work."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, NoReturn

import polars as pl
import pytest
from pyld import jsonld
from typing_extensions import override

from policies import regions, transforms
from policies.access_plan import access_plan
from policies.canonical import policy_hash
from policies.compile import to_polars
from policies.difference import difference
from policies.errors import PolicyError, PolicyTooLargeError
from policies.evaluate import evaluate
from policies.jsonld import intake, to_document
from policies.jsonld.forms import TWICE
from policies.jsonld.limits import _BRACKETS, MAX_NODES
from policies.jsonld.parsing import unrepeated
from policies.match import contain
from policies.model import Policy
from policies.predicate import And, Not, Or, Predicate
from policies.registering.wellformed import require_tree
from policies.render import summary
from policies.validate import validate
from policies.vocabulary import Iri
from tests.suites.hostile import BEYOND, LARGEST, agreement, crooked, filled, nodes
from tests.testkit.policies import COLUMNS, EVERYTHING, NOW, a_state, an_access, the_dataset

CROOKED: Final = dict(crooked())
MOST_TOLD: Final = 1_000
"""Characters of a message, or of a hint."""


def bytes_of(document: bytes | Mapping[str, Any]) -> bytes:
    if isinstance(document, bytes):
        return document
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def outcome(document: bytes | Mapping[str, Any]) -> str:
    """The code of the refusal, or ``policy``; anything else is an error."""
    try:
        intake(document)
    except PolicyError as refused:
        return refused.code
    return "policy"


def timed(act: Callable[[], object]) -> float:
    """Milliseconds; a refusal is an end as well."""
    started = time.perf_counter()
    with suppress(PolicyError):
        act()
    return 1_000 * (time.perf_counter() - started)


@pytest.fixture
def no_expansion(monkeypatch: pytest.MonkeyPatch) -> None:
    def called(*_: object, **__: object) -> NoReturn:
        pytest.fail("pyld was called")

    monkeypatch.setattr(jsonld, "expand", called)


@pytest.mark.usefixtures("no_expansion")
@pytest.mark.parametrize("document", BEYOND.values(), ids=BEYOND)
def test_what_exceeds_a_limit_is_refused_before_expansion(document: bytes | Mapping[str, Any]) -> None:
    with pytest.raises(PolicyTooLargeError):
        intake(document)


@pytest.mark.usefixtures("no_expansion")
def test_the_guard_sees_expansion() -> None:
    with pytest.raises(pytest.fail.Exception):
        intake(agreement())


@pytest.mark.parametrize("document", CROOKED.values(), ids=CROOKED)
def test_whatever_is_crooked_ends_in_a_refusal_or_a_policy(document: bytes | Mapping[str, Any]) -> None:
    assert outcome(document) == outcome(bytes_of(document)) != "POLICY_TOO_LARGE"


@pytest.mark.parametrize("document", CROOKED.values(), ids=CROOKED)
def test_no_refusal_repeats_much_of_what_was_sent(document: bytes | Mapping[str, Any]) -> None:
    told = [""]
    try:
        intake(document)
    except PolicyError as refused:
        told = [refused.message, refused.hint]

    assert max(len(each) for each in told) < MOST_TOLD


def test_a_number_that_cannot_be_written_is_refused() -> None:
    assert outcome(agreement(title=10**6_000)) == "POLICY_MALFORMED"


@pytest.mark.parametrize("make", LARGEST.values(), ids=LARGEST)
def test_the_largest_policies_are_taken_in_and_reach_the_limit(make: Callable[[int], dict[str, Any]]) -> None:
    document = filled(make)

    policy = intake(bytes_of(document))

    assert MAX_NODES * 0.95 < nodes(document) <= MAX_NODES
    assert policy_hash(intake(document)) == policy_hash(policy)


def test_the_worst_intake_is_told(tell: Callable[[str], None]) -> None:
    intake(agreement())
    large = {name: bytes_of(filled(make)) for name, make in LARGEST.items()}
    documents = {name: bytes_of(each) for name, each in CROOKED.items()} | large
    took = {name: timed(lambda each=each: intake(each)) for name, each in documents.items()}  # type: ignore[misc]
    worst = max(took, key=lambda name: took[name])
    sent = CROOKED.get(worst) or filled(LARGEST[worst])
    counted = f"{nodes(sent):,} nodes, " if isinstance(sent, Mapping) else ""

    tell(
        f"hostile input: {len(BEYOND) + len(documents)} documents, each a policy or a refusal; "
        f"worst intake: {worst} ({counted}{len(documents[worst]):,} bytes) in {took[worst]:.0f} ms"
    )


def uses(policy: Policy, smaller: Policy, rows: pl.DataFrame) -> dict[str, Callable[[], object]]:
    """Everything that is done with a policy once it was taken in."""
    dataset = the_dataset(columns=COLUMNS | {"subject_region": replace(COLUMNS["value"], name="subject_region")})
    access, state = an_access(dataset=dataset), a_state()
    decision = evaluate(policy, access, state, NOW)
    return {
        "validate": lambda: validate(policy, now=NOW, abilities=EVERYTHING),
        "policy_hash": lambda: policy_hash(policy),
        "contain": lambda: contain(policy, smaller),
        "difference": lambda: difference(policy, smaller),
        "summary": lambda: summary(policy),
        "to_document": lambda: to_document(policy),
        "evaluate": lambda: evaluate(policy, access, state, NOW),
        "first decision of an access plan": lambda: access_plan(policy, dataset).decide(access, state, NOW),
        "filter of rows": lambda: rows.filter(to_polars(decision.rows)),
    }


_OF_NUMBERS = frozenset({"one list of amounts", "all of many row terms"})
"""Policies whose row terms compare numbers."""


def test_the_worst_use_of_a_large_policy_is_told(tell: Callable[[str], None]) -> None:
    texts = pl.DataFrame({"value": ["v1", "v2"], "subject_region": ["x", "y"]})
    numbers = pl.DataFrame({"value": [1, 2]})
    worst: dict[str, tuple[float, str]] = {}
    for name, make in LARGEST.items():
        policy, smaller = (intake(bytes_of(filled(make, most))) for most in (MAX_NODES, MAX_NODES // 2))
        for use, act in uses(policy, smaller, numbers if name in _OF_NUMBERS else texts).items():
            worst[use] = max(worst.get(use, (0.0, "")), (timed(act), name))

    told = ", ".join(f"{use} {took:.0f} ms ({name})" for use, (took, name) in worst.items())
    tell(f"largest accepted policies, the worst of each use: {told}")


class Counted(str):
    """Text that counts how often it is compared."""

    __slots__ = ()
    compared = 0
    __hash__ = str.__hash__

    @override
    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__eq__(self, other)


class Visited(Mapping[str, Any]):
    """An object that counts how often something of it is read."""

    reads = 0

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content

    @override
    def __getitem__(self, key: str) -> Any:
        Visited.reads += 1
        return self._content[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    @override
    def __len__(self) -> int:
        return len(self._content)


@pytest.mark.usefixtures("no_expansion")
@pytest.mark.parametrize("wide", [1, 10, 1_000, 1_000_000])
def test_no_more_values_are_read_than_are_allowed(wide: int) -> None:
    inner: Any = {"x": 1}
    for _ in range(20):
        shared = Visited({"title": inner})
        inner = [shared] * wide
    Visited.reads = 0

    with pytest.raises(PolicyTooLargeError):
        intake(Visited({"title": inner}))

    assert Visited.reads <= MAX_NODES


def test_every_byte_before_parsing_is_looked_at_once() -> None:
    endless = b'"' + b'\\"' * 30_000

    assert [found.span() for found in _BRACKETS.finditer(endless)] == [(0, len(endless))]
    assert [found.group() for found in _BRACKETS.finditer(b'{"[": "\\"]"}')] == [b"{", b'"["', b'"\\"]"', b"}"]


def test_keys_are_compared_with_few_others() -> None:
    pairs = [(Counted(f"k{number}"), 1) for number in range(5_000)]
    Counted.compared = 0

    found = unrepeated([*pairs, (Counted("k4999"), 1)])

    assert found["k4999"] is TWICE

    assert Counted.compared < 2 * len(pairs)


def test_uids_are_compared_with_few_others() -> None:
    policy = intake(bytes_of(filled(LARGEST["duties"])))
    permission = policy.permissions[0]
    duties = tuple(replace(duty, uid=Iri(Counted(duty.uid))) for duty in permission.duties)
    Counted.compared = 0

    require_tree(replace(policy, permissions=(replace(permission, duties=duties),)))

    assert Counted.compared < 2 * len(duties)


def counting(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[None]:
    """One entry for each call of the function from now on."""
    calls: list[None] = []
    original = getattr(module, name)

    def counted(*arguments: Any) -> Any:
        calls.append(None)
        return original(*arguments)

    monkeypatch.setattr(module, name, counted)
    return calls


def test_each_transform_is_compared_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = intake(bytes_of(filled(LARGEST["ever more general columns"])))
    number = len(policy.permissions[0].target.refinements)
    calls = counting(monkeypatch, transforms, "stronger")

    validate(policy, now=NOW, abilities=EVERYTHING)

    assert len(calls) < 2 * number


def test_each_concept_is_looked_up_once_for_each_offered_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    policy, smaller = (intake(bytes_of(filled(LARGEST["pairs of purposes"], most))) for most in (MAX_NODES, 1_000))
    concepts = {atom.right for each in smaller.permissions[0].constraints for atom in each.members}  # type: ignore[union-attr]
    calls = counting(monkeypatch, regions, "_one_kind")

    contain(smaller, policy)

    assert len(calls) <= len(concepts) * len(policy.permissions[0].constraints)


def test_exactly_one_of_many_row_terms_is_a_short_predicate() -> None:
    policy = intake(bytes_of(filled(LARGEST["exactly one of many row terms"])))
    (condition,) = policy.permissions[0].target.refinements
    number = len(condition.members)  # type: ignore[union-attr]

    rows = evaluate(policy, an_access(), a_state(), NOW).rows

    assert parts(rows) < 4 * number * number.bit_length()
    assert levels(rows) < 4 * number.bit_length()


def children(predicate: Predicate) -> tuple[Predicate, ...]:
    match predicate:
        case And(parts=inner) | Or(parts=inner):
            return inner
        case Not(part=part):
            return (part,)
        case _:
            return ()


def parts(predicate: Predicate) -> int:
    return 1 + sum(parts(each) for each in children(predicate))


def levels(predicate: Predicate) -> int:
    return 1 + max((levels(each) for each in children(predicate)), default=0)
