"""The root fields that read records: a resolver only picks the answer that the one run of the read path left for it."""

import inspect
from typing import Annotated, Any, Final

import strawberry

from gateway.api.context import Context
from gateway.api.enums import OnUnlicensed, UseAction
from gateway.api.errors import RecordsOutsideQueryError
from gateway.api.execution.rows import connection
from gateway.api.kinds import RECORD_FIELDS, KindTypes
from gateway.api.making import make_resolver, make_type, many, optional
from gateway.api.relay import FIRST, After, First
from policies.vocabulary import Iri

Info = strawberry.Info[Context, None]

_REQUIRED: Final = inspect.Parameter.empty


def _argument(kind: Any, description: str, name: str | None = None) -> Any:
    return Annotated[kind, strawberry.argument(description=description, name=name)]


def _arguments(types: KindTypes) -> dict[str, tuple[Any, Any]]:
    return {
        "licences": (
            _argument(
                list[strawberry.ID],
                "Licences that may be used. Each dataset is read under one of them: two that cover it are an error.",
            ),
            _REQUIRED,
        ),
        "purpose": (_argument(Iri, "What the records are for: an IRI of the Data Privacy Vocabulary."), _REQUIRED),
        "action": (_argument(UseAction, "What is done with them."), UseAction.FINE_TUNE),
        "place": (_argument(optional(Iri), "Where that is done: an ISO 3166 country IRI."), None),
        "model": (_argument(optional(Iri), "The model that it is done for: its IRI, as in the licence."), None),
        "first": (First, FIRST),
        "after": (After, None),
        "where": (_argument(optional(types.where), "Which records; without it all."), None),
        "order_by": (
            _argument(
                optional(many(types.order)),
                "How to sort; without it records come in the order of their sources.",
                "orderBy",
            ),
            None,
        ),
        "on_unlicensed": (
            _argument(OnUnlicensed, "What to do when a selected column is not licensed.", "onUnlicensed"),
            OnUnlicensed.REFUSE,
        ),
    }


def _field(types: KindTypes) -> Any:
    def resolve(info: Info, **_arguments: object) -> Any:
        if info.path.prev is not None:
            raise RecordsOutsideQueryError
        answer = info.context.records[str(info.path.key)]
        if isinstance(answer.outcome, Exception):
            raise answer.outcome
        return connection(types, answer, answer.outcome, info.context.cursors)

    gives = optional(types.connection)
    return strawberry.field(
        resolver=make_resolver(resolve, _arguments(types), gives, Info),
        description=f"Records of kind {types.kind.value} that the named licences let out, from all platforms.",
    )


RecordQuery: Final[Any] = make_type(
    "RecordQuery",
    "The root fields that read records.",
    {name: (optional(types.connection), _field(types)) for name, types in RECORD_FIELDS.items()},
)
"""Part of the root query, one field per kind."""
