"""Errors of the record: of the journal and its guards, of signatures, and of the stores behind them."""

from typing import Final

from policies.errors import CodedError


class RecordError(CodedError):
    """The record refuses, or cannot be trusted."""


class JournalCorruptError(RecordError):
    """What is stored contradicts itself or the last signed head; the journal does not serve and repairs nothing."""

    code = "JOURNAL_CORRUPT"

    def __init__(self, finding: str, *, seq: int | None = None) -> None:
        place = "" if seq is None else f" at seq `{seq}`"
        super().__init__(
            f"the journal is not what was recorded: {finding}{place}",
            hint="restore the newest backup that agrees with the last signed head; never sign the altered one",
        )
        self.finding = finding
        self.seq = seq


class JournalClosedError(RecordError):
    """The journal was closed; nothing was appended."""

    code = "JOURNAL_CLOSED"

    def __init__(self) -> None:
        super().__init__("the journal is closed")


class JournalWriteError(RecordError):
    """The transaction did not commit: nothing of it is durable, so nothing may be released on its strength."""

    code = "JOURNAL_WRITE_FAILED"

    def __init__(self, problem: str) -> None:
        super().__init__(f"the journal could not write: {problem}", hint="look at disk space and file permissions")
        self.problem = problem


class EntryInvalidError(RecordError):
    """An entry cannot be recorded as it stands, whatever the state of the registers."""

    code = "ENTRY_INVALID"

    def __init__(self, problem: str) -> None:
        super().__init__(f"the entry cannot be recorded: {problem}")
        self.problem = problem


class MoveRefusedError(RecordError):
    """An event asks for a move that the state of its thing does not allow."""

    code = "MOVE_REFUSED"

    def __init__(self, event: str, thing: str, problem: str) -> None:
        super().__init__(f"`{event}` is not possible for `{thing}`: {problem}")
        self.event = event
        self.thing = thing
        self.problem = problem


class NotOnRecordError(RecordError):
    """An event or a question names something that the journal does not know."""

    code = "NOT_ON_RECORD"

    def __init__(self, thing: str) -> None:
        super().__init__(f"`{thing}` is not on record")
        self.thing = thing


class GuardError(RecordError):
    """A condition did not hold at the moment of the commit; nothing was appended."""


class VersionConflictError(GuardError):
    """Somebody else appended to the stream first."""

    code = "VERSION_CONFLICT"

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(
            f"`{stream}` has `{actual}` events, not `{expected}`", hint="read the present state, then decide again"
        )
        self.stream = stream
        self.expected = expected
        self.actual = actual


class LicenceTerminatedError(GuardError):
    """The licence was revoked or ended."""

    code = "LICENCE_TERMINATED"

    def __init__(self, licence: str) -> None:
        super().__init__(f"licence `{licence}` is terminated")
        self.licence = licence


class LicenceSuspendedError(GuardError):
    """The licensor paused the licence."""

    code = "LICENCE_SUSPENDED"

    def __init__(self, licence: str) -> None:
        super().__init__(f"licence `{licence}` is suspended")
        self.licence = licence


class LicenceExpiredError(GuardError):
    """The licence is past its end."""

    code = "LICENCE_EXPIRED"

    def __init__(self, licence: str, valid_until: str) -> None:
        super().__init__(f"licence `{licence}` ended at `{valid_until}`")
        self.licence = licence
        self.valid_until = valid_until


class LicenceStaleError(GuardError):
    """No licence is in force under that agreement version: it is another version, or there is no such licence."""

    code = "LICENCE_STALE"

    def __init__(self, licence: str, version: int) -> None:
        super().__init__(
            f"licence `{licence}` is not in force in version `{version}`",
            hint="ask for a token for the present version",
        )
        self.licence = licence
        self.version = version


class DecisionOutdatedError(GuardError):
    """The decision was made too long ago: since then time alone may have changed what it rests on."""

    code = "DECISION_OUTDATED"

    def __init__(self, licence: str) -> None:
        super().__init__(f"the decision under licence `{licence}` was made too long ago", hint="ask again")
        self.licence = licence


class ConsentChangedError(GuardError):
    """A consent or an objection of the platform changed after the rows were masked."""

    code = "CONSENT_CHANGED"

    def __init__(self, platform: str) -> None:
        super().__init__(f"consents of `{platform}` changed before the release", hint="ask again")
        self.platform = platform


class QuotaExceededError(GuardError):
    """The licence has fewer units left than the release needs."""

    code = "LICENCE_QUOTA_EXCEEDED"

    def __init__(self, licence: str, counter: str, *, units: int, left: int) -> None:
        super().__init__(f"licence `{licence}` has `{left}` units left of `{counter}`, `{units}` are needed")
        self.licence = licence
        self.counter = counter
        self.units = units
        self.left = left


class ReservationMissingError(GuardError):
    """The delivery does not hold the units that are to be booked."""

    code = "RESERVATION_MISSING"

    def __init__(self, delivery: str, counter: str, *, units: int, held: int) -> None:
        super().__init__(
            f"delivery `{delivery}` holds `{held}` units of `{counter}`, `{units}` are needed",
            hint="order the delivery again",
        )
        self.delivery = delivery
        self.counter = counter
        self.units = units
        self.held = held


class ColumnsNotTogetherError(GuardError):
    """Since the decision, columns were released under the licence that must not meet those of this release."""

    code = "COLUMNS_NOT_TOGETHER"

    def __init__(self, licence: str, columns: frozenset[str]) -> None:
        named = ", ".join(f"`{each}`" for each in sorted(columns))
        super().__init__(f"the columns {named} may not all be seen together under licence `{licence}`")
        self.licence = licence
        self.columns = columns


class ReleasedMeanwhileError(GuardError):
    """A package with rows of the platform left after it was looked up who has some."""

    code = "RELEASED_MEANWHILE"

    def __init__(self, platform: str) -> None:
        super().__init__(f"a package with records of `{platform}` left meanwhile", hint="try again")
        self.platform = platform


class UnfetchedExceededError(GuardError):
    """As many packages of the party are prepared or wait to be fetched as may."""

    code = "TOO_MANY_DELIVERIES"

    def __init__(self, party: str, bound: int) -> None:
        super().__init__(f"`{bound}` deliveries of `{party}` are being prepared or wait to be fetched, and no more may")
        self.party = party
        self.bound = bound


class ProofUnavailableError(RecordError):
    """A proof was asked for an event or a tree size that the journal does not have."""

    code = "PROOF_UNAVAILABLE"

    def __init__(self, asked: int, size: int) -> None:
        super().__init__(f"the journal has `{size}` events; nothing can be proved about `{asked}`")
        self.asked = asked
        self.size = size


class SignatureInvalidError(RecordError):
    """A signature, its header or its form is not what it must be; whatever it was to show is not shown."""

    code = "SIGNATURE_INVALID"

    def __init__(self, problem: str) -> None:
        super().__init__(f"the signature is not valid: {problem}")
        self.problem = problem


class KeyInvalidError(RecordError):
    """A key is not an Ed25519 key in the form of RFC 8037."""

    code = "KEY_INVALID"

    def __init__(self, problem: str) -> None:
        super().__init__(f"the key cannot be used: {problem}", hint="Ed25519 keys only, as a JWK of type OKP")
        self.problem = problem


class DatabaseUrlError(RecordError):
    """The database that the settings name cannot keep a journal."""

    code = "DATABASE_URL_INVALID"

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"the journal's database cannot be used: {problem}", hint="name a file, as `sqlite:////path/journal.db`"
        )
        self.problem = problem


GUARD_CODES: Final = frozenset(
    {
        VersionConflictError.code,
        LicenceTerminatedError.code,
        LicenceSuspendedError.code,
        LicenceExpiredError.code,
        LicenceStaleError.code,
        DecisionOutdatedError.code,
        ConsentChangedError.code,
        QuotaExceededError.code,
        ReservationMissingError.code,
        ColumnsNotTogetherError.code,
        ReleasedMeanwhileError.code,
        UnfetchedExceededError.code,
    }
)
"""Why an entry can be refused by a guard."""
