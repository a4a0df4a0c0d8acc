"""Makes GraphQL types at run time: the one place where what type checkers cannot see is cast."""

import inspect
from collections.abc import Callable, Mapping
from enum import Enum
from types import GenericAlias, new_class
from typing import Any, Optional, cast

import strawberry


def optional(kind: Any) -> Any:
    """``kind`` or nothing, for types that are made at run time or named ahead."""
    return Optional[kind]  # noqa: UP045  # `|` does not take every such type


def many(kind: Any) -> Any:
    """A list of ``kind``."""
    return GenericAlias(list, (kind,))


def make_enum(name: str, description: str, members: Mapping[str, tuple[str, str]]) -> Any:
    """A GraphQL enum: by member name its value and its description."""
    values = {member: strawberry.enum_value(value, description=about) for member, (value, about) in members.items()}
    make: Callable[[str, Mapping[str, Any]], Any] = Enum  # type: ignore[assignment]  # the functional form
    return strawberry.enum(make(name, values), description=description)


def make_type(
    name: str,
    description: str,
    fields: Mapping[str, tuple[Any, Any]],
    decorate: Callable[..., Any] = strawberry.type,
    bases: tuple[type, ...] = (),
) -> type:
    """A GraphQL type, as if it had been written as a class.

    Args:
        name: of the type in the schema.
        description: of the type in the schema.
        fields: by attribute: its Python type, and what ``strawberry.field`` gives.
        decorate: ``strawberry.type`` or ``strawberry.input``.
        bases: interfaces.
    """
    body: dict[str, Any] = {attribute: field for attribute, (_, field) in fields.items()}
    body["__annotations__"] = {attribute: kind for attribute, (kind, _) in fields.items()}
    body["__doc__"] = description
    body["__module__"] = __name__
    made = new_class(name, bases, {}, lambda namespace: namespace.update(body))
    return cast("type", decorate(made, name=name, description=description))


def make_resolver(
    resolve: Callable[..., Any], arguments: Mapping[str, tuple[Any, Any]], gives: Any, info: Any
) -> Callable[..., Any]:
    """``resolve`` with a signature of its own, from which the schema takes the field's arguments.

    Args:
        resolve: called with ``info`` and the arguments by name.
        arguments: by name: the annotated type, and the default or ``inspect.Parameter.empty``.
        gives: type of the field.
        info: type of the first parameter.
    """

    def resolver(**given: Any) -> Any:
        return resolve(**given)

    parameters = [inspect.Parameter("info", inspect.Parameter.KEYWORD_ONLY, annotation=info)]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
        for name, (kind, default) in arguments.items()
    ]
    resolver.__annotations__ = {each.name: each.annotation for each in parameters} | {"return": gives}
    resolver.__signature__ = inspect.Signature(parameters, return_annotation=gives)  # type: ignore[attr-defined]  # PEP 362
    return resolver
