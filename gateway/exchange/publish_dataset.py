"""Put a source's collection into the catalogue."""

import asyncio
from collections.abc import Iterator
from typing import Final

import uuid_utils

from connectors.kinds import Sensitivity, column, subject_columns
from connectors.spi import Collection
from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import Draft, append, first_outcome, require_same, the
from gateway.exchange.commands import PublishDataset
from gateway.exchange.description import DatasetDescription
from gateway.exchange.errors import DatasetExistsError, InputInvalidError, NotFoundError
from gateway.exchange.own_dataset import own_dataset
from gateway.exchange.ports import Ports
from gateway.exchange.presented import dataset_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.roles import OWNERS, require_account, require_kind, require_platform
from gateway.exchange.sensitivity import CONSENT
from gateway.exchange.views import DatasetView
from graph.journal.events import DatasetPublished, Recorded, RowScope
from graph.journal.guards import ExpectedVersion
from graph.journal.rows import DatasetRow
from graph.journal.vault import subject_key
from graph.journal.view import View
from policies.vocabulary import LEGAL_BASIS_ROOT, PROFILE, Iri

_AT_ONCE: Final = 200


async def publish_dataset(ports: Ports, principal: Principal, command: PublishDataset) -> DatasetView:
    """Describe a collection, count it, and put it into the catalogue. No value of a record is kept.

    Publishing the same rows again describes and counts them anew; the dataset, its offers and licences stay.

    Raises:
        ScopeMissingError: Without ``data:publish``.
        RoleNotAllowedError: The caller is no owner.
        InputInvalidError: The lawful basis is unknown or does not fit records that nobody is in, an account is missing
            or superfluous, somebody is not named in the records, who could not allow their use, or a published
            dataset would change its sensitivity.
        NotFoundError: There is no such source or collection.
        PlatformNotYoursError: The caller does not speak for the platform, or for the account.
        DatasetExistsError: Another licensor has published the collection.
        ConnectorError: The source cannot be read.
        VersionConflictError: The dataset's terms changed meanwhile.
    """
    principal.require(Scope.DATA_PUBLISH)
    require_kind(principal, OWNERS, "publish datasets")
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        recorded = await _publish(ports, principal, command)
    published = the(recorded, DatasetPublished, command)
    require_same(command.source, published.source, command)
    require_same(command.collection, published.collection, command)
    return await read(ports, principal, lambda reading: _dataset_view(reading, published.dataset))


async def _publish(ports: Ports, principal: Principal, command: PublishDataset) -> tuple[Recorded, ...]:
    _check(command)
    platform = ports.sources.platform(command.source)
    subject = await _subject(ports, platform, command)
    known = await ports.journal.view(lambda view: _known(principal, platform, subject, command, view))
    collection = await _collection(ports, command)
    people = subject_columns(collection.kind)
    if not people:
        _check_nobody(command)
    unnamed = [f"`{name}`" for name in people if name not in collection.columns]
    if unnamed:
        # INVARIANT: whoever is not named cannot be asked, so a record about them never leaves.
        raise InputInvalidError(
            "collection", f"it does not say whom a record is about: {', '.join(unnamed)} is missing"
        )
    sensitive = command.sensitive or _special(collection)
    if known is not None and known.sensitive is not sensitive:
        # WHY: negotiations under way were reviewed as what the dataset was; a change would strand or smuggle them.
        raise InputInvalidError("sensitive", "a published dataset stays as sensitive as it is")
    if known is not None and known.lawful_basis != command.lawful_basis:
        # WHY: people consented, or did not, to a use on the basis that they were told; another one would void their no.
        raise InputInvalidError("lawfulBasis", "a published dataset keeps the basis that people were told")
    profile = await ports.sources.profile(command.source, command.collection, own=command.account or None)
    document = DatasetDescription(
        kind=collection.kind,
        title=collection.title,
        description=collection.description,
        columns=collection.columns,
        terms=collection.terms,
        rows=profile.rows,
        completeness=profile.completeness,
    ).document()
    published = DatasetPublished(
        dataset=_dataset_iri(command, subject) if known is None else known.dataset,
        source=command.source,
        collection=command.collection,
        record_kind=collection.kind.value,
        platform=platform,
        licensor=principal.party,
        rows=command.rows,
        lawful_basis=command.lawful_basis,
        subject_columns=people,
        sensitive=sensitive,
        description=document.digest,
        licensor_subject=subject,
    )
    version = 0 if known is None else known.version
    draft = Draft(
        events=(published,),
        expected=(ExpectedVersion(stream=published.dataset, version=version),),
        documents=(document,),
    )
    return await append(ports, principal, command, draft)


def _check(command: PublishDataset) -> None:
    if PROFILE.is_a(Iri(command.lawful_basis), LEGAL_BASIS_ROOT) is not True:
        raise InputInvalidError("lawfulBasis", f"`{command.lawful_basis}` is no known legal basis")
    if command.rows is RowScope.OWN and not command.account:
        raise InputInvalidError("account", "needed to find one's own rows")
    if command.rows is RowScope.ALL and command.account:
        raise InputInvalidError("account", "only with rows `OWN`")


def _check_nobody(command: PublishDataset) -> None:
    """Records that nobody is in are nobody's own, and nobody could consent to their use."""
    if command.rows is RowScope.OWN:
        raise InputInvalidError("rows", "nobody is in records of this kind, so none are one's own: publish `ALL`")
    if PROFILE.is_a(Iri(command.lawful_basis), CONSENT) is True:
        raise InputInvalidError("lawfulBasis", "nobody is in records of this kind who could consent")


def _dataset_iri(command: PublishDataset, subject: str) -> str:
    """Named after its rows.

    INVARIANT: the same rows have one stream, so that of two parties who publish them at once the journal refuses one.
    """
    rows = f"{command.source}\n{command.collection}\n{command.rows}\n{subject}"
    return f"urn:muniment:dataset:{uuid_utils.uuid5(uuid_utils.NAMESPACE_OID, rows)}"


async def _subject(ports: Ports, platform: str, command: PublishDataset) -> str:
    """Keyed hash of the licensor's own account; empty when all rows are published."""
    if not command.account:
        return ""
    salt = await asyncio.to_thread(ports.vault.salt, platform)
    return subject_key(salt, platform, command.account)


def _known(principal: Principal, platform: str, subject: str, command: PublishDataset, view: View) -> DatasetRow | None:
    """The dataset that these rows are already, if they were published.

    A person publishes their own rows, whoever speaks for the platform the others.
    """
    if subject:
        require_account(principal, platform, subject, view)
    else:
        require_platform(principal, platform, view)
    for row in _datasets(view):
        same = (row.source, row.collection, row.rows) == (command.source, command.collection, command.rows)
        if same and row.licensor_subject == subject:
            if row.licensor != principal.party:
                raise DatasetExistsError(row.dataset)
            return row
    return None


def _datasets(view: View) -> Iterator[DatasetRow]:
    after: int | None = None
    while found := view.datasets(after=after, limit=_AT_ONCE):
        yield from found
        after = found[-1].seq


async def _collection(ports: Ports, command: PublishDataset) -> Collection:
    for each in await ports.sources.describe(command.source):
        if each.id == command.collection:
            return each
    raise NotFoundError("collection", command.collection)


def _special(collection: Collection) -> bool:
    """Columns of a special category make a dataset sensitive, whatever its licensor says."""
    declared = (column(collection.kind, name) for name in collection.columns)
    return any(each is None or each.sensitivity is Sensitivity.SPECIAL_CATEGORY for each in declared)


def _dataset_view(reading: Reading, dataset: str) -> DatasetView:
    return dataset_view(reading, own_dataset(reading, dataset))
