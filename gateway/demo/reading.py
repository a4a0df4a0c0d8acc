"""The federated read, and what an answer says of each dataset."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.demo.cast import Role
from gateway.demo.facts import Fact
from gateway.demo.speak import ask_in_part, reports
from gateway.demo.story import Story
from gateway.demo.terms import PURPOSE

ROWS: Final = 500
"""Records asked of each field of the federated query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One federated answer."""

    content: Mapping[str, Any]
    took_ms: int

    @property
    def reports(self) -> Sequence[Mapping[str, Any]]:
        """One per dataset."""
        return list(reports(self.content))

    def rows_of(self, dataset: str) -> Sequence[Mapping[str, Any]]:
        """The records of one dataset."""
        return [
            row
            for connection in self.content.values()
            for row in connection["nodes"] or ()
            if row["dataset"] == dataset
        ]


async def read(story: Story, licences: Sequence[str], first: int = ROWS) -> Read:
    """Send the federated query under these licences, each decided for itself."""
    variables = federated_variables(story, licences, first)
    began = time.perf_counter()
    content = await ask_in_part(story.cast.client(Role.DEVELOPER), "federated", variables, licences=licences)
    return Read(content=content, took_ms=round((time.perf_counter() - began) * 1000))


def federated_variables(story: Story, licences: Sequence[str], first: int) -> Mapping[str, Any]:
    """Scores of two platforms are not comparable, so each platform's are asked for on their own."""
    return {
        "licences": list(licences),
        "forum": [story.learned.licences["standing"]],
        "bazaar": [story.learned.licences["trust"]],
        "purpose": PURPOSE,
        "first": first,
    }


def names(story: Story) -> Mapping[str, str]:
    """The demo's name of a dataset, by its IRI."""
    return {iri: name for name, iri in story.learned.datasets.items()}


def row_of(story: Story, report: Mapping[str, Any]) -> Mapping[str, Fact]:
    """A source report as a row of a table."""
    charged, problem = report["charged"], report["problem"]
    return {
        "dataset": names(story)[report["dataset"]],
        "source": report["source"],
        "status": report["status"],
        "rows": report["rows"],
        "withheld": report["withheld"],
        "took_ms": report["tookMs"],
        "charged": money(charged),
        "receipt_seq": report["receipt"]["seq"] if report["receipt"] else None,
        "problem": problem["code"] if problem else None,
    }


def money(amount: Mapping[str, Any] | None) -> str | None:
    """An amount as people write it."""
    return None if amount is None else f"{int(amount['amountMicro']) / 1_000_000:.4f} {amount['currency']}"
