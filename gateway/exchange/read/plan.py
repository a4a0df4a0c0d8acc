"""Step 2: which dataset is read under which licence, for every record field of the operation.

A dataset is decided under exactly one of the named licences: two that cover it are ambiguous, none leaves it
unlicensed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.kinds import Kind
from gateway.auth.principal import Grant, Principal
from gateway.exchange.read.model import Problem, ReadCommand, Stage
from graph.journal.rows import DatasetRow, LicenceRow
from graph.journal.view import View

_DATASETS_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPlan:
    """What one dataset must deliver for one field, before anything was decided."""

    command: ReadCommand
    dataset: DatasetRow
    licence: LicenceRow | None
    """Nothing when no named licence covers the dataset."""
    grant: Grant | None
    problem: Problem | None = None
    """Why planning already ends here."""

    @property
    def key(self) -> tuple[str, str]:
        """Field and dataset: unique within an operation."""
        return self.command.field, self.dataset.dataset


def plan(commands: tuple[ReadCommand, ...], principal: Principal, view: View) -> tuple[ReadPlan, ...]:
    """Match datasets and licences.

    Licences that are unknown, foreign or not in the token count as not named. When no named licence covers any dataset
    of the kind, every dataset of the kind is planned without a licence, so that the answer says what was refused.
    """
    named = {licence for command in commands for licence in command.licences}
    own = {licence: row for licence in sorted(named) if (row := _own(licence, principal, view)) is not None}
    plans: list[ReadPlan] = []
    for command in commands:
        covered = _covered(command, own, principal, view)
        plans.extend(covered or _uncovered(command, view))
    return tuple(plans)


def _own(licence: str, principal: Principal, view: View) -> LicenceRow | None:
    if licence not in principal.grants:
        return None
    row = view.licence(licence)
    return row if row is not None and row.assignee == principal.party else None


def _covered(command: ReadCommand, own: Mapping[str, LicenceRow], principal: Principal, view: View) -> list[ReadPlan]:
    by_dataset: dict[str, list[LicenceRow]] = {}
    for licence in dict.fromkeys(command.licences):
        if (row := own.get(licence)) is not None:
            by_dataset.setdefault(row.dataset, []).append(row)
    plans: list[ReadPlan] = []
    for iri, licences in sorted(by_dataset.items()):
        dataset = view.dataset(iri)
        if dataset is None or Kind(dataset.record_kind) is not command.kind:
            continue
        first = licences[0]
        plans.append(
            ReadPlan(
                command=command,
                dataset=dataset,
                licence=first,
                grant=principal.grants[first.licence],
                problem=None if len(licences) == 1 else _ambiguous(licences),
            )
        )
    return plans


def _ambiguous(licences: list[LicenceRow]) -> Problem:
    names = ", ".join(f"`{row.licence}`" for row in licences)
    return Problem(
        code="LICENCE_AMBIGUOUS",
        stage=Stage.PLAN,
        message=f"more than one of the named licences covers this dataset: {names}; name one",
    )


def _uncovered(command: ReadCommand, view: View) -> list[ReadPlan]:
    return [
        ReadPlan(
            command=command,
            dataset=dataset,
            licence=None,
            grant=None,
            problem=Problem(
                code="DATASET_NOT_LICENSED",
                stage=Stage.DECIDE,
                message="none of the named licences covers this dataset; request one with `requestLicence`",
            ),
        )
        for dataset in view.datasets(record_kind=command.kind.value, limit=_DATASETS_AT_ONCE)
    ]
