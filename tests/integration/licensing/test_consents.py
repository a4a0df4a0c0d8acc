"""Consents are recorded for people, without keeping who they are, and taken back by themselves."""

from dataclasses import replace

import pytest

from gateway.auth.errors import ScopeMissingError
from gateway.auth.scopes import Scope
from gateway.exchange import commands
from gateway.exchange.consents import object_to_use, record_consents, withdraw_consent
from gateway.exchange.errors import InputInvalidError, NotFoundError, PlatformNotYoursError, RoleNotAllowedError
from gateway.exchange.views import ConsentsView
from graph.journal.events import ConsentsGiven, ConsentWithdrawn, ObjectionRaised, PartyKind
from graph.journal.rows import ConsentSnapshot
from graph.journal.vault import subject_key
from policies.vocabulary import PD
from tests.testkit.licensing import ACADEMIC, Market, Member

NOTICE = commands.Notice(purposes=(ACADEMIC,), categories=(PD + "GeneralReputation",), text="We share your ratings.")


async def give(market: Market, owner: Member, *accounts: str, **changes: object) -> ConsentsView:
    """Record consents."""
    command = commands.RecordConsents(platform="bazaar", notice=NOTICE, accounts=accounts)
    return await record_consents(market.ports, owner.principal, replace(command, **changes))  # type: ignore[arg-type]


async def known(market: Market, *notices: str) -> ConsentSnapshot:
    """What a read would know."""
    return await market.ports.journal.view(lambda view: view.consents("bazaar", notices))


def person(market: Market, account: str) -> str:
    return subject_key(market.ports.vault.salt("bazaar"), "bazaar", account)


async def test_consents_become_keyed_hashes(market: Market) -> None:
    owner = await market.owner()

    given = await give(market, owner, "ann", "bob", "ann")

    assert given.count == 2
    snapshot = await known(market, given.notice)
    assert snapshot.consented == {person(market, "ann"), person(market, "bob")}
    for recorded in await market.ports.journal.events():
        assert b"ann" not in recorded.canonical
    with market.engine.connect() as connection:
        for content, *_ in connection.exec_driver_sql("SELECT content FROM document"):
            assert b"ann" not in bytes(content)


async def test_the_same_notice_is_one_notice(market: Market) -> None:
    owner = await market.owner()

    first = await give(market, owner, "ann")
    again = await give(market, owner, "bob", notice=replace(NOTICE, purposes=(ACADEMIC, ACADEMIC)))

    assert first.notice == again.notice
    assert len((await known(market, first.notice)).consented) == 2


async def test_a_withdrawal_acts_on_one_notice_or_on_all(market: Market) -> None:
    owner = await market.owner()
    ann = await market.join(PartyKind.DATA_SUBJECT, platform="bazaar", account="ann")
    first = await give(market, owner, "ann", "bob")
    second = await give(market, owner, "ann", notice=replace(NOTICE, text="And your name."))

    await withdraw_consent(market.ports, ann.principal, commands.WithdrawConsent(notice=first.notice))

    assert (await known(market, first.notice)).consented == {person(market, "bob")}
    assert (await known(market, second.notice)).consented == {person(market, "ann")}
    await withdraw_consent(market.ports, ann.principal, commands.WithdrawConsent())
    assert (await known(market, second.notice)).consented == frozenset()


async def test_an_objection_is_on_record(market: Market) -> None:
    ann = await market.join(PartyKind.DATA_SUBJECT, platform="bazaar", account="ann")

    assert await object_to_use(market.ports, ann.principal, commands.ObjectToUse()) == ()

    assert (await known(market)).objected == {person(market, "ann")}


async def test_an_avatar_owner_speaks_for_herself_too(market: Market) -> None:
    owner = await market.owner()
    dora = await market.join(PartyKind.AVATAR_OWNER, platform="bazaar", account="dora")
    given = await give(market, owner, "dora")

    await withdraw_consent(market.ports, dora.principal, commands.WithdrawConsent(notice=given.notice))

    assert (await known(market, given.notice)).consented == frozenset()


@pytest.mark.requirement("R17")
async def test_only_whoever_speaks_for_the_platform_records_consents(market: Market) -> None:
    await market.owner()
    forum, developer = await market.owner("forum"), await market.developer()
    dora = await market.join(PartyKind.AVATAR_OWNER, platform="bazaar", account="dora")
    ann = await market.join(PartyKind.DATA_SUBJECT, platform="bazaar", account="ann")

    for member, refusal in (
        (forum, PlatformNotYoursError),
        (dora, PlatformNotYoursError),
        (ann, RoleNotAllowedError),
        (developer, ScopeMissingError),
    ):
        with pytest.raises(refusal):
            await give(market, member, "bob")
    assert await market.events(ConsentsGiven) == []


@pytest.mark.requirement("R17")
async def test_only_a_person_withdraws_or_objects(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    nobody = await market.join(PartyKind.AVATAR_OWNER)

    for member, refusal in (
        (owner, RoleNotAllowedError),
        (nobody, RoleNotAllowedError),
        (developer, ScopeMissingError),
    ):
        with pytest.raises(refusal):
            await withdraw_consent(market.ports, member.principal, commands.WithdrawConsent())
        with pytest.raises(refusal):
            await object_to_use(market.ports, member.principal, commands.ObjectToUse())
    assert await market.events(ConsentWithdrawn, ObjectionRaised) == []


async def test_consent_to_a_notice_nobody_knows_cannot_be_withdrawn(market: Market) -> None:
    ann = await market.join(PartyKind.DATA_SUBJECT, platform="bazaar", account="ann")

    with pytest.raises(NotFoundError):
        await withdraw_consent(market.ports, ann.principal, commands.WithdrawConsent(notice="sha-256:none"))


async def test_a_token_without_the_scope_opens_nothing(market: Market) -> None:
    owner = await market.owner()

    with pytest.raises(ScopeMissingError):
        await record_consents(
            market.ports,
            owner.without(Scope.CONSENT_GIVE),
            commands.RecordConsents(platform="bazaar", notice=NOTICE, accounts=("ann",)),
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"accounts": ()}, "accounts"),
        ({"accounts": tuple(map(str, range(10_001)))}, "accounts"),
        ({"accounts": ("ann", "")}, "accounts.1"),
        ({"accounts": ("x" * 501,)}, "accounts.0"),
        ({"notice": replace(NOTICE, purposes=())}, "notice.purposes"),
        ({"notice": replace(NOTICE, purposes=("https://w3id.org/dpv#Nothing",))}, "notice.purposes.0"),
        ({"notice": replace(NOTICE, categories=(ACADEMIC,))}, "notice.categories.0"),
        ({"notice": replace(NOTICE, categories=tuple(map(str, range(101))))}, "notice.categories"),
        ({"notice": replace(NOTICE, recipients=tuple(map(str, range(101))))}, "notice.recipients"),
        ({"notice": replace(NOTICE, text=" ")}, "notice.text"),
    ],
)
async def test_a_batch_and_its_notice_are_complete(market: Market, changes: dict[str, object], field: str) -> None:
    owner = await market.owner()

    with pytest.raises(InputInvalidError) as refused:
        await give(market, owner, "ann", **changes)

    assert refused.value.field == field


async def test_ten_thousand_consents_are_one_event(market: Market) -> None:
    owner = await market.owner()

    given = await give(market, owner, *map(str, range(10_000)))

    assert given.count == 10_000
    assert len(await market.events(ConsentsGiven)) == 1
