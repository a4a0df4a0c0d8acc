"""Three truth values: what is not known is neither true nor false."""

from enum import StrEnum


class Verdict(StrEnum):
    """Outcome of a condition, or of comparing what is asked with what a rule names."""

    SATISFIED = "satisfied"
    UNSATISFIED = "unsatisfied"
    UNKNOWN = "unknown"


def verdict(outcome: bool | None) -> Verdict:  # noqa: FBT001  # the value itself is converted
    """A verdict from a boolean; ``None`` is unknown."""
    if outcome is None:
        return Verdict.UNKNOWN
    return Verdict.SATISFIED if outcome else Verdict.UNSATISFIED
