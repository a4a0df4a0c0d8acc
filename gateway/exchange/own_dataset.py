"""Datasets as their licensors act on them."""

from gateway.exchange.description import description_of
from gateway.exchange.errors import NotFoundError
from gateway.exchange.existing import existing_dataset
from gateway.exchange.facts import present_columns
from gateway.exchange.policy_input import Placement
from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading
from graph.journal.rows import DatasetRow


def own_dataset(reading: Reading, dataset: str) -> DatasetRow:
    """A dataset whose licensor is the caller.

    Raises:
        NotFoundError: There is none.
    """
    row = existing_dataset(reading, dataset)
    if row.licensor != reading.reader.party:
        raise NotFoundError("dataset", dataset)
    return row


def placement(ports: Ports, reading: Reading, dataset: DatasetRow) -> Placement:
    """Where an offer of a dataset is handed in for."""
    described = description_of(dataset, reading.view)
    return Placement(
        uid=ports.ids.new("policy"),
        target=dataset.dataset,
        assigner=dataset.licensor,
        title=described.title,
        columns=present_columns(dataset, reading.view),
        ethics=dataset.sensitive,
    )
