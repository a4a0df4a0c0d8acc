"""Counts which level each connector reached in a test run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.testing.rules import Level

PROPERTY: Final = "conformance"
_LEVELS: Final = tuple(Level)


@dataclass(slots=True, kw_only=True)
class Scorecard:
    """How one suite fared."""

    suite: str
    passed: set[tuple[Level, str]] = field(default_factory=set)
    failed: set[tuple[Level, str]] = field(default_factory=set)
    waived: set[tuple[Level, str]] = field(default_factory=set)

    @property
    def level(self) -> Level | None:
        """The highest level up to which no rule failed; nothing when not even the first was reached."""
        broken = {level for level, _ in self.failed}
        reached = None
        for level in _LEVELS:
            if level in broken:
                return reached
            reached = level
        return reached


def property_of(suite: str, name: str, level: Level) -> tuple[str, str]:
    """What a test notes down, so that the report finds it again, also from another process."""
    return PROPERTY, f"{suite}|{name}|{level}"


def scorecards(noted: Sequence[tuple[str, str]]) -> Sequence[Scorecard]:
    """One per suite, from what the tests noted and how they ended.

    Args:
        noted: value of the property, and outcome: ``passed``, ``failed``, ``error`` or ``skipped``.
    """
    cards: dict[str, Scorecard] = {}
    for value, outcome in noted:
        suite, name, level = value.split("|")
        card = cards.setdefault(suite, Scorecard(suite=suite))
        place = {"passed": card.passed, "skipped": card.waived}.get(outcome, card.failed)
        place.add((Level(level), name))
    return sorted(cards.values(), key=lambda card: card.suite)


def lines(cards: Sequence[Scorecard]) -> Iterator[str]:
    """The support table in Markdown."""
    yield "| suite | level | rules that failed | rules waived |"
    yield "|---|---|---|---|"
    for card in cards:
        failed = ", ".join(sorted({name for _, name in card.failed})) or "-"
        waived = ", ".join(sorted({name for _, name in card.waived})) or "-"
        yield f"| {card.suite} | {card.level or 'none'} | {failed} | {waived} |"
