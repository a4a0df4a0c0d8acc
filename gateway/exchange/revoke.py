"""Suspend, resume and revoke a licence: the next release obeys."""

import re
from collections.abc import Callable
from typing import Final

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import Draft, append, first_outcome, require_same, the
from gateway.exchange.commands import ResumeLicence, RevokeLicence, SuspendLicence
from gateway.exchange.errors import InputInvalidError, LicenceStateError, NotFoundError, RoleNotAllowedError
from gateway.exchange.ports import Ports
from gateway.exchange.presented_licences import licence_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.views import LicenceView
from graph.journal.events import LicenceResumed, LicenceRevoked, LicenceSuspended
from graph.journal.guards import ExpectedVersion
from graph.journal.rows import LicenceRow
from policies.model import LicenceStatus

_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{1,63}")

Change = SuspendLicence | ResumeLicence | RevokeLicence
Changed = LicenceSuspended | LicenceResumed | LicenceRevoked


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

    def decided(row: LicenceRow) -> Changed:
        _require_licensor(row, principal, "suspend a licence that it holds")
        _require_state(row, {LicenceStatus.ACTIVE}, "suspended")
        return LicenceSuspended(licence=row.licence, by=principal.party, code=command.code)

    return await _change(ports, principal, command, LicenceSuspended, decided)


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

    def decided(row: LicenceRow) -> Changed:
        _require_licensor(row, principal, "resume a licence that it holds")
        _require_state(row, {LicenceStatus.SUSPENDED}, "resumed")
        return LicenceResumed(licence=row.licence, by=principal.party, code=command.code)

    return await _change(ports, principal, command, LicenceResumed, decided)


async def revoke_licence(ports: Ports, principal: Principal, command: RevokeLicence) -> LicenceView:
    """End a licence for good; either side may, the licensor with ``licence:decide``, the licensee its own.

    Raises:
        ScopeMissingError: Without ``licence:decide`` (licensor) or ``licence:negotiate`` (licensee).
        NotFoundError: No licence of the caller's has this IRI.
        LicenceStateError: It has ended already.
        InputInvalidError: The code is not one.
        VersionConflictError: It changed meanwhile.
    """

    def decided(row: LicenceRow) -> Changed:
        principal.require(Scope.LICENCE_DECIDE if principal.party == row.assigner else Scope.LICENCE_NEGOTIATE)
        _require_state(row, {LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED, LicenceStatus.EXPIRED}, "revoked")
        return LicenceRevoked(licence=row.licence, by=principal.party, code=command.code)

    return await _change(ports, principal, command, LicenceRevoked, decided)


async def _change(
    ports: Ports,
    principal: Principal,
    command: Change,
    event_type: type[Changed],
    decided: Callable[[LicenceRow], Changed],
) -> LicenceView:
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        if not _CODE.fullmatch(command.code):
            raise InputInvalidError("code", "expected SCREAMING_SNAKE_CASE, 2 to 64 characters")
        row = await read(ports, principal, lambda reading: _own(reading, command.licence))
        draft = Draft(
            events=(decided(row),),
            expected=(ExpectedVersion(stream=row.licence, version=row.stream_version),),
        )
        recorded = await append(ports, principal, command, draft)
    licence = the(recorded, event_type, command).licence
    require_same(licence, command.licence, command)
    return await read(ports, principal, lambda reading: licence_view(reading, _own(reading, licence)))


def _own(reading: Reading, licence: str) -> LicenceRow:
    row = reading.view.licence(licence)
    if row is None or reading.reader.party not in {row.assigner, row.assignee}:
        raise NotFoundError("licence", licence)
    return row


def _require_licensor(row: LicenceRow, principal: Principal, act: str) -> None:
    if row.assigner != principal.party:
        raise RoleNotAllowedError(principal.kind, act)


def _require_state(row: LicenceRow, allowed: set[LicenceStatus], act: str) -> None:
    if row.state not in allowed:
        raise LicenceStateError(row.licence, row.state.value, act)
