"""The rules of the policy semantics, one by one: what each refuses, where, and what it lets pass beside it."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from policies.canonical import policy_hash
from policies.errors import PolicyError
from policies.jsonld import intake, pointing_into
from policies.validate import validate
from policies.vocabulary import CONTEXT_IRI, ODRL_CONTEXT_IRI, PRESENT_ASSURANCE, PROFILE_IRI, REDACT_TEXT, TOKEN_COUNT
from tests.testkit.policies import COLUMNS, EVERYTHING, NOW

OWNER: Final = "urn:party:owner"
LICENSEE: Final = "urn:party:licensee"
ASSET: Final = "urn:dataset:reviews"


def term(left: str, operator: str, right: Any, **more: Any) -> dict[str, Any]:
    named = {"column": "rep:onColumn", "parameter": "rep:parameter", "unit": "unit"}
    extra = {named[name]: value for name, value in more.items()}
    return {"@type": "Constraint", **extra, "leftOperand": left, "operator": operator, "rightOperand": right}


def typed(text: str, datatype: str) -> dict[str, str]:
    return {"@value": text, "@type": f"xsd:{datatype}"}


def iri(name: str) -> dict[str, str]:
    return {"@id": name}


def listed(*values: Any) -> dict[str, Any]:
    return {"@list": list(values)}


def logical(logic: str, *members: Any) -> dict[str, Any]:
    return {"@type": "LogicalConstraint", logic: listed(*members)}


def refined(action: str, *refinements: Any) -> dict[str, Any]:
    return {"rdf:value": iri(action), "refinement": list(refinements)}


def duty(action: Any, **more: Any) -> dict[str, Any]:
    return {"@type": "Duty", "uid": "urn:duty:9", "action": action, **more}


EUROS: Final = term("payAmount", "eq", typed("5", "decimal"), unit=iri("iso4217:EUR"))
PER_RECORD: Final = term("unitOfCount", "eq", iri("rep:perRecord"))
WEEK: Final = term("rep:dueBy", "lteq", typed("P7D", "duration"))
MARKETING: Final = term("purpose", "isA", iri("dpv:Marketing"))
RESEARCH: Final = term("purpose", "isA", iri("dpv:AcademicResearch"))
UNCONTESTED: Final = term("rep:contested", "eq", typed("false", "boolean"))
PERMISSION: Final = "/permission/0"
CONSTRAINT: Final = "/permission/0/constraint/0"
REFINEMENT: Final = "/permission/0/target/refinement/0"
OBLIGATION: Final = "/obligation/0"
DUTY: Final = "/permission/0/duty/0"


def a_document() -> dict[str, Any]:
    """An agreement of one bare permission and one obligation."""
    return {
        "@context": [ODRL_CONTEXT_IRI, CONTEXT_IRI],
        "@type": "Agreement",
        "uid": "urn:agreement:1",
        "profile": PROFILE_IRI,
        "conflict": "prohibit",
        "permission": [
            {
                "@type": "Permission",
                "uid": "urn:agreement:1#p1",
                "assigner": OWNER,
                "assignee": LICENSEE,
                "target": ASSET,
                "action": "rep:fineTune",
            }
        ],
    }


Change = Callable[[dict[str, Any]], object]


def whole(**parts: Any) -> Change:
    return lambda document: document.update(parts)


def permitting(**parts: Any) -> Change:
    return lambda document: document["permission"][0].update(parts)


def constrained(*constraints: Any) -> Change:
    return permitting(constraint=list(constraints))


def narrowed(*refinements: Any) -> Change:
    return permitting(target={"@type": "AssetCollection", "source": ASSET, "refinement": list(refinements)})


def under(*duties: Any) -> Change:
    return permitting(duty=list(duties))


def rule(kind: str, action: Any, **parts: Any) -> dict[str, Any]:
    named = {"assigner": OWNER, "assignee": LICENSEE, "target": ASSET}
    return {"@type": kind, "uid": f"urn:{kind}:9", **named, "action": action, **parts}


def owing(action: Any, **parts: Any) -> Change:
    return whole(obligation=[rule("Duty", action, **parts)])


def forbidding(action: Any, **parts: Any) -> Change:
    return whole(prohibition=[rule("Prohibition", action, **parts)])


def also(action: str) -> Change:
    return lambda document: document["permission"].append(rule("Permission", action))


def without(*path: str) -> Change:
    return lambda document: (document if len(path) == 1 else document["permission"][0]).pop(path[-1])


LESS = replace(
    EVERYTHING,
    operands=EVERYTHING.operands - {TOKEN_COUNT},
    transforms=EVERYTHING.transforms - {REDACT_TEXT},
    duties=EVERYTHING.duties - {PRESENT_ASSURANCE},
)
"""As if of all that the profile knows three terms could not be enforced."""


def register(change: Change) -> str:
    """Take the changed document in and register it; gives its hash."""
    document = copy.deepcopy(a_document())
    change(document)
    policy = intake(json.dumps(document).encode())
    with pointing_into(document):
        validate(policy, now=NOW, columns=COLUMNS, abilities=LESS)
    return policy_hash(policy)


REFUSED: list[tuple[int, str, str, Change]] = [
    (1, "POLICY_MALFORMED", "/@context", whole(**{"@context": ODRL_CONTEXT_IRI})),
    (1, "POLICY_MALFORMED", "/@context/1/@vocab", whole(**{"@context": [ODRL_CONTEXT_IRI, {"@vocab": "urn:x:"}]})),
    (1, "POLICY_MALFORMED", "/@graph", whole(**{"@graph": [{"uid": "urn:x"}]})),
    (1, "POLICY_MALFORMED", "/@included", whole(**{"@included": [{"uid": "urn:x"}]})),
    (1, "POLICY_MALFORMED", "/permission/0/@nest", permitting(**{"@nest": {"uid": "urn:x"}})),
    (1, "POLICY_MALFORMED", "/title", whole(title=None)),
    (1, "POLICY_MALFORMED", "/permission/0/constraint", permitting(constraint=[])),
    (1, "POLICY_MALFORMED", "/odrl:permission", lambda it: it.update({"odrl:permission": it["permission"]})),
    (1, "POLICY_TERM_UNKNOWN", "/permission/0/constraints", permitting(constraints=[RESEARCH])),
    (1, "POLICY_TERM_UNKNOWN", "/foaf:name", whole(**{"foaf:name": "x"})),
    (1, "POLICY_TERM_MISPLACED", "/constraint", whole(constraint=[RESEARCH])),
    (1, "POLICY_TOO_LARGE", "", whole(title="x" * 65_536)),
    (1, "POLICY_TOO_LARGE", CONSTRAINT, constrained(["x"] * 3_000)),
    (1, "POLICY_MALFORMED", "/permission/0/uid", permitting(uid="urn:agreement:1")),
    (1, "POLICY_MALFORMED", "/permission/0/uid", permitting(uid="_:b0")),
    (1, "POLICY_MALFORMED", "/permission/0/action", permitting(action=["rep:fineTune", "rep:evaluate"])),
    (1, "POLICY_MALFORMED", PERMISSION, without("permission", "@type")),
    (1, "POLICY_MALFORMED", PERMISSION, without("permission", "uid")),
    (1, "POLICY_MALFORMED", PERMISSION, without("permission", "assigner")),
    (1, "POLICY_MALFORMED", f"{CONSTRAINT}/rightOperand", constrained(term("spatial", "isAnyOf", iri("iso3166:DE")))),
    (1, "POLICY_MALFORMED", f"{CONSTRAINT}/or", constrained({"@type": "LogicalConstraint", "or": [MARKETING]})),
    (1, "POLICY_MALFORMED", f"{CONSTRAINT}/rightOperand", constrained(term("purpose", "isA", "dpv:Marketing"))),
    (1, "POLICY_MALFORMED", f"{CONSTRAINT}/uid", constrained({**RESEARCH, "uid": "urn:c"})),
    (1, "POLICY_MALFORMED", "", constrained(term("count", "lteq", {"@value": "3", "@type": ["xsd:integer"]}))),
    (1, "POLICY_MALFORMED", f"{CONSTRAINT}/rightOperand/@value", constrained(term("count", "lteq", {"@value": [3]}))),
    (1, "POLICY_MALFORMED", f"{CONSTRAINT}/rightOperand/@id", constrained(term("spatial", "eq", {"@id": 3}))),
    (
        1,
        "POLICY_MALFORMED",
        f"{CONSTRAINT}/rightOperand/@list",
        constrained(term("spatial", "isAnyOf", {"@list": "x"})),
    ),
    (
        1,
        "POLICY_MALFORMED",
        f"{CONSTRAINT}/rightOperand/unit",
        constrained(term("count", "lteq", {"@value": 3, "unit": 1})),
    ),
    (1, "POLICY_MALFORMED", f"{CONSTRAINT}/rightOperand", constrained(term("count", "lteq", {"@id": "urn:3"}))),
    (1, "POLICY_MALFORMED", f"{CONSTRAINT}/rightOperand", constrained(term("spatial", "eq", {"@id": "@nothing"}))),
    (1, "POLICY_MALFORMED", f"{CONSTRAINT}/@type", constrained({**RESEARCH, "@type": 3})),
    (7, "POLICY_MALFORMED", f"{CONSTRAINT}/rightOperand", constrained(term("count", "lteq", 2**80))),
    (2, "POLICY_TERM_UNKNOWN", f"{CONSTRAINT}/leftOperand", constrained(term("rep:colour", "eq", "red"))),
    (2, "POLICY_TERM_UNKNOWN", f"{CONSTRAINT}/leftOperand", constrained(term("cuont", "lteq", 3))),
    (2, "POLICY_TERM_UNKNOWN", f"{CONSTRAINT}/rightOperand", constrained(term("spatial", "eq", iri("iso3166:de")))),
    (2, "POLICY_TERM_UNKNOWN", f"{REFINEMENT}/rightOperand", narrowed(term("rep:sensitivity", "eq", "harmless"))),
    (4, "POLICY_TERM_UNKNOWN", "/profile", whole(profile=PROFILE_IRI.replace("/1", "/9"))),
    (5, "POLICY_UNSUPPORTED", "/conflict", whole(conflict="perm")),
    (5, "POLICY_TERM_UNKNOWN", "/conflict", whole(conflict="prohbit")),
    (5, "POLICY_UNSUPPORTED", "/inheritFrom", whole(inheritFrom="urn:set:0")),
    (5, "POLICY_UNSUPPORTED", f"{CONSTRAINT}/andSequence", constrained(logical("andSequence", MARKETING, RESEARCH))),
    (
        5,
        "POLICY_UNSUPPORTED",
        f"{CONSTRAINT}/or/@list/1",
        constrained(logical("or", MARKETING, logical("and", RESEARCH, MARKETING))),
    ),
    (5, "POLICY_MALFORMED", CONSTRAINT, constrained(logical("xone", MARKETING))),
    (5, "POLICY_MALFORMED", f"{CONSTRAINT}/or/@list/1", constrained(logical("or", MARKETING, MARKETING))),
    (5, "POLICY_MALFORMED", "/permission/0/constraint/1", constrained(RESEARCH, RESEARCH)),
    (5, "POLICY_MALFORMED", "/permission/0/constraint/1", constrained(RESEARCH, logical("and", MARKETING, RESEARCH))),
    (
        5,
        "POLICY_MALFORMED",
        f"{CONSTRAINT}/rightOperand/@list/1",
        constrained(term("spatial", "isAnyOf", listed(iri("iso3166:DE"), iri("iso3166:DE")))),
    ),
    (
        6,
        "POLICY_VALUE_INVALID",
        f"{CONSTRAINT}/rightOperand",
        constrained(term("elapsedTime", "lteq", typed("P6M", "duration"))),
    ),
    (
        6,
        "POLICY_VALUE_INVALID",
        f"{CONSTRAINT}/rightOperand",
        constrained(term("dateTime", "lt", typed("2027-01-01", "date"))),
    ),
    (
        6,
        "POLICY_VALUE_INVALID",
        f"{CONSTRAINT}/rightOperand",
        constrained(term("dateTime", "lt", typed("2027-01-01T00:00:00", "dateTime"))),
    ),
    (
        6,
        "POLICY_UNENFORCEABLE",
        f"{CONSTRAINT}/rightOperand",
        constrained(term("dateTime", "lt", typed("2026-06-01T00:00:00Z", "dateTime"))),
    ),
    (
        7,
        "POLICY_VALUE_INVALID",
        f"{CONSTRAINT}/rightOperand",
        constrained(term("count", "lteq", typed("3", "double"))),
    ),
    (7, "POLICY_MALFORMED", f"{CONSTRAINT}/rightOperand", constrained(term("count", "lteq", 3.0))),
    (7, "POLICY_VALUE_INVALID", f"{CONSTRAINT}/rightOperand", constrained(term("count", "lteq", "3"))),
    (7, "POLICY_MALFORMED", CONSTRAINT, constrained(term("rep:rho", "lteq", 5))),
    (7, "POLICY_TERM_UNKNOWN", f"{CONSTRAINT}/unit", constrained(term("rep:rho", "lteq", 5, unit=iri("iso4217:EUR")))),
    (7, "POLICY_TERM_UNKNOWN", f"{CONSTRAINT}/leftOperand", constrained(term("rep:epsilon", "lteq", 1))),
    (8, "POLICY_TERM_MISPLACED", f"{CONSTRAINT}/operator", constrained(term("purpose", "neq", iri("dpv:Marketing")))),
    (
        8,
        "POLICY_TERM_MISPLACED",
        f"{CONSTRAINT}/operator",
        constrained(term("recipient", "isNoneOf", listed(iri("urn:x")))),
    ),
    (8, "POLICY_TERM_UNKNOWN", f"{CONSTRAINT}/operator", constrained(term("purpose", "hasPart", iri("dpv:Marketing")))),
    (8, "POLICY_TERM_UNKNOWN", f"{CONSTRAINT}/operator", constrained(term("purpose", "isAllOf", listed("x")))),
    (
        8,
        "POLICY_MALFORMED",
        f"{CONSTRAINT}/rightOperand",
        constrained(term("spatial", "eq", [iri("iso3166:DE"), iri("iso3166:FR")])),
    ),
    (
        8,
        "POLICY_MALFORMED",
        f"{CONSTRAINT}/rightOperand",
        constrained(term("spatial", "eq", listed(iri("iso3166:DE")))),
    ),
    (9, "POLICY_TERM_UNKNOWN", f"{CONSTRAINT}/rightOperand", constrained(term("purpose", "isA", iri("dpv:Training")))),
    (9, "POLICY_TERM_MISPLACED", f"{CONSTRAINT}/rightOperand", constrained(term("purpose", "isA", iri("dpv:Consent")))),
    (10, "POLICY_TERM_UNKNOWN", "/permission/0/action", permitting(action="rep:train")),
    (10, "POLICY_TERM_UNKNOWN", "/permission/0/action", permitting(action="odrl:commercialize")),
    (10, "POLICY_TERM_UNKNOWN", "/permission/0/action/rdf:value", permitting(action={"rdf:value": iri("odrl:copy")})),
    (
        11,
        "POLICY_MALFORMED",
        f"{REFINEMENT}/rightOperand",
        narrowed(term("rep:field", "rep:notTogether", listed("value"))),
    ),
    (
        11,
        "POLICY_TERM_MISPLACED",
        CONSTRAINT,
        constrained(term("rep:field", "rep:notTogether", listed("value", "rater"))),
    ),
    (
        11,
        "POLICY_TERM_UNKNOWN",
        f"{REFINEMENT}/rightOperand/@list/1",
        narrowed(term("rep:field", "isAnyOf", listed("value", "colour"))),
    ),
    (12, "POLICY_TERM_MISPLACED", CONSTRAINT, constrained(UNCONTESTED)),
    (12, "POLICY_VALUE_INVALID", f"{REFINEMENT}/rightOperand", narrowed(term("rep:contested", "eq", "no"))),
    (
        12,
        "POLICY_VALUE_INVALID",
        f"{REFINEMENT}/rightOperand",
        narrowed(term("rep:contested", "eq", typed("no", "boolean"))),
    ),
    (
        12,
        "POLICY_VALUE_INVALID",
        f"{REFINEMENT}/rightOperand",
        narrowed(term("rep:column", "gteq", "many", column="value")),
    ),
    (
        12,
        "POLICY_VALUE_INVALID",
        f"{REFINEMENT}/rightOperand/@list/1",
        narrowed(term("rep:column", "isAnyOf", listed("a", 1), column="value")),
    ),
    (
        13,
        "POLICY_UNENFORCEABLE",
        "/permission/0/target/refinement/1",
        narrowed(
            term("rep:transform", "eq", iri("rep:bucket"), column="value", parameter=2),
            term("rep:transform", "eq", iri("rep:bucket"), column="value", parameter=3),
        ),
    ),
    (
        13,
        "POLICY_UNENFORCEABLE",
        f"{REFINEMENT}/rightOperand",
        narrowed(term("rep:transform", "eq", iri("rep:redactText"), column="rater")),
    ),
    (
        13,
        "POLICY_TERM_MISPLACED",
        f"{REFINEMENT}/rightOperand",
        narrowed(term("rep:transform", "eq", iri("rep:bucket"), column="rater", parameter=2)),
    ),
    (
        12,
        "POLICY_VALUE_INVALID",
        f"{REFINEMENT}/rightOperand",
        narrowed(term("rep:column", "eq", "public", column="value")),
    ),
    (
        12,
        "POLICY_VALUE_INVALID",
        f"{REFINEMENT}/rightOperand/@list/0",
        narrowed(term("rep:column", "isAnyOf", listed(1, 2), column="rater")),
    ),
    (
        13,
        "POLICY_TERM_MISPLACED",
        "/prohibition/0/target/refinement/0",
        forbidding(
            "odrl:use",
            target={
                "@type": "AssetCollection",
                "source": ASSET,
                "refinement": [term("rep:transform", "eq", iri("rep:drop"), column="rater")],
            },
        ),
    ),
    (14, "POLICY_UNENFORCEABLE", "/permission/0/constraint/1", constrained(RESEARCH, MARKETING)),
    (
        14,
        "POLICY_UNENFORCEABLE",
        "/permission/0/constraint/1",
        constrained(term("spatial", "eq", iri("iso3166:DE")), term("spatial", "neq", iri("iso3166:DE"))),
    ),
    (15, "POLICY_TERM_MISPLACED", f"{DUTY}/action", under(duty("odrl:delete"))),
    (15, "POLICY_TERM_MISPLACED", f"{OBLIGATION}/action", owing("odrl:obtainConsent")),
    (15, "POLICY_TERM_MISPLACED", "/permission/0/action", permitting(action="odrl:delete")),
    (15, "POLICY_MALFORMED", DUTY, under(duty("odrl:obtainConsent"))),
    (
        16,
        "POLICY_TERM_MISPLACED",
        f"{OBLIGATION}/action/refinement/0",
        owing(refined("odrl:delete", term("dateTime", "lteq", typed("2027-01-01T00:00:00Z", "dateTime")))),
    ),
    (17, "POLICY_MALFORMED", PERMISSION, without("permission", "assignee")),
    (18, "POLICY_UNENFORCEABLE", f"{CONSTRAINT}/leftOperand", constrained(term("rep:tokenCount", "lteq", 3))),
    (19, "POLICY_UNENFORCEABLE", f"{CONSTRAINT}/rightOperand", constrained(term("count", "lteq", 0))),
    (19, "POLICY_UNENFORCEABLE", f"{CONSTRAINT}/rightOperand", constrained(term("count", "lt", 1))),
    (
        19,
        "POLICY_TERM_MISPLACED",
        "/prohibition/0/constraint/0",
        forbidding("odrl:sell", constraint=[term("count", "lteq", 3)]),
    ),
    (
        20,
        "POLICY_UNSUPPORTED",
        "/prohibition/0/target",
        forbidding("odrl:sell", target="urn:dataset:other"),
    ),
    (27, "POLICY_MALFORMED", f"{DUTY}/action", under(duty("rep:payDeposit"))),
    (
        27,
        "POLICY_UNENFORCEABLE",
        f"{DUTY}/action",
        under(
            duty(
                refined("odrl:compensate", EUROS, {**PER_RECORD, "rightOperand": iri("rep:perRun")}),
                compensatedParty=OWNER,
            )
        ),
    ),
    (28, "POLICY_MALFORMED", REFINEMENT, narrowed(term("rep:transform", "eq", iri("rep:drop")))),
    (
        28,
        "POLICY_VALUE_INVALID",
        f"{REFINEMENT}/rep:parameter",
        narrowed(term("rep:transform", "eq", iri("rep:bucket"), column="value", parameter=0)),
    ),
    (
        29,
        "POLICY_UNENFORCEABLE",
        f"{OBLIGATION}/action/refinement/0/rightOperand",
        owing(refined("odrl:delete", {**WEEK, "rightOperand": typed("2026-01-01T00:00:00Z", "dateTime")})),
    ),
    (32, "POLICY_AMBIGUOUS", "/permission/1", also("odrl:use")),
    (32, "POLICY_AMBIGUOUS", "/permission/1", also("rep:fineTune")),
    (
        33,
        "POLICY_TERM_MISPLACED",
        f"{DUTY}/assignee",
        under(duty(refined("rep:payDeposit", EUROS), assignee=LICENSEE)),
    ),
    (33, "POLICY_TERM_MISPLACED", f"{DUTY}/target", under(duty(refined("rep:payDeposit", EUROS), target=ASSET))),
    (34, "POLICY_TERM_UNKNOWN", f"{CONSTRAINT}/operator", constrained(term("spatial", "odrl:neg", iri("iso3166:DE")))),
    (34, "POLICY_MALFORMED", "/permission/0/action/@type", permitting(action={"@type": "Action", "uid": "odrl:use"})),
]


@pytest.mark.parametrize(("number", "code", "pointer", "change"), REFUSED)
def test_the_rule_refuses_it_at_its_place(number: int, code: str, pointer: str, change: Change) -> None:
    with pytest.raises(PolicyError) as refused:
        register(change)

    assert (refused.value.rule, refused.value.code, refused.value.pointer) == (number, code, pointer)
    assert refused.value.hint


ACCEPTED: list[tuple[int, Change]] = [
    (1, permitting(target={"@type": "Asset", "uid": ASSET})),
    (1, whole(title="A title", description="What it is about")),
    (2, constrained(term("odrl:count", "odrl:lteq", typed("3", "integer")))),
    (4, whole(profile=iri(PROFILE_IRI))),
    (5, constrained(logical("xone", MARKETING, RESEARCH))),
    (5, constrained(logical("and", RESEARCH, term("count", "lteq", 3)))),
    (6, constrained(term("elapsedTime", "lteq", typed("P180D", "duration")))),
    (6, constrained(term("dateTime", "lt", typed("2027-01-01T00:00:00+02:00", "dateTime")))),
    (7, constrained(term("rep:rho", "lteq", 5, unit=iri("rep:microRho")))),
    (7, under(duty(refined("rep:payDeposit", EUROS)))),
    (8, constrained(term("spatial", "neq", iri("iso3166:US")))),
    (8, constrained(term("recipient", "isAnyOf", listed(iri("urn:party:a"), iri("urn:party:b"))))),
    (9, constrained(term("purpose", "isA", iri("dpv:Purpose")))),
    (10, permitting(action="odrl:use")),
    (11, narrowed(term("rep:field", "rep:notTogether", listed("value", "rater")))),
    (12, narrowed(UNCONTESTED)),
    (12, narrowed(term("rep:column", "gteq", 2, column="value"))),
    (
        13,
        narrowed(
            term("rep:transform", "eq", iri("rep:pseudonymise"), column="rater"),
            term("rep:transform", "eq", iri("rep:drop"), column="rater"),
        ),
    ),
    (14, constrained(RESEARCH, term("purpose", "isA", iri("dpv:ResearchAndDevelopment")))),
    (15, under(duty("odrl:obtainConsent", consentingParty="rep:dataSubject"))),
    (
        16,
        owing(
            refined("odrl:delete", WEEK),
            constraint=[term("dateTime", "gteq", typed("2027-01-01T00:00:00Z", "dateTime"))],
        ),
    ),
    (17, lambda document: (document.update({"@type": "Offer"}), document["permission"][0].pop("assignee"))),
    (19, constrained(term("count", "lteq", 1))),
    (
        20,
        lambda document: (
            document.update({"@type": "Set"}),
            document["permission"][0].pop("assigner"),
            document["permission"][0].pop("assignee"),
            constrained(
                term("dateTime", "gteq", typed("2026-01-01T00:00:00Z", "dateTime")),
                term("dateTime", "lt", typed("2027-01-01T00:00:00Z", "dateTime")),
            )(document),
        ),
    ),
    (27, under(duty(refined("odrl:compensate", EUROS, PER_RECORD), compensatedParty=OWNER))),
    (27, owing(refined("rep:settle", EUROS, WEEK), compensatedParty=OWNER)),
    (28, narrowed(term("rep:transform", "eq", iri("rep:bucket"), column="value", parameter=5))),
    (29, owing(refined("odrl:delete", WEEK), constraint=[term("event", "gt", iri("rep:licenceEnd"))])),
    (31, narrowed(term("rep:field", "rep:notTogether", listed("value", "rater", "observed_at")))),
    (32, also("rep:evaluate")),
    (
        33,
        owing(refined("rep:settle", term("rep:revenueShare", "eq", typed("0.02", "decimal"))), compensatedParty=OWNER),
    ),
    (34, constrained(term("spatial", "odrl:neq", iri("iso3166:US")))),
]


@pytest.mark.parametrize(("number", "change"), ACCEPTED)
def test_its_neighbour_is_registered(number: int, change: Change) -> None:
    assert number in range(1, 35)
    assert register(change).startswith("sha-256:")


def test_a_top_level_and_is_another_spelling_of_its_members() -> None:
    """Rule 3: the normal form knows conjuncts only."""
    spelt = constrained(logical("and", RESEARCH, term("count", "lteq", 3)))

    assert register(spelt) == register(constrained(term("count", "lteq", 3), RESEARCH))


def test_a_key_that_stands_twice_is_refused_at_its_place() -> None:
    """Rule 1."""
    text = json.dumps(a_document()).replace('"target":', '"assigner": "urn:other", "target":')

    with pytest.raises(PolicyError) as refused:
        intake(text.encode())

    assert (refused.value.rule, refused.value.pointer) == (1, "/permission/0/assigner")


def test_the_place_is_that_of_the_document_however_it_is_spelt() -> None:
    document = a_document()
    document["odrl:permission"] = document.pop("permission")[0] | {"constraint": term("count", "lteq", 0)}

    with pytest.raises(PolicyError) as refused, pointing_into(document):
        validate(intake(document), now=NOW)

    assert refused.value.pointer == "/odrl:permission/constraint/rightOperand"
    assert str(refused.value) == refused.value.message
    assert refused.value.message.endswith("at `/odrl:permission/constraint/rightOperand`")


def test_a_misspelt_term_is_answered_with_the_one_that_is_meant() -> None:
    with pytest.raises(PolicyError) as refused:
        register(permitting(action="rep:finetune"))

    assert refused.value.hint == "did you mean `rep:fineTune`?"


def test_what_the_profile_leaves_out_is_answered_with_what_it_has_instead() -> None:
    with pytest.raises(PolicyError) as refused:
        register(constrained(term("rep:epsilon", "lteq", 1)))

    assert "`rep:rho`" in refused.value.hint


def hint_of(change: Change) -> tuple[str, str]:
    """What the refusal says, and what to do."""
    with pytest.raises(PolicyError) as refused:
        register(change)
    return refused.value.message, refused.value.hint


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (without("uid"), ""),
        (without("permission", "uid"), PERMISSION),
        (under({"@type": "Duty", "action": "obtainConsent"}), DUTY),
        (permitting(target={"@type": "Asset"}), "/permission/0/target"),
    ],
)
def test_a_missing_uid_is_called_by_its_name(change: Change, place: str) -> None:
    message, hint = hint_of(change)

    assert message == (f"`uid` is missing, at `{place}`" if place else "`uid` is missing")
    assert "`urn:example:" in hint


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (whole(uid="offer-1"), "`uid` must be an absolute IRI, and `offer-1` is none, at `/uid`"),
        (whole(uid="@keyword"), "`uid` must be an IRI, and what looks like a keyword is none, at `/uid`"),
        (
            permitting(target="reviews"),
            "`odrl:target` must be an absolute IRI, and `reviews` is none, at `/permission/0/target`",
        ),
    ],
)
def test_what_is_no_iri_is_told_with_its_property(change: Change, message: str) -> None:
    assert hint_of(change)[0] == message


@pytest.mark.parametrize(
    "change",
    [
        narrowed(term("rep:field", "isAnyOf", ["rater", "value"])),
        narrowed(term("rep:field", "isAnyOf", "rater")),
        constrained({"@type": "LogicalConstraint", "or": [MARKETING, RESEARCH]}),
        constrained(term("spatial", "eq", [iri("iso3166:DE"), iri("iso3166:FR")])),
        constrained(term("spatial", "eq", listed(iri("iso3166:DE"), iri("iso3166:FR")))),
        constrained(term("count", "lteq", listed(1))),
    ],
)
def test_several_values_are_answered_with_a_list(change: Change) -> None:
    assert '`{"@list": [ … ]}`' in hint_of(change)[1]


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (constrained(term("count", "lteq", "3")), 'write `{"@value": "3", "@type": "xsd:integer"}`'),
        (constrained(term("purpose", "isA", "dpv:Marketing")), 'this is text: write `{"@id": "dpv:Marketing"}`'),
        (constrained(term("purpose", "isA", "Marketing")), 'write `{"@id": "…"}` with an absolute IRI or a term'),
        (constrained(term("purpose", "isA", 3)), 'write `{"@id": "…"}` with an absolute IRI or a term'),
        (constrained(term("count", "lteq", 1000.5)), '`{"@value": "1000.5", "@type": "xsd:decimal"}`'),
        (constrained(term("count", "lteq", 1e300)), '`{"@value": "…", "@type": "xsd:decimal"}`'),
        (constrained(term("dateTime", "lt", typed("2027-02-30T00:00:00Z", "dateTime"))), "there is no such moment"),
        (constrained(term("dateTime", "lt", typed("99999-01-01T00:00:00Z", "dateTime"))), "a year has four digits"),
        (constrained(term("elapsedTime", "lteq", typed("P99999999999D", "duration"))), "it is out of range"),
        (constrained(term("count", "lteq", typed("9" * 30, "integer"))), "at most 64 bits"),
        (constrained(term("count", "lteq", typed("3.5", "integer"))), "write a whole number, without point"),
        (narrowed(term("rep:contested", "eq", typed("no", "boolean"))), "write `true` or `false`"),
        (constrained(term("count", "lteq", typed("3", "int"))), "use `xsd:integer`"),
        (
            narrowed(term("rep:transform", "eq", iri("rep:truncateTime"), column="value", parameter="month")),
            "rep:month",
        ),
        (permitting(target={}), "name the dataset by its IRI"),
        (permitting(constraint=[{}]), "give a constraint with `@type`, `leftOperand`, `operator` and `rightOperand`"),
        (whole(title=None), "leave the key out"),
        (without("profile"), f"write `{PROFILE_IRI}`"),
        (without("permission", "action"), "name an action, such as `rep:fineTune`"),
        (constrained({"@type": "Constraint", "leftOperand": "count", "rightOperand": 3}), "name an operator"),
        (permitting(action=["rep:fineTune", "rep:evaluate"]), "give exactly one"),
        (lambda document: document.clear(), "a policy has `@context`, `@type`, `uid`, `profile`, `conflict` and rules"),
    ],
)
def test_the_hint_is_about_the_mistake(change: Change, hint: str) -> None:
    assert hint in hint_of(change)[1]


def test_a_datatype_without_prefix_is_called_as_it_stands() -> None:
    message, _ = hint_of(constrained(term("count", "lteq", {"@value": "3", "@type": "integer"})))

    assert message.startswith("`3` is not an accepted `integer`, at ")


LONG: Final = "x" * 5_000


@pytest.mark.parametrize(
    "change",
    [
        whole(uid=LONG),
        whole(**{LONG: "x"}),
        whole(**{"@" + LONG: "x"}),
        whole(**{f"odrl:{LONG}": "x"}),
        whole(**{f"urn:a:{LONG}": "x", f"urn:b:{LONG}": "y"}),
        whole(**{f"urn:a:{LONG}": "x", f"urn:a/{LONG}": "y"}),
        permitting(
            uid=f"urn:{LONG}", duty=[duty("obtainConsent", uid=f"urn:{LONG}", consentingParty="rep:dataSubject")]
        ),
        permitting(target={"@value": "x", LONG: "y"}),
        permitting(target={LONG: {LONG: None}}),
        permitting(action=f"rep:{LONG}"),
        permitting(assigner=f"urn:{LONG}", duty=[]),
        permitting(assignee=f"urn:{LONG}"),
        constrained(term("count", "lteq", typed("1" * 5_000, "integer"))),
        constrained(term("count", "lteq", {"@value": "1", "@type": LONG})),
        constrained(term("count", "lteq", LONG)),
        constrained(term("purpose", "isA", f"dpv:{LONG}")),
        constrained(term("purpose", "isA", iri(f"dpv:{LONG}"))),
        constrained(term("rep:rho", "lteq", 1, unit=iri(f"urn:{LONG}"))),
        constrained(term(f"rep:{LONG}", "lteq", 1)),
        narrowed(term("rep:column", "isAnyOf", listed(LONG, 1), column="value")),
        narrowed(term("rep:column", "isAnyOf", listed(1, LONG), column="value")),
        narrowed(term("rep:column", "eq", 1, column=LONG)),
        narrowed(term("rep:field", "isAnyOf", listed(LONG))),
    ],
)
def test_no_refusal_repeats_a_long_value(change: Change) -> None:
    message, hint = hint_of(lambda document: (forbidding("odrl:sell")(document), change(document)))

    assert len(message) < 1_000
    assert len(hint) < 500


def test_a_duplicate_key_of_any_length_is_told_shortly() -> None:
    text = json.dumps({LONG: 1})[:-1] + f', "{LONG}": 2' + "}"

    with pytest.raises(PolicyError) as refused:
        intake(text.encode())

    assert len(refused.value.message) < 200
    assert refused.value.pointer == ""
