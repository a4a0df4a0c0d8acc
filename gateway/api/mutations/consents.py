"""Mutations of consent: record, withdraw, object."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from gateway.api.duties import Duty
from gateway.api.mutations.payload import IDEMPOTENCY, INPUT, Info, Payload, attempt, shown
from gateway.exchange import commands
from gateway.exchange.consents import object_to_use, record_consents, withdraw_consent
from gateway.exchange.views import DutyView
from policies.vocabulary import Iri

_TAKE_DOWNS = "What the developers owe who have the person's records in a package; empty when nobody has."


def _duties(views: Sequence[DutyView]) -> list[Duty]:
    return [Duty.of(each) for each in views]


@strawberry.input(description="What people were told when they consented.")
class NoticeInput:
    """What people were told when they consented."""

    purposes: list[Iri] = strawberry.field(description="What for; each covers everything narrower.")
    categories: list[Iri] = strawberry.field(description="Categories of personal data, of the Data Privacy Vocabulary.")
    recipients: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Parties that may receive records; without it any licensee."
    )
    text: str = strawberry.field(description="The notice in the words that people read.")


@strawberry.input(description="Who consented to what.")
class RecordConsentsInput:
    """Who consented to what."""

    platform: str = strawberry.field(description="The platform whose accounts they are.")
    notice: NoticeInput = strawberry.field(description="What they were told.")
    accounts: list[str] = strawberry.field(description="1 to 10,000 accounts; kept as keyed hashes only.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="Which consent to take back.")
class WithdrawConsentInput:
    """Which consent to take back."""

    notice: str | None = strawberry.field(
        default=None, description="Digest of the notice; without it every consent of the platform."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="An objection; it needs no reason.")
class ObjectToUseInput:
    """An objection."""

    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.type(description="What recording consents gave.")
class RecordConsentsPayload(Payload):
    """What recording consents gave."""

    notice: str | None = strawberry.field(description="Digest of the notice.")
    count: int | None = strawberry.field(description="How many consents were recorded.")


@strawberry.type(description="What withdrawing gave.")
class WithdrawConsentPayload(Payload):
    """What withdrawing gave."""

    withdrawn: bool | None = strawberry.field(description="True when it is withdrawn.")
    take_downs: list[Duty] | None = strawberry.field(description=_TAKE_DOWNS)


@strawberry.type(description="What objecting gave.")
class ObjectToUsePayload(Payload):
    """What objecting gave."""

    objected: bool | None = strawberry.field(description="True when the objection is on record.")
    take_downs: list[Duty] | None = strawberry.field(description=_TAKE_DOWNS)


@strawberry.type(description="Mutations of consent.")
class ConsentMutation:
    """Mutations of consent."""

    @strawberry.mutation(
        description="Record that persons consented; by whoever speaks for the platform. Scope `consent:give`."
    )
    async def record_consents(
        self, info: Info, given: Annotated[RecordConsentsInput, INPUT]
    ) -> RecordConsentsPayload | None:
        """Record consents."""
        view, errors = await attempt(
            info,
            record_consents,
            lambda: commands.RecordConsents(
                platform=given.platform,
                notice=commands.Notice(
                    purposes=tuple(given.notice.purposes),
                    categories=tuple(given.notice.categories),
                    recipients=tuple(given.notice.recipients or ()),
                    text=given.notice.text,
                ),
                accounts=tuple(given.accounts),
                idempotency_key=given.idempotency_key,
            ),
        )
        return RecordConsentsPayload(
            notice=None if view is None else view.notice,
            count=None if view is None else view.count,
            user_errors=errors,
        )

    @strawberry.mutation(
        description="Take consent back, as the person herself; the next release obeys. Scope `consent:give`."
    )
    async def withdraw_consent(
        self, info: Info, given: Annotated[WithdrawConsentInput, INPUT]
    ) -> WithdrawConsentPayload | None:
        """Take consent back."""
        filed, errors = await attempt(
            info,
            withdraw_consent,
            lambda: commands.WithdrawConsent(notice=given.notice, idempotency_key=given.idempotency_key),
        )
        return WithdrawConsentPayload(
            withdrawn=shown(filed, lambda _: True), take_downs=shown(filed, _duties), user_errors=errors
        )

    @strawberry.mutation(
        description="Object, as the person herself, to use on another basis than consent. Scope `consent:give`."
    )
    async def object_to_use(self, info: Info, given: Annotated[ObjectToUseInput, INPUT]) -> ObjectToUsePayload | None:
        """Object to use."""
        filed, errors = await attempt(
            info, object_to_use, lambda: commands.ObjectToUse(idempotency_key=given.idempotency_key)
        )
        return ObjectToUsePayload(
            objected=shown(filed, lambda _: True), take_downs=shown(filed, _duties), user_errors=errors
        )
