"""What each licensing use case is asked to do: frozen values, already of the right types.

``idempotency_key`` is unique per acting party: a repeated call changes nothing and gives the first result.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from gateway.exchange.errors import InputInvalidError
from graph.journal.events import PartyKind, RowScope, TermReason
from policies.terms import Rate, Terms

PolicyInput: TypeAlias = Terms | Mapping[str, object]
"""Flat terms, or a whole ODRL document (JSON-LD)."""

_KEY_CHARACTERS: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What all commands have.

    Raises:
        InputInvalidError: The idempotency key is empty, too long, or cannot be printed.
    """

    idempotency_key: str | None = None

    def __post_init__(self) -> None:
        """Refuse a key that is empty, too long or not plain text."""
        key = self.idempotency_key
        if key is not None and not (1 <= len(key) <= _KEY_CHARACTERS and key.isprintable()):
            raise InputInvalidError("idempotencyKey", f"1 to {_KEY_CHARACTERS} characters that can be printed")


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteParty(Command):
    """Invite somebody to register a key."""

    kind: PartyKind
    party: str | None = None
    """A party that is known already, for another key; else a new one is made."""
    platform: str = ""
    """The platform the party speaks for, or has an account on."""
    account: str = ""
    """The person's account there; kept as a keyed hash only."""
    token_lifetime_s: int | None = None
    """Shorter life of the party's access tokens, 1 to 600 seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishDataset(Command):
    """Put a source's collection into the catalogue."""

    source: str
    collection: str
    rows: RowScope
    lawful_basis: str
    """DPV legal-basis IRI."""
    sensitive: bool
    account: str = ""
    """The licensor's own account, for ``RowScope.OWN``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidePlatformTerms(Command):
    """Settle what the platform's own terms leave open, for one dataset and one action."""

    dataset: str
    action: str
    allowed: bool
    reason: str
    source: str
    """Where the terms stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishOffer(Command):
    """Offer a dataset under terms."""

    dataset: str
    policy: PolicyInput


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareSigningKey(Command):
    """Make the gateway-held key of an owner for one dataset, and the bounds that the owner is to sign."""

    dataset: str
    bounds: PolicyInput


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateSigning(Command):
    """Delegate signing within bounds to the prepared key."""

    dataset: str
    bounds: Mapping[str, object]
    """The ODRL document that ``prepareSigningKey`` gave."""
    key_id: str
    signature: str
    """Compact JWS, typ ``muniment-delegation+jws``, over ``{bounds: hash, dataset, key}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What people were told when they consented."""

    purposes: tuple[str, ...]
    categories: tuple[str, ...]
    recipients: tuple[str, ...] = ()
    """Party IRIs; empty: any licensee."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConsents(Command):
    """Record that people consented to a notice."""

    platform: str
    notice: Notice
    accounts: tuple[str, ...]
    """1 to 10,000 accounts of the platform; kept as keyed hashes only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsent(Command):
    """The subject takes consent back."""

    notice: str | None = None
    """Digest of one notice; nothing: all of the platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectToUse(Command):
    """The subject objects to the use of their rows on another basis than consent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedItem:
    """One dataset of a request."""

    dataset: str
    columns: tuple[str, ...]


OfferedPrice: TypeAlias = Rate
"""What the developer would pay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLicence(Command):
    """Ask one or many owners for licences."""

    purpose: str
    action: str
    items: tuple[RequestedItem, ...]
    model: str | None = None
    place: str | None = None
    max_records: int | None = None
    days: int | None = None
    price: OfferedPrice | None = None
    adjusts: str | None = None
    """The rejected negotiation this one adjusts."""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterOffer(Command):
    """Answer with terms of one's own."""

    negotiation: str
    policy: PolicyInput


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOffer(Command):
    """Accept the last terms as they stand."""

    negotiation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectRequest(Command):
    """End the negotiation, with reasons per term."""

    negotiation: str
    reasons: tuple[TermReason, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideEthicsCase(Command):
    """Approve or refuse a sensitive use."""

    case: str
    approved: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignAgreement(Command):
    """Sign the agreement: the provider first, then the developer."""

    negotiation: str
    signature: str
    """Compact JWS, typ ``muniment-agreement+jws``, over ``{agreement: iri, policy: hash}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewLicence(Command):
    """Ask for a newer agreement of a licence; terms that are not named stay."""

    licence: str
    purpose: str | None = None
    columns: tuple[str, ...] = ()
    model: str | None = None
    place: str | None = None
    max_records: int | None = None
    days: int | None = None
    valid_until: datetime | None = None
    price: OfferedPrice | None = None
    finding: str | None = None
    """The concern or the run that it follows from."""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeDuty(Command):
    """Take note of a duty."""

    duty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilDuty(Command):
    """Say that a duty is fulfilled."""

    duty: str
    signature: str
    """Compact JWS, typ ``muniment-duty+jws``, over ``{duty, statement: digest}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendLicence(Command):
    """Pause a licence."""

    licence: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeLicence(Command):
    """Let a paused licence act again."""

    licence: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeLicence(Command):
    """End a licence."""

    licence: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareDelivery(Command):
    """Order a package of what the named licences give."""

    licences: tuple[str, ...]
    purpose: str
    action: str
    place: str = ""
    model: str = ""
    rows: int | None = None
    """At most so many of each dataset; nothing: all that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelDelivery(Command):
    """Give up a package of which nothing has left."""

    delivery: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeDelivery(Command):
    """Sign for a package that arrived."""

    delivery: str
    signature: str
    """Compact JWS, typ ``muniment-delivery-receipt+jws``, over ``{delivery, manifest}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRun(Command):
    """Say that a model was trained on a delivery."""

    delivery: str
    model: str
    """IRI, as the licensee names it."""
    action: str
    purpose: str
    started: datetime
    ended: datetime
    metrics: Mapping[str, float]
    """By name; the licensee's own figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileConcern(Command):
    """Question an access or a run."""

    licence: str
    about: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerConcern(Command):
    """Answer a concern."""

    concern: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseConcern(Command):
    """Close a concern."""

    concern: str
    code: str
    """Outcome, in SCREAMING_SNAKE_CASE."""
