"""Mutations of licences: renew, suspend, resume, revoke."""

from datetime import datetime
from typing import Annotated

import strawberry

from gateway.api.licences import Licence
from gateway.api.mutations.payload import IDEMPOTENCY, INPUT, Info, Payload, attempt, shown
from gateway.api.mutations.policy_input import PriceInput
from gateway.api.requests import LicenceRequest
from gateway.exchange import commands
from gateway.exchange.renew import renew_licence
from gateway.exchange.revoke import resume_licence, revoke_licence, suspend_licence
from policies.vocabulary import Iri

_CODE = "Why, machine-readable, in SCREAMING_SNAKE_CASE."
_RESULT = "The licence as it is now; nothing when there are mistakes."


@strawberry.input(description="A newer agreement of a licence; terms that are not named stay as they are.")
class RenewLicenceInput:
    """A newer agreement of a licence."""

    licence: strawberry.ID = strawberry.field(description="The licence.")
    purpose: Iri | None = strawberry.field(default=None, description="What for.")
    columns: list[str] = strawberry.field(default_factory=list, description="Canonical names of the columns.")
    model: Iri | None = strawberry.field(default=None, description="For which model.")
    place: Iri | None = strawberry.field(default=None, description="Where: an ISO 3166 country IRI.")
    max_records: int | None = strawberry.field(default=None, description="Records in all, counted anew.")
    days: int | None = strawberry.field(default=None, description="Days from the first delivery under it.")
    valid_until: datetime | None = strawberry.field(default=None, description="When it ends.")
    price: PriceInput | None = strawberry.field(default=None, description="What is paid.")
    finding: strawberry.ID | None = strawberry.field(
        default=None, description="The concern or the reported run that it follows from."
    )
    message: str | None = strawberry.field(default=None, description="To the other side; kept where it can be erased.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


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


@strawberry.type(description="What asking for a newer agreement gave.")
class RenewLicencePayload(Payload):
    """What asking for a newer agreement gave."""

    request: LicenceRequest | None = strawberry.field(
        description="The negotiation about it; nothing when there are mistakes. The licence stays as it is until both"
        " sides have signed."
    )


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
        description="Ask for a newer agreement of a licence, as its developer (`licence:request`), or offer one, as its"
        " owner (`licence:decide`). Units and days are counted anew under it, and tokens for the old one are stale."
    )
    async def renew_licence(self, info: Info, given: Annotated[RenewLicenceInput, INPUT]) -> RenewLicencePayload | None:
        """Ask for a newer agreement of a licence."""
        view, errors = await attempt(
            info,
            renew_licence,
            lambda: commands.RenewLicence(
                licence=given.licence,
                purpose=given.purpose,
                columns=tuple(given.columns),
                model=given.model,
                place=given.place,
                max_records=given.max_records,
                days=given.days,
                valid_until=given.valid_until,
                price=None if given.price is None else given.price.offered(),
                finding=given.finding,
                message=given.message or "",
                idempotency_key=given.idempotency_key,
            ),
        )
        return RenewLicencePayload(request=shown(view, LicenceRequest.of), user_errors=errors)

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
        description="End a licence for good; either side may. The next release is refused, and what the agreement "
        "says of the time after becomes duties. Scope `licence:decide` for the owner, `licence:negotiate` for the "
        "developer."
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
