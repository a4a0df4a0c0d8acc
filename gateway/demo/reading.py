"""The federated read, and what an answer says of each dataset."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.demo.cast import Role
from gateway.demo.facts import Fact
from gateway.demo.money import money
from gateway.demo.naming import names
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
    """Scores of two platforms are not comparable: each platform's are asked for on their own, while licensed."""
    trust = story.learned.licences["trust"]
    return {
        "licences": list(licences),
        "forum": [story.learned.licences["standing"]],
        "bazaar": [trust],
        "withBazaar": trust in licences,
        "purpose": PURPOSE,
        "first": first,
    }


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
        "charged": None if charged is None else money(charged),
        "receipt_event_number": report["receipt"]["seq"] if report["receipt"] else None,
        "problem": problem["code"] if problem else None,
    }


def asked_and_given(story: Story, answer: Read, asked: int) -> Sequence[Mapping[str, Fact]]:
    """By field of the answer: how many rows were asked for and given, and which datasets share them."""
    known = names(story)
    return [
        {
            "field": field,
            "datasets": " and ".join(known[report["dataset"]] for report in connection["sources"]),
            "asked": asked,
            "given": len(connection["nodes"] or ()),
        }
        for field, connection in answer.content.items()
    ]
