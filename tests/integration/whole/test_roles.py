"""Every act that a role must not do, tried with a full token of that role, against things that are there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema

from gateway.exchange import commands
from gateway.exchange.concerns import file_concern
from gateway.exchange.deliver.open import opened_delivery
from gateway.exchange.deliver.order import order_delivery
from gateway.exchange.deliver.outgoing import Outgoing
from gateway.exchange.deliver.prepare import prepare
from gateway.exchange.lookup_ethics import ethics_cases
from gateway.exchange.presented_reports import ConcernView
from gateway.exchange.views import NegotiationView
from graph.journal.events import AccessRecorded, DutyFiled, DutyKind, PartyKind
from policies.vocabulary import FINE_TUNE
from tests.architecture.packages import ROOT
from tests.testkit.api import Served
from tests.testkit.clock import NOON
from tests.testkit.licensing import ACADEMIC, INTEREST, RESEARCH, Member
from tests.testkit.reading import ratings
from tests.testkit.whole import World, a_world, licence_of

DUTY = "urn:muniment:duty:1"
REFUSALS = {"SCOPE_MISSING", "ROLE_NOT_ALLOWED"}
OWNERS_ACTS = frozenset(
    {
        "acceptOffer",
        "closeConcern",
        "counterOffer",
        "decidePlatformTerms",
        "delegateSigning",
        "fileConcern",
        "fulfilDuty",
        "prepareSigningKey",
        "publishDataset",
        "publishOffer",
        "recordConsents",
        "rejectRequest",
        "renewLicence",
        "resumeLicence",
        "revokeLicence",
        "signAgreement",
        "suspendLicence",
    }
)
MAY = {
    PartyKind.DATA_SUBJECT: frozenset({"withdrawConsent", "objectToUse"}),
    PartyKind.ETHICS_BOARD: frozenset({"decideEthicsCase"}),
    PartyKind.AUDITOR: frozenset[str](),
    PartyKind.OPERATOR: frozenset({"inviteParty"}),
    PartyKind.LLM_DEVELOPER: frozenset(
        {
            "acceptOffer",
            "acknowledgeDelivery",
            "acknowledgeDuty",
            "answerConcern",
            "cancelDelivery",
            "counterOffer",
            "fulfilDuty",
            "prepareDelivery",
            "rejectRequest",
            "renewLicence",
            "reportRun",
            "requestLicence",
            "revokeLicence",
            "signAgreement",
        }
    ),
    PartyKind.PLATFORM_DEVELOPER: OWNERS_ACTS,
}
"""What each role may try at all; everything else is forbidden to it."""
SIGHTS = {
    "licence": "query ($l: ID!) { licence(id: $l) { id } }",
    "licenceRequest": "query ($r: ID!) { licenceRequest(id: $r) { id } }",
    "licences": "{ licences { nodes { id } } }",
    "licenceRequests": "{ licenceRequests { nodes { id } } }",
    "accessLog": "query ($l: ID!) { accessLog(licence: $l) { nodes { id } } }",
    "delivery": "query ($d: ID!) { delivery(id: $d) { id } }",
    "deliveries": "{ deliveries { nodes { id } } }",
    "openedDelivery": "query ($d: ID!) { openedDelivery(id: $d) { token } }",
    "usageReport": "query ($l: ID!) { usageReport(licences: [$l]) { lines { rows } } }",
    "concern": "query ($c: ID!) { concern(id: $c) { id } }",
    "duty": "query ($o: ID!) { duty(id: $o) { id } }",
    "statement": "query ($o: ID!) { duty(id: $o) { statement } }",
    "duties": "{ duties { nodes { id } } }",
    "concerns": "{ concerns { nodes { id } } }",
    "ethicsCases": "{ ethicsCases { nodes { id } } }",
    "proof": "{ provenance { proof(seq: 0) { event } } }",
    "lineage": "query ($l: ID!) { provenance { lineage(id: $l) { nodes { id } } } }",
    "node": "query ($l: ID!) { node(id: $l) { id } }",
    "records": "query ($l: ID!, $p: Iri!) { ratings(licences: [$l], purpose: $p) { nodes { value } } }",
}
MAY_SEE = {
    PartyKind.DATA_SUBJECT: frozenset[str](),
    PartyKind.ETHICS_BOARD: frozenset({"ethicsCases"}),
    PartyKind.AUDITOR: frozenset(
        {
            "licence",
            "licenceRequest",
            "accessLog",
            "proof",
            "node",
            "delivery",
            "usageReport",
            "concern",
            "duty",
            "statement",
        }
    ),
    PartyKind.OPERATOR: frozenset[str](),
}
"""What each role sees of a licence between others."""


class Scene:
    """A licence in force with a delivery and a concern about it, a request that waits for the board, and somebody."""

    def __init__(
        self, world: World, actor: Member, *, view: NegotiationView, case: str, delivery: str, concern: ConcernView
    ) -> None:
        self.world = world
        self.actor = actor
        self.view = view
        self.case = case
        self.delivery = delivery
        self.concern = concern
        self.app: Served = world.over(actor)

    async def codes(self, verb: str, given: Mapping[str, Any]) -> set[str]:
        """Call a mutation; gives the codes of everything that was wrong."""
        kind = verb[0].upper() + verb[1:]
        text = f"mutation ($input: {kind}Input!) {{ {verb}(input: $input) {{ userErrors {{ code }} }} }}"
        answer = (await self.app.query(text, {"input": given}, token=self.actor.party)).json()
        mistakes = (answer["data"][verb] or {}).get("userErrors", ())
        return {each["extensions"]["code"] for each in answer.get("errors", ())} | {each["code"] for each in mistakes}

    def acts(self) -> Mapping[str, Mapping[str, Any]]:
        """Every mutation with an input that names what is there."""
        dataset, request, licence = self.view.dataset.dataset, self.view.negotiation, licence_of(self.view)
        policy = {"terms": {"action": "FINE_TUNE", "purposes": [RESEARCH], "columns": ["value"]}}
        return {
            "acceptOffer": {"request": request},
            "acknowledgeDelivery": {"delivery": self.delivery, "signature": "a.b.c"},
            "acknowledgeDuty": {"duty": DUTY},
            "answerConcern": {"concern": self.concern.concern, "text": "Why not?"},
            "cancelDelivery": {"delivery": self.delivery},
            "closeConcern": {"concern": self.concern.concern, "code": "TEST"},
            "counterOffer": {"request": request, "policy": policy},
            "decideEthicsCase": {"case": self.case, "approved": True, "reason": "Harmless."},
            "decidePlatformTerms": {
                "dataset": dataset,
                "action": "FINE_TUNE",
                "allowed": True,
                "reason": "Because.",
                "source": "https://platform.example/terms",
            },
            "delegateSigning": {"dataset": dataset, "bounds": {}, "keyId": "k", "signature": "a.b.c"},
            "fileConcern": {"about": self.concern.about, "licence": licence, "text": "Why?"},
            "fulfilDuty": {"duty": DUTY, "signature": "a.b.c"},
            "inviteParty": {"kind": "AUDITOR"},
            "objectToUse": {},
            "prepareDelivery": {"licences": [licence], "purpose": ACADEMIC},
            "prepareSigningKey": {"dataset": dataset, "bounds": policy},
            "publishDataset": {
                "source": "bazaar",
                "collection": "ratings",
                "rows": "ALL",
                "lawfulBasis": INTEREST,
                "sensitive": False,
            },
            "publishOffer": {"dataset": dataset, "policy": policy},
            "recordConsents": {
                "platform": "bazaar",
                "notice": {
                    "purposes": [RESEARCH],
                    "categories": ["https://w3id.org/dpv/pd#GeneralReputation"],
                    "text": "We share what you rate.",
                },
                "accounts": ["ann"],
            },
            "rejectRequest": {"request": request, "reasons": [{"term": "rep:field", "code": "NO"}]},
            "renewLicence": {"licence": licence, "maxRecords": 5},
            "reportRun": {
                "delivery": self.delivery,
                "model": "urn:model:small",
                "purpose": ACADEMIC,
                "action": "FINE_TUNE",
                "started": NOON.isoformat(),
                "ended": NOON.isoformat(),
            },
            "requestLicence": {
                "purpose": ACADEMIC,
                "action": "FINE_TUNE",
                "items": [{"dataset": dataset, "columns": ["value"]}],
            },
            "resumeLicence": {"licence": licence, "code": "TEST"},
            "revokeLicence": {"licence": licence, "code": "TEST"},
            "signAgreement": {"request": request, "signature": "a.b.c"},
            "suspendLicence": {"licence": licence, "code": "TEST"},
            "withdrawConsent": {},
        }


async def a_scene(world: World, kind: PartyKind) -> Scene:
    owner, other, developer = (
        await world.speaker("bazaar"),
        await world.speaker("forum"),
        await world.market.developer(),
    )
    view = await world.market.licensed(owner, developer, await world.market.offered(owner))
    await world.market.ask_one(developer, await world.market.offered(other, "forum", sensitive=True))
    delivery, access = await a_delivery(world, developer, view)
    question = commands.FileConcern(about=access, licence=licence_of(view), text="Why?")
    concern = await file_concern(world.exchange.ports, owner.principal, question)
    owed = DutyFiled(
        duty=DUTY,
        kind=DutyKind.TAKE_DOWN,
        licence=licence_of(view),
        clause="",
        raised_by=owner.party,
        due=NOON,
        deliveries=(delivery,),
    )
    await world.exchange.append(owed)
    board = await world.market.board()
    (case,) = (await ethics_cases(world.market.ports, board.principal, first=2)).items
    if kind is PartyKind.DATA_SUBJECT:
        actor = await world.market.join(kind, platform="bazaar", account="ann")
    else:
        actor = await world.market.join(kind)
    return Scene(world, actor, view=view, case=case.case, delivery=delivery, concern=concern)


async def a_delivery(world: World, developer: Member, view: NegotiationView) -> tuple[str, str]:
    """A package of which something has left: its IRI, and that of the recorded access."""
    ports, holder = world.exchange.ports, world.holding(developer, view)
    order = commands.PrepareDelivery(licences=(licence_of(view),), purpose=ACADEMIC, action=FINE_TUNE)
    delivery = (await order_delivery(ports, holder, order)).delivery
    await prepare(ports, delivery, lambda _: None)
    opened = await opened_delivery(ports, holder, delivery)
    outgoing, number = Outgoing(ports), delivery.rsplit(":", 1)[-1]
    await outgoing.let_out(await outgoing.find(number, "manifest.json", f"Bearer {opened.token}"))
    (recorded,) = [each for each in await world.exchange.events() if isinstance(each, AccessRecorded)]
    return delivery, recorded.access


PLATFORMS = {"bazaar": {"ratings": ratings(("ann", "bob", 1))}, "forum": {"ratings": ratings(("cid", "dee", 2))}}


@pytest.mark.requirement("R17")
@pytest.mark.parametrize("kind", MAY)
async def test_every_forbidden_act_of_a_role_is_refused_and_changes_nothing(tmp_path: Path, kind: PartyKind) -> None:
    async with a_world(tmp_path, PLATFORMS) as world:
        scene = await a_scene(world, kind)
        before = await world.exchange.events()

        forbidden = {name: given for name, given in scene.acts().items() if name not in MAY[kind]}
        refused = {name: await scene.codes(name, given) for name, given in forbidden.items()}

        # WHY: some acts are told by the licence, and a licence between others, with all under it, looks absent.
        quiet = (
            "acknowledgeDelivery",
            "cancelDelivery",
            "fulfilDuty",
            "prepareDelivery",
            "renewLicence",
            "revokeLicence",
        )
        absent = {name: {"NOT_FOUND"} for name in quiet} | {"fulfilDuty": {"NOT_FOUND", "SCOPE_MISSING"}}
        assert refused.keys() | MAY[kind] == scene.acts().keys()
        assert {
            name: codes for name, codes in refused.items() if not codes or not codes <= absent.get(name, REFUSALS)
        } == {}
        assert await world.exchange.events() == before
        for name in MAY[kind]:
            assert not await scene.codes(name, scene.acts()[name]) & REFUSALS, name


@pytest.mark.requirement("R17")
@pytest.mark.parametrize("kind", MAY_SEE)
async def test_a_role_sees_of_others_no_more_than_it_needs(tmp_path: Path, kind: PartyKind) -> None:
    async with a_world(tmp_path, PLATFORMS) as world:
        scene = await a_scene(world, kind)
        variables = {
            "l": licence_of(scene.view),
            "r": scene.view.negotiation,
            "p": ACADEMIC,
            "d": scene.delivery,
            "c": scene.concern.concern,
            "o": DUTY,
        }
        reads = len(world.exchange.sources.reads)

        seen = set()
        for name, text in SIGHTS.items():
            answer = (await scene.app.query(text, variables, token=scene.actor.party)).json()
            if found(answer["data"]) or (name == "accessLog" and "errors" not in answer):
                seen.add(name)

        assert seen == MAY_SEE[kind]
        assert len(world.exchange.sources.reads) == reads


def found(part: object) -> bool:
    """Whether an answer holds any value at all."""
    match part:
        case dict():
            return any(map(found, part.values()))
        case list():
            return any(map(found, part))
        case _:
            return part is not None


@pytest.mark.requirement("R17")
async def test_every_mutation_of_the_schema_is_tried(tmp_path: Path) -> None:
    schema = build_schema((ROOT / "tests" / "schema.graphql").read_text(encoding="utf-8"))
    assert schema.mutation_type is not None

    async with a_world(tmp_path, PLATFORMS) as world:
        tried = (await a_scene(world, PartyKind.AUDITOR)).acts()

    assert schema.mutation_type.fields.keys() == tried.keys()
