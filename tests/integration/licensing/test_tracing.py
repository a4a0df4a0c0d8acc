"""From a receipt back to agreement, owner, platform and consent; and the log of accesses."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.auth.errors import ScopeMissingError
from gateway.auth.scopes import Scope
from gateway.exchange.errors import NotFoundError
from gateway.exchange.reading import Reading
from gateway.exchange.trace import access_log, access_view, find_access, trace_receipt
from gateway.exchange.views import LicenceView
from graph.journal.documents import Document
from graph.journal.entries import Entry
from graph.journal.events import AccessDenied, AccessRecorded, AccessWithheld, PartyKind
from graph.provenance.projector import Projector
from policies.vocabulary import FINE_TUNE
from tests.testkit.licensing import ACADEMIC, INTEREST, Market, Member

NOTICE = "sha-256:" + "33" * 32
DIGEST = "sha-256:" + "44" * 32


async def licensed(market: Market) -> tuple[Member, Member, LicenceView]:
    owner, developer = await market.owner(), await market.developer()
    view = await market.licensed(owner, developer, await market.offered(owner))
    assert view.licence is not None
    return owner, developer, view.licence


async def accesses(market: Market, developer: Member, licence: LicenceView) -> tuple[str, str, str]:
    """One access of each outcome, under a licence; gives their IRIs."""
    recorded, denied, withheld = (market.ports.ids.new("access") for _ in range(3))
    common: dict[str, Any] = {
        "operation": DIGEST,
        "licence": licence.licence,
        "dataset": licence.dataset.dataset,
        "party": developer.party,
        "client": developer.principal.client,
        "action": FINE_TUNE,
        "purpose": ACADEMIC,
    }
    refusal: dict[str, Any] = {**common, "stage": "decide", "code": "COLUMN_NOT_LICENSED", "clause": "urn:x#p1"}
    await market.record(
        AccessRecorded(
            **common,
            access=recorded,
            agreement=licence.agreement.agreement,
            policy=licence.agreement.policy.hash,
            source="bazaar",
            columns=("rated", "value"),
            rows=7,
            withheld=1,
            lawful_basis=INTEREST,
            notices=(NOTICE,),
            subjects=DIGEST,
            units=7,
            price_micro=70_000,
            currency="EUR",
            decision=DIGEST,
        ),
        AccessDenied(**refusal, access=denied),
        AccessWithheld(**{**refusal, "stage": "commit", "code": "CONSENT_CHANGED"}, access=withheld, rows=3),
    )
    return recorded, denied, withheld


async def test_a_receipt_leads_to_agreement_owner_platform_and_consent(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    recorded, *_ = await accesses(market, developer, licence)
    projector = Projector(market.ports.journal, market.ports.store)
    await projector.catch_up()

    trace = await trace_receipt(market.ports, developer.principal, recorded)

    assert (trace.licence, trace.agreement) == (licence.licence, licence.agreement.agreement)
    assert (trace.owner, trace.developer) == (owner.party, developer.party)
    assert (trace.platform, trace.dataset) == ("bazaar", licence.dataset.dataset)
    assert (trace.lawful_basis, trace.notices) == (INTEREST, (NOTICE,))
    assert trace.access.receipt is not None
    assert trace.access.receipt.id == recorded
    reached = {node.id for node in trace.graph.nodes}
    assert {licence.licence, licence.dataset.dataset, owner.party} <= reached


async def test_sides_and_auditors_can_trace_and_nobody_else(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    recorded, denied, _ = await accesses(market, developer, licence)
    auditor, stranger = await market.join(PartyKind.AUDITOR), await market.developer()

    for member in (owner, developer, auditor):
        assert (await trace_receipt(market.ports, member.principal, recorded)).licence == licence.licence
    for member, iri in ((stranger, recorded), (auditor, denied), (auditor, "urn:muniment:access:none")):
        with pytest.raises(NotFoundError) as refused:
            await trace_receipt(market.ports, member.principal, iri)
        assert (refused.value.noun, refused.value.iri) == ("access", iri)


async def test_the_log_shows_what_left_and_what_did_not(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    names = await accesses(market, developer, licence)

    page = await access_log(market.ports, owner.principal, licence.licence, first=2)
    rest = await access_log(market.ports, owner.principal, licence.licence, first=2, after=names[1])

    assert page.has_next
    left, denied = page.items
    (withheld,) = rest.items
    assert tuple(each.access for each in (left, denied, withheld)) == names
    assert [each.kind for each in (left, denied, withheld)] == ["RECORDED", "DENIED", "WITHHELD"]
    assert (left.rows, left.columns, left.price_micro, left.currency) == (7, ("rated", "value"), 70_000, "EUR")
    assert left.problem is None
    assert denied.problem is not None
    assert (denied.problem.stage, denied.problem.code) == ("decide", "COLUMN_NOT_LICENSED")
    assert (denied.rows, denied.receipt) == (0, None)
    assert (withheld.rows, withheld.columns) == (3, ())


async def test_a_decision_in_an_earlier_form_leaves_what_the_event_says(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    await accesses(market, developer, licence)
    earlier = Document(media_type="application/vnd.muniment.decision+json", content=b'{"columns":"frozenset()"}')
    (recorded,) = await market.events(AccessRecorded)
    assert isinstance(recorded, AccessRecorded)
    again = replace(recorded, access="urn:muniment:access:early", decision=earlier.digest)
    await market.ports.journal.append(Entry(events=(again,), documents=(earlier,)))

    (*_, shown) = (await access_log(market.ports, owner.principal, licence.licence, first=9)).items

    assert (shown.access, shown.decision.effect, shown.decision.columns) == (again.access, "permit", recorded.columns)


async def test_one_access_is_shown_to_whoever_asked_to_the_sides_and_to_auditors(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    _, denied, _ = await accesses(market, developer, licence)
    auditor, stranger = await market.join(PartyKind.AUDITOR), await market.developer()

    for member in (owner, developer, auditor):
        view = await find_access(market.ports, member.principal, denied)
        assert (view.access, view.kind) == (denied, "DENIED")
    for member, iri in ((stranger, denied), (auditor, licence.licence), (developer, developer.party)):
        with pytest.raises(NotFoundError):
            await find_access(market.ports, member.principal, iri)
    with pytest.raises(ScopeMissingError):
        await find_access(market.ports, developer.without(Scope.GRAPH_QUERY), denied)


async def test_an_access_without_a_licence_is_the_asker_s_and_the_auditor_s(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    auditor = await market.join(PartyKind.AUDITOR)
    iri = market.ports.ids.new("access")
    await market.record(
        AccessDenied(
            access=iri,
            operation=DIGEST,
            licence="",
            dataset=licence.dataset.dataset,
            party=developer.party,
            client=developer.principal.client,
            action=FINE_TUNE,
            purpose=ACADEMIC,
            stage="decide",
            code="DATASET_NOT_LICENSED",
            clause="",
        )
    )

    for member in (developer, auditor):
        assert (await find_access(market.ports, member.principal, iri)).licence is None
    with pytest.raises(NotFoundError):
        await find_access(market.ports, owner.principal, iri)


async def test_a_foreign_log_looks_absent(market: Market) -> None:
    _, _, licence = await licensed(market)
    stranger = await market.developer()

    for iri in (licence.licence, "urn:muniment:licence:none"):
        with pytest.raises(NotFoundError):
            await access_log(market.ports, stranger.principal, iri, first=1)
    with pytest.raises(ScopeMissingError):
        await access_log(market.ports, stranger.without(Scope.GRAPH_QUERY), licence.licence, first=1)
    with pytest.raises(ScopeMissingError):
        await trace_receipt(market.ports, stranger.without(Scope.GRAPH_QUERY), "urn:x")


async def test_one_access_is_shown_to_whoever_asked_to_its_sides_and_to_auditors(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    names = await accesses(market, developer, licence)
    auditor, stranger = await market.join(PartyKind.AUDITOR), await market.developer()

    for member in (owner, developer, auditor):
        shown = [await find_access(market.ports, member.principal, name) for name in names]
        assert [each.kind for each in shown] == ["RECORDED", "DENIED", "WITHHELD"]
    for member, iri in ((stranger, names[1]), (auditor, "urn:muniment:access:none")):
        with pytest.raises(NotFoundError) as refused:
            await find_access(market.ports, member.principal, iri)
        assert (refused.value.noun, refused.value.iri) == ("access", iri)
    with pytest.raises(ScopeMissingError):
        await find_access(market.ports, auditor.without(Scope.GRAPH_QUERY), names[1])


async def test_a_denial_without_a_licence_is_shown_to_whoever_asked_and_to_auditors(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    denied = market.ports.ids.new("access")
    await market.record(
        AccessDenied(
            access=denied,
            operation=DIGEST,
            licence="",
            dataset=licence.dataset.dataset,
            party=developer.party,
            client=developer.principal.client,
            action=FINE_TUNE,
            purpose=ACADEMIC,
            stage="decide",
            code="DATASET_NOT_LICENSED",
            clause="",
        )
    )

    assert (await find_access(market.ports, developer.principal, denied)).licence is None
    with pytest.raises(NotFoundError):
        await find_access(market.ports, owner.principal, denied)


async def test_what_is_no_access_has_no_view_as_one(market: Market) -> None:
    auditor = (await market.join(PartyKind.AUDITOR)).principal
    (first, *_) = await market.ports.journal.events()

    with pytest.raises(NotFoundError):
        await market.ports.journal.view(
            lambda view: access_view(market.ports, Reading.of(market.ports, auditor, view), first)
        )
