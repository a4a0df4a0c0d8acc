"""All record fields of an operation, as the commands of one run of the read path."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError
from graphql.execution.values import get_argument_values

from gateway.api.cursors import CursorCodec, plan_digest
from gateway.api.enums import ACTION_IRIS
from gateway.api.errors import QueryTooManyRootFieldsError, VariablesInvalidError
from gateway.api.execution.selection import Selected, Selection
from gateway.api.filters import to_order, to_predicate
from gateway.api.kinds import RECORD_FIELDS, KindTypes
from gateway.api.limits import Limits
from gateway.api.relay import check_first
from gateway.exchange.read.model import Position, ReadCommand
from policies.errors import CodedError
from policies.model import ColumnMode
from policies.predicate import EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredField:
    """One record field: the command it stands for, or why it stands for none."""

    key: str
    command: ReadCommand | CodedError
    plan: str = ""
    """Digest that the cursors of its list are bound to."""


def operation_digest(document: str, variables: Mapping[str, Any]) -> str:
    """``sha-256:<hex>`` of the operation's text digest and its variables, whatever the order of their names."""
    text = json.dumps([document, variables], sort_keys=True, separators=(",", ":"), default=str)
    return "sha-256:" + hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatherer:
    """Translates record fields into commands for one party and one operation."""

    selection: Selection
    party: str
    operation: str
    """Digest of the operation."""
    limits: Limits
    cursors: CursorCodec

    def gather(self) -> tuple[GatheredField, ...]:
        """The record fields of the operation's root, in order.

        A field whose arguments cannot be served is told so; the others are not affected.

        Raises:
            QueryTooManyRootFieldsError: there are more of them than one operation may have.
        """
        fields = [each for each in self.selection.roots() if each.name in RECORD_FIELDS]
        if len(fields) > self.limits.record_fields:
            raise QueryTooManyRootFieldsError("fields that read records", self.limits.record_fields)
        return tuple(self._field(each) for each in fields)

    def _field(self, selected: Selected) -> GatheredField:
        try:
            return self._command(selected, RECORD_FIELDS[selected.name])
        except CodedError as error:
            return GatheredField(key=selected.key, command=error)
        except GraphQLError as error:
            return GatheredField(key=selected.key, command=VariablesInvalidError(error.message))

    def _command(self, selected: Selected, types: KindTypes) -> GatheredField:
        given = get_argument_values(
            selected.parent.fields[selected.name], selected.details[0].node, self.selection.variables
        )
        check_first(given["first"], self.limits.page_rows)
        where = given.get("where")
        predicate = EVERYTHING if where is None else to_predicate(where, types.columns)
        order = to_order(given.get("orderBy") or ())
        licences = tuple(dict.fromkeys(given["licences"]))
        action = ACTION_IRIS[given["action"]]
        place, model = given.get("place"), given.get("model")
        plan = plan_digest(
            self.party, types.kind.value, sorted(licences), given["purpose"], action, place, model, predicate, order
        )
        after = given.get("after")
        columns, with_id = self._columns(selected, types)
        command = ReadCommand(
            field=selected.key,
            kind=types.kind,
            licences=licences,
            purpose=given["purpose"],
            action=action,
            place=place,
            model=model,
            columns=columns,
            with_id=with_id,
            where=predicate,
            order=order,
            first=given["first"],
            after=None if after is None else Position(values=self.cursors.open(plan, after)),
            mode=ColumnMode(given["onUnlicensed"].value),
            operation=self.operation,
        )
        return GatheredField(key=selected.key, command=command, plan=plan)

    def _columns(self, connection: Selected, types: KindTypes) -> tuple[tuple[str, ...], bool]:
        """The canonical columns selected through ``nodes`` and ``edges { node }``, and whether the id is."""
        names: dict[str, None] = {}
        for part in self.selection.below(connection):
            records = [part] if part.name == "nodes" else []
            if part.name == "edges":
                records = [each for each in self.selection.below(part) if each.name == "node"]
            for record in records:
                names.update((each.name, None) for each in self.selection.below(record))
        return tuple(types.columns[name] for name in names if name in types.columns), "id" in names
