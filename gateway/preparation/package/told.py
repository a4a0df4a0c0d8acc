"""What the documents of a package say in words, once for all of them."""

from collections.abc import Iterator
from typing import Final

from gateway.preparation.package.contents import DatasetPart, RuleStage

ANONYMITY: Final = (
    "People stand under pseudonyms. Within one licence a person keeps one pseudonym; between licences pseudonyms cannot"
    " be joined by key. Records stay personal data for whoever can tell people apart by what they say."
)


def removals(part: DatasetPart) -> Iterator[tuple[str, int]]:
    """What was left out of a dataset, and how many rows of it."""
    yield "terms of the agreement", part.removed.by_terms
    yield "people who did not consent, objected or license themselves", part.removed.by_people
    yield "records that came twice", part.removed.duplicates


def rules_by_stage(part: DatasetPart) -> Iterator[tuple[str, str, str]]:
    """Stage, rule and basis; a stage in which no rule was applied says so, once."""
    for stage in RuleStage:
        found = [(stage.value, each.rule, each.basis) for each in part.applied if each.stage is stage]
        yield from found or ((stage.value, "none", "nothing is agreed, or set for this kind, that is done here"),)


def share(part: int, whole: int) -> str:
    """A part of a whole in percent, with one decimal; of nothing, a hyphen."""
    return f"{100 * part / whole:.1f} %" if whole else "-"
