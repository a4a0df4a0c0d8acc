"""What every step of the story has at hand: the parts that stay, and what was learned so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.demo.cast import Cast
from gateway.demo.errors import UnexpectedAnswerError
from gateway.demo.facts import Fact
from gateway.demo.narrator import Narrator
from gateway.demo.platforms import Platforms
from gateway.demo.served import ServedGateway


class Learned:
    """What a step leaves for the ones after it; every IRI came out of an answer."""

    def __init__(self) -> None:
        self.catalogue: Sequence[Mapping[str, Any]] = ()
        """All dataset nodes, after publishing."""
        self.datasets: dict[str, str] = {}
        """Dataset by the demo's name for it."""
        self.consenting: Sequence[str] = ()
        """Accounts of the forum that consented, in the platform's order."""
        self.negotiations: dict[str, str] = {}
        """The negotiation that is to become the licence, by dataset name."""
        self.first_answers: dict[str, str] = {}
        """Rejected negotiations, by dataset name."""
        self.licences: dict[str, str] = {}
        """Licence by dataset name."""
        self.small_negotiation = ""
        self.small_licence = ""
        """A licence over few records, for the empty quota."""
        self.usable: tuple[str, ...] = ()
        """Licences in force when the federated query was first sent, in this run."""
        self.ended: set[str] = set()
        """Datasets whose licences have ended, by name."""
        self.receipts: dict[str, Mapping[str, Any]] = {}
        """Receipt of the federated answer, by dataset name."""
        self.delivery = ""
        """The package of step 10."""
        self.run = ""
        """The training run of step 12 that is within the licences."""
        self.measured: dict[str, Fact] = {}
        """Figures for the end of the story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The context of every step."""

    folder: Path
    narrator: Narrator
    gateway: ServedGateway
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
