"""Step 7: a platform is gone; the others answer, in time, and the answer says so."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.demo.facts import Fact, Told
from gateway.demo.reading import read, row_of
from gateway.demo.story import Story, require

TITLE: Final = "The forum is stopped: the others still answer"
_DEADLINE_MS: Final = 8_000
"""Longer than the gateway's own deadline for a source, shorter than anybody's patience."""
_GONE: Final = frozenset({"UNAVAILABLE", "TIMEOUT"})


async def tell(story: Story) -> Told:
    """Stop the forum and send the same query."""
    story.narrator.doing("stopping the forum")
    await story.platforms.stop_forum()
    answer = await read(story, story.learned.usable)
    gone = [report for report in answer.reports if report["platform"] == story.platforms.forum_platform]
    there = [report for report in answer.reports if report["platform"] != story.platforms.forum_platform]
    require(gone and all(report["status"] in _GONE for report in gone), "the answer says that the forum is gone")
    require(there and all(report["status"] == "OK" for report in there), "the other platforms answer")
    require(answer.took_ms < _DEADLINE_MS, "the answer comes in time")
    return Told(
        headline=f"{len(there)} datasets answered without the forum, in {answer.took_ms:,} ms",
        facts={
            "took_ms": answer.took_ms,
            "rows": sum(report["rows"] for report in answer.reports),
            "sources": [_row(story, report) for report in answer.reports],
        },
    )


def _row(story: Story, report: Mapping[str, Any]) -> Mapping[str, Fact]:
    """Of a source report what an outage is about."""
    row = row_of(story, report)
    return {name: row[name] for name in ("dataset", "source", "status", "rows", "took_ms", "problem")}
