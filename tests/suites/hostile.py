"""The worst documents that can be sent: at the limits, just beyond them, and crooked."""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, islice
from typing import Any, Final

from policies.jsonld.limits import CONTEXTS, MAX_BYTES, MAX_NODES
from policies.vocabulary import DATA_ROOT, DPV_SUBSET, PROFILE_IRI, PURPOSE_ROOT, compact
from policies.vocabulary.codes import COUNTRIES
from tests.testkit.policies import ASSET, LICENSEE, OWNER

PARTIES: Final = {"assigner": OWNER, "assignee": LICENSEE}
PURPOSES: Final = sorted(compact(each) for each in DPV_SUBSET.broader if DPV_SUBSET.is_a(each, PURPOSE_ROOT))
CATEGORIES: Final = sorted(compact(each) for each in DPV_SUBSET.broader if DPV_SUBSET.is_a(each, DATA_ROOT))

Document = dict[str, Any]


def agreement(**rules: Any) -> Document:
    """An agreement of one permission, and what else is given."""
    return {
        "@context": list(CONTEXTS),
        "@type": "Agreement",
        "uid": "urn:agreement:1",
        "profile": PROFILE_IRI,
        "conflict": "prohibit",
        "permission": [permission()],
        **rules,
    }


def permission(**parts: Any) -> Document:
    """A permission of the least size, and what else is given."""
    least = {"@type": "Permission", "uid": "urn:p", **PARTIES, "target": ASSET, "action": "rep:fineTune"}
    return least | parts


def permitting(**parts: Any) -> Document:
    """An agreement whose permission has these parts."""
    return agreement(permission=[permission(**parts)])


def constraint(left: str, operator: str, right: Any, **parts: Any) -> Document:
    """One constraint."""
    return {"@type": "Constraint", "leftOperand": left, "operator": operator, "rightOperand": right, **parts}


def logic(name: str, members: list[Document]) -> Document:
    """A logical constraint."""
    return {"@type": "LogicalConstraint", name: {"@list": members}}


def part(*refinements: Document) -> Document:
    """A part of the dataset."""
    return {"@type": "AssetCollection", "source": ASSET, "refinement": list(refinements)}


def row(number: int, operator: str = "eq") -> Document:
    """A term on rows."""
    bound: Any = f"v{number}" if operator == "eq" else number
    return constraint("rep:column", operator, bound, **{"rep:onColumn": "value"})


def nodes(value: Any) -> int:
    """Objects, arrays and scalars."""
    if isinstance(value, Mapping):
        return 1 + sum(nodes(child) for child in value.values())
    return 1 + (sum(nodes(child) for child in value) if isinstance(value, list) else 0)


def filled(make: Callable[[int], Document], most: int = MAX_NODES) -> Document:
    """The largest document of its kind that has no more nodes than allowed."""
    one, two = nodes(make(1)), nodes(make(2))
    return make(1 + (most - one) // (two - one))


def _alternatives(left: str, concepts: list[str], size: int) -> Callable[[int], list[Document]]:
    """Conditions of ``size`` concepts each, no two alike."""
    return lambda number: [
        logic("or", [constraint(left, "isA", {"@id": each}) for each in chosen])
        for chosen in islice(combinations(concepts, size), number)
    ]


def _rules(kind: str, number: int, **parts: Any) -> list[Document]:
    return [
        {"@type": kind, "uid": f"urn:{kind}:{index}", **PARTIES, "target": ASSET, **parts} for index in range(number)
    ]


_PURPOSE_PAIRS = _alternatives("purpose", PURPOSES, 2)
_CATEGORY_FIVES = _alternatives("rep:dataCategory", CATEGORIES, 5)

LARGEST: Final[dict[str, Callable[[int], Document]]] = {
    "bounds of one operand": lambda n: permitting(constraint=[constraint("count", "lteq", i + 5) for i in range(n)]),
    "pairs of purposes": lambda n: permitting(constraint=_PURPOSE_PAIRS(n)),
    "fives of categories": lambda n: permitting(target=part(*_CATEGORY_FIVES(n))),
    "one list of columns": lambda n: permitting(
        target=part(constraint("rep:field", "isAnyOf", {"@list": [f"c{i}" for i in range(n)]}))
    ),
    "one list of recipients": lambda n: permitting(
        constraint=[constraint("recipient", "isAnyOf", {"@list": [{"@id": f"urn:r:{i}"} for i in range(n)]})]
    ),
    "one list of amounts": lambda n: permitting(
        target=part(
            constraint(
                "rep:column",
                "isAnyOf",
                {"@list": [{"@value": f"{i}.5", "@type": "xsd:decimal"} for i in range(n)]},
                **{"rep:onColumn": "value"},
            )
        )
    ),
    "joint sets": lambda n: permitting(
        target=part(*(constraint("rep:field", "rep:notTogether", {"@list": [f"c{i}", f"c{i + 1}"]}) for i in range(n)))
    ),
    "ever more general columns": lambda n: permitting(
        target=part(
            *(
                constraint(
                    "rep:transform",
                    "eq",
                    {"@id": "rep:generalise"},
                    **{"rep:onColumn": "value", "rep:parameter": i + 1},
                )
                for i in range(n)
            )
        )
    ),
    "all of many row terms": lambda n: permitting(target=part(*(row(i, "gt") for i in range(n)))),
    "one of many row terms": lambda n: permitting(target=part(logic("or", [row(i) for i in range(n)]))),
    "exactly one of many row terms": lambda n: permitting(target=part(logic("xone", [row(i) for i in range(n)]))),
    "none of many pairs of regions": lambda n: permitting(
        target=part(*(constraint("rep:subjectRegion", "isNoneOf", {"@list": _regions(i)}) for i in range(n)))
    ),
    "prohibitions": lambda n: agreement(prohibition=_rules("Prohibition", n, action="sell")),
    "prohibitions on rows": lambda n: agreement(
        prohibition=[
            each | {"target": part(row(i))} for i, each in enumerate(_rules("Prohibition", n, action="rep:fineTune"))
        ]
    ),
    "obligations": lambda n: agreement(obligation=_rules("Duty", n, action="attribute", attributedParty=OWNER)),
    "duties": lambda n: permitting(
        duty=[
            {"@type": "Duty", "uid": f"urn:d:{i}", "action": "obtainConsent", "consentingParty": "rep:dataSubject"}
            for i in range(n)
        ]
    ),
}
"""Policies that are taken in, each growing with one number."""


def _regions(number: int) -> list[Document]:
    """One pair of countries out of all."""
    rounds, first = divmod(number, len(COUNTRIES))
    return [{"@id": f"iso3166:{COUNTRIES[each % len(COUNTRIES)]}"} for each in (first, first + 1 + rounds)]


def _keys(spelling: str) -> Callable[[int], Document]:
    return lambda number: agreement(**{spelling.format(index): 1 for index in range(number)})


def _nested(levels: int, inner: Any, wrap: Callable[[Any], Any]) -> Any:
    for _ in range(levels):
        inner = wrap(inner)
    return inner


def _cycle() -> Document:
    endless = permission()
    endless["duty"] = [endless]
    return agreement(permission=[endless])


def _shared(levels: int) -> Document:
    """A document of few objects and of very many places: every level has the next one a thousand times."""
    return agreement(title=_nested(levels, "x", lambda inner: [inner] * 1_000))


BEYOND: Final[dict[str, bytes | Document]] = {
    "one byte too many": b" " * (MAX_BYTES + 1),
    "one level too many, in bytes": json.dumps(agreement(title=_nested(16, "x", lambda inner: [inner]))).encode(),
    "one level too many": agreement(title=_nested(16, "x", lambda inner: [inner])),
    "one node too many": agreement(title=["x"] * (MAX_NODES + 1 - nodes(agreement(title=[])))),
    "brackets alone": b"[" * MAX_BYTES,
    "objects alone": b'{"a":' * (MAX_BYTES // 5),
    "nodes alone": b'{"a":[' + b"1," * 32_000 + b"1]}",
    "a long title": agreement(title="x" * MAX_BYTES),
    "many titles of the same text": agreement(title=["x" * 4_096] * 20),
    "a cycle": _cycle(),
    "shared arrays": _shared(10),
    "very many keys": agreement(**{f"k{number}": 1 for number in range(100_000)}),
    "logic in logic": permitting(
        constraint=_nested(6, [constraint("count", "lteq", 1)], lambda inner: [logic("and", inner)])
    ),
    "duties in duties": permitting(
        duty=_nested(
            14, [], lambda inner: [{"@type": "Duty", "uid": "urn:d", "action": "delete", "consequence": inner}]
        )
    ),
}
"""What exceeds a limit."""

_LONG: Final = {
    "steps up": "../" * 20_000,
    "steps down": "a/" * 30_000,
    "steps in place": "./" * 30_000,
    "steps down and up": "b/../" * 12_000,
    "steps of an address": "http://a/" + "../" * 20_000,
    "slashes": "/" * 64_000,
    "colons": ":" * 64_000,
    "number signs": "#" * 64_000,
    "question marks": "?" * 64_000,
    "per cent signs": "urn:" + "%" * 64_000,
    "a keyword": "@" + "a" * 64_000,
    "a scheme": "a" * 63_000 + ":b",
    "schemes": "a:" * 32_000,
    "a prefix again and again": "odrl:" * 12_000,
    "a blank node": "_:" + "a" * 63_000,
    "combining marks": "urn:" + "\u0300" * 30_000,
    "turned writing": "urn:\u202e" + "\u200d" * 20_000,
    "beyond the first plane": "urn:" + "\U0001f600" * 15_000,
    "spaces": "urn:" + " " * 60_000,
    "spaces of another script": "urn:" + "\u00a0" * 30_000,
}
_LITERALS: Final = {
    "zeros": "0" * 60_000,
    "ones": "1" * 60_000,
    "a fraction": "1." + "0" * 60_000,
    "periods": "PT" * 30_000,
    "days": "P" + "9" * 60_000 + "D",
    "a moment": "2026-01-01T00:00:00." + "0" * 60_000 + "Z",
    "signs": "+" * 60_000,
}
_TYPES: Final = (
    "xsd:boolean",
    "xsd:integer",
    "xsd:decimal",
    "xsd:dateTime",
    "xsd:duration",
    "xsd:string",
    "xsd:double",
)


def crooked() -> Iterator[tuple[str, bytes | Document]]:
    """Documents within the limits that try to make something slow, or to make it stumble."""
    yield "many keys, the last one twice", b"{" + b"".join(b'"%x":1,' % n for n in range(1_990)) + b'"z":1,"z":2}'
    yield "a text without end, of escaped quotes", b'{"a":"' + b'\\"' * 32_000
    yield "quotes", b'"' * 65_000
    yield "backslashes", b'{"a":"' + b"\\" * 65_000
    yield "digits", b'{"a":' + b"1" * 65_000 + b"}"
    yield "as many digits as are read", b'{"@context":' + b"1" * 4_300 + b"}"
    yield "digits of a fraction", b'{"a":0.' + b"1" * 65_000 + b"}"
    yield "digits of an exponent", b'{"a":1e' + b"9" * 65_000 + b"}"
    yield "brackets in a text", json.dumps(agreement(title="[{" * 32_000)).encode()
    yield "a number beyond every float", agreement(title=10**400)
    for name, text in _LONG.items():
        yield f"{name} as target", permitting(target=text)
        yield f"{name} as key", agreement(**{text: "x"})
        yield f"{name} as class", agreement(**{"@type": text})
        yield f"{name} as uid", agreement(uid=text)
        yield (
            f"{name} as datatype",
            permitting(constraint=[constraint("count", "lteq", {"@value": "1", "@type": text})]),
        )
        yield f"{name} as value", permitting(constraint=[constraint("recipient", "eq", {"@id": text})])
    for name, text in _LITERALS.items():
        for datatype in _TYPES:
            value = {"@value": text, "@type": datatype}
            yield f"{name} as {datatype}", permitting(constraint=[constraint("count", "lteq", value)])
    for name, keys in {"bare": "k{}", "unknown": "x{}:k", "ours": "rep:k{}", "theirs": "odrl:k{}"}.items():
        yield f"many keys, {name}", filled(_keys(keys))
    yield "classes", filled(lambda n: agreement(**{"@type": ["Set"] * n}))
    yield "different classes", filled(lambda n: agreement(**{"@type": [f"urn:c:{i}" for i in range(n)]}))
    yield "targets", filled(lambda n: permitting(target=[f"urn:t:{i}" for i in range(n)]))
    yield "one target again and again", filled(lambda n: permitting(target=["urn:t"] * n))
    yield "empty-handed constraints", filled(lambda n: permitting(constraint=[{"@type": "Constraint"}] * n))
    yield (
        "one constraint again and again",
        filled(lambda n: permitting(constraint=[constraint("count", "lteq", 1) for _ in range(n)])),
    )
    yield "lists of lists", filled(lambda n: permitting(constraint=[{"@list": [{"@list": ["x"]}]} for _ in range(n)]))
    yield (
        "arrays of arrays",
        filled(lambda n: permitting(constraint=[[[constraint("coun", "lteq", 1)]] for _ in range(n)])),
    )
    yield "one permission again and again", filled(lambda n: agreement(permission=[permission()] * n))
    yield "many permissions", filled(lambda n: agreement(permission=[permission(uid=f"urn:p:{i}") for i in range(n)]))
    yield (
        "a datum of JSON",
        permitting(constraint=[constraint("count", "lteq", {"@value": {"a": 1}, "@type": "@json"})]),
    )
    yield (
        "a list of datatypes",
        permitting(constraint=[constraint("count", "lteq", {"@value": 1, "@type": ["xsd:integer"]})]),
    )
    yield "a property under two names", agreement(**{"odrl:permission": [permission(action="rep:nope")]})
    yield (
        "arrays inside arrays",
        permitting(constraint=[[constraint("count", "lteq", 1)] * 2, [constraint("coun", "lteq", 1)]]),
    )
    yield "as many levels as allowed", agreement(title=_nested(15, "x", lambda inner: [inner]))
    yield (
        "duties in duties",
        permitting(
            duty=_nested(
                6, "urn:d", lambda inner: [{"@type": "Duty", "uid": "urn:d", "action": "delete", "consequence": inner}]
            )
        ),
    )
