"""Owner and developer read one and the same list of decisions about their agreement: rule, input, outcome."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.exchange import commands
from gateway.exchange.deliver.errors import DeliveryRefusedError
from gateway.exchange.deliver.open import opened_delivery
from gateway.exchange.deliver.order import order_delivery
from gateway.exchange.deliver.outgoing import Outgoing
from gateway.exchange.deliver.prepare import prepare
from gateway.exchange.revoke import revoke_licence
from graph.journal.events import PartyKind
from policies.model import Transform
from policies.predicate import Comparator, Compare
from policies.vocabulary import FINE_TUNE, PSEUDONYMISE
from tests.testkit.licensing import ACADEMIC, MARKETING, TERMS
from tests.testkit.whole import a_world, licence_of

TRAIL = """query ($l: ID!) { accessLog(licence: $l, first: 50) { nodes {
  id seq at kind stage code clause columns rows charged { amountMicro } receipt { id }
  decision { effect policy clause columns limit transforms { column does } reasons { code clause text }
    asked { action purpose place model columns filtered ordered rows } } } } }"""


@pytest.mark.requirement("R5")
async def test_both_sides_and_the_auditor_read_one_trail_of_decisions(tmp_path: Path) -> None:
    """Reads that were permitted, refused by the agreement, refused by its end, and what left with a package."""
    async with a_world(tmp_path) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        auditor, stranger = await world.market.join(PartyKind.AUDITOR), await world.market.developer()
        terms = replace(TERMS, transforms={"rater": Transform(term=PSEUDONYMISE)})
        dataset = await world.market.offered(owner, terms=terms)
        given: dict[str, Any] = {"price": terms.price, "max_records": 100, "days": 90}
        view = await world.agreed(owner, developer, dataset, ("rater", "value"), **given)
        ports, holder, licence = world.exchange.ports, world.holding(developer, view), licence_of(view)
        where = Compare(column="value", comparator=Comparator.GT, value=-2)

        await world.rows(developer, view, ("rater", "value"), where=where, first=10)
        await world.rows(developer, view, ("rated", "value"))
        await world.rows(developer, view, ("value",), purpose=MARKETING)
        order = commands.PrepareDelivery(licences=(licence,), purpose=ACADEMIC, action=FINE_TUNE, rows=3)
        delivery = (await order_delivery(ports, holder, order)).delivery
        await prepare(ports, delivery, lambda _: None)
        opened = await opened_delivery(ports, holder, delivery)
        number, outgoing = delivery.rsplit(":", 1)[-1], Outgoing(ports)
        file = await outgoing.find(number, "manifest.json", f"Bearer {opened.token}")
        await outgoing.let_out(file)
        await revoke_licence(ports, owner.principal, commands.RevokeLicence(licence=licence, code="ENOUGH"))
        await world.rows(developer, view, ("value",))
        with pytest.raises(DeliveryRefusedError):
            await outgoing.let_out(file)

        app = world.over(owner, developer, auditor, stranger)
        trails = [(await app.query(TRAIL, {"l": licence}, token=each.party)).json() for each in (owner, developer)]
        audited = (await app.query(TRAIL, {"l": licence}, token=auditor.party)).json()
        hidden = (await app.query(TRAIL, {"l": licence}, token=stranger.party)).json()

        assert trails[0] == trails[1] == audited
        assert hidden["data"]["accessLog"] is None
        entries = trails[0]["data"]["accessLog"]["nodes"]
        assert [(each["kind"], each["code"]) for each in entries] == [
            ("RECORDED", None),
            ("DENIED", "COLUMN_NOT_LICENSED"),
            ("DENIED", "PURPOSE_NOT_LICENSED"),
            ("RECORDED", None),
            ("DENIED", "LICENCE_TERMINATED"),
            ("DENIED", "LICENCE_TERMINATED"),
        ]
        assert view.licence is not None
        agreement = view.licence.agreement.policy
        read, column, purpose, package, ended, refused = (each["decision"] for each in entries)
        for decision in (read, column, purpose, package):
            assert decision["policy"] == agreement.hash
            assert decision["clause"] in rules_of(agreement.odrl)
            assert decision["asked"]["action"] == "FINE_TUNE"
        assert [each["effect"] for each in (read, column, purpose, package, ended, refused)] == [
            "PERMIT",
            "DENY",
            "DENY",
            "PERMIT",
            "DENY",
            "DENY",
        ]
        assert read["asked"] == {
            "action": "FINE_TUNE",
            "purpose": ACADEMIC,
            "place": None,
            "model": None,
            "columns": ["rater", "value"],
            "filtered": ["value"],
            "ordered": [],
            "rows": 10,
        }
        assert (read["columns"], read["limit"]) == (["rater", "value"], 10)
        assert [each["column"] for each in read["transforms"]] == ["rater"]
        assert column["asked"]["columns"] == ["rated", "value"]
        assert column["reasons"][0]["code"] == "COLUMN_NOT_LICENSED"
        assert "`rated`" in column["reasons"][0]["text"]
        assert purpose["asked"]["purpose"] == MARKETING
        assert (package["asked"]["rows"], package["limit"]) == (3, 3)
        for decision in (ended, refused):
            assert decision["columns"] == []
            assert [each["code"] for each in decision["reasons"]] == ["LICENCE_TERMINATED"]
        assert ended["asked"]["columns"] == ["value"]


def rules_of(odrl: Any) -> set[str]:
    """The names of all rules of a policy document."""
    return {rule["uid"] for name in ("permission", "prohibition", "obligation") for rule in odrl.get(name, [])}
