"""Documents into which anything was put anywhere: each is a policy or is refused, at a place that it has."""

import copy
import json
from random import Random
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.canonical import policy_hash
from policies.errors import PolicyError
from policies.jsonld import intake, to_document
from policies.model import Policy
from tests.testkit.policies import EUROS, FRANCE, GERMANY, an_agreement

WHOLE: Final = to_document(
    an_agreement(consent=True, ethics=True, max_records=10, price=EUROS, places=frozenset({GERMANY, FRANCE}))
)
NAMES: Final = (
    *("", "@type", "@id", "@list", "@value", "@none", "@vocab", "@", "@keyword", "type", "uid", "_:b", "rep:", "rep:x"),
    *("odrl:permission", "odrl:use", "rdf:value", "http://www.w3.org/ns/odrl/2/permission", "permission", "constraint"),
    *("x-relative:", "x-relative://relative/a", "http://[::1", "//", "///a", "?q", "#f", "..", "a b", "a\nb", "\u202e"),
    *("xsd:integer", "xsd:string", "xsd:decimal", "@json", "0", "P1D", "2026-01-01T00:00:00Z", "9" * 30, "urn:\u0000"),
    *("Set", "and", "or", "consequence", "implies", "rightOperandReference", "inheritFrom"),
)
VALUES: Final[tuple[Any, ...]] = (
    *(True, False, 0, -1, 2**63, 2**70, 10**400, "x", [["a"], "b"], {"@value": "x"}, {"@value": 1, "@type": "@json"}),
    *({"@value": {"a": 1}, "@type": "@json"}, {"@list": ["a"]}, {"@list": [{"@list": ["a"]}]}, {"@id": ["a"]}),
    *({"@type": "x"}, {"@type": ["x", "y"]}, {"@type": {"a": "b"}}, {"@value": 1, "@type": "xsd:decimal", "type": "x"}),
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container with a key or an index of it."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


def mutate(document: dict[str, Any], random: Random) -> None:
    """Change one thing somewhere."""
    container, key = random.choice(places(document))
    value, name = container[key], random.choice(NAMES)
    something = random.choice((*VALUES, name, {"@id": name}, {"@value": "x", "@type": name}))
    match random.randrange(6):
        case 0:
            container[key] = copy.deepcopy(something)
        case 1:
            container[key] = [value]
        case 2:
            elsewhere, other = random.choice(places(document))
            container[key] = copy.deepcopy(elsewhere[other])
        case 3 if isinstance(container, dict):
            container[name] = copy.deepcopy(random.choice((value, something)))
        case 4 if isinstance(container, dict):
            container[name] = container.pop(key)
        case 5 if isinstance(value, list):
            value.append(copy.deepcopy(something))
        case _:
            del container[key]


def has(document: Any, pointer: str) -> bool:
    """Whether the document has the place."""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            document = document[int(key)]
        elif key in document:
            document = document[key]
        else:
            return False
    return True


def taken(document: dict[str, Any]) -> Policy | PolicyError:
    """The policy, or why there is none."""
    try:
        return intake(document)
    except PolicyError as refused:
        return refused


@given(st.randoms(use_true_random=False), st.integers(1, 4))
@settings(max_examples=400, deadline=None)
def test_a_mutated_document_is_a_policy_or_is_refused_at_a_place_that_it_has(random: Random, times: int) -> None:
    document = json.loads(json.dumps(WHOLE))
    for _ in range(times):
        mutate(document, random)

    found = taken(document)

    if isinstance(found, PolicyError):
        assert has(document, found.pointer) or found.pointer == "/@context"
    else:
        assert policy_hash(intake(to_document(found))) == policy_hash(found)
