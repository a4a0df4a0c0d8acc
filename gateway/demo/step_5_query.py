"""Step 5: a token bound to the licences, and one query over three platforms."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from gateway.demo.cast import Role
from gateway.demo.facts import Fact, Told
from gateway.demo.reading import ROWS, Read, names, read, row_of
from gateway.demo.speak import ask
from gateway.demo.story import Story, require
from gateway.demo.terms import PURPOSE, RECORD_LICENCES

TITLE: Final = "One query over three platforms, with a receipt for every dataset"
_PLATFORMS: Final = 3
_OK: Final = "OK"
_OF_EACH: Final = 50
"""Records asked of each record licence."""


async def tell(story: Story) -> Told:
    """Read under every licence that is in force."""
    learned = story.learned
    states = {name: await state_of(story, licence) for name, licence in learned.licences.items()}
    learned.usable = tuple(learned.licences[name] for name, state in states.items() if state == "ACTIVE")
    ended = [name for name, state in states.items() if state != "ACTIVE"]
    story.narrator.doing("reading three platforms")
    answer = await read(story, learned.usable)
    known = names(story)
    for report in answer.reports:
        require(report["status"] == _OK, f"{known[report['dataset']]} answered")
        require(report["receipt"], f"{known[report['dataset']]} gave a receipt")
        learned.receipts[known[report["dataset"]]] = report["receipt"]
    require(len(answer.reports) == len(learned.usable), "there is one report per licensed dataset")
    platforms = {report["platform"] for report in answer.reports}
    require(len(platforms) == _PLATFORMS, "three platforms answered")
    rows = sum(report["rows"] for report in answer.reports)
    return Told(
        headline=f"{rows:,} rows of {len(answer.reports)} datasets on {len(platforms)} platforms, each with a receipt",
        facts={
            "token_bound_to": f"{len(learned.usable)} licences",
            "purpose": PURPOSE,
            "rows_asked_of_each_field": ROWS,
            "took_ms": answer.took_ms,
            "platforms": len(platforms),
            "rows": rows,
            "rows_withheld": sum(report["withheld"] for report in answer.reports),
            "charged": _total(answer),
            "sources": [row_of(story, report) for report in answer.reports],
            "licences_that_travel_with_posts": await _record_licences(story),
        },
        already_done=tuple(f"the licence of {name} ended in an earlier run" for name in ended),
    )


async def state_of(story: Story, licence: str) -> str:
    """The state of a licence now, as the developer sees it."""
    found = (await ask(story.cast.client(Role.DEVELOPER), "licence", {"id": licence}))["licence"]
    require(found, "the developer sees the licence")
    return str(found["state"])


async def _record_licences(story: Story) -> Sequence[Mapping[str, Fact]]:
    """The same dataset by the licence of each record: none travels without its own."""
    licences = [story.learned.licences["posts"]]
    hints = dict(zip(("oldest", "middle", "newest"), RECORD_LICENCES, strict=True))
    variables = {"licences": licences, "purpose": PURPOSE, "first": _OF_EACH, **hints}
    content = await ask(story.cast.client(Role.DEVELOPER), "record_licences", variables, licences=licences)
    rows: list[Mapping[str, Fact]] = []
    for name, hint in hints.items():
        nodes = content[name]["nodes"] or ()
        require(nodes, f"there are posts under {hint}")
        require(all(node["licenceHint"] == hint for node in nodes), f"only posts under {hint} answer to it")
        rows.append({"record_licence": hint, "rows": len(nodes)})
    return rows


def _total(answer: Read) -> str:
    amounts: dict[str, Decimal] = {}
    for report in answer.reports:
        charged: Mapping[str, Any] | None = report["charged"]
        if charged is not None:
            amounts[charged["currency"]] = amounts.get(charged["currency"], Decimal()) + Decimal(charged["amountMicro"])
    return ", ".join(f"{total / 1_000_000:.4f} {currency}" for currency, total in sorted(amounts.items())) or "nothing"
