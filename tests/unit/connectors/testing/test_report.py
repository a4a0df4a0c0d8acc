import pytest

from connectors.testing.report import lines, property_of, scorecards
from connectors.testing.rules import Level


def noted(*checks: tuple[str, Level, str]) -> list[tuple[str, str]]:
    return [(property_of("TestMine", name, level)[1], outcome) for name, level, outcome in checks]


@pytest.mark.parametrize(
    ("checks", "level"),
    [
        ([("B01", Level.BRONZE, "failed"), ("G01", Level.GOLD, "passed")], None),
        ([("B01", Level.BRONZE, "passed"), ("S01", Level.SILVER, "error")], Level.BRONZE),
        ([("S01", Level.SILVER, "passed"), ("G01", Level.GOLD, "failed")], Level.SILVER),
        ([("B01", Level.BRONZE, "skipped"), ("G01", Level.GOLD, "passed")], Level.GOLD),
    ],
)
def test_level_is_the_highest_below_every_failure(checks: list[tuple[str, Level, str]], level: Level | None) -> None:
    (card,) = scorecards(noted(*checks))

    assert card.level is level


def test_table_names_what_failed_and_what_was_waived() -> None:
    cards = scorecards(
        noted(("B01", Level.BRONZE, "failed"), ("B01", Level.BRONZE, "failed"), ("B08", Level.BRONZE, "skipped"))
    )

    assert list(lines(cards))[2:] == ["| TestMine | none | B01 | B08 |"]
