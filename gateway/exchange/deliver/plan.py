"""The plan of a delivery: stored once, named by its digest; all that preparing needs to begin, or to begin again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from connectors.kinds import Kind
from gateway.auth.principal import Grant
from gateway.exchange.description import description_of
from gateway.exchange.errors import NotFoundError
from gateway.exchange.read.model import ReadCommand
from gateway.exchange.read.plan import ReadPlan
from graph.errors import JournalCorruptError
from graph.journal.documents import Document
from graph.journal.rows import DatasetRow, LicenceRow
from graph.journal.view import View
from policies.model import ColumnMode

MEDIA_TYPE: Final = "application/vnd.muniment.delivery-plan+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    """One licence of the plan."""

    licence: str
    version: int
    policy: str
    dataset: str
    rows: int
    """At most so many; what the units are held for."""
    asked: int = 0
    """How many were ordered; ``rows`` of them are within the quota. 0 in plans that are older than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPlan:
    """What is to be packed, under which licences, for whom."""

    party: str
    client: str
    action: str
    purpose: str
    place: str = ""
    model: str = ""
    ordered: datetime
    items: tuple[PlannedItem, ...]

    def document(self) -> Document:
        """The document that ``DeliveryOrdered.plan`` names."""
        return Document(media_type=MEDIA_TYPE, content=msgspec.json.encode(self, order="deterministic"))


def plan_of(digest: str, view: View) -> DeliveryPlan:
    """The stored plan of a delivery.

    Raises:
        JournalCorruptError: it is not there.
    """
    content = view.document(digest)
    if content is None:
        raise JournalCorruptError(f"the plan `{digest}` of a delivery is missing")
    return msgspec.json.decode(content, type=DeliveryPlan)


def read_plan(item: PlannedItem, plan: DeliveryPlan, view: View) -> ReadPlan:
    """What one dataset of a delivery must give, in the form in which every read is decided.

    Raises:
        NotFoundError: the licence or its dataset is not on record.
    """
    licence, dataset = view.licence(item.licence), view.dataset(item.dataset)
    if licence is None or dataset is None:
        raise NotFoundError("licence", item.licence)
    return whole_dataset(
        licence,
        dataset,
        view,
        grant=Grant(licence=item.licence, version=item.version, policy=item.policy),
        plan=plan,
        rows=item.rows,
    )


def whole_dataset(
    licence: LicenceRow, dataset: DatasetRow, view: View, *, grant: Grant, plan: DeliveryPlan, rows: int
) -> ReadPlan:
    """All columns of a dataset that the licence gives, up to so many rows."""
    description = description_of(dataset, view)
    command = ReadCommand(
        field=licence.licence,
        kind=Kind(dataset.record_kind),
        licences=(licence.licence,),
        purpose=plan.purpose,
        action=plan.action,
        place=plan.place or None,
        model=plan.model or None,
        columns=description.columns,
        first=rows,
        mode=ColumnMode.OMIT,
        operation=plan.document().digest if plan.items else "",
    )
    return ReadPlan(command=command, dataset=dataset, licence=licence, grant=grant)
