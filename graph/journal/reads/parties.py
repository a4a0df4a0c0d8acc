"""Reading parties, datasets, offers and delegations."""

from collections.abc import Mapping, Sequence

import msgspec

from graph.journal.events import PartyKind, RowScope
from graph.journal.reads.base import PAGE, Reads, position
from graph.journal.rows import DatasetRow, DelegationRow, OfferRow, PartyRow, TermsDecisionRow
from graph.sql.connection import Row
from graph.sql.statements import parties as statements
from graph.times import instant


class PartyReads(Reads):
    """Who takes part, and what is in the catalogue."""

    def party(self, iri: str) -> PartyRow | None:
        """Somebody who was invited or has registered."""
        row = self._connection.row(statements.PARTY_BY_IRI, party=iri)
        return None if row is None else _party(row)

    def dataset(self, iri: str) -> DatasetRow | None:
        """A dataset, as published last."""
        row = self._connection.row(statements.DATASET_BY_IRI, dataset=iri)
        return None if row is None else _dataset(row)

    def datasets(
        self, record_kind: str | None = None, after: int | None = None, limit: int = PAGE
    ) -> Sequence[DatasetRow]:
        """Datasets in order of first publication, beginning after the one with ``seq`` = ``after``."""
        page = {"after": position(after), "limit": limit}
        if record_kind is None:
            found = self._connection.rows(statements.DATASETS, **page)
        else:
            found = self._connection.rows(statements.DATASETS_OF_KIND, record_kind=record_kind, **page)
        return [_dataset(row) for row in found]

    def terms_decisions(self, dataset: str) -> Mapping[str, TermsDecisionRow]:
        """How platform terms were settled for a dataset, by action IRI."""
        decisions = map(_terms_decision, self._connection.rows(statements.TERMS_DECISIONS, dataset=dataset))
        return {each.action: each for each in decisions}

    def offer(self, iri: str) -> OfferRow | None:
        """An offer of the catalogue."""
        row = self._connection.row(statements.OFFER_BY_IRI, offer=iri)
        return None if row is None else _offer(row)

    def offers(self, dataset: str) -> Sequence[OfferRow]:
        """All offers of a dataset, oldest first."""
        return [_offer(row) for row in self._connection.rows(statements.OFFERS, dataset=dataset)]

    def delegation(self, owner: str, dataset: str) -> DelegationRow | None:
        """Which key may sign for an owner about a dataset."""
        row = self._connection.row(statements.DELEGATION_OF, owner=owner, dataset=dataset)
        return None if row is None else _delegation(row)


def _party(row: Row) -> PartyRow:
    party, kind, client, key, subject, platform, invited_by = row
    return PartyRow(
        party=party,
        kind=PartyKind(kind),
        client=client,
        key=key,
        subject=subject,
        platform=platform,
        invited_by=invited_by,
    )


def _dataset(row: Row) -> DatasetRow:
    (
        dataset,
        source,
        collection,
        record_kind,
        platform,
        licensor,
        rows,
        lawful_basis,
        subject_columns,
        sensitive,
        description,
        licensor_subject,
        seq,
        version,
    ) = row
    return DatasetRow(
        dataset=dataset,
        source=source,
        collection=collection,
        record_kind=record_kind,
        platform=platform,
        licensor=licensor,
        rows=RowScope(rows),
        lawful_basis=lawful_basis,
        subject_columns=msgspec.json.decode(subject_columns, type=tuple[str, ...]),
        sensitive=bool(sensitive),
        description=description,
        licensor_subject=licensor_subject,
        version=version,
        seq=seq,
    )


def _terms_decision(row: Row) -> TermsDecisionRow:
    dataset, action, allowed, decided_by, reason, source, at, seq = row
    return TermsDecisionRow(
        dataset=dataset,
        action=action,
        allowed=bool(allowed),
        decided_by=decided_by,
        reason=reason,
        source=source,
        at=instant(at),
        seq=seq,
    )


def _offer(row: Row) -> OfferRow:
    offer, dataset, assigner, policy, at, seq = row
    return OfferRow(offer=offer, dataset=dataset, assigner=assigner, policy=policy, at=instant(at), seq=seq)


def _delegation(row: Row) -> DelegationRow:
    owner, dataset, bounds, key, signature, at, seq = row
    return DelegationRow(
        owner=owner, dataset=dataset, bounds=bounds, key=key, signature=signature, at=instant(at), seq=seq
    )
