"""What the demo found out, as one document; the terminal shows the same values, rendered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Fact: TypeAlias = "bool | int | float | str | Sequence[Fact] | Mapping[str, Fact] | None"
"""A JSON value. A list of objects with equal keys is shown as a table."""

FORMAT: Final = 1
"""Major version of the document's shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one step hands back."""

    headline: str
    """What the step came to, in a few words with counts."""
    facts: Mapping[str, Fact]
    """By name in snake_case; insertion order is the order of showing."""
    already_done: tuple[str, ...] = ()
    """What an earlier run on the same folder had done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFacts:
    """One finished step."""

    number: int
    title: str
    told: Told
    elapsed_ms: int

    def document(self) -> Mapping[str, Fact]:
        """As it stands in the document."""
        return {
            "number": self.number,
            "title": self.title,
            "headline": self.told.headline,
            "elapsed_ms": self.elapsed_ms,
            "already_done": list(self.told.already_done),
            "facts": self.told.facts,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something that can be done after the story."""

    to: str
    """What for, in words."""
    run: str
    """The command; it works as it stands where the demo was started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole run."""

    version: str
    """Of the product."""
    seed: int
    world: Mapping[str, Fact]
    """Which platforms the story played on, and whether their records are real or generated."""
    steps: tuple[StepFacts, ...]
    measured: Mapping[str, Fact] = field(default_factory=dict)
    summary: tuple[Mapping[str, Fact], ...] = ()
    """One row per step."""
    go_on: tuple[Command, ...] = ()
    """In the order in which they make sense."""
    failure: Mapping[str, Fact] | None = None
    """Code, step and message when the story broke off."""

    def value(self) -> Mapping[str, Fact]:
        """The JSON value that ``--json`` prints."""
        return {
            "format": FORMAT,
            "muniment": self.version,
            "seed": self.seed,
            "world": self.world,
            "steps": [each.document() for each in self.steps],
            "measured": self.measured,
            "summary": list(self.summary),
            "go_on": [{"to": each.to, "run": each.run} for each in self.go_on],
            "failure": self.failure,
        }
