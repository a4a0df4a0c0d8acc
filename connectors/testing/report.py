"""Counts which level each connector reached in a test run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.testing.rules import Level

PROPERTY: Final = "conformance"
_LEVELS: Final = tuple(Level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """How one suite fared."""

    suite: str
    passed: frozenset[tuple[Level, str]] = frozenset()
    failed: frozenset[tuple[Level, str]] = frozenset()
    waived: frozenset[tuple[Level, str]] = frozenset()

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
    found: dict[str, dict[str, set[tuple[Level, str]]]] = {}
    for value, outcome in noted:
        suite, name, level = value.split("|")
        place = {"passed": "passed", "skipped": "waived"}.get(outcome, "failed")
        found.setdefault(suite, {}).setdefault(place, set()).add((Level(level), name))
    return [
        Scorecard(
            suite=suite,
            passed=frozenset(places.get("passed", ())),
            failed=frozenset(places.get("failed", ())),
            waived=frozenset(places.get("waived", ())),
        )
        for suite, places in sorted(found.items())
    ]


def lines(cards: Sequence[Scorecard]) -> Iterator[str]:
    """The support table in Markdown."""
    yield "| suite | level | rules that failed | rules waived |"
    yield "|---|---|---|---|"
    for card in cards:
        failed = ", ".join(sorted({name for _, name in card.failed})) or "-"
        waived = ", ".join(sorted({name for _, name in card.waived})) or "-"
        yield f"| {card.suite} | {card.level or 'none'} | {failed} | {waived} |"
