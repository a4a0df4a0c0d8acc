"""What intake takes in, and what it refuses with which code at which place."""

import copy
import json
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, cast

import pytest

from policies.canonical import policy_hash
from policies.errors import PolicyError
from policies.jsonld import intake, to_document
from policies.jsonld.places import find_key, locate
from policies.model import LogicalConstraint, Policy, PolicyClass
from policies.vocabulary import CONTEXT_IRI, ODRL_CONTEXT_IRI, PROFILE_IRI, Iri
from tests.testkit.policies import an_agreement, an_offer
from tests.testkit.shared import shared

PLACE = {"@type": "Constraint", "leftOperand": "spatial", "operator": "isAnyOf"}


def a_document() -> dict[str, Any]:
    """A small Set with one permission of every kind of part that the refusals touch."""
    return {
        "@context": [ODRL_CONTEXT_IRI, CONTEXT_IRI],
        "@type": "Set",
        "uid": "urn:set:1",
        "profile": PROFILE_IRI,
        "conflict": "prohibit",
        "permission": [
            {
                "@type": "Permission",
                "uid": "urn:set:1:p1",
                "assigner": "urn:party:owner",
                "target": "urn:dataset:1",
                "action": {
                    "rdf:value": {"@id": "rep:fineTune"},
                    "refinement": [
                        {
                            "@type": "Constraint",
                            "leftOperand": "product",
                            "operator": "eq",
                            "rightOperand": {"@id": "urn:m:1"},
                        }
                    ],
                },
                "constraint": [
                    {
                        "@type": "Constraint",
                        "leftOperand": "count",
                        "operator": "lteq",
                        "rightOperand": {"@value": "12", "@type": "xsd:integer"},
                    },
                    {**PLACE, "rightOperand": {"@list": [{"@id": "iso3166:DE"}, {"@id": "iso3166:FR"}]}},
                    {
                        "@type": "LogicalConstraint",
                        "or": {
                            "@list": [
                                {
                                    "@type": "Constraint",
                                    "leftOperand": "purpose",
                                    "operator": "isA",
                                    "rightOperand": {"@id": "dpv:Marketing"},
                                },
                                {
                                    "@type": "Constraint",
                                    "leftOperand": "purpose",
                                    "operator": "isA",
                                    "rightOperand": {"@id": "dpv:ResearchAndDevelopment"},
                                },
                            ]
                        },
                    },
                ],
                "duty": [
                    {
                        "@type": "Duty",
                        "uid": "urn:set:1:d1",
                        "action": "obtainConsent",
                        "consentingParty": "rep:dataSubject",
                    }
                ],
            }
        ],
    }


def permission(document: dict[str, Any]) -> Any:
    return document["permission"][0]


def constraint(document: dict[str, Any], index: int = 0) -> Any:
    return permission(document)["constraint"][index]


def refusal(document: dict[str, Any] | bytes) -> tuple[str, str]:
    """Code and pointer of the refusal."""
    with pytest.raises(PolicyError) as refused:
        intake(document)
    return refused.value.code, refused.value.pointer


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    document = a_document()
    change(document)
    return document


def test_the_document_is_read() -> None:
    policy = intake(a_document())

    assert policy.policy_class is PolicyClass.SET
    assert isinstance(policy.permissions[0].constraints[2], LogicalConstraint)
    assert policy.permissions[0].duties[0].role is not None


@pytest.mark.parametrize(
    "spelling",
    [
        lambda document: permission(document)["constraint"].reverse(),
        lambda document: constraint(document, 1)["rightOperand"]["@list"].reverse(),
        lambda document: constraint(document, 2)["or"]["@list"].reverse(),
        lambda document: document.update(permission=permission(document)),
        lambda document: document.update({"@id": document.pop("uid")}),
        lambda document: document.update({"odrl:permission": document.pop("permission")}),
        lambda document: document.update({"http://www.w3.org/ns/odrl/2/permission": document.pop("permission")}),
        lambda document: document.update({"@type": "odrl:Set"}),
        lambda document: constraint(document).update(rightOperand=12),
        lambda document: constraint(document).update(rightOperand={"@value": 12, "@type": "xsd:integer"}),
        lambda document: constraint(document).update(rightOperand={"@value": "+012", "@type": "xsd:integer"}),
        lambda document: constraint(document).update(leftOperand="odrl:count"),
        lambda document: permission(document).update(target={"@id": "urn:dataset:1"}),
        lambda document: permission(document).update(target={"@type": "Asset", "uid": "urn:dataset:1"}),
        lambda document: permission(document).update(target={"@type": "AssetCollection", "source": "urn:dataset:1"}),
        lambda document: permission(document)["duty"][0].update(action={"@id": "odrl:obtainConsent"}),
        lambda document: permission(document)["duty"][0].update(action={"rdf:value": {"@id": "odrl:obtainConsent"}}),
        lambda document: permission(document).update(
            constraint={
                "@type": "LogicalConstraint",
                "and": {"@list": permission(document)["constraint"]},
            }
        ),
    ],
)
def test_two_spellings_of_one_policy_have_one_hash(spelling: Callable[[dict[str, Any]], object]) -> None:
    assert policy_hash(intake(changed(spelling))) == policy_hash(intake(a_document()))


def test_whole_numbers_are_decimals_too() -> None:
    priced = to_document(an_offer(price=None))
    priced["permission"][0]["duty"] = [  # type: ignore[index]
        {
            "@type": "Duty",
            "uid": "urn:offer:1#d1",
            "action": {
                "rdf:value": {"@id": "odrl:compensate"},
                "refinement": [
                    {
                        "@type": "Constraint",
                        "leftOperand": "payAmount",
                        "operator": "eq",
                        "rightOperand": {"@value": "40.00", "@type": "xsd:decimal"},
                        "unit": {"@id": "iso4217:EUR"},
                    },
                    {
                        "@type": "Constraint",
                        "leftOperand": "unitOfCount",
                        "operator": "eq",
                        "rightOperand": {"@id": "rep:perRecord"},
                    },
                ],
            },
            "compensatedParty": "urn:party:owner",
        }
    ]
    whole = copy.deepcopy(priced)
    whole["permission"][0]["duty"][0]["action"]["refinement"][0]["rightOperand"] = 40  # type: ignore[index]

    assert policy_hash(intake(whole)) == policy_hash(intake(priced))


def test_a_mapping_of_another_type_is_taken() -> None:
    document = MappingProxyType(a_document())

    assert intake(document) == intake(json.dumps(a_document()).encode())


@pytest.mark.parametrize("policy", [an_offer(), an_agreement(consent=True, ethics=True, attribution=True)])
def test_written_documents_are_taken_in_unchanged(policy: Any) -> None:
    assert intake(to_document(policy)) == policy
    assert intake(json.dumps(to_document(policy)).encode()) == policy


REFUSALS: list[tuple[str, str, Callable[[dict[str, Any]], object]]] = [
    ("POLICY_MALFORMED", "/@context", lambda document: document.pop("@context")),
    ("POLICY_MALFORMED", "/@context", lambda document: document["@context"].reverse()),
    ("POLICY_MALFORMED", "/@context", lambda document: document["@context"].append({"x": "urn:x"})),
    ("POLICY_MALFORMED", "/permission/0/@context", lambda document: permission(document).update({"@context": "urn:x"})),
    ("POLICY_MALFORMED", "/@graph", lambda document: document.update({"@graph": [{"@id": "urn:x"}]})),
    (
        "POLICY_MALFORMED",
        "/permission/0/@reverse",
        lambda document: permission(document).update({"@reverse": {"a": "b"}}),
    ),
    ("POLICY_MALFORMED", "/title", lambda document: document.update(title=None)),
    ("POLICY_MALFORMED", "/permission/0/constraint", lambda document: permission(document).update(constraint=[])),
    ("POLICY_MALFORMED", "/permission/0/target", lambda document: permission(document).update(target={})),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/0/rightOperand",
        lambda document: constraint(document).update(rightOperand=1.5),
    ),
    ("POLICY_MALFORMED", "/title", lambda document: document.update(title=b"bytes")),
    ("POLICY_MALFORMED", "/title", lambda document: document.update(title="\ud800")),
    ("POLICY_MALFORMED", "/title", lambda document: document.update(title=["a", "b"])),
    ("POLICY_MALFORMED", "/title", lambda document: document.update(title="")),
    ("POLICY_MALFORMED", "/title", lambda document: document.update(title=12)),
    ("POLICY_MALFORMED", "", lambda document: document.update({cast("Any", 1): "x"})),
    ("POLICY_MALFORMED", "/@id", lambda document: document.update({"@id": "urn:other"})),
    ("POLICY_MALFORMED", "/uid", lambda document: document.update(uid="relative")),
    ("POLICY_MALFORMED", "/uid", lambda document: document.update(uid="@keyword")),
    ("POLICY_MALFORMED", "/title", lambda document: document.update(title=10**6_000)),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/0/rightOperand/@type",
        lambda document: constraint(document).update(rightOperand={"@value": {"a": 1}, "@type": "@json"}),
    ),
    (
        "POLICY_MALFORMED",
        "/title/@type",
        lambda document: document.update(title={"@value": "x", "@type": "@keyword"}),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/type",
        lambda document: permission(document).update(type=["@keyword"]),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/0/rightOperand/type",
        lambda document: constraint(document).update(
            rightOperand={"@value": 12, "@type": "xsd:integer", "type": "xsd:integer"}
        ),
    ),
    ("POLICY_MALFORMED", "/uid", lambda document: document.update(uid="_:b1")),
    ("POLICY_MALFORMED", "/@type", lambda document: document.pop("@type") and document.update({"@type": "Ticket"})),
    ("POLICY_MALFORMED", "/@type", lambda document: document.update({"@type": ["Set", "Offer"]})),
    ("POLICY_MALFORMED", "/profile", lambda document: document.update(profile=["urn:a", "urn:b"])),
    ("POLICY_MALFORMED", "", lambda document: document.pop("profile")),
    ("POLICY_TERM_UNKNOWN", "/profile", lambda document: document.update(profile="https://muniment.example/profile/2")),
    ("POLICY_UNSUPPORTED", "/conflict", lambda document: document.update(conflict="perm")),
    ("POLICY_UNSUPPORTED", "/inheritFrom", lambda document: document.update(inheritFrom="urn:set:0")),
    ("POLICY_TERM_UNKNOWN", "/prohibtion", lambda document: document.update(prohibtion=permission(document))),
    (
        "POLICY_TERM_UNKNOWN",
        "/permission/0/constraints",
        lambda document: permission(document).update(constraints=["x"]),
    ),
    ("POLICY_TERM_UNKNOWN", "/foaf:name", lambda document: document.update({"foaf:name": "x"})),
    ("POLICY_TERM_MISPLACED", "/assigner", lambda document: document.update(assigner="urn:party:owner")),
    ("POLICY_TERM_MISPLACED", "/permission/0/remedy", lambda document: permission(document).update(remedy="urn:x")),
    ("POLICY_MALFORMED", "/permission/0", lambda document: permission(document).pop("@type")),
    ("POLICY_MALFORMED", "/permission/0/@type", lambda document: permission(document).update({"@type": "Prohibition"})),
    ("POLICY_MALFORMED", "/permission/0", lambda document: permission(document).pop("uid")),
    ("POLICY_MALFORMED", "/permission/0", lambda document: permission(document).pop("target")),
    ("POLICY_MALFORMED", "/permission/0", lambda document: permission(document).pop("action")),
    (
        "POLICY_MALFORMED",
        "/permission/0/assigner",
        lambda document: permission(document).update(assigner={"@value": "x"}),
    ),
    ("POLICY_MALFORMED", "/permission", lambda document: document.update(permission={"@value": "x"})),
    (
        "POLICY_MALFORMED",
        "/permission/0/target",
        lambda document: permission(document).update(target=["urn:a", "urn:b"]),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/target/uid",
        lambda document: permission(document).update(
            target={"@type": "AssetCollection", "uid": "urn:a", "source": "urn:b"}
        ),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/permission/0/target/source",
        lambda document: permission(document).update(target={"@type": "Asset", "uid": "urn:a", "source": "urn:b"}),
    ),
    ("POLICY_TERM_UNKNOWN", "/permission/0/action", lambda document: permission(document).update(action="rep:train")),
    (
        "POLICY_TERM_UNKNOWN",
        "/permission/0/action/rdf:value",
        lambda document: permission(document)["action"].update({"rdf:value": {"@id": "rep:x"}}),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/action/@type",
        lambda document: permission(document)["action"].update({"@type": "Action"}),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/action",
        lambda document: permission(document).update(action=["rep:fineTune", "rep:evaluate"]),
    ),
    (
        "POLICY_TERM_UNKNOWN",
        "/permission/0/constraint/0/leftOperand",
        lambda document: constraint(document).update(leftOperand="rep:colour"),
    ),
    (
        "POLICY_TERM_UNKNOWN",
        "/permission/0/constraint/0/leftOperand",
        lambda document: constraint(document).update(leftOperand="industry"),
    ),
    (
        "POLICY_TERM_UNKNOWN",
        "/permission/0/constraint/0/leftOperand",
        lambda document: constraint(document).update(leftOperand="cuont"),
    ),
    (
        "POLICY_TERM_UNKNOWN",
        "/permission/0/constraint/0/operator",
        lambda document: constraint(document).update(operator="isAllOf"),
    ),
    (
        "POLICY_TERM_UNKNOWN",
        "/permission/0/constraint/0/operator",
        lambda document: constraint(document).update(operator="odrl:neg"),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/permission/0/constraint/0/operator",
        lambda document: constraint(document).update(operator="gteq"),
    ),
    ("POLICY_MALFORMED", "/permission/0/constraint/0", lambda document: constraint(document).pop("rightOperand")),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/0/rightOperand",
        lambda document: constraint(document).update(rightOperand=[1, 2]),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/0/rightOperand",
        lambda document: constraint(document).update(rightOperand={"@list": [1]}),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/0/rightOperand",
        lambda document: constraint(document).update(rightOperand={"@id": "urn:x"}),
    ),
    (
        "POLICY_VALUE_INVALID",
        "/permission/0/constraint/0/rightOperand",
        lambda document: constraint(document).update(rightOperand={"@value": "12", "@type": "xsd:double"}),
    ),
    (
        "POLICY_VALUE_INVALID",
        "/permission/0/constraint/0/rightOperand",
        lambda document: constraint(document).update(rightOperand="12"),
    ),
    (
        "POLICY_VALUE_INVALID",
        "/permission/0/constraint/0/rightOperand",
        lambda document: constraint(document).update(rightOperand=True),
    ),
    (
        "POLICY_VALUE_INVALID",
        "/permission/0/constraint/0/rightOperand",
        lambda document: constraint(document).update(rightOperand=-1),
    ),
    ("POLICY_MALFORMED", "/permission/0/constraint/0/uid", lambda document: constraint(document).update(uid="urn:c:1")),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/0/unit",
        lambda document: constraint(document).update(unit={"@id": "iso4217:EUR"}),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/0/rep:onColumn",
        lambda document: constraint(document).update({"rep:onColumn": "text"}),
    ),
    (
        "POLICY_VALUE_INVALID",
        "/permission/0/constraint/0/rep:parameter",
        lambda document: constraint(document).update({"rep:parameter": 3}),
    ),
    (
        "POLICY_VALUE_INVALID",
        "/permission/0/constraint/0/rep:parameter",
        lambda document: constraint(document).update({"rep:parameter": {"@id": "rep:month"}}),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/0/rep:parameter",
        lambda document: constraint(document).update({"rep:parameter": "month"}),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/1/rightOperand",
        lambda document: constraint(document, 1).update(rightOperand={"@id": "iso3166:DE"}),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/1/rightOperand/@list/2",
        lambda document: constraint(document, 1)["rightOperand"]["@list"].append("DE"),
    ),
    (
        "POLICY_TERM_UNKNOWN",
        "/permission/0/constraint/1/rightOperand/@list/2",
        lambda document: constraint(document, 1)["rightOperand"]["@list"].append({"@id": "iso3166:Europe"}),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/1/rightOperand/@list/2",
        lambda document: constraint(document, 1)["rightOperand"]["@list"].append({"@id": "iso3166:DE"}),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/permission/0/constraint/2/or/@list/0/rightOperand",
        lambda document: constraint(document, 2)["or"]["@list"][0].update(rightOperand={"@id": "dpv:Consent"}),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/2/or/@list/2",
        lambda document: constraint(document, 2)["or"]["@list"].append(constraint(document, 2)["or"]["@list"][0]),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/2/or",
        lambda document: constraint(document, 2).update({"or": constraint(document, 2)["or"]["@list"]}),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/2",
        lambda document: constraint(document, 2).update({"and": constraint(document, 2)["or"]}),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/2/or/@list/0",
        lambda document: constraint(document, 2)["or"]["@list"][0].pop("@type"),
    ),
    (
        "POLICY_UNSUPPORTED",
        "/permission/0/constraint/2/andSequence",
        lambda document: constraint(document, 2).update({"andSequence": "urn:x"}),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/3",
        lambda document: permission(document)["constraint"].append(constraint(document)),
    ),
    ("POLICY_MALFORMED", "/permission/0/duty/0", lambda document: permission(document)["duty"][0].pop("@type")),
    (
        "POLICY_TERM_MISPLACED",
        "/permission/0/duty/0/assignee",
        lambda document: permission(document)["duty"][0].update(assignee="urn:x"),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/duty/0/informedParty",
        lambda document: permission(document)["duty"][0].update(informedParty="urn:x"),
    ),
    ("POLICY_MALFORMED", "/permission/0/uid", lambda document: permission(document).update(uid="urn:set:1")),
    ("POLICY_MALFORMED", "/uid", lambda document: permission(document).update(target="urn:set:1")),
    ("POLICY_TOO_LARGE", "", lambda document: document.update(title="x" * 65_536)),
    (
        "POLICY_TOO_LARGE",
        "/permission/0/constraint",
        lambda document: permission(document).update(constraint=["x"] * 2_001),
    ),
]


@pytest.mark.parametrize(("code", "pointer", "change"), REFUSALS)
def test_refusals_name_code_and_place(code: str, pointer: str, change: Callable[[dict[str, Any]], object]) -> None:
    assert refusal(changed(change)) == (code, pointer)


def nest(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"[1]", "POLICY_MALFORMED"),
        (b"\xff{}", "POLICY_MALFORMED"),
        (b'{"a": 1', "POLICY_MALFORMED"),
        (b'{"a": NaN}', "POLICY_MALFORMED"),
        (b'{"a": 1, "b": {"c": 1, "c": 1}}', "POLICY_MALFORMED"),
        (b'{"a": ' + b"1" * 5_000 + b"}", "POLICY_MALFORMED"),
        (b'"' + b"x" * 65_536 + b'"', "POLICY_TOO_LARGE"),
        (b"[" * 60_000, "POLICY_TOO_LARGE"),
        (json.dumps({"title": "[[[[[[[[[[[[[[[[[["}).encode(), "POLICY_MALFORMED"),
    ],
)
def test_bytes_are_checked_before_they_are_read(document: bytes, code: str) -> None:
    assert refusal(document)[0] == code


UNREADABLE: list[tuple[bytes, str, str]] = [
    (b"", "the policy is empty", "was the file saved?"),
    (b" \n", "the policy is empty", "was the file saved?"),
    (b"\xef\xbb\xbf", "the policy is empty", "was the file saved?"),
    (b'{\n  "title": "K\xf6ln"}', "not text in UTF-8: byte 0xf6 at offset 15, line 2", "save the file as UTF-8"),
    (b"\xef\xbb\xbf\xff", "not text in UTF-8: byte 0xff at offset 3, line 1", "save the file as UTF-8"),
    ("{}".encode("utf-16"), "not text in UTF-8: byte 0xff at offset 0, line 1", "not as UTF-16"),
    (b'{\n  "a": 1,,\n  "b": 2\n}', "line 2, column 10: expected a key in double quotes", "a comma too many"),
    (b"{'a': 1}", "line 1, column 2: expected a key in double quotes", "missing quotes"),
    (b'{"a": [1,,2]}', "line 1, column 10: expected a value", "a comma too many"),
    (b'{"a": 1 "b": 2}', "line 1, column 9: expected a comma or a closing bracket", "a missing comma"),
    (b'{"a" 1}', "line 1, column 6: expected a colon after the key", '`"key": value`'),
    (b'{"a": "b\nc"}', "line 1, column 9: expected no line break or tab inside a text", "`\\n`"),
    (b'{"a": "C:\\policies"}', "line 1, column 10: expected an escape that JSON has", "`\\\\`"),
    (b'{"a": 1}\n}', "line 2, column 1: expected nothing more after the policy", "a closing bracket too many"),
    (b'{"a": "b', "line 1, column 7: expected an end of the text that begins there", "was the file cut off?"),
    (b'{"a": [1\n', "line 2, column 1: expected a comma or a closing bracket", "was the file cut off"),
    (b"type: Set\nuid: urn:set:1\n", "line 1, column 1: expected a value", "YAML and other notations are not read"),
]


@pytest.mark.parametrize(("document", "problem", "hint"), UNREADABLE)
def test_what_is_not_json_is_told_with_its_place(document: bytes, problem: str, hint: str) -> None:
    with pytest.raises(PolicyError) as refused:
        intake(document)

    assert (refused.value.code, refused.value.rule, refused.value.pointer) == ("POLICY_MALFORMED", 1, "")
    assert problem in refused.value.message
    assert hint in refused.value.hint


def test_words_of_the_parser_that_nobody_foresaw_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise json.JSONDecodeError("Never seen", '{"a"}', 4)

    monkeypatch.setattr(json, "loads", fail)
    with pytest.raises(PolicyError, match="line 1, column 5: expected Never seen"):
        intake(b'{"a"}')


def test_a_byte_order_mark_says_nothing() -> None:
    document = json.dumps(a_document()).encode()

    assert policy_hash(intake(b"\xef\xbb\xbf" + document)) == policy_hash(intake(document))


@pytest.mark.parametrize("number", ["1" * 5_000, "-" + "1" * 5_000, str(2**64), str(-(2**64)), "1" + "0" * 20])
def test_a_number_of_too_many_digits_is_refused_at_its_place(number: str) -> None:
    document = json.dumps(a_document()).replace('{"@value": "12", "@type": "xsd:integer"}', number)

    with pytest.raises(PolicyError) as refused:
        intake(document.encode())

    assert (refused.value.rule, refused.value.pointer) == (7, "/permission/0/constraint/0/rightOperand")
    assert "too many digits" in refused.value.message


def test_a_key_that_stands_twice_is_named() -> None:
    with pytest.raises(PolicyError, match="the key `c` stands twice in one object, at `/b/c`"):
        intake(b'{"a": 1, "b": {"c": 1, "c": 1}}')


def test_a_mapping_is_not_followed_beyond_the_depth_limit() -> None:
    endless: dict[str, Any] = {}
    endless["title"] = endless

    assert refusal(endless)[0] == "POLICY_TOO_LARGE"
    assert refusal({"title": nest(16)})[0] == "POLICY_TOO_LARGE"


def test_a_document_without_content_is_no_policy() -> None:
    assert refusal({"@context": [ODRL_CONTEXT_IRI, CONTEXT_IRI], "@id": "urn:x"})[0] == "POLICY_MALFORMED"


def test_the_reference_example_is_taken_in() -> None:
    document = (shared("reference") / "licence-example.json").read_bytes()

    policy = intake(document)

    assert len(policy.permissions) == 2
    assert len(policy.rules) == 11
    assert intake(to_document(policy)) == policy
    assert policy_hash(policy) == "sha-256:63440c2d6918659e80e518d02a43e8d5251a1565c3a50e754705b2a6cc7aab62"


def test_every_misspelt_key_of_the_reference_example_is_refused() -> None:
    text = (shared("reference") / "licence-example.json").read_text("utf-8")
    keys = sorted({key for key in _keys(json.loads(text)) if not key.startswith("@")})

    for key in keys:
        misspelt = text.replace(f'"{key}":', f'"{key[:-1]}":')
        assert refusal(misspelt.encode())[0] in {"POLICY_TERM_UNKNOWN", "POLICY_MALFORMED"}, key


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(_keys(child) for child in value.values()))
    return set().union(*(_keys(child) for child in value)) if isinstance(value, list) else set()


def test_one_property_under_two_names_is_refused() -> None:
    rule = a_document()["permission"][0]
    document = a_document() | {"odrl:permission": [rule], "permission": [rule]}

    assert refusal(document) == ("POLICY_MALFORMED", "/odrl:permission")


def test_pointers_follow_arrays_inside_arrays() -> None:
    counts = [constraint(a_document()) | {"rightOperand": number} for number in (1, 2, "x")]
    nested = changed(lambda document: permission(document).update(constraint=[[counts[0], [counts[1]]], [counts[2]]]))
    assert refusal(nested) == ("POLICY_VALUE_INVALID", "/permission/0/constraint/1/0/rightOperand")


def test_places_that_the_document_does_not_have_are_left_out_of_a_pointer() -> None:
    assert locate("text", ("@id",)) == ""
    assert locate({"a": "text"}, ("urn:a", 0, "@list", 0)) == "/a"
    assert locate({"a": {"@list": ["b"]}}, ("urn:a", 0, "@list", 3)) == "/a/@list"
    assert locate({"a": ["text"]}, ("urn:a", 1)) == "/a"
    assert find_key({"a": ["b"]}, "c") == ""


def test_a_set_of_prohibitions_is_written_and_read() -> None:
    rules = Policy(uid=Iri("urn:set:2"), policy_class=PolicyClass.SET, prohibitions=an_offer().prohibitions)

    assert intake(to_document(rules)) == rules
