"""The ways a licence request can go when people answer."""

from dataclasses import replace
from typing import Any, cast

import pytest

from gateway.auth.errors import ScopeMissingError
from gateway.auth.scopes import Scope
from gateway.exchange import commands, lookup
from gateway.exchange.commands import RequestedItem
from gateway.exchange.errors import (
    AdjustsMismatchError,
    InputInvalidError,
    NotFoundError,
    NotYourTurnError,
    OfferMissingError,
    PolicyMisplacedError,
    RoleNotAllowedError,
    TermsUnchangedError,
    VersionConflictError,
)
from gateway.exchange.publish_offer import publish_offer
from gateway.exchange.reject import reject_request
from gateway.exchange.request import request_licence
from graph.journal.events import LicenceFinalised, LicenceRequested, OfferMade, TermReason
from policies.difference import Wider
from policies.errors import PolicyError
from policies.model import PolicyClass, Transform
from policies.terms import Rate, same_terms, terms_of
from policies.vocabulary import EVALUATE, ISO3166, PSEUDONYMISE, Iri
from tests.testkit.licensing import ACADEMIC, TERMS, Market

GERMANY = Iri(ISO3166 + "DE")
REASONS = (TermReason(term="odrl:elapsedTime", code="TOO_LONG"), TermReason(term="rep:field", code="TOO_MANY_COLUMNS"))


async def test_a_licence_comes_into_force_when_both_sides_have_signed(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)

    view = await market.licensed(owner, developer, dataset)

    assert view.state == "FINALIZED"
    assert view.licence is not None
    assert view.licence.state == "ACTIVE"
    assert view.licence.owner.party == owner.party
    assert view.licence.developer.party == developer.party
    assert [(each.used, each.bound) for each in view.licence.usage] == [(0, 1_000)]
    assert view.licence.usage[0].counter == f"{view.licence.agreement.agreement}#p1#recordCount"
    assert [message.kind for message in view.messages] == [
        "LicenceRequested",
        "OfferAccepted",
        "AgreementSigned",
        "AgreementSigned",
    ]
    (finalised,) = await market.events(LicenceFinalised)
    assert isinstance(finalised, LicenceFinalised)
    assert finalised.policy == view.licence.agreement.policy.hash


@pytest.mark.requirement("R20")
async def test_one_request_goes_to_many_owners(market: Market) -> None:
    bazaar, forum = await market.owner("bazaar"), await market.owner("forum")
    developer = await market.developer()
    first, second = await market.offered(bazaar, "bazaar"), await market.offered(forum, "forum")

    views = await market.ask(developer, first, second, message="For a thesis.")

    assert [view.dataset.dataset for view in views] == [first, second]
    assert [view.owner.party for view in views] == [bazaar.party, forum.party]
    assert len({view.request for view in views}) == 1
    assert len({view.negotiation for view in views}) == 2
    assert {view.messages[0].note for view in views} == {"For a thesis."}


@pytest.mark.requirement("R20")
async def test_every_owner_of_a_request_has_an_item_of_its_own_and_sees_no_other(market: Market) -> None:
    owners = {name: await market.owner(name) for name in ("bazaar", "forum", "grid")}
    developer = await market.developer()
    datasets = {name: await market.offered(owner, name) for name, owner in owners.items()}
    wanted = {"bazaar": ("value",), "forum": ("rated", "value"), "grid": ("rater",)}
    request = commands.RequestLicence(
        purpose=ACADEMIC,
        action=TERMS.action,
        items=tuple(commands.RequestedItem(dataset=datasets[name], columns=wanted[name]) for name in owners),
        max_records=700,
        days=45,
        price=Rate(amount_micro=12_000, currency="EUR"),
    )

    views = await request_licence(market.ports, developer.principal, request)

    for (name, owner), view in zip(owners.items(), views, strict=True):
        (item,) = (await lookup.negotiations(market.ports, owner.principal, first=9)).items
        assert (item.negotiation, item.dataset.dataset, item.your_turn) == (view.negotiation, datasets[name], True)
        assert terms_of(await market.policy(item.terms.hash)) == replace(
            TERMS,
            purposes=frozenset({ACADEMIC}),
            columns=frozenset(wanted[name]),
            max_records=700,
            days=45,
            price=Rate(amount_micro=12_000, currency="EUR"),
        )
    assert len({view.request for view in views}) == 1


async def test_a_request_is_narrowed_from_the_offer_and_keeps_its_duties(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner, terms=replace(TERMS, consent=True, attribution=True))

    view = await market.ask_one(developer, dataset, place=GERMANY, model="https://models.example/m1")

    policy = await market.policy(view.terms.hash)
    asked, offered = terms_of(policy), replace(TERMS, consent=True, attribution=True)
    assert asked == replace(
        offered,
        purposes=frozenset({ACADEMIC}),
        columns=frozenset({"rated", "value"}),
        max_records=1_000,
        days=90,
        places=frozenset({GERMANY}),
        models=frozenset({Iri("https://models.example/m1")}),
    )


async def test_of_an_offer_for_several_uses_the_asked_one_is_requested(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.publish(owner)
    purpose = {"@type": "Constraint", "leftOperand": "purpose", "operator": "isA", "rightOperand": {"@id": ACADEMIC}}
    permissions = [
        {"@type": "Permission", "action": action, "constraint": [purpose]}
        for action in ("rep:fineTune", "rep:evaluate")
    ]
    document = {"permission": permissions}
    await publish_offer(market.ports, owner.principal, commands.PublishOffer(dataset=dataset, policy=document))

    view = await market.ask_one(developer, dataset, action=EVALUATE)

    policy = await market.policy(view.terms.hash)
    assert [permission.action.term for permission in policy.permissions] == [EVALUATE]


async def test_a_request_for_many_fails_as_a_whole(market: Market) -> None:
    bazaar, forum = await market.owner("bazaar"), await market.owner("forum")
    developer = await market.developer()
    offered, not_offered = await market.offered(bazaar, "bazaar"), await market.publish(forum, "forum")

    with pytest.raises(OfferMissingError) as refused:
        await market.ask(developer, offered, not_offered)

    assert refused.value.dataset == not_offered
    assert await market.events(LicenceRequested) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": ()}, "items"),
        ({"items": tuple(RequestedItem(dataset=str(each), columns=("value",)) for each in range(101))}, "items"),
        ({"items": (RequestedItem(dataset="urn:d", columns=("value",)),) * 2}, "items"),
        ({"items": (RequestedItem(dataset="urn:d", columns=()),)}, "items.0.columns"),
        ({"days": 36_501}, "days"),
        ({"message": "x" * 4_001}, "message"),
    ],
)
async def test_a_request_is_complete(market: Market, changes: dict[str, object], field: str) -> None:
    developer = await market.developer()

    with pytest.raises(InputInvalidError) as refused:
        await market.ask(developer, "urn:d", **changes)

    assert refused.value.field == field


async def test_a_dataset_that_is_not_there_cannot_be_asked_for(market: Market) -> None:
    with pytest.raises(NotFoundError):
        await market.ask(await market.developer(), "urn:muniment:dataset:none")


async def test_columns_that_the_dataset_does_not_have_cannot_be_asked_for(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)

    with pytest.raises(PolicyError):
        await market.ask(developer, dataset, columns=("metric",))

    assert await market.events(LicenceRequested) == []


async def test_only_developers_ask(market: Market) -> None:
    owner = await market.owner()
    dataset = await market.offered(owner)
    disguised = replace(owner, principal=replace(owner.principal, scopes=frozenset(Scope)))

    with pytest.raises(ScopeMissingError):
        await market.ask(owner, dataset)
    with pytest.raises(RoleNotAllowedError):
        await market.ask(disguised, dataset)


async def test_negotiating_needs_a_scope(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    view = await market.ask_one(developer, await market.offered(owner))
    silent = replace(owner, principal=owner.without(Scope.LICENCE_NEGOTIATE))

    for act in (
        market.accept(silent, view),
        market.reject(silent, view, REASONS),
        market.counter(silent, view, TERMS),
        market.sign_anyway(silent, view),
    ):
        with pytest.raises(ScopeMissingError):
            await act


async def test_a_foreign_negotiation_looks_absent(market: Market) -> None:
    owner, developer, stranger = await market.owner(), await market.developer(), await market.developer()
    view = await market.ask_one(developer, await market.offered(owner))

    for act in (
        market.accept(stranger, view),
        market.reject(stranger, view, REASONS),
        market.counter(stranger, view, TERMS),
        market.sign_anyway(stranger, view),
        market.see(stranger, view),
    ):
        with pytest.raises(NotFoundError) as refused:
            await act
        assert str(refused.value) == f"no licence request `{view.negotiation}`"


async def test_nothing_is_offered_for_another_use(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)

    with pytest.raises(OfferMissingError):
        await market.ask(developer, dataset, action=EVALUATE)


async def test_an_offer_that_has_run_out_is_no_offer(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    soon = market.clock().replace(hour=13)
    dataset = await market.offered(owner, terms=replace(TERMS, valid_until=soon))
    await market.ask_one(developer, dataset)

    market.clock.advance(3_600)

    with pytest.raises(OfferMissingError):
        await market.ask_one(developer, dataset)


async def test_terms_that_run_out_while_they_lie_there_cannot_be_accepted(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner, terms=replace(TERMS, valid_until=market.clock().replace(hour=13)))
    view = await market.ask_one(developer, dataset)

    market.clock.advance(3_600)

    with pytest.raises(PolicyError):
        await market.accept(owner, view)
    assert (await market.see(owner, view)).state == "REQUESTED"


async def test_the_licence_ends_when_its_terms_do(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    end = market.clock().replace(hour=13)
    dataset = await market.offered(owner, terms=replace(TERMS, valid_until=end))

    view = await market.licensed(owner, developer, dataset)

    assert view.licence is not None
    assert view.licence.valid_until == end
    market.clock.advance(3_601)
    seen = await market.see(developer, view)
    assert seen.licence is not None
    assert seen.licence.state == "EXPIRED"


@pytest.mark.requirement("R23")
async def test_a_counter_offer_is_shown_term_by_term_and_accepted(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    asked = await market.ask_one(developer, dataset)
    countered = replace(
        TERMS,
        purposes=frozenset({ACADEMIC}),
        columns=frozenset({"value"}),
        max_records=1_000,
        days=90,
        price=Rate(amount_micro=20_000, currency="EUR"),
    )

    await market.counter(owner, asked, countered)

    view = await market.see(developer, asked)
    assert (view.state, view.your_turn) == ("OFFERED", True)
    assert {change.term: change.wider for change in view.changes} == {
        "price": Wider.BEFORE,
        "rep:field": Wider.BEFORE,
    }
    (made,) = await market.events(OfferMade)
    assert isinstance(made, OfferMade)
    assert made.changed == tuple(change.term for change in view.changes)
    accepted = await market.accept(developer, view)
    assert (accepted.state, accepted.your_turn) == ("ACCEPTED", False)
    await market.sign(owner, accepted)
    assert (await market.sign(developer, accepted)).state == "FINALIZED"


ASKED = replace(
    TERMS, purposes=frozenset({ACADEMIC}), columns=frozenset({"rated", "value"}), max_records=1_000, days=90
)
"""What a request of the testkit asks for."""


@pytest.mark.requirement("R23")
@pytest.mark.parametrize(
    ("change", "term"),
    [
        ({"transforms": {"rated": Transform(term=PSEUDONYMISE)}}, "rep:transform:rated"),
        ({"consent": True}, "duty:odrl:obtainConsent"),
        ({"not_together": frozenset({frozenset({"rated", "value"})})}, "rep:notTogether"),
        ({"attribution": True}, "obligation:odrl:attribute"),
        ({"action": EVALUATE}, "action"),
        ({"models": frozenset({Iri("urn:model:acme")})}, "odrl:product"),
        ({"price": Rate(amount_micro=50_000, currency="EUR")}, "price"),
        ({"price": None}, "price"),
    ],
    ids=["privacy", "consent", "joint columns", "attribution", "use", "model", "price", "no price"],
)
async def test_a_counter_offer_changes_the_term_that_it_names_and_no_other(
    market: Market, change: dict[str, Any], term: str
) -> None:
    owner, developer = await market.owner(), await market.developer()
    asked = await market.ask_one(developer, await market.offered(owner))
    assert terms_of(await market.policy(asked.terms.hash)) == ASKED

    await market.counter(owner, asked, replace(ASKED, **change))

    seen = await market.see(developer, asked)
    assert [each.term for each in seen.changes] == [term]
    (made,) = await market.events(OfferMade)
    assert isinstance(made, OfferMade)
    assert made.changed == (term,)
    assert terms_of(await market.policy(seen.terms.hash)) == replace(ASKED, **change)


@pytest.mark.requirement("R23")
@pytest.mark.parametrize("without", range(4))
async def test_what_may_be_passed_on_is_negotiated_too(market: Market, without: int) -> None:
    owner, developer = await market.owner(), await market.developer()
    asked = await market.ask_one(developer, await market.offered(owner))
    document = dict(asked.terms.odrl)
    prohibitions = cast("list[dict[str, Any]]", document["prohibition"])
    left_out = prohibitions[without]
    document["prohibition"] = [each for each in prohibitions if each is not left_out]

    await market.counter(owner, asked, document)

    seen = await market.see(developer, asked)
    (change,) = seen.changes
    assert (change.before is None, change.after, change.wider) == (False, None, Wider.AFTER)
    old, new = await market.policy(asked.terms.hash), await market.policy(seen.terms.hash)
    assert len(new.prohibitions) == len(old.prohibitions) - 1
    assert same_terms(replace(new, prohibitions=old.prohibitions), old)


async def test_both_sides_may_counter_in_turn(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    view = await market.ask_one(developer, dataset)

    await market.counter(owner, view, replace(TERMS, days=30))
    view = await market.counter(developer, view, replace(TERMS, days=60))

    assert not view.your_turn
    assert (await market.see(owner, view)).your_turn
    assert [message.answered_by for message in view.messages] == [None, "OWNER", "DEVELOPER"]
    assert view.hold is not None


async def test_a_counter_that_changes_nothing_is_refused(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    view = await market.ask_one(developer, dataset)
    same = replace(
        TERMS, purposes=frozenset({ACADEMIC}), columns=frozenset({"rated", "value"}), max_records=1_000, days=90
    )

    with pytest.raises(TermsUnchangedError):
        await market.counter(owner, view, same)


async def test_a_whole_odrl_document_can_be_the_counter(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    view = await market.ask_one(developer, dataset)
    document = dict(view.terms.odrl)
    (permission,) = cast("list[dict[str, Any]]", document["permission"])
    document["permission"] = [{**permission, "action": "rep:evaluate"}]

    await market.counter(owner, view, document)

    seen = await market.see(developer, view)
    assert [change.term for change in seen.changes] == ["action"]


async def test_a_developer_s_document_may_leave_out_who_asks(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    view = await market.ask_one(developer, dataset)
    await market.counter(owner, view, replace(TERMS, days=30))
    purpose = {"@type": "Constraint", "leftOperand": "purpose", "operator": "isA", "rightOperand": {"@id": ACADEMIC}}
    rule = {"@type": "Permission", "@id": "urn:x:p", "action": "rep:fineTune", "constraint": [purpose]}

    countered = await market.counter(developer, view, {"permission": [rule]})

    policy = await market.policy(countered.terms.hash)
    assert policy.assignee == developer.party
    assert policy.policy_class is PolicyClass.REQUEST


async def test_terms_for_another_developer_are_refused(market: Market) -> None:
    owner, developer, other = await market.owner(), await market.developer(), await market.developer()
    view = await market.ask_one(developer, await market.offered(owner))
    rule = {"@type": "Permission", "assignee": other.party, "action": "rep:fineTune"}

    with pytest.raises(PolicyMisplacedError) as refused:
        await market.counter(owner, view, {"permission": [rule]})

    assert (refused.value.part, refused.value.found) == ("assignee", other.party)


@pytest.mark.requirement("R29", "R30")
async def test_a_rejection_says_why_per_term_and_an_adjusted_request_is_accepted(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    asked = await market.ask_one(developer, dataset, days=170, columns=("rater", "rated", "value"))

    rejected = await market.reject(owner, asked, REASONS, note="Half a year is too long.")
    adjusted = await market.ask_one(developer, dataset, days=30, adjusts=asked.negotiation)

    assert rejected.state == "TERMINATED"
    seen = await market.see(developer, asked)
    assert seen.reasons == REASONS
    assert seen.messages[-1].note == "Half a year is too long."
    assert not seen.your_turn
    assert adjusted.adjusts == asked.negotiation
    shown = await market.see(owner, adjusted)
    assert {change.term: change.wider for change in shown.changes} == {
        "odrl:elapsedTime": Wider.BEFORE,
        "rep:field": Wider.BEFORE,
    }
    accepted = await market.accept(owner, adjusted)
    assert accepted.state == "ACCEPTED"
    assert [message.kind for message in (await market.see(owner, asked)).messages] == [
        "LicenceRequested",
        "RequestRejected",
    ]


@pytest.mark.requirement("R30")
async def test_only_a_rejected_request_of_one_s_own_about_the_dataset_can_be_adjusted(market: Market) -> None:
    owner, developer, other = await market.owner(), await market.developer(), await market.developer()
    second = await market.owner("forum")
    dataset, elsewhere = await market.offered(owner), await market.offered(second, "forum")
    open_one = await market.ask_one(developer, dataset)
    rejected = await market.ask_one(developer, dataset)
    await market.reject(owner, rejected, REASONS)

    for member, about, adjusts in (
        (developer, dataset, open_one.negotiation),
        (developer, elsewhere, rejected.negotiation),
        (other, dataset, rejected.negotiation),
        (developer, dataset, "urn:muniment:negotiation:none"),
    ):
        with pytest.raises(AdjustsMismatchError):
            await market.ask_one(member, about, adjusts=adjusts)


async def test_the_developer_may_end_it_when_it_has_to_answer(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    view = await market.ask_one(developer, dataset)
    await market.counter(owner, view, replace(TERMS, days=30))

    ended = await market.reject(developer, view, REASONS)

    assert ended.state == "TERMINATED"


@pytest.mark.requirement("R29")
@pytest.mark.parametrize(
    ("reasons", "note", "field"),
    [
        ((), "", "reasons"),
        ((TermReason(term="a term", code="NO"),), "", "reasons.0.term"),
        ((REASONS[0], TermReason(term="x", code="no")), "", "reasons.1.code"),
        (REASONS, "x" * 4_001, "note"),
    ],
)
async def test_reasons_are_machine_readable(
    market: Market, reasons: tuple[TermReason, ...], note: str, field: str
) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    view = await market.ask_one(developer, dataset)

    with pytest.raises(InputInvalidError) as refused:
        await market.reject(owner, view, reasons, note=note)

    assert refused.value.field == field


async def test_only_the_side_whose_turn_it_is_may_act(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    view = await market.ask_one(developer, dataset)

    for act in (
        market.accept(developer, view),
        market.reject(developer, view, REASONS),
        market.counter(developer, view, replace(TERMS, days=1)),
        market.sign_anyway(owner, view),
        market.sign_anyway(developer, view),
    ):
        with pytest.raises(NotYourTurnError):
            await act

    accepted = await market.accept(owner, view)
    for act in (
        market.accept(owner, accepted),
        market.counter(owner, accepted, replace(TERMS, days=1)),
        market.sign(developer, accepted),
    ):
        with pytest.raises(NotYourTurnError):
            await act


async def test_of_two_who_act_at_once_one_gets_a_conflict(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    view = await market.ask_one(developer, dataset)
    racing = market.racing(lambda: market.accept(owner, view))

    with pytest.raises(VersionConflictError) as refused:
        await reject_request(
            racing,
            owner.principal,
            commands.RejectRequest(negotiation=view.negotiation, reasons=REASONS, note="Too late."),
        )

    assert refused.value.stream == view.negotiation
    assert (await market.see(owner, view)).state == "ACCEPTED"
    assert market.texts() == []
