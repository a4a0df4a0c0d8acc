"""Mutations of licences: suspend, resume, revoke."""

from typing import Annotated

import strawberry

from gateway.api.licences import Licence
from gateway.api.mutations.payload import IDEMPOTENCY, INPUT, Info, Payload, attempt, shown
from gateway.exchange import commands
from gateway.exchange.revoke import resume_licence, revoke_licence, suspend_licence

_CODE = "Why, machine-readable, in SCREAMING_SNAKE_CASE."
_RESULT = "The licence as it is now; nothing when there are mistakes."


@strawberry.input(description="Which licence to pause, and why.")
class SuspendLicenceInput:
    """Which licence to pause."""

    licence: strawberry.ID = strawberry.field(description="The licence.")
    code: str = strawberry.field(description=_CODE)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="Which licence to let act again, and why.")
class ResumeLicenceInput:
    """Which licence to let act again."""

    licence: strawberry.ID = strawberry.field(description="The licence.")
    code: str = strawberry.field(description=_CODE)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="Which licence to end, and why.")
class RevokeLicenceInput:
    """Which licence to end."""

    licence: strawberry.ID = strawberry.field(description="The licence.")
    code: str = strawberry.field(description=_CODE)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.type(description="What suspending gave.")
class SuspendLicencePayload(Payload):
    """What suspending gave."""

    licence: Licence | None = strawberry.field(description=_RESULT)


@strawberry.type(description="What resuming gave.")
class ResumeLicencePayload(Payload):
    """What resuming gave."""

    licence: Licence | None = strawberry.field(description=_RESULT)


@strawberry.type(description="What revoking gave.")
class RevokeLicencePayload(Payload):
    """What revoking gave."""

    licence: Licence | None = strawberry.field(description=_RESULT)


@strawberry.type(description="Mutations of licences.")
class LicenceMutation:
    """Mutations of licences."""

    @strawberry.mutation(
        description="Pause a licence; its licensor may. The next release obeys. Scope `licence:decide`."
    )
    async def suspend_licence(
        self, info: Info, given: Annotated[SuspendLicenceInput, INPUT]
    ) -> SuspendLicencePayload | None:
        """Pause a licence."""
        view, errors = await attempt(
            info,
            suspend_licence,
            lambda: commands.SuspendLicence(
                licence=given.licence, code=given.code, idempotency_key=given.idempotency_key
            ),
        )
        return SuspendLicencePayload(licence=shown(view, Licence.of), user_errors=errors)

    @strawberry.mutation(description="Let a paused licence act again; its licensor may. Scope `licence:decide`.")
    async def resume_licence(
        self, info: Info, given: Annotated[ResumeLicenceInput, INPUT]
    ) -> ResumeLicencePayload | None:
        """Let a paused licence act again."""
        view, errors = await attempt(
            info,
            resume_licence,
            lambda: commands.ResumeLicence(
                licence=given.licence, code=given.code, idempotency_key=given.idempotency_key
            ),
        )
        return ResumeLicencePayload(licence=shown(view, Licence.of), user_errors=errors)

    @strawberry.mutation(
        description="End a licence for good; either side may. The next release is refused. "
        "Scope `licence:decide` for the owner, `licence:negotiate` for the developer."
    )
    async def revoke_licence(
        self, info: Info, given: Annotated[RevokeLicenceInput, INPUT]
    ) -> RevokeLicencePayload | None:
        """End a licence for good."""
        view, errors = await attempt(
            info,
            revoke_licence,
            lambda: commands.RevokeLicence(
                licence=given.licence, code=given.code, idempotency_key=given.idempotency_key
            ),
        )
        return RevokeLicencePayload(licence=shown(view, Licence.of), user_errors=errors)
