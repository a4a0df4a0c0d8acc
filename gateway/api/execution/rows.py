"""From released columns to the light objects that the executor completes; nothing is decided here."""

from functools import partial
from typing import Any, Final

from gateway.api.context import RecordAnswer
from gateway.api.cursors import CursorCodec
from gateway.api.kinds import KindTypes
from gateway.api.relay import page_info
from gateway.api.reports import SourceReport
from gateway.exchange.read.model import DATASET, ID, LICENCE, ReadResult

_OWN: Final = {ID: "id", DATASET: "dataset", LICENCE: "licence"}


def connection(types: KindTypes, answer: RecordAnswer, result: ReadResult, codec: CursorCodec) -> Any:
    """The page that a read gave, as an instance of the kind's connection type."""

    def seal(row: int) -> str:
        return codec.seal(answer.plan, result.positions[row].values)

    # WHY: a cursor is made when it is asked for; most pages ask for the last one only.
    seals = [partial(seal, row) for row in range(len(result.positions))]
    nodes = _records(types, answer, result)
    page = page_info(
        seals[0]() if seals else None,
        seals[-1]() if seals else None,
        has_next=result.has_next,
        has_previous=answer.paged,
    )
    edges = [_made(types.edge, {"node": node, "seal": seal}) for node, seal in zip(nodes, seals, strict=True)]
    sources = [SourceReport.of(report) for report in result.sources]
    return types.connection(edges=edges, nodes=nodes, page_info=page, sources=sources)


def _records(types: KindTypes, answer: RecordAnswer, result: ReadResult) -> list[Any]:
    """One instance per row; a selected column that was left out is null, one that was not selected is not there."""
    columns: dict[str, list[Any]] = {}
    for name in result.rows.column_names:
        attribute = _OWN.get(name) or types.attributes[name]
        columns[attribute] = result.rows.column(name).to_pylist()
    missing = [types.attributes[name] for name in answer.selected if name not in result.rows.column_names]
    blank = dict.fromkeys(missing)
    names = tuple(columns)
    return [
        _made(types.record, blank | dict(zip(names, row, strict=True))) for row in zip(*columns.values(), strict=True)
    ]


def _made(kind: type, attributes: dict[str, Any]) -> Any:
    # WHY: the initialiser of a made type demands every column; a record has only those that were selected.
    instance: Any = object.__new__(kind)
    instance.__dict__.update(attributes)
    return instance
