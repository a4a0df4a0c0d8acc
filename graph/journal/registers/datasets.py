"""Reducers of the catalogue: datasets, platform terms, offers, delegations."""

from datetime import datetime

import msgspec

from graph.errors import EntryInvalidError, MoveRefusedError, NotOnRecordError
from graph.journal.events import (
    DatasetPublished,
    OfferPublished,
    PlatformTermsDecided,
    RowScope,
    SigningDelegated,
)
from graph.journal.registers import consents
from graph.sql.connection import Connection
from graph.sql.statements import parties as statements
from graph.times import instant_text


def published(connection: Connection, event: DatasetPublished, seq: int) -> None:
    """A new dataset, or a new description of a known one: its licensor and its platform stay.

    A dataset of the licensor's own rows takes these rows out of the operators' datasets of the platform.
    """
    first = seq
    known = connection.row(statements.DATASET_BY_IRI, dataset=event.dataset)
    if known is not None:
        _dataset, _source, _collection, _kind, platform, licensor, *_, first, _version = known
        if (platform, licensor) != (event.platform, event.licensor):
            raise MoveRefusedError("DatasetPublished", event.dataset, "it belongs to another licensor or platform")
    connection.run(
        statements.PUT_DATASET,
        dataset=event.dataset,
        source=event.source,
        collection=event.collection,
        record_kind=event.record_kind,
        platform=event.platform,
        licensor=event.licensor,
        rows=event.rows.value,
        lawful_basis=event.lawful_basis,
        subject_columns=msgspec.json.encode(event.subject_columns).decode(),
        sensitive=int(event.sensitive),
        description=event.description,
        licensor_subject=event.licensor_subject,
        seq=first,
    )
    if event.rows is RowScope.OWN:
        if not event.licensor_subject:
            raise EntryInvalidError("a dataset of own rows does not say whose they are")
        consents.self_licensed(connection, event.platform, event.licensor_subject, seq)


def terms_decided(connection: Connection, event: PlatformTermsDecided, seq: int, at: datetime) -> None:
    """The latest decision of an action holds."""
    licensor_of(connection, event.dataset)
    connection.run(
        statements.PUT_TERMS_DECISION,
        dataset=event.dataset,
        action=event.action,
        allowed=int(event.allowed),
        decided_by=event.decided_by,
        reason=event.reason,
        source=event.source,
        at=instant_text(at),
        seq=seq,
    )


def offer_published(connection: Connection, event: OfferPublished, seq: int, at: datetime) -> None:
    """One more offer of a dataset, by its licensor."""
    _by_licensor(connection, event, event.dataset, event.assigner)
    connection.run(
        statements.ADD_OFFER,
        offer=event.offer,
        dataset=event.dataset,
        assigner=event.assigner,
        policy=event.policy,
        at=instant_text(at),
        seq=seq,
    )


def signing_delegated(connection: Connection, event: SigningDelegated, seq: int, at: datetime) -> None:
    """The latest delegation of an owner for a dataset holds."""
    _by_licensor(connection, event, event.dataset, event.owner)
    connection.run(
        statements.PUT_DELEGATION,
        owner=event.owner,
        dataset=event.dataset,
        bounds=event.bounds,
        key=event.key,
        signature=event.signature,
        at=instant_text(at),
        seq=seq,
    )


def licensor_of(connection: Connection, dataset: str) -> str:
    """The licensor of a dataset.

    Raises:
        NotOnRecordError: no such dataset was published.
    """
    known = connection.row(statements.DATASET_BY_IRI, dataset=dataset)
    if known is None:
        raise NotOnRecordError(dataset)
    return str(known[5])


def _by_licensor(connection: Connection, event: OfferPublished | SigningDelegated, dataset: str, by: str) -> None:
    if licensor_of(connection, dataset) != by:
        raise MoveRefusedError(type(event).__name__, dataset, "it comes from another than the licensor")
