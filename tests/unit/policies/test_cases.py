"""Reading a case: everything it can say, and everything that is refused."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from policies.cases import _NEVER_STATED, _NUMBERS, Case, case_of, moment_of, state_of
from policies.errors import CaseInvalidError
from policies.model import (
    AccessRequest,
    Act,
    ColumnFacts,
    ColumnMode,
    DatasetFacts,
    Evidence,
    LicenceStatus,
    Quantity,
    State,
    Usage,
)
from policies.vocabulary import (
    APPROVED,
    DELETE,
    DPV,
    ETHICS_DECISION,
    FINE_TUNE,
    ISO3166,
    MICRO_RHO,
    MIN_GROUP_SIZE,
    MIN_QUALITY,
    OPERANDS,
    PD,
    PRODUCT,
    PURPOSE,
    RHO,
    SPATIAL,
    Grain,
    Iri,
    ValueKind,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
REQUEST = {
    "party": "urn:party:1",
    "action": "rep:fineTune",
    "target": "urn:dataset:1",
    "selected": ["value"],
    "filtered": ["rater"],
    "ordered": ["value"],
    "columns": {
        "value": {"type": "integer", "category": "pd:GeneralReputation", "sensitivity": "quasi_identifier"},
        "rater": {"type": "text", "category": "pd:Identifying", "sensitivity": "pseudonym"},
    },
    "platform": "bazaar",
    "lawful_basis": DPV + "Consent",
    "purpose": ["dpv:AcademicResearch", "dpv:Marketing"],
    "place": "iso3166:DE",
    "values": {
        "rep:minGroupSize": 7,
        "rep:rho": {"number": 5, "unit": "rep:microRho"},
        "rep:minQuality": [{"number": "0.5", "unit": "urn:unit:1"}, {"number": 1, "unit": "urn:unit:1"}],
    },
    "rows": 10,
    "mode": "omit",
}
STATE: dict[str, Any] = {
    "status": "SUSPENDED",
    "version": 3,
    "usage": {"urn:rule:1#count": {"used": 2}},
    "evidence": [
        {
            "duty": "urn:duty:1",
            "id": "urn:record:1",
            "values": {"rep:ethicsDecision": "rep:approved"},
            "since": "2026-06-01T02:00:00+02:00",
            "until": "2026-06-01T00:00:00Z",
        }
    ],
    "released": ["value"],
    "effective": "2026-06-01T00:00:00Z",
    "first_delivery": "2026-06-01T00:00:00Z",
    "ended": "2026-06-01T00:00:00Z",
    "acts": [
        {"party": "urn:party:1", "action": "odrl:delete", "target": "urn:dataset:1", "at": "2026-06-01T00:00:00Z"}
    ],
    "members": {"urn:parties:1": ["urn:party:1"]},
}
WHOLE: dict[str, Any] = {"request": REQUEST, "state": STATE, "now": "2026-06-01T00:00:00Z"}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The whole case with another value at a place; ``...`` takes the member out."""
    document = deepcopy(WHOLE)
    *above, last = path.split("/")
    holder: Any = document
    for name in above:
        holder = holder[int(name) if name.isdigit() else name]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    return document


def test_a_case_says_everything_that_a_decision_looks_at() -> None:
    assert case_of(WHOLE) == Case(
        request=AccessRequest(
            party=Iri("urn:party:1"),
            action=FINE_TUNE,
            target=Iri("urn:dataset:1"),
            selected=frozenset({"value"}),
            filtered=frozenset({"rater"}),
            ordered=frozenset({"value"}),
            dataset=DatasetFacts(
                columns={
                    "value": ColumnFacts(
                        name="value",
                        type=ValueKind.INTEGER,
                        category=Iri(PD + "GeneralReputation"),
                        sensitivity="quasi_identifier",
                    ),
                    "rater": ColumnFacts(
                        name="rater", type=ValueKind.TEXT, category=Iri(PD + "Identifying"), sensitivity="pseudonym"
                    ),
                },
                platform="bazaar",
                lawful_basis=Iri(DPV + "Consent"),
            ),
            values={
                PURPOSE: frozenset({Iri(DPV + "AcademicResearch"), Iri(DPV + "Marketing")}),
                SPATIAL: frozenset({Iri(ISO3166 + "DE")}),
                MIN_GROUP_SIZE: frozenset({7}),
                RHO: frozenset({Quantity(number=5, unit=MICRO_RHO)}),
                MIN_QUALITY: frozenset(
                    Quantity(number=Decimal(number), unit=Iri("urn:unit:1")) for number in ("0.5", "1")
                ),
            },
            rows=10,
            mode=ColumnMode.OMIT,
        ),
        state=State(
            status=LicenceStatus.SUSPENDED,
            version=3,
            usage={"urn:rule:1#count": Usage(used=2)},
            evidence=(
                Evidence(
                    duty=Iri("urn:duty:1"),
                    id="urn:record:1",
                    values={ETHICS_DECISION: frozenset({APPROVED})},
                    since=NOW,
                    until=NOW,
                ),
            ),
            released=frozenset({"value"}),
            effective=NOW,
            first_delivery=NOW,
            ended=NOW,
            acts=(Act(party=Iri("urn:party:1"), action=DELETE, target=Iri("urn:dataset:1"), at=NOW),),
            members={Iri("urn:parties:1"): frozenset({Iri("urn:party:1")})},
        ),
        now=NOW,
    )


def test_what_is_left_out_is_unknown_or_has_not_happened() -> None:
    least = {name: REQUEST[name] for name in ("party", "action", "target", "platform", "lawful_basis", "rows")}
    case = case_of(
        {"request": {**least, "selected": []}, "state": {"status": "ACTIVE"}, "now": WHOLE["now"]}, columns={}
    )

    assert case.state == State(status=LicenceStatus.ACTIVE)
    assert case.request.values == {}
    assert case.request.mode is ColumnMode.REFUSE


def test_columns_of_the_request_go_before_those_of_the_kind() -> None:
    given = {
        name: ColumnFacts(name=name, type=ValueKind.TEXT, category=Iri(PD + "Identifying"), sensitivity="none")
        for name in ("value", "rater", "other")
    }

    assert case_of(changed("request/columns", ...), columns=given).request.dataset.columns == given
    assert case_of(WHOLE, columns=given) == case_of(WHOLE)


def test_state_and_moment_may_be_given_beside_the_case() -> None:
    state, later = State(status=LicenceStatus.ACTIVE), datetime(2027, 1, 1, tzinfo=UTC)

    case = case_of({"request": REQUEST}, state=state, now=later)
    assert (case.state, case.now) == (state, later)
    assert case_of(WHOLE, state=state, now=later) == case_of(WHOLE)


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ("now", ..., ""),
        ("later", 1, "/later"),
        ("now", "2026-06-01", "/now"),
        ("now", "2026-06-01T00:00:00", "/now"),
        ("now", 7, "/now"),
        ("request", [], "/request"),
        ("request/columns", ..., "/request"),
        ("request/columns/value/type", "IRI", "/request/columns/value/type"),
        ("request/columns", [], "/request/columns"),
        (
            "request/columns/value",
            {"type": "text", "category": "pd:Identifying", "sensitivity": "low"},
            "/request/columns/value/sensitivity",
        ),
        ("request/columns/value/unit", "m", "/request/columns/value/unit"),
        ("request/party", "", "/request/party"),
        ("request/party", "developer", "/request/party"),
        ("request/action", "rep:", "/request/action"),
        ("request/purpos", "dpv:Marketing", "/request/purpos"),
        ("request/purpose", [], "/request/purpose"),
        ("request/selected", "value", "/request/selected"),
        ("request/selected", [1], "/request/selected/0"),
        ("request/rows", -1, "/request/rows"),
        ("request/rows", True, "/request/rows"),
        ("request/rows", "ten", "/request/rows"),
        ("request/mode", "reject", "/request/mode"),
        ("request/mode", [], "/request/mode"),
        ("request/values", {"odrl:purpose": "dpv:Marketing"}, "/request/values"),
        ("request/values", {"odrl:dateTime": "2026-06-01T00:00:00Z"}, "/request/values/odrl:dateTime"),
        ("request/values", {"rep:recordCount": 7}, "/request/values/rep:recordCount"),
        ("request/values", {"rep:ethicsDecision": "rep:approved"}, "/request/values/rep:ethicsDecision"),
        ("request/values", {"urn:x/y": 7}, "/request/values/urn:x~1y"),
        ("request/values", {"rep:rho": 5}, "/request/values/rep:rho"),
        ("request/values", {"rep:rho": {"number": 0.5, "unit": "rep:microRho"}}, "/request/values/rep:rho/number"),
        (
            "request/values",
            {"rep:minQuality": {"number": 0.5, "unit": "urn:u"}},
            "/request/values/rep:minQuality/number",
        ),
        (
            "request/values",
            {"rep:minQuality": {"number": "x", "unit": "urn:u"}},
            "/request/values/rep:minQuality/number",
        ),
        ("state/status", "OVER", "/state/status"),
        ("state/status", ..., "/state"),
        ("state/first", "2026-06-01T00:00:00Z", "/state/first"),
        ("state/usage/c", {"spent": 1}, "/state/usage/c/spent"),
        ("state/evidence", [{"duty": "urn:duty:1"}], "/state/evidence/0"),
        ("state/members", {"urn:parties:1": ["bob"]}, "/state/members/urn:parties:1/0"),
        (
            "state/acts",
            [{"party": "urn:p:1", "action": "odrl:use", "target": "urn:d:1", "at": "now"}],
            "/state/acts/0/at",
        ),
    ],
)
def test_what_nobody_can_read_is_refused_with_its_place(path: str, value: Any, pointer: str) -> None:
    with pytest.raises(CaseInvalidError) as refused:
        case_of(changed(path, value))

    assert refused.value.pointer == pointer
    assert refused.value.message.endswith(f"at `{pointer}` of the case" if pointer else ", in the case")


def test_a_state_and_a_moment_are_read_by_themselves() -> None:
    assert state_of(STATE) == case_of(WHOLE).state
    assert moment_of("2026-06-01T02:00:00+02:00") == NOW


@pytest.mark.parametrize(
    ("path", "value", "pointer", "meant"),
    [
        ("request/purpose", "dpv:AcademicResarch", "/request/purpose", "dpv:AcademicResearch"),
        ("request/purpose", ["dpv:Marketing", "dpv:Marketin"], "/request/purpose/1", "dpv:Marketing"),
        ("request/action", "rep:finetune", "/request/action", "rep:fineTune"),
        ("request/lawful_basis", "dpv:Concent", "/request/lawful_basis", "dpv:Consent"),
        (
            "request/columns/value/category",
            "pd:GenralReputation",
            "/request/columns/value/category",
            "pd:GeneralReputation",
        ),
        ("request/model_release", "rep:openWeight", "/request/model_release", "rep:openWeights"),
        ("request/values", {"rep:minGroupsize": 7}, "/request/values/rep:minGroupsize", "rep:minGroupSize"),
        (
            "request/values",
            {"rep:rho": {"number": 5, "unit": "rep:microRo"}},
            "/request/values/rep:rho/unit",
            "rep:microRho",
        ),
        ("request/selected", ["valeu"], "/request/selected/0", "value"),
        ("request/filtered", ["value", "ratr"], "/request/filtered/1", "rater"),
        ("request/ordered", ["Rater"], "/request/ordered/0", "rater"),
        (
            "state/evidence/0/values",
            {"rep:ethicsDecision": "rep:aproved"},
            "/state/evidence/0/values/rep:ethicsDecision",
            "rep:approved",
        ),
        ("state/acts/0/action", "odrl:delet", "/state/acts/0/action", "odrl:delete"),
    ],
)
def test_a_misspelt_name_of_a_closed_list_is_refused_with_the_nearest(
    path: str, value: Any, pointer: str, meant: str
) -> None:
    with pytest.raises(CaseInvalidError) as refused:
        case_of(changed(path, value))

    assert refused.value.pointer == pointer
    assert refused.value.hint.startswith("did you mean `")
    assert f"`{meant}`" in refused.value.hint


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("request/purpose", "dpv:Consent"),
        ("request/lawful_basis", "dpv:Marketing"),
        ("request/place", "iso3166:Germany"),
    ],
)
def test_a_term_of_another_list_is_refused(path: str, value: str) -> None:
    with pytest.raises(CaseInvalidError, match="of the profile"):
        case_of(changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("request/purpose", DPV + "AcademicResarch"),
        ("request/action", "urn:action:1"),
        ("request/lawful_basis", "https://example.org/basis"),
        ("request/columns/value/category", PD + "Unheard"),
        ("request/values", {"rep:rho": {"number": 5, "unit": "urn:unit:1"}}),
        ("request/values", {"rep:minQuality": {"number": 1, "unit": "dpv:Any"}}),
        ("request/recipient", "rep:somebody"),
    ],
)
def test_what_nobody_knows_is_tried_as_a_whole_iri(path: str, value: Any) -> None:
    assert case_of(changed(path, value)).request != case_of(WHOLE).request


def test_what_is_wrong_is_told_with_the_document_that_it_stands_in() -> None:
    refused = CaseInvalidError("an object is wanted", pointer="/state")
    refused.name("`state.json`")

    assert str(refused) == refused.message == "an object is wanted, at `/state` of `state.json`"


def test_every_operand_that_can_be_stated_has_a_reader() -> None:
    stated = [each for each in OPERANDS.values() if each.grain in {Grain.ACCESS, Grain.CAP, Grain.DUTY}]

    assert {each.kind for each in stated if each.iri not in _NEVER_STATED} <= {ValueKind.IRI, *_NUMBERS}
    assert PRODUCT in {each.iri for each in stated}


def test_the_document_survives_json() -> None:
    assert case_of(json.loads(json.dumps(WHOLE))) == case_of(WHOLE)
