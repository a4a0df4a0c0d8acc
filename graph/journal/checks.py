"""Whether a guard holds, inside the transaction that appends."""

from datetime import datetime, timedelta
from typing import assert_never

from graph.errors import (
    ColumnsNotTogetherError,
    ConsentChangedError,
    DecisionOutdatedError,
    EntryInvalidError,
    LicenceExpiredError,
    LicenceStaleError,
    LicenceSuspendedError,
    LicenceTerminatedError,
    QuotaExceededError,
    ReleasedMeanwhileError,
    ReservationMissingError,
    UnfetchedExceededError,
    VersionConflictError,
)
from graph.journal.guards import (
    ColumnsApart,
    ConsentEpochIs,
    DecisionStands,
    ExpectedVersion,
    Guard,
    LicenceLive,
    QuotaAtMost,
    ReleasesCounted,
    ReservationHeld,
    UnfetchedAtMost,
)
from graph.journal.reads.consents import consent_epoch
from graph.journal.reads.deliveries import releases_of, unfetched_of
from graph.journal.reads.events import stream_version
from graph.journal.reads.licences import first_released, released_columns, status_at
from graph.sql.connection import Connection
from graph.sql.statements import deliveries
from graph.sql.statements import licences as statements
from policies.model import LicenceStatus


def check(connection: Connection, guard: Guard, now: datetime, *, booked: int = 0) -> None:  # noqa: C901, PLR0912  # one case per guard
    """Return when the guard holds.

    Args:
        connection: Inside a transaction that is the sole writer.
        guard: The condition.
        now: The transaction's moment.
        booked: Units of the same counter that earlier guards of the entry claim.

    Raises:
        GuardError: it does not hold; the subclass says why.
        EntryInvalidError: the guard itself makes no sense.
        NotOnRecordError: it speaks of a licence that is not there.
    """
    match guard:
        case ExpectedVersion(stream=stream, version=version):
            actual = stream_version(connection, stream)
            if actual != version:
                raise VersionConflictError(stream, version, actual)
        case LicenceLive(licence=licence, version=version):
            _licence_live(connection, licence, version, now)
        case DecisionStands():
            _stands(connection, guard, now)
        case ConsentEpochIs(platform=platform, epoch=epoch):
            if consent_epoch(connection, platform) != epoch:
                raise ConsentChangedError(platform)
        case QuotaAtMost():
            _quota(connection, guard, booked)
        case ReservationHeld():
            _held(connection, guard, booked)
        case ColumnsApart():
            _apart(connection, guard)
        case ReleasesCounted(platform=platform, count=count):
            if releases_of(connection, platform) != count:
                raise ReleasedMeanwhileError(platform)
        case UnfetchedAtMost():
            _unfetched(connection, guard)
        case _:
            assert_never(guard)


def _licence_live(connection: Connection, licence: str, version: int, now: datetime) -> None:
    row = connection.row(statements.STATE, of=licence)
    if row is None:
        raise LicenceStaleError(licence, version)
    stored, actual, valid_until = row
    status = status_at(stored, valid_until, now)
    match status:
        case LicenceStatus.ACTIVE:
            if actual != version:
                raise LicenceStaleError(licence, version)
        case LicenceStatus.SUSPENDED:
            raise LicenceSuspendedError(licence)
        case LicenceStatus.EXPIRED:
            raise LicenceExpiredError(licence, valid_until)
        case LicenceStatus.TERMINATED:
            raise LicenceTerminatedError(licence)
        case _:
            assert_never(status)


def _stands(connection: Connection, guard: DecisionStands, now: datetime) -> None:
    if guard.until is not None and guard.until <= now:
        raise DecisionOutdatedError(guard.licence)
    if guard.period is None:
        return
    first = first_released(connection, guard.licence)
    # WHY: a delivery that is still to come tells that the clock went backwards, so how long it is ago is unknown.
    if first is not None and not timedelta(0) <= now - first < guard.period:
        raise DecisionOutdatedError(guard.licence)


def _quota(connection: Connection, guard: QuotaAtMost, booked: int) -> None:
    if guard.units < 0:
        raise EntryInvalidError("a quota guard asks for less than nothing")
    row = connection.row(statements.USAGE_OF_COUNTER, of=guard.licence, counter=guard.counter)
    used, reserved = (0, 0) if row is None else row
    left = guard.bound - used - reserved - booked
    if guard.units > left:
        raise QuotaExceededError(guard.licence, guard.counter, units=guard.units, left=max(left, 0))


def _held(connection: Connection, guard: ReservationHeld, booked: int) -> None:
    row = connection.row(deliveries.RESERVED, delivery=guard.delivery, licence=guard.licence, counter=guard.counter)
    held = 0 if row is None else row[0] - booked
    if guard.units < 0:
        raise EntryInvalidError("a reservation guard asks for less than nothing")
    if row is None or guard.units > held:
        raise ReservationMissingError(guard.delivery, guard.counter, units=guard.units, held=held)


def _apart(connection: Connection, guard: ColumnsApart) -> None:
    seen = released_columns(connection, guard.licence) | guard.columns
    complete = next((each for each in guard.sets if each <= seen), None)
    if complete is not None:
        raise ColumnsNotTogetherError(guard.licence, complete)


def _unfetched(connection: Connection, guard: UnfetchedAtMost) -> None:
    if unfetched_of(connection, guard.party) >= guard.bound:
        raise UnfetchedExceededError(guard.party, guard.bound)
