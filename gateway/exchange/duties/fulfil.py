"""Duties: their debtor takes note of one, and it is fulfilled by a signed statement."""

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import Draft, recorded_once, require_same, the
from gateway.exchange.commands import AcknowledgeDuty, FulfilDuty
from gateway.exchange.duties.presented import duty_view, names_of, visible_duty
from gateway.exchange.duties.statement import statement_of
from gateway.exchange.errors import DutyClosedError, DutyWaitsError, RoleNotAllowedError, SignatureRefusedError
from gateway.exchange.paging import page
from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading, read
from gateway.exchange.registered_keys import registered_key
from gateway.exchange.views import DutyView, Page
from graph.errors import SignatureInvalidError
from graph.journal.events import DutyAcknowledged, DutyFulfilled, DutyKind
from graph.journal.guards import ExpectedVersion
from graph.journal.registers.duties import waits_for
from graph.journal.rows import DutyRow, DutyState
from graph.signing import DUTY_TYP, thumbprint, verify


async def acknowledge_duty(ports: Ports, principal: Principal, command: AcknowledgeDuty) -> DutyView:
    """Take note of a duty of one's own.

    Raises:
        ScopeMissingError: Without ``usage:report``.
        NotFoundError: No duty of the caller's has this IRI.
        RoleNotAllowedError: The caller does not owe it.
        DutyClosedError: Note was taken, or it is fulfilled.
        VersionConflictError: It changed meanwhile.
    """
    principal.require(Scope.USAGE_REPORT)

    def drafted(reading: Reading) -> Draft:
        row = visible_duty(reading, command.duty)
        if row.assignee != principal.party:
            raise RoleNotAllowedError(principal.kind, "take note of a duty of another")
        if row.state is not DutyState.OPEN:
            raise DutyClosedError(row.duty, row.state.value)
        return Draft(events=(DutyAcknowledged(duty=row.duty, by=principal.party),), expected=_at(row))

    recorded = await recorded_once(ports, principal, command, drafted)
    require_same(the(recorded, DutyAcknowledged, command).duty, command.duty, command)
    return await duty(ports, principal, command.duty)


async def fulfil_duty(ports: Ports, principal: Principal, command: FulfilDuty) -> DutyView:
    """Say that a duty is fulfilled, by a signature under what it is about.

    Raises:
        ScopeMissingError: Without ``usage:report``; of a payment, which the owner confirms, ``licence:decide``.
        NotFoundError: No duty of the caller's has this IRI.
        RoleNotAllowedError: It is for the other side to say.
        DutyClosedError: It is fulfilled.
        DutyWaitsError: Another duty has to be fulfilled before it.
        SignatureRefusedError: The signature is not the caller's, or is under something else.
        VersionConflictError: It changed meanwhile.
    """

    def drafted(reading: Reading) -> Draft:
        row = visible_duty(reading, command.duty)
        _require_turn(reading, row)
        statement = statement_of(reading, row)
        fulfilled = DutyFulfilled(
            duty=row.duty,
            by=principal.party,
            statement=statement.digest,
            key=_verified(ports, principal, row.duty, statement.digest, command.signature),
            signature=command.signature,
        )
        return Draft(events=(fulfilled,), expected=_at(row), documents=(statement,))

    recorded = await recorded_once(ports, principal, command, drafted)
    require_same(the(recorded, DutyFulfilled, command).duty, command.duty, command)
    return await duty(ports, principal, command.duty)


async def duty(ports: Ports, principal: Principal, iri: str) -> DutyView:
    """One duty, to its sides, to whoever raised it, and to auditors.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is none that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)
    return await read(ports, principal, lambda reading: duty_view(reading, visible_duty(reading, iri)))


async def duty_statement(ports: Ports, principal: Principal, iri: str) -> str:
    """What is to be signed when the duty is fulfilled, or was: JSON, byte for byte.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is none that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)

    def found(reading: Reading) -> str:
        return statement_of(reading, visible_duty(reading, iri)).content.decode()

    return await read(ports, principal, found)


async def duties(ports: Ports, principal: Principal, *, first: int, after: str | None = None) -> Page[DutyView]:
    """What the caller owes, is owed, or raised, the oldest first.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: ``after`` is none that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)

    def found(reading: Reading) -> Page[DutyView]:
        start = None if after is None else visible_duty(reading, after).seq
        person = max(names_of(reading) - {principal.party}, default=principal.party)
        rows = reading.view.duties(principal.party, person, after=start, limit=first + 1)
        return page(rows, first, lambda row: duty_view(reading, row))

    return await read(ports, principal, found)


def _require_turn(reading: Reading, row: DutyRow) -> None:
    reader = reading.reader
    reader.require(Scope.LICENCE_DECIDE if row.kind is DutyKind.SETTLE else Scope.USAGE_REPORT)
    if reader.party != row.fulfilled_by:
        raise RoleNotAllowedError(reader.kind, "say that this duty is fulfilled")
    if row.state is DutyState.FULFILLED:
        raise DutyClosedError(row.duty, row.state.value)
    before = waits_for(row, reading.view.duties_of(row.licence))
    if before is not None:
        raise DutyWaitsError(row.duty, before.duty)


def _verified(ports: Ports, signer: Principal, duty: str, statement: str, signature: str) -> str:
    """The thumbprint of the signer's registered key, when it made this signature under this statement."""
    key = registered_key(ports, signer)
    try:
        signed = verify(signature, key, typ=DUTY_TYP)
    except SignatureInvalidError as problem:
        raise SignatureRefusedError(duty, problem.message) from problem
    if signed != {"duty": duty, "statement": statement}:
        raise SignatureRefusedError(duty, "it covers another duty or another statement")
    return thumbprint(key)


def _at(row: DutyRow) -> tuple[ExpectedVersion, ...]:
    return (ExpectedVersion(stream=row.duty, version=row.version),)
