"""Suspend, resume and revoke a licence: the next release obeys. What is owed after its end is filed with it."""

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import Draft, recorded_once, recorded_persistently, require_same, the
from gateway.exchange.commands import ResumeLicence, RevokeLicence, SuspendLicence
from gateway.exchange.duties.after_end import duties_of_end
from gateway.exchange.errors import LicenceStateError, RoleNotAllowedError
from gateway.exchange.existing import existing_dataset
from gateway.exchange.lookup import own_licence
from gateway.exchange.ports import Ports
from gateway.exchange.presented_licences import licence_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.views import LicenceView
from gateway.exchange.wording import require_code
from graph.journal.events import LicenceResumed, LicenceRevoked, LicenceSuspended
from graph.journal.guards import ExpectedVersion, ReleasesCounted
from graph.journal.rows import LicenceRow
from policies.model import LicenceStatus

Change = SuspendLicence | ResumeLicence | RevokeLicence


async def suspend_licence(ports: Ports, principal: Principal, command: SuspendLicence) -> LicenceView:
    """Pause an active licence; its licensor may.

    Raises:
        ScopeMissingError: Without ``licence:decide``.
        NotFoundError: No licence of the caller's has this IRI.
        LicenceStateError: It is not active.
        InputInvalidError: The code is not one.
        VersionConflictError: It changed meanwhile.
    """
    principal.require(Scope.LICENCE_DECIDE)

    def drafted(reading: Reading) -> Draft:
        row = own_licence(reading, command.licence)
        _require_licensor(row, principal, "suspend a licence that it holds")
        _require_state(row, {LicenceStatus.ACTIVE}, "suspended")
        suspended = LicenceSuspended(licence=row.licence, by=principal.party, code=command.code)
        return Draft(events=(suspended,), expected=_at(row))

    require_code(command.code, "code")
    recorded = await recorded_once(ports, principal, command, drafted)
    return await _result(ports, principal, command, the(recorded, LicenceSuspended, command).licence)


async def resume_licence(ports: Ports, principal: Principal, command: ResumeLicence) -> LicenceView:
    """Let a suspended licence act again; its licensor may.

    Raises:
        ScopeMissingError: Without ``licence:decide``.
        NotFoundError: No licence of the caller's has this IRI.
        LicenceStateError: It is not suspended.
        InputInvalidError: The code is not one.
        VersionConflictError: It changed meanwhile.
    """
    principal.require(Scope.LICENCE_DECIDE)

    def drafted(reading: Reading) -> Draft:
        row = own_licence(reading, command.licence)
        _require_licensor(row, principal, "resume a licence that it holds")
        _require_state(row, {LicenceStatus.SUSPENDED}, "resumed")
        resumed = LicenceResumed(licence=row.licence, by=principal.party, code=command.code)
        return Draft(events=(resumed,), expected=_at(row))

    require_code(command.code, "code")
    recorded = await recorded_once(ports, principal, command, drafted)
    return await _result(ports, principal, command, the(recorded, LicenceResumed, command).licence)


async def revoke_licence(ports: Ports, principal: Principal, command: RevokeLicence) -> LicenceView:
    """End a licence for good; either side may, the licensor with ``licence:decide``, the licensee its own.

    What the agreement says of the time after its end becomes duties, in the same entry.

    Raises:
        ScopeMissingError: Without ``licence:decide`` (licensor) or ``licence:negotiate`` (licensee).
        NotFoundError: No licence of the caller's has this IRI.
        LicenceStateError: It has ended already.
        InputInvalidError: The code is not one.
        VersionConflictError: It changed meanwhile.
    """

    def drafted(reading: Reading) -> Draft:
        row = own_licence(reading, command.licence)
        principal.require(Scope.LICENCE_DECIDE if principal.party == row.assigner else Scope.LICENCE_NEGOTIATE)
        _require_state(row, {LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED, LicenceStatus.EXPIRED}, "revoked")
        revoked = LicenceRevoked(licence=row.licence, by=principal.party, code=command.code)
        platform = existing_dataset(reading, row.dataset).platform
        # INVARIANT: the duties name every package that left, also one that leaves at this very moment.
        count = ReleasesCounted(platform=platform, count=reading.view.releases(platform))
        return Draft(events=(revoked, *duties_of_end(ports, reading, row)), expected=(*_at(row), count))

    require_code(command.code, "code")
    recorded = await recorded_persistently(ports, principal, command, drafted)
    return await _result(ports, principal, command, the(recorded, LicenceRevoked, command).licence)


async def _result(ports: Ports, principal: Principal, command: Change, changed: str) -> LicenceView:
    require_same(changed, command.licence, command)
    return await read(ports, principal, lambda reading: licence_view(reading, own_licence(reading, changed)))


def _at(row: LicenceRow) -> tuple[ExpectedVersion, ...]:
    return (ExpectedVersion(stream=row.licence, version=row.stream_version),)


def _require_licensor(row: LicenceRow, principal: Principal, act: str) -> None:
    if row.assigner != principal.party:
        raise RoleNotAllowedError(principal.kind, act)


def _require_state(row: LicenceRow, allowed: set[LicenceStatus], act: str) -> None:
    if row.state not in allowed:
        raise LicenceStateError(row.licence, row.state.value, act)
