"""What the catalogue says of a dataset, as one content-addressed document that the journal refers to by digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from connectors.kinds import Kind
from connectors.spi import PlatformTerms
from graph.errors import JournalCorruptError
from graph.journal.documents import Document
from graph.journal.rows import DatasetRow
from graph.journal.view import View

MEDIA_TYPE: Final = "application/vnd.muniment.dataset+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetDescription:
    """Fixed when the dataset was published; no value of a record stands in it."""

    title: str
    description: str
    kind: Kind
    columns: tuple[str, ...]
    """Canonical columns that the source fills."""
    terms: PlatformTerms
    rows: int
    completeness: Mapping[str, float]
    """Share of rows with a value, 0 to 1, per column."""

    def document(self) -> Document:
        """The document to store beside ``DatasetPublished``."""
        return Document(media_type=MEDIA_TYPE, content=msgspec.json.encode(self, order="deterministic"))


def description_of(dataset: DatasetRow, view: View) -> DatasetDescription:
    """The description of a published dataset.

    Raises:
        JournalCorruptError: the document that the journal refers to is not there.
    """
    content = view.document(dataset.description)
    if content is None:
        raise JournalCorruptError(f"the description of dataset `{dataset.dataset}` is missing")
    return msgspec.json.decode(content, type=DatasetDescription)
