"""Mutations of reports: report a run, file, answer and close a concern."""

from datetime import datetime
from typing import Annotated

import strawberry

from gateway.api.enums import ACTION_IRIS, UseAction
from gateway.api.mutations.payload import IDEMPOTENCY, INPUT, Info, Payload, attempt, shown
from gateway.api.reporting import Concern, TrainingRun
from gateway.exchange import commands
from gateway.exchange.concerns import answer_concern, close_concern, file_concern
from gateway.exchange.errors import InputInvalidError
from gateway.exchange.report_run import report_run
from policies.vocabulary import Iri

_CONCERN = "The concern as it is now; nothing when there are mistakes."


@strawberry.input(description="One figure of a training run.")
class RunMetricInput:
    """One figure of a run."""

    name: str = strawberry.field(description="What was measured.")
    value: float = strawberry.field(description="The figure.")


@strawberry.input(description="A training run on a delivery.")
class ReportRunInput:
    """A training run on a delivery."""

    delivery: strawberry.ID = strawberry.field(description="The package that was used.")
    model: str = strawberry.field(description="IRI of the model.")
    action: UseAction = strawberry.field(description="What was done.")
    purpose: Iri = strawberry.field(description="What for.")
    started: datetime = strawberry.field(description="When it began.")
    ended: datetime = strawberry.field(description="When it ended.")
    metrics: list[RunMetricInput] = strawberry.field(default_factory=list, description="Its figures.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="What an owner questions.")
class FileConcernInput:
    """What an owner questions."""

    licence: strawberry.ID = strawberry.field(description="The licence.")
    about: strawberry.ID = strawberry.field(description="The access or the run under it.")
    text: str = strawberry.field(description="What is questioned; kept where it can be erased.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="A developer's answer to a concern.")
class AnswerConcernInput:
    """A developer's answer."""

    concern: strawberry.ID = strawberry.field(description="The concern.")
    text: str = strawberry.field(description="The answer; kept where it can be erased.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="The end of a concern.")
class CloseConcernInput:
    """The end of a concern."""

    concern: strawberry.ID = strawberry.field(description="The concern.")
    code: str = strawberry.field(description="Outcome, machine-readable, in SCREAMING_SNAKE_CASE.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.type(description="What reporting gave.")
class ReportRunPayload(Payload):
    """What reporting gave."""

    run: TrainingRun | None = strawberry.field(description="The run on record; nothing when there are mistakes.")


@strawberry.type(description="What filing gave.")
class FileConcernPayload(Payload):
    """What filing gave."""

    concern: Concern | None = strawberry.field(description=_CONCERN)


@strawberry.type(description="What answering gave.")
class AnswerConcernPayload(Payload):
    """What answering gave."""

    concern: Concern | None = strawberry.field(description=_CONCERN)


@strawberry.type(description="What closing gave.")
class CloseConcernPayload(Payload):
    """What closing gave."""

    concern: Concern | None = strawberry.field(description=_CONCERN)


def _figures(given: list[RunMetricInput]) -> dict[str, float]:
    """The figures by name.

    Raises:
        InputInvalidError: two have one name.
    """
    figures = {each.name: each.value for each in given}
    if len(figures) < len(given):
        raise InputInvalidError("metrics", "two figures have one name")
    return figures


@strawberry.type(description="Mutations of reports.")
class ReportingMutation:
    """Mutations of reports."""

    @strawberry.mutation(
        description="Report a training run on a delivery; one outside the licences says so. Scope `usage:report`."
    )
    async def report_run(self, info: Info, given: Annotated[ReportRunInput, INPUT]) -> ReportRunPayload | None:
        """Report a training run."""
        view, errors = await attempt(
            info,
            report_run,
            lambda: commands.ReportRun(
                delivery=given.delivery,
                model=given.model,
                action=ACTION_IRIS[given.action],
                purpose=given.purpose,
                started=given.started,
                ended=given.ended,
                metrics=_figures(given.metrics),
                idempotency_key=given.idempotency_key,
            ),
        )
        return ReportRunPayload(run=shown(view, TrainingRun.of), user_errors=errors)

    @strawberry.mutation(description="Question an access or a run under a licence; its owner may. `licence:decide`.")
    async def file_concern(self, info: Info, given: Annotated[FileConcernInput, INPUT]) -> FileConcernPayload | None:
        """Question an access or a run."""
        view, errors = await attempt(
            info,
            file_concern,
            lambda: commands.FileConcern(
                licence=given.licence, about=given.about, text=given.text, idempotency_key=given.idempotency_key
            ),
        )
        return FileConcernPayload(concern=shown(view, Concern.of), user_errors=errors)

    @strawberry.mutation(description="Answer a concern; the developer may, once. Scope `usage:report`.")
    async def answer_concern(
        self, info: Info, given: Annotated[AnswerConcernInput, INPUT]
    ) -> AnswerConcernPayload | None:
        """Answer a concern."""
        view, errors = await attempt(
            info,
            answer_concern,
            lambda: commands.AnswerConcern(
                concern=given.concern, text=given.text, idempotency_key=given.idempotency_key
            ),
        )
        return AnswerConcernPayload(concern=shown(view, Concern.of), user_errors=errors)

    @strawberry.mutation(description="Close a concern with its outcome; its owner may. Scope `licence:decide`.")
    async def close_concern(self, info: Info, given: Annotated[CloseConcernInput, INPUT]) -> CloseConcernPayload | None:
        """Close a concern."""
        view, errors = await attempt(
            info,
            close_concern,
            lambda: commands.CloseConcern(
                concern=given.concern, code=given.code, idempotency_key=given.idempotency_key
            ),
        )
        return CloseConcernPayload(concern=shown(view, Concern.of), user_errors=errors)
