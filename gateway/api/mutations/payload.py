"""What all mutations give: the caller's mistakes beside the result, and the root query to go on from."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, Final, Self, TypeVar

import strawberry

from connectors.errors import ConnectorError
from gateway.api.context import Context
from gateway.auth.principal import Principal
from gateway.exchange.errors import ExchangeError, InputInvalidError
from gateway.exchange.ports import Ports
from policies.errors import CodedError, PolicyError

if TYPE_CHECKING:
    from gateway.api.schema import Query

Info = strawberry.Info[Context, None]

C = TypeVar("C")
V = TypeVar("V")
T = TypeVar("T")

INPUT: Final[Any] = strawberry.argument(name="input", description="What to do.")
"""The one argument of every mutation."""

IDEMPOTENCY: Final = (
    "Unique per caller, for a call that may be repeated: the repeated call changes nothing and gives the first result."
)


@strawberry.type(description="Something in the input that cannot be taken, or that the state of things does not allow.")
class UserError:
    """A mistake of the caller; nothing was changed."""

    code: str = strawberry.field(description="Stable code; each has a page in the documentation.")
    field: str | None = strawberry.field(description="The part of the input: a name, a path, or a JSON pointer.")
    message: str = strawberry.field(description="For people; may change.")
    hint: str | None = strawberry.field(description="What to do about it.")
    rule: int | None = strawberry.field(
        description="The rule of the policy semantics that a policy breaks, by its number in the documentation."
    )

    @classmethod
    def of(cls, error: CodedError) -> Self:
        """The mistake that a use case found."""
        rule: int | None = None
        match error:
            case PolicyError():
                field, rule = error.pointer, error.rule
            case InputInvalidError():
                field = error.field
            case _:
                field = ""
        return cls(code=error.code, field=field or None, message=error.message, hint=error.hint or None, rule=rule)


@strawberry.type(description="What all mutations give.")
class Payload:
    """What all mutations give; each adds its result, which is nothing when there are mistakes."""

    user_errors: list[UserError] = strawberry.field(description="Mistakes in the input; empty when it was done.")

    @strawberry.field(description="The root query, to read on from.")
    def query(self) -> Annotated["Query", strawberry.lazy("gateway.api.schema")]:
        """The root query."""
        from gateway.api.schema import Query  # noqa: PLC0415  # the root holds this type, so it comes later

        return Query()


async def attempt(
    info: Info, verb: Callable[[Ports, Principal, C], Awaitable[V]], make: Callable[[], C]
) -> tuple[V | None, list[UserError]]:
    """Call a use case.

    Args:
        info: of the mutation.
        verb: the use case.
        make: gives its command; may raise like the use case.

    Returns:
        What it gave, or the mistakes it found. Missing scopes and failures of the gateway itself go to the top level.
    """
    context = info.context
    try:
        return await verb(context.ports, context.principal, make()), []
    except (ExchangeError, PolicyError, ConnectorError) as error:
        return None, [UserError.of(error)]


def shown(view: V | None, make: Callable[[V], T]) -> T | None:
    """The view as the schema shows it, if there is one."""
    return None if view is None else make(view)
