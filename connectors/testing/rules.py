"""The quality scale: every check of the kit belongs to a rule, every rule to a level."""

from enum import StrEnum
from typing import Final

import pytest

MARK: Final = "conformance"


class Level(StrEnum):
    """How far a connector has come; a level is reached when all its rules and those below hold."""

    BRONZE = "bronze"
    """Loadable and safe."""
    SILVER = "silver"
    """Reliable."""
    GOLD = "gold"
    """Correct in what it claims, and in what it denies."""


def rule(name: str, level: Level) -> pytest.MarkDecorator:
    """Mark a check as (part of) a rule.

    Args:
        name: short id, by which a connector may waive it with a reason.
        level: where the rule belongs.
    """
    return pytest.mark.conformance(name, level)
