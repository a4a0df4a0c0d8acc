"""Step 10: a package of everything that the licences give, prepared in the background."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.demo.cast import Role
from gateway.demo.errors import UnexpectedAnswerError
from gateway.demo.facts import Fact, Told
from gateway.demo.naming import names
from gateway.demo.speak import ask, mutate
from gateway.demo.step_5_query import state_of
from gateway.demo.story import Story, require
from gateway.demo.terms import ACTION, PURPOSE

TITLE: Final = "A package is prepared: checked, pseudonymised, sealed"
_PATIENCE_S: Final = 120.0
_EVERY_S: Final = 0.1


async def tell(story: Story) -> Told:
    """Order it, and wait until it is sealed."""
    learned = story.learned
    licences = [licence for licence in learned.licences.values() if await state_of(story, licence) == "ACTIVE"]
    client = story.cast.client(Role.DEVELOPER)
    began = time.perf_counter()
    ordered = await mutate(
        client,
        "prepare_delivery",
        "demo:deliver",
        licences=licences,
        purpose=PURPOSE,
        action=ACTION,
        under=licences,
    )
    learned.delivery = str(ordered["delivery"]["id"])
    earlier = ordered["delivery"]["state"] != "PREPARING"
    found = await sealed(story, learned.delivery)
    rows = sum(item["rows"] for item in found["items"])
    require(rows, "there are records in the package")
    require(earlier or len(found["items"]) == len(licences), "every licence gave its part")
    return Told(
        headline=f"{rows:,} rows of {len(found['items'])} datasets sealed in {found['files']} files",
        facts={
            "delivery": learned.delivery,
            "took_ms": round((time.perf_counter() - began) * 1000),
            "rows": rows,
            "rows_left_out": sum(item["dropped"] for item in found["items"]),
            "files": found["files"],
            "bytes": int(found["size"]),
            "merkle_root": found["root"],
            "datasets": [_row(story, item) for item in found["items"]],
        },
        already_done=("the package was prepared",) if earlier else (),
    )


async def sealed(story: Story, delivery: str) -> Mapping[str, Any]:
    """A delivery, once it can be fetched.

    Raises:
        UnexpectedAnswerError: it failed, or takes too long.
    """
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        found = (await ask(story.cast.client(Role.DEVELOPER), "delivery", {"id": delivery}))["delivery"]
        require(found, "the developer sees the delivery")
        require(found["state"] != "FAILED", f"the preparation comes out well, not with {found['code']}")
        if found["state"] != "PREPARING":
            return dict(found)
        progress = found["progress"]
        if progress:
            story.narrator.doing(f"{progress['stage'].lower()}, {progress['done']:,} rows")
        await asyncio.sleep(_EVERY_S)
    raise UnexpectedAnswerError(f"the preparation was not done within {_PATIENCE_S:.0f} s")


def _row(story: Story, item: Mapping[str, Any]) -> Mapping[str, Fact]:
    columns: Sequence[str] = item["columns"]
    return {
        "dataset": names(story)[item["dataset"]],
        "rows": item["rows"],
        "left_out": item["dropped"],
        "columns": len(columns),
    }
