"""What would be decided at another time: the agreement of a licence, asked for a moment to come."""

from dataclasses import dataclass
from datetime import datetime

from connectors.kinds import Kind
from gateway.auth.principal import Grant, Principal
from gateway.auth.scopes import Scope
from gateway.exchange.description import description_of
from gateway.exchange.errors import InputInvalidError
from gateway.exchange.existing import existing_dataset
from gateway.exchange.lookup import visible_licence
from gateway.exchange.ports import Ports
from gateway.exchange.read.decide import decide
from gateway.exchange.read.decisions import DecisionRecord, decision_document, decision_of
from gateway.exchange.read.model import ReadCommand
from gateway.exchange.read.plan import ReadPlan
from gateway.exchange.reading import Reading, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """A read that might be asked for at a moment."""

    licence: str
    at: datetime
    action: str
    purpose: str
    place: str | None = None
    model: str | None = None
    columns: tuple[str, ...]
    rows: int = 1


async def foresee(ports: Ports, principal: Principal, asked: Foreseen) -> DecisionRecord:
    """Decide as if it were that moment already, with everything else as the record stands now.

    Nothing is read, booked or recorded. Consents are no part of it: they decide rows, not reads.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is no such licence that the caller may see.
        InputInvalidError: The moment is past, there are no rows or columns, or a column is not of the dataset.
    """
    principal.require(Scope.GRAPH_QUERY)
    return await read(ports, principal, lambda reading: _decided(ports, reading, asked))


def _decided(ports: Ports, reading: Reading, asked: Foreseen) -> DecisionRecord:
    licence = visible_licence(reading, asked.licence)
    dataset = existing_dataset(reading, licence.dataset)
    unknown = set(asked.columns) - set(description_of(dataset, reading.view).columns)
    if asked.at < reading.now:
        raise InputInvalidError("at", "it is past; `accessLog` tells what was decided")
    if not asked.columns or unknown:
        what = f"`{min(unknown)}` is no column of the dataset" if unknown else "name at least one"
        raise InputInvalidError("columns", what)
    if asked.rows < 1:
        raise InputInvalidError("rows", "expected 1 or more")
    command = ReadCommand(
        field="",
        kind=Kind(dataset.record_kind),
        licences=(licence.licence,),
        purpose=asked.purpose,
        action=asked.action,
        place=asked.place,
        model=asked.model,
        columns=asked.columns,
        first=asked.rows,
        operation="",
    )
    grant = Grant(licence=licence.licence, version=licence.version, policy=licence.policy)
    plan = ReadPlan(command=command, dataset=dataset, licence=licence, grant=grant)
    outcome = decide(plan, licence.assignee, reading.view, ports.policies, asked.at)
    return decision_of(decision_document(outcome).content)
