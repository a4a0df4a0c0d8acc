"""Consent and objection: recorded in batches by whoever speaks for the platform, taken back by the person herself."""

import asyncio
from typing import Final

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import Draft, append, first_outcome, recorded_persistently, require_same, the
from gateway.exchange.commands import Notice, ObjectToUse, RecordConsents, WithdrawConsent
from gateway.exchange.duties.presented import duty_view, visible_duty
from gateway.exchange.duties.take_down import with_take_downs
from gateway.exchange.errors import InputInvalidError, NotFoundError
from gateway.exchange.notices import ConsentNotice
from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading, read
from gateway.exchange.roles import OWNERS, PEOPLE, require_kind, require_person, require_platform
from gateway.exchange.views import ConsentsView, DutyView
from graph.journal.documents import subjects_document
from graph.journal.events import ConsentsGiven, ConsentWithdrawn, DutyFiled, ObjectionRaised, Recorded
from graph.journal.rows import PartyRow
from graph.journal.vault import subject_key
from policies.vocabulary import DATA_ROOT, PROFILE, PURPOSE_ROOT, Iri

MOST_ACCOUNTS: Final = 10_000
MOST_ACCOUNT: Final = 500
MOST_TEXT: Final = 20_000
MOST_NAMED: Final = 100
"""Purposes, categories or recipients of one notice."""


async def record_consents(ports: Ports, principal: Principal, command: RecordConsents) -> ConsentsView:
    """Record that people consented to a notice. Their accounts become keyed hashes here and are not kept.

    Raises:
        ScopeMissingError: Without ``consent:give``.
        RoleNotAllowedError: The caller is no owner.
        PlatformNotYoursError: The caller does not speak for the platform.
        InputInvalidError: No account or too many, or the notice names something unknown, or nothing.
    """
    principal.require(Scope.CONSENT_GIVE)
    require_kind(principal, OWNERS, "record consents")
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        _check(command)
        await read(ports, principal, lambda reading: require_platform(principal, command.platform, reading.view))
        draft = await asyncio.to_thread(_given, ports, principal, command)
        recorded = await append(ports, principal, command, draft)
    given = the(recorded, ConsentsGiven, command)
    require_same(command.platform, given.platform, command)
    return ConsentsView(notice=given.notice, count=given.count)


async def withdraw_consent(ports: Ports, principal: Principal, command: WithdrawConsent) -> tuple[DutyView, ...]:
    """Take consent back, to one notice or to all of the platform; the next release obeys.

    Returns:
        The take-downs that are owed from now on: rows of the person had left with packages.

    Raises:
        ScopeMissingError: Without ``consent:give``.
        RoleNotAllowedError: The caller was not invited as a person on a platform.
        NotFoundError: Nobody of the platform consented to such a notice.
        VersionConflictError: Packages kept leaving while it was recorded.
    """
    principal.require(Scope.CONSENT_GIVE)
    require_kind(principal, PEOPLE, "withdraw consent")

    def drafted(reading: Reading) -> Draft:
        person = _withdrawing(reading, command)
        withdrawn = ConsentWithdrawn(
            platform=person.platform,
            subject=person.subject,
            recorded_by=principal.party,
            notice=command.notice or "",
        )
        return with_take_downs(ports, reading, withdrawn)

    recorded = await recorded_persistently(ports, principal, command, drafted)
    require_same(command.notice or "", the(recorded, ConsentWithdrawn, command).notice, command)
    return await _filed(ports, principal, recorded)


async def object_to_use(ports: Ports, principal: Principal, command: ObjectToUse) -> tuple[DutyView, ...]:
    """Object to the use of one's rows on another basis than consent; the next release obeys.

    Returns:
        The take-downs that are owed from now on: rows of the person had left with packages.

    Raises:
        ScopeMissingError: Without ``consent:give``.
        RoleNotAllowedError: The caller was not invited as a person on a platform.
        VersionConflictError: Packages kept leaving while it was recorded.
    """
    principal.require(Scope.CONSENT_GIVE)
    require_kind(principal, PEOPLE, "object to use")

    def drafted(reading: Reading) -> Draft:
        person = require_person(principal, reading.view)
        objection = ObjectionRaised(platform=person.platform, subject=person.subject, recorded_by=principal.party)
        return with_take_downs(ports, reading, objection)

    recorded = await recorded_persistently(ports, principal, command, drafted)
    the(recorded, ObjectionRaised, command)
    return await _filed(ports, principal, recorded)


async def _filed(ports: Ports, principal: Principal, recorded: tuple[Recorded, ...]) -> tuple[DutyView, ...]:
    """The duties among the events, as they are now."""
    filed = [each.event.duty for each in recorded if isinstance(each.event, DutyFiled)]

    def found(reading: Reading) -> tuple[DutyView, ...]:
        return tuple(duty_view(reading, visible_duty(reading, duty)) for duty in filed)

    return await read(ports, principal, found)


def _check(command: RecordConsents) -> None:
    if not 1 <= len(command.accounts) <= MOST_ACCOUNTS:
        raise InputInvalidError("accounts", f"expected 1 to {MOST_ACCOUNTS}")
    for position, account in enumerate(command.accounts):
        if not 1 <= len(account) <= MOST_ACCOUNT:
            raise InputInvalidError(f"accounts.{position}", f"expected 1 to {MOST_ACCOUNT} characters")
    _check_notice(command.notice)


def _check_notice(notice: Notice) -> None:
    for name, named, root in (
        ("purposes", notice.purposes, PURPOSE_ROOT),
        ("categories", notice.categories, DATA_ROOT),
    ):
        if not 1 <= len(named) <= MOST_NAMED:
            raise InputInvalidError(f"notice.{name}", f"expected 1 to {MOST_NAMED}")
        for position, iri in enumerate(named):
            if PROFILE.is_a(Iri(iri), root) is not True:
                raise InputInvalidError(f"notice.{name}.{position}", f"`{iri}` is not in the vocabulary")
    if len(notice.recipients) > MOST_NAMED:
        raise InputInvalidError("notice.recipients", f"at most {MOST_NAMED}")
    if not 1 <= len(notice.text.strip()) <= MOST_TEXT:
        raise InputInvalidError("notice.text", f"expected 1 to {MOST_TEXT} characters")


def _given(ports: Ports, principal: Principal, command: RecordConsents) -> Draft:
    """The event and its documents: the notice, and the keyed hashes of those who consented."""
    salt = ports.vault.salt(command.platform)
    people = frozenset(subject_key(salt, command.platform, account) for account in command.accounts)
    notice = ConsentNotice(
        platform=command.platform,
        purposes=tuple(sorted(set(command.notice.purposes))),
        categories=tuple(sorted(set(command.notice.categories))),
        recipients=tuple(sorted(set(command.notice.recipients))),
        text=command.notice.text,
    ).document()
    subjects = subjects_document(people)
    given = ConsentsGiven(
        notice=notice.digest,
        platform=command.platform,
        recorded_by=principal.party,
        subjects=subjects.digest,
        count=len(people),
    )
    return Draft(events=(given,), documents=(notice, subjects))


def _withdrawing(reading: Reading, command: WithdrawConsent) -> PartyRow:
    person = require_person(reading.reader, reading.view)
    if command.notice is not None and command.notice not in reading.view.notices(person.platform):
        raise NotFoundError("notice", command.notice)
    return person
