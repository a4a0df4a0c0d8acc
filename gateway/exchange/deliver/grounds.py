"""What one dataset of a package was prepared on: sealed with it, and held against what may leave before every answer.

A decision that is made anew is about rows that are read anew. The rows of a package were chosen and transformed when it
was prepared, so they may leave only while everything that they were chosen and transformed by still holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

import msgspec

from gateway.exchange.deliver.errors import GroundsChangedError
from gateway.exchange.read.decide import Permitted
from gateway.exchange.read.mask import rule_of
from graph.errors import JournalCorruptError
from graph.journal.documents import Document, digest_of
from graph.journal.events import RowScope
from graph.journal.rows import DeliveryItemRow, DeliveryRow
from graph.journal.view import View
from policies.model import Transform

MEDIA_TYPE: Final = "application/vnd.muniment.delivery-grounds+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a dataset declares that decides which records are in it, and who is."""

    source: str
    collection: str
    record_kind: str
    platform: str
    lawful_basis: str
    rows: RowScope
    licensor_subject: str
    subject_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What the rows of one dataset were chosen and transformed by."""

    dataset: Declared
    columns: tuple[str, ...]
    """Those that leave, sorted."""
    rows: str
    """Digest of the terms on rows: what they compare with may be about people."""
    transforms: Mapping[str, Transform]
    """Of the columns that leave."""
    consent_required: bool
    limit: int
    """How many rows at most."""

    @classmethod
    def of(cls, permitted: Permitted, columns: tuple[str, ...]) -> Self:
        """The grounds that a decision gives these columns; those that it does not give are left out."""
        dataset, decision = permitted.plan.dataset, permitted.decision
        given = tuple(sorted(decision.columns.intersection(columns)))
        return cls(
            dataset=Declared(
                source=dataset.source,
                collection=dataset.collection,
                record_kind=dataset.record_kind,
                platform=dataset.platform,
                lawful_basis=dataset.lawful_basis,
                rows=dataset.rows,
                licensor_subject=dataset.licensor_subject,
                subject_columns=dataset.subject_columns,
            ),
            columns=given,
            # WHY: its repr names every part with its kind and its value; JSON would tell neither `and` from `or`.
            rows=digest_of(repr(decision.rows).encode("utf-8", "surrogatepass")),
            transforms={name: each for name, each in decision.transforms.items() if name in given},
            consent_required=rule_of(permitted).consent_required,
            limit=decision.limit,
        )

    def document(self) -> Document:
        """The document that ``PreparedItem.grounds`` names."""
        return Document(media_type=MEDIA_TYPE, content=msgspec.json.encode(self, order="deterministic"))


def require_grounds(row: DeliveryRow, item: DeliveryItemRow, permitted: Permitted, view: View) -> None:
    """Return when all that is in the package of one dataset may still leave as it is.

    Raises:
        GroundsChangedError: it may not, or nobody can tell.
    """
    changed = "it is older than the gateway and does not say what it was prepared on"
    if item.grounds:
        sealed = _sealed(item.grounds, view)
        changed = next(_changed(sealed, Grounds.of(permitted, sealed.columns), item.rows), "")
    if changed:
        raise GroundsChangedError(row.delivery, item.licence, changed, permitted.decision.clause)


def _sealed(digest: str, view: View) -> Grounds:
    content = view.document(digest)
    if content is None:
        raise JournalCorruptError(f"the grounds `{digest}` of a delivery are missing")
    return msgspec.json.decode(content, type=Grounds)


def _changed(sealed: Grounds, now: Grounds, rows: int) -> Iterator[str]:
    """Why what was sealed may not leave on the present grounds; nothing when it may."""
    if now.dataset != sealed.dataset:
        yield "the dataset was published anew and declares its records and people otherwise"
    if missing := sorted(set(sealed.columns).difference(now.columns)):
        yield f"columns in it are not licensed any more: {', '.join(missing)}"
    if now.rows != sealed.rows:
        yield "the agreement asks something else of rows now"
    if now.transforms != sealed.transforms:
        yield "the agreement asks for other transforms now"
    if now.consent_required and not sealed.consent_required:
        yield "the agreement asks for consent now"
    if now.limit < rows:
        yield f"the agreement gives {now.limit} rows now, and {rows} are in it"
