"""From exceptions to what a caller sees: coded errors as they are, everything else masked.

What is unknown gets an incident id, is logged under it, and shows nothing else.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import structlog
import uuid_utils
from graphql import GraphQLError

from gateway.api.errors import InternalError, QueryInvalidError
from gateway.auth.errors import ScopeMissingError, UnauthenticatedError
from gateway.exchange.read.model import Problem
from policies.errors import CodedError
from policies.vocabulary import ORIGIN

_log = structlog.get_logger("gateway.api")

ErrorDocument: TypeAlias = dict[str, Any]
"""One member of ``errors``, ready to be encoded."""

MOST_ERRORS: Final = 100
"""Errors one answer shows; the rest would say the same."""


def documentation(code: str) -> str:
    """Where a code is explained."""
    return f"{ORIGIN}/errors/{code}"


def extensions_of(code: str, **facts: str) -> dict[str, Any]:
    """The extensions of an error; facts that are empty are left out."""
    return {
        "code": code,
        **{name: value for name, value in facts.items() if value},
        "documentation": documentation(code),
    }


def of_coded(error: CodedError) -> ErrorDocument:
    """A coded error that belongs to no field."""
    return {"message": error.message, "extensions": extensions_of(error.code, **_facts(error))}


def _facts(error: CodedError) -> Mapping[str, str]:
    facts = {"hint": error.hint}
    for name, attribute in (("stage", "stage"), ("clause", "clause"), ("decisionId", "decision")):
        value = getattr(error, attribute, "")
        if isinstance(value, str):
            facts[name] = str(value)
    match error:
        case InternalError():
            facts["incident"] = error.incident
        case UnauthenticatedError():
            facts |= {"stage": "authenticate", "reason": error.reason.value}
        case ScopeMissingError():
            facts |= {"stage": "authenticate", "scope": error.scope}
        case _:
            pass
    return facts


def of_problem(problem: Problem, key: str, dataset: str) -> ErrorDocument:
    """The error that goes with a dataset's report, at the field that asked."""
    return {
        "message": problem.message,
        "path": [key],
        "extensions": extensions_of(
            problem.code,
            stage=problem.stage.value,
            clause=problem.clause,
            decisionId=problem.decision,
            dataset=dataset,
        ),
    }


def of_document(errors: Sequence[GraphQLError], code: str) -> list[ErrorDocument]:
    """Errors of parsing, validation or variables: derived from what the caller sent, so shown as they are."""
    shown: list[ErrorDocument] = []
    for error in errors[:MOST_ERRORS]:
        document: ErrorDocument = {"message": error.message}
        if error.locations:
            document["locations"] = [{"line": each.line, "column": each.column} for each in error.locations]
        document["extensions"] = extensions_of(code)
        shown.append(document)
    return shown


def of_execution(errors: Sequence[GraphQLError]) -> list[ErrorDocument]:
    """Errors of executing fields, with their paths."""
    shown: list[ErrorDocument] = []
    for error in errors[:MOST_ERRORS]:
        document = _of_field(error)
        if error.locations:
            document["locations"] = [{"line": each.line, "column": each.column} for each in error.locations]
        if error.path is not None:
            document["path"] = list(error.path)
        shown.append(document)
    return shown


def _of_field(error: GraphQLError) -> ErrorDocument:
    match error.original_error:
        case CodedError() as coded:
            return of_coded(coded)
        case None if error.path is None:
            return {"message": error.message, "extensions": extensions_of(QueryInvalidError.code)}
        case other:
            return of_coded(incident(other or error, path=error.path))


def incident(error: BaseException, **facts: object) -> InternalError:
    """Log an unknown failure under a new incident id, and give what may be shown of it."""
    identity = str(uuid_utils.uuid7())
    _log.error("incident", incident=identity, exc_info=error, **facts)
    return InternalError(identity)
