"""Reports: what was used and what is due, what licensees say came of it, and what owners question."""

from datetime import datetime
from typing import Self

import strawberry

from gateway.api.enums import ACTIONS_BY_IRI, ConcernState, FigureSource, UseAction
from gateway.api.parties import Party
from gateway.api.relay import Node
from gateway.api.reports import Money
from gateway.exchange.contributions import Contribution, Figure
from gateway.exchange.presented_reports import ConcernView, RunView
from gateway.exchange.usage import Due, UsageLine, UsageReport
from policies.vocabulary import Iri


@strawberry.type(description="One figure of a training run, as its developer reported it.")
class RunMetric:
    """One figure of a run."""

    name: str = strawberry.field(description="What was measured.")
    value: float = strawberry.field(description="The figure.")


@strawberry.type(description="A training run on a delivery. Everything in it is what the developer reported.")
class TrainingRun(Node):
    """A training run."""

    developer: Party = strawberry.field(description="Who reported it.")
    delivery: strawberry.ID = strawberry.field(description="The package that was used.")
    model: str = strawberry.field(description="IRI of the model, as the developer names it.")
    action: UseAction | None = strawberry.field(description="What was done; nothing when it is no use of a model.")
    purpose: Iri = strawberry.field(description="What for.")
    started: datetime = strawberry.field(description="When it began.")
    ended: datetime = strawberry.field(description="When it ended.")
    metrics: list[RunMetric] = strawberry.field(description="Its figures, reported by the developer, by name.")
    code: str | None = strawberry.field(
        description="Why it is outside what was licensed; nothing when it is within. A code with a page."
    )
    at: datetime = strawberry.field(description="When it was reported.")

    @classmethod
    def of(cls, view: RunView) -> Self:
        """The run as the schema shows it."""
        return cls(
            id=strawberry.ID(view.run),
            developer=Party.of(view.developer),
            delivery=strawberry.ID(view.delivery),
            model=view.model,
            action=ACTIONS_BY_IRI.get(view.action),
            purpose=Iri(view.purpose),
            started=view.started,
            ended=view.ended,
            metrics=[RunMetric(name=name, value=value) for name, value in sorted(view.metrics.items())],
            code=view.code,
            at=view.at,
        )


@strawberry.type(description="All accesses under one licence for one purpose.")
class UsageReportLine:
    """All accesses under one licence for one purpose."""

    licence: strawberry.ID = strawberry.field(description="The licence.")
    dataset: strawberry.ID = strawberry.field(description="The dataset.")
    owner: Party = strawberry.field(description="Whose it is.")
    developer: Party = strawberry.field(description="Who used it.")
    purpose: Iri = strawberry.field(description="What for.")
    action: UseAction | None = strawberry.field(description="What was done with it.")
    accesses: int = strawberry.field(description="How many accesses.")
    deliveries: int = strawberry.field(description="How many of them left with a package.")
    rows: int = strawberry.field(description="Rows that left.")
    withheld: int = strawberry.field(description="Rows that were fetched and left out.")
    due: Money | None = strawberry.field(description="What is due for it; nothing when it costs nothing.")
    first: datetime = strawberry.field(description="When the first of them was recorded.")
    last: datetime = strawberry.field(description="When the last of them was recorded.")

    @classmethod
    def of(cls, line: UsageLine) -> Self:
        """The line as the schema shows it."""
        return cls(
            licence=strawberry.ID(line.licence),
            dataset=strawberry.ID(line.dataset),
            owner=Party.of(line.owner),
            developer=Party.of(line.developer),
            purpose=Iri(line.purpose),
            action=ACTIONS_BY_IRI.get(line.action),
            accesses=line.accesses,
            deliveries=line.deliveries,
            rows=line.rows,
            withheld=line.withheld,
            due=Money.of(line.amount_micro, line.currency),
            first=line.first,
            last=line.last,
        )


@strawberry.type(description="What is due to one owner in one currency: the exact sum of its lines.")
class AmountDue:
    """What is due to one owner."""

    owner: Party = strawberry.field(description="To whom.")
    amount: Money | None = strawberry.field(description="How much.")

    @classmethod
    def of(cls, due: Due) -> Self:
        """The amount as the schema shows it."""
        return cls(owner=Party.of(due.owner), amount=Money.of(due.amount_micro, due.currency))


@strawberry.type(description="One figure of what data contributed, and who vouches for it.")
class ContributionFigure:
    """One figure of what data contributed."""

    source: FigureSource = strawberry.field(description="Who vouches for it.")
    name: str = strawberry.field(description="What the figure is; of a run, as its developer calls it.")
    of: str | None = strawberry.field(description="The column or the rule that it is about; nothing: all of the data.")
    value: float = strawberry.field(description="The figure; completeness and validity are shares, from 0 to 1.")
    about: strawberry.ID = strawberry.field(description="The delivery that was measured, or the run that was reported.")
    at: datetime = strawberry.field(description="When the delivery or the run reached this state.")

    @classmethod
    def of_figure(cls, figure: Figure) -> Self:
        """The figure as the schema shows it."""
        return cls(
            source=FigureSource[figure.source.name],
            name=figure.name,
            of=figure.of or None,
            value=figure.value,
            about=strawberry.ID(figure.about),
            at=figure.at,
        )


@strawberry.type(description="What the data of one licence contributed.")
class DataContribution:
    """What the data of one licence contributed."""

    licence: strawberry.ID = strawberry.field(description="The licence.")
    figures: list[ContributionFigure] = strawberry.field(
        description="What was measured of its packages, then what was reported of runs on them."
    )

    @classmethod
    def of(cls, contribution: Contribution) -> Self:
        """The contribution as the schema shows it."""
        return cls(
            licence=strawberry.ID(contribution.licence),
            figures=[ContributionFigure.of_figure(each) for each in contribution.figures],
        )


@strawberry.type(description="What was used under some licences, what is due for it, and what came of it.")
class Usage:
    """What was used under some licences."""

    lines: list[UsageReportLine] = strawberry.field(description="One per licence, purpose and action.")
    due: list[AmountDue] = strawberry.field(description="One per owner and currency.")
    runs: list[TrainingRun] = strawberry.field(description="Runs on packages that hold their records, as reported.")
    contributions: list[DataContribution] = strawberry.field(description="What the data contributed, by licence.")

    @classmethod
    def of(cls, report: UsageReport) -> Self:
        """The report as the schema shows it."""
        return cls(
            lines=[UsageReportLine.of(each) for each in report.lines],
            due=[AmountDue.of(each) for each in report.due],
            runs=[TrainingRun.of(each) for each in report.runs],
            contributions=[DataContribution.of(each) for each in report.contributions],
        )


@strawberry.type(description="What an owner questions about an access or a run, followed until it is closed.")
class Concern(Node):
    """What an owner questions."""

    about: strawberry.ID = strawberry.field(description="The access or the run.")
    licence: strawberry.ID = strawberry.field(description="The licence it was made under.")
    owner: Party = strawberry.field(description="Who questions it.")
    developer: Party = strawberry.field(description="Who must answer.")
    state: ConcernState = strawberry.field(description="How far it has come.")
    text: str | None = strawberry.field(description="What the owner says; nothing when it was erased.")
    answer: str | None = strawberry.field(description="What the developer says.")
    code: str | None = strawberry.field(description="Outcome, once it is closed.")
    at: datetime = strawberry.field(description="When its state was reached.")

    @classmethod
    def of(cls, view: ConcernView) -> Self:
        """The concern as the schema shows it."""
        return cls(
            id=strawberry.ID(view.concern),
            about=strawberry.ID(view.about),
            licence=strawberry.ID(view.licence),
            owner=Party.of(view.owner),
            developer=Party.of(view.developer),
            state=ConcernState[view.state.name],
            text=view.text,
            answer=view.answer,
            code=view.code,
            at=view.at,
        )
