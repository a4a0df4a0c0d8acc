"""What every step of the story has at hand: the parts that stay, and what was learned so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.demo.cast import Cast
from gateway.demo.errors import UnexpectedAnswerError
from gateway.demo.facts import Fact
from gateway.demo.narrator import Narrator
from gateway.demo.platforms import Platforms
from gateway.demo.processes import Program


@dataclass(slots=True)
class Learned:
    """What a step leaves for the ones after it; every IRI came out of an answer."""

    catalogue: Sequence[Mapping[str, Any]] = ()
    """All dataset nodes, after publishing."""
    datasets: dict[str, str] = field(default_factory=dict)
    """Dataset by the demo's name for it."""
    consenting: Sequence[str] = ()
    """Accounts of the forum that consented, in the platform's order."""
    negotiations: dict[str, str] = field(default_factory=dict)
    """The negotiation that is to become the licence, by dataset name."""
    first_answers: dict[str, str] = field(default_factory=dict)
    """Rejected negotiations, by dataset name."""
    licences: dict[str, str] = field(default_factory=dict)
    """Licence by dataset name."""
    small_negotiation: str = ""
    small_licence: str = ""
    """A licence over few records, for the empty quota."""
    usable: tuple[str, ...] = ()
    """Licences in force when the federated query was first sent, in this run."""
    receipts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Receipt of the federated answer, by dataset name."""
    measured: dict[str, Fact] = field(default_factory=dict)
    """Figures for the end of the story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The context of every step."""

    folder: Path
    narrator: Narrator
    gateway: Program
    platforms: Platforms
    cast: Cast
    learned: Learned


def require(holds: object, claim: str) -> None:
    """Pass when a claim of the story holds.

    Raises:
        UnexpectedAnswerError: it does not; names the claim.
    """
    if not holds:
        raise UnexpectedAnswerError(f"it should hold that {claim}")
