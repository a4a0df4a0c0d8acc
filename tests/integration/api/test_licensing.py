"""Licensing over GraphQL: every mutation once, the mistakes of callers, and what each may see."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.spi import AiUse
from graph.journal.events import PartyKind
from graph.signing import AGREEMENT_TYP, DELEGATION_TYP, sign
from tests.testkit.api import Served, served
from tests.testkit.licensing import ACADEMIC, CONSENT, INTEREST, RESEARCH, Market, Member, a_collection, a_market

PD = "https://w3id.org/dpv/pd#"
TERMS = {
    "terms": {
        "action": "FINE_TUNE",
        "purposes": [RESEARCH],
        "columns": ["rater", "rated", "value"],
        "maxRecords": 1000,
        "days": 180,
        "price": {"amountMicro": "10000", "currency": "EUR", "unit": "https://muniment.example/ns#perRecord"},
    }
}
REQUEST = """id state yourTurn owner { id } developer { id } dataset { id title } terms { hash odrl summary }
  messages { kind at by { id } note answeredBy policy } changes { term before after wider }
  onHold { reviewer code terms } reasons { term code } adjusts
  agreement { id version policy { hash } signatures { delegated keyId by { id } } }
  licence { id state version usage { counter used bound } }"""
MISTAKES = "userErrors { code field message hint rule }"


class Floor:
    """A market where everybody speaks GraphQL; tokens are the parties' IRIs."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.principals = {market.operator.party: market.operator.principal}
        self.app: Served = served(ports=market.ports, principals=self.principals)

    def knows(self, *members: Member) -> None:
        self.principals.update({each.party: each.principal for each in members})
        self.app = served(ports=self.market.ports, principals=self.principals)

    async def ask(self, member: Member, text: str, **variables: Any) -> dict[str, Any]:
        answer = await self.app.query(text, variables, token=member.party)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def do(self, member: Member, verb: str, selection: str, **given: Any) -> dict[str, Any]:
        """Call a mutation; gives its payload."""
        kind = verb[0].upper() + verb[1:] + "Input!"
        text = f"mutation ($input: {kind}) {{ {verb}(input: $input) {{ {selection} {MISTAKES} }} }}"
        answer = await self.ask(member, text, input=given)
        assert "errors" not in answer, answer
        return dict(answer["data"][verb])


async def test_a_key_that_nobody_would_choose_is_a_mistake_of_the_caller(floor: Floor) -> None:
    payload = await floor.do(
        floor.market.operator, "inviteParty", "invitation", kind="AUDITOR", idempotencyKey="k" * 100_000
    )

    assert [(each["code"], each["field"]) for each in payload["userErrors"]] == [("INPUT_INVALID", "idempotencyKey")]


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    async with a_market(tmp_path) as market:
        yield Floor(market)


async def offered(floor: Floor, owner: Member, **changes: Any) -> str:
    asked = {"source": "bazaar", "collection": "ratings", "rows": "ALL", "lawfulBasis": INTEREST, "sensitive": False}
    published = await floor.do(owner, "publishDataset", "dataset { id kind rowCount }", **(asked | changes))
    dataset = published["dataset"]["id"]
    offer = await floor.do(owner, "publishOffer", "offer { id dataset policy { hash } }", dataset=dataset, policy=TERMS)
    assert offer["userErrors"] == []
    return str(dataset)


def asking(dataset: str, **more: Any) -> Mapping[str, Any]:
    return {
        "purpose": ACADEMIC,
        "action": "FINE_TUNE",
        "items": [{"dataset": dataset, "columns": ["rated", "value"]}],
        **more,
    }


async def test_from_publication_to_a_revoked_licence(floor: Floor) -> None:
    owner, developer = await floor.market.owner(), await floor.market.developer()
    auditor, stranger = await floor.market.join(PartyKind.AUDITOR), await floor.market.developer()
    floor.knows(owner, developer, auditor, stranger)
    dataset = await offered(floor, owner)

    catalogue = await floor.ask(
        stranger,
        """{ catalogue(kind: RATING) { pageInfo { hasNextPage } nodes { id kind title platform licensor { id kind }
             rows lawfulBasis rowCount completeness { column share } columns { name field type sensitivity category }
             platformTerms { aiUse decided { allowed } } offers { id policy { summary } } } } }""",
    )
    (shown,) = catalogue["data"]["catalogue"]["nodes"]
    assert shown["id"] == dataset
    assert shown["licensor"] == {"id": owner.party, "kind": "PLATFORM_DEVELOPER"}
    assert {each["name"]: each["field"] for each in shown["columns"]}["observed_at"] == "observedAt"
    assert any("record" in sentence for sentence in shown["offers"][0]["policy"]["summary"])

    sent = await floor.do(developer, "requestLicence", f"requests {{ {REQUEST} }}", **asking(dataset, message="Hello"))
    (request,) = sent["requests"]
    assert request["state"] == "REQUESTED"
    assert request["messages"][0]["note"] == "Hello"

    accepted = await floor.do(owner, "acceptOffer", f"request {{ {REQUEST} }}", request=request["id"])
    agreement = accepted["request"]["agreement"]
    payload = {"agreement": agreement["id"], "policy": agreement["policy"]["hash"]}
    for member in (owner, developer):
        signed = await floor.do(
            member,
            "signAgreement",
            f"request {{ {REQUEST} }}",
            request=request["id"],
            signature=sign(member.key, payload, typ=AGREEMENT_TYP),
        )
    licence = signed["request"]["licence"]
    assert signed["request"]["state"] == "FINALIZED"
    assert licence["state"] == "ACTIVE"
    assert [each["delegated"] for each in signed["request"]["agreement"]["signatures"]] == [False, False]

    states = []
    for verb in ("suspendLicence", "resumeLicence", "revokeLicence"):
        changed = await floor.do(
            owner, verb, "licence { id state } query { viewer { id } }", licence=licence["id"], code="TEST"
        )
        states.append(changed["licence"]["state"])
        assert changed["query"]["viewer"]["id"] == owner.party
    assert states == ["SUSPENDED", "ACTIVE", "TERMINATED"]

    ids = [dataset, shown["offers"][0]["id"], owner.party, request["id"], agreement["id"], licence["id"]]
    text = "query ($id: ID!) { node(id: $id) { __typename id } }"
    for member, visible in ((owner, 6), (developer, 6), (auditor, 6), (stranger, 3)):
        found = [(await floor.ask(member, text, id=each))["data"]["node"] for each in ids]
        assert [each["id"] for each in found if each] == ids[:visible]
    for unknown in ("urn:muniment:licence:none", "urn:muniment:thing:1", "x", licence["id"] + "x"):
        assert (await floor.ask(owner, text, id=unknown))["data"]["node"] is None

    lists = "{ licences { nodes { id } } licenceRequests(state: FINALIZED) { edges { cursor node { id } } } }"
    mine, theirs = await floor.ask(developer, lists), await floor.ask(stranger, lists)
    assert [each["id"] for each in mine["data"]["licences"]["nodes"]] == [licence["id"]]
    assert theirs["data"] == {"licences": {"nodes": []}, "licenceRequests": {"edges": []}}

    single = "query ($r: ID!, $l: ID!) { licenceRequest(id: $r) { id } licence(id: $l) { id } }"
    assert (await floor.ask(stranger, single, r=request["id"], l=licence["id"]))["data"] == {
        "licenceRequest": None,
        "licence": None,
    }
    log = await floor.ask(developer, "query ($l: ID!) { accessLog(licence: $l) { nodes { id } } }", l=licence["id"])
    assert log["data"]["accessLog"]["nodes"] == []


@pytest.mark.requirement("R29")
async def test_a_counter_offer_shows_what_changed_and_a_rejection_why(floor: Floor) -> None:
    owner, developer = await floor.market.owner(), await floor.market.developer()
    floor.knows(owner, developer)
    dataset = await offered(floor, owner)
    sent = await floor.do(developer, "requestLicence", "requests { id }", **asking(dataset))
    request = sent["requests"][0]["id"]
    dearer = {"terms": {**TERMS["terms"], "columns": ["value"], "purposes": [ACADEMIC]}}

    countered = await floor.do(owner, "counterOffer", f"request {{ {REQUEST} }}", request=request, policy=dearer)
    rejected = await floor.do(
        developer,
        "rejectRequest",
        f"request {{ {REQUEST} }}",
        request=request,
        reasons=[{"term": "rep:field", "code": "TOO_FEW_COLUMNS"}],
        note="We need more.",
    )
    adjusted = await floor.do(
        developer, "requestLicence", f"requests {{ {REQUEST} }}", **asking(dataset, adjusts=request)
    )

    assert countered["request"]["state"] == "OFFERED"
    assert countered["request"]["changes"] != []
    assert rejected["request"]["state"] == "TERMINATED"
    assert rejected["request"]["reasons"] == [{"term": "rep:field", "code": "TOO_FEW_COLUMNS"}]
    assert adjusted["requests"][0]["adjusts"] == request


async def test_signing_is_delegated_within_signed_bounds(floor: Floor) -> None:
    owner, developer = await floor.market.owner(), await floor.market.developer()
    floor.knows(owner, developer)
    dataset = await offered(floor, owner)

    prepared = await floor.do(
        owner, "prepareSigningKey", "keyId bounds { hash odrl summary }", dataset=dataset, bounds=TERMS
    )
    payload = {"bounds": prepared["bounds"]["hash"], "dataset": dataset, "key": prepared["keyId"]}
    delegated = await floor.do(
        owner,
        "delegateSigning",
        "keyId",
        dataset=dataset,
        bounds=prepared["bounds"]["odrl"],
        keyId=prepared["keyId"],
        signature=sign(owner.key, payload, typ=DELEGATION_TYP),
    )
    sent = await floor.do(developer, "requestLicence", f"requests {{ {REQUEST} }}", **asking(dataset))

    assert delegated["keyId"] == prepared["keyId"]
    answers = {each["kind"]: each["answeredBy"] for each in sent["requests"][0]["messages"]}
    assert answers["OfferAccepted"] == "STANDING_RULES"
    assert [each["delegated"] for each in sent["requests"][0]["agreement"]["signatures"]] == [True]


async def test_sensitive_requests_wait_for_the_board(floor: Floor) -> None:
    owner, developer, board = await floor.market.owner(), await floor.market.developer(), await floor.market.board()
    floor.knows(owner, developer, board)
    dataset = await offered(floor, owner, sensitive=True)
    sent = await floor.do(developer, "requestLicence", f"requests {{ {REQUEST} }}", **asking(dataset))

    early = await floor.do(owner, "acceptOffer", "request { id }", request=sent["requests"][0]["id"])
    cases = await floor.ask(board, "{ ethicsCases(open: true) { nodes { id open approved licenceRequest { id } } } }")
    (case,) = cases["data"]["ethicsCases"]["nodes"]
    decided = await floor.do(
        board, "decideEthicsCase", "case { open approved }", case=case["id"], approved=True, reason="Harmless."
    )
    not_mine = await floor.ask(developer, "{ ethicsCases { nodes { id } } }")

    assert sent["requests"][0]["onHold"]["reviewer"] == "ETHICS_BOARD"
    assert early["userErrors"][0]["code"] == "ETHICS_DECISION_OPEN"
    assert decided["case"] == {"open": False, "approved": True}
    assert not_mine["errors"][0]["extensions"]["code"] == "SCOPE_MISSING"
    assert not_mine["data"] == {"ethicsCases": None}


async def test_consents_are_recorded_withdrawn_and_objected(floor: Floor) -> None:
    owner = await floor.market.owner()
    person = await floor.market.join(PartyKind.DATA_SUBJECT, platform="bazaar", account="ann")
    floor.knows(owner, person)
    notice = {"purposes": [RESEARCH], "categories": [PD + "GeneralReputation"], "text": "We share what you rate."}

    recorded = await floor.do(
        owner, "recordConsents", "notice count", platform="bazaar", notice=notice, accounts=["ann", "bob"]
    )
    withdrawn = await floor.do(person, "withdrawConsent", "withdrawn", notice=recorded["notice"])
    objected = await floor.do(person, "objectToUse", "objected")

    assert recorded["count"] == 2
    assert withdrawn == {"withdrawn": True, "userErrors": []}
    assert objected == {"objected": True, "userErrors": []}


async def test_contested_terms_are_decided_with_a_reason_that_the_catalogue_does_not_show(floor: Floor) -> None:
    owner = await floor.market.owner("bazaar", a_collection(ai_use=AiUse.CONTESTED))
    floor.knows(owner)
    asked = {"source": "bazaar", "collection": "ratings", "rows": "ALL", "lawfulBasis": CONSENT, "sensitive": False}
    published = await floor.do(owner, "publishDataset", "dataset { id platformTerms { aiUse } }", **asked)

    refused = await floor.do(owner, "publishOffer", "offer { id }", dataset=published["dataset"]["id"], policy=TERMS)
    decided = await floor.do(
        owner,
        "decidePlatformTerms",
        "dataset { platformTerms { aiUse decided { action allowed source at } } }",
        dataset=published["dataset"]["id"],
        action="FINE_TUNE",
        allowed=True,
        reason="Counsel says so.",
        source="https://platform.example/terms",
    )

    assert published["dataset"]["platformTerms"]["aiUse"] == "CONTESTED"
    assert refused["userErrors"][0]["code"] == "PLATFORM_TERMS_UNDECIDED"
    assert refused["offer"] is None
    (decision,) = decided["dataset"]["platformTerms"]["decided"]
    assert decision["action"] == "FINE_TUNE"
    assert decision["allowed"] is True


async def test_an_operator_invites_and_nobody_else(floor: Floor) -> None:
    developer = await floor.market.developer()
    floor.knows(developer)

    invited = await floor.do(floor.market.operator, "inviteParty", "invitation party", kind="AUDITOR")
    answer = await floor.ask(
        developer, "mutation { inviteParty(input: {kind: AUDITOR}) { party userErrors { code } } }"
    )

    assert invited["party"].startswith("urn:muniment:party:")
    assert invited["invitation"]
    assert answer["data"] == {"inviteParty": None}
    assert answer["errors"][0]["extensions"] | {"documentation": "", "hint": ""} == {
        "code": "SCOPE_MISSING",
        "hint": "",
        "stage": "authenticate",
        "scope": "platform:operate",
        "documentation": "",
    }


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        (
            {"terms": {**TERMS["terms"], "transforms": [{"column": "value", "transform": "BUCKET"}]}},
            "transforms.parameter",
        ),
        (
            {"terms": {**TERMS["terms"], "transforms": [{"column": "value", "transform": "DROP", "parameter": "1"}]}},
            "transforms.parameter",
        ),
        (
            {
                "terms": {
                    **TERMS["terms"],
                    "transforms": [{"column": "observed_at", "transform": "TRUNCATE_TIME", "parameter": "week"}],
                }
            },
            "transforms.parameter",
        ),
        ({"terms": {**TERMS["terms"], "transforms": [{"column": "value", "transform": "DROP"}] * 2}}, "transforms"),
        ({"odrl": [1]}, "policy.odrl"),
        ({"odrl": {"@context": "x"}}, None),
    ],
)
async def test_a_malformed_policy_is_the_callers_mistake(floor: Floor, policy: Any, field: str | None) -> None:
    owner = await floor.market.owner()
    floor.knows(owner)
    dataset = await offered(floor, owner)

    payload = await floor.do(owner, "publishOffer", "offer { id }", dataset=dataset, policy=policy)

    (mistake,) = payload["userErrors"]
    assert payload["offer"] is None
    assert mistake["code"]
    if field is not None:
        assert (mistake["code"], mistake["field"]) == ("INPUT_INVALID", field)


async def test_a_refused_policy_names_the_place_the_rule_and_what_is_supported(floor: Floor) -> None:
    """The place is that of the document as it was sent: one rule without a list around it, spelt with its prefix."""
    owner = await floor.market.owner()
    floor.knows(owner)
    dataset = await offered(floor, owner)
    nothing = {"@type": "Constraint", "leftOperand": "count", "operator": "lteq", "rightOperand": 0}
    permission = {"@type": "Permission", "action": "rep:fineTune", "odrl:constraint": nothing}

    payload = await floor.do(
        owner, "publishOffer", "offer { id }", dataset=dataset, policy={"odrl": {"permission": permission}}
    )

    (mistake,) = payload["userErrors"]
    place = "/permission/odrl:constraint/rightOperand"
    assert (mistake["code"], mistake["field"], mistake["rule"]) == ("POLICY_UNENFORCEABLE", place, 19)
    assert mistake["message"].endswith(f"at `{place}`")
    assert mistake["hint"]


@pytest.mark.parametrize(
    ("column", "transform", "parameter", "code"),
    [
        ("rater", "BUCKET", "5", "POLICY_TERM_MISPLACED"),
        ("value", "PSEUDONYMISE", None, "POLICY_TERM_MISPLACED"),
        ("rater", "GENERALISE", "1", "POLICY_UNENFORCEABLE"),
        ("rater", "REDACT_TEXT", None, "POLICY_UNENFORCEABLE"),
    ],
)
async def test_a_transform_that_the_gateway_could_not_do_is_refused_when_it_is_offered(
    floor: Floor, column: str, transform: str, parameter: str | None, code: str
) -> None:
    owner = await floor.market.owner()
    floor.knows(owner)
    dataset = await offered(floor, owner)
    demanded = {"column": column, "transform": transform, "parameter": parameter}

    payload = await floor.do(
        owner,
        "publishOffer",
        "offer { id }",
        dataset=dataset,
        policy={"terms": {**TERMS["terms"], "transforms": [demanded]}},
    )

    (mistake,) = payload["userErrors"]
    assert payload["offer"] is None
    assert (mistake["code"], mistake["rule"]) == (code, 13)


async def test_all_terms_travel_into_the_policy(floor: Floor) -> None:
    owner = await floor.market.owner()
    floor.knows(owner)
    dataset = await offered(floor, owner)
    full = {
        **TERMS["terms"],
        "maxQueries": 10,
        "validUntil": "2027-01-01T00:00:00Z",
        "places": ["https://www.iso.org/obp/ui/#iso:code:3166:DE"],
        "transforms": [
            {"column": "rater", "transform": "PSEUDONYMISE"},
            {"column": "value", "transform": "BUCKET", "parameter": "5"},
        ],
        "consent": True,
        "ethics": True,
        "observedFrom": "2020-01-01T00:00:00Z",
        "notTogether": [["rater", "rated"]],
        "attribution": True,
    }

    payload = await floor.do(
        owner, "publishOffer", "offer { policy { odrl summary } }", dataset=dataset, policy={"terms": full}
    )
    again = await floor.do(
        owner,
        "publishOffer",
        "offer { policy { hash } }",
        dataset=dataset,
        policy={"odrl": payload["offer"]["policy"]["odrl"]},
    )

    words = " ".join(payload["offer"]["policy"]["summary"])
    assert payload["userErrors"] == []
    assert all(word in words for word in ("10", "2027", "`DE`", "pseudonym")), words
    assert again["userErrors"] == []


async def test_exactly_one_way_of_writing_a_policy_is_allowed(floor: Floor) -> None:
    owner = await floor.market.owner()
    floor.knows(owner)
    text = "mutation ($i: PublishOfferInput!) { publishOffer(input: $i) { offer { id } userErrors { code } } }"

    both = await floor.app.query(text, {"i": {"dataset": "d", "policy": {**TERMS, "odrl": {}}}}, token=owner.party)
    none = await floor.app.query(text, {"i": {"dataset": "d", "policy": {}}}, token=owner.party)

    assert both.json()["errors"][0]["extensions"]["code"] == "VARIABLES_INVALID"
    assert none.json()["errors"][0]["extensions"]["code"] == "VARIABLES_INVALID"


async def test_a_repeated_call_gives_the_first_result(floor: Floor) -> None:
    owner, developer = await floor.market.owner(), await floor.market.developer()
    floor.knows(owner, developer)
    dataset = await offered(floor, owner)

    first = await floor.do(developer, "requestLicence", "requests { id }", **asking(dataset, idempotencyKey="k1"))
    second = await floor.do(developer, "requestLicence", "requests { id }", **asking(dataset, idempotencyKey="k1"))

    assert first == second


async def test_records_are_not_read_in_the_answer_of_a_mutation(floor: Floor) -> None:
    owner = await floor.market.owner()
    floor.knows(owner)

    answer = await floor.ask(
        owner,
        """mutation { resumeLicence(input: {licence: "x", code: "TEST"}) { userErrors { code }
             query { ratings(licences: [], purpose: "urn:x:y") { nodes { id } } viewer { id } } } }""",
    )

    assert answer["errors"][0]["extensions"]["code"] == "RECORDS_OUTSIDE_QUERY"
    assert answer["data"]["resumeLicence"]["userErrors"] == [{"code": "NOT_FOUND"}]
    assert answer["data"]["resumeLicence"]["query"]["viewer"]["id"] == owner.party


async def test_pages_of_a_list_follow_each_other_and_cursors_are_the_callers_own(floor: Floor) -> None:
    collections = [a_collection(name) for name in ("one", "two", "three")]
    owner, other = await floor.market.owner("bazaar", *collections), await floor.market.owner("forum")
    floor.knows(owner, other)
    page = "nodes { id } pageInfo { hasNextPage endCursor }"
    text = f"query ($after: String) {{ catalogue(first: 2, after: $after) {{ {page} }} }}"
    ids = [await offered(floor, owner, collection=each.id) for each in collections]

    first = (await floor.ask(owner, text))["data"]["catalogue"]
    second = (await floor.ask(owner, text, after=first["pageInfo"]["endCursor"]))["data"]["catalogue"]
    foreign = await floor.ask(other, text, after=first["pageInfo"]["endCursor"])
    none = await floor.ask(owner, "{ catalogue(first: 0) { nodes { id } } }")

    assert [each["id"] for each in first["nodes"] + second["nodes"]] == ids
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert foreign["errors"][0]["extensions"]["code"] == "CURSOR_INVALID"
    assert none["errors"][0]["extensions"]["code"] == "LIST_SIZE_OUT_OF_RANGE"
